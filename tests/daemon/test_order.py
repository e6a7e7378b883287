# SPDX-License-Identifier: Apache-2.0
"""Cases that the chaos suite found: what is blocked, discarded or sent twice must not let a later click undo an earlier one."""
import time

import pytest

from bridge import RpcError
from test_outages import settled, warm
from world import ANNA, BEN, BEN_KEY, BEN_TOKEN, HANS, HANS_KEY, HANS_TOKEN

REFUSED = {"kind": "status", "code": 403, "body": '{"message":"Manual time tracking disabled","code":4030}'}
ENTRIES = "/time-entries"


def blocked(world, count=1):
    return world.bridge.until(lambda: world.bridge.call("bridge.status")["entries"]["blocked"] == count)


def mend(world):
    world.sim.clear_faults()
    world.bridge.call("entry.retry", all=True)


def test_a_start_waits_for_a_blocked_stop_though_the_start_in_between_was_discarded(anna):
    """Clockify would end the first timer silently at the moment of the second start."""
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.fault(service="clockify", method="PATCH", route=ENTRIES, **REFUSED)
    stop = anna.call("timer.stop")["entry"]
    assert stop["delivery"] == "blocked"
    anna.sim.fault(service="clockify", kind="refuse")
    anna.call("timer.start", issue="PZ-2", wait="accepted")
    anna.call("timer.start", issue="PZ-3", wait="accepted")
    anna.call("timer.discard", wait="accepted")
    anna.call("timer.start", issue="PZ-4", wait="accepted")
    mend(anna)
    settled(anna, entries=5, worklogs=4)
    first = anna.entries()[2]
    assert (first["description"], first["timeInterval"]["end"]) == ("PZ-1 Read a ticket", stop["end"])


def test_a_blocked_edit_does_not_undo_a_later_one(anna):
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.fault(service="clockify", method="PUT", route=ENTRIES, times=1, **REFUSED)
    anna.call("timer.edit", description="first words", billable=False, wait="accepted")
    blocked(anna)
    anna.call("timer.edit", description="second words")
    mend(anna)
    settled(anna, entries=3)
    assert (anna.entries()[-1]["description"], anna.entries()[-1]["billable"]) == ("second words", False)


@pytest.mark.parametrize("round_", range(3))
def test_everybodys_first_click_with_the_same_new_tags(anna, round_):
    """Who comes second is told that the tag exists, and takes it."""
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.connect(HANS, HANS_KEY, HANS_TOKEN)
    anna.sim.fault(service="clockify", method="GET", route="/tags", kind="delay", when="after", ms=100)
    with anna.bridge.client() as client:
        sent = [client.send("timer.start", user=user, issue="PZ-2") for user in (ANNA, BEN, HANS)]
        answers = [client.receive(one)["entry"] for one in sent]
    assert [sorted(tag["name"] for tag in answer["tags"]) for answer in answers] == [["Bug", "alpha", "beta"]] * 3
    assert [answer["left_out"] for answer in answers] == [[]] * 3


def test_the_comment_of_a_stop_survives_the_start_that_was_under_way(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="delay", ms=300, times=1)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    anna.bridge.until(lambda: anna.sim.counts()["clockify"]["now"] >= 1)
    anna.call("timer.stop", comment="what was done", wait="worklog")
    assert anna.worklogs()[-1]["comment"] == "what was done"


def test_a_discard_under_way_of_its_start_leaves_nothing(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="delay", ms=300, times=1)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    anna.bridge.until(lambda: anna.sim.counts()["clockify"]["now"] >= 1)
    anna.call("timer.discard", wait="accepted")
    with pytest.raises(RpcError) as error:
        anna.call("timer.stop")
    assert error.value.reason == "not_found"
    settled(anna, entries=2, worklogs=2)


def test_a_start_of_unclear_outcome_is_not_taken_back(anna):
    """Made at Clockify, the answer lost, then the key refused while the caller still waits: it must not be forgotten."""
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="close_after", times=1)
    anna.sim.fault(service="clockify", method="GET", route=ENTRIES, **REFUSED)
    entry = anna.call("timer.start", issue="PZ-1")["entry"]
    assert entry["delivery"] == "blocked"
    mend(anna)
    settled(anna, entries=3)
    assert anna.entries()[-1]["timeInterval"]["start"] == entry["start"]


def test_a_discard_waits_for_a_start_of_unclear_outcome(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="close_after", times=1)
    anna.sim.fault(service="clockify", method="GET", route=ENTRIES, **REFUSED)
    anna.call("timer.start", issue="PZ-1")
    anna.call("timer.discard", wait="accepted")
    mend(anna)
    settled(anna, entries=2, worklogs=2)


