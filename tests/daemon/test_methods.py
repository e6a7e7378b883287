# SPDX-License-Identifier: Apache-2.0
"""Each method once in its good case, and a look at the table of methods as a whole. The shapes of the answers are checked
by the hook of shapes.py; here stands what they have to say."""
import inspect
import json
import re
import sys
from datetime import datetime, timedelta, timezone

import pytest

import shapes
from bridge import PLUGIN_USER, RpcError
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN

AWAY = {"proxy": "http://127.0.0.1:1"}  # refuses: nothing leaves this machine, not even a question for a name


def utc(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def blocked_worklog(world):
    """A worklog that waits for a person: Anna may not work on PZ-1 any more."""
    world.sim.change("jira/issues/PZ-1", _workers=[])
    world.call("timer.start", issue="PZ-1")
    entry = world.call("timer.stop", wait="worklog")["entry"]
    world.bridge.until(lambda: world.call("worklog.list", state="blocked")["items"])
    return entry["worklog"]["id"]


# ---- the bridge itself

def test_bridge_hello(world):
    with world.bridge.client() as operator, world.bridge.client(PLUGIN_USER) as plugin:
        answer = operator.call("bridge.hello", protocol=1, client="test 1")
        assert (answer["name"], answer["protocol"], answer["protocols"]) == ("clockify-bridge", 1, [1])
        assert answer["role"] == "operator"
        assert plugin.call("bridge.hello")["role"] == "plugin"


def test_bridge_describe(world):
    described = world.bridge.call("bridge.describe")
    assert {method["name"] for method in described["methods"]} >= set(shapes.RESULTS) | {"web.call"}
    assert {error["reason"]: error["code"] for error in described["errors"]} == \
        {reason: code for reason, (code, _) in shapes.ERRORS.items()}


def test_bridge_status(anna):
    anna.call("timer.start", issue="PZ-1")
    status = anna.bridge.call("bridge.status")
    assert status["store"] == {"backend": "sqlite", "ok": True}
    assert status["clockify"]["ok"] and status["clockify"]["last_ok"] and status["clockify"]["problem"] is None
    assert status["clockify"]["url"].startswith(anna.sim.clockify)
    assert status["jira"]["ok"] and status["jira"]["url"].startswith(anna.sim.jira)
    assert status["entries"] == {"queued": 0, "blocked": 0} and not status["paused"]


def test_bridge_metrics(anna):
    text = anna.bridge.call("bridge.metrics")["text"]
    assert re.search(r"^clockify_bridge_store_ok 1$", text, re.M)


def test_bridge_pause_and_bridge_resume(anna):
    assert anna.bridge.call("bridge.pause", why="moving house")["paused"]
    anna.sim.clear_counts()
    entry = anna.call("timer.start", issue="PZ-1")["entry"]
    assert entry["delivery"] == "queued" and entry["clockify_id"] is None
    assert anna.entries() == [] and anna.sim.counts()["clockify"]["total"] == 0
    assert not anna.bridge.call("bridge.resume", why="done")["paused"]
    anna.bridge.until(anna.entries)


def test_bridge_pause_outlives_a_restart(anna):
    anna.bridge.call("bridge.pause", why="moving house")
    anna.bridge.restart()
    assert anna.bridge.call("bridge.status")["paused"]


def test_bridge_reload(world):
    assert world.bridge.call("bridge.reload") == {"changed": []}
    world.bridge.settings["worklog"] = {"step_s": 300}
    world.bridge.write_config()
    assert world.bridge.call("bridge.reload") == {"changed": ["worklog.step_s"]}


def test_secret_rotate(anna):
    assert anna.bridge.call("secret.rotate") == {"sealed": 0}  # under the same key there is nothing to do


# ---- which Clockify

def test_server_get(world):
    server = world.bridge.call("server.get")
    assert server["kind"] == "self_hosted" and server["region"] is None
    assert server["url"] == world.sim.clockify


def test_server_test(world):
    tried = world.bridge.call("server.test", url=world.sim.clockify)
    assert [check["name"] for check in tried["checks"] if not check["ok"]] == [], tried
    assert len(tried["checks"]) >= 4


def test_server_test_of_nothing(world):
    tried = world.bridge.call("server.test", url="http://127.0.0.1:1")
    assert [check["name"] for check in tried["checks"] if not check["ok"]] == ["connection"], tried
    assert world.bridge.call("server.get")["url"] == world.sim.clockify  # it stored nothing


def test_server_set(world):
    bridge = world.bridge
    with pytest.raises(RpcError) as refused:
        bridge.call("server.set", url="http://127.0.0.1:1", by="JIRAUSER10000")
    assert refused.value.reason in ("unavailable", "refused")
    assert bridge.call("server.get")["url"] == world.sim.clockify
    assert bridge.call("server.set", url="http://127.0.0.1:1", by="JIRAUSER10000", force=True)["url"] == "http://127.0.0.1:1"
    bridge.restart()
    assert bridge.call("server.get")["url"] == "http://127.0.0.1:1"  # the file's URL was the first value only
    assert bridge.call("server.set", url=world.sim.clockify + "/", by="JIRAUSER10000")["url"] == world.sim.clockify


@pytest.mark.parametrize("region,same", [("euc1", "eu"), ("use2", "us"), ("euw2", "uk"), ("apse2", "au")])
def test_server_set_by_region(world_with, region, same):
    world = world_with(clockify=AWAY)
    one = world.bridge.call("server.set", region=region, by="JIRAUSER10000", force=True)
    assert one["kind"] == "region" and one["region"] == region
    assert world.bridge.call("server.set", region=same, by="JIRAUSER10000", force=True)["api_url"] == one["api_url"]


# ---- the audit trail

def test_audit_list(anna):
    assert [row["action"] for row in anna.bridge.call("audit.list", user=ANNA)["items"]] == \
        ["account.connect_jira", "account.connect_clockify"]
    assert [row["id"] for row in anna.bridge.call("audit.list", limit=1, before="2")["items"]] == ["1"]


def test_audit_verify(anna):
    check = anna.bridge.call("audit.verify")
    assert check["ok"] and check["count"] == 2 and check["head"].startswith("2:")
    assert anna.bridge.call("audit.verify", head=check["head"]) == check


# ---- backup

def test_store_backup(anna):
    made = anna.bridge.call("store.backup")
    with open(made["file"], "rb") as file:
        content = file.read()
    assert content.startswith(b"SQLite format 3") and len(content) == made["size"]


# ---- accounts

def test_account_get(world):
    account = world.call("account.get")
    assert account["clockify"] is None and account["jira"] is None
    assert account["key_url"].startswith(world.sim.clockify)


def test_account_connect_clockify(world):
    account = world.call("account.connect_clockify", api_key=ANNA_KEY)
    assert account["clockify"]["email"] == "anna@example.com" and account["jira"] is None
    assert account["clockify"]["workspace"] == {"id": world.main, "name": "Main"}
    assert ANNA_KEY not in json.dumps(account)


def test_account_connect_jira(world):
    account = world.call("account.connect_jira", token=ANNA_TOKEN, expires="2099-02-20T00:00:00Z")
    assert account["jira"]["user"] == ANNA and account["jira"]["expires"] == "2099-02-20T00:00:00Z"
    assert ANNA_TOKEN not in json.dumps(account)


def test_account_disconnect(anna):
    half = anna.call("account.disconnect", service="jira")
    assert half["jira"] is None and half["clockify"]
    none = anna.call("account.disconnect")
    assert none["jira"] is None and none["clockify"] is None


def test_account_set_workspace(anna):
    assert anna.call("account.set_workspace", workspace=anna.second)["clockify"]["workspace"]["name"] == "Second"
    entry = anna.call("entry.add", issue="PZ-1", seconds=60)["entry"]
    assert entry["workspace"]["id"] == anna.second


# ---- lists

def test_workspace_list(anna):
    items = {item["name"]: item for item in anna.call("workspace.list")["items"]}
    assert set(items) == {"Main", "Second"}
    assert items["Main"]["active"] and not items["Second"]["active"]
    assert items["Main"]["can"] == {"create_project": True, "create_task": True, "create_tag": True}
    assert items["Main"]["manual_entry"] and items["Main"]["locked_before"] is None


def test_project_list(anna):
    found = anna.call("project.list", search="zero")
    assert [item["name"] for item in found["items"]] == ["Phase Zero"] and found["last_page"] and found["page"] == 1
    assert anna.call("project.list", search="no such")["items"] == []


def test_project_list_in_pages(anna):
    anna.sim.seed({"clockify": {"projects": [{"workspace": "Main", "name": "Page {n}", "public": True, "count": 4}]}})
    first = anna.call("project.list", search="Page", page_size=3)
    second = anna.call("project.list", search="Page", page_size=3, page=2)
    assert (len(first["items"]), first["last_page"], len(second["items"]), second["last_page"]) == (3, False, 1, True)
    assert second["page"] == 2


def test_task_list(anna):
    assert anna.call("task.list", project=anna.project)["items"] == [{"id": anna.task, "name": "PZ-1"}]


def test_tag_list(anna):
    assert anna.call("tag.list", workspace=anna.main)["items"] == [{"id": anna.story, "name": "Story"}]


# ---- timers and entries

def test_timer_start(anna):
    answer = anna.call("timer.start", issue="PZ-1", description="Mine", billable=True, request_id="a", wait="clockify")
    entry = answer["entry"]
    assert (entry["issue"], entry["state"], entry["delivery"]) == ("PZ-1", "running", "done")
    assert entry["description"] == "Mine" and entry["billable"] is True
    assert entry["project"]["id"] == anna.project and entry["task"] == {"id": anna.task, "name": "PZ-1"}
    assert [tag["name"] for tag in entry["tags"]] == ["Story"]
    assert entry["clockify_id"] == anna.entries()[0]["id"]
    again = anna.call("timer.start", issue="PZ-1", description="Mine", billable=True, request_id="a", wait="clockify")
    assert again == answer and len(anna.entries()) == 1


def test_timer_get(anna):
    nothing = anna.call("timer.get")
    assert nothing["running"] is None and nothing["stale"] is False
    entry = anna.call("timer.start", issue="PZ-1")["entry"]
    assert anna.call("timer.get")["running"]["id"] == entry["id"]


def test_timer_get_started_elsewhere(anna):
    anna.sim.clockify_call("POST", f"/workspaces/{anna.main}/time-entries", {"description": "By phone"}, key=ANNA_KEY)
    running = anna.call("timer.get")["running"]
    assert running["issue"] is None and running["description"] == "By phone"


def test_timer_stop(anna):
    started = anna.call("timer.start", issue="PZ-1")["entry"]
    entry = anna.call("timer.stop", comment="Found it", wait="worklog", request_id="b")["entry"]
    assert entry["id"] == started["id"] and entry["state"] == "stopped" and entry["delivery"] == "done"
    assert entry["worklog"]["state"] == "written" and entry["worklog"]["comment"] == "Found it"
    assert entry["worklog"]["jira_id"] == anna.worklogs()[0]["id"]


def test_timer_edit(anna):
    anna.call("timer.start", issue="PZ-1")
    entry = anna.call("timer.edit", description="Another", tags=[], task=None, billable=False)["entry"]
    assert (entry["description"], entry["tags"], entry["task"]) == ("Another", [], None)
    assert anna.entries()[0]["description"] == "Another"


def test_timer_discard(anna):
    anna.call("timer.start", issue="PZ-1")
    entry = anna.call("timer.discard")["entry"]
    assert entry["state"] == "discarded"
    assert anna.entries() == [] and anna.worklogs() == [] and anna.call("timer.get")["running"] is None


def test_entry_preview(anna):
    answer = anna.call("entry.preview", issue="PZ-1")
    assert answer["project"] == {"id": anna.project, "name": "Phase Zero"} and answer["task"] == {"id": anna.task, "name": "PZ-1"}
    assert answer["description"] == "PZ-1 Read a ticket" and answer["tags"] == [{"id": anna.story, "name": "Story"}]
    assert answer["problem"] is None and answer["running"] is None and anna.entries() == []


def test_entry_add(anna):
    end = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=1)
    start = end - timedelta(minutes=30)
    given = {"start": utc(start), "end": utc(end), "seconds": 1800}
    for left_out in given:
        params = {name: value for name, value in given.items() if name != left_out}
        entry = anna.call("entry.add", issue="PZ-1", wait="worklog", comment="Call", **params)["entry"]
        assert {name: entry[name] for name in given} == given, left_out
        assert entry["worklog"]["state"] == "written" and entry["worklog"]["comment"] == "Call"
    now = anna.call("entry.add", issue="PZ-1", seconds=60)["entry"]
    assert abs((datetime.fromisoformat(now["end"].replace("Z", "+00:00")) - datetime.now(timezone.utc)).total_seconds()) < 30


