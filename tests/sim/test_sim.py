# SPDX-License-Identifier: Apache-2.0
"""The simulator as a tool: its faults, its control port, how much it bears."""
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim import Simulator
from sim_world import ANNA, BENS_TOKEN, FINISHED, SEED, TOKEN, failed


# Faults.

def raw(base, text, timeout=10):
    """Sends text and answers all that comes until the end."""
    parts = urllib.parse.urlsplit(base)
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as connection:
        connection.sendall(text.encode())
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
        return data


def test_fault_delay_before_and_after_doing_it(w):
    w.sim.fault(service="clockify", method="POST", kind="delay", ms=300, times=1)
    w.sim.fault(service="clockify", method="POST", kind="delay", ms=300, times=1, when="after")
    for expected in (0, 2):
        before = time.monotonic()
        thread = threading.Thread(target=w.entry, kwargs=FINISHED)
        thread.start()
        time.sleep(0.15)
        assert len(w.sim.state()["clockify"]["entries"]) == expected
        thread.join()
        assert time.monotonic() - before >= 0.3
    assert w.sim.faults()[0]["hits"] == 1


def test_fault_close_before_and_after(w):
    for kind, left in (("close_before", 0), ("close_after", 1)):
        w.sim.fault(kind=kind, service="jira", method="POST", times=1)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            w.worklog()
        assert len(w.sim.state()["jira"]["worklogs"]) == left
    assert w.sim.requests()[-1]["status"] == 0


def test_fault_status_with_body_before_and_after(w):
    w.sim.fault(kind="status", code=503, body={"message": "busy"}, method="POST", times=1)
    w.sim.fault(kind="status", code=504, when="after", method="POST", times=1)
    first = w.worklog()
    assert (first.status, first.json) == (503, {"message": "busy"})
    assert w.sim.state()["jira"]["worklogs"] == []
    assert w.worklog().status == 504
    assert len(w.sim.state()["jira"]["worklogs"]) == 1
    assert w.worklog().status == 201


def test_fault_refuse_refuses_connections_until_removed(w):
    number = w.sim.fault(kind="refuse", service="clockify")
    with pytest.raises(ConnectionRefusedError):
        w.c("GET", "//user")
    assert w.j("GET", "/rest/api/2/myself").status == 200
    w.sim.clear_faults(number)
    assert w.c("GET", "//user").status == 200


def test_fault_rate_limit_in_each_services_shape(w):
    w.sim.fault(kind="rate_limit", retry_after=7)
    assert w.c("GET", "//user").headers["retry-after"] == "7"
    assert w.j("GET", "/rest/api/2/myself").json == {"message": "Too many requests"}
    assert w.j("GET", "/rest/api/2/myself", headers={"Accept": "*/*"}).headers["content-type"].startswith("text/html")


def test_fault_garbage_is_no_json_or_no_http(w):
    w.sim.fault(kind="garbage", times=1)
    with pytest.raises(ValueError):
        w.c("GET", "//user")
    w.sim.fault(kind="garbage", raw=True, times=1)
    assert not raw(w.sim.clockify, "GET /api/v1/user HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/")


def test_fault_html_redirect_and_huge(w):
    w.sim.fault(kind="html", times=1)
    assert w.c("GET", "//user").headers["content-type"].startswith("text/html")
    w.sim.fault(kind="redirect", to="http://example.invalid/", times=1)
    assert w.c("GET", "//user").headers["location"] == "http://example.invalid/"
    w.sim.fault(kind="huge", bytes=5_000_000, times=1)
    with pytest.raises(ValueError):
        w.c("GET", "//user")


def test_fault_truncate_ends_in_the_middle(w):
    w.sim.fault(kind="truncate", times=1)
    text = f"GET /api/v1/user HTTP/1.1\r\nHost: x\r\nX-Api-Key: {ANNA}\r\n\r\n"
    head, body = raw(w.sim.clockify, text).split(b"\r\n\r\n", 1)
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    assert 0 < len(body) < length


def test_fault_trickle_takes_its_time(w):
    size = len(w.c("GET", "//user").raw)
    w.sim.fault(kind="trickle", bytes_per_s=size * 2, times=1)
    before = time.monotonic()
    assert len(w.c("GET", "//user").raw) == size
    assert 0.3 <= time.monotonic() - before < 3


def test_fault_meets_by_service_method_route_and_user(w):
    w.sim.fault(kind="status", code=500, service="jira", method="GET", user="ben",
                route="/rest/api/2/issue/{issueIdOrKey}")
    assert w.j("GET", "/rest/api/2/issue/PZ-1").status == 200
    assert w.j("GET", "/rest/api/2/issue/PZ-1", token=BENS_TOKEN).status == 500
    assert w.j("GET", "/rest/api/2/issue/PZ-1/worklog", token=BENS_TOKEN).status == 200
    assert w.worklog(token=BENS_TOKEN).status == 201


def test_fault_probability_repeats_with_its_seed(w):
    def run():
        number = w.sim.fault(kind="status", code=500, probability=0.5, seed=42)
        statuses = [w.c("GET", "//user").status for _ in range(40)]
        w.sim.clear_faults(number)
        return statuses

    first = run()
    assert set(first) == {200, 500} and first == run()


