# SPDX-License-Identifier: Apache-2.0
"""kill -9 at the worst moments: what was answered is in effect, exactly once, with the moment at which it was asked."""
import collections
import secrets
import threading
import time

import pytest

from world import ANNA, BEN, BEN_KEY, BEN_TOKEN
from test_outages import settled, warm

ENTRIES = "/time-entries"


def revive(world):
    world.bridge.kill()
    world.bridge.start()


@pytest.mark.parametrize("method, params, entries, worklogs", [
    ("timer.start", {"issue": "PZ-1"}, 3, 2),
    ("entry.add", {"issue": "PZ-1", "seconds": 600}, 3, 3),
])
def test_accepted_then_killed(anna, method, params, entries, worklogs):
    warm(anna)
    anna.call(method, wait="accepted", **params)
    revive(anna)
    settled(anna, entries, worklogs)


def test_killed_while_all_is_queued(anna):
    """The moments are those of the clicks, not those of the day on which Clockify comes back."""
    warm(anna)
    fault = anna.sim.fault(service="clockify", kind="refuse")
    answers = [anna.call("timer.start", issue="PZ-1"), anna.call("timer.start", issue="PZ-2"), anna.call("timer.stop")]
    revive(anna)
    time.sleep(1.1)
    anna.sim.clear_faults(fault)
    settled(anna, entries=4, worklogs=4)
    starts = [answers[0]["entry"]["start"], answers[1]["entry"]["start"]]
    assert [entry["timeInterval"]["start"] for entry in anna.entries()[2:]] == starts
    assert anna.entries()[-1]["timeInterval"]["end"] == answers[2]["entry"]["end"]


@pytest.mark.parametrize("kind", ["close_before", "close_after"])
@pytest.mark.parametrize("route", ["/projects", "/tasks", "/tags"])
def test_what_is_made_on_the_way_is_made_once(anna, route, kind):
    anna.sim.fault(service="clockify", method="POST", route=route, kind=kind, times=1)
    anna.call("entry.add", issue="NEW-1", seconds=600, wait="accepted")
    settled(anna, entries=1, worklogs=1)
    clockify = anna.sim.state()["clockify"]
    assert sorted(one["name"] for one in clockify["projects"]) == ["New Home", "Phase Zero"]
    assert sorted(one["name"] for one in clockify["tasks"]) == ["NEW-1", "PZ-1"]
    assert sorted(one["name"] for one in clockify["tags"]) == ["Story", "Task"]
    assert anna.entries()[0]["projectId"] and anna.entries()[0]["taskId"] and len(anna.entries()[0]["tagIds"]) == 1


@pytest.mark.parametrize("wait_ms", [0, 1, 2, 4, 8, 16])
def test_killed_between_clockify_and_the_worklog(anna, wait_ms):
    warm(anna)
    anna.sim.fault(service="jira", method="POST", route="/worklog", kind="delay", ms=200, times=1)
    anna.call("entry.add", issue="PZ-1", seconds=600)
    time.sleep(wait_ms / 1000)
    revive(anna)
    settled(anna, entries=3, worklogs=3)


@pytest.mark.parametrize("wait_ms", [0, 1, 2, 4, 8])
def test_killed_while_the_secrets_are_sealed_anew(anna, wait_ms):
    """Every secret opens afterwards, with both keys in the file."""
    warm(anna)
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    old = anna.bridge.key_path.read_text().split()
    new = secrets.token_hex(32)
    anna.bridge.write_keys(new, *old)
    with anna.bridge.client() as client:
        client.send("secret.rotate")
        time.sleep(wait_ms / 1000)
        revive(anna)
    for user in (ANNA, BEN):
        anna.call("entry.add", user=user, issue="PZ-1", seconds=60, wait="worklog")
    anna.bridge.call("secret.rotate")
    anna.bridge.write_keys(new)
    anna.bridge.restart()
    anna.call("entry.add", user=BEN, issue="PZ-1", seconds=60, wait="worklog")
    settled(anna, entries=5, worklogs=5)


def test_a_stop_accepted_then_killed(anna):
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    asked = anna.call("timer.stop", wait="accepted")["entry"]["end"]
    revive(anna)
    settled(anna, entries=3, worklogs=3)
    assert anna.entries()[-1]["timeInterval"]["end"] == asked


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["start", "add", "stop", "edit", "discard", "worklog"])
def test_killed_while_a_request_is_held(anna, what, when):
    """The simulator holds the request before or after doing it; the bridge is killed meanwhile."""
    warm(anna)
    if what in ("stop", "edit", "discard"):
        anna.call("timer.start", issue="PZ-1")
    method = {"stop": "PATCH", "edit": "PUT", "discard": "DELETE"}.get(what, "POST")
    service, route = ("jira", "/worklog") if what == "worklog" else ("clockify", ENTRIES)
    anna.sim.fault(service=service, method=method, route=route, kind="delay", when=when, ms=400, times=1)
    call, params = {
        "start": ("timer.start", {"issue": "PZ-2"}), "add": ("entry.add", {"issue": "PZ-2", "seconds": 300}),
        "worklog": ("entry.add", {"issue": "PZ-2", "seconds": 300}), "stop": ("timer.stop", {}),
        "edit": ("timer.edit", {"description": "other words"}), "discard": ("timer.discard", {}),
    }[what]
    anna.call(call, wait="accepted", **params)
    anna.bridge.until(lambda: anna.sim.counts()[service]["now"] >= 1)
    revive(anna)
    entries = 2 if what == "discard" else 3
    settled(anna, entries, {"start": 2, "edit": 2, "discard": 2}.get(what, 3))
    time.sleep(0.6)  # what was held may still have its effect
    assert len(anna.entries()) == entries
    if what == "edit":
        assert anna.entries()[-1]["description"] == "other words"


