# SPDX-License-Identifier: Apache-2.0
"""Keys and tokens are kept sealed and shown nowhere: in no answer, no log line, no file, no memory that can be read or dumped."""
import base64
import contextlib
import json
import os
import pwd
import resource
import secrets
import sqlite3
import subprocess

import pytest

from bridge import PLUGIN_USER, Client, RpcError
from canary import absent_from_memory, assert_absent, files_of, readable_memory
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN

CONFIG = 78


@pytest.fixture
def overheard(monkeypatch):
    """Every line that any client was told."""
    lines = []
    read = Client.read

    def remember(self):
        answer = read(self)
        lines.append(json.dumps(answer).encode())
        return answer
    monkeypatch.setattr(Client, "read", remember)
    return lines


def busy_life(world):
    """What a user does in a week, good and bad."""
    world.connect()
    world.connect(BEN, BEN_KEY, BEN_TOKEN)
    world.call("timer.start", issue="PZ-1")
    world.call("timer.start", issue="NEW-1")
    world.call("timer.stop", wait="worklog")
    world.call("entry.add", user=BEN, issue="PZ-2", seconds=600, wait="worklog")
    for method in ("workspace.list", "project.list", "tag.list", "account.get", "timer.get", "entry.list", "worklog.list"):
        world.call(method)
    world.sim.fault(service="clockify", kind="status", code=500, times=2)
    for method in ("project.list", "tag.list"):
        with contextlib.suppress(RpcError):
            world.call(method, search="something")
    world.sim.clear_faults()
    # A service that repeats what it was sent.
    world.sim.fault(service="clockify", kind="status", code=400, times=1, route="tags",
                    body={"message": f"No good key: {ANNA_KEY}", "code": 501})
    for method, params in (("tag.list", {"search": "no"}), ("account.connect_clockify", {"api_key": BEN_KEY + "wrong"})):
        with pytest.raises(RpcError):
            world.call(method, **params)
    world.bridge.call("bridge.status")
    world.bridge.call("bridge.metrics")
    world.bridge.call("secret.rotate")


def test_they_are_shown_nowhere(world, overheard):
    busy_life(world)
    world.bridge.call("bridge.hello")
    everything = [ANNA_KEY, ANNA_TOKEN, BEN_KEY, BEN_TOKEN]
    told = b"\n".join(overheard)
    assert b"anna@example.com" in told
    assert_absent([ANNA_TOKEN, BEN_KEY, BEN_TOKEN], told, "an answer")
    process = world.bridge.process.pid
    for name in ("cmdline", "environ"):
        with open(f"/proc/{process}/{name}", "rb") as file:
            assert_absent(everything, file.read(), name)
    for running in (True, False):
        if not running:
            world.bridge.stop()
        for path, content in files_of(world.bridge).items():
            assert_absent([ANNA_TOKEN, BEN_KEY, BEN_TOKEN], content, path)
            master = world.bridge.key_path.read_text().strip()
            assert master.encode() not in content.lower() and bytes.fromhex(master) not in content, path
    assert b"level" in world.bridge.config_path.read_bytes() and "debug" in world.bridge.config_path.read_text()


def test_what_a_service_repeats_of_a_key_is_not_passed_on(world, overheard):
    busy_life(world)
    assert_absent([ANNA_KEY], b"\n".join(overheard), "an answer")
    world.bridge.stop()
    for path, content in files_of(world.bridge).items():
        assert_absent([ANNA_KEY], content, path)


def test_the_forms_looked_for_are_found():
    """The check itself."""
    for text in (ANNA_KEY, f"a{ANNA_KEY}", f"ab{ANNA_KEY}c"):
        for made in (text.encode(), text.encode().hex().encode(), base64.b64encode(text.encode())):
            with pytest.raises(AssertionError):
                assert_absent([ANNA_KEY], b"xx" + made + b"yy", "here")


def test_memory_holds_no_secret_once_its_request_is_done(world):
    skip_if_open_to_debuggers(world.bridge)  # the sanitizers keep what was freed
    busy_life(world)
    world.bridge.until(lambda: absent_from_memory([ANNA_KEY, ANNA_TOKEN, BEN_KEY, BEN_TOKEN], world.bridge), 30)
    assert not absent_from_memory(["bridge.reload"], world.bridge)  # the check itself: a word that the daemon does hold


def test_a_key_hint_hides_the_key(world):
    world.connect()
    hint = world.call("account.get")["clockify"]["key_hint"]
    assert len([c for c in hint if c.isalnum()]) <= 4 and ANNA_KEY.endswith(hint[-4:])


