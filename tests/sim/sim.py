# SPDX-License-Identifier: Apache-2.0
"""Starts bridge-sim and talks to it: for every pytest suite here. Standard library only; it asserts nothing itself.

    with Simulator() as sim:
        made = sim.seed(SEED)
        answer = sim.clockify_call("GET", "/user", key="K" * 48)
        sim.fault(service="jira", kind="delay", ms=500, times=1)
        sim.state()["clockify"]["entries"]
"""
import http.client
import json
import os
import subprocess
import threading
from urllib.parse import urlsplit


class Answer:
    """One HTTP answer: status, headers (names in lower case), raw bytes, and json (None where there is none)."""

    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.raw = raw
        self.json = None
        if "json" in self.headers.get("content-type", "") and raw:
            self.json = json.loads(raw)

    def __repr__(self):
        return f"<{self.status} {self.raw[:300]!r}>"


def call(base, method, path, body=None, headers=None, timeout=30):
    """One request on a connection of its own. A body that is not bytes is sent as JSON."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    sent = {"Accept": "application/json"}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if body is not None or method in ("POST", "PUT", "PATCH"):
        sent["Content-Type"] = "application/json"
    sent.update(headers or {})
    try:
        connection.request(method, parts.path + path, body,
                           {name: value for name, value in sent.items() if value is not None})
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


class Simulator:
    """A running bridge-sim. Its path is the environment's BRIDGE_SIM; `clockify`, `jira`, `control` are base URLs
    (Clockify's without /api/v1). It ends with the thread that made it, which is how the kernel sees a parent."""

    def __init__(self, *arguments):
        program = os.environ.get("BRIDGE_SIM", "bridge-sim")
        self.process = subprocess.Popen([program, "--parent-death", *arguments], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.process.stdout.close()
            raise RuntimeError(f"{program} did not start (exit status {self.process.wait()})")
        self.urls = json.loads(line)
        self.clockify, self.jira, self.control = (self.urls[name] for name in ("clockify", "jira", "control"))
        self.lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.stop()

    def stop(self):
        """Ends it in order and answers its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.stdout.close()
        return self.process.wait()

    # The control port.

    def ask(self, method, path, body=None):
        """A call of the control port; the answer's JSON. Anything but a success raises."""
        answer = call(self.control, method, path, body)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer}")
        return answer.json

    def seed(self, seed):
        return self.ask("POST", "/seed", seed)

    def state(self):
        return self.ask("GET", "/state")

    def reset(self):
        self.ask("POST", "/reset")

    def requests(self, since=0):
        return self.ask("GET", f"/requests?since={since}")["requests"]

    def counts(self):
        return self.ask("GET", "/counts")

    def clear_counts(self):
        self.ask("DELETE", "/counts")

    def fault(self, **fault):
        """Adds a fault and answers its id."""
        return self.ask("POST", "/faults", fault)["id"]

    def faults(self):
        return self.ask("GET", "/faults")

    def clear_faults(self, number=None):
        self.ask("DELETE", "/faults" if number is None else f"/faults/{number}")

    def options(self, service, **options):
        return self.ask("PATCH", f"/options/{service}", options)

    def change(self, path, **members):
        """Changes a document: change("jira/issues/PZ-1", _editable=False)."""
        return self.ask("PATCH", f"/{path}", members)

    def remove(self, path):
        self.ask("DELETE", f"/{path}")

    def advance(self, seconds):
        self.ask("POST", "/clock", {"advance_s": seconds})

    # The two services.

    def clockify_call(self, method, path, body=None, key=None, **options):
        headers = {"X-Api-Key": key} if key else {}
        headers.update(options.pop("headers", {}))
        return call(self.clockify + "/api/v1", method, path, body, headers, **options)

    def jira_call(self, method, path, body=None, token=None, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        return call(self.jira, method, path, body, headers, **options)
