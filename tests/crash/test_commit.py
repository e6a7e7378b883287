# SPDX-License-Identifier: Apache-2.0
"""No answer before the commit. Writing into the database is made slow, so that an answer which does not wait for it comes
long before it; the process is killed when it has answered, and the click has to be there."""
import pytest

from flows import DETAILS
from strike import Strace
from world import ANNA

pytestmark = pytest.mark.usefixtures("strace")
WRITE_US = 150000


def test_what_is_answered_is_committed(anna):
    anna.sim.fault(service="clockify", kind="refuse")
    with Strace(anna.bridge.process.pid, ["pwrite64"], inject=f"delay_enter={WRITE_US}"):
        answer = anna.call("entry.add", issue="PZ-1", start="2026-10-05T08:00:00Z", seconds=600, details=DETAILS, wait="accepted")
    anna.bridge.process.wait()
    anna.bridge.start()
    assert [entry["id"] for entry in anna.call("entry.list")["items"]] == [answer["entry"]["id"]]


def test_what_was_connected_is_committed(world):
    with Strace(world.bridge.process.pid, ["pwrite64"], inject=f"delay_enter={WRITE_US}"):
        world.connect()
    world.bridge.process.wait()
    world.bridge.start()
    account = world.bridge.call("account.get", user=ANNA)
    assert account["clockify"] and account["jira"], account
