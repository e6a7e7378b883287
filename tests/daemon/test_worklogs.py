# SPDX-License-Identifier: Apache-2.0
"""Worklogs: written as the user, rounded as set, once; blocked with a reason a person understands, and going on once mended."""
import time

import pytest

from bridge import RpcError
from world import ANNA, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN, HANS, HANS_KEY, HANS_TOKEN


def add(world, seconds=600, issue="PZ-1", **params):
    return world.call("entry.add", issue=issue, seconds=seconds, wait="worklog", **params)["entry"]


def blocked(world, reason, count=1):
    """Waits for a blocked worklog and gives its problem."""
    items = world.bridge.until(lambda: world.call("worklog.list", state="blocked")["items"])
    assert len(items) == count and items[0]["problem"]["reason"] == reason, items
    assert items[0]["problem"]["message"]
    return items[0]


def test_author_time_and_comment(anna):
    entry = add(anna, start="2026-11-20T10:00:07Z")
    [worklog] = anna.worklogs()
    assert worklog["_authorKey"] == ANNA
    assert (worklog["started"], worklog["timeSpentSeconds"]) == ("2026-11-20T10:00:07.000+0000", 600)
    assert worklog["comment"] == "PZ-1 Read a ticket"
    assert entry["worklog"]["jira_id"] == worklog["id"]


@pytest.mark.parametrize("settings, seconds, recorded", [
    ({}, 89, 60), ({}, 90, 120), ({}, 119, 120), ({}, 1, 60),
    ({"rounding": "up"}, 61, 120), ({"rounding": "down"}, 119, 60),
    ({"step_s": 900}, 449, 60), ({"step_s": 900}, 450, 900), ({"step_s": 900, "rounding": "up"}, 1, 900),
    ({"step_s": 300, "minimum_s": 300}, 10, 300), ({"minimum_s": 0}, 20, 0), ({"minimum_s": 0}, 40, 60),
    ({"minimum_s": 0, "rounding": "down"}, 59, 0),
])
def test_rounding(world_with, settings, seconds, recorded):
    world = world_with(worklog=settings)
    world.connect()
    worklog = add(world, seconds)["worklog"]
    if recorded == 0:
        assert worklog["state"] == "skipped" and worklog["problem"]["reason"] == "too_short" and world.worklogs() == []
    else:
        assert worklog["seconds"] == recorded and world.worklogs()[0]["timeSpentSeconds"] == recorded


def test_comment_by_template_and_by_hand(world_with):
    world = world_with(worklog={"comment": "{key}: {description} ({type})"})
    world.connect()
    add(world)
    add(world, comment="By hand")
    assert [worklog["comment"] for worklog in world.worklogs()] == ["PZ-1: PZ-1 Read a ticket (Story)", "By hand"]


@pytest.mark.parametrize("adjust, remaining", [("auto", 3600), ("leave", 7200)])
def test_the_remaining_estimate(world_with, adjust, remaining):
    world = world_with(worklog={"adjust_estimate": adjust})
    world.sim.change("jira/issues/PZ-1", _remaining=7200)
    world.connect()
    add(world, 3600)
    [issue] = [issue for issue in world.sim.state()["jira"]["issues"] if issue["key"] == "PZ-1"]
    assert issue["_remaining"] == remaining


def test_no_token_then_one(world):
    world.connect(token=None)
    add(world, details={"summary": "x"})
    blocked(world, "jira_token_required")
    world.connect(key=None)
    assert len(world.worklog_written(1)) == 1


def test_a_dead_token_then_a_new_one(anna):
    new = anna.sim.jira_call("POST", "/rest/pat/latest/tokens", {"name": "new", "expirationDuration": 90}, token=ANNA_TOKEN)
    anna.sim.remove(f"jira/tokens/{ANNA_TOKEN}")
    add(anna, details={"summary": "x"})
    blocked(anna, "jira_token_rejected")
    assert anna.call("account.get")["jira"]["rejected"] is True
    anna.call("account.connect_jira", token=new.json["rawToken"])
    assert anna.call("account.get")["jira"]["rejected"] is False
    assert len(anna.worklog_written(1)) == 1


def test_a_dead_token_never_writes_as_anonymous(anna):
    anna.sim.change("jira/issues/PZ-1", _anonymous=True)
    anna.sim.remove(f"jira/tokens/{ANNA_TOKEN}")
    add(anna, details={"summary": "x"})
    blocked(anna, "jira_token_rejected")
    assert anna.worklogs() == []


