# SPDX-License-Identifier: Apache-2.0
"""One user's business is none of another's: the worlds are those of the daemon's tests."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))

from fixtures import anna, directory, sim, simulator, world, world_with  # noqa: E402,F401
