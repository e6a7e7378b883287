# SPDX-License-Identifier: Apache-2.0
"""At which calls a fault strikes: all of them, or a seeded sample; and the runs of the story, one a point, with their counts."""
import collections
import random
import time

from story import Story
from tally import words


def count_calls(faulty, kinds, **settings):
    """How many such calls the story makes when nothing fails."""
    with faulty(**settings) as (sim, bridge, faults):
        bridge.start(env=faults.environment)
        story = Story(sim, bridge, faults)
        faults.count(kinds)
        story.tell()
        calls = faults.calls
        story.check_end()
        return calls


def choose(config, calls, size):
    """Spread over the whole: one of each of `size` equal parts."""
    if config.getoption("--all-points") or calls <= size:
        return range(1, calls + 1)
    chance = random.Random(config.getoption("--points-seed"))
    bounds = [1 + calls * part // size for part in range(size + 1)]
    return [chance.randrange(bounds[part], bounds[part + 1]) for part in range(size)]


def strike(faulty, name, calls, points, **how):
    """Tells the story once a point; the first untruth ends it, with its point in the message."""
    total = collections.Counter()
    began = time.monotonic()
    for at in points:
        with faulty() as (sim, bridge, faults):
            faults.trace()
            bridge.start(env=faults.environment)
            try:
                total.update(run(sim, bridge, faults, at=at, revive=at % 2 == 0, **how))
            except Exception as error:
                error.args = (f"{name}, call {at} of {calls}: {error}\n{bridge.log()[-3000:]}",)
                raise
    print(f"{name}: points={len(points)} of {calls} {words(total)} ({time.monotonic() - began:.0f} s)")
    return total


def run(sim, bridge, faults, kinds, at, times, error, revive):
    story = Story(sim, bridge, faults)
    faults.arm(kinds, at, times, error)
    story.tell(revive=revive)
    injected = faults.failed
    story.check_end()
    return {"operations": sum(story.counts[name] for name in ("done", "refused", "unknown")), "injected": injected, **story.counts}
