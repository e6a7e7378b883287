# SPDX-License-Identifier: Apache-2.0
"""What one installation sealed is of no use in another, even under the same master key."""
import shutil
import sqlite3
import tempfile

import pytest

from bridge import Bridge, RpcError
from world import ANNA, ANNA_KEY, ANNA_TOKEN


@pytest.fixture
def two(sim, world):
    """Anna's bridge, and another installation with the same master key, in which she is connected as well."""
    world.connect()
    with tempfile.TemporaryDirectory(prefix="bridge-") as path:
        other = Bridge(path, sim)
        other.key_path.unlink()
        shutil.copy2(world.bridge.key_path, other.key_path)
        other.start()
        other.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        other.call("account.connect_jira", user=ANNA, token=ANNA_TOKEN)
        yield world, other
        other.stop()


def sealed_in(bridge):
    with sqlite3.connect(bridge.store_path) as database:
        rows = database.execute("SELECT service, sealed, version FROM account").fetchall()
    database.close()
    return rows


def test_the_secrets_of_another_installation_do_not_open(two):
    world, other = two
    for bridge in (world.bridge, other):
        bridge.stop()
    stolen = sealed_in(world.bridge)
    assert [row[2] for row in stolen] == [row[2] for row in sealed_in(other)]  # all but the installation is the same
    with sqlite3.connect(other.store_path) as database:
        for service, sealed, _ in stolen:
            assert database.execute("UPDATE account SET sealed = ? WHERE service = ?", (sealed, service)).rowcount == 1
    database.close()
    other.start()
    world.sim.clear_counts()
    with pytest.raises(RpcError) as error:
        other.call("tag.list", user=ANNA)
    assert error.value.reason == "clockify_key_rejected"
    assert not any(request["who"] for request in world.sim.requests()[-5:] if request["route"].endswith("/tags"))
    assert ANNA_KEY not in other.log() and ANNA_TOKEN not in other.log()


def test_in_its_own_place_it_opens(two):
    """So that the test above cannot pass for want of a key."""
    world, other = two
    assert world.call("tag.list")["items"]
    assert other.call("tag.list", user=ANNA)["items"]
