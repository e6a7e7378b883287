# SPDX-License-Identifier: Apache-2.0
"""entry.preview against what is recorded afterwards: the same, and until then nothing is made."""
import pytest

from bridge import RpcError
from world import ANNA

DETAILS = {"summary": "From the page", "type": "Story", "labels": ["late"], "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
RECORDED = ("workspace", "project", "task", "description", "left_out")


def names(thing):
    """Without ids: what is yet to be made has none."""
    if isinstance(thing, dict):
        return {name: names(value) for name, value in thing.items() if name != "id"}
    return [names(item) for item in thing] if isinstance(thing, list) else thing


def tables(world):
    state = world.sim.state()["clockify"]
    return {name: state[name] for name in ("projects", "tasks", "tags", "entries")}


def preview_then_start(world, **params):
    """What was said and what was done, which has to be the same."""
    before = tables(world)
    said = world.call("entry.preview", **params)
    assert tables(world) == before
    done = world.call("timer.start", **params)["entry"]
    assert {name: names(said[name]) for name in RECORDED} == {name: names(done[name]) for name in RECORDED}
    assert {tag["name"] for tag in said["tags"]} == {tag["name"] for tag in done["tags"]}
    return said, done


@pytest.mark.parametrize("issue", ["PZ-1", "PZ-2", "PZ-3", "PZ-4", "NEW-1"])
def test_what_is_said_is_done(anna, issue):
    said, _ = preview_then_start(anna, issue=issue)
    assert said["problem"] is None
    again, _ = preview_then_start(anna, issue=issue)
    assert all(thing["id"] for thing in (again["project"], again["task"], *again["tags"]))


def test_the_sites_own_template_and_tags(world_with):
    world = world_with(entry={"description": "[{project}] {summary} ({type}, {key})", "tags": ["labels"], "create": ["project"]})
    world.connect()
    said, done = preview_then_start(world, issue="PZ-2")
    assert said["description"] == "[Phase Zero] Second issue (Bug, PZ-2)" == done["description"]
    assert said["task"] is None and said["tags"] == []
    assert {(item["what"], item["reason"]) for item in said["left_out"]} == {("tag", "not_created"), ("task", "not_created")}


def test_chosen_things(anna):
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "Other", "public": True}]}})
    other = next(project["id"] for project in tables(anna)["projects"] if project["name"] == "Other")
    said, _ = preview_then_start(anna, issue="NEW-1", project=other, tags=[anna.story], description="Mine", billable=True)
    assert said["project"] == {"id": other, "name": "Other"} and said["task"] == {"id": None, "name": "NEW-1"}
    assert said["description"] == "Mine" and said["billable"] is True


def test_another_workspace(anna):
    said, done = preview_then_start(anna, issue="PZ-1", workspace=anna.second)
    assert said["workspace"] == done["workspace"] == {"id": anna.second, "name": "Second"} and said["project"]["id"] is None


def test_a_look_costs_one_request_once_all_is_known_and_spares_the_start_its_looks(anna):
    anna.call("entry.preview", issue="PZ-1")
    anna.sim.clear_counts()
    anna.call("timer.start", issue="PZ-1")
    assert list(anna.requests("clockify").values()) == [1], anna.requests("clockify")
    anna.call("timer.stop")
    anna.bridge.restart()  # what was kept for a moment is forgotten, what was matched is not
    anna.sim.clear_counts()
    anna.call("entry.preview", issue="PZ-1")
    assert sum(anna.requests("clockify").values()) == 1, anna.requests("clockify")


def test_without_jira_by_what_the_page_knows(world):
    world.connect(token=None)
    said, _ = preview_then_start(world, issue="PZ-1", details=DETAILS)
    assert said["description"] == "PZ-1 From the page" and {tag["name"] for tag in said["tags"]} == {"Story", "late"}
    assert world.call("entry.preview", issue="PZ-1")["problem"]["reason"] == "jira_token_required"


def test_an_issue_that_jira_does_not_know(anna):
    assert anna.call("entry.preview", issue="PZ-99", details=DETAILS)["problem"]["reason"] == "not_found"


def test_what_the_workspace_wants(world_with):
    world = world_with(entry={"create": []})
    world.connect()
    world.sim.change(f"clockify/workspaces/{world.main}", workspaceSettings={"forceProjects": True, "forceTasks": True})
    world.bridge.restart()
    assert world.call("entry.preview", issue="PZ-1")["problem"] is None
    problem = world.call("entry.preview", issue="NEW-1")["problem"]
    assert problem["reason"] == "refused" and problem["missing"] == ["project", "task"]
    with pytest.raises(RpcError) as error:
        world.call("entry.add", issue="NEW-1", seconds=60)
    assert error.value.reason == "refused"


def test_the_timer_that_a_start_would_end(anna):
    entry = anna.call("timer.start", issue="PZ-2")["entry"]
    said = anna.call("entry.preview", issue="PZ-1")
    assert said["running"]["id"] == entry["id"] and said["stale"] is False
    assert anna.call("timer.get")["running"]["id"] == entry["id"]


def test_while_clockify_is_away(anna):
    anna.call("timer.start", issue="PZ-2")
    anna.bridge.restart()
    anna.sim.fault(service="clockify", kind="refuse", times=-1)
    said = anna.call("entry.preview", issue="NEW-1", details=DETAILS)
    assert said["problem"]["reason"] == "unavailable" and said["stale"] is True
    assert said["running"]["issue"] == "PZ-2" and said["description"]


def test_without_a_key(world):
    with pytest.raises(RpcError) as error:
        world.call("entry.preview", user=ANNA, issue="PZ-1", details=DETAILS)
    assert error.value.reason == "clockify_key_required"