def test_nothing_of_a_forgotten_secret_is_left(anna):
    """Not even sealed, and not in the database's journal."""
    with sqlite3.connect(f"file:{copy_of(anna)}?mode=ro", uri=True) as database:
        sealed = [row[0] for row in database.execute("SELECT sealed FROM account")]
    database.close()
    assert len(sealed) == 2
    anna.call("account.disconnect")
    anna.bridge.stop()
    for path, content in files_of(anna.bridge).items():
        if path.name != "copy.db":
            for bytes_ in sealed:
                assert bytes_ not in content, path


def copy_of(world):
    """A copy of the database that may be opened beside the daemon: after a stop, as a backup is made."""
    world.bridge.stop()
    copy = world.bridge.directory / "copy.db"
    copy.write_bytes(world.bridge.store_path.read_bytes())
    world.bridge.start()
    return copy


def test_files_are_for_their_owner_alone(anna):
    for path in anna.bridge.directory.glob("bridge.db*"):
        assert path.stat().st_mode & 0o077 == 0, path


def skip_if_open_to_debuggers(bridge):
    with open(bridge.program, "rb") as program:
        if b"__asan_init" in program.read():
            pytest.skip("a build with sanitizers is left open to their leak check")


def test_no_core(world):
    skip_if_open_to_debuggers(world.bridge)
    assert resource.prlimit(world.bridge.process.pid, resource.RLIMIT_CORE) == (0, 0)