def test_a_stop_that_was_answered_keeps_its_entry_when_the_start_is_refused(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="delay", ms=400, times=1)
    with anna.bridge.client() as client:
        start = client.send("timer.start", user=ANNA, issue="PZ-1")
        anna.bridge.until(lambda: anna.sim.counts()["clockify"]["now"] >= 1)
        anna.sim.change(f"clockify/workspaces/{anna.main}",
                        workspaceSettings={"forceProjects": True, "forceDescription": True, "timeTrackingMode": "STOPWATCH_ONLY"})
        anna.call("timer.stop", wait="accepted")
        client.receive(start)
    assert len(anna.call("entry.list", issue="PZ-1")["items"]) == 2


def test_a_refusal_for_want_of_a_timer_is_told_again(anna):
    errors = []
    for _ in range(2):
        with pytest.raises(RpcError) as error:
            anna.call("timer.stop", request_id="stop-1")
        errors.append((error.value.reason, error.value.message))
        anna.call("timer.start", issue="PZ-1")
    assert errors[0] == errors[1] and errors[0][0] == "not_found"
    assert anna.call("timer.get")["running"]["issue"] == "PZ-1"


def test_nobody_waits_for_jira_while_it_is_down(anna):
    warm(anna)
    anna.sim.fault(service="jira", kind="refuse")
    details = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
    anna.call("entry.add", issue="PZ-1", seconds=600, details=details, wait="worklog")
    began = time.monotonic()
    for _ in range(3):
        answer = anna.call("entry.add", issue="PZ-1", seconds=600, details=details, wait="worklog")
        assert answer["entry"]["worklog"]["state"] == "pending"
    # Without the page's details it has to wait for Jira, and all behind it in turn: told at once.
    assert anna.call("entry.add", issue="PZ-1", seconds=600)["entry"]["delivery"] == "queued"
    assert anna.call("entry.add", issue="PZ-1", seconds=600, details=details)["entry"]["delivery"] == "queued"
    assert time.monotonic() - began < 3


def test_a_start_that_was_blocked_does_not_end_the_timer_that_runs_when_it_is_mended(anna):
    """Clockify ends whatever runs when another timer starts, however long ago that one's start."""
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, times=1, **REFUSED)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    blocked(anna)
    switched = anna.call("timer.start", issue="PZ-2")
    anna.bridge.call("entry.retry", all=True)
    settled(anna, entries=4, worklogs=3)
    running, late = anna.entries()[2:]
    assert (running["description"], running["timeInterval"]["end"]) == ("PZ-2 Second issue", None)
    assert (late["description"], late["timeInterval"]["end"]) == ("PZ-1 Read a ticket", switched["stopped"]["end"])


def test_what_was_discarded_before_it_was_made_is_not_made(anna):
    """In doubt and blocked, then discarded, while the next timer runs: made late it would end that one."""
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, kind="close_before", times=1)
    anna.sim.fault(service="clockify", method="GET", route=ENTRIES, **REFUSED)
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "blocked"
    anna.call("timer.discard", wait="accepted")
    assert anna.call("timer.start", issue="PZ-2")["entry"]["delivery"] == "done"
    mend(anna)
    settled(anna, entries=3, worklogs=2)
    assert anna.entries()[-1]["description"] == "PZ-2 Second issue"
    assert anna.entries()[-1]["timeInterval"]["end"] is None


def test_start_stop_and_discard_while_clockify_is_away_cost_nothing(anna):
    warm(anna)
    anna.sim.fault(service="clockify", kind="refuse")
    anna.call("timer.start", issue="PZ-1")
    anna.call("timer.stop", wait="accepted")
    with pytest.raises(RpcError):
        anna.call("timer.stop")
    entry = anna.call("entry.list")["items"][0]["id"]
    anna.call("timer.discard", entry=entry, wait="accepted")
    anna.sim.clear_counts()
    mend(anna)
    settled(anna, entries=2, worklogs=2)
    assert anna.call("entry.list")["items"][0]["state"] == "discarded"


def test_a_discard_of_unclear_outcome_is_not_taken_back(anna):
    """Done, the answer lost on a kept connection; whatever is said to a second attempt, it is not as it was."""
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.fault(service="clockify", method="DELETE", route=ENTRIES, kind="close_after", times=1)
    anna.sim.fault(service="clockify", method="DELETE", route=ENTRIES, **REFUSED)
    entry = anna.call("timer.discard")["entry"]
    assert (entry["state"], entry["delivery"]) == ("discarded", "blocked")
    with pytest.raises(RpcError):
        anna.call("timer.stop")
    mend(anna)
    settled(anna, entries=2, worklogs=2)


def test_a_start_that_was_blocked_does_not_end_one_whose_outcome_is_unclear(anna):
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, times=1, **REFUSED)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    blocked(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRIES, times=1, kind="close_after")
    anna.call("timer.start", issue="PZ-2", wait="accepted")
    anna.bridge.until(lambda: len(anna.entries()) == 3)
    mend(anna)
    settled(anna, entries=4, worklogs=3)
    assert [entry["description"] for entry in anna.entries() if not entry["timeInterval"]["end"]] == ["PZ-2 Second issue"]
