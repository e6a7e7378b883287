# SPDX-License-Identifier: Apache-2.0
"""Callers of the socket that are slow, silent, over-eager, rude or forged. Whatever one of them does: another caller is
answered, no descriptor is lost, and the bridge's memory does not grow with what it was told."""
import json
import os
import pwd
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

from bridge import Bridge, RpcError

MIB = 1 << 20
MEMORY_MORE = 96 * MIB  # what a caller may cost at its worst; the bridge itself takes about ten
PATIENCE_S = 90
STRANGER = "nobody"


def request(number, method="bridge.hello", **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def line_of(*requests):
    return b"".join(json.dumps(each).encode() + b"\n" for each in requests)


def ask(client, line):
    client.socket.sendall(line)
    return client.read()


class Watched:
    """A bridge of which one can say whether it came to harm."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.descriptors_before = self.descriptors()
        self.memory_before = self.memory("VmRSS")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.bridge.process.pid}/fd"))

    def memory(self, name):
        with open(f"/proc/{self.bridge.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith(name + ":"))

    def client(self, user=None):
        return self.bridge.client(user, timeout=PATIENCE_S)

    def until(self, condition):
        return self.bridge.until(condition, PATIENCE_S)

    def is_served(self):
        """Another caller is answered, now."""
        with self.client() as other:
            return other.call("bridge.hello")["role"] == "operator"

    def check(self):
        assert self.bridge.process.poll() is None, self.bridge.log()[-4000:]
        assert self.is_served()
        self.until(lambda: self.descriptors() <= self.descriptors_before)
        assert self.memory("VmHWM") - self.memory_before < MEMORY_MORE


@pytest.fixture
def watched_with(directory):
    """watched_with(rpc={...}): a bridge with these settings and no service beside it, looked over at the end."""
    made = []

    def make(**settings):
        bridge = Bridge(directory, **settings)
        bridge.start()
        made.append(Watched(bridge))
        return made[-1]

    yield make
    for watched in made:
        try:
            watched.check()
        finally:
            status = watched.bridge.stop()
        assert status == 0, watched.bridge.log()[-4000:]


@pytest.fixture
def watched(watched_with):
    return watched_with()


@pytest.fixture
def descriptors():
    """Room for thousands of them, here and in the programs started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, max(wanted, hard) if hard > 0 else hard))


# ---- slow and silent

def test_one_byte_at_a_time(watched):
    """Twenty callers, byte by byte in turn; nobody waits for the others."""
    callers = [watched.client() for _ in range(20)]
    line = line_of(request("slow"))
    for number, byte in enumerate(line):
        for caller in callers:
            caller.socket.sendall(bytes([byte]))
        if number % 20 == 0:
            assert watched.is_served()
    for caller in callers:
        assert caller.read()["id"] == "slow"
        caller.close()


def test_callers_that_say_nothing_or_half_of_it(watched):
    """They stay connected, silent, in the middle of a line, of a character, or of a line that is too long."""
    halves = (b"", b"{", b'{"jsonrpc":"2.0","id":1', b'"\xf0\x9f', b"\r", b"x" * (300 * 1024))
    callers = [watched.client() for _ in range(60)]
    for number, caller in enumerate(callers):
        caller.socket.sendall(halves[number % len(halves)])
    for _ in range(20):
        assert watched.is_served()
    for caller in callers:
        caller.close()


def test_answers_that_nobody_reads(watched):
    """A caller asks for megabytes and reads nothing: it is left waiting or thrown out, and costs a bounded sum."""
    with watched.client() as deaf:
        deaf.socket.setblocking(False)
        batch = json.dumps([request(i, "bridge.describe") for i in range(100)]).encode() + b"\n"
        said, end = 0, time.monotonic() + PATIENCE_S
        while said < 8 * len(batch) and time.monotonic() < end:
            try:
                said += deaf.socket.send(batch[said % len(batch):])
            except BlockingIOError:
                break  # it no longer reads
            except (BrokenPipeError, ConnectionResetError):
                break  # thrown out
        for _ in range(20):
            assert watched.is_served()


def test_answers_that_are_read_at_last(watched):
    """Pipelined far beyond what fits anywhere; every one is answered once the caller reads."""
    count = 3000
    with watched.client() as caller:
        lines = line_of(*(request(i, "bridge.status") for i in range(count)))
        shouting = threading.Thread(target=caller.socket.sendall, args=(lines,))
        shouting.start()
        assert watched.is_served()
        answers = [caller.read() for _ in range(count)]
        shouting.join()
    assert sorted(answer["id"] for answer in answers) == list(range(count))
    assert all("result" in answer or answer["error"]["data"]["limit"] == "pending" for answer in answers)


