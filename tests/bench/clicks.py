#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures clicks: start and stop of a timer, pair after pair, for many users at once, over the socket of a bridge of its own
against the simulator; beside two floors taken in the same run, bridge.hello back and forth and bare commits to the disk.
It prints figures and ratios and must not judge them."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "sim"), str(HERE.parent / "daemon")]

from bridge import Bridge, RpcError  # noqa: E402
from sim import Simulator  # noqa: E402

PREFIX = "clockify_bridge_"


def person(number):
    """Jira key, API key of Clockify, token of Jira."""
    return f"JIRAUSER{20000 + number}", f"KeyOfPerson{number:04d}".ljust(48, "k"), f"tokenOf{number:04d}".ljust(44, "x")


def seed(users):
    people = [(number, *person(number)) for number in range(users)]
    return {
        "clockify": {
            "users": [{"email": f"p{number}@example.com", "name": f"P{number}", "apiKeys": [key]}
                      for number, _, key, _ in people],
            "workspaces": [{"name": "Main", "members": [{"user": f"p{number}@example.com",
                                                         **({} if number else {"role": "OWNER"})}
                                                        for number, *_ in people]}],
            "projects": [{"workspace": "Main", "name": "Phase Zero", "public": True}],
            "tasks": [{"project": "Phase Zero", "name": "PZ-1"}],
            "tags": [{"workspace": "Main", "name": "Story"}],
        },
        "jira": {
            "users": [{"key": user, "name": f"p{number}", "displayName": f"P{number}", "tokens": [token]}
                      for number, user, _, token in people],
            "projects": [{"key": "PZ", "name": "Phase Zero"}],
            "issues": [{"key": "PZ-1", "summary": "An issue", "type": "Story"}],
        },
    }


def cpu_seconds(process):
    """utime + stime of a process."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def metrics(bridge):
    lines = bridge.call("bridge.metrics")["text"].splitlines()
    samples = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name.removeprefix(PREFIX): int(value) for name, value in samples}


def hello_floor(bridge, seconds):
    """Questions a second, and the daemon's CPU seconds for each, one after the other on one connection."""
    count, cpu, begin = 0, cpu_seconds(bridge.process), time.monotonic()
    with bridge.client() as client:
        while time.monotonic() - begin < seconds:
            client.call("bridge.hello")
            count += 1
    return count / (time.monotonic() - begin), (cpu_seconds(bridge.process) - cpu) / count


def commit_floor(directory, seconds):
    """fdatasync calls a second, each after one page, where the database lies. The pages go round in a file that has its full
    size already, as those of a write-ahead log do: to grow a file costs more."""
    page, pages, path = b"\0" * 4096, 1000, directory / "floor"
    with open(path, "wb", buffering=0) as file:
        file.write(page * pages)
        os.fsync(file.fileno())
        count, begin = 0, time.monotonic()
        while time.monotonic() - begin < seconds:
            os.pwrite(file.fileno(), page, count % pages * len(page))
            os.fdatasync(file.fileno())
            count += 1
        rate = count / (time.monotonic() - begin)
    path.unlink()
    return rate


class Tally:
    """What the users' threads add up."""

    def __init__(self):
        self.lock = threading.Lock()
        self.latencies, self.refused, self.deliveries = [], {}, {}

    def add(self, seconds, delivery):
        with self.lock:
            self.latencies.append(seconds)
            self.deliveries[delivery] = self.deliveries.get(delivery, 0) + 1

    def refuse(self, reason):
        with self.lock:
            self.refused[reason] = self.refused.get(reason, 0) + 1


def click(client, tally, method, **params):
    begin = time.monotonic()
    try:
        answer = client.call(method, **params)
        tally.add(time.monotonic() - begin, answer["entry"]["delivery"])
    except (RpcError, OSError, EOFError) as error:
        tally.refuse(getattr(error, "reason", None) or type(error).__name__)


def one_user(bridge, user, pairs, end, tally):
    with bridge.client() as client:
        for _ in range(pairs):
            if time.monotonic() > end:
                return
            click(client, tally, "timer.start", user=user, issue="PZ-1")
            click(client, tally, "timer.stop", user=user)


