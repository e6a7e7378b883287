# SPDX-License-Identifier: Apache-2.0
"""Reloads in the middle of calls: what was begun under one configuration ends well under the next."""
import threading

from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN

ADDED = 40  # entries a user


def add_entries(bridge, user):
    """Pipelined, so that there is always one whose result is being written."""
    with bridge.client() as client:
        numbers = [client.send("entry.add", user=user, issue="PZ-1", seconds=60 * (i + 1), request_id=f"{user}-{i}")
                   for i in range(ADDED)]
        return [client.receive(number)["entry"] for number in numbers]


def reload_while(bridge, threads):
    """Each configuration differs from the one before; gives how many there were."""
    count = 0
    while any(thread.is_alive() for thread in threads):
        bridge.settings["worklog"]["comment"] = f"comment {count}"
        bridge.settings["entry"]["description"] = f"{{issue}} {count}"
        bridge.settings["clockify"]["timeout_s"] = 15 + count % 2
        bridge.write_config()
        assert bridge.call("bridge.reload")["changed"]
        count += 1
    return count


def test_clicks_while_the_configuration_changes(world_with):
    """Each entry is made once, each worklog written once, and each by one configuration or another."""
    world = world_with(worklog={"comment": "first"}, entry={"description": "first"})
    world.connect(ANNA, ANNA_KEY, ANNA_TOKEN)
    world.connect(BEN, BEN_KEY, BEN_TOKEN)
    added = {}
    callers = [threading.Thread(target=lambda user=user: added.update({user: add_entries(world.bridge, user)}))
               for user in (ANNA, BEN)]
    for caller in callers:
        caller.start()
    assert reload_while(world.bridge, callers) > 0
    assert [len(added[user]) for user in (ANNA, BEN)] == [ADDED, ADDED]
    world.bridge.until(lambda: len(world.worklogs()) >= 2 * ADDED, seconds=120)
    assert len(world.entries()) == len(world.worklogs()) == 2 * ADDED
    assert all(worklog["comment"].startswith(("first", "comment ")) for worklog in world.worklogs())
