# SPDX-License-Identifier: Apache-2.0
"""A disk that does not come back from a sync: callers are answered at their deadline, and told no more than is known."""
import contextlib

import pytest

from bridge import RpcError
from faults import SYNC
from story import Story
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN


def add(client, user, hour, **params):
    return client.send("entry.add", user=user, issue="PZ-1", start=f"2026-10-05T{hour:02d}:00:00Z", seconds=600,
                       request_id=f"hour-{hour}", **params)


def reason(client, number):
    with pytest.raises(RpcError) as refused:
        client.receive(number)
    return refused.value.reason


@contextlib.contextmanager
def connected(faulty):
    with faulty() as (sim, bridge, faults):
        bridge.start(env=faults.environment)
        for user, key, token in ((ANNA, ANNA_KEY, ANNA_TOKEN), (BEN, BEN_KEY, BEN_TOKEN)):
            bridge.call("account.connect_clockify", user=user, api_key=key)
            bridge.call("account.connect_jira", user=user, token=token)
        with bridge.client(timeout=60) as client:
            yield Story(sim, bridge, faults), client


@pytest.mark.parametrize("wait", ["accepted", "clockify"])
def test_what_is_in_the_stuck_commit_is_unknown_and_what_waits_behind_it_is_refused(faulty, wait):
    with connected(faulty) as (story, client):
        bridge, faults = story.bridge, story.faults
        faults.hang(SYNC)
        first = add(client, ANNA, 8, wait=wait)
        bridge.until(lambda: faults.failed > 0, seconds=60)
        second = add(client, BEN, 9, wait=wait)
        assert reason(client, first) == "internal"
        assert reason(client, second) == "store"
        assert client.call("bridge.hello")  # the loop itself is not stuck
        faults.disarm()
        story.settle()
        entries, worklogs = story.world()
        assert [entry["timeInterval"]["start"] for entry in entries] == ["2026-10-05T08:00:00Z"]
        for user, hour in ((ANNA, 8), (BEN, 9)):
            assert client.receive(add(client, user, hour, wait="worklog"))["entry"]["delivery"] in ("done", "queued")
        story.settle()
        entries, worklogs = story.world()
        assert (len(entries), len(worklogs)) == (2, 2)


def test_a_click_that_was_taken_on_is_not_denied(faulty):
    """The store is stuck after the click was made durable, before Clockify was asked."""
    with connected(faulty) as (story, client):
        bridge, faults = story.bridge, story.faults
        faults.hang(SYNC, at=2)
        number = add(client, ANNA, 8)
        assert reason(client, number) == "internal"
        assert "was taken on" in bridge.log()
        faults.disarm()
        story.settle()
        assert client.receive(add(client, ANNA, 8, wait="worklog"))["entry"]["delivery"] in ("done", "queued")
        story.settle()
        entries, worklogs = story.world()
        assert (len(entries), len(worklogs)) == (1, 1)