# ---- over-eager

def test_two_thousand_connections(descriptors, watched_with):
    """As many as are allowed are served, the others are told why, and all can come again."""
    most, count = 1024, 2000
    watched = watched_with(rpc={"max_connections": most})
    callers = [watched.client() for _ in range(count)]
    for number, caller in enumerate(callers):
        try:
            caller.send_line(json.dumps(request(number)))
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused and closed already
    outcomes = [outcome_of(caller) for caller in callers]
    assert outcomes.count("served") == most
    assert outcomes.count("connections") + outcomes.count("closed") == count - most
    for caller in callers:
        caller.close()
    watched.until(lambda: outcome_of_hello(watched) == "served")


def outcome_of(caller):
    """A caller that was refused may find its own request's RST before the words."""
    try:
        answer = caller.read()
    except ConnectionResetError:
        return "closed"
    if answer is None:
        return "closed"
    return "served" if "result" in answer else answer["error"]["data"]["limit"]


def outcome_of_hello(watched):
    with watched.client() as caller:
        try:
            caller.send_line(json.dumps(request(1)))
        except (BrokenPipeError, ConnectionResetError):
            return "closed"
        return outcome_of(caller)


def test_no_descriptor_left(watched):
    """Whoever does not fit waits at the door, and comes in when another leaves; nobody who is in notices."""
    pid = watched.bridge.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    with watched.client() as inside:
        assert inside.call("bridge.hello")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (watched.descriptors() + 8, before[1]))
        knocking = [watched.client() for _ in range(60)]
        for _ in range(50):
            assert inside.call("bridge.hello")
        for caller in knocking:
            caller.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        watched.until(lambda: outcome_of_hello(watched) == "served")
        assert inside.call("bridge.hello")


def test_a_storm_of_connections(watched):
    """Four callers that do nothing but come and go, with and without a word, in order and with a bang."""
    def storm(seed):
        for number in range(400):
            caller = socket.socket(socket.AF_UNIX)
            caller.connect(str(watched.bridge.socket_path))
            if (number + seed) % 3:
                caller.send(line_of(request(number))[:None if number % 2 else 10])
            if number % 5 == 0:
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.close()
    storms = [threading.Thread(target=storm, args=(seed,)) for seed in range(4)]
    for thread in storms:
        thread.start()
    while any(thread.is_alive() for thread in storms):
        assert watched.is_served()


def test_requests_without_waiting_and_away(watched):
    """Thousands of requests, and the caller is gone before the first answer."""
    for how in ("closed", "reset"):
        with watched.client() as caller:
            caller.socket.setblocking(False)
            lines = line_of(*(request(i, "bridge.describe") for i in range(5000)))
            try:
                caller.socket.send(lines)
            except (BlockingIOError, BrokenPipeError):
                pass
            if how == "reset":
                caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert watched.is_served()


def test_the_last_requests_before_the_end_are_answered(watched):
    with watched.client() as caller:
        caller.socket.sendall(line_of(*(request(i) for i in range(100))))
        caller.socket.shutdown(socket.SHUT_WR)
        assert sorted(caller.read()["id"] for _ in range(100)) == list(range(100))
        assert caller.read() is None


def test_a_caller_that_only_listens(watched):
    """It has said that it sends nothing, and is let go."""
    with watched.client() as caller:
        caller.socket.shutdown(socket.SHUT_WR)
        assert caller.read() is None


# ---- what is no request

def refusal_of(answer):
    return answer["error"]["data"]["reason"], answer["error"]["data"].get("limit")


def test_a_line_of_ten_megabytes(watched):
    """It is skipped to its end, costs no memory, and the connection lives on."""
    with watched.client() as caller:
        for _ in range(3):
            caller.socket.sendall(b"x" * (10 * MIB) + b"\n")
            assert refusal_of(caller.read()) == ("invalid_request", "request_kib")
        assert ask(caller, line_of(request(1)))["result"]
    assert watched.memory("VmHWM") - watched.memory_before < 16 * MIB


