# SPDX-License-Identifier: Apache-2.0
"""Stands for Jira on a node: runs as its user and clicks as fast as it is answered, one thread a user, each timer started
and stopped again. As the app's page does, it asks again under the same name where no answer of the bridge itself came.
Writes a line "click" for each click that was answered; when its input ends, finishes what it began and prints what
happened as one line of JSON.

    python3 jira.py SOCKET USER-KEY...
"""
import json
import socket
import sys
import threading
import time

GIVEN_UP_AFTER = 120  # seconds
ISSUES = ("PZ-1", "PZ-2", "PZ-3", "PZ-4")


class Unanswered(Exception):
    """"missing", "lost" or "busy": it is unknown, or known not to be, whether the click arrived."""


class Refused(Exception):
    pass


class Person(threading.Thread):
    def __init__(self, jira, user):
        super().__init__(daemon=True)
        self.jira, self.user = jira, user
        self.clicks = 0

    def run(self):
        try:
            while not self.jira.closing.is_set():
                self.click("timer.start", issue=ISSUES[self.clicks // 2 % len(ISSUES)])
                self.jira.stopped(self.click("timer.stop")["entry"]["id"])
        except Refused as refusal:
            self.jira.failed(f"{self.user}: {refusal}")

    def click(self, method, **params):
        self.clicks += 1
        params.update(user=self.user, request_id=f"{self.user}-{self.jira.name}-{self.clicks}")
        end = time.monotonic() + GIVEN_UP_AFTER
        while True:
            try:
                result = self.ask(method, params)
                self.jira.clicked()
                return result
            except Unanswered as why:
                self.jira.unanswered(str(why))
                if time.monotonic() > end:
                    raise Refused(f"{method} had no answer in {GIVEN_UP_AFTER} s") from why
                time.sleep(0.05)

    def ask(self, method, params):
        """A connection for each call, and the greeting before it: as the app does it."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(GIVEN_UP_AFTER)
            try:
                connection.connect(self.jira.socket)
            except OSError as error:
                raise Unanswered("missing") from error
            self.exchange(connection, "bridge.hello", {"protocol": 1, "client": "jira-plugin"})
            return self.exchange(connection, method, params)

    @staticmethod
    def exchange(connection, method, params):
        try:
            line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
            connection.sendall(line.encode() + b"\n")
            answer = connection.makefile("rb").readline()
        except OSError as error:
            raise Unanswered("lost") from error
        if not answer.endswith(b"\n"):
            raise Unanswered("lost")
        answer = json.loads(answer)
        error = answer.get("error")
        if error and error.get("data", {}).get("reason") == "busy":
            raise Unanswered("busy")
        if error:
            raise Refused(f"{method}: {error}")
        return answer["result"]


class Jira:
    def __init__(self, path, users):
        self.socket = path
        self.name = f"{time.time_ns():x}"
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.report = {"clicks": 0, "stopped": [], "unanswered": {}, "failed": []}
        self.people = [Person(self, user) for user in users]

    def clicked(self):
        with self.lock:
            self.report["clicks"] += 1
            print("click", flush=True)

    def stopped(self, entry):
        with self.lock:
            self.report["stopped"].append(entry)

    def unanswered(self, why):
        with self.lock:
            self.report["unanswered"][why] = self.report["unanswered"].get(why, 0) + 1

    def failed(self, what):
        with self.lock:
            self.report["failed"].append(what)

    def work(self):
        for person in self.people:
            person.start()
        sys.stdin.read()
        self.closing.set()
        for person in self.people:
            person.join()
        print(json.dumps(self.report), flush=True)


if __name__ == "__main__":
    Jira(sys.argv[1], sys.argv[2:]).work()
