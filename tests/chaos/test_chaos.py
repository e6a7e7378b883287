# SPDX-License-Identifier: Apache-2.0
"""The chaos suite in its short form: a few seeds, each a run of its own. More and longer: chaos.py --seed N --seconds S."""
import pathlib
import subprocess
import sys

import pytest

PROGRAM = pathlib.Path(__file__).with_name("chaos.py")
SEEDS = (3, 15, 40, 210)  # each once failed


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_invented(seed, tmp_path):
    run = subprocess.run([sys.executable, str(PROGRAM), "--seed", str(seed), "--seconds", "12", "--history",
                          str(tmp_path / "history.json")], capture_output=True, text=True, timeout=240, check=False)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
