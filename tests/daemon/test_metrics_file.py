# SPDX-License-Identifier: Apache-2.0
"""clockify-bridgectl metrics --textfile: what node_exporter's collector finds, with a bridge and without one."""
import os
import stat
import threading

import pytest


@pytest.fixture
def target(directory):
    folder = directory / "collector"
    folder.mkdir()
    return folder / "clockify-bridge.prom"


def test_the_counters_and_that_the_bridge_is_up(world, target):
    result = world.bridge.ctl("metrics", "--textfile", str(target))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    text = target.read_text()
    assert "\nclockify_bridge_up 1\n" in text and "\nclockify_bridge_uptime_seconds " in text
    for name in ("HELP", "TYPE"):
        assert text.count(f"# {name} clockify_bridge_up ") == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert os.listdir(target.parent) == [target.name]


def test_a_bridge_that_is_down_takes_the_place_of_its_old_counters(world, target):
    assert world.bridge.ctl("metrics", "--textfile", str(target)).returncode == 0
    world.bridge.stop()
    result = world.bridge.ctl("metrics", "--textfile", str(target))
    assert result.returncode == 3 and "cannot connect" in result.stderr
    lines = [line for line in target.read_text().splitlines() if not line.startswith("#")]
    assert lines == ["clockify_bridge_up 0"]
    assert os.listdir(target.parent) == [target.name]


def test_where_it_cannot_be_written_nothing_is_left(world, target):
    result = world.bridge.ctl("metrics", "--textfile", str(target.parent / "none" / "x.prom"))
    assert result.returncode == 1 and "x.prom cannot be written: No such file or directory" in result.stderr
    (target.parent / "folder.prom").mkdir()
    result = world.bridge.ctl("metrics", "--textfile", str(target.parent / "folder.prom"))
    assert result.returncode == 1 and "folder.prom cannot be written" in result.stderr
    assert os.listdir(target.parent) == ["folder.prom"]


def test_a_reader_sees_a_whole_file_always(world, target):
    """However often it is written meanwhile: it begins with the first line and ends with a line end."""
    assert world.bridge.ctl("metrics", "--textfile", str(target)).returncode == 0
    ended, torn = threading.Event(), []

    def read():
        while not ended.is_set():
            text = target.read_text()
            if not (text.startswith("# HELP clockify_bridge_up") and text.endswith("\n") and len(text) > 500):
                torn.append(text)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(10):
            assert world.bridge.ctl("metrics", "--textfile", str(target)).returncode == 0
    finally:
        ended.set()
        reader.join()
    assert not torn
