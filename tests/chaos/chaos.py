#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many users click at random while both services misbehave in every way that the simulator knows and the daemon is killed
with -9 every few seconds; then all is well again, the queues drain, and what Clockify and Jira hold is compared with what
the callers were told (checker.py). It decides nothing about right and wrong itself.

    chaos.py --seed 7 --seconds 20 --users 40 [--history FILE]

Exit status 0 when nothing was lost, doubled, invented or wrong, and no process died by itself; 1 otherwise, with the history in a file; 2 when it could
not be carried out. The programs are found by BRIDGE_SIM and CLOCKIFY_BRIDGED.
"""
import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "daemon"), str(HERE.parent / "sim")]

from bridge import Bridge  # noqa: E402
from sim import Simulator  # noqa: E402

import checker  # noqa: E402
import faults  # noqa: E402
import people  # noqa: E402

SETTINGS = {  # what may be late is late by less than settle_s
    "rpc": {"deadline_s": 2}, "clockify": {"timeout_s": 1}, "jira": {"timeout_s": 1},
    "journal": {"settle_s": 2, "blocked_retry_s": 2}, "log": {"level": "warning"},
}
DRAIN_S = 90


class Run:
    """What the tasks share."""

    def __init__(self, options, sim, bridge):
        self.options, self.sim, self.bridge = options, sim, bridge
        self.random = random.Random(options.seed)
        self.history = []
        self.over = False  # no new clicks
        self.kills = self.repeats = 0
        self.died = []  # exit statuses of processes that nobody killed

    async def outside(self, function, *arguments, **named):
        """A call that blocks, beside the loop."""
        return await asyncio.get_running_loop().run_in_executor(None, lambda: function(*arguments, **named))

    def note_death(self):
        if self.bridge.process.poll() is not None:
            self.died.append(self.bridge.process.returncode)

    def revive(self):
        """kill -9 and a new process, which has the same store."""
        self.note_death()
        self.bridge.kill()
        self.kills += 1
        self.bridge.start()


async def kill_now_and_then(run):
    chance = random.Random(f"kill {run.options.seed}")
    while not run.over:
        await asyncio.sleep(chance.uniform(1, 4))
        if not run.over:
            await run.outside(run.revive)


async def drain(run):
    """Until nothing is on its way; what waits for a person is tried again, as a person would."""
    end = time.monotonic() + DRAIN_S
    while time.monotonic() < end:
        status = await run.outside(run.bridge.call, "bridge.status")
        left = (status["entries"]["queued"], status["entries"]["blocked"], status["worklogs"]["pending"],
                status["worklogs"]["blocked"])
        if left == (0, 0, 0, 0):
            return True
        if left[1]:
            await run.outside(run.bridge.call, "entry.retry", all=True)
        if left[3]:
            await run.outside(run.bridge.call, "worklog.retry", all=True)
        await asyncio.sleep(0.3)
    print(f"not drained after {DRAIN_S} s: {left}")
    return False


async def storm(run):
    users = [people.User(run, number) for number in range(run.options.users)]
    clicks = [asyncio.create_task(user.click_until_over()) for user in users]
    others = [asyncio.create_task(kill_now_and_then(run)), asyncio.create_task(faults.inject(run))]
    await asyncio.sleep(run.options.seconds)
    run.over = True
    await asyncio.gather(*others)
    await run.outside(run.revive)  # a last time, with what is unfinished then
    await asyncio.wait_for(asyncio.gather(*clicks), DRAIN_S)
    drained = await drain(run)
    await asyncio.sleep(SETTINGS["journal"]["settle_s"])  # whatever is still held may have its effect
    return drained


def report(run, drained, found, entries):
    counts = {"seed": run.options.seed, "operations": len(run.history), "repeats": run.repeats, "kills": run.kills,
              "faults": run.sim.injected, "died": len(run.died), "drained": drained, **found.counts()}
    print(" ".join(f"{name}={value}" for name, value in counts.items()), flush=True)
    if drained and not found.problems and not run.died:
        return 0
    path = run.options.history or f"chaos-seed-{run.options.seed}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"counts": counts, "problems": found.problems, "history": run.history, "journal": entries, "requests": run.sim.requests(), "state": run.sim.state(),
                   "log": run.bridge.log()[-200000:]}, file, indent=1)
    for problem in found.problems[:20]:
        print("  " + json.dumps(problem))
    print(f"  the history is in {path}")
    return 1


@contextlib.contextmanager
def stderr_to(path):
    """For a process that is started meanwhile: the simulator's HTTP library complains of every connection that it is told to
    break."""
    kept = os.dup(2)
    with open(path, "ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--history")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-"))
        with stderr_to(f"{directory}/sim.log"):
            sim = stack.enter_context(Simulator())
        sim.injected = 0
        sim.seed(people.seed(options.users))
        run = Run(options, sim, Bridge(directory, sim, **SETTINGS))
        run.bridge.start()
        try:
            for number in range(options.users):
                run.bridge.call("account.connect_clockify", user=people.key(number), api_key=people.api_key(number))
                run.bridge.call("account.connect_jira", user=people.key(number), token=people.token(number))
            drained = asyncio.run(storm(run))
            entries = {people.key(n): run.bridge.call("entry.list", user=people.key(n), limit=200)["items"]
                       for n in range(options.users)}
            run.note_death()
            if run.bridge.stop() != 0:
                run.died.append(run.bridge.process.returncode)  # a sanitizer's complaint, too, is an exit status
            return report(run, drained, checker.check(run.history, sim.state(), entries, options.users), entries)
        finally:
            run.bridge.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (TimeoutError, asyncio.TimeoutError, RuntimeError) as error:
        print(f"chaos.py: {type(error).__name__} {error}", file=sys.stderr)
        sys.exit(2)
