# SPDX-License-Identifier: Apache-2.0
"""The services are away, slow, or talk nonsense: nothing is lost, nothing waits for nothing, all is carried out afterwards."""
import time

import pytest

from bridge import RpcError
from world import ANNA, ANNA_KEY, BEN, BEN_KEY, BEN_TOKEN

ENTRY_ROUTE = "/time-entries"


def settled(world, entries, worklogs=None):
    """Waits until nothing is on its way; then there must be exactly so much."""
    def idle():
        status = world.bridge.call("bridge.status")
        return status["entries"] == {"queued": 0, "blocked": 0} and status["worklogs"]["pending"] == 0

    world.bridge.until(idle, seconds=40)
    assert len(world.entries()) == entries
    if worklogs is not None:
        assert len(world.worklogs()) == worklogs


def warm(world):
    """So that what follows needs no look-up."""
    for issue in ("PZ-1", "PZ-2"):
        world.call("entry.add", issue=issue, seconds=60, wait="worklog")


def test_clicks_while_clockify_is_away_are_queued_at_once_and_carried_out_in_order(anna):
    warm(anna)
    fault = anna.sim.fault(service="clockify", kind="refuse")
    first = anna.call("timer.start", issue="PZ-1")
    began = time.monotonic()
    second = anna.call("timer.start", issue="PZ-2")
    third = anna.call("timer.stop")
    took = time.monotonic() - began
    assert [answer["entry"]["delivery"] for answer in (first, second, third)] == ["queued"] * 3
    assert took < 2, "told only after a time-out"
    assert anna.call("timer.get")["stale"] is True
    anna.sim.clear_faults(fault)
    settled(anna, entries=4, worklogs=4)
    made = anna.entries()[2:]
    assert [entry["description"] for entry in made] == ["PZ-1 Read a ticket", "PZ-2 Second issue"]
    moments = [answer["entry"]["start"] for answer in (first, second)] + [third["entry"]["end"]]
    assert [entry["timeInterval"]["start"] for entry in made] == moments[:2]
    assert [entry["timeInterval"]["end"] for entry in made] == moments[1:]


def test_a_worklog_waits_for_jira(anna):
    warm(anna)
    fault = anna.sim.fault(service="jira", kind="refuse")
    details = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
    answer = anna.call("entry.add", issue="PZ-1", seconds=600, details=details, wait="worklog")
    assert answer["entry"]["delivery"] == "done" and answer["entry"]["worklog"]["state"] == "pending"
    anna.sim.clear_faults(fault)
    settled(anna, entries=3, worklogs=3)


@pytest.mark.parametrize("fault", [
    {"kind": "status", "code": 500}, {"kind": "status", "code": 503}, {"kind": "status", "code": 502, "when": "after"},
    {"kind": "html"}, {"kind": "garbage"}, {"kind": "garbage", "raw": True}, {"kind": "truncate"},
    {"kind": "close_before"}, {"kind": "close_after"}, {"kind": "trickle", "bytes_per_s": 200},
    {"kind": "huge", "bytes": 20000000}, {"kind": "redirect", "to": "http://127.0.0.1:1/"},
], ids=lambda fault: "-".join(str(value) for value in fault.values()))
@pytest.mark.parametrize("service", ["clockify", "jira"])
def test_one_bad_answer_to_what_makes_something(anna, service, fault):
    warm(anna)
    route = ENTRY_ROUTE if service == "clockify" else "/worklog"
    anna.sim.fault(service=service, method="POST", route=route, times=1, **fault)
    answer = anna.call("entry.add", issue="PZ-1", seconds=600, wait="worklog")
    assert answer["entry"]["seconds"] == 600
    settled(anna, entries=3, worklogs=3)


