# SPDX-License-Identifier: Apache-2.0
"""kill -9 at the system calls that matter, one after the other in each flow: before each write into the database, each commit
and each byte that is sent or read. Then it is started again, whoever had no answer asks again, and everything is there once.
A seeded sample in the short form; --all takes every call."""
import collections
import contextlib
import functools
import random
import signal
import tempfile

import pytest

from bridge import Bridge, RpcError
from flows import FLOWS, GONE
from old_store import is_sound
from strike import Strace, is_stopped, stopped_first
from tally import words
from world import SEED, World

# Those of the journal, and those of both sides' connections. futex, epoll and the like change nothing outside.
CALLS = ("pwrite64", "fdatasync", "ftruncate", "unlink", "sendto", "recvfrom", "connect", "accept4")
SETTINGS = {"journal": {"settle_s": 1}, "rpc": {"deadline_s": 5}}
# How many of each flow in the short form.
SAMPLE = {"fdatasync": 1, "pwrite64": 1, "sendto": 1, "recvfrom": 1}
PATIENCE_S = 90

pytestmark = pytest.mark.usefixtures("strace")


@contextlib.contextmanager
def flow_in_a_world(sim, name):
    sim.reset()
    made = sim.seed(SEED)
    with tempfile.TemporaryDirectory(prefix="crash-") as directory:
        bridge = Bridge(directory, sim, **SETTINGS)
        bridge.start()
        try:
            flow = FLOWS[name](World(sim, bridge, made))
            flow.prepare()
            yield flow
        finally:
            if bridge.process.poll() is None:
                bridge.kill()


def is_dead(bridge):
    return bridge.process.poll() is not None


def try_to_click(flow):
    try:
        flow.click()
    except GONE:
        return
    except RpcError as error:
        assert error.reason in ("store", "busy"), error


def begin_traced(flow, calls, kill_at):
    """For what happens while the process begins: it is held until strace is there."""
    bridge, program = flow.bridge, flow.bridge.program
    bridge.program = stopped_first(bridge.directory, program)
    bridge.start(wait=False)
    bridge.program = program
    bridge.until(lambda: is_stopped(bridge.process.pid), seconds=PATIENCE_S)
    strace = Strace(bridge.process.pid, calls, kill_at)
    bridge.process.send_signal(signal.SIGCONT)
    try:
        bridge.wait_ready(PATIENCE_S)
    except (RuntimeError, *GONE):
        bridge.until(lambda: is_dead(bridge), seconds=PATIENCE_S)
    return strace


def run_traced(flow, calls, kill_at=None):
    """Until the services hold what they shall, or the process dies before that; then it is dead in any case. Gives strace."""
    bridge = flow.bridge
    if getattr(flow, "at_begin", False):
        strace = begin_traced(flow, calls, kill_at)
    else:
        strace = Strace(bridge.process.pid, calls, kill_at)
    with strace:
        try_to_click(flow)
        bridge.until(lambda: is_dead(bridge) or flow.done(), seconds=PATIENCE_S, every=0.05)
        strace.struck = is_dead(bridge)
    bridge.process.wait(PATIENCE_S)
    return strace


def is_quiet(sim):
    """No request of the dead process is still being carried out."""
    return all(service["now"] == 0 for service in sim.counts().values())


def settled(bridge):
    status = bridge.call("bridge.status")
    return status["entries"] == {"queued": 0, "blocked": 0} and status["worklogs"]["pending"] == 0


def revive_and_check(flow, sim):
    bridge = flow.bridge
    bridge.until(lambda: is_quiet(sim), seconds=PATIENCE_S)
    bridge.start()
    if hasattr(flow, "finish"):
        flow.finish()
    else:
        flow.click()  # asks again: a repeat, unless nothing had arrived
    bridge.until(lambda: settled(bridge), seconds=PATIENCE_S)
    flow.check()
    assert bridge.stop() == 0, bridge.log()
    assert is_sound(bridge.store_path)


def count_calls(sim, name):
    with flow_in_a_world(sim, name) as flow:
        return run_traced(flow, CALLS).counts()


def strike(sim, name, call, number):
    """kills (0: a flow does not make as many calls each time), and what was lost, doubled or invented."""
    with flow_in_a_world(sim, name) as flow:
        struck = run_traced(flow, [call], number).struck
        try:
            revive_and_check(flow, sim)
        except Exception as error:
            error.args = (f"{name}, killed before {call} number {number}: {error}\n{flow.bridge.log()[-3000:]}",)
            raise
        return collections.Counter(kills=struck, **flow.problems())


@pytest.fixture(scope="module")
def counted(simulator):
    """counted(flow): how often each call is made, by a run in which nobody dies in the middle."""
    return functools.cache(lambda name: count_calls(simulator, name))


def choose(config, name, call, count):
    if config.getoption("--all"):
        return range(1, count + 1)
    chance = random.Random(f"{name} {call} {config.getoption('--points-seed')}")
    return sorted(chance.sample(range(1, count + 1), min(SAMPLE.get(call, 0), count)))


def test_the_first_commit_of_a_start_is_struck(simulator):
    """Were nobody killed at all, the others would pass in vain."""
    assert strike(simulator, "start", "fdatasync", 1)["kills"] == 1


def pytest_generate_tests(metafunc):
    if "call" in metafunc.fixturenames:
        metafunc.parametrize("call", CALLS if metafunc.config.getoption("--all") else SAMPLE)


@pytest.mark.parametrize("name", FLOWS)
def test_killed_at(name, call, simulator, counted, pytestconfig):
    counts = counted(name)
    assert counts.get("fdatasync") and counts.get("pwrite64"), f"strace saw no commit: {counts}"
    points = choose(pytestconfig, name, call, counts.get(call, 0))
    total = collections.Counter(kills=0)
    for number in points:
        total.update(strike(simulator, name, call, number))
    print(f"{name}, {call}: points={len(points)} of {counts.get(call, 0)} {words(total)}")
