# SPDX-License-Identifier: Apache-2.0
"""Timers: one at a time per person, seen wherever they were started, and what happens when another app has a hand in it."""
import calendar
import time

import pytest

from bridge import RpcError
from world import ANNA, ANNA_KEY, BEN, BEN_KEY, BEN_TOKEN

ANNAS = "/user/{}/time-entries"


class Elsewhere:
    """Anna in another Clockify app: the simulator's own API with her key."""

    def __init__(self, world, workspace=None):
        self.world, self.workspace = world, workspace or world.main
        self.user = world.sim.clockify_call("GET", "/user", key=ANNA_KEY).json["id"]

    def call(self, method, path, body=None):
        answer = self.world.sim.clockify_call(method, f"/workspaces/{self.workspace}{path}", body, key=ANNA_KEY)
        assert answer.status < 300, answer
        return answer.json

    def start(self, description="Elsewhere"):
        return self.call("POST", "/time-entries", {"description": description})

    def stop(self):
        return self.call("PATCH", ANNAS.format(self.user), {"end": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})


def settings(world, workspace=None, **members):
    world.sim.change(f"clockify/workspaces/{workspace or world.main}", workspaceSettings=members)


def refused(world, method, **params):
    with pytest.raises(RpcError) as error:
        world.call(method, **params)
    return error.value


def test_starting_on_a_second_issue_stops_and_saves_the_first(anna):
    first = anna.call("timer.start", issue="PZ-1")["entry"]
    answer = anna.call("timer.start", issue="PZ-2")
    assert answer["stopped"]["id"] == first["id"] and answer["stopped"]["state"] == "stopped"
    assert answer["entry"]["state"] == "running" and answer["entry"]["start"] >= answer["stopped"]["end"]
    assert len(anna.worklog_written(1)) == 1


def test_also_when_the_first_runs_in_another_workspace(anna):
    anna.call("timer.start", issue="PZ-1", workspace=anna.second)
    answer = anna.call("timer.start", issue="PZ-2", workspace=anna.main)
    assert answer["stopped"]["workspace"]["id"] == anna.second
    assert [entry["timeInterval"]["end"] is None for entry in anna.entries()] == [False, True]
    anna.call("timer.stop")
    assert len(anna.worklog_written(2)) == 2


def test_timer_get_shows_nothing_ours_and_others(anna):
    assert anna.call("timer.get")["running"] is None
    elsewhere = Elsewhere(anna)
    anna.bridge.restart()  # so that no look is remembered
    made = elsewhere.start()
    running = anna.call("timer.get")["running"]
    assert running["issue"] is None and running["clockify_id"] == made["id"] and running["description"] == "Elsewhere"
    answer = anna.call("timer.start", issue="PZ-1")
    assert anna.call("timer.get")["running"]["id"] == answer["entry"]["id"]


def test_stopped_elsewhere_then_stopped_here_is_told_so(anna):
    anna.call("timer.start", issue="PZ-1")
    stopped = Elsewhere(anna).stop()
    answer = anna.call("timer.stop")
    assert answer["stopped_elsewhere"] is True
    assert answer["entry"]["end"] == stopped["timeInterval"]["end"]
    assert answer["entry"]["worklog"]["state"] == "skipped"
    assert answer["entry"]["worklog"]["problem"]["reason"] == "stopped_elsewhere"
    assert anna.worklogs() == []


def test_our_stop_does_not_end_a_timer_of_another_app(anna):
    anna.call("timer.start", issue="PZ-1")
    other = Elsewhere(anna).start("Not from Jira")  # Clockify itself stops ours
    answer = anna.call("timer.stop")
    assert answer["stopped_elsewhere"] is True
    runs = [entry for entry in anna.entries() if entry["timeInterval"]["end"] is None]
    assert [entry["id"] for entry in runs] == [other["id"]] and runs[0]["description"] == "Not from Jira"


def test_deleted_elsewhere(anna):
    entry = anna.call("timer.start", issue="PZ-1")["entry"]
    Elsewhere(anna).call("DELETE", f"/time-entries/{entry['clockify_id']}")
    answer = anna.call("timer.stop")
    assert answer["entry"]["state"] == "discarded" and answer["entry"]["worklog"] is None


