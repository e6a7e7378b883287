# SPDX-License-Identifier: Apache-2.0
"""Every reason of the table of errors, provoked through the socket, with what its `data` has to say. Numbers and members are
checked for each answer by the hook of shapes.py."""
import json
import os
import sqlite3
import subprocess
import time

import pytest

import shapes
from bridge import RpcError
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN

DETAILS = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
PAST = {"start": "2026-01-05T10:00:00Z", "seconds": 600}


def refusal(call, method, **params):
    with pytest.raises(RpcError) as error:
        call(method, **params)
    return error.value


def raw_error(bridge, line):
    """The error that answers this line."""
    with bridge.client() as client:
        client.send_line(line)
        return client.read()["error"]


def settings(world, **members):
    world.sim.change(f"clockify/workspaces/{world.main}", workspaceSettings=members)


# ---- the reasons of JSON-RPC itself

@pytest.mark.parametrize("line", ["{", "", "nonsense", '{"a":1} {"b":2}', '{"a":1,"a":2}', "[1,",
                                  '{"jsonrpc":"2.0","id":1,"method":"bridge.hello",}', "{'a':1}", "NaN"])
def test_parse_error(world, line):
    assert raw_error(world.bridge, line)["data"] == {"reason": "parse_error"}


def test_parse_error_of_bytes_that_are_no_utf_8(world):
    assert raw_error(world.bridge, b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}\n')["data"]["reason"] == "parse_error"


@pytest.mark.parametrize("request_", [1, None, "text", {}, {"jsonrpc": "1.0", "id": 1, "method": "bridge.hello"},
                                      {"jsonrpc": "2.0", "id": 1}, {"jsonrpc": "2.0", "id": 1, "method": 5},
                                      {"jsonrpc": "2.0", "id": [], "method": "bridge.hello"},
                                      {"jsonrpc": "2.0", "id": 1.5, "method": "bridge.hello"},
                                      {"jsonrpc": "2.0", "id": 1, "method": "bridge.hello", "params": "x"}, []])
def test_invalid_request(world, request_):
    assert raw_error(world.bridge, json.dumps(request_))["data"] == {"reason": "invalid_request"}


@pytest.mark.parametrize("name", ["timer.begin", "", "TIMER.START", "timer.start ", "rpc.discover", "x" * 5000, "ü"])
def test_method_not_found(world, name):
    assert refusal(world.bridge.call, name).reason == "method_not_found"


@pytest.mark.parametrize("param, value", [
    ("user", ""), ("user", 5), ("user", "x" * 256), ("user", "a\nb"), ("issue", "ABC"), ("issue", "-1"), ("issue", None),
    ("workspace", "../x"), ("tags", "x"), ("tags", [1]), ("tags", ["a/b"]), ("description", "x" * 3001), ("billable", "yes"),
    ("request_id", ""), ("request_id", "x" * 65), ("wait", "forever"), ("details", []), ("details", {"summary": 1}),
    ("details", {"unknown": 1}), ("details", {"project": {"id": 5}})])
def test_invalid_params(world, param, value):
    error = refusal(world.bridge.call, "timer.start", **{"user": ANNA, "issue": "PZ-1", param: value})
    assert error.reason == "invalid_params"
    assert error.data["param"].split(".")[0] == param


@pytest.mark.parametrize("params", [
    {}, {"start": PAST["start"]}, {**PAST, "end": "2026-01-05T10:10:00Z"}, {"seconds": 0}, {"seconds": -60},
    {"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T10:00:00Z"}, {"start": "2026-01-05T10:00:00", "seconds": 60},
    {"start": "2026-01-05T11:00:00Z", "end": "2026-01-05T10:00:00Z"}, {"start": "2026-02-30T10:00:00Z", "seconds": 60},
    {"start": "2026-01-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"}, {"seconds": 1.5}])
def test_invalid_params_of_times(anna, params):
    error = refusal(anna.call, "entry.add", issue="PZ-1", **params)
    assert error.reason == "invalid_params" and error.data["param"] in ("start", "end", "seconds")
    assert anna.call("entry.list")["items"] == []


def test_invalid_params_of_a_request_id_used_for_something_else(anna):
    anna.call("entry.add", issue="PZ-1", seconds=60, request_id="one")
    error = refusal(anna.call, "entry.add", issue="PZ-1", seconds=120, request_id="one")
    assert (error.reason, error.data["param"]) == ("invalid_params", "request_id")


