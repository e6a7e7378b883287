# SPDX-License-Identifier: Apache-2.0
"""Bridges that die at a chosen system call, and disks whose power fails. The worlds are those of the daemon's tests."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))

from fixtures import anna, directory, sim, simulator, world, world_with  # noqa: E402,F401
from strike import why_not  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="die at every call of every flow, not at a sample (long)")
    parser.addoption("--points-seed", type=int, default=1, help="which sample")
    parser.addoption("--power-cycles", type=int, default=10, help="how often the power is cut on each file system")


@pytest.fixture(scope="session")
def strace():
    reason = why_not()
    if reason:
        pytest.skip(reason)
