# SPDX-License-Identifier: Apache-2.0
"""Kills a running process with -9 as it enters the so-manieth system call of a kind, or counts its calls: strace does it.

    with Strace(pid, ["fdatasync"], kill_at=3) as strace: ...
    with Strace(pid, ["fdatasync"], inject="retval=0"): ...        # each succeeds and does nothing
    with Strace(pid, ["fdatasync", "sendto"]) as strace: ...
    strace.counts()      # {"fdatasync": 4, "sendto": 7}
"""
import collections
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

ATTACH_S, END_S = 60, 10


class Strace:
    def __init__(self, pid, calls, kill_at=None, inject=None):
        self.pid, self.struck = pid, False
        self.file = tempfile.NamedTemporaryFile(prefix="strace-", suffix=".out")
        command = ["strace", "-f", "-p", str(pid), "-o", self.file.name, "-e", f"trace={','.join(calls)}"]
        if kill_at:
            inject = f"signal=KILL:when={kill_at}"
        if inject:
            command += ["-e", f"inject={','.join(calls)}:{inject}"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        self.wait_attached()

    def wait_attached(self):
        """It says so in one line; what it says afterwards is only kept from filling the pipe."""
        guard = threading.Timer(ATTACH_S, self.process.kill)
        guard.start()
        line = self.process.stderr.readline()
        guard.cancel()
        if "attached" not in line:
            self.close()
            raise RuntimeError(f"strace does not attach: {line.strip()}")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def close(self):
        """Ends the process, and strace with it: letting go of one that lives does not always succeed."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def counts(self):
        """Calls by name, of the thread that makes most of them: strace counts each thread by itself."""
        by_thread = collections.Counter()
        with open(self.file.name, encoding="utf-8", errors="replace") as file:
            for line in file:
                call = re.match(r"(\d+) +(\w+)\(", line)
                if call:
                    by_thread[call.groups()] += 1
        most = {}
        for (_, name), count in by_thread.items():
            most[name] = max(most.get(name, 0), count)
        return most


def why_not():
    """Why strace cannot be used here; None where it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        try:
            Strace(sleeper.pid, ["fdatasync"]).close()
        except RuntimeError as error:
            return str(error)
    return None


def stopped_first(directory, program):
    """A program that stops itself, and is the given one once it is sent SIGCONT: so that strace sees its first call."""
    path = os.path.join(directory, "stopped-first")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nkill -STOP $$\nexec "{program}" "$@"\n')
    os.chmod(path, 0o755)
    return path


def is_stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()[0] in ("T", "t")
