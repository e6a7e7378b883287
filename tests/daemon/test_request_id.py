# SPDX-License-Identifier: Apache-2.0
"""A repeat of a request is told the same and does nothing."""
import pytest

from bridge import RpcError
from world import ANNA, BEN, BEN_KEY, BEN_TOKEN

START = {"issue": "PZ-1", "request_id": "click-1"}


def test_a_repeat_gets_the_same_answer_and_does_nothing(anna):
    first = anna.call("timer.start", **START)
    assert anna.call("timer.start", **START) == first
    assert len(anna.entries()) == 1


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_repeat_after_the_process_has_ended(anna, end):
    first = anna.call("timer.start", **START)
    if end == "kill":
        anna.bridge.kill()
        anna.bridge.start()
    else:
        anna.bridge.restart()
    assert anna.call("timer.start", **START) == first
    assert len(anna.entries()) == 1


def test_a_repeat_while_the_first_still_waits(anna):
    anna.sim.fault(service="clockify", method="POST", route="/time-entries", kind="delay", ms=500, times=1)
    with anna.bridge.client() as client:
        numbers = [client.send("timer.start", user=ANNA, **START) for _ in range(3)]
        answers = [client.receive(number) for number in numbers]
    assert answers[0] == answers[1] == answers[2]
    assert len(anna.entries()) == 1


@pytest.mark.parametrize("params", [{"issue": "PZ-2"}, {"description": "other words"}])
def test_the_same_id_with_other_params_is_an_error(anna, params):
    anna.call("timer.start", **START)
    with pytest.raises(RpcError) as error:
        anna.call("timer.start", **{**START, **params})
    assert (error.value.reason, error.value.data["param"]) == ("invalid_params", "request_id")


def test_the_same_id_with_another_method_is_an_error(anna):
    anna.call("timer.start", **START)
    with pytest.raises(RpcError) as error:
        anna.call("timer.stop", request_id="click-1")
    assert error.value.data["param"] == "request_id"
    assert anna.entries()[0]["timeInterval"]["end"] is None


def test_how_long_the_caller_waits_makes_no_other_request(anna):
    first = anna.call("timer.start", **START)
    assert anna.call("timer.start", wait="accepted", **START) == first


def test_another_user_may_use_the_same_id(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.call("timer.start", **START)
    anna.call("timer.start", user=BEN, **START)
    assert len(anna.entries()) == 2


def test_two_clicks_without_an_id_are_two(anna):
    for _ in range(2):
        anna.call("entry.add", issue="PZ-1", start="2026-11-20T10:00:00Z", seconds=600)
    assert len(anna.entries()) == 2


def test_an_error_that_was_taken_back_is_told_again(anna):
    anna.sim.change(f"clockify/workspaces/{anna.main}", workspaceSettings={"timeTrackingMode": "STOPWATCH_ONLY"})
    params = {"issue": "PZ-1", "seconds": 600, "request_id": "add-1"}
    errors = []
    for _ in range(2):
        with pytest.raises(RpcError) as error:
            anna.call("entry.add", **params)
        errors.append((error.value.code, error.value.message, error.value.data))
    assert errors[0] == errors[1]
    assert errors[0][2]["reason"] == "refused" and errors[0][2]["upstream"]["status"] == 403
    assert anna.entries() == [] and anna.call("entry.list")["items"] == []


def test_what_was_queued_is_told_as_queued_again(anna):
    """The first answer, whatever became of it meanwhile; entry.list tells the rest."""
    anna.call("entry.add", issue="PZ-1", seconds=60)
    anna.sim.fault(service="clockify", kind="refuse")
    params = {"issue": "PZ-1", "seconds": 600, "request_id": "add-2"}
    first = anna.call("entry.add", **params)
    assert first["entry"]["delivery"] == "queued"
    anna.sim.clear_faults()
    anna.bridge.until(lambda: len(anna.entries()) == 2)
    anna.bridge.until(lambda: anna.call("entry.list")["items"][0]["delivery"] == "done")
    assert anna.call("entry.add", **params) == first


def test_who_waited_for_the_worklog_is_told_of_it_again(anna):
    params = {"issue": "PZ-1", "seconds": 600, "request_id": "add-3", "wait": "worklog"}
    first = anna.call("entry.add", **params)
    assert first["entry"]["worklog"]["state"] == "written"
    assert anna.call("entry.add", **params) == first


def test_a_repeat_of_a_switch_names_what_was_stopped(anna):
    """Not answered the first time, since the process was killed; the repeat is answered as it stands then."""
    first = anna.call("timer.start", issue="PZ-1")
    anna.sim.fault(service="clockify", method="PATCH", kind="delay", ms=400, times=1)
    with anna.bridge.client() as client:
        client.send("timer.start", user=ANNA, issue="PZ-2", request_id="switch")
        anna.bridge.until(lambda: anna.call("entry.list", issue="PZ-2")["items"])
    anna.bridge.kill()
    anna.sim.fault(service="clockify", kind="refuse")
    anna.bridge.start()
    repeat = anna.call("timer.start", issue="PZ-2", request_id="switch")
    assert repeat["stopped"]["id"] == first["entry"]["id"]
