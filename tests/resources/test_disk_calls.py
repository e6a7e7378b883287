# SPDX-License-Identifier: Apache-2.0
"""Each call on the database's files fails in turn, for once, for some time and for good: what was answered stands, what was
refused does not, also after kill -9. A sample in the short form; --all-points takes every call."""
import collections
import errno

import pytest

from faults import FOR_EVER, OPEN, READ, SYNC, TRUNCATE, WRITE
from points import choose, count_calls, strike
from story import ENDED, Story
from world import ANNA, ANNA_KEY, ANNA_TOKEN

KINDS = {"write": (WRITE, errno.ENOSPC), "sync": (SYNC, errno.EIO)}
TIMES = {"once": (1, 9), "four times": (4, 3), "for good": (FOR_EVER, 3)}
AT_START = {"write": (WRITE, errno.ENOSPC), "sync": (SYNC, errno.EIO), "truncate": (TRUNCATE, errno.EIO), "read": (READ, errno.EIO),
            "open": (OPEN, errno.EMFILE)}


@pytest.mark.parametrize("how_long", TIMES)
@pytest.mark.parametrize("name", KINDS)
def test_each_call_in_turn(faulty, pytestconfig, name, how_long):
    kinds, error = KINDS[name]
    times, sample = TIMES[how_long]
    calls = count_calls(faulty, kinds)
    total = strike(faulty, f"{name} fails {how_long}", calls, choose(pytestconfig, calls, sample), kinds=kinds, times=times,
                   error=error)
    assert total["injected"] >= sample // 2  # how many calls there are depends on how works meet in a commit


def leave_work(bridge, story):
    """Three clicks that Clockify does not know of, in the files that kill -9 leaves."""
    away = story.sim.fault(service="clockify", kind="refuse")
    for hour in (8, 9, 10):
        bridge.call("entry.add", user=ANNA, issue="PZ-1", start=f"2026-10-05T{hour:02d}:00:00Z", seconds=600, wait="accepted")
    bridge.kill()
    story.sim.clear_faults(away)


def start_and_stop(story, faults):
    """Whether it came up; one that did not ended by itself, and said so by its status."""
    try:
        story.bridge.start(env=faults.environment)
    except RuntimeError:
        assert story.bridge.process.returncode in ENDED, f"{story.bridge.process.returncode}\n{story.bridge.log()[-3000:]}"
        return False
    story.bridge.stop()
    return True


def start_with_work_left(faulty, kinds, at, error):
    """Gives how many such calls were made, how many failed, and whether the bridge came up all the same."""
    with faulty() as (sim, bridge, faults):
        bridge.start()
        story = Story(sim, bridge, faults)
        bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        bridge.call("account.connect_jira", user=ANNA, token=ANNA_TOKEN)
        leave_work(bridge, story)
        faults.arm(kinds, at, 1, error)
        came_up = start_and_stop(story, faults)
        calls, failed = faults.calls, faults.failed
        faults.disarm()
        bridge.start(env=faults.environment)
        story.settle()
        entries, worklogs = story.world()
        assert (len(entries), len(worklogs)) == (3, 3), f"call {at}: {entries} {worklogs}\n{bridge.log()[-3000:]}"
        return calls, failed, came_up


@pytest.mark.parametrize("name", AT_START)
def test_each_call_of_a_start_in_turn(faulty, pytestconfig, name):
    """Whatever fails while the bridge starts with work left over: the next start has all of it, once."""
    kinds, error = AT_START[name]
    calls, _, came_up = start_with_work_left(faulty, kinds, 0, error)
    assert came_up
    points = choose(pytestconfig, calls, 12)
    counts = collections.Counter(points=len(points))
    for at in points:
        _, failed, came_up = start_with_work_left(faulty, kinds, at, error)
        counts.update(injected=failed, came_up=came_up)
    print(f"start, {name} fails once: calls={calls} {dict(counts)}")