def test_not_dumpable_as_another_user(world):
    """The kernel gives /proc/PID of a process that is not dumpable to root: seen with one that runs as somebody else."""
    skip_if_open_to_debuggers(world.bridge)
    user = pwd.getpwnam(PLUGIN_USER)
    bridge = world.bridge
    bridge.stop()
    for path in (bridge.directory, *bridge.directory.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
    with open(bridge.log_path, "ab") as log:
        bridge.process = subprocess.Popen([bridge.program, "--config", str(bridge.config_path)], stdout=log, stderr=log,
                                          stdin=subprocess.DEVNULL, user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    bridge.wait_ready()
    assert os.stat(f"/proc/{bridge.process.pid}/environ").st_uid == 0
    assert subprocess.run(["cat", f"/proc/{bridge.process.pid}/environ"], user=user.pw_uid, group=user.pw_gid, extra_groups=[],
                          capture_output=True, check=False).returncode != 0


def test_the_master_key_stands_in_memory_once(anna):
    """In the locked heap; its digits, as they stand in the file, nowhere."""
    skip_if_open_to_debuggers(anna.bridge)
    anna.call("project.list")
    digits = anna.bridge.key_path.read_text().strip()
    memory = list(readable_memory(anna.bridge.process.pid))
    assert sum(piece.count(bytes.fromhex(digits)) for piece in memory) == 1
    assert not any(digits.encode() in piece for piece in memory)


# ---- rotation

def sealed_rows(bridge):
    with sqlite3.connect(bridge.store_path) as database:
        rows = dict(((user, service), sealed) for user, service, sealed in
                    database.execute("SELECT user_key, service, sealed FROM account"))
    database.close()
    return rows


def test_rotation(anna):
    bridge = anna.bridge
    old = bridge.key_path.read_text().strip()
    new = secrets.token_hex(32)
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    bridge.stop()
    before = sealed_rows(bridge)
    bridge.start()
    bridge.write_keys(new, old)
    assert bridge.call("secret.rotate") == {"sealed": 4}
    assert bridge.call("secret.rotate") == {"sealed": 0}
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "done"  # they open under the new key
    bridge.stop()
    after = sealed_rows(bridge)
    assert set(after) == set(before) and not set(after.values()) & set(before.values())
    for path, content in files_of(bridge).items():
        assert not any(sealed in content for sealed in before.values()), path  # what the old key opens is gone
    bridge.write_keys(new)  # the old key is thrown away
    bridge.start()
    assert anna.call("timer.stop", wait="worklog")["entry"]["worklog"]["state"] == "written"
    assert anna.call("account.get", user=BEN)["clockify"]


def test_rotation_without_the_old_key_changes_nothing(anna):
    old = anna.bridge.key_path.read_text().strip()
    anna.bridge.write_keys(secrets.token_hex(32))
    with pytest.raises(RpcError) as error:
        anna.bridge.call("secret.rotate")
    assert error.value.reason in ("store", "refused") and "old keys" in error.value.message
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "done"
    anna.bridge.write_keys(old)
    anna.bridge.restart()
    assert anna.call("timer.stop")["entry"]["delivery"] == "done"


def test_rotation_with_a_broken_file_changes_nothing(anna):
    anna.bridge.write_keys("nonsense")
    with pytest.raises(RpcError) as error:
        anna.bridge.call("secret.rotate")
    assert error.value.reason in ("store", "refused")
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "done"


def test_a_wrong_master_key_does_not_start(anna):
    bridge = anna.bridge
    bridge.stop()
    old = bridge.key_path.read_text().strip()
    bridge.write_keys(secrets.token_hex(32))
    with pytest.raises(RuntimeError) as ended:
        bridge.start()
    assert f"ended with {CONFIG}" in str(ended.value)
    assert "2 stored secrets are sealed with master keys that the keyring lacks" in str(ended.value)
    assert bridge.key_path.read_text().strip() not in str(ended.value)
    bridge.write_keys(old)
    bridge.start()
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "done"


# ---- what is sealed is bound to where it belongs

def exchange(bridge, *statements):
    asked = bridge.log().count("the API of")
    bridge.stop()
    with sqlite3.connect(bridge.store_path) as database:
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement
    database.close()
    bridge.start()
    bridge.until(lambda: bridge.log().count("the API of") > asked)  # its own first request is behind it


def test_rows_exchanged_between_users_do_not_open(anna):
    """Whoever can write to the database cannot make Ben work with Anna's key."""
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    exchange(anna.bridge, f"UPDATE account SET sealed = (SELECT a.sealed FROM account a WHERE a.user_key = '{ANNA}' AND "
                          f"a.service = account.service) WHERE user_key = '{BEN}'")
    anna.sim.clear_counts()
    with pytest.raises(RpcError) as error:
        anna.call("project.list", user=BEN)
    assert error.value.reason == "clockify_key_rejected"
    assert anna.bridge.call("bridge.status")["clockify"]["ok"]  # it is not the service that is at fault
    assert anna.sim.counts()["clockify"]["total"] == 0
    assert anna.call("project.list")["items"]  # Anna's own still opens
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)  # and Ben can mend his
    assert anna.call("project.list", user=BEN)["items"]


def test_rows_exchanged_between_services_do_not_open(anna):
    exchange(anna.bridge, "UPDATE account SET sealed = (SELECT a.sealed FROM account a WHERE a.service = 'jira') "
                          "WHERE service = 'clockify'")
    anna.sim.clear_counts()
    with pytest.raises(RpcError):
        anna.call("project.list")
    assert anna.sim.counts()["clockify"]["total"] == 0


def test_an_older_secret_put_back_does_not_open(anna):
    bridge = anna.bridge
    bridge.stop()
    old = sealed_rows(bridge)[(ANNA, "clockify")]
    bridge.start()
    anna.connect(token=None)  # sealed anew
    exchange(bridge, f"UPDATE account SET sealed = x'{old.hex()}' WHERE service = 'clockify'")
    with pytest.raises(RpcError):
        anna.call("project.list")


def test_one_flipped_bit_is_noticed(anna):
    bridge = anna.bridge
    bridge.stop()
    sealed = bytearray(sealed_rows(bridge)[(ANNA, "clockify")])
    sealed[-1] ^= 1
    exchange(bridge, f"UPDATE account SET sealed = x'{sealed.hex()}' WHERE service = 'clockify'")
    with pytest.raises(RpcError) as error:
        anna.call("project.list")
    assert error.value.reason == "clockify_key_rejected"
    anna.connect(token=None)
    assert anna.call("project.list")["items"]


def test_a_click_with_a_token_that_cannot_be_opened_waits_for_a_new_one(anna):
    """The entry is in Clockify; the worklog is blocked, with the reason, until the user brings another token."""
    bridge = anna.bridge
    bridge.stop()
    sealed = bytearray(sealed_rows(bridge)[(ANNA, "jira")])
    sealed[-1] ^= 1
    exchange(bridge, f"UPDATE account SET sealed = x'{sealed.hex()}' WHERE service = 'jira'")
    details = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
    entry = anna.call("entry.add", issue="PZ-1", seconds=60, details=details, wait="worklog")["entry"]
    assert entry["delivery"] == "done"
    [worklog] = bridge.until(lambda: anna.call("worklog.list", state="blocked")["items"])
    assert worklog["problem"]["reason"] == "jira_token_rejected"
    anna.connect(key=None)
    anna.worklog_written()
