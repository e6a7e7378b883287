# SPDX-License-Identifier: Apache-2.0
"""No memory: an allocation fails, once, at any moment; or the process has as much as it may have. It may end and be started
again; it may not answer what is not true. A sample in the short form; --all-points fails every allocation of the story in turn."""
import contextlib
import errno
import json
import re
import resource

import pytest

from faults import ALLOC
from points import choose, count_calls, strike
from story import GONE, STEPS, Story
from tally import words

PARTS, SAMPLE = 4, 9


@pytest.mark.parametrize("part", range(PARTS))
def test_each_allocation_in_turn(faulty, pytestconfig, part):
    calls = count_calls(faulty, ALLOC)
    points = choose(pytestconfig, calls, PARTS * SAMPLE)[part::PARTS]
    strike(faulty, "no memory", calls, points, kinds=ALLOC, times=1, error=errno.ENOMEM)


def size_of(process):
    """Of its address space, in bytes."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmSize:\s+(\d+)", status.read()).group(1)) * 1024


def limit(process, most):
    """Of the address space; a process that ends just now needs none."""
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def press(bridge):
    """A line that takes memory to be read; its answer, if there is one, is of no interest."""
    with contextlib.suppress(*GONE), bridge.client() as client:
        client.send_line(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "bridge.hello", "params": {"client": ["x"] * 40_000}}))
        client.read()


@pytest.mark.parametrize("room", [0, 1 << 18, 1 << 20, 1 << 22])
def test_a_limit_of_memory(faulty, room):
    """Reached in the middle of the story, and lifted once it has shown."""
    with faulty() as (sim, bridge, faults):
        def mend():
            limit(bridge.process, resource.RLIM_INFINITY)

        def tighten():
            if not story.died():
                limit(bridge.process, size_of(bridge.process) + room)
                press(bridge)

        bridge.start(env=faults.environment)
        story = Story(sim, bridge, faults, mend)
        for number in range(len(STEPS)):
            story.before[number] = tighten
        story.tell(revive=room > 0)
        story.check_end()
        print(f"{room >> 10} KiB more: {words(story.counts)}")
