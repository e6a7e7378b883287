# SPDX-License-Identifier: Apache-2.0
"""The wall clock jumps, forward, back and past the year 2038, while timers run and over a restart; and the process or the
services stand still for longer than every time-out."""
import random
import signal
import threading
import time

import pytest

from story import STEPS, Story
from world import ANNA

DAY = 24 * 3600
JUMPS = {"three days on": 3 * DAY, "an hour back": -3600, "past 2038": (1 << 31) + DAY - int(time.time())}
SHORT = {"clockify": {"timeout_s": 2}, "jira": {"timeout_s": 2}}


@pytest.mark.parametrize("number", range(2, len(STEPS)))
@pytest.mark.parametrize("jump", JUMPS)
def test_the_clock_jumps_before_a_step(faulty, jump, number):
    with faulty() as (sim, bridge, faults):
        bridge.start(env=faults.environment)
        story = Story(sim, bridge, faults)
        story.before[number] = lambda: faults.jump(JUMPS[jump])
        story.tell()
        story.check_end()
        faults.jump(0)
        story.check_end()


def test_the_bridge_sees_a_jump(faulty):
    with faulty() as (sim, bridge, faults):
        bridge.start(env=faults.environment)
        story = Story(sim, bridge, faults)
        story.tell()
        faults.jump(JUMPS["past 2038"])
        assert bridge.call("timer.start", user=ANNA, issue="PZ-1")["entry"]["start"].startswith("2038-01-")


@pytest.mark.parametrize("jump", JUMPS)
def test_the_clock_jumps_over_a_restart(faulty, jump):
    """With a timer that runs and a click that is not carried out yet."""
    with faulty() as (sim, bridge, faults):
        bridge.start(env=faults.environment)
        story = Story(sim, bridge, faults)

        def restart():
            bridge.kill()
            faults.jump(JUMPS[jump])
            bridge.start(env=faults.environment)

        story.before[5] = restart
        story.tell()
        story.check_end()


class Standstill(threading.Thread):
    """Stops a process now and then, each time for longer than the time-outs, until it is told that it is enough."""

    def __init__(self, process, seed):
        super().__init__(daemon=True)
        self.process, self.chance = process, random.Random(seed)
        self.enough, self.times = threading.Event(), 0

    def run(self):
        while not self.enough.wait(self.chance.uniform(0.001, 0.08)):
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(2.6)
            self.process.send_signal(signal.SIGCONT)
            self.times += 1


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("who", ["bridge", "simulator"])
def test_a_process_stands_still_for_longer_than_every_time_out(faulty, who, seed):
    with faulty(**SHORT) as (sim, bridge, faults):
        bridge.start(env=faults.environment)
        still = Standstill(bridge.process if who == "bridge" else sim.process, f"{who} {seed}")
        story = Story(sim, bridge, faults, mend=lambda: (still.enough.set(), still.is_alive() and still.join()))
        still.start()
        try:
            story.tell(revive=False)
        finally:
            story.mend()
        story.check_end()
        print(f"{who} stood still {still.times} times: {story.counts}")
