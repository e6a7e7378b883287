# SPDX-License-Identifier: Apache-2.0
"""One simulator for all tests of a file, and a freshly seeded world in it for each test."""
import pytest

from sim import Simulator
from sim_world import World


@pytest.fixture(scope="module")
def simulator():
    with Simulator() as running:
        yield running
        assert running.stop() == 0  # a sanitizer's complaint, too, is an exit status


@pytest.fixture
def w(simulator):
    return World(simulator)