def test_timer_get_notices_that_ours_was_stopped_elsewhere(anna):
    anna.call("timer.start", issue="PZ-1")
    Elsewhere(anna).stop()
    assert anna.call("timer.get")["running"] is None
    assert anna.call("entry.list")["items"][0]["state"] == "stopped"
    assert refused(anna, "timer.stop").data["what"] == "timer"


def test_worklogs_for_timers_stopped_elsewhere_where_wanted_are_written_once(world_with):
    world = world_with(worklog={"stopped_elsewhere": True, "stopped_elsewhere_poll_s": 1})
    world.connect()
    world.call("timer.start", issue="PZ-1")
    Elsewhere(world).stop()
    assert len(world.worklog_written(1)) == 1
    time.sleep(2.2)
    assert len(world.worklogs()) == 1


def test_no_timer_to_stop_edit_or_discard(anna):
    for method, params in (("timer.stop", {}), ("timer.edit", {"description": "x"}), ("timer.discard", {})):
        error = refused(anna, method, **params)
        assert (error.reason, error.data["what"]) == ("not_found", "timer")


def test_edit_changes_what_was_asked_and_keeps_everything_else(anna):
    entry = anna.call("timer.start", issue="PZ-1", billable=True)["entry"]
    Elsewhere(anna).call("PUT", f"/time-entries/{entry['clockify_id']}", {
        "start": entry["start"], "description": "Edited elsewhere", "projectId": anna.project, "taskId": anna.task,
        "tagIds": [anna.story], "billable": True})
    made = anna.sim.seed({"clockify": {"tags": [{"workspace": anna.main, "name": "extra"}]}})["clockify"]["tags"][0]["id"]
    answer = anna.call("timer.edit", tags=[made])["entry"]
    assert {tag["id"] for tag in answer["tags"]} == {made}  # all that it has, not one more
    [now] = anna.entries()
    assert now["description"] == "Edited elsewhere" and now["projectId"] == anna.project and now["taskId"] == anna.task
    assert now["billable"] is True and now["timeInterval"]["end"] is None
    assert anna.call("timer.edit", description="Ours")["entry"]["description"] == "Ours"
    assert anna.entries()[0]["tagIds"] == [made]


def test_edit_of_the_project_takes_the_task_along(anna):
    other = anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "Other", "public": True}]}})
    project = other["clockify"]["projects"][0]["id"]
    anna.call("timer.start", issue="PZ-1")
    answer = anna.call("timer.edit", project=project)["entry"]
    assert answer["project"]["name"] == "Other" and answer["task"]["name"] == "PZ-1" and answer["task"]["id"] != anna.task
    answer = anna.call("timer.edit", project=None)["entry"]
    assert answer["project"] is None and answer["task"] is None


def test_a_refused_edit_leaves_everything_as_it_was(anna):
    before = anna.call("timer.start", issue="PZ-1")["entry"]
    error = refused(anna, "timer.edit", project="0123456789abcdef01234567")
    assert (error.reason, error.data["what"]) == ("not_found", "project")
    assert anna.call("timer.get")["running"] == before


def test_discard_leaves_no_entry_and_no_worklog(anna):
    anna.call("timer.start", issue="PZ-1")
    assert anna.call("timer.discard")["entry"]["state"] == "discarded"
    assert anna.entries() == [] and anna.worklogs() == []
    assert anna.call("timer.get")["running"] is None


def test_required_fields_block_the_stop_until_an_edit_mends_it(anna):
    settings(anna, forceTags=True, forceProjects=True)
    entry = anna.call("timer.start", issue="PZ-1", project=anna.project)["entry"]
    Elsewhere(anna).call("PUT", f"/time-entries/{entry['clockify_id']}", {"start": entry["start"], "description": "bare"})
    answer = anna.call("timer.stop", comment="Done")["entry"]
    assert answer["delivery"] == "blocked" and answer["problem"]["reason"] == "refused", answer
    assert set(answer["problem"]["missing"]) & {"project", "tags"}, answer
    time.sleep(1.2)
    anna.call("timer.edit", project=anna.project, tags=[anna.story])
    anna.bridge.until(lambda: anna.entries()[0]["timeInterval"]["end"])
    assert anna.entries()[0]["timeInterval"]["end"] == answer["end"], "the moment at which it was pressed"
    assert anna.worklog_written(1)[0]["comment"] == "Done"


