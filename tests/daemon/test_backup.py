# SPDX-License-Identifier: Apache-2.0
"""backup and restore: nothing lost that was answered before the backup, nothing twice after a restore, and nothing that
stands in the way of either goes unsaid."""
import os
import secrets
import shutil
import sqlite3
import stat
import subprocess
import threading

import pytest

from bridge import PLUGIN_USER, RpcError
from test_outages import settled, warm
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN

OK, FAILED, USAGE = 0, 1, 2


@pytest.fixture
def backup_of(directory):
    """backup_of(world)("name") makes a backup beside the database and gives its path."""
    def of(world):
        def make(name="copy.db"):
            path = directory / name
            result = world.bridge.ctl("backup", str(path))
            assert result.returncode == OK, result
            return path
        make.world = world
        return make
    return of


@pytest.fixture
def backup(anna, backup_of):
    return backup_of(anna)


def restore(world, path, *options):
    return world.bridge.ctl("restore", str(path), "--config", str(world.bridge.config_path), *options,
                            stdin=subprocess.DEVNULL)


def restored(world, path):
    """Stops the bridge, restores, starts it again."""
    world.bridge.stop()
    result = restore(world, path, "--yes")
    assert result.returncode == OK, result
    world.bridge.start()
    return result.stdout


def left_behind(world):
    return [name for name in os.listdir(world.bridge.directory) if ".backup-" in name or ".part-" in name]


# ---- backup

def test_a_backup_is_a_whole_database(backup):
    backup.world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    path = backup()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("SELECT COUNT(*) FROM entry").fetchone() == (1,)
        assert db.execute("SELECT COUNT(*) FROM account").fetchone() == (2,)
    db.close()
    assert left_behind(backup.world) == []
    assert backup.world.bridge.call("audit.list", limit=1)["items"][0]["action"] == "store.backup"


def test_the_master_key_and_no_secret_are_in_it(backup):
    content = backup().read_bytes()
    key = backup.world.bridge.key_path.read_text().strip()
    for secret in (ANNA_KEY.encode(), ANNA_TOKEN.encode(), key.encode(), key.upper().encode(), bytes.fromhex(key)):
        assert secret not in content
    assert "master key" in backup.world.bridge.ctl("backup", str(backup.world.bridge.directory / "two.db"), check=True).stdout


def test_an_existing_file_is_kept_unless_forced(backup, directory):
    taken = directory / "taken"
    taken.write_text("mine")
    refused = backup.world.bridge.ctl("backup", str(taken))
    assert refused.returncode == USAGE and "--force" in refused.stderr and taken.read_text() == "mine"
    assert backup.world.bridge.ctl("backup", str(taken), "--force").returncode == OK
    assert taken.read_bytes().startswith(b"SQLite format 3")


def test_where_it_cannot_go(backup, directory):
    result = backup.world.bridge.ctl("backup", str(directory / "no such folder" / "copy.db"))
    assert result.returncode == FAILED and "cannot be made" in result.stderr
    with backup.world.bridge.client(PLUGIN_USER) as plugin, pytest.raises(RpcError) as error:
        plugin.call("store.backup")
    assert error.value.reason == "forbidden"


def test_two_at_once_and_what_is_left_behind(backup):
    world = backup.world
    with world.bridge.client() as client:
        numbers = [client.send("store.backup") for _ in range(4)]
        made, busy = [], 0
        for number in numbers:
            try:
                made.append(client.receive(number)["file"])
            except RpcError as error:
                assert error.reason == "busy" and error.data["retry_after_s"] > 0
                busy += 1
    assert len(made) + busy == 4 and made and sorted(left_behind(world)) == sorted(os.path.basename(name) for name in made)
    for name in made:
        os.utime(name, (0, 0))
    backup()
    assert left_behind(world) == []


def test_a_backup_under_load_holds_what_was_answered_before(backup):
    """Clicks go on all the while; each that was answered before the backup began is in it."""
    world = backup.world
    warm(world)
    answered, done = [], threading.Event()

    def click():
        with world.bridge.client() as client:
            while not done.is_set() and len(answered) < 400:
                entry = client.call("entry.add", user=ANNA, issue="PZ-1", seconds=60, wait="accepted")["entry"]
                answered.append(entry["id"])
    clicks = threading.Thread(target=click)
    clicks.start()
    try:
        world.bridge.until(lambda: len(answered) >= 20, seconds=60)
        before = list(answered)
        path = backup()
    finally:
        done.set()
        clicks.join()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        held = {str(row[0]) for row in db.execute("SELECT id FROM entry")}
    db.close()
    assert set(before) <= held


# ---- restore

def test_nothing_lost_and_nothing_twice(backup):
    """Acknowledged and not carried out when the backup is made; carried out, killed, restored, drained."""
    world = backup.world
    warm(world)
    away = [world.sim.fault(service=service, kind="refuse") for service in ("clockify", "jira")]
    for issue in ("PZ-1", "PZ-2"):
        world.call("entry.add", issue=issue, seconds=600, wait="accepted")
    world.call("timer.start", issue="PZ-1", wait="accepted")
    path = backup()
    for fault in away:
        world.sim.clear_faults(fault)
    settled(world, entries=5, worklogs=4)
    world.call("timer.stop", wait="worklog")
    settled(world, entries=5, worklogs=5)
    world.bridge.kill()
    assert restore(world, path, "--yes").returncode == OK
    world.bridge.start()
    settled(world, entries=5)
    world.call("timer.stop", wait="worklog")
    settled(world, entries=5, worklogs=5)
    assert len({entry["id"] for entry in world.entries()}) == 5 and len(world.worklogs()) == 5


