# SPDX-License-Identifier: Apache-2.0
"""The main job, once from end to end."""
from world import ANNA


def test_start_switch_stop_add(anna):
    started = anna.call("timer.start", issue="PZ-1")
    assert started["entry"]["delivery"] == "done", started
    assert started["entry"]["project"]["name"] == "Phase Zero"
    assert started["stopped"] is None

    switched = anna.call("timer.start", issue="PZ-2")
    assert switched["stopped"]["state"] == "stopped"

    stopped = anna.call("timer.stop", wait="worklog")
    assert stopped["entry"]["worklog"]["state"] == "written", stopped

    added = anna.call("entry.add", issue="PZ-1", seconds=3600, wait="worklog")
    assert added["entry"]["worklog"]["seconds"] == 3600

    assert len(anna.entries()) == 3
    assert [worklog["_authorKey"] for worklog in anna.worklog_written(3)] == [ANNA] * 3