def test_a_start_is_taken_back_when_what_runs_cannot_be_stopped(anna):
    settings(anna, forceTags=True)
    entry = anna.call("timer.start", issue="PZ-1")["entry"]
    Elsewhere(anna).call("PUT", f"/time-entries/{entry['clockify_id']}", {"start": entry["start"], "description": "bare"})
    error = refused(anna, "timer.start", issue="PZ-2")
    assert error.reason == "refused" and error.data["missing"] == ["tags"]
    assert [item["issue"] for item in anna.call("entry.list")["items"]] == ["PZ-1"]
    assert anna.call("timer.get")["running"]["issue"] == "PZ-1" and len(anna.entries()) == 1


def test_what_is_refused_after_its_caller_was_answered_becomes_blocked(anna):
    settings(anna, timeTrackingMode="STOPWATCH_ONLY")
    anna.call("entry.add", issue="PZ-1", seconds=600, wait="accepted")
    entry = anna.bridge.until(lambda: anna.call("entry.list", delivery="blocked")["items"])[0]
    assert entry["problem"]["reason"] == "refused"
    settings(anna, timeTrackingMode="DEFAULT")
    assert anna.call("entry.retry") == {"count": 1}
    assert len(anna.worklog_written(1)) == 1 and len(anna.entries()) == 1


@pytest.mark.parametrize("setting, code", [
    ({"timeTrackingMode": "STOPWATCH_ONLY"}, 4030), ({"lockTimeEntries": "2026-11-20T00:00:00Z"}, 1003)])
def test_adding_by_hand_where_the_workspace_forbids_it(anna, setting, code):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    settings(anna, **setting)
    error = refused(anna, "entry.add", user=BEN, issue="PZ-1", start="2026-11-01T10:00:00Z", seconds=600)
    assert error.reason == "refused" and error.data["upstream"]["code"] == code
    assert anna.entries() == [] and anna.call("entry.list", user=BEN)["items"] == []


@pytest.mark.parametrize("params, start, end", [
    ({"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:30:00Z"}, "2026-11-20T10:00:00Z", "2026-11-20T11:30:00Z"),
    ({"start": "2026-11-20T10:00:00Z", "seconds": 600}, "2026-11-20T10:00:00Z", "2026-11-20T10:10:00Z"),
    ({"end": "2026-11-20T10:00:00Z", "seconds": 600}, "2026-11-20T09:50:00Z", "2026-11-20T10:00:00Z"),
    ({"start": "2026-11-20T12:00:00+02:00", "seconds": 60}, "2026-11-20T10:00:00Z", "2026-11-20T10:01:00Z"),
])
def test_the_forms_of_entry_add(anna, params, start, end):
    entry = anna.call("entry.add", issue="PZ-1", **params)["entry"]
    assert (entry["start"], entry["end"]) == (start, end)


@pytest.mark.parametrize("params, param", [
    ({}, "seconds"), ({"start": "2026-11-20T10:00:00Z"}, "seconds"), ({"end": "2026-11-20T10:00:00Z"}, "seconds"),
    ({"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z", "seconds": 60}, "seconds"),
    ({"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T10:00:00Z"}, "end"),
    ({"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T09:00:00Z"}, "end"),
    ({"start": "2026-01-01T10:00:00Z", "end": "2026-03-01T09:00:00Z"}, "end")])
def test_the_wrong_forms_of_entry_add(anna, params, param):
    error = refused(anna, "entry.add", issue="PZ-1", **params)
    assert (error.reason, error.data["param"]) == ("invalid_params", param)
    assert anna.entries() == []