@pytest.mark.parametrize("bad_token", ["anonymous", "401"])
def test_a_token_that_dies_between_start_and_stop_writes_nothing_as_nobody(anna, bad_token):
    anna.sim.options("jira", badToken=bad_token, anonymousMayWork=True)
    add(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.remove(f"jira/tokens/{ANNA_TOKEN}")
    assert anna.call("timer.stop", wait="worklog")["entry"]["worklog"]["state"] == "blocked"
    blocked(anna, "jira_token_rejected")
    assert anna.call("account.get")["jira"]["rejected"] is True
    assert [worklog["_authorKey"] for worklog in anna.worklogs()] == [ANNA]


def test_another_users_token_is_not_taken(world):
    world.connect(token=None)
    with pytest.raises(RpcError) as error:
        world.call("account.connect_jira", token=BEN_TOKEN)
    assert error.value.reason == "jira_token_rejected"
    assert world.call("account.get")["jira"] is None


@pytest.mark.parametrize("broken, mended, reason", [
    ({"_editable": False}, {"_editable": True}, "refused"),
    ({"_workers": ["ben"]}, {"_workers": ["anna"]}, "refused"),
])
def test_what_jira_refuses_is_blocked_and_retried(anna, broken, mended, reason):
    anna.sim.change("jira/issues/PZ-1", **broken)
    entry = add(anna)
    problem = blocked(anna, reason)["problem"]
    assert entry["delivery"] == "done" and entry["worklog"]["state"] == "blocked"
    if "_workers" in broken:
        assert "Work On Issues" in problem["message"]
    anna.sim.change("jira/issues/PZ-1", **mended)
    assert anna.call("worklog.retry") == {"count": 1}
    assert len(anna.worklog_written(1)) == 1


def test_time_tracking_off(anna):
    anna.sim.options("jira", timeTracking=False)
    add(anna)
    blocked(anna, "refused")
    anna.sim.options("jira", timeTracking=True)
    anna.bridge.call("worklog.retry", all=True)
    assert len(anna.worklog_written(1)) == 1


def test_what_was_mended_in_jira_goes_on_by_itself(world_with):
    world = world_with(journal={"settle_s": 1, "blocked_retry_s": 1})
    world.connect()
    world.sim.change("jira/issues/PZ-1", _editable=False)
    add(world)
    blocked(world, "refused")
    world.sim.change("jira/issues/PZ-1", _editable=True)
    assert len(world.worklog_written(1)) == 1


def test_a_user_with_an_odd_name(world):
    world.connect(HANS, HANS_KEY, HANS_TOKEN)
    assert world.call("entry.add", user=HANS, issue="PZ-1", seconds=600, wait="worklog")["entry"]["worklog"]["state"] == "written"
    assert world.worklogs()[0]["_authorKey"] == HANS


def test_a_user_who_was_renamed(anna):
    add(anna)
    anna.sim.change(f"jira/users/{ANNA}", name="anna.maria")
    anna.bridge.restart()
    add(anna)
    assert [worklog["_authorKey"] for worklog in anna.worklogs()] == [ANNA, ANNA]
    assert anna.call("account.get")["jira"]["name"] == "anna.maria"


def test_a_user_who_was_renamed_between_start_and_stop(anna):
    add(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.change(f"jira/users/{ANNA}", name="anna.maria")
    assert anna.call("timer.stop", wait="worklog")["entry"]["worklog"]["state"] == "written"
    assert [worklog["_authorKey"] for worklog in anna.worklogs()] == [ANNA, ANNA]


def test_jira_read_only_then_not(anna):
    anna.sim.options("jira", readOnly=True)
    assert add(anna)["delivery"] == "done"
    assert "read-only" in blocked(anna, "refused")["problem"]["message"]
    anna.sim.options("jira", readOnly=False)
    assert anna.call("worklog.retry") == {"count": 1}
    assert len(anna.worklog_written(1)) == 1


def test_one_issue_one_worklog_at_a_time_and_issues_side_by_side(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.sim.fault(service="jira", method="POST", route="/worklog", kind="delay", ms=200)
    with anna.bridge.client() as client:
        numbers = [client.send("entry.add", user=(ANNA, BEN)[k % 2], issue=("PZ-1", "PZ-2")[k // 2 % 2], seconds=60 * (k + 1),
                               wait="worklog") for k in range(8)]
        for number in numbers:
            client.receive(number)
    posts = [request for request in anna.sim.requests() if request["method"] == "POST" and request["path"].endswith("/worklog")]
    assert len(posts) == 8
    by_issue = {}
    for post in posts:
        by_issue.setdefault(post["path"], []).append((post["at"], post["at"] + post["ms"]))
    for spans in by_issue.values():
        spans.sort()
        assert all(earlier[1] <= later[0] + 20 for earlier, later in zip(spans, spans[1:])), spans
    starts = sorted(span for spans in by_issue.values() for span in spans)
    assert any(later[0] < earlier[1] - 50 for earlier, later in zip(starts, starts[1:])), "issues wait for each other"


def test_abandon(anna):
    anna.sim.change("jira/issues/PZ-1", _editable=False)
    add(anna)
    number = blocked(anna, "refused")["id"]
    worklog = anna.bridge.call("worklog.abandon", id=number, why="The project is closed")["worklog"]
    assert worklog["state"] == "abandoned" and worklog["problem"]["message"] == "The project is closed"
    anna.sim.change("jira/issues/PZ-1", _editable=True)
    assert anna.bridge.call("worklog.retry", all=True) == {"count": 0}
    time.sleep(0.3)
    assert anna.worklogs() == []
    with pytest.raises(RpcError) as error:
        anna.bridge.call("worklog.abandon", id="999", why="x")
    assert (error.value.reason, error.value.data["what"]) == ("not_found", "worklog")


def test_the_levels_of_wait(anna):
    anna.sim.fault(service="jira", method="POST", route="/worklog", kind="delay", ms=300)
    accepted = anna.call("entry.add", issue="PZ-1", seconds=60, wait="accepted")["entry"]
    assert accepted["delivery"] == "queued"
    clockify = anna.call("entry.add", issue="PZ-1", seconds=120)["entry"]
    assert clockify["delivery"] == "done" and clockify["worklog"]["state"] == "pending"
    worklog = anna.call("entry.add", issue="PZ-1", seconds=180, wait="worklog")["entry"]
    assert worklog["worklog"]["state"] == "written"


def test_worklog_list_filters(anna):
    add(anna)
    add(anna, issue="PZ-2")
    assert len(anna.call("worklog.list")["items"]) == 2
    assert [item["issue"] for item in anna.call("worklog.list", issue="PZ-2")["items"]] == ["PZ-2"]
    assert anna.call("worklog.list", state="blocked")["items"] == []
    assert anna.bridge.call("worklog.list", user=BEN)["items"] == []
    assert len(anna.bridge.call("worklog.list", limit=1)["items"]) == 1