def test_internal_names_an_incident_that_the_log_explains(anna):
    """A stored answer that nobody can have written: a defect, of ours or of the disk."""
    anna.call("entry.add", issue="PZ-1", seconds=60, request_id="one")
    anna.bridge.stop()
    with sqlite3.connect(anna.bridge.store_path) as database:
        changed = database.execute("UPDATE request SET answer = 'no JSON' WHERE request_id = 'one'").rowcount
    database.close()
    assert changed == 1
    anna.bridge.start()
    error = refusal(anna.call, "entry.add", issue="PZ-1", seconds=60, request_id="one")
    assert error.reason == "internal" and "no JSON" not in error.message
    assert f"incident {error.data['incident']}" in anna.bridge.log()
    assert anna.call("entry.add", issue="PZ-1", seconds=60, request_id="two")["entry"]["delivery"] == "done"


# ---- who may

def test_forbidden(world):
    with world.bridge.client("daemon") as plugin, world.bridge.client("nobody") as stranger:
        for method in ("bridge.pause", "bridge.reload", "secret.rotate", "worklog.abandon"):
            assert refusal(plugin.call, method).reason == "forbidden"
        for method in ("bridge.hello", "bridge.describe", "timer.get", "no.such"):
            assert refusal(stranger.call, method).reason == "forbidden"


# ---- keys and tokens

def test_clockify_key_required(world):
    for method, params in (("timer.start", {"issue": "PZ-1", "details": DETAILS}), ("project.list", {}), ("timer.get", {}),
                           ("workspace.list", {}), ("account.set_workspace", {"workspace": world.main})):
        error = refusal(world.call, method, **params)
        assert error.reason == "clockify_key_required", method
        assert error.data["key_url"].startswith(world.sim.clockify), method


def test_clockify_key_rejected_when_given(world):
    error = refusal(world.call, "account.connect_clockify", api_key="NobodysKey0123456789")
    assert error.reason == "clockify_key_rejected" and error.data["key_url"]
    assert error.data["upstream"]["status"] == 401
    assert world.call("account.get")["clockify"] is None


def test_clockify_key_rejected_when_stored(anna):
    anna.sim.change(f"clockify/keys/{ANNA_KEY}", active=False)
    error = refusal(anna.call, "timer.start", issue="PZ-1")
    assert error.reason == "clockify_key_rejected" and error.data["key_url"].startswith(anna.sim.clockify)
    assert anna.call("entry.list")["items"] == [] and anna.entries() == []
    assert refusal(anna.call, "project.list").reason == "clockify_key_rejected"


def test_jira_token_required(world):
    world.connect(token=None)
    for method, params in (("timer.start", {}), ("entry.add", {"seconds": 60})):
        assert refusal(world.call, method, issue="PZ-1", **params).reason == "jira_token_required"
    assert world.call("timer.start", issue="PZ-1", details=DETAILS)["entry"]["delivery"] == "done"


def test_jira_token_rejected_as_dead_or_another_users(world):
    world.connect(token=None)
    assert refusal(world.call, "account.connect_jira", token="dead".ljust(44, "x")).reason == "jira_token_rejected"
    assert refusal(world.call, "account.connect_jira", token=BEN_TOKEN).reason == "jira_token_rejected"
    assert world.call("account.get")["jira"] is None


def test_jira_token_rejected_when_stored(anna):
    [token] = [token for token in anna.sim.state()["jira"]["tokens"] if ANNA in json.dumps(token)]
    anna.sim.remove(f"jira/tokens/{token['id']}")
    assert refusal(anna.call, "timer.start", issue="PZ-1").reason == "jira_token_rejected"
    assert anna.call("entry.list")["items"] == []


# ---- what is not there

MISSING = "0" * 24


