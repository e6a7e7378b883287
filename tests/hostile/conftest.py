# SPDX-License-Identifier: Apache-2.0
"""Whoever means the bridge no good, or does not care: its worlds are those of the daemon's tests."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))

from fixtures import anna, directory, sim, simulator, world, world_with  # noqa: E402,F401


def pytest_addoption(parser):
    parser.addoption("--calls", type=int, default=2000, help="how many calls with any params")
    parser.addoption("--calls-seed", type=int, default=1, help="which ones")