@pytest.mark.parametrize("when", ["close_before", "close_after"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_lost_request_or_answer_of_each_kind(anna, method, when):
    warm(anna)
    if method != "POST":
        anna.call("timer.start", issue="PZ-1")
    anna.sim.fault(service="clockify", method=method, route=ENTRY_ROUTE, times=1, kind=when)
    if method == "POST":
        anna.call("timer.start", issue="PZ-1")
    if method == "PUT":
        anna.call("timer.edit", description="other words")
        settled(anna, entries=3)
        assert anna.entries()[-1]["description"] == "other words"
    if method == "DELETE":
        anna.call("timer.discard")
        settled(anna, entries=2, worklogs=2)
        return
    anna.call("timer.stop")
    settled(anna, entries=3, worklogs=3)


def test_a_time_out_is_told_as_queued_and_the_late_effect_is_adopted(world_with):
    world = world_with(clockify={"timeout_s": 1}, rpc={"deadline_s": 3}, journal={"settle_s": 3})
    world.connect()
    warm(world)
    world.sim.fault(service="clockify", method="POST", route=ENTRY_ROUTE, kind="delay", when="after", ms=1500, times=1)
    answer = world.call("timer.start", issue="PZ-1")
    assert answer["entry"]["state"] == "running"
    settled(world, entries=3)


def test_429_silences_the_workspace_for_as_long_as_it_said(anna):
    warm(anna)
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.call("entry.add", user=BEN, issue="PZ-1", seconds=60, wait="worklog")
    anna.sim.fault(service="clockify", method="POST", route=ENTRY_ROUTE, kind="rate_limit", retry_after=2, times=1)
    seen = anna.sim.requests()[-1]["n"] if anna.sim.requests() else 0
    first = anna.call("timer.start", issue="PZ-1", wait="accepted")
    anna.bridge.until(lambda: any(request["status"] == 429 for request in anna.sim.requests(seen)))
    limited = time.monotonic()
    anna.call("timer.start", user=BEN, issue="PZ-2", wait="accepted")
    settled(anna, entries=5)
    made = [request for request in anna.sim.requests(seen)
            if request["service"] == "clockify" and request["method"] == "POST" and request["status"] == 201]
    refused = [request for request in anna.sim.requests(seen) if request["status"] == 429]
    assert len(refused) == 1 and len(made) == 2
    assert time.monotonic() - limited >= 1.5
    assert first["entry"]["delivery"] == "queued"


def test_429_without_a_time_is_silence_of_our_own_choice(anna):
    """And nobody waits for its end: who clicks meanwhile is told at once."""
    warm(anna)
    anna.sim.fault(service="clockify", method="POST", route=ENTRY_ROUTE, kind="rate_limit", times=1)
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    anna.bridge.until(lambda: any(request["status"] == 429 for request in anna.sim.requests()))
    seen = anna.sim.requests()[-1]["n"]
    began = time.monotonic()
    for _ in range(5):
        assert anna.call("entry.add", issue="PZ-1", seconds=60)["entry"]["delivery"] == "queued"
    assert time.monotonic() - began < 2
    time.sleep(2)
    assert [request for request in anna.sim.requests(seen) if request["service"] == "clockify"] == []


def test_lists_say_rate_limited_with_the_time_to_wait(anna):
    anna.sim.fault(service="clockify", route="/tags", kind="rate_limit", retry_after=7)
    with pytest.raises(RpcError) as error:
        anna.call("tag.list")
    assert error.value.reason == "rate_limited" and 1 <= error.value.data["retry_after_s"] <= 7


def test_jiras_endless_patience_is_bounded(anna):
    warm(anna)
    anna.sim.fault(service="jira", method="POST", kind="rate_limit", retry_after="9223372036854775807", times=1)
    anna.call("entry.add", issue="PZ-1", seconds=600)
    worklog = anna.bridge.until(lambda: [item for item in anna.call("worklog.list")["items"] if item["next_attempt"]])[0]
    assert worklog["state"] == "pending" and worklog["next_attempt"] < "2027"


def test_pause_sends_nothing_and_resume_all(anna):
    warm(anna)
    anna.bridge.call("bridge.pause", why="maintenance")
    anna.sim.clear_counts()
    assert anna.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "queued"
    anna.bridge.restart()
    assert anna.bridge.call("bridge.status")["paused"] is True
    assert anna.sim.counts()["clockify"]["total"] == 0
    anna.bridge.call("bridge.resume")
    settled(anna, entries=3)


def test_one_slow_upstream_delays_no_other_users_call(world_with):
    """200 calls of Ben's in flight at a Clockify that lets them wait 30 s; Anna's are as fast as before."""
    world = world_with(rpc={"deadline_s": 30})
    world.connect()
    world.connect(BEN, BEN_KEY, BEN_TOKEN)
    warm(world)

    def median():
        times = []
        for _ in range(15):
            began = time.monotonic()
            world.call("entry.add", issue="PZ-1", seconds=60)
            times.append(time.monotonic() - began)
        return sorted(times)[len(times) // 2]

    before = median()
    world.sim.fault(service="clockify", user="ben@example.com", kind="delay", ms=30000)
    with world.bridge.client() as client:
        for number in range(200):
            client.send("tag.list", user=BEN, search=f"nothing {number}")
        world.bridge.until(lambda: world.sim.counts()["clockify"]["now"] >= 200)
        during = median()
    assert during < before * 10 + 0.05, (before, during)


def test_a_thousand_clicks_during_an_outage_are_drained(anna):
    warm(anna)
    fault = anna.sim.fault(service="clockify", kind="refuse")
    with anna.bridge.client() as client:
        for number in range(10):
            sent = [client.send("entry.add", user=ANNA, issue=("PZ-1", "PZ-2")[k % 2], seconds=60 + 60 * (k % 5),
                                end=f"2026-11-{number + 1:02d}T{k // 60:02d}:{k % 60:02d}:00Z") for k in range(100)]
            assert all(client.receive(one)["entry"]["delivery"] == "queued" for one in sent)
    anna.sim.clear_faults(fault)
    settled(anna, entries=1002, worklogs=1002)
    assert len({entry["id"] for entry in anna.entries()}) == 1002


def test_a_key_that_was_switched_off_blocks_and_a_new_one_mends(anna):
    warm(anna)
    anna.sim.remove(f"clockify/keys/{ANNA_KEY}")
    anna.call("timer.start", issue="PZ-1", wait="accepted")
    entry = anna.bridge.until(lambda: anna.call("entry.list", delivery="blocked")["items"])[0]
    assert entry["problem"]["reason"] == "clockify_key_rejected"