NOT_JSON = {
    "nothing": b"", "blanks": b" \t ", "a word": b"hello", "half": b'{"jsonrpc":', "two": b"{} {}", "comma": b"[1,]",
    "single quotes": b"{'a':1}", "comment": b"/* */{}", "byte order mark": b"\xef\xbb\xbf{}", "UTF-16": "{}".encode("utf-16"),
    "NUL": b"{}\0", "NUL in a text": b'{"a":"\0"}', "NUL escaped": b'{"a":"\\u0000"}', "overlong": b'"\xc0\xaf"',
    "surrogate in UTF-8": b'"\xed\xa0\x80"', "above Unicode": b'"\xf4\x90\x80\x80"', "cut character": b'"\xe2\x82"',
    "stray byte": b'"\x80"', "Latin-1": b'"\xfc"', "half an escape": b'"\\ud80"', "control character": b'"\x01"', "not a number": b"[NaN]", "infinity": b"[Infinity]",
    "octal": b"[01]", "hexadecimal": b"[0x10]", "plus": b"[+1]", "point": b"[1.]", "huge id": b'{"id":9223372036854775808}',
    "twice": b'{"a":1,"a":2}', "twice, once escaped": b'{"a":1,"\\u0061":2}', "twice within": b'{"a":[{"b":{"c":1,"c":1}}]}',
    "id twice": b'{"jsonrpc":"2.0","id":1,"id":2,"method":"bridge.hello"}',
    "method twice": b'{"jsonrpc":"2.0","id":1,"method":"bridge.hello","method":"bridge.status"}',
}


def test_what_is_no_json(watched):
    """Each gets one answer, with the id null, and the connection lives on."""
    with watched.client() as caller:
        for name, text in NOT_JSON.items():
            answer = ask(caller, text.replace(b"\n", b" ") + b"\n")
            assert answer["id"] is None and answer["error"]["code"] == -32700, name
            assert refusal_of(answer) == ("parse_error", None), name
            assert ask(caller, line_of(request(name)))["id"] == name


def test_half_a_character(watched):
    """What a browser leaves of a text that was cut in the middle of a character: legal JSON, and no character."""
    with watched.client() as caller:
        for text, told in (("\\ud800", "\ufffd"), ("\\udc00x", "\ufffdx"), ("a\\ud83d\\u0041", "a\ufffdA"), ("\\ud83d\\ud83d", "\ufffd\ufffd")):
            assert ask(caller, b'{"jsonrpc":"2.0","id":"%s","method":"bridge.hello"}\n' % text.encode())["id"] == told


def test_nesting(watched):
    """In every place where a value may stand, also within the text that a browser sent."""
    deep = b"[" * 100_000 + b"]" * 100_000
    objects = b'{"a":' * 30_000 + b"1" + b"}" * 30_000
    start = b'{"jsonrpc":"2.0","id":1,"method":"bridge.hello","params":'
    with watched.client() as caller:
        for line in (deep, objects, b"[" * 200_000, b'{"a":' * 40_000, start + deep + b"}", start + objects + b"}",
                     b'{"id":' + deep + b"}", b'{"jsonrpc":' + deep + b"}"):
            assert refusal_of(ask(caller, line + b"\n")) == ("invalid_request", "nesting"), line[:60]
        body = '{"method":"timer.get","params":' + "[" * 1000 + "]" * 1000 + "}"
        assert refusal_of(ask(caller, line_of(request(1, "web.call", user="u", body=body)))) == ("invalid_request", "nesting")
        assert ask(caller, line_of(request(1)))["result"]


