# SPDX-License-Identifier: Apache-2.0
"""In the manner of Jepsen: from the answers that the callers got follows what Clockify and Jira must hold, and every difference
is a problem: lost, doubled, invented, or wrong. It sees the daemon's journal only to say that the two agree."""
import calendar
import collections
import math
import time

import people

SLACK_S = 1  # between the clock of the caller and whole seconds


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def jira_seconds(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


class Found:
    """The problems, by what they are."""

    def __init__(self):
        self.problems = []

    def add(self, what, why, **details):
        self.problems.append({"what": what, "why": why, **details})

    def counts(self):
        counts = collections.Counter(problem["what"] for problem in self.problems)
        return {what: counts[what] for what in ("lost", "doubled", "invented", "wrong")}


class Model:
    """What one user's answers say, click by click."""

    def __init__(self, user, found):
        self.user, self.found = user, found
        self.entries = {}  # the bridge's id -> what must be
        self.running = None
        self.perhaps_stopped = None  # by a start that was refused afterwards

    def wrong(self, why, click):
        self.found.add("wrong", why, user=self.user, click=click["params"]["request_id"], method=click["method"],
                       result=click["result"], error=click["error"])

    def within(self, moment, click):
        if not math.floor(click["first_sent"]) - SLACK_S <= seconds(moment) <= click["answered"] + SLACK_S:
            self.wrong("a moment outside the click", click)

    def end_running(self, told, click):
        entry = self.entries[self.running]
        if told["id"] != self.running:
            self.wrong("another entry than the one that ran", click)
        entry["end"] = told["end"]
        if told["start"] != entry["start"] or told["issue"] != entry["issue"]:
            self.wrong("the stopped entry changed", click)
        self.within(max(told["end"], told["start"]), click)
        self.running = None

    def take(self, click):
        """One answered click."""
        if click["error"]:
            self.take_error(click)
            return
        entry = click["result"]["entry"]
        if self.perhaps_stopped and click["method"] != "entry.add":
            self.settle_doubt(click, entry)
        getattr(self, "take_" + click["method"].split(".")[1])(click, entry)

    def settle_doubt(self, click, entry):
        """The next click shows whether the timer went on."""
        stopped = click["result"].get("stopped") if click["method"] == "timer.start" else entry
        if click["method"] == "timer.start" and not stopped:
            self.running = None
        elif stopped["id"] != self.running:
            self.running = None
        else:
            self.entries[self.running].pop("within", None)
        self.perhaps_stopped = None

    def take_error(self, click):
        reason = click["error"]["data"]["reason"]
        if reason == "not_found" and click["method"] in ("timer.stop", "timer.edit", "timer.discard"):
            if self.perhaps_stopped:
                self.running = self.perhaps_stopped = None
            elif self.running:
                self.found.add("lost", "a timer that was started is not running", user=self.user,
                               click=click["params"]["request_id"], entry=self.running)
                self.running = None
        elif reason != "refused":
            self.wrong("an error that nothing here explains", click)
        elif click["method"] == "timer.stop":
            self.wrong("a stop was refused, its moment forgotten", click)
        elif click["method"] == "timer.start" and self.running:
            # What ran was stopped for it, or was not: either is right, but it has to be seen later.
            self.perhaps_stopped = self.running
            self.entries[self.running]["within"] = (click["first_sent"], click["answered"])

    def take_start(self, click, entry):
        stopped = click["result"]["stopped"]
        if self.running and not stopped:
            self.found.add("lost", "what ran was not stopped by a start", user=self.user, entry=self.running,
                           click=click["params"]["request_id"])
        elif stopped and not self.running:
            self.wrong("something was stopped that did not run", click)
        elif stopped:
            self.end_running(stopped, click)
        self.within(entry["start"], click)
        if entry["issue"] != click["params"]["issue"]:
            self.wrong("another issue", click)
        self.add(click, entry, None)
        self.running = entry["id"]

    def add(self, click, entry, end):
        if entry["id"] in self.entries:
            self.wrong("an id that was given before", click)
        issue = click["params"]["issue"]
        self.entries[entry["id"]] = {
            "click": click["params"]["request_id"], "issue": issue, "start": entry["start"], "end": end, "gone": False,
            "words": f"{issue} {people.summary(issue)}", "comment": None,
        }

    def take_add(self, click, entry):
        start = click["params"]["start"]
        if entry["start"] != start or seconds(entry["end"]) - seconds(start) != click["params"]["seconds"]:
            self.wrong("other times than asked for", click)
        self.add(click, entry, entry["end"])

    def take_stop(self, click, entry):
        if not self.running:
            self.wrong("a stop where nothing ran", click)
            return
        stopped = self.running
        self.end_running(entry, click)
        self.entries[stopped]["comment"] = click["params"].get("comment")

    def changed(self, click, entry):
        """An edit or discard goes to what runs, else to what is being stopped."""
        target = self.entries.get(entry["id"])
        if not target or (self.running and entry["id"] != self.running):
            self.wrong("another entry than the one that ran", click)
        return target

    def take_edit(self, click, entry):
        target = self.changed(click, entry)
        if target:
            target["words"] = click["params"]["description"]
            target["edited_after_end"] = target["end"] is not None

    def take_discard(self, click, entry):
        target = self.changed(click, entry)
        if target:
            target["gone"] = True
        if entry["id"] == self.running:
            self.running = None


def check(history, state, journal, users):
    found = Found()
    models = {people.key(number): Model(people.key(number), found) for number in range(users)}
    for click in history:
        if "answered" in click:
            models[click["user"]].take(click)
        else:
            found.add("lost", "never answered", user=click["user"], click=click["params"]["request_id"])
    for user, model in models.items():
        compare_journal(found, user, model, journal[user])
    compare_clockify(found, models, state)
    compare_jira(found, models, state)
    compare_names(found, state["clockify"])
    return found


def compare_journal(found, user, model, entries):
    """The daemon's own list: what nobody was told of, and where it disagrees."""
    known = {entry["id"]: entry for entry in entries}
    for number, entry in known.items():
        expected = model.entries.get(number)
        if not expected:
            found.add("invented", "the journal has an entry that nobody was told of", user=user, entry=entry)
            continue
        if "within" in expected and entry["end"]:
            low, high = expected["within"]
            if not low - SLACK_S - 1 <= seconds(entry["end"]) <= high + SLACK_S:
                found.add("wrong", "ended at another moment", user=user, entry=entry)
            expected["end"] = entry["end"]
        state = "discarded" if expected["gone"] else "stopped" if expected["end"] else "running"
        if (entry["state"], entry["delivery"], entry["end"] if state == "stopped" else None) != (
                state, "done", expected["end"] if state == "stopped" else None):
            found.add("wrong", f"the journal disagrees: {state} until {expected['end']}", user=user, entry=entry)
    if len(entries) < 200:
        for number in set(model.entries) - set(known):
            found.add("lost", "the journal has no such entry", user=user, entry=number, **model.entries[number])


def compare(found, where, expected, actual):
    """Two multisets of the same keys."""
    for what in expected.keys() | actual.keys():
        difference = actual[what] - expected[what]
        if difference < 0:
            found.add("lost", where, thing=what, expected=expected[what], actual=actual[what])
        elif difference > 0:
            found.add("doubled" if expected[what] else "invented", where, thing=what, expected=expected[what],
                      actual=actual[what])


def compare_clockify(found, models, state):
    clockify = state["clockify"]
    users = {user["id"]: people.key(int(user["email"][4:].split("@")[0])) for user in clockify["users"]}
    projects = {project["id"]: project["name"] for project in clockify["projects"]}
    tasks = {task["id"]: task["name"] for task in clockify["tasks"]}
    tags = {tag["id"]: tag["name"] for tag in clockify["tags"]}
    expected, actual = collections.Counter(), collections.Counter()
    for user, model in models.items():
        for entry in model.entries.values():
            if not entry["gone"]:
                issue = entry["issue"]
                wanted = {people.kind(issue), *people.labels(issue)} | ({"Epic"} if people.kind(issue) == "Epic" else set())
                expected[(user, entry["start"], entry["end"], entry["words"], people.PROJECTS[issue.split("-")[0]], issue,
                          tuple(sorted(wanted)))] += 1
    for entry in clockify["entries"]:
        interval = entry["timeInterval"]
        names = sorted(tags.get(tag, tag) for tag in entry.get("tagIds") or [])
        actual[(users[entry["userId"]], interval["start"], interval["end"], entry["description"],
                projects.get(entry.get("projectId")), tasks.get(entry.get("taskId")), tuple(names))] += 1
    compare(found, "Clockify", expected, actual)


def minutes(entry):
    """Nearest minute, at least one."""
    return max((seconds(entry["end"]) - seconds(entry["start"]) + 30) // 60 * 60, 60)


def compare_jira(found, models, state):
    issues = {issue["id"]: issue["key"] for issue in state["jira"]["issues"]}
    expected, actual = collections.Counter(), collections.Counter()
    comments = {}
    for user, model in models.items():
        for entry in model.entries.values():
            if entry["end"] and not entry["gone"]:
                what = (user, entry["issue"], seconds(entry["start"]), minutes(entry))
                expected[what] += 1
                # An edit while the stop is under way may come too late for the worklog, which is written once.
                comments.setdefault(what, set()).add(
                    None if entry.get("edited_after_end") else entry["comment"] or entry["words"])
    for worklog in state["jira"]["worklogs"]:
        what = (worklog["_authorKey"], issues[worklog["issueId"]], jira_seconds(worklog["started"]), worklog["timeSpentSeconds"])
        actual[what] += 1
        if what in comments and None not in comments[what] and worklog["comment"] not in comments[what]:
            found.add("wrong", "another comment", thing=what, comment=worklog["comment"], expected=sorted(comments[what]))
    compare(found, "Jira", expected, actual)


def compare_names(found, clockify):
    """What the bridge made on the way, it made once."""
    for what, unique in (("projects", lambda one: one["name"]), ("tags", lambda one: one["name"].lower()),
                         ("tasks", lambda one: (one["projectId"], one["name"]))):
        for name, count in collections.Counter(unique(one) for one in clockify[what]).items():
            if count > 1:
                found.add("doubled", what, thing=name, actual=count)
