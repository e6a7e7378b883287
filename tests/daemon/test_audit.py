# SPDX-License-Identifier: Apache-2.0
"""The audit trail from outside: each fact once, with whose it is and who did it, no secret in it; and that whoever has the
database alone cannot mend what was broken."""
import json
import re
import secrets
import signal
import sqlite3

import pytest

from bridge import PLUGIN_USER, RpcError
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY


def trail(world, **params):
    """Oldest first."""
    return world.bridge.call("audit.list", **params)["items"][::-1]


def facts(world):
    return [(row["action"], row["user"], row["account"]) for row in trail(world)]


def stopped(world, sql):
    """Changes the database as somebody does who has the file alone."""
    world.bridge.stop()
    with sqlite3.connect(world.bridge.store_path) as db:
        db.executescript(sql)
    db.close()
    world.bridge.start()


def test_each_fact_is_a_row(world):
    assert facts(world) == []
    world.connect()
    world.call("account.get")
    bridge = world.bridge
    bridge.call("bridge.pause", why="moving house")
    bridge.call("bridge.resume")
    with bridge.client(PLUGIN_USER) as plugin:
        plugin.call("server.set", url=world.sim.clockify, by=BEN)
        plugin.call("web.call", user=ANNA, body=json.dumps({"method": "account.disconnect", "params": {}}))
    bridge.call("bridge.reload")
    bridge.call("secret.rotate")
    assert facts(world) == [
        ("account.connect_clockify", ANNA, "root"), ("account.connect_jira", ANNA, "root"), ("bridge.pause", None, "root"),
        ("bridge.resume", None, "root"), ("server.set", BEN, PLUGIN_USER), ("account.disconnect", ANNA, PLUGIN_USER),
        ("account.disconnect", ANNA, PLUGIN_USER), ("bridge.reload", None, "root"), ("secret.rotate", None, "root")]
    rows = trail(world)
    assert rows[2]["details"] == {"why": "moving house"} and rows[4]["details"]["url"] == world.sim.clockify
    assert [row["details"]["service"] for row in rows[5:7]] == ["clockify", "jira"]
    assert [row["id"] for row in rows] == [str(number) for number in range(1, 10)]
    assert bridge.call("audit.verify") == {**bridge.call("audit.verify"), "ok": True, "count": 9, "broken": None, "why": None}


def test_an_abandoned_worklog(anna):
    anna.sim.change("jira/issues/PZ-1", _workers=[])
    anna.call("entry.add", issue="PZ-1", seconds=600, wait="worklog")
    [worklog] = anna.bridge.until(lambda: anna.call("worklog.list", state="blocked")["items"], seconds=60)
    anna.bridge.call("worklog.abandon", id=worklog["id"], why="Closed for good")
    row = trail(anna)[-1]
    assert (row["action"], row["user"], row["account"]) == ("worklog.abandon", ANNA, "root")
    assert row["details"] == {"id": worklog["id"], "issue": "PZ-1", "seconds": 600, "why": "Closed for good"}


def test_what_did_not_happen_is_no_fact(anna):
    before = facts(anna)
    anna.call("account.disconnect", user=BEN)
    for method, params in (("account.connect_clockify", {"user": BEN, "api_key": "WrongWrongWrong"}),
                           ("server.set", {"url": "http://127.0.0.1:1", "by": BEN}),
                           ("worklog.abandon", {"id": "4711", "why": "none"})):
        with pytest.raises(RpcError):
            anna.bridge.call(method, **params)
    assert facts(anna) == before


def test_a_reload_by_signal_is_nobodys(world):
    world.bridge.process.send_signal(signal.SIGHUP)
    world.bridge.until(lambda: facts(world) == [("bridge.reload", None, None)], seconds=60)


def test_no_secret_is_in_it(anna):
    anna.bridge.call("secret.rotate")
    text = json.dumps(trail(anna))
    for secret in (ANNA_KEY, ANNA_TOKEN, ANNA_KEY[-4:], anna.bridge.key_path.read_text().strip()):
        assert secret not in text


def test_it_outlives_kill_and_a_new_master_key(anna):
    head = anna.bridge.call("audit.verify")["head"]
    old, new = anna.bridge.key_path.read_text().strip(), secrets.token_hex(32)
    anna.bridge.write_keys(new, old)
    anna.bridge.call("secret.rotate")
    anna.bridge.kill()
    anna.bridge.write_keys(new)
    anna.bridge.start()
    anna.bridge.call("bridge.pause")
    check = anna.bridge.call("audit.verify", head=head)
    assert check["ok"] and check["count"] == 4, check


@pytest.mark.parametrize("sql, row", [
    ("UPDATE audit SET user_key = 'JIRAUSER10101' WHERE id = 2", "2"),
    ("DELETE FROM audit WHERE id = 1", "1"),
    ("DELETE FROM audit WHERE id = 3", "3"),
    ("DELETE FROM audit_head", "1"),
])
def test_what_the_file_alone_allows_shows(anna, sql, row):
    anna.bridge.call("bridge.pause")
    assert anna.bridge.call("audit.verify")["ok"]
    stopped(anna, sql)
    anna.bridge.call("bridge.resume")
    check = anna.bridge.call("audit.verify")
    assert not check["ok"] and check["broken"] == row and check["why"], check


def test_an_older_copy_of_the_whole_file_shows_by_a_head(anna):
    anna.bridge.stop()
    copy = anna.bridge.store_path.read_bytes()
    anna.bridge.start()
    anna.bridge.call("bridge.pause")
    head = anna.bridge.call("audit.verify")["head"]
    anna.bridge.stop()
    anna.bridge.store_path.write_bytes(copy)
    anna.bridge.start()
    assert anna.bridge.call("audit.verify")["ok"]
    assert not anna.bridge.call("audit.verify", head=head)["ok"]


def test_the_operators_tool(anna):
    bridge = anna.bridge
    bridge.call("bridge.pause", why="moving\x1b[2J house")
    shown = bridge.ctl("audit", check=True).stdout.splitlines()
    assert len(shown) == 4 and "moving" in shown[1] and "\x1b" not in shown[1] and ANNA in shown[2]
    assert len(bridge.ctl("audit", "--limit", "1", check=True).stdout.splitlines()) == 2
    assert len(bridge.ctl("audit", "--user", ANNA, check=True).stdout.splitlines()) == 3
    assert len(bridge.ctl("audit", "--before", "2", check=True).stdout.splitlines()) == 2
    whole = bridge.ctl("audit", "verify", check=True).stdout
    head = re.search(r"^head +(\S+)$", whole, re.M).group(1)
    assert bridge.ctl("audit", "verify", "--head", head).returncode == 0
    stopped(anna, "DELETE FROM audit WHERE id = 3")
    broken = bridge.ctl("audit", "verify")
    assert broken.returncode == 1 and "BROKEN" in broken.stdout and "row 3" in broken.stdout
    assert bridge.ctl("audit", "verify", "--head", head).returncode == 1


def test_it_is_for_operators(anna):
    with anna.bridge.client(PLUGIN_USER) as plugin:
        for method in ("audit.list", "audit.verify"):
            with pytest.raises(RpcError) as error:
                plugin.call(method)
            assert error.value.reason == "forbidden"