def test_fault_without_sense_is_refused(w):
    for fault in ({"kind": "nonsense"}, {"kind": "delay", "service": "confluence"}):
        with pytest.raises(RuntimeError):
            w.sim.fault(**fault)


# The program.

def test_program_takes_ports_and_a_seed(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED))
    with Simulator("--clockify-port", str(port), "--seed", str(seed)) as running:
        assert running.clockify == f"http://127.0.0.1:{port}"
        assert running.clockify_call("GET", "/user", key=ANNA).status == 200


def test_program_ends_with_its_parent():
    start = "import sys; sys.path.insert(0, sys.argv[1]); from sim import Simulator; print(Simulator().process.pid)"
    pid = int(subprocess.run([sys.executable, "-c", start, str(Path(__file__).parent)], capture_output=True, text=True,
                             check=True).stdout)
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def is_running(pid):
    """Whether the process is there and no mere zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_program_refuses_a_seed_that_is_none(tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text('{"jira": {"issues": [{"key": "NO-1"}]}}')
    with pytest.raises(RuntimeError, match="did not start"):
        Simulator("--seed", str(seed))


# The control port.

def test_control_requests_tell_what_was_asked(w):
    last = w.sim.ask("GET", "/requests")["last"]
    w.worklog(comment="ü")
    w.c("GET", "/tags?name=x")
    worklog, tags = w.sim.requests(since=last)
    assert (worklog["method"], worklog["route"], worklog["who"], worklog["status"]) == (
        "POST", "/rest/api/2/issue/{issueIdOrKey}/worklog", "anna", 201)
    assert json.loads(worklog["body"])["comment"] == "ü"
    assert worklog["headers"]["Authorization"] == "(given)" and TOKEN not in json.dumps(w.sim.requests())
    assert (tags["path"], tags["query"], tags["who"]) == (f"/api/v1/workspaces/{w.ws}/tags", "name=x", "anna@example.com")


def test_control_answers_json_whatever_was_sent(w):
    w.c("POST", "/tags", b'\xff\xfe{"name": "\xc3"}')
    assert w.sim.requests()[-1]["body"] == '??{"name": "?"}'
    assert "[?]" in failed(w.c("GET", f"/projects/{w.open}/tasks?is-active=%ff"), 400, 3000)


def test_control_counts_by_route_with_the_peak(w):
    w.sim.clear_counts()
    w.sim.fault(kind="delay", ms=300)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: w.c("GET", "//user"), range(20)))
    counts = w.sim.counts()["clockify"]
    assert counts["routes"] == {"GET /user": 20}
    assert counts["total"] == 20 and 10 <= counts["peak"] <= 20


def test_control_seed_counts_and_refuses_references_to_nowhere(w):
    made = w.sim.seed({"jira": {"issues": [{"key": "PZ-{n}", "summary": "No {n}", "count": 3, "from": 100}]}})
    assert [one["key"] for one in made["jira"]["issues"]] == ["PZ-100", "PZ-101", "PZ-102"]
    assert made["jira"]["issues"][2]["summary"] == "No 102"
    with pytest.raises(RuntimeError, match="workspace"):
        w.sim.seed({"clockify": {"tags": [{"workspace": "Nowhere", "name": "T"}]}})


def test_control_documents_can_be_read_changed_and_removed(w):
    assert w.sim.change("users/JIRAUSER10100", displayName="Anna Other")["name"] == "anna"
    assert w.j("GET", "/rest/api/2/myself").json["displayName"] == "Anna Other"
    w.sim.remove("jira/issues/PZ-1")
    assert w.j("GET", "/rest/api/2/issue/PZ-1").status == 404
    with pytest.raises(RuntimeError):
        w.sim.ask("GET", "/jira/issues/PZ-1")


def test_ids_are_shaped_as_the_real_ones(w):
    state = w.sim.state()
    assert all(re.fullmatch("[0-9a-f]{24}", one["id"]) for name in ("users", "projects", "tags")
               for one in state["clockify"][name])
    assert all(re.fullmatch(r"\d+", one["id"]) for one in state["jira"]["issues"])


def test_a_thousand_requests_can_wait_at_once(w):
    w.sim.fault(service="clockify", kind="delay", ms=2000)
    parts = urllib.parse.urlsplit(w.sim.clockify)
    text = f"GET /api/v1/user HTTP/1.1\r\nHost: x\r\nX-Api-Key: {ANNA}\r\nConnection: close\r\n\r\n".encode()
    before = time.monotonic()
    sockets = []
    try:
        for _ in range(900):
            sockets.append(socket.create_connection((parts.hostname, parts.port), timeout=20))
            sockets[-1].sendall(text)
        assert all(one.recv(12) == b"HTTP/1.1 200" for one in sockets)
        assert time.monotonic() - before < 10
        assert w.sim.counts()["clockify"]["peak"] >= 850
    finally:
        for one in sockets:
            one.close()


def test_it_ends_with_its_requests_waiting():
    with Simulator("--jira-context", "/") as running:
        assert running.jira.count("/") == 2
        running.seed(SEED)
        running.fault(kind="delay", ms=60_000)
        parts = urllib.parse.urlsplit(running.jira)
        with socket.create_connection((parts.hostname, parts.port)) as waiting:
            waiting.sendall(b"GET /status HTTP/1.1\r\nHost: x\r\n\r\n")
            while not running.requests():
                time.sleep(0.01)
            before = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - before < 5