@pytest.mark.parametrize("stopped_elsewhere, state", [(False, "skipped"), (True, "written")])
def test_a_timer_that_ran_when_the_backup_was_made(world_with, backup_of, stopped_elsewhere, state):
    """Stopped and written since, which the restored bridge takes for stopped in another app: no second worklog."""
    world = world_with(worklog={"stopped_elsewhere": stopped_elsewhere})
    world.connect()
    backup = backup_of(world)
    world.call("timer.start", issue="PZ-1")
    path = backup()
    world.call("timer.stop", wait="worklog")
    settled(world, entries=1, worklogs=1)
    restored(world, path)
    worklog = world.call("timer.stop", wait="worklog")["entry"]["worklog"]
    assert worklog["state"] == state and len(world.worklogs()) == 1
    assert state != "written" or worklog["jira_id"] == world.worklogs()[0]["id"]
    later = world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")["entry"]
    assert later["worklog"]["state"] == "written" and len(world.worklogs()) == 2


def test_it_is_as_it_was(backup):
    world = backup.world
    world.connect(BEN, BEN_KEY, BEN_TOKEN)
    world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    mode = world.bridge.store_path.stat()
    path = backup()
    world.call("account.disconnect", user=BEN)
    world.call("entry.add", issue="PZ-2", seconds=60, wait="worklog")
    told = restored(world, path)
    assert "entries    1, 0 running" in told and "secrets    4, all open" in told
    assert world.call("account.get", user=BEN)["jira"] and len(world.call("entry.list")["items"]) == 1
    now = world.bridge.store_path.stat()
    assert (now.st_uid, now.st_gid, now.st_mode, now.st_ino) == (mode.st_uid, mode.st_gid, mode.st_mode, mode.st_ino)
    rows = world.bridge.call("audit.list")["items"]
    assert [row["action"] for row in rows[:2]] == ["store.restore", "store.backup"] and rows[0]["account"] == "root"
    assert rows[0]["details"]["file"] == str(path) and world.bridge.call("audit.verify")["ok"]
    assert len([row for row in rows if row["action"] == "store.restore"]) == 1
    world.bridge.restart()
    assert world.bridge.call("audit.list")["items"] == rows


def test_what_was_there_is_kept(backup):
    world = backup.world
    path = backup()
    world.call("entry.add", issue="PZ-2", seconds=60, wait="worklog")
    restored(world, path)
    assert world.call("entry.list")["items"] == []
    [kept] = world.bridge.directory.glob("bridge.db.before-restore-*")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    restored(world, kept)
    assert len(world.call("entry.list")["items"]) == 1


def test_on_a_machine_that_has_none(backup):
    world = backup.world
    world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    path = backup()
    world.bridge.stop()
    world.bridge.store_path.unlink()
    assert "made anew" in restore(world, path, "--dry-run").stdout and not world.bridge.store_path.exists()
    assert restore(world, path, "--yes").returncode == OK
    world.bridge.start()
    assert len(world.call("entry.list")["items"]) == 1


def test_a_running_bridge_is_refused(backup):
    path = backup()
    backup.world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    refused = restore(backup.world, path, "--yes")
    assert refused.returncode == FAILED and "in use by another process" in refused.stderr
    assert len(backup.world.call("entry.list")["items"]) == 1
    assert not list(backup.world.bridge.directory.glob("*.before-restore-*"))


@pytest.mark.parametrize("options, word", [((), "--yes"), (("--dry-run",), None)])
def test_nothing_changes_without_a_yes(backup, options, word):
    path = backup()
    backup.world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    backup.world.bridge.stop()
    before = backup.world.bridge.store_path.read_bytes()
    result = restore(backup.world, path, *options)
    assert result.returncode == (FAILED if word else OK) and "entries    0" in result.stdout
    assert (word or "") in result.stderr
    assert backup.world.bridge.store_path.read_bytes() == before
    backup.world.bridge.start()


def damage(path):
    content = bytearray(path.read_bytes())
    content[5000:9000] = bytes(4000)
    path.write_bytes(content)


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = 4711")
    db.close()


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE something (x)")
    db.close()


def half(path):
    shutil.copy(path, str(path) + "-wal")


@pytest.mark.parametrize("harm, words", [
    (damage, "SQLite"), (newer, "4711"), (foreign, "none of the Clockify bridge"), (half, "-wal"),
    (lambda path: path.write_text("no database"), "no SQLite database"), (lambda path: path.unlink(), "cannot be read"),
])
def test_what_is_no_backup_is_refused(backup, harm, words):
    path = backup()
    backup.world.bridge.stop()
    before = backup.world.bridge.store_path.read_bytes()
    harm(path)
    refused = restore(backup.world, path, "--yes")
    assert refused.returncode == FAILED and words in refused.stderr, refused
    assert backup.world.bridge.store_path.read_bytes() == before
    backup.world.bridge.start()


def test_another_master_key_is_refused(backup):
    world = backup.world
    path = backup()
    old = world.bridge.key_path.read_text().strip()
    world.bridge.stop()
    world.bridge.write_keys(secrets.token_hex(32))
    refused = restore(world, path, "--yes")
    assert refused.returncode == FAILED and "master key" in refused.stderr
    world.bridge.key_path.unlink()
    assert restore(world, path, "--yes").returncode == FAILED
    told = restore(world, path, "--yes", "--no-key-check")
    assert told.returncode == OK and "not looked at" in told.stdout
    world.bridge.write_keys(old)
    world.bridge.start()
    assert world.call("account.get")["jira"]
