# SPDX-License-Identifier: Apache-2.0
"""The flows that are killed: for each, what stands before, what is asked for, and what stands in Clockify and Jira once it is
done. A flow is told in three parts, between which the process may be another one: prepare(), click() and expect().

    flow = FLOWS["stop"](world)
    flow.prepare()
    flow.click()           # may end with the process; asked again later, with the same request_id
    flow.check()           # Counter of lost, doubled, invented
"""
import collections
import secrets
import socket

import old_store
from tally import tally
from world import ANNA, BEN, BEN_KEY, BEN_TOKEN

GONE = (EOFError, ConnectionError, FileNotFoundError, socket.timeout)
START, SECONDS = "2026-10-05T08:00:00Z", 600
WORDS = {"PZ-1": "PZ-1 Read a ticket", "PZ-2": "PZ-2 Second issue"}
DETAILS = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}


class Flow:
    """One changing call of Anna's, after which an entry runs or has ended."""

    method, params = None, {}
    running_before = False
    entries, worklogs = (), ()  # afterwards: words of the entries, "*" before those that run; words of the worklogs

    def __init__(self, world):
        self.world, self.bridge = world, world.bridge
        self.answers = []

    def prepare(self):
        self.world.connect()
        if self.running_before:
            self.world.call("timer.start", issue="PZ-1")

    def click(self):
        """One try; its answer is kept."""
        with self.bridge.client() as client:
            self.answers.append(client.call(self.method, user=ANNA, request_id="the-click", **self.params))

    def done(self):
        """Whether the services hold what they shall, looked at without asking the bridge."""
        return self.found() == self.expected()

    def expected(self):
        return collections.Counter([*self.entries, *(f"worklog {words}" for words in self.worklogs)])

    def found(self):
        state = self.world.sim.state()
        entries = [("" if entry["timeInterval"]["end"] else "*") + entry["description"] for entry in state["clockify"]["entries"]]
        return collections.Counter([*entries, *(f"worklog {worklog['comment']}" for worklog in state["jira"]["worklogs"])])

    def problems(self):
        return tally(self.found(), self.expected())

    def check(self):
        """Everything is answered and nothing is on its way."""
        assert not any(self.problems().values()), (self.problems(), self.found(), self.expected())
        told = {(answer["entry"]["id"], answer["entry"]["start"]) for answer in self.answers}
        assert len(told) == 1, f"one click, several answers: {self.answers}"
        [(number, start)] = told
        if self.method != "timer.discard":
            [entry] = [entry for entry in self.world.call("entry.list")["items"] if entry["id"] == number]
            assert entry["delivery"] == "done" and entry["start"] == start, entry
            starts = [one["timeInterval"]["start"] for one in self.world.entries() if one["id"] == entry["clockify_id"]]
            assert starts == [start]


class Start(Flow):
    method, params = "timer.start", {"issue": "PZ-1"}
    entries = ["*" + WORDS["PZ-1"]]


class Switch(Flow):
    method, params = "timer.start", {"issue": "PZ-2"}
    running_before = True
    entries, worklogs = [WORDS["PZ-1"], "*" + WORDS["PZ-2"]], [WORDS["PZ-1"]]


class Stop(Flow):
    method, running_before = "timer.stop", True
    entries = worklogs = [WORDS["PZ-1"]]

    def check(self):
        super().check()
        [entry] = self.world.entries()
        assert {answer["entry"]["end"] for answer in self.answers} == {entry["timeInterval"]["end"]}


class Add(Flow):
    method, params = "entry.add", {"issue": "PZ-1", "start": START, "seconds": SECONDS, "wait": "accepted"}
    entries = worklogs = [WORDS["PZ-1"]]


class WriteWorklog(Flow):
    method, params = "entry.add", {"issue": "PZ-2", "start": START, "seconds": SECONDS, "wait": "worklog"}
    entries = worklogs = [WORDS["PZ-2"]]


class Edit(Flow):
    method, params, running_before = "timer.edit", {"description": "other words"}, True
    entries = ["*other words"]


class Discard(Flow):
    method, running_before = "timer.discard", True


class Connect(Flow):
    """Ben connects; that he is shows in an entry of his."""

    def prepare(self):
        pass

    def click(self):
        self.world.connect(BEN, BEN_KEY, BEN_TOKEN)
        self.answers.append(True)

    def done(self):
        return bool(self.answers)

    def check(self):
        account = self.bridge.call("account.get", user=BEN)
        assert account["clockify"]["email"] == "ben@example.com" and account["jira"]["name"] == "ben", account
        self.world.call("entry.add", user=BEN, issue="PZ-1", start=START, seconds=SECONDS, wait="worklog")
        self.entries = self.worklogs = [WORDS["PZ-1"]]
        assert not any(self.problems().values()), (self.problems(), self.found(), self.expected())


class Rotate(Connect):
    """Every secret is sealed anew and opens with the new key alone."""

    def prepare(self):
        self.world.connect()
        self.world.connect(BEN, BEN_KEY, BEN_TOKEN)
        self.new = secrets.token_hex(32)
        self.bridge.write_keys(self.new, *self.bridge.key_path.read_text().split())

    def click(self):
        self.bridge.call("secret.rotate")
        self.answers.append(True)

    def check(self):
        self.bridge.write_keys(self.new)
        self.bridge.restart()
        super().check()


class Migrate(Flow):
    """A click that was accepted by a version with an older schema; killed while the new one begins."""

    at_begin = True
    entries = worklogs = [WORDS["PZ-1"]]

    def prepare(self):
        self.world.connect(token=None)
        self.world.sim.fault(service="clockify", kind="refuse")
        self.answers.append(self.world.call("entry.add", issue="PZ-1", start=START, seconds=SECONDS, details=DETAILS,
                                            wait="accepted"))
        self.bridge.stop()
        self.shape = old_store.shape(self.bridge.store_path)
        old_store.make_old(self.bridge.store_path)
        self.world.sim.clear_faults()

    def click(self):
        pass

    def done(self):
        return True

    def finish(self):
        """The accounts came with a later version."""
        self.world.connect()

    def check(self):
        super().check()
        self.bridge.stop()
        assert old_store.shape(self.bridge.store_path) == self.shape
        self.bridge.start()


FLOWS = {"start": Start, "switch": Switch, "stop": Stop, "add": Add, "worklog": WriteWorklog, "edit": Edit, "discard": Discard,
         "connect": Connect, "rotate": Rotate, "migrate": Migrate}
