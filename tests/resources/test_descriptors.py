# SPDX-License-Identifier: Apache-2.0
"""No descriptor left: who is connected is served, who knocks is told or waits, and the bridge sleeps meanwhile."""
import os
import resource
import socket
import time

import pytest

from bridge import RpcError
from story import Story
from world import ANNA, ANNA_KEY, ANNA_TOKEN


def descriptors(bridge):
    return len(os.listdir(f"/proc/{bridge.process.pid}/fd"))


def leave_descriptors(bridge, count):
    most = max(int(fd) for fd in os.listdir(f"/proc/{bridge.process.pid}/fd")) + 1
    resource.prlimit(bridge.process.pid, resource.RLIMIT_NOFILE, (most + count, most + count))


def cpu_seconds(bridge):
    with open(f"/proc/{bridge.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def knock(bridge):
    """A caller that says nothing, as one does that waits to be let in."""
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    caller.setblocking(False)
    caller.connect(str(bridge.socket_path))
    return caller


@pytest.mark.parametrize("left", [0, 3])
def test_no_descriptor_left(faulty, left):
    with faulty() as (sim, bridge, faults):
        bridge.start()
        story = Story(sim, bridge, faults)
        bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        bridge.call("account.connect_jira", user=ANNA, token=ANNA_TOKEN)
        with bridge.client() as client:
            client.call("bridge.hello")
            leave_descriptors(bridge, left)
            callers = [knock(bridge) for _ in range(40)]
            bridge.until(lambda: "no descriptor is left" in bridge.log(), seconds=60)
            before = cpu_seconds(bridge)
            time.sleep(3)
            assert cpu_seconds(bridge) - before < 0.5, "it spins"
            answers = []
            for hour in (8, 9, 10):
                answers.append(client.call("entry.add", user=ANNA, issue="PZ-1", start=f"2026-10-05T{hour:02d}:00:00Z",
                                           seconds=600))
            assert all(answer["entry"]["delivery"] in ("queued", "done") for answer in answers)
            for caller in callers:
                caller.close()
        bridge.until(lambda: answers_again(bridge), seconds=60)
        story.settle()
        entries, worklogs = story.world()
        assert (len(entries), len(worklogs)) == (3, 3)
        print(f"{left} descriptors left: {[answer['entry']['delivery'] for answer in answers]} entries={len(entries)} worklogs={len(worklogs)}")


def answers_again(bridge):
    try:
        return bridge.call("bridge.hello")
    except (OSError, EOFError, RpcError):
        return None
