# SPDX-License-Identifier: Apache-2.0
"""The power fails while four people click: what was answered before is there afterwards, and every click is carried out once.
The answers that were read before the cut count; whoever had none asks again, as the protocol says."""
import collections
import contextlib
import os
import random
import tempfile
import threading

import pytest

from bridge import Bridge, RpcError
from disk import Disk
from flows import DETAILS, GONE, WORDS
from old_store import is_sound
from strike import Strace
from tally import tally, words
from world import ANNA, SEED, World

PEOPLE, MOST_ANSWERS = 4, 20
SETTINGS = {"journal": {"settle_s": 1}, "rpc": {"deadline_s": 5}}
PATIENCE_S = 120


class Clicks:
    """Entries added by hand, each with a start of its own, which is how it is known again."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.lock = threading.Condition()
        self.starts, self.answered = [], set()
        self.over = False

    def next(self):
        with self.lock:
            number = len(self.starts)
            self.starts.append(f"2026-10-{1 + number // 1440:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00Z")
            return self.starts[-1]

    def ask(self, client, start):
        client.call("entry.add", user=ANNA, request_id=start, issue="PZ-1", start=start, seconds=60, details=DETAILS,
                    wait="accepted")
        with self.lock:
            self.answered.add(start)
            self.lock.notify_all()

    def click_until_over(self):
        try:
            with self.bridge.client() as client:
                while not self.over:
                    self.ask(client, self.next())
        except GONE:
            pass
        except RpcError as error:
            assert error.reason in ("store", "busy", "internal"), error

    def until_answered(self, count):
        """Those that were answered by then."""
        with self.lock:
            assert self.lock.wait_for(lambda: len(self.answered) >= count, PATIENCE_S), "nothing is answered"
            return set(self.answered)

    def ask_again(self):
        with self.bridge.client() as client:
            for start in [start for start in self.starts if start not in self.answered]:
                self.ask(client, start)


@contextlib.contextmanager
def world_on_a_disk(sim, kind):
    sim.reset()
    made = sim.seed(SEED)
    with tempfile.TemporaryDirectory(prefix="power-") as directory:
        try:
            disk = Disk(kind, directory)
        except OSError as error:
            pytest.skip(f"no {kind} in a file can be mounted here: {error}")
        with disk:
            (disk.path / "state").mkdir(mode=0o700)
            os.sync()
            bridge = Bridge(directory, sim, store={"path": str(disk.path / "state" / "bridge.db")}, **SETTINGS)
            bridge.start()
            try:
                yield World(sim, bridge, made), disk
            finally:
                bridge.kill()


def cut_in_the_middle(bridge, disk, clicks, answers):
    """Clicks until so many more are answered, then the power fails. Gives all that were answered before that."""
    clicks.over = False
    threads = [threading.Thread(target=clicks.click_until_over) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    try:
        answered = clicks.until_answered(len(clicks.answered) + answers)
        disk.cut()
    finally:
        clicks.over = True
        bridge.kill()
        for thread in threads:
            thread.join(PATIENCE_S)
    clicks.answered = set(answered)  # what was read after the cut would have reached nobody: it is asked for again
    disk.unmount()
    disk.come_back()
    return answered


def known(bridge):
    """The starts of all entries in the journal."""
    starts, before = set(), {}
    while True:
        items = bridge.call("entry.list", user=ANNA, limit=200, **before)["items"]
        starts |= {item["start"] for item in items}
        if len(items) < 200:
            return starts
        before = {"before": items[-1]["id"]}


def drained(bridge):
    status = bridge.call("bridge.status")
    return status["entries"] == {"queued": 0, "blocked": 0} and status["worklogs"]["pending"] == 0


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_what_was_answered_survives_a_power_cut(kind, simulator, pytestconfig):
    cycles = pytestconfig.getoption("--power-cycles")
    chance = random.Random(f"{kind} {pytestconfig.getoption('--points-seed')}")
    with world_on_a_disk(simulator, kind) as (world, disk):
        bridge, clicks = world.bridge, Clicks(world.bridge)
        world.connect()
        away = world.sim.fault(service="clockify", kind="refuse")
        for cycle in range(cycles):
            answered = cut_in_the_middle(bridge, disk, clicks, chance.randint(1, MOST_ANSWERS))
            bridge.start()
            lost = answered - known(bridge)
            assert not lost, f"cycle {cycle}: {len(lost)} of {len(answered)} answered calls are lost: {sorted(lost)[:5]}"
            clicks.ask_again()
        world.sim.clear_faults(away)
        bridge.until(lambda: drained(bridge), seconds=PATIENCE_S)
        counts = tally(collections.Counter(entry["timeInterval"]["start"] for entry in world.entries()),
                       collections.Counter(clicks.starts))
        assert not any(counts.values()), counts
        assert [worklog["comment"] for worklog in world.worklogs()] == [WORDS["PZ-1"]] * len(clicks.starts)
        assert bridge.stop() == 0, bridge.log()
        assert is_sound(disk.path / "state" / "bridge.db")
        print(f"{kind}: cuts={cycles} calls={len(clicks.starts)} {words(counts)}")


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_bridge_that_does_not_sync_is_found(kind, simulator, strace):
    """As with synchronous=NORMAL: fdatasync says that it succeeded and does nothing."""
    with world_on_a_disk(simulator, kind) as (world, disk):
        world.connect()
        world.sim.fault(service="clockify", kind="refuse")
        clicks = Clicks(world.bridge)
        with Strace(world.bridge.process.pid, ["fdatasync", "fsync"], inject="retval=0"):
            answered = cut_in_the_middle(world.bridge, disk, clicks, MOST_ANSWERS)
        world.bridge.start()
        assert answered - known(world.bridge), "it was not found that nothing was synced"
