# SPDX-License-Identifier: Apache-2.0
"""The users of the chaos suite: who they are, and how each clicks, one click after the other, repeating every request until it
is answered. What they were told goes into the history; whether it is true is not judged here."""
import asyncio
import json
import random
import time

ISSUES = [f"{project}-{number}" for project in ("PZ", "NEW", "OPS") for number in range(1, 5)]
PROJECTS = {"PZ": "Phase Zero", "NEW": "New Home", "OPS": "Operations"}
TYPES = ("Story", "Bug", "Task", "Epic")
AGAIN = ("store", "busy", "internal")  # nothing was done, or nobody knows: ask again
PATIENCE_S = 8  # for one answer


def key(number):
    return f"JIRAUSER{20000 + number}"


def api_key(number):
    return f"ChaosClockifyKey{number:010d}"


def token(number):
    return f"chaosToken{number}".ljust(44, "x")


def summary(issue):
    return f"Summary of {issue}"


def labels(issue):
    return [f"label{issue[-1]}"]


def kind(issue):
    return TYPES[int(issue[-1]) - 1]


def seed(users):
    anybody = {"whoCanCreateProjectsAndClients": "EVERYONE", "whoCanCreateTags": "EVERYONE", "whoCanCreateTasks": "EVERYONE"}
    mails = [f"user{number}@example.com" for number in range(users)]
    return {
        "clockify": {
            "users": [{"email": mail, "name": f"User {number}", "apiKeys": [api_key(number)]}
                      for number, mail in enumerate(mails)],
            "workspaces": [{"name": "Main", "settings": {"entityCreationPermissions": anybody, "isProjectPublicByDefault": True},
                            "members": [{"user": mail} for mail in mails]}],
            "projects": [{"workspace": "Main", "name": "Phase Zero", "public": True}],
        },
        "jira": {
            "users": [{"key": key(number), "name": f"user{number}", "displayName": f"User {number}", "tokens": [token(number)]}
                      for number in range(users)],
            "projects": [{"key": short, "name": name} for short, name in PROJECTS.items()],
            "issues": [{"key": issue, "summary": summary(issue), "type": kind(issue), "labels": labels(issue)}
                       for issue in ISSUES],
        },
    }


class User:
    """One user with one connection; it has at most one click on its way, so that the order of its clicks is certain."""

    def __init__(self, run, number):
        self.run, self.user = run, key(number)
        self.random = random.Random(f"user {run.options.seed} {number}")
        self.clicks = self.lines = 0
        self.reader = self.writer = None

    async def click_until_over(self):
        while not self.run.over:
            await self.click(*self.choose())
            await asyncio.sleep(self.random.choice((0, 0.05, 0.3, 1)) * self.random.random())
        await self.click("timer.stop", {})
        self.close()

    def choose(self):
        method = self.random.choices(("timer.start", "timer.stop", "entry.add", "timer.edit", "timer.discard"),
                                     (5, 3, 3, 2, 1))[0]
        number = self.clicks
        params = {
            "timer.start": lambda: {"issue": self.random.choice(ISSUES)},
            "timer.stop": lambda: {"comment": f"comment {number}"} if self.random.random() < 0.3 else {},
            # the minute tells the clicks of one user apart
            "entry.add": lambda: {"issue": self.random.choice(ISSUES), "seconds": 60 * self.random.randint(1, 90),
                                  "start": f"2026-10-{1 + number // 1440:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00Z"},
            "timer.edit": lambda: {"description": f"words {number} of {self.user}"},
            "timer.discard": lambda: {},
        }[method]()
        wait = self.random.choice(("accepted", "clockify", "clockify", "worklog"))
        return method, {**params, "wait": wait}

    async def click(self, method, params):
        """Asks until there is an answer; a connection that broke is no answer."""
        self.clicks += 1
        params = {"user": self.user, "request_id": f"click-{self.clicks}", **params}
        asked = {"user": self.user, "method": method, "params": params, "first_sent": time.time(), "asked": 0}
        self.run.history.append(asked)
        while True:
            asked["asked"] += 1
            answer = await self.ask(method, params)
            if answer and answer.get("error", {}).get("data", {}).get("reason") not in AGAIN:
                break
            self.run.repeats += 1
            await asyncio.sleep(0.05)
        asked.update(answered=time.time(), result=answer.get("result"), error=answer.get("error"))

    async def ask(self, method, params):
        """The answer, or None. Some ask twice at once, as an impatient hand does: both answers must be one."""
        twice = self.random.random() < 0.1
        try:
            if not self.writer:
                self.reader, self.writer = await asyncio.open_unix_connection(str(self.run.bridge.socket_path), limit=1 << 20)
            ids = set()
            for _ in range(1 + twice):
                self.lines += 1
                ids.add(self.lines)
                self.writer.write(json.dumps({"jsonrpc": "2.0", "id": self.lines, "method": method,
                                              "params": params}).encode() + b"\n")
            if self.random.random() < 0.03:  # hangs up without having heard; the click counts all the same
                await self.writer.drain()
                self.close()
                return None
            answer = None
            while ids:
                line = await asyncio.wait_for(self.reader.readline(), PATIENCE_S)
                if not line:
                    self.close()
                    return answer
                answer = json.loads(line)
                ids.discard(answer.get("id"))
            return answer
        except (OSError, asyncio.TimeoutError):
            self.close()
            return None

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None