def test_entry_list_filters_and_pages(anna):
    for number in range(5):
        anna.call("entry.add", issue=("PZ-1", "PZ-2")[number % 2], seconds=60)
    anna.call("timer.start", issue="PZ-1")
    first = anna.call("entry.list", limit=4)["items"]
    rest = anna.call("entry.list", before=first[-1]["id"])["items"]
    ids = [int(item["id"]) for item in first + rest]
    assert len(ids) == 6 and ids == sorted(ids, reverse=True)
    assert len(anna.call("entry.list", issue="PZ-2")["items"]) == 2
    assert [item["issue"] for item in anna.call("entry.list", state="running")["items"]] == ["PZ-1"]
    assert anna.call("entry.list", delivery="blocked")["items"] == []
    assert anna.call("entry.list", user="JIRAUSER10101")["items"] == []


def test_edit_keeps_custom_fields(anna):
    entry = anna.call("timer.start", issue="PZ-1")["entry"]
    Elsewhere(anna).call("PUT", f"/time-entries/{entry['clockify_id']}", {
        "start": entry["start"], "description": entry["description"], "projectId": anna.project, "taskId": anna.task,
        "tagIds": [anna.story], "customFields": [{"customFieldId": "64c777ddd3fcab07cfbb210c", "value": "Customer 7"}]})
    anna.call("timer.edit", description="Other words")
    [now] = anna.entries()
    assert now["description"] == "Other words"
    assert [(field["customFieldId"], field["value"]) for field in now["customFieldValues"]] == [
        ("64c777ddd3fcab07cfbb210c", "Customer 7")]


def test_edit_of_task_and_billable(anna):
    task = anna.sim.seed({"clockify": {"tasks": [{"project": "Phase Zero", "name": "Meetings"}]}})["clockify"]["tasks"][0]["id"]
    anna.call("timer.start", issue="PZ-1", billable=True)
    answer = anna.call("timer.edit", task=task, billable=False)["entry"]
    assert answer["task"] == {"id": task, "name": "Meetings"} and answer["billable"] is False
    assert (anna.entries()[0]["taskId"], anna.entries()[0]["billable"]) == (task, False)
    assert anna.call("timer.edit", task=None)["entry"]["task"] is None
    assert anna.entries()[0]["projectId"] == anna.project and anna.entries()[0]["taskId"] is None


def test_a_timer_stopped_elsewhere_is_stopped_once(anna):
    anna.call("timer.start", issue="PZ-1")
    Elsewhere(anna).stop()
    anna.call("timer.stop")
    before = anna.entries()
    assert refused(anna, "timer.stop").data["what"] == "timer"
    assert anna.entries() == before and len(before) == 1


def test_a_timer_noticed_as_stopped_elsewhere_shows_why_it_has_no_worklog(anna):
    anna.call("timer.start", issue="PZ-1")
    Elsewhere(anna).stop()
    anna.call("timer.get")
    [entry] = anna.call("entry.list")["items"]
    assert (entry["worklog"]["state"], entry["worklog"]["problem"]["reason"]) == ("skipped", "stopped_elsewhere")
    assert anna.worklogs() == []


def test_stopped_elsewhere_and_here_at_once_makes_one_worklog_where_wanted(world_with):
    world = world_with(worklog={"stopped_elsewhere": True, "stopped_elsewhere_poll_s": 1})
    world.connect()
    world.call("timer.start", issue="PZ-1")
    Elsewhere(world).stop()
    assert world.call("timer.stop", comment="Here as well")["stopped_elsewhere"] is True
    assert world.worklog_written(1)[0]["comment"] == "Here as well"
    time.sleep(1.2)
    assert len(world.worklogs()) == 1


def test_a_start_is_accepted_where_its_stop_lacks_a_required_field(anna):
    anna.sim.change("jira/projects/PZ", name="X")  # too short to be a project in Clockify
    settings(anna, forceProjects=True)
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "done"
    time.sleep(1.1)
    answer = anna.call("timer.stop", comment="Done")["entry"]
    assert (answer["delivery"], answer["problem"]["reason"], answer["problem"]["missing"]) == ("blocked", "refused", ["project"])
    assert answer["state"] == "stopped" and answer["worklog"] is None
    time.sleep(1.1)
    anna.call("timer.edit", project=anna.project)
    anna.bridge.until(lambda: anna.entries()[0]["timeInterval"]["end"])
    assert anna.entries()[0]["timeInterval"]["end"] == answer["end"], "the moment at which it was pressed"
    assert anna.worklog_written(1)[0]["comment"] == "Done"
    assert [(item["delivery"], item["problem"]) for item in anna.call("entry.list")["items"]] == [("done", None)]


