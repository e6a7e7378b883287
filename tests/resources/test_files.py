# SPDX-License-Identifier: Apache-2.0
"""Somebody removes, moves, replaces or cuts the database's files while the bridge has them open. What would be written into a
file that nobody finds again is not acknowledged."""
import os
import shutil

import pytest

from bridge import RpcError
from story import Story
from world import ANNA, ANNA_KEY, ANNA_TOKEN


def cut(path):
    os.truncate(path, 0)


def replace(path):
    shutil.copy(path, f"{path}.copy")
    os.replace(f"{path}.copy", path)


def move_away(path):
    os.rename(path.parent, f"{path.parent}.away")


DAMAGES = {"removed": os.unlink, "replaced": replace, "cut short": cut, "moved away": move_away}


@pytest.fixture
def clicked(faulty):
    """A bridge that has one entry behind it, with its database in a folder of its own."""
    with faulty() as (sim, bridge, faults):
        folder = bridge.directory / "store"
        folder.mkdir()
        bridge.settings["store"]["path"] = str(folder / "bridge.db")
        bridge.write_config()
        bridge.start()
        bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        bridge.call("account.connect_jira", user=ANNA, token=ANNA_TOKEN)
        add(bridge, 8)
        yield Story(sim, bridge, faults), folder


def add(bridge, hour):
    return bridge.call("entry.add", user=ANNA, issue="PZ-1", start=f"2026-10-05T{hour:02d}:00:00Z", seconds=600, wait="worklog",
                       request_id=f"hour-{hour}")


def store_is_fine(bridge):
    """What bridge.status says; without the journal's counts it says that it cannot read them."""
    try:
        return bridge.call("bridge.status")["store"]["ok"]
    except RpcError as error:
        assert error.reason == "store"
        return False


def refuse_all(story):
    """Each click is refused, and nothing of it is done."""
    before = story.world()
    for hour in (9, 10):
        with pytest.raises(RpcError) as refused:
            add(story.bridge, hour)
        assert refused.value.reason == "store", refused.value
    assert story.world() == before
    assert not store_is_fine(story.bridge)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", ["bridge.db", "bridge.db-wal"])
def test_what_nobody_would_find_again_is_refused(clicked, file, damage):
    story, folder = clicked
    DAMAGES[damage](folder / file)
    refuse_all(story)


def test_what_is_put_back_is_used_again(clicked):
    story, folder = clicked
    move_away(folder / "bridge.db")
    refuse_all(story)
    os.rename(f"{folder}.away", folder)
    for hour in (9, 10):
        add(story.bridge, hour)
    story.bridge.kill()
    story.bridge.start()
    story.settle()
    entries, worklogs = story.world()
    assert (len(entries), len(worklogs)) == (3, 3)
    assert story.bridge.call("bridge.status")["store"]["ok"] is True


def test_rights_that_are_taken_away_change_nothing(clicked):
    story, folder = clicked
    for file in folder.iterdir():
        file.chmod(0)
    add(story.bridge, 9)
    story.bridge.kill()
    story.bridge.start()
    add(story.bridge, 10)
    story.settle()
    entries, worklogs = story.world()
    assert (len(entries), len(worklogs)) == (3, 3)


def test_a_damaged_page_is_said_and_not_guessed_at(clicked):
    """The root page of a table full of zeros: no start, or an error that names the store; never an answer from the rubble."""
    story, folder = clicked
    story.bridge.stop()
    with open(folder / "bridge.db", "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        for page in range(1, size // 4096):
            file.seek(page * 4096)
            file.write(bytes(4096))
    with pytest.raises(RuntimeError, match="damaged"):
        story.bridge.start()
    assert story.bridge.process.returncode == 74
