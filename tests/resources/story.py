# SPDX-License-Identifier: Apache-2.0
"""One user's morning, told step by step to a bridge whose resources fail: connecting, adding, starting, editing, stopping,
discarding. A step that is not answered with success is judged (was it told the truth?), then repeated with the same
request_id until it is done, so that the end is always the same: what stands in Clockify and Jira is exactly the story.

    story = Story(sim, bridge, faults)
    story.tell()          # with whatever is armed; `mend` ends what is wrong with the resources, faults.disarm by default
    story.check_end()
"""
import collections
import socket

from bridge import RpcError
from tally import tally
from world import ANNA, ANNA_KEY, ANNA_TOKEN

# What a bridge whose resources fail may say: nothing was done, or nobody knows. Anything else would be a lie.
HONEST = ("store", "internal", "busy", "unavailable")
NOTHING_DONE = ("store", "busy")
ENDED = (-9, -6, 71, 74, 78)  # killed; out of memory or an unclear commit; the system, the store, the configuration at a start
GONE = (EOFError, ConnectionError, FileNotFoundError, socket.timeout)

STEPS = [
    ("account.connect_clockify", {"api_key": ANNA_KEY}),
    ("account.connect_jira", {"token": ANNA_TOKEN}),
    ("entry.add", {"issue": "PZ-1", "start": "2026-10-05T08:00:00Z", "seconds": 600, "wait": "worklog"}),
    ("timer.start", {"issue": "PZ-2"}),
    ("timer.edit", {"description": "other words"}),
    ("timer.stop", {"wait": "worklog"}),
    ("timer.start", {"issue": "PZ-1"}),
    ("timer.discard", {}),
    ("entry.add", {"issue": "PZ-2", "start": "2026-10-05T09:00:00Z", "seconds": 1200, "wait": "accepted"}),
]
WORDS = ["PZ-1 Read a ticket", "PZ-2 Second issue", "other words"]


class Lie(AssertionError):
    """The bridge answered what is not true."""


class Story:
    def __init__(self, sim, bridge, faults, mend=None):
        self.sim, self.bridge, self.faults = sim, bridge, faults
        self.mend = mend or faults.disarm
        self.before = {}  # number of a step -> what happens before it
        self.counts = dict.fromkeys(("done", "refused", "unknown", "deaths"), 0)

    def world(self):
        """What others see: the entries in Clockify and the worklogs in Jira."""
        state = self.sim.state()
        return state["clockify"]["entries"], state["jira"]["worklogs"]

    def tell(self, revive=True):
        """`revive`: after a refusal the bridge is killed, so that what stands in its files counts, not what it remembers;
        else it goes on."""
        for number, (method, params) in enumerate(STEPS):
            if not method.startswith("account."):
                params = {**params, "request_id": f"step-{number}"}
            self.before.get(number, lambda: None)()
            self.step(method, params, revive)

    def step(self, method, params, revive):
        before = self.world()
        if self.ask(method, params):
            return
        self.mend()
        if self.died() or revive:
            self.restart()
        self.settle()
        if self.reason in NOTHING_DONE and self.world() != before:
            raise Lie(f"{method} was refused ({self.reason}), and yet it happened: {before} -> {self.world()}")
        # A service that seemed to be away is tried again after a while.
        self.bridge.until(lambda: self.ask(method, params) or self.reason != "unavailable", seconds=60, every=0.2)
        assert self.reason is None, f"{method} fails without any fault: {self.reason}"

    def ask(self, method, params):
        """Whether it was done; if not, self.reason says why (None: there was no answer)."""
        self.reason = None
        try:
            answer = self.bridge.call(method, user=ANNA, **params)
        except GONE:
            self.counts["unknown"] += 1
            return False
        except RpcError as error:
            self.counts["refused"] += 1
            self.reason = error.reason
            if error.reason not in HONEST:
                raise Lie(f"{method} was refused with {error.reason}: {error}") from None
            return False
        self.counts["done"] += 1
        if answer.get("entry", {}).get("delivery") == "queued" and params.get("wait") != "accepted":
            self.mend()  # it stays queued as long as the fault lasts
            self.settle()
        return True

    def died(self):
        return self.bridge.process.poll() is not None

    def json_c_died(self):
        """json-c itself reads NULL when it cannot copy a member's name: an end as good as any."""
        return "json_tokener_parse_ex" in self.bridge.log()

    def restart(self):
        if self.died():
            self.counts["deaths"] += 1
            status = self.bridge.process.returncode
            assert status in ENDED or (status == -11 and self.json_c_died()), f"{status}:\n{self.bridge.log()[-3000:]}"
        else:
            self.bridge.kill()
        self.bridge.start(env=self.faults.environment)

    def settle(self):
        """Until nothing is on its way; nothing may wait for a person."""
        def idle():
            try:
                status = self.bridge.call("bridge.status")
            except GONE:  # it ended just now, by a fault from before
                self.bridge.until(self.died)
                self.restart()
                return False
            assert status["entries"]["blocked"] == 0 and status["worklogs"]["blocked"] == 0, self.blocked()
            return status["entries"]["queued"] == 0 and status["worklogs"]["pending"] == 0

        self.bridge.until(idle, seconds=90)

    def blocked(self):
        return [entry for entry in self.bridge.call("entry.list", user=ANNA)["items"] if entry["delivery"] != "done"]

    def check_end(self):
        """Killed a last time, so that what was acknowledged shows to be on the disk."""
        self.mend()
        self.restart()
        self.settle()
        entries, worklogs = self.world()
        found = collections.Counter([*(entry["description"] for entry in entries),
                                     *(f"worklog {worklog['comment']}" for worklog in worklogs)])
        counts = tally(found, collections.Counter([*WORDS, *(f"worklog {words}" for words in WORDS)]))
        self.counts.update(counts)
        assert not any(counts.values()), (counts, entries, worklogs)
        assert all(entry["timeInterval"]["end"] for entry in entries)
        account = self.bridge.call("account.get", user=ANNA)
        assert account["clockify"] and account["jira"]