def test_a_stop_in_a_locked_period_waits_with_its_moment(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.call("timer.start", user=BEN, issue="PZ-1")
    settings(anna, lockTimeEntries="2030-01-01T00:00:00Z")
    entry = anna.call("timer.stop", user=BEN)["entry"]
    assert entry["delivery"] == "blocked" and "locked" in entry["problem"]["message"]
    settings(anna, lockTimeEntries=None)
    time.sleep(1.1)
    assert anna.call("entry.retry", user=BEN, id=entry["id"]) == {"count": 1}
    anna.bridge.until(lambda: anna.entries()[0]["timeInterval"]["end"])
    assert anna.entries()[0]["timeInterval"]["end"] == entry["end"]
    assert len(anna.worklog_written(1)) == 1


def test_where_only_the_timer_is_allowed_it_works(anna):
    settings(anna, timeTrackingMode="STOPWATCH_ONLY")
    anna.call("timer.start", issue="PZ-1")
    assert anna.call("timer.stop", wait="worklog")["entry"]["worklog"]["state"] == "written"


def test_seconds_alone_end_now(anna):
    before = time.time()
    entry = anna.call("entry.add", issue="PZ-1", seconds=90)["entry"]
    end = calendar.timegm(time.strptime(entry["end"], "%Y-%m-%dT%H:%M:%SZ"))
    assert entry["seconds"] == 90 and int(before) <= end <= time.time()


def test_a_stop_pressed_while_the_start_is_on_its_way_keeps_its_comment(anna):
    anna.sim.fault(service="clockify", method="POST", route="/time-entries", kind="delay", ms=1500, times=1)
    with anna.bridge.client() as client:
        start = client.send("timer.start", user=ANNA, issue="PZ-1")
        anna.bridge.until(lambda: anna.call("entry.list")["items"])
        time.sleep(0.3)
        stop = client.send("timer.stop", user=ANNA, comment="Short work", wait="worklog")
        client.receive(start)
        entry = client.receive(stop)["entry"]
    assert entry["state"] == "stopped" and entry["worklog"]["state"] == "written"
    assert [worklog["comment"] for worklog in anna.worklogs()] == ["Short work"]
    assert len(anna.entries()) == 1 and anna.entries()[0]["timeInterval"]["end"] == entry["end"]


def test_an_issue_that_moves_while_its_timer_runs(anna):
    anna.call("timer.start", issue="PZ-2")
    number = next(issue["id"] for issue in anna.sim.state()["jira"]["issues"] if issue["key"] == "PZ-2")
    anna.sim.change("jira/issues/PZ-2", key="NEW-9")
    assert anna.call("timer.stop", wait="worklog")["entry"]["worklog"]["state"] == "written"
    assert [worklog["issueId"] for worklog in anna.worklogs()] == [number]


@pytest.mark.parametrize("params, what", [
    ({"issue": "PZ-999"}, "issue"), ({"issue": "PZ-2", "project": "0123456789abcdef01234567"}, "project")])
def test_a_switch_to_what_does_not_exist_ends_no_timer(anna, params, what):
    before = anna.call("timer.start", issue="PZ-1")["entry"]
    error = refused(anna, "timer.start", request_id="switch", **params)
    assert (error.reason, error.data["what"]) == ("not_found", what)
    assert refused(anna, "timer.start", request_id="switch", **params).data == error.data
    assert anna.call("timer.get")["running"] == before
    assert [entry["timeInterval"]["end"] for entry in anna.entries()] == [None]
    assert len(anna.call("entry.list")["items"]) == 1 and anna.worklogs() == []
    anna.call("timer.stop")
    assert len(anna.worklog_written(1)) == 1