def test_entry_list(anna):
    ids = [anna.call("entry.add", issue=issue, seconds=60)["entry"]["id"] for issue in ("PZ-1", "PZ-2", "PZ-1")]

    def listed(**filters):
        return [entry["id"] for entry in anna.call("entry.list", **filters)["items"]]
    assert listed() == ids[::-1]
    assert listed(issue="PZ-2") == [ids[1]]
    assert listed(limit=1) == [ids[2]] and listed(before=ids[2], limit=1) == [ids[1]]
    assert listed(state="running") == [] and listed(delivery="done", state="stopped") == ids[::-1]
    assert anna.bridge.call("entry.list", user=BEN)["items"] == []


def test_entry_retry(anna):
    anna.call("timer.start", issue="PZ-1")
    assert anna.bridge.call("entry.retry", all=True) == {"count": 0}


# ---- worklogs

def test_worklog_list(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    anna.call("entry.add", user=BEN, issue="PZ-1", seconds=60, wait="worklog")
    both = anna.bridge.call("worklog.list")["items"]
    assert [worklog["user"] for worklog in both] == [BEN, ANNA]
    assert [worklog["user"] for worklog in anna.call("worklog.list", issue="PZ-1", state="written", limit=5)["items"]] == [ANNA]
    assert anna.bridge.call("worklog.list", before=both[0]["id"])["items"] == both[1:]


def test_worklog_list_all(anna):
    """What an administrator's page sees: every user's."""
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    anna.call("entry.add", user=BEN, issue="PZ-1", seconds=60, wait="worklog")
    items = anna.bridge.call("worklog.list_all", state="written")["items"]
    assert [worklog["user"] for worklog in items] == [BEN, ANNA]


def test_worklog_retry(anna):
    number = blocked_worklog(anna)
    anna.sim.change("jira/issues/PZ-1", _workers=["anna"])
    assert anna.bridge.call("worklog.retry", id=number) == {"count": 1}
    anna.worklog_written()
    assert anna.bridge.call("worklog.retry", all=True) == {"count": 0}


def test_worklog_retry_all(anna):
    blocked_worklog(anna)
    anna.sim.change("jira/issues/PZ-1", _workers=["anna"])
    assert anna.bridge.call("worklog.retry_all") == {"count": 1}
    anna.worklog_written()


def test_worklog_abandon(anna):
    number = blocked_worklog(anna)
    worklog = anna.bridge.call("worklog.abandon", id=number, why="The issue was closed")["worklog"]
    assert worklog["state"] == "abandoned" and "The issue was closed" in worklog["problem"]["message"]
    assert anna.bridge.call("worklog.retry", all=True) == {"count": 0}


# ---- what a page asks for

def test_web_call(anna):
    with anna.bridge.client(PLUGIN_USER) as plugin:
        body = json.dumps({"method": "timer.start", "params": {"issue": "PZ-1"}})
        started = plugin.call("web.call", user=ANNA, body=body, name="anna", sysadmin=False, websudo=False)
        assert started["entry"]["issue"] == "PZ-1"
        assert plugin.call("web.call", user=BEN, body='{"method":"entry.list"}')["items"] == []


# ---- the table of methods

def methods_tested():
    """The methods that some test of this file names in a call."""
    source = inspect.getsource(sys.modules[__name__])
    called = re.findall(r'call\("([a-z_.]+)"', source)
    return set(called)


def test_each_method_is_documented_and_tested(world):
    tested = methods_tested()
    for method in world.bridge.call("bridge.describe")["methods"]:
        name = method["name"]
        assert name in tested, f"{name}: no test here calls it"
        assert name == "web.call" or name in shapes.RESULTS, f"{name}: no shape in shapes.py"
        assert method["doc"].endswith(".") and method["result"], name
        for param in method["params"]:
            assert param["doc"].endswith("."), f"{name}: {param}"
        for reason in method["errors"]:
            assert reason in shapes.ERRORS, f"{name}: {reason}"


def test_each_example_is_taken(world_with):
    """Whatever an example runs into (there is no ABC-1 here): it is never a matter of its params."""
    world = world_with(clockify={**AWAY, "url": ""})
    for method in world.bridge.call("bridge.describe")["methods"]:
        params = json.loads(method["example"])
        try:
            world.bridge.call(method["name"], **params)
        except RpcError as error:
            assert error.reason not in ("invalid_params", "internal"), f"{method['name']}: {error}"


def test_each_example_shows_what_is_required(world):
    for method in world.bridge.call("bridge.describe")["methods"]:
        example = json.loads(method["example"])
        assert {param["name"] for param in method["params"] if param["required"]} <= set(example), method["name"]


@pytest.mark.parametrize("extra", [{"no_such_param": 1}])
def test_each_method_refuses_an_unknown_param(world, extra):
    for method in world.bridge.call("bridge.describe")["methods"]:
        with pytest.raises(RpcError) as error:
            world.bridge.call(method["name"], **json.loads(method["example"]), **extra)
        assert (error.value.reason, error.value.data["param"]) == ("invalid_params", "no_such_param"), method["name"]


def test_each_method_refuses_a_param_that_is_missing_or_of_another_type(world):
    for method in world.bridge.call("bridge.describe")["methods"]:
        example = json.loads(method["example"])
        for param in method["params"]:
            wrong = {**example, param["name"]: [[]] if param["type"] != "boolean" else "true"}
            tries = [wrong]
            if param["required"]:
                tries.append({name: value for name, value in example.items() if name != param["name"]})
            for params in tries:
                with pytest.raises(RpcError) as error:
                    world.bridge.call(method["name"], **params)
                assert error.value.reason == "invalid_params", f"{method['name']} {params}: {error.value}"
                assert error.value.data["param"].startswith(param["name"]), f"{method['name']} {params}: {error.value}"


def test_each_method_refuses_params_that_are_no_object(world):
    with world.bridge.client() as client:
        for number, method in enumerate(world.bridge.call("bridge.describe")["methods"]):
            client.send_line(json.dumps({"jsonrpc": "2.0", "id": number, "method": method["name"], "params": []}))
            with pytest.raises(RpcError) as error:
                client.receive(number)
            assert error.value.reason == "invalid_params", method["name"]
