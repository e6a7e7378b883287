# SPDX-License-Identifier: Apache-2.0
"""No call for one user ever returns, changes or spends what is another's: random calls of many users at once, among them
those of somebody who tries. ISOLATION_SEED and ISOLATION_CALLS in the environment choose others, and more."""
import collections
import json
import os
import random
import re
import threading

import pytest

from bridge import PLUGIN_USER, RpcError
from calls import KINDS
from people import COUNT, Person, owners, seed

SEED = int(os.environ.get("ISOLATION_SEED", "1"))
CALLS = int(os.environ.get("ISOLATION_CALLS", "1200"))
CALLERS = 6  # connections at once, each for some of the users


@pytest.fixture
def people(world_with, sim):
    world = world_with()
    sim.reset()
    everybody = [Person(number) for number in range(COUNT)]
    made = sim.seed(seed(everybody))["clockify"]
    for one, workspace, project in zip(everybody, made["workspaces"][1:], made["projects"][1:]):
        one.shared, one.workspace, one.project = made["workspaces"][0]["id"], workspace["id"], project["id"]
        world.bridge.call("account.connect_clockify", user=one.user, api_key=one.api_key)
        world.bridge.call("account.connect_jira", user=one.user, token=one.token)
        world.bridge.call("account.set_workspace", user=one.user, workspace=one.shared)
    return world, everybody


class Caller(threading.Thread):
    """Makes calls for its users, one after the other, by the way that the app takes."""

    def __init__(self, client, users, everybody, number):
        super().__init__(daemon=True)
        self.client, self.users, self.everybody = client, users, everybody
        self.random = random.Random(SEED * 1000 + number)
        self.leaks, self.answers = [], collections.Counter()
        self.failure = None

    def run(self):
        try:
            for _ in range(CALLS // CALLERS):
                self.one_call()
        except Exception as error:  # the test tells of it
            self.failure = error

    def one_call(self):
        person = self.random.choice(self.users)
        method, params = self.random.choice(KINDS)(person, self.everybody, self.random)
        body = json.dumps({"method": method, "params": params})
        try:
            answer = self.client.call("web.call", user=person.user, name=person.name, body=body)
            self.answers["result"] += 1
        except RpcError as error:
            answer = {"message": error.message, "data": error.data}
            self.answers[error.reason] += 1
        self.look_for_leaks(person, body, json.dumps(answer, ensure_ascii=False))
        self.note(person, answer)

    def look_for_leaks(self, person, asked, told):
        """What the caller said is no news to the caller."""
        foreign = owners(told) - {person.number} - owners(asked)
        if foreign:
            self.leaks.append(f"{person} was told of {foreign}: {asked} -> {told[:500]}")

    @staticmethod
    def note(person, answer):
        entry = answer.get("entry") if isinstance(answer, dict) else None
        if entry:
            person.seen.add(entry["id"])
            if entry["worklog"]:
                person.seen.add(entry["worklog"]["id"])


def test_nobody_is_told_of_changes_or_spends_what_is_anothers(people):
    world, everybody = people
    before = max(request["n"] for request in world.sim.requests())
    callers = [Caller(world.bridge.client(PLUGIN_USER, timeout=90), everybody[number::CALLERS], everybody, number)
               for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(400)
        assert not caller.is_alive() and not caller.failure, caller.failure
    settle(world, everybody)
    leaks = [leak for caller in callers for leak in caller.leaks]
    requests = world.sim.requests(before)
    misused = misused_secrets(requests, world)
    misplaced = misplaced_work(world, everybody)
    answers = sum((caller.answers for caller in callers), collections.Counter())
    print(f"seed={SEED} calls={answers.total()} users={COUNT} leaks={len(leaks)} misused={len(misused)} "
          f"misplaced={len(misplaced)} answers={dict(answers)}")
    assert len(requests) > CALLS // 2 and any(request["who"] for request in requests)
    assert not leaks and not misused and not misplaced, "\n".join(leaks + misused + misplaced)
    assert answers["result"] > CALLS // 3 and answers["invalid_params"] and answers["forbidden"], answers  # of all kinds


def settle(world, everybody):
    """Until nothing is under way any more: what waits behind something that is blocked waits for a person."""
    def waits(one, delivery):
        return bool(world.bridge.call("entry.list", user=one.user, delivery=delivery, limit=1)["items"])

    def quiet():
        under_way = any(waits(one, "queued") and not waits(one, "blocked") for one in everybody)
        return not under_way and world.bridge.call("bridge.status")["worklogs"]["pending"] == 0
    world.bridge.until(quiet, 120, every=0.2)


def misused_secrets(requests, world):
    """Requests that speak of one user and bear the key or token of another: the simulator says whose it was."""
    of_user = {user["id"]: owners(user["email"]) for user in world.sim.state()["clockify"]["users"]}
    names = {user["id"]: user["email"] for user in world.sim.state()["clockify"]["users"]}
    found = []
    for request in requests:
        spent = owners(names.get(request["who"], request["who"] or ""))
        speaks_of = owners(str(request["body"])).union(*(of_user.get(part, set()) for part in re.split(r"[/?]", request["path"])))
        if speaks_of - spent:
            found.append(f"{request['method']} {request['path']} speaks of {speaks_of} as {spent}")
    return found


def misplaced_work(world, everybody):
    """Entries and worklogs that do not stand under the name of who asked for them, or that the bridge does not tell of."""
    state = world.sim.state()
    emails = {user["id"]: user["email"] for user in state["clockify"]["users"]}
    found = []
    for entry in state["clockify"]["entries"]:
        if owners(entry["description"]) != owners(emails[entry["userId"]]):
            found.append(f"{emails[entry['userId']]} has the entry {entry['description']}")
    for worklog in state["jira"]["worklogs"]:
        if owners(worklog["comment"]) != owners(worklog["_authorKey"]):
            found.append(f"{worklog['_authorKey']} has the worklog {worklog['comment']}")
    for one in everybody:
        told = {item["clockify_id"] for item in world.bridge.call("entry.list", user=one.user, limit=200)["items"]
                if item["state"] != "discarded" and item["clockify_id"]}
        there = {entry["id"] for entry in state["clockify"]["entries"] if emails[entry["userId"]] == one.email}
        if told != there:
            found.append(f"{one}: {len(told - there)} entries are told of and not there, {len(there - told)} the other way round")
    return found


def test_the_marks_are_found():
    """The check itself."""
    one, other = Person(3), Person(14)
    assert owners(json.dumps({"x": one.user})) == {3} and owners(other.api_key) == {14} and owners("Summary of PZ-1") == set()
    caller = Caller(None, [one], [one, other], 0)
    caller.look_for_leaks(one, "{}", f"... {other.name} ...")
    caller.look_for_leaks(one, json.dumps({"user": other.user}), f"{other.user}: no")
    assert len(caller.leaks) == 1
