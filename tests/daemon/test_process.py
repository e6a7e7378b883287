# SPDX-License-Identifier: Apache-2.0
"""The process around the socket: socket activation, what systemd is told, the watchdog, reloads, the end, exit statuses, and
two of them at once."""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from bridge import Bridge, Client, RpcError
from world import ANNA, ANNA_KEY

DETAILS = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
USAGE, SOFTWARE, OSERR, IOERR, CONFIG = 64, 70, 71, 74, 78


@pytest.fixture
def bridge(sim, directory):
    """One that is not started yet."""
    made = Bridge(directory, sim)
    yield made
    if made.process:
        made.stop()


def run(bridge, *arguments, **options):
    """The program to its end, for cases in which it ends by itself."""
    return subprocess.run([bridge.program, *arguments], capture_output=True, text=True, timeout=30, check=False, **options)


def start_and_fail(bridge):
    return run(bridge, "--config", str(bridge.config_path))


# ---- systemd

class NotifySocket:
    """What systemd would hear."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []

    def listen(self, seconds):
        """Takes what comes within so many seconds, and gives what was heard in that time."""
        end, new = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                new.append(self.socket.recv(4096).decode())
            except TimeoutError:
                break
        self.heard += new
        return new

    def until(self, word, seconds=10):
        end = time.monotonic() + seconds
        while not any(word in message.split("\n") for message in self.heard):
            assert time.monotonic() < end, f"{word} was not heard, but {self.heard}"
            self.listen(0.05)
        return next(message for message in self.heard if word in message.split("\n"))


@pytest.fixture
def systemd(bridge):
    heard = NotifySocket(bridge.directory / "notify")
    yield heard
    heard.socket.close()


def test_socket_activation(bridge):
    """The socket was there before the bridge, and is there after it: systemd's, not its own."""
    path = bridge.directory / "handed.sock"
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen(16)
    with Client(path) as early:  # before anybody serves
        early.send_line(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "bridge.hello"}))
        launcher = 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
        with open(bridge.log_path, "ab") as log:
            bridge.process = subprocess.Popen(
                ["bash", "-c", launcher, str(listening.fileno()), bridge.program, "--config", str(bridge.config_path)],
                pass_fds=[listening.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        assert early.read()["result"]["name"] == "clockify-bridge"
    assert not bridge.socket_path.exists()  # socket.path does not count then
    assert bridge.stop() == 0
    assert path.exists()
    listening.close()


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="systemd-socket-activate is not installed")
def test_socket_activation_by_systemds_own_tool(bridge):
    path = bridge.directory / "handed.sock"
    passed = [f"--setenv={name}" for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ]
    with open(bridge.log_path, "ab") as log:
        bridge.process = subprocess.Popen(["systemd-socket-activate", f"--listen={path}", *passed, bridge.program, "--config",
                                           str(bridge.config_path)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    bridge.until(path.exists)
    with Client(path) as client:
        assert client.call("bridge.hello")["name"] == "clockify-bridge"
    assert bridge.stop() == 0


def test_systemd_hears_of_start_reload_and_stop(bridge, systemd):
    bridge.start(wait=False, env={"NOTIFY_SOCKET": systemd.path})
    ready = systemd.until("READY=1")
    assert "STATUS=" in ready
    with bridge.client() as client:  # ready means: it serves
        assert client.call("bridge.hello")
    systemd.heard.clear()
    bridge.process.send_signal(signal.SIGHUP)
    reloading = systemd.until("RELOADING=1")
    began = int(re.search(r"^MONOTONIC_USEC=(\d+)$", reloading, re.M)[1])
    assert abs(began - time.monotonic_ns() // 1000) < 10_000_000
    systemd.until("READY=1")
    systemd.heard.clear()
    bridge.process.send_signal(signal.SIGTERM)
    systemd.until("STOPPING=1")
    assert bridge.process.wait(10) == 0


def test_systemd_hears_why_it_does_not_start(bridge, systemd):
    bridge.key_path.unlink()
    result = run(bridge, "--config", str(bridge.config_path), env={**os.environ, "NOTIFY_SOCKET": systemd.path})
    assert result.returncode == CONFIG
    systemd.listen(0.2)
    assert any(re.search(r"^STATUS=not started: .*master key", message, re.M) for message in systemd.heard)
    assert not any("READY=1" in message for message in systemd.heard)


# ---- the watchdog: it is fed only while the store's thread gets on

def thread_named(pid, name):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            return int(task.name)
    raise LookupError(name)


@contextlib.contextmanager
def frozen(thread):
    """Holds one single thread of another process, as a disk that does not answer would."""
    seize, interrupt, detach, wait_all = 0x4206, 0x4207, 17, 0x40000000
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    ptrace.restype = ctypes.c_long
    if ptrace(seize, thread, None, None) < 0:
        pytest.skip(f"one thread cannot be held here: {os.strerror(ctypes.get_errno())}")
    assert ptrace(interrupt, thread, None, None) == 0
    os.waitpid(thread, wait_all)
    try:
        yield
    finally:
        assert ptrace(detach, thread, None, None) == 0


def test_watchdog_is_fed_only_with_progress(bridge, systemd):
    bridge.start(wait=False, env={"NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "400000"})
    systemd.until("READY=1")
    systemd.listen(0.1)
    assert systemd.listen(1.2).count("WATCHDOG=1") >= 3
    with frozen(thread_named(bridge.process.pid, "store")):
        systemd.listen(0.3)  # what was under way
        assert "WATCHDOG=1" not in systemd.listen(1.2)
        with bridge.client() as client:  # the loop itself is well
            assert client.call("bridge.hello")
    assert systemd.listen(1.0).count("WATCHDOG=1") >= 3


def test_no_watchdog_where_systemd_wants_none(bridge, systemd):
    bridge.start(wait=False, env={"NOTIFY_SOCKET": systemd.path})
    systemd.until("READY=1")
    assert "WATCHDOG=1" not in systemd.listen(0.5)


# ---- reloads

def batch_fits(bridge, count):
    with bridge.client() as client:
        client.send_line(json.dumps([{"jsonrpc": "2.0", "id": i, "method": "bridge.hello"} for i in range(count)]))
        return isinstance(client.read(), list)


@pytest.mark.parametrize("way", ["SIGHUP", "bridge.reload"])
def test_reload(bridge, way):
    bridge.start()

    def reload():
        if way == "SIGHUP":
            logged = bridge.log().count("reloaded")
            bridge.process.send_signal(signal.SIGHUP)
            bridge.until(lambda: bridge.log().count("reloaded") > logged)
            return
        with contextlib.suppress(RpcError):
            bridge.call("bridge.reload")

    bridge.settings["rpc"] = {"max_batch": 2}
    bridge.write_config()
    reload()
    assert batch_fits(bridge, 2) and not batch_fits(bridge, 3)
    for bad in ({"max_batch": 5, "max_depth": 1}, {"max_batch": 5, "no_such": 1}, {"max_batch": "5"}):
        bridge.settings["rpc"] = bad  # one bad line, and the good ones do not count either
        bridge.write_config()
        reload()
        assert batch_fits(bridge, 2) and not batch_fits(bridge, 3), bad
    bridge.config_path.write_text("socket: {")
    reload()
    assert batch_fits(bridge, 2) and not batch_fits(bridge, 3)
    bridge.settings["rpc"] = {"max_batch": 5}
    bridge.write_config()
    reload()
    assert batch_fits(bridge, 5)


def test_reload_says_what_takes_a_restart(bridge):
    bridge.start()
    bridge.settings["store"]["path"] = str(bridge.directory / "other.db")
    bridge.write_config()
    assert bridge.call("bridge.reload") == {"changed": ["store.path"]}
    assert re.search(r"store\.path was changed.*restart", bridge.log())


# ---- the end

def connected(bridge):
    bridge.start()
    bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)


def seeded(sim):
    from world import SEED
    sim.seed(SEED)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_what_is_in_flight_is_finished(sim, bridge, name):
    seeded(sim)
    connected(bridge)
    sim.fault(service="clockify", kind="delay", ms=1000, method="POST", route="time-entries")
    with bridge.client() as client, bridge.client() as late:
        late.call("bridge.hello")
        number = client.send("timer.start", user=ANNA, issue="PZ-1", details=DETAILS)
        bridge.until(lambda: sim.counts()["clockify"]["now"])
        bridge.process.send_signal(getattr(signal, name))
        assert client.receive(number)["entry"]["delivery"] == "done"
        assert client.read() is None
    assert bridge.process.wait(5) == 0
    assert not bridge.socket_path.exists()
    assert len(sim.state()["clockify"]["entries"]) == 1
    bridge.start()
    assert bridge.call("timer.get", user=ANNA)["running"]["state"] == "running"
    assert len(sim.state()["clockify"]["entries"]) == 1


def test_what_takes_too_long_is_left_to_the_journal(sim, bridge):
    """It ends within its five seconds, says "queued", and the next start carries it on, once."""
    seeded(sim)
    connected(bridge)
    fault = sim.fault(service="clockify", kind="delay", ms=9000, method="POST", route="time-entries")
    with bridge.client() as client:
        number = client.send("timer.start", user=ANNA, issue="PZ-1", details=DETAILS)
        bridge.until(lambda: sim.counts()["clockify"]["now"])
        began = time.monotonic()
        bridge.process.send_signal(signal.SIGTERM)
        answer = None
        with contextlib.suppress(EOFError):
            answer = client.receive(number)
        assert bridge.process.wait(8) == 0
        assert time.monotonic() - began < 7
    assert answer is None or answer["entry"]["delivery"] == "queued"
    sim.clear_faults(fault)
    bridge.start()
    [entry] = bridge.until(lambda: bridge.call("entry.list", user=ANNA, delivery="done")["items"], seconds=40)
    time.sleep(1)
    assert [one["id"] for one in sim.state()["clockify"]["entries"]] == [entry["clockify_id"]]


def test_a_second_signal_ends_it_at_once(sim, bridge):
    seeded(sim)
    connected(bridge)
    sim.fault(service="clockify", kind="delay", ms=4000, method="POST", route="time-entries", times=1)
    with bridge.client() as client:
        client.send("timer.start", user=ANNA, issue="PZ-1", details=DETAILS)
        bridge.until(lambda: sim.counts()["clockify"]["now"])
        bridge.process.send_signal(signal.SIGTERM)
        bridge.until(lambda: "stopping" in bridge.log())
        began = time.monotonic()
        bridge.process.send_signal(signal.SIGTERM)
        assert bridge.process.wait(5) == 0
        assert time.monotonic() - began < 2


def test_clicks_during_the_end_are_taken_whole_or_not_at_all(sim, bridge):
    """What was answered is there after the next start, and nothing else is."""
    seeded(sim)
    connected(bridge)
    answered, broken = [], []

    def click(worker):
        try:
            with bridge.client() as client:
                for i in range(10000):
                    entry = client.call("entry.add", user=ANNA, issue="PZ-1", details=DETAILS, seconds=60, wait="accepted",
                                        request_id=f"{worker}-{i}")["entry"]
                    answered.append(entry["id"])
        except (EOFError, OSError, RpcError) as error:
            broken.append(error)

    workers = [threading.Thread(target=click, args=[number]) for number in range(4)]
    for worker in workers:
        worker.start()
    bridge.until(lambda: len(answered) > 50)
    bridge.process.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.join(20)
    assert bridge.process.wait(10) == 0
    assert all(not isinstance(error, RpcError) or error.reason == "busy" for error in broken), broken
    bridge.start()
    known, before = set(), None
    while True:
        page = bridge.call("entry.list", user=ANNA, limit=200, **({"before": before} if before else {}))["items"]
        if not page:
            break
        known |= {entry["id"] for entry in page}
        before = page[-1]["id"]
    assert set(answered) <= known
    assert len(known) - len(answered) <= len(workers)  # the one answer each that the end may have swallowed


# ---- exit statuses and what is said

def test_version_and_help(bridge):
    version = run(bridge, "--version")
    assert version.returncode == 0 and re.fullmatch(r"clockify-bridged \d+\.\d+\S*\n", version.stdout)
    text = run(bridge, "--help")
    assert text.returncode == 0
    for word in ("--config", "--check-config", "--version", "--help", "64", "78"):
        assert word in text.stdout


@pytest.mark.parametrize("arguments", [["--no-such"], ["word"], ["--config"], ["--config", "a", "b"]])
def test_wrong_usage(bridge, arguments):
    result = run(bridge, *arguments)
    assert result.returncode == USAGE and "--help" in result.stderr


FAULTS = """socket:
{
    path = "%(socket)s";
    group = "";
    no_such = 1;
};
rpc:
{
    deadline_s = "ten";
    max_batch = 100000;
};
store: { backend = "oracle"; };
worklog: { step_s = 90; };
entry: { tags = [ "type", "nonsense" ]; };
nowhere: { x = 1; };
"""


def test_check_config_names_file_line_and_setting_of_every_fault(bridge):
    bridge.config_path.write_text(FAULTS % {"socket": bridge.socket_path})
    for result in (run(bridge, "--check-config", "--config", str(bridge.config_path)), start_and_fail(bridge)):
        assert result.returncode == CONFIG
        for line, name in ((5, "socket.no_such"), (9, "rpc.deadline_s"), (10, "rpc.max_batch"), (12, "store.backend"),
                           (13, "worklog.step_s"), (14, "entry.tags"), (15, "nowhere")):
            assert re.search(rf"{re.escape(str(bridge.config_path))}:{line}: {name}\b.*: ", result.stderr), \
                f"{name} in\n{result.stderr}"
    assert not bridge.socket_path.exists() and not bridge.store_path.exists()


def test_check_config_looks_at_what_is_named(bridge):
    good = run(bridge, "--check-config", "--config", str(bridge.config_path))
    assert (good.returncode, good.stdout) == (0, "OK\n")
    assert not bridge.store_path.exists()  # it starts nothing
    bridge.settings["clockify"].update(url="ftp://example.com", ca_file="/no/such/file.pem")
    bridge.settings["jira"]["url"] = "nonsense"
    bridge.settings["secrets"]["master_key_file"] = "/no/such/key"
    bridge.write_config()
    result = run(bridge, "--check-config", "--config", str(bridge.config_path))
    assert result.returncode == CONFIG
    for name in ("clockify.url", "clockify.ca_file", "jira.url", "secrets.master_key_file"):
        assert re.search(rf":\d+: {re.escape(name)}: ", result.stderr), f"{name} in\n{result.stderr}"


@pytest.mark.parametrize("text", ["socket: {", "socket: { path = ; };", "\0", "socket { path = \"x\" }", "@include \"x\"\n"])
def test_check_config_of_what_is_no_configuration(bridge, text):
    bridge.config_path.write_text(text)
    result = run(bridge, "--check-config", "--config", str(bridge.config_path))
    assert result.returncode == CONFIG
    assert str(bridge.config_path) in result.stderr


def test_no_configuration_at_all(bridge):
    missing = str(bridge.directory / "missing.conf")
    for arguments in (["--config", missing], ["--check-config", "--config", missing]):
        result = run(bridge, *arguments)
        assert result.returncode == CONFIG and missing in result.stderr


@pytest.mark.parametrize("content, mode, message", [
    (None, 0o400, "cannot be opened"), ("", 0o400, "key"), ("abc\n", 0o400, "64"), ("g" * 64 + "\n", 0o400, "hexadecimal"),
    ("0" * 63 + "\n", 0o400, "64"), ("ab" * 32 + "\n", 0o644, "0400")])
def test_master_key_that_is_none(bridge, content, mode, message):
    bridge.key_path.unlink()
    if content is not None:
        bridge.key_path.write_text(content)
        bridge.key_path.chmod(mode)
    result = start_and_fail(bridge)
    assert result.returncode == CONFIG
    assert message in result.stderr and str(bridge.key_path) in result.stderr
    assert not content or len(content) < 32 or content.strip() not in result.stderr
    assert not bridge.socket_path.exists()


def test_store_that_cannot_be_opened(bridge):
    bridge.settings["store"]["path"] = "/no/such/place/bridge.db"
    bridge.write_config()
    result = start_and_fail(bridge)
    assert result.returncode == IOERR and "/no/such/place/bridge.db" in result.stderr


def test_store_that_is_no_database(bridge):
    bridge.store_path.write_bytes(b"This is no database. " * 500)
    result = start_and_fail(bridge)
    assert result.returncode == IOERR and str(bridge.store_path) in result.stderr
    assert bridge.store_path.read_bytes().startswith(b"This is no database.")  # nor is it made one


@pytest.mark.parametrize("there", ["file", "directory", "no directory"])
def test_socket_that_cannot_be_made(bridge, there):
    if there == "file":
        bridge.socket_path.write_text("something of somebody")
    elif there == "directory":
        bridge.socket_path.mkdir()
    else:
        bridge.settings["socket"]["path"] = "/no/such/place/bridge.sock"
        bridge.write_config()
    result = start_and_fail(bridge)
    assert result.returncode == OSERR
    assert bridge.settings["socket"]["path"] in result.stderr
    assert there != "file" or bridge.socket_path.read_text() == "something of somebody"


def test_a_group_that_is_not_there(bridge):
    bridge.settings["socket"]["group"] = "nosuchgroup"
    bridge.write_config()
    result = start_and_fail(bridge)
    assert result.returncode == OSERR and "nosuchgroup" in result.stderr


# ---- two at once, and one after another

def second(bridge, **settings):
    """The configuration of another one beside it."""
    place = bridge.directory / "second"
    place.mkdir(mode=0o755)
    other = Bridge(place)
    other.settings["clockify"]["url"] = bridge.settings["clockify"]["url"]
    for group, values in settings.items():
        other.settings[group].update(values)
    other.write_config()
    return other


def test_a_second_one_on_the_same_socket(bridge):
    bridge.start()
    result = start_and_fail(second(bridge, socket={"path": str(bridge.socket_path)}))
    assert result.returncode == OSERR
    assert f"another program listens at {bridge.socket_path}" in result.stderr
    assert bridge.call("bridge.hello")  # the first one has not noticed


def test_a_second_one_on_the_same_database(bridge):
    bridge.start()
    result = start_and_fail(second(bridge, store={"path": str(bridge.store_path)}))
    assert result.returncode == IOERR
    assert str(bridge.store_path) in result.stderr and "in use by another process" in result.stderr
    assert bridge.call("bridge.status")["store"]["ok"]


def test_a_socket_left_by_a_crash_is_replaced(bridge):
    bridge.start()
    bridge.kill()
    assert bridge.socket_path.exists()
    bridge.start()
    assert bridge.call("bridge.hello")
