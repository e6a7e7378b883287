# SPDX-License-Identifier: Apache-2.0
"""The worlds of every suite: a simulator for each file, and for each test a freshly seeded world in it with a bridge of
its own. A suite's conftest.py puts this folder into sys.path and imports what it uses."""
import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "sim"))

import shapes  # noqa: E402
from bridge import Bridge, Client  # noqa: E402
from canary import assert_absent, files_of  # noqa: E402
from sim import Simulator  # noqa: E402
from world import SECRETS, SEED, World  # noqa: E402

shapes.hook(Client)


@pytest.fixture(scope="module")
def simulator():
    with Simulator() as running:
        yield running


@pytest.fixture
def sim(simulator):
    simulator.reset()
    return simulator


@pytest.fixture
def directory():
    with tempfile.TemporaryDirectory(prefix="bridge-") as path:
        yield pathlib.Path(path)


@pytest.fixture
def world_with(sim, directory):
    """world_with(worklog={...}) starts a bridge with these settings."""
    bridges = []

    def make(**settings):
        made = sim.seed(SEED)
        bridge = Bridge(directory, sim, **settings)
        bridges.append(bridge)
        bridge.start()
        return World(sim, bridge, made)

    yield make
    for bridge in bridges:
        assert bridge.stop() in (0, -9), bridge.log()  # a sanitizer's complaint, too, is an exit status
        for path, content in files_of(bridge).items():
            assert_absent(SECRETS, content, path)  # whatever the test was about


@pytest.fixture
def world(world_with):
    return world_with()


@pytest.fixture
def anna(world):
    """The world with Anna connected to both services."""
    world.connect()
    return world