@pytest.mark.parametrize("what, method, params", [
    ("issue", "timer.start", {"issue": "PZ-99"}),
    ("issue", "entry.add", {"issue": "PZ-99", "seconds": 60}),
    ("workspace", "account.set_workspace", {"workspace": MISSING}),
    ("workspace", "timer.start", {"issue": "PZ-1", "workspace": MISSING}),
    ("workspace", "tag.list", {"workspace": MISSING}),
    ("project", "timer.start", {"issue": "PZ-1", "project": MISSING}),
    ("project", "task.list", {"project": MISSING}),
    ("task", "timer.start", {"issue": "PZ-1", "task": MISSING}),
    ("tag", "timer.start", {"issue": "PZ-1", "tags": [MISSING]}),
    ("timer", "timer.stop", {}),
    ("timer", "timer.edit", {"description": "x"}),
    ("timer", "timer.discard", {}),
    ("worklog", "worklog.abandon", {"id": "4711", "why": "x"}),
])
def test_not_found(anna, what, method, params):
    if method == "worklog.abandon":
        error = refusal(anna.bridge.call, method, **params)
    else:
        error = refusal(anna.call, method, **params)
    assert (error.reason, error.data["what"]) == ("not_found", what)
    assert anna.call("entry.list")["items"] == [] and anna.entries() == []


# ---- refused by Clockify

@pytest.mark.parametrize("setting, field", [("forceTags", "tags"), ("forceDescription", "description"),
                                            ("forceProjects", "project"), ("forceTasks", "task")])
def test_refused_for_a_missing_field(world_with, setting, field):
    world = world_with(entry={"description": "", "tags": [], "create": []})
    world.connect()
    world.sim.change(f"clockify/projects/{world.project}", archived=True)  # nor a project, nor a task
    settings(world, **{setting: True})
    error = refusal(world.call, "entry.add", issue="PZ-1", seconds=600)
    assert error.reason == "refused" and field in error.data["missing"], error
    assert world.call("entry.list")["items"] == [] and world.entries() == []


