# SPDX-License-Identifier: Apache-2.0
"""Bridges whose resources fail. The worlds are those of the daemon's tests; here each has the faults of faults.py too."""
import contextlib
import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))

from fixtures import directory, sim, simulator  # noqa: E402,F401
from bridge import Bridge  # noqa: E402
from faults import Faults  # noqa: E402
from world import SEED  # noqa: E402

SETTINGS = {"journal": {"settle_s": 0}, "rpc": {"deadline_s": 2}}


def pytest_addoption(parser):
    parser.addoption("--all-points", action="store_true", help="fail every call in turn instead of a sample (long)")
    parser.addoption("--points-seed", type=int, default=1, help="which sample")


@contextlib.contextmanager
def faulty_bridge(sim, directory, **settings):
    """A freshly seeded world and a bridge that is not started yet, with its faults."""
    sim.reset()
    sim.seed(SEED)
    bridge = Bridge(directory, sim, **{**SETTINGS, **settings})
    faults = Faults(directory, bridge.store_path)
    try:
        yield sim, bridge, faults
    finally:
        if bridge.process and bridge.process.poll() is None:
            bridge.kill()
        faults.close()


@pytest.fixture
def faulty(sim):
    """faulty(): one world after the other, each in a directory of its own: the simulator, the bridge, its faults."""
    @contextlib.contextmanager
    def make(**settings):
        with tempfile.TemporaryDirectory(prefix="faulty-") as path, faulty_bridge(sim, path, **settings) as made:
            yield made

    return make