@pytest.mark.parametrize("item", ["{}", "[]", "0", '""', '{"a":{}}'])
def test_many_small_values(watched, item):
    """Within the limit of a line, and yet hundreds of megabytes if they were taken."""
    line = ("[" + ",".join([item] * (250 * 1024 // (len(item) + 1))) + "]").encode() + b"\n"
    start = b'{"jsonrpc":"2.0","id":1,"method":"bridge.hello","params":{"client":'
    with watched.client() as caller:
        for _ in range(10):
            assert "error" in ask(caller, line)
            assert "error" in ask(caller, start + line[:-1] + b"}}\n")
        assert watched.is_served()


def test_batches(watched):
    hello = {"jsonrpc": "2.0", "method": "bridge.hello"}
    with watched.client() as caller:
        assert len(ask(caller, line_of([request(i) for i in range(100)]))) == 100
        assert refusal_of(ask(caller, line_of([request(i) for i in range(101)]))) == ("invalid_request", "batch")
        assert refusal_of(ask(caller, line_of([hello] * 101))) == ("invalid_request", "batch")
        assert refusal_of(ask(caller, line_of([]))) == ("invalid_request", None)
        caller.socket.sendall(line_of([hello] * 100))  # notifications: no answer
        assert {refusal_of(answer) for answer in ask(caller, line_of([[request(1)], 1, None, "x", True, []]))} == {
            ("invalid_request", None)}
        assert [answer["id"] for answer in ask(caller, line_of([request(7)] * 3))] == [7, 7, 7]


IDS = ["{}", "[]", "true", "false", "1.5", "1e3", "-0.0", "[1]", '{"a":1}', '[["x"]]']


def test_ids_that_are_none(watched):
    """Neither a text nor a whole number nor null: the request is not carried out, and the answer's id is null."""
    with watched.client() as caller:
        for text in IDS:
            answer = ask(caller, b'{"jsonrpc":"2.0","id":%s,"method":"bridge.hello"}\n' % text.encode())
            assert answer["id"] is None and refusal_of(answer) == ("invalid_request", None), text


def test_ids_that_are_large(watched):
    with watched.client() as caller:
        for number in ("x" * (200 * 1024), "\U0010ffff" * 10_000, 2 ** 63 - 1, -2 ** 63, "\\\"/\b\f\n\r\t\u2028"):
            assert ask(caller, line_of(request(number)))["id"] == number


NUMBERS = ["0", "-1", "201", "9223372036854775807", "-9223372036854775808", "1.5", "1e2", "1e999", "-1e999", '"1"', "true", "[]", "{}"]


def test_numbers_out_of_range(watched):
    line = '{"jsonrpc":"2.0","id":1,"method":"entry.list","params":{"user":"u","limit":%s}}\n'
    with watched.client() as caller:
        for text in NUMBERS:
            answer = ask(caller, (line % text).encode())
            assert answer["error"]["data"] == {"reason": "invalid_params", "param": "limit"}, text
        assert ask(caller, (line % "200").encode())["result"] == {"items": []}


# ---- what a socket can do besides bytes

def test_descriptors_that_are_sent_along(watched):
    """They are neither taken nor kept: the other end of each pipe sees that nobody holds it."""
    with watched.client() as caller:
        readers = []
        for number in range(100):
            reader, writer = os.pipe()
            socket.send_fds(caller.socket, [line_of(request(number))], [writer] * 10)
            os.close(writer)
            readers.append(reader)
        assert sorted(caller.read()["id"] for _ in range(100)) == list(range(100))
        for reader in readers:
            assert os.read(reader, 1) == b""
            os.close(reader)
        assert watched.descriptors() <= watched.descriptors_before + 1


def test_a_connection_sent_through_itself(watched):
    """A ring of sockets that hold each other alive ends with the connection."""
    with watched.client() as caller:
        socket.send_fds(caller.socket, [line_of(request(1))], [caller.socket.fileno()])
        assert caller.read()["result"]


def test_bytes_out_of_band(watched):
    """Whatever the kernel makes of them, the loop does not spin on them, and the next caller is served."""
    with watched.client() as caller:
        try:
            caller.socket.send(b"x", socket.MSG_OOB)
        except OSError:
            pass  # this kernel knows none on such a socket
        caller.socket.sendall(b"\n" + line_of(request(1)))
        answers = [caller.read()]
        while answers[-1]["id"] != 1:
            answers.append(caller.read())
        assert answers[-1]["result"] and len(answers) <= 2


def test_other_kinds_of_socket_do_not_get_in(watched):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as caller, pytest.raises(OSError):
            caller.connect(str(watched.bridge.socket_path))


# ---- who is calling

HELLO_AND_STATUS = """
import json, socket, sys
caller = socket.socket(socket.AF_UNIX)
caller.settimeout(60)
caller.connect(sys.argv[1])
for number, method in enumerate(sys.argv[2:]):
    caller.sendall(json.dumps({"jsonrpc": "2.0", "id": number, "method": method}).encode() + b"\\n")
lines = caller.makefile()
print(json.dumps([json.loads(lines.readline()) for _ in sys.argv[2:]]))
"""


def as_uid(watched, *options, methods=("bridge.hello", "bridge.status", "bridge.describe")):
    """The answers to a program that setpriv started with these options."""
    run = subprocess.run(["setpriv", *options, sys.executable, "-c", HELLO_AND_STATUS, str(watched.bridge.socket_path), *methods],
                         capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if run.returncode:
        return run.stderr
    return [answer["error"]["data"]["reason"] if "error" in answer else "result" for answer in json.loads(run.stdout)]


def ids_of(user):
    entry = pwd.getpwnam(user)
    return f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}"


def test_another_user_is_refused_whatever_the_mode_says(watched):
    """The socket's mode keeps others out; where somebody has opened it, the kernel's word on the caller does."""
    stranger = (*ids_of(STRANGER), "--clear-groups")
    assert "PermissionError" in as_uid(watched, *stranger)
    os.chmod(watched.bridge.socket_path, 0o666)
    assert as_uid(watched, *stranger) == ["forbidden"] * 3
    assert as_uid(watched, *ids_of("daemon"), "--clear-groups") == ["result"] * 3


def test_groups_and_real_ids_give_no_role(watched):
    """Neither the group of root or of the plugin, nor a real uid that differs from the effective one."""
    os.chmod(watched.bridge.socket_path, 0o666)
    uid, gid = ids_of(STRANGER)
    root_group, plugin_group = "--groups=0", f"--groups={pwd.getpwnam('daemon').pw_gid}"
    real, effective = f"--ruid={pwd.getpwnam('daemon').pw_uid}", f"--euid={pwd.getpwnam(STRANGER).pw_uid}"
    for options in ((uid, "--regid=0", root_group), (uid, gid, plugin_group), (real, effective, gid, "--clear-groups")):
        assert as_uid(watched, *options) == ["forbidden"] * 3, options


def credentials(uid):
    return [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS if hasattr(socket, "SCM_CREDENTIALS") else 2,
             struct.pack("iII", os.getpid(), uid, uid))]


def test_credentials_that_are_sent_along_count_for_nothing(watched):
    """root may claim to be anybody in a message; the role is that of whoever connected."""
    plugin, stranger = pwd.getpwnam("daemon").pw_uid, pwd.getpwnam(STRANGER).pw_uid
    os.chmod(watched.bridge.socket_path, 0o666)
    with watched.client() as operator:
        for uid in (plugin, stranger):
            operator.socket.sendmsg([line_of(request(1))], credentials(uid))
            assert operator.read()["result"]["role"] == "operator"
    with watched.client(STRANGER) as forger:
        for uid in (0, plugin):
            forger.socket.sendmsg([line_of(request(1))], credentials(uid))
            assert refusal_of(forger.read()) == ("forbidden", None)


def test_a_connection_keeps_its_role_in_other_hands(watched):
    """Opened by a stranger and used by root, or opened by the plugin's user: what counts is who connected."""
    os.chmod(watched.bridge.socket_path, 0o666)
    with watched.client(STRANGER) as stranger, watched.client("daemon") as plugin:
        assert os.geteuid() == 0
        with pytest.raises(RpcError) as error:
            stranger.call("bridge.hello")
        assert error.value.reason == "forbidden"
        with pytest.raises(RpcError) as error:
            plugin.call("bridge.pause")
        assert error.value.reason == "forbidden"
        assert plugin.call("bridge.hello")["role"] == "plugin"


def test_a_stranger_learns_nothing_and_costs_nothing(watched):
    """No line, however wrong, tells more than that; and the log holds nothing of it."""
    os.chmod(watched.bridge.socket_path, 0o666)
    lines = [b"\n", b"nonsense-of-a-stranger\n", b"[" * 1000 + b"\n", b"x" * (300 * 1024) + b"\n", b"[]\n", line_of([request(1)] * 101),
             line_of(request(1, "no.such")), line_of(request({})), line_of(request(1, "timer.get"))]
    with watched.client(STRANGER) as stranger:
        for line in lines:
            assert ask(stranger, line)["error"]["data"] == {"reason": "forbidden"}, line[:40]
    assert "nonsense-of-a-stranger" not in watched.bridge.log()


# ---- while other things happen

def test_a_reload_among_rude_callers(watched):
    """Limits change under callers who are in the middle of lines, batches and refusals."""
    with watched.client() as half, watched.client() as deaf:
        half.socket.sendall(b"x" * 200_000)
        deaf.socket.sendall(line_of([request(i, "bridge.describe") for i in range(50)]))
        for kib in (4, 256, 4, 512):
            watched.bridge.settings["rpc"] = {"max_request_kib": kib, "max_batch": 4 + kib, "max_depth": 8 + kib % 10}
            watched.bridge.write_config()
            assert watched.bridge.call("bridge.reload")["changed"]
            half.socket.sendall(b"y" * 20_000)
        assert refusal_of(ask(half, b"\n")) == ("invalid_request", "request_kib")
        assert len(deaf.read()) == 50


def test_the_end_comes_while_callers_misbehave(watched_with):
    """SIGTERM ends it in order although nobody reads, speaks or hangs up."""
    watched = watched_with()
    callers = [watched.client() for _ in range(50)]
    for number, caller in enumerate(callers):
        caller.socket.sendall((b"{", line_of(request(1, "bridge.describe")), b"x" * 300_000)[number % 3])
    watched.bridge.process.send_signal(signal.SIGTERM)
    assert watched.bridge.process.wait(PATIENCE_S) == 0
    for caller in callers:
        caller.close()
    watched.bridge.start()
    watched.descriptors_before = watched.descriptors()