def test_refused_in_a_locked_period(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    settings(anna, lockTimeEntries="2026-03-01T00:00:00Z")
    error = refusal(anna.call, "entry.add", user=BEN, issue="PZ-1", **PAST)
    assert error.reason == "refused" and 400 <= error.data["upstream"]["status"] < 500, error
    assert anna.call("entry.list", user=BEN)["items"] == []


def test_refused_where_manual_entry_is_disabled(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    settings(anna, timeTrackingMode="STOPWATCH_ONLY")
    error = refusal(anna.call, "entry.add", user=BEN, issue="PZ-1", seconds=600)
    assert error.reason == "refused"
    assert error.data["upstream"]["status"] == 403 and error.data["upstream"]["code"] == 4030
    assert "Manual time tracking disabled" in error.data["upstream"]["message"]
    assert anna.call("timer.start", user=BEN, issue="PZ-1")["entry"]["delivery"] == "done"


def test_refused_without_permission(anna):
    anna.sim.fault(service="clockify", kind="status", code=403, method="POST", route="time-entries", times=1,
                   body={"message": "Access Denied", "code": 403})
    error = refusal(anna.call, "timer.start", issue="PZ-1")
    assert error.reason == "refused" and error.data["upstream"]["status"] == 403
    assert error.data["upstream"]["message"] == "Access Denied"
    assert anna.call("entry.list")["items"] == []


def test_refused_bad_file_at_reload(world):
    world.bridge.settings["worklog"] = {"step_s": 7}
    world.bridge.write_config()
    error = refusal(world.bridge.call, "bridge.reload")
    assert error.reason == "refused" and "worklog.step_s" in error.message


# ---- services that are not there, or want to be left alone

def test_unavailable(anna):
    anna.sim.fault(service="clockify", kind="refuse")
    error = refusal(anna.call, "project.list")
    assert (error.reason, error.data["service"]) == ("unavailable", "clockify")
    again = refusal(anna.call, "tag.list")
    assert again.reason == "unavailable" and again.data["retry_after_s"] >= 1
    assert anna.call("timer.start", issue="PZ-1", details=DETAILS)["entry"]["delivery"] == "queued"  # a click is never that


def test_unavailable_jira(world):
    world.sim.fault(service="jira", kind="refuse")
    error = refusal(world.call, "account.connect_jira", token=ANNA_TOKEN)
    assert (error.reason, error.data["service"]) == ("unavailable", "jira")


def test_unavailable_while_paused(anna):
    anna.bridge.call("bridge.pause")
    assert refusal(anna.call, "project.list").reason == "unavailable"


def test_rate_limited(anna):
    anna.sim.fault(service="clockify", kind="rate_limit", retry_after=30, times=1, route="projects")
    error = refusal(anna.call, "project.list")
    assert (error.reason, error.data["service"]) == ("rate_limited", "clockify")
    assert 25 <= error.data["retry_after_s"] <= 31
    anna.sim.clear_counts()
    again = refusal(anna.call, "project.list")
    assert again.reason == "rate_limited" and again.data["retry_after_s"] <= 31
    assert anna.sim.counts()["clockify"]["total"] == 0  # it was not even asked


def test_rate_limited_click_is_queued(anna):
    anna.sim.fault(service="clockify", kind="rate_limit", retry_after=2, times=1, method="POST", route="time-entries")
    assert anna.call("entry.add", issue="PZ-1", seconds=60)["entry"]["delivery"] in ("queued", "done")
    anna.bridge.until(anna.entries)
    assert len(anna.entries()) == 1


# ---- the bridge itself

def test_not_configured(world_with):
    world = world_with(clockify={"url": ""})
    for method, params in (("server.get", {}), ("timer.start", {"user": ANNA, "issue": "PZ-1", "details": DETAILS}),
                           ("account.connect_clockify", {"user": ANNA, "api_key": ANNA_KEY}),
                           ("project.list", {"user": ANNA}), ("timer.get", {"user": ANNA})):
        assert refusal(world.bridge.call, method, **params).reason == "not_configured", method
    assert world.bridge.call("bridge.status")["clockify"]["ok"] is False


def test_busy_of_one_connection(world_with):
    world = world_with(rpc={"max_pending": 3})
    world.connect()
    world.sim.fault(service="clockify", kind="delay", ms=700)
    with world.bridge.client() as client:
        numbers = [client.send("project.list", user=ANNA, search=str(i)) for i in range(4)]
        error = refusal(lambda _: client.receive(numbers[3]), None)
        assert (error.reason, error.data["limit"]) == ("busy", "pending") and error.data["retry_after_s"] >= 1
        for number in numbers[:3]:
            assert client.receive(number)["items"] == []


@pytest.fixture
def small_disk(directory):
    """The directory's store/ is a file system of one megabyte."""
    place = directory / "store"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(place)], capture_output=True,
                             text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place):
    """Leaves not a byte."""
    with open(place / "filler", "wb", buffering=0) as filler:
        for size in (4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass


def test_store_full(small_disk, world_with):
    """A full disk refuses clicks, and loses none that it took."""
    world = world_with(store={"path": str(small_disk / "bridge.db")})
    world.connect()
    world.bridge.call("bridge.pause")  # so that the journal is all there is
    taken = [world.call("entry.add", issue="PZ-1", seconds=60, request_id="first")["entry"]["id"]]
    fill(small_disk)
    error = None
    for i in range(2000):
        try:
            taken.append(world.call("entry.add", issue="PZ-1", seconds=60, description="x" * 2000,
                                    request_id=f"{i}")["entry"]["id"])
        except RpcError as refused:
            error = refused
            break
    assert error and error.reason == "store", "the disk never was full"
    assert refusal(world.call, "entry.add", issue="PZ-1", seconds=60).reason == "store"
    assert world.bridge.call("bridge.status")["store"]["ok"] is False
    world.bridge.kill()  # what was answered stands on the disk already
    os.unlink(small_disk / "filler")
    world.bridge.start()
    assert sorted(int(entry["id"]) for entry in all_entries(world)) == [int(number) for number in taken]
    assert world.call("entry.add", issue="PZ-1", seconds=60, request_id="last")["entry"]["id"]
    assert world.bridge.call("bridge.status")["store"]["ok"] is True
    world.bridge.call("bridge.resume")
    world.bridge.until(lambda: len(world.entries()) == len(taken) + 1, seconds=60)
    time.sleep(0.3)
    assert len(world.entries()) == len(taken) + 1


def all_entries(world):
    items = page = world.call("entry.list", limit=200)["items"]
    while page:
        page = world.call("entry.list", limit=200, before=page[-1]["id"])["items"]
        items = items + page
    return items


def test_each_reason_has_its_test_here():
    """By the name of a test: it begins with the reason."""
    tests = [name[len("test_"):] for name in globals() if name.startswith("test_")]
    for reason in shapes.ERRORS:
        assert any(name.startswith(reason) for name in tests), reason
