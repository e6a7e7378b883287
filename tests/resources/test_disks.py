# SPDX-License-Identifier: Apache-2.0
"""Real disks that are full, without inodes, read-only or gone, while the bridge runs and when it starts."""
import collections

import pytest

from disks import disk, run
from story import STEPS, Story
from world import ANNA, ANNA_KEY, ANNA_TOKEN


def on_disk(faulty, place):
    return faulty(store={"path": str(place.path / "bridge.db")})


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_a_full_disk(faulty, kind):
    """Whatever room is left, it is enough for some steps only; then there is room again."""
    total = collections.Counter()
    with disk(kind, 8192) as place:
        for leave_kib in (0, 24, 120, 320):
            with on_disk(faulty, place) as (sim, bridge, faults):
                bridge.start()
                story = Story(sim, bridge, faults, mend=place.free)
                place.fill(leave_kib * 1024)
                story.tell(revive=leave_kib in (0, 120))
                story.check_end()
                total.update(story.counts)
                bridge.stop()
            for file in place.path.glob("bridge.db*"):
                file.unlink()
    print(f"full {kind}: {dict(total)}")
    assert total["refused"] + total["unknown"] >= 1


def test_no_inode_left(faulty):
    """What runs has its files; a start that cannot make one says so, and loses nothing."""
    with disk("ext4", 8192, "-N", "64") as place, on_disk(faulty, place) as (sim, bridge, faults):
        bridge.start()
        story = Story(sim, bridge, faults, mend=place.free)
        place.fill_inodes()
        story.tell()
        bridge.stop()
        place.fill_inodes()
        with pytest.raises(RuntimeError, match="not started"):
            bridge.start()
        assert bridge.process.returncode == 74
        story.check_end()


def test_a_disk_that_is_read_only_at_the_start(faulty):
    with disk("ext4", 8192) as place, on_disk(faulty, place) as (sim, bridge, faults):
        bridge.start()
        story = Story(sim, bridge, faults, mend=lambda: run("mount", "-o", "remount,rw", str(place.path)))
        bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        bridge.stop()
        run("mount", "-o", "remount,ro", str(place.path))
        with pytest.raises(RuntimeError, match="not started"):
            bridge.start()
        assert bridge.process.returncode == 74
        story.mend()
        bridge.start()
        story.tell()
        story.check_end()


@pytest.mark.parametrize("number", range(1, len(STEPS)))
def test_the_disk_dies_before_a_step(faulty, number):
    """As when its cable is pulled: every call fails, and what was not synced is lost. Then it is there again."""
    with disk("ext4", 8192) as place, on_disk(faulty, place) as (sim, bridge, faults):
        def mend():
            if dead:
                bridge.kill()
                place.mount_copy()
                dead.clear()

        dead = []
        bridge.start()
        story = Story(sim, bridge, faults, mend)
        story.before[number] = lambda: (place.die(), dead.append(True))
        story.tell()
        story.check_end()
        assert story.counts["refused"] + story.counts["unknown"] >= 1
        print(f"the disk dies before {STEPS[number][0]}: {story.counts}")
        bridge.kill()


@pytest.mark.parametrize("number", range(2, len(STEPS), 2))
def test_the_disk_turns_read_only_before_a_step(faulty, number):
    """As ext4 does after an error."""
    with disk("ext4", 8192) as place, on_disk(faulty, place) as (sim, bridge, faults):
        def mend():
            if dead:
                bridge.kill()
                place.mount_copy()
                dead.clear()

        dead = []
        bridge.start()
        story = Story(sim, bridge, faults, mend)
        story.before[number] = lambda: (run("mount", "-o", "remount,abort", str(place.path)), dead.append(True))
        story.tell()
        story.check_end()
        assert story.counts["refused"] + story.counts["unknown"] >= 1
        print(f"read-only before {STEPS[number][0]}: {story.counts}")
        bridge.kill()