def test_killed_at_random_moments_of_a_busy_day(anna):
    """Ten rounds of start, switch, stop and add, killed somewhere in each."""
    warm(anna)
    for round_ in range(10):
        killer = threading.Timer(0.002 * (round_ + 1), anna.bridge.kill)
        with anna.bridge.client() as client:
            killer.start()
            try:
                for number, (method, params) in enumerate([
                        ("timer.start", {"issue": "PZ-1"}), ("timer.start", {"issue": "PZ-2"}), ("timer.stop", {}),
                        ("entry.add", {"issue": "PZ-1", "seconds": 120, "end": f"2026-11-01T{round_:02d}:00:00Z"})]):
                    client.call(method, user=ANNA, request_id=f"{round_}-{number}", **params)
            except (EOFError, OSError):
                pass
        killer.join()
        anna.bridge.process.wait()
        anna.bridge.start()
        for number, (method, params) in enumerate([
                ("timer.start", {"issue": "PZ-1"}), ("timer.start", {"issue": "PZ-2"}), ("timer.stop", {}),
                ("entry.add", {"issue": "PZ-1", "seconds": 120, "end": f"2026-11-01T{round_:02d}:00:00Z"})]):
            anna.call(method, request_id=f"{round_}-{number}", **params)
    settled(anna, entries=2 + 30, worklogs=2 + 30)
    assert all(entry["timeInterval"]["end"] for entry in anna.entries())


def test_a_worklog_that_jira_took_before_the_kill_is_not_written_again(anna):
    warm(anna)
    anna.sim.fault(service="jira", method="POST", route="/worklog", kind="close_after", times=1)
    anna.call("entry.add", issue="PZ-1", seconds=900, wait="accepted")
    anna.bridge.until(lambda: len(anna.worklogs()) == 3)
    revive(anna)
    settled(anna, entries=3, worklogs=3)


def test_a_backlog_of_one_issue_is_looked_for_once(anna):
    """Of forty pending worklogs, three of them equal, one of the three had reached Jira. Listing the issue for each of
    the forty, a large backlog would not drain."""
    details = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
    equal = {"start": "2026-10-05T08:00:00Z", "seconds": 600}
    warm(anna)
    anna.sim.fault(service="jira", method="POST", route="/worklog", kind="close_after", times=1)
    anna.call("entry.add", issue="PZ-1", wait="accepted", details=details, **equal)
    anna.bridge.until(lambda: len(anna.worklogs()) == 3)
    away = anna.sim.fault(service="jira", kind="refuse")
    for number in range(39):
        times = equal if number < 2 else {"start": "2026-10-06T08:00:00Z", "seconds": 60 * number}
        anna.call("entry.add", issue="PZ-1", details=details, **times)
    anna.bridge.kill()
    anna.sim.clear_faults(away)
    anna.sim.clear_counts()
    anna.bridge.start()
    settled(anna, entries=42, worklogs=42)
    # For the one that is there, for the next while it may still turn up, and then for all.
    assert anna.requests("jira")["GET /rest/api/2/issue/{issueIdOrKey}/worklog"] <= 3, anna.requests("jira")
    spans = collections.Counter((worklog["started"][:10], worklog["timeSpentSeconds"]) for worklog in anna.worklogs()[2:])
    assert spans == {("2026-10-05", 600): 3, **{("2026-10-06", 60 * number): 1 for number in range(2, 39)}}


def test_two_equal_entries_stay_two_after_a_lost_answer(anna):
    """The look-up after a lost answer must not take the first of two equal clicks for the second."""
    warm(anna)
    params = {"issue": "PZ-1", "start": "2026-11-20T10:00:00Z", "seconds": 600}
    anna.call("entry.add", wait="worklog", **params)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="close_before", times=1)
    anna.sim.fault(service="jira", method="POST", route="/worklog", kind="close_before", times=1)
    anna.call("entry.add", wait="accepted", **params)
    settled(anna, entries=4, worklogs=4)


def test_a_title_changed_between_the_lost_answer_and_the_look_up(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="close_after", times=1)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    anna.bridge.until(lambda: len(anna.entries()) == 3)
    anna.bridge.kill()
    anna.sim.change("jira/issues/PZ-1", summary="A new title")
    anna.bridge.start()
    settled(anna, entries=3)


def test_sigterm_finishes_what_is_in_flight(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="delay", ms=600, times=1)
    with anna.bridge.client() as client:
        number = client.send("timer.start", user=ANNA, issue="PZ-1")
        anna.bridge.until(lambda: anna.sim.counts()["clockify"]["now"] >= 1)
        assert anna.bridge.stop() == 0
        assert client.receive(number)["entry"]["delivery"] == "done"
    anna.bridge.start()
    settled(anna, entries=3)


def test_sigterm_does_not_wait_for_ever_and_loses_nothing(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="delay", when="before", ms=8000, times=1)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    anna.bridge.until(lambda: anna.sim.counts()["clockify"]["now"] >= 1)
    began = time.monotonic()
    assert anna.bridge.stop() == 0
    assert time.monotonic() - began < 7
    anna.bridge.start()
    assert anna.call("timer.get")["running"]["issue"] == "PZ-1"
