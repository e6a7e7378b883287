# SPDX-License-Identifier: Apache-2.0
"""Starts clockify-bridged in a directory of its own and speaks its protocol: for the suites of this folder. It asserts nothing
itself.

    bridge = Bridge(directory, sim, worklog={"minimum_s": 0})
    bridge.start()
    bridge.call("timer.start", user=ANNA, issue="PZ-1")
    bridge.kill(); bridge.start()
"""
import contextlib
import itertools
import json
import os
import pathlib
import pwd
import secrets
import signal
import socket
import subprocess
import time

PLUGIN_USER = "daemon"  # an account that every system has; root is the operator


class RpcError(Exception):
    """An error answer: .code, .message, .reason and .data."""

    def __init__(self, error):
        super().__init__(f"{error.get('message')} ({error.get('data')})")
        self.code, self.message = error["code"], error["message"]
        self.data = error.get("data", {})
        self.reason = self.data.get("reason")


class Client:
    """One connection. send() and receive() for raw lines and answers out of order, call() for the usual case."""

    def __init__(self, path, user=None, timeout=40):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        with acting_as(user):
            self.socket.connect(str(path))
        self.reader = self.socket.makefile("rb")
        self.ids = itertools.count(1)
        self.kept = {}

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def close(self):
        self.reader.close()
        self.socket.close()

    def send_line(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode() + b"\n")

    def send(self, method, **params):
        """Sends a request and gives its id."""
        number = next(self.ids)
        self.send_line(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        return number

    def read(self):
        """The next answer, whichever it is; None at the end of the stream."""
        line = self.reader.readline()
        return json.loads(line) if line else None

    def receive(self, number):
        """The result of the request `number`; an error answer is raised. Others are kept for later."""
        while number not in self.kept:
            answer = self.read()
            if answer is None:
                raise EOFError("the bridge closed the connection")
            if isinstance(answer, list):
                raise ValueError("a batch answer")
            self.kept[answer["id"]] = answer
        answer = self.kept.pop(number)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def call(self, method, **params):
        return self.receive(self.send(method, **params))


@contextlib.contextmanager
def acting_as(user):
    """The kernel reports the effective user at the time of connecting."""
    if user is None:
        yield
        return
    os.seteuid(pwd.getpwnam(user).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def value_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[ " + ", ".join(value_text(item) for item in value) + " ]"
    return json.dumps(value)


class Bridge:
    """A bridge whose files live in `directory`. Keyword arguments are groups of settings that go over the usual ones."""

    def __init__(self, directory, sim=None, **settings):
        self.directory = pathlib.Path(directory)
        self.socket_path = self.directory / "bridge.sock"
        self.store_path = self.directory / "bridge.db"
        self.key_path = self.directory / "master.key"
        self.config_path = self.directory / "bridge.conf"
        self.log_path = self.directory / "bridge.log"
        self.program = os.environ.get("CLOCKIFY_BRIDGED", "clockify-bridged")
        self.control = os.environ.get("CLOCKIFY_BRIDGECTL", "clockify-bridgectl")
        self.process = None
        os.chmod(self.directory, 0o755)
        self.settings = {
            "socket": {"path": str(self.socket_path), "group": "", "plugin_users": [PLUGIN_USER], "operators": ["root"]},
            "rpc": {"deadline_s": 10},
            "clockify": {"url": sim.clockify if sim else "", "timeout_s": 15},
            "jira": {"url": sim.jira if sim else "http://127.0.0.1:1", "install_dir": str(self.directory / "jira")},
            "store": {"path": str(self.store_path)},
            "secrets": {"master_key_file": str(self.key_path)},
            "journal": {"settle_s": 1},
            "log": {"level": "debug", "target": "stderr"},
        }
        for group, values in settings.items():
            self.settings.setdefault(group, {}).update(values)
        if not self.key_path.exists():
            self.write_keys(secrets.token_hex(32))
        self.write_config()

    def write_keys(self, *keys):
        self.key_path.unlink(missing_ok=True)
        self.key_path.write_text("\n".join(keys) + "\n")
        self.key_path.chmod(0o400)

    def write_config(self):
        with open(self.config_path, "w", encoding="utf-8") as file:
            for group, values in self.settings.items():
                lines = "".join(f"    {name} = {value_text(value)};\n" for name, value in values.items())
                file.write(f"{group}:\n{{\n{lines}}};\n")

    def start(self, wait=True, env=None):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.program, "--config", str(self.config_path)], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=30):
        """Until it answers; raises with its log when it ends instead."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the bridge ended with {self.process.returncode}:\n{self.log()}")
            try:
                with self.client() as client:
                    client.call("bridge.hello")
                return
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.01)
        raise TimeoutError(f"the bridge does not answer:\n{self.log()}")

    def stop(self):
        """Ends it in order and answers its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    def client(self, user=None, **options):
        return Client(self.socket_path, user, **options)

    def call(self, method, **params):
        """One call as operator on a connection of its own."""
        with self.client() as client:
            return client.call(method, **params)

    def ctl(self, *arguments, check=False, **options):
        """Runs clockify-bridgectl against this bridge."""
        return subprocess.run([self.control, "--socket", str(self.socket_path), *arguments], check=check,
                              capture_output=True, text=True, timeout=90, **options)

    def until(self, condition, seconds=20, every=0.02):
        """Waits until condition() is true, and gives its value."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s in vain:\n{self.log()[-4000:]}")
            time.sleep(every)