def run_clicks(bridge, options):
    """Seconds taken and the tally. No pair begins after the time limit."""
    tally, begin = Tally(), time.monotonic()
    threads = [threading.Thread(target=one_user, args=(bridge, person(number)[0], options.pairs, begin + options.seconds, tally))
               for number in range(options.users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begin, tally


def measure(bridge, options):
    floor_seconds = min(2, options.seconds)
    for number in range(options.users):
        user, key, token = person(number)
        bridge.call("account.connect_clockify", user=user, api_key=key)
        bridge.call("account.connect_jira", user=user, token=token)
    hello, hello_cpu = hello_floor(bridge, floor_seconds)
    commits = commit_floor(bridge.directory, floor_seconds)
    before, cpu = metrics(bridge), cpu_seconds(bridge.process)
    seconds, tally = run_clicks(bridge, options)
    cpu = cpu_seconds(bridge.process) - cpu
    after = metrics(bridge)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    report(options, seconds, tally, cpu, grown, (hello, hello_cpu, commits))


def row(what, value, unit, ratio=""):
    print(f"{what:32} {value:12.2f} {unit:12} {ratio}")


def report(options, seconds, tally, cpu, grown, floors):
    hello, hello_cpu, commits = floors
    latencies = sorted(tally.latencies)
    count = len(latencies)
    print(f"{options.users} users, {count} clicks answered in {seconds:.2f} s; delivery {tally.deliveries}, "
          f"refused {tally.refused}")
    if not count:
        return
    requests = sum(value for name, value in grown.items() if name.startswith("requests_total"))
    jira = grown['requests_total{service="jira"}']
    made, works = grown["store_commits_total"], grown["store_works_total"]
    row("floor: bridge.hello", hello, "1/s")
    row("floor: CPU of one bridge.hello", hello_cpu * 1e6, "us")
    row("floor: write and fdatasync", commits, "1/s")
    row("clicks", count / seconds, "1/s", f"{count / seconds / hello:.3f} of hello, {count / seconds / commits:.3f} of commits")
    row("answer, median", latencies[count // 2] * 1e3, "ms")
    row("answer, 95th percentile", latencies[min(count - 1, count * 95 // 100)] * 1e3, "ms")
    row("daemon's CPU for one click", cpu / count * 1e6, "us",
        f"{cpu / count / hello_cpu:.1f} of hello" if hello_cpu else "")
    row("daemon's share of one CPU", cpu / seconds * 100, "%")
    row("HTTP requests for one click", requests / count, "", f"of them to Jira {jira / count:.2f}")
    row("commits", made / seconds, "1/s", f"{made / seconds / commits:.3f} of the floor")
    row("commits for one click", made / count, "")
    row("works for one commit", works / max(made, 1), "")
    print("The daemon's figures include what it sent to Jira meanwhile; the simulator and this program share its CPUs.")


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, epilog="The bridge speaks to the simulator on loopback alone. Run as "
                                     "root, from anywhere: clicks.py --build BUILD_DIRECTORY")
    parser.add_argument("--build", default=".", help="where clockify-bridged and tests/sim/bridge-sim were built (default: here)")
    parser.add_argument("--users", type=int, default=64, help="users at once, 1 to 256 (default %(default)s)")
    parser.add_argument("--pairs", type=int, default=10, help="start/stop pairs a user, 1 to 1000 (default %(default)s)")
    parser.add_argument("--seconds", type=int, default=30,
                        help="no pair begins after so many seconds, 1 to 300 (default %(default)s)")
    parser.add_argument("--directory", help="where the database lies (default: a temporary directory under TMPDIR; a "
                        "memory file system has no commits worth counting)")
    options = parser.parse_args(arguments)
    for name, most in (("users", 256), ("pairs", 1000), ("seconds", 300)):
        if not 1 <= getattr(options, name) <= most:
            parser.error(f"--{name} is from 1 to {most}")
    return options


def main():
    options = options_of(sys.argv[1:])
    build = pathlib.Path(options.build).resolve()
    os.environ["CLOCKIFY_BRIDGED"] = str(build / "clockify-bridged")
    os.environ["BRIDGE_SIM"] = str(build / "tests/sim/bridge-sim")
    with tempfile.TemporaryDirectory(prefix="clicks-", dir=options.directory) as directory, Simulator() as sim:
        kind = subprocess.run(["stat", "-f", "-c", "%T", directory], capture_output=True, text=True, check=False)
        print(f"database on {kind.stdout.strip() or 'an unknown file system'}; {os.cpu_count()} CPUs, load "
              f"{os.getloadavg()[0]:.1f}")
        sim.seed(seed(options.users))
        bridge = Bridge(directory, sim, log={"level": "warning"}, worklog={"minimum_s": 0})
        try:
            bridge.start()
            measure(bridge, options)
        finally:
            bridge.stop()


if __name__ == "__main__":
    main()
