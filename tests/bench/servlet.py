# SPDX-License-Identifier: Apache-2.0
"""The servlet's share of a call: the same web.call by the bare socket and through each container, one after the other,
and a request that the servlet refuses without asking the bridge. The programs are those of the daemon's tests; BUILDDIR
holds the jars. Usage: python3 tests/bench/servlet.py [CALLS]"""
import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import time
from urllib.parse import urlsplit

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("daemon", "sim", "jira-host"):
    sys.path.insert(0, str(HERE.parent / folder))

from bridge import Bridge, Client  # noqa: E402
from host import Host  # noqa: E402

CALLS = min(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, 20000)
BODY = json.dumps({"method": "account.get", "params": {}})
RPC = "/plugins/servlet/clockify/rpc"


def measure(what):
    for _ in range(CALLS // 4):  # warm: the JVM compiles what is hot
        what()
    took = []
    for _ in range(CALLS):
        began = time.perf_counter_ns()
        what()
        took.append((time.perf_counter_ns() - began) / 1000)
    took.sort()
    return statistics.median(took), took[len(took) * 99 // 100]


def bare(path):
    """What the servlet does: a connection, a greeting, a call."""
    with Client(path) as client:
        client.call("bridge.hello", protocol=1, client="bench")
        client.call("web.call", user="JIRAUSER10100", body=BODY)


def through(connection, path, headers, expected):
    connection.request("POST", path, BODY, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != expected or expected == 200 and b'"result"' not in text:
        raise SystemExit(f"{answer.status}: {text[:300]}")


def show(name, times, base=None):
    extra = f"{times[0] - base:+8.0f}" if base is not None else ""
    print(f"{name:<34} {times[0]:8.0f} {times[1]:8.0f} {extra:>9}", flush=True)


with tempfile.TemporaryDirectory(prefix="bench-") as directory:
    bridge = Bridge(directory).start()
    try:
        print(f"{CALLS} calls one after the other, microseconds\n{'':<34} {'p50':>8} {'p99':>8} {'share':>9}")
        floor = measure(lambda: bare(bridge.socket_path))
        show("bare socket", floor)
        for container in ("tomcat10", "jetty9"):
            host = Host(container, ["JIRAUSER10100:anna:secret:t:en:user"], socket=bridge.socket_path)
            try:
                headers = {"Content-Type": "application/json", "X-Atlassian-Token": "no-check", "Cookie": host.login("anna", "secret")}
                parts = urlsplit(host.url)
                connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
                show(f"{container}, refused without a call", measure(lambda: through(connection, parts.path + RPC, {**headers, "X-Atlassian-Token": "x"}, 403)))
                show(f"{container}, web.call", measure(lambda: through(connection, parts.path + RPC, headers, 200)), floor[0])
                connection.close()
            finally:
                host.stop()
    finally:
        bridge.stop()
print("share: what the page's way costs more than the bare call, HTTP and container included")
