# SPDX-License-Identifier: Apache-2.0
"""The socket: who is calling, lines, limits at N and N+1, batches, notifications, order, and callers that are slow, silent or
gone. What a page may ask for stands in test_web_call.py, the process around the socket in test_process.py."""
import json
import os
import socket
import stat
import threading
import time

import pytest

from bridge import PLUGIN_USER, Client, RpcError
from world import ANNA, ANNA_KEY

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "bridge.hello"}


def request(number, method="bridge.hello", **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def ask(client, message):
    """The answer to whatever is sent: a value as JSON, or bytes as they are."""
    client.send_line(message if isinstance(message, bytes) else json.dumps(message))
    return client.read()


def line_of(size):
    """A request line of exactly so many bytes, without its end."""
    start = json.dumps(request(1, client="x"))
    line = start + " " * (size - len(start))
    assert len(line) == size
    return line.encode()


# ---- who is calling

def test_roles_come_from_the_kernel(world):
    for user, role in ((None, "operator"), (PLUGIN_USER, "plugin")):
        with world.bridge.client(user) as client:
            assert client.call("bridge.hello")["role"] == role


def test_a_stranger_is_told_forbidden_and_nothing_else(world):
    with world.bridge.client("nobody") as stranger:
        for method in world.bridge.call("bridge.describe")["methods"]:
            with pytest.raises(RpcError) as error:
                stranger.call(method["name"], **json.loads(method["example"]))
            assert error.value.reason == "forbidden", method["name"]
        for line in ("nonsense", "[]", "[1]", json.dumps(HELLO | {"params": []})):
            answer = ask(stranger, line.encode() + b"\n")
            answer = answer[0] if isinstance(answer, list) else answer
            assert answer["error"]["data"] == {"reason": "forbidden"}, line


def test_roles_change_with_a_reload(world):
    world.bridge.settings["socket"]["plugin_users"] = ["nobody"]
    with world.bridge.client(PLUGIN_USER) as plugin, world.bridge.client("nobody") as nobody:
        assert plugin.call("bridge.hello")["role"] == "plugin"
        world.bridge.write_config()
        world.bridge.call("bridge.reload")
        assert nobody.call("bridge.hello")["role"] == "plugin"
        with pytest.raises(RpcError):
            plugin.call("bridge.hello")  # the connection is an old one; its role is not


def test_mode_and_group_of_the_socket(world_with):
    import grp
    bridge = world_with(socket={"group": "daemon"}).bridge
    info = os.stat(bridge.socket_path)
    assert stat.S_IMODE(info.st_mode) == 0o660 and info.st_gid == grp.getgrnam("daemon").gr_gid
    bridge.stop()
    assert not bridge.socket_path.exists()


# ---- lines

def test_carriage_returns_before_the_line_end(world):
    with world.bridge.client() as client:
        assert ask(client, json.dumps(HELLO).encode() + b"\r\n")["result"]["protocol"] == 1
        assert ask(client, json.dumps(HELLO).encode() + b"\r\r\n")["result"]["protocol"] == 1  # white space of JSON


def test_a_line_in_pieces_and_lines_in_one_piece(world):
    with world.bridge.client() as client:
        for byte in json.dumps(HELLO).encode() + b"\n":
            client.socket.sendall(bytes([byte]))
        assert client.read()["id"] == 1
        client.send_line(b"".join(json.dumps(request(i)).encode() + b"\n" for i in range(50)))
        assert sorted(client.read()["id"] for _ in range(50)) == list(range(50))


TEXTS = ["Größe und Maß", "時間を記録する", "🕰️ 👩‍💻", "שעה", "a\u0301", "\u2028\u2029", "tab\tand\\back\"slash", "\U0010ffff"]


@pytest.mark.parametrize("escaped", [False, True])
def test_utf_8_comes_back_as_it_was(anna, escaped):
    with anna.bridge.client() as client:
        for number, text in enumerate(TEXTS):
            line = json.dumps(request(number, "entry.add", user=ANNA, issue="PZ-1", seconds=60, comment=text), ensure_ascii=escaped)
            client.send_line(line.encode() + b"\n")
            client.receive(number)
    anna.bridge.until(lambda: all(item["worklog"] for item in anna.call("entry.list")["items"]))
    assert {item["worklog"]["comment"] for item in anna.call("entry.list")["items"]} == set(TEXTS)
    assert {worklog["comment"] for worklog in anna.worklog_written(len(TEXTS))} == set(TEXTS)


@pytest.mark.parametrize("number", [0, -1, 2 ** 53, 2 ** 63 - 1, "", "text", "ü", "x" * 1000, None])
def test_ids_come_back_as_they_were(world, number):
    with world.bridge.client() as client:
        answer = ask(client, request(number))
        assert answer["id"] == number and type(answer["id"]) is type(number) and "result" in answer


# ---- limits, each at N and N+1

def limit_named(answer):
    return answer["error"]["data"].get("limit"), answer["error"]["data"]["reason"]


def test_limit_of_a_line(world):
    with world.bridge.client() as client:
        for end in (b"\n", b"\r\n"):
            assert "result" in ask(client, line_of(256 * 1024) + end)
            assert limit_named(ask(client, line_of(256 * 1024 + 1) + end)) == ("request_kib", "invalid_request")
        assert limit_named(ask(client, b"x" * (3 << 20) + b"\n")) == ("request_kib", "invalid_request")
        assert ask(client, HELLO)["result"]  # the connection lives on behind the skipped line


def nested(depth):
    """Objects and arrays within each other, `depth` of them counting the request itself."""
    return json.dumps(request(1)).replace("{}", "{\"client\":" + "[" * (depth - 2) + "]" * (depth - 2) + "}").encode() + b"\n"


def test_limit_of_nesting(world):
    with world.bridge.client() as client:
        fits = ask(client, nested(32))
        assert (fits["error"]["data"]["reason"], fits["error"]["data"]["param"]) == ("invalid_params", "client")
        assert limit_named(ask(client, nested(33))) == ("nesting", "invalid_request")
        assert limit_named(ask(client, b"[" * 100000 + b"\n")) == ("nesting", "invalid_request")
        assert ask(client, HELLO)["result"]


def test_limit_of_a_batch(world):
    with world.bridge.client() as client:
        answers = ask(client, [request(i) for i in range(100)])
        assert sorted(answer["id"] for answer in answers) == list(range(100))
        assert limit_named(ask(client, [request(i) for i in range(101)])) == ("batch", "invalid_request")
        assert ask(client, HELLO)["result"]


def test_limit_of_connections(world_with):
    bridge = world_with(rpc={"max_connections": 8}).bridge
    bridge.until(lambda: True)
    clients = [bridge.client() for _ in range(8)]
    assert all(client.call("bridge.hello") for client in clients)
    with bridge.client() as ninth:
        answer = ninth.read()
        assert answer["id"] is None and limit_named(answer) == ("connections", "busy")
        assert ninth.read() is None  # closed
    clients.pop().close()
    bridge.until(lambda: tries_hello(bridge))
    for client in clients:
        assert client.call("bridge.hello")
        client.close()


def tries_hello(bridge):
    with bridge.client() as client:
        return "result" in ask(client, HELLO)


def test_limit_of_unanswered_requests(anna):
    """256 may wait; the next is told so, and all of the 256 are answered in the end."""
    anna.sim.fault(service="clockify", kind="delay", ms=800)
    with anna.bridge.client() as client:
        numbers = [client.send("project.list", user=ANNA, search="Zero") for _ in range(257)]
        with pytest.raises(RpcError) as error:
            client.receive(numbers[-1])
        assert (error.value.reason, error.value.data["limit"]) == ("busy", "pending")
        for number in numbers[:-1]:
            assert client.receive(number)["items"]
    assert anna.requests("clockify")["GET /workspaces/{workspaceId}/projects"] == 1  # all of them shared one question


def test_limits_change_with_a_reload(world):
    with world.bridge.client() as client:
        world.bridge.settings["rpc"] = {"max_batch": 2, "max_request_kib": 4}
        world.bridge.write_config()
        assert set(client.call("bridge.reload")["changed"]) == {"rpc.max_batch", "rpc.max_request_kib"}
        assert len(ask(client, [request(1), request(2)])) == 2
        assert limit_named(ask(client, [request(1), request(2), request(3)]))[0] == "batch"
        assert "result" in ask(client, line_of(4096) + b"\n")
        assert limit_named(ask(client, line_of(4097) + b"\n"))[0] == "request_kib"


# ---- batches and notifications

def test_each_request_of_a_batch_is_judged_by_itself(anna):
    batch = [request(1), 1, request(2, "no.such"), {"jsonrpc": "2.0", "method": "bridge.hello"}, request("three", "timer.get", user=ANNA),
             {"jsonrpc": "2.0", "id": 4}, []]
    with anna.bridge.client() as client:
        answers = ask(client, batch)
    outcomes = sorted((str(answer["id"]), "result" if "result" in answer else answer["error"]["data"]["reason"])
                      for answer in answers)
    assert outcomes == sorted([("1", "result"), ("None", "invalid_request"), ("2", "method_not_found"), ("three", "result"),
                               ("4", "invalid_request"), ("None", "invalid_request")])


def test_an_empty_batch(world):
    with world.bridge.client() as client:
        answer = ask(client, [])
        assert answer["id"] is None and answer["error"]["data"]["reason"] == "invalid_request"


def test_notifications_are_carried_out_and_not_answered(anna):
    with anna.bridge.client() as client:
        start = {"jsonrpc": "2.0", "method": "timer.start", "params": {"user": ANNA, "issue": "PZ-1"}}
        client.send_line(json.dumps(start))
        client.send_line(json.dumps({"jsonrpc": "2.0", "method": "no.such"}))
        client.send_line(json.dumps([{"jsonrpc": "2.0", "method": "bridge.hello"}] * 2))
        anna.bridge.until(anna.entries)
        assert ask(client, request(9))["id"] == 9  # the first answer that there is
    assert len(anna.entries()) == 1


def test_a_notification_of_a_caller_that_hangs_up_is_carried_out(anna):
    with anna.bridge.client() as client:
        client.send_line(json.dumps({"jsonrpc": "2.0", "method": "timer.start", "params": {"user": ANNA, "issue": "PZ-1"}}))
    anna.bridge.until(anna.entries)


# ---- order

def test_answers_come_as_they_are_ready(anna):
    """Neither on the same connection nor on another does anybody wait for a slow service."""
    anna.sim.fault(service="clockify", kind="delay", ms=1500, route="projects")
    with anna.bridge.client() as client, anna.bridge.client() as other:
        slow = client.send("project.list", user=ANNA)
        began = time.monotonic()
        quick = client.send("bridge.status")
        assert client.read()["id"] == quick
        assert other.call("bridge.hello")
        assert time.monotonic() - began < 1
        assert client.receive(slow)["items"]


# ---- callers that are slow, silent or gone

def test_a_caller_that_does_not_read(world):
    """It gets every answer once it reads, and no one else notices."""
    count = 400
    with world.bridge.client() as deaf, world.bridge.client() as other:
        size = len(json.dumps(other.call("bridge.describe")))
        assert size * count > 4 << 20  # more than the bridge keeps for a caller before it stops reading from it

        def shout():
            for number in range(count):
                deaf.send_line(json.dumps(request(number, "bridge.describe")))
        shouting = threading.Thread(target=shout)
        shouting.start()
        began = time.monotonic()
        for _ in range(50):
            assert other.call("bridge.hello")
        assert time.monotonic() - began < 5
        assert sorted(deaf.read()["id"] for _ in range(count)) == list(range(count))
        shouting.join()


def test_silent_callers_do_no_harm(world):
    idle = [world.bridge.client() for _ in range(200)]
    for client in idle[::2]:
        client.send_line(b'{"jsonrpc"')  # the beginning of a line
    assert world.bridge.call("bridge.hello")
    for client in idle:
        client.close()
    assert world.bridge.call("bridge.hello")


def test_the_last_word_without_a_line_end_is_none(anna):
    with anna.bridge.client() as client:
        client.send_line(json.dumps(request(1, "timer.start", user=ANNA, issue="PZ-1")).encode())
        client.socket.shutdown(socket.SHUT_WR)
        assert client.read() is None
    assert anna.call("entry.list")["items"] == []


def test_a_caller_that_has_nothing_more_to_ask_is_answered_first(anna):
    anna.sim.fault(service="clockify", kind="delay", ms=500, route="time-entries")
    with anna.bridge.client() as client:
        client.send_line(json.dumps(request(1, "timer.start", user=ANNA, issue="PZ-1")))
        client.socket.shutdown(socket.SHUT_WR)
        assert client.read()["result"]["entry"]["delivery"] == "done"
        assert client.read() is None


def test_a_connection_that_breaks_while_it_waits(anna):
    """The click is carried out, and a caller that asks again under the same name gets its answer."""
    anna.sim.fault(service="clockify", kind="delay", ms=700, method="POST", route="time-entries")
    for _ in range(2):
        with anna.bridge.client() as client:
            client.send("timer.start", user=ANNA, issue="PZ-1", request_id="r")
    anna.bridge.until(lambda: anna.call("entry.list")["items"])  # taken; the answer is still out
    with anna.bridge.client() as client:
        answer = client.call("timer.start", user=ANNA, issue="PZ-1", request_id="r")
    assert answer["entry"]["delivery"] == "done"
    assert [entry["id"] for entry in anna.entries()] == [answer["entry"]["clockify_id"]]


def test_many_connections_that_break(anna):
    """In the middle of a line, behind one, behind an answer that nobody reads."""
    def descriptors():
        return len(os.listdir(f"/proc/{anna.bridge.process.pid}/fd"))
    before = descriptors()
    for i in range(150):
        client = Client(anna.bridge.socket_path)
        client.send_line(json.dumps(request(i, "bridge.describe"))[:None if i % 3 else 20].encode() + (b"\n" if i % 3 else b""))
        if i % 2:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
    assert anna.bridge.call("bridge.hello")
    assert anna.bridge.process.poll() is None
    anna.bridge.until(lambda: descriptors() <= before)


def test_a_key_that_is_no_key_is_not_repeated(world):
    """A refused param is named, never quoted: it may be a secret."""
    with world.bridge.client() as client:
        for params in ({"api_key": [ANNA_KEY]}, {"api_key": ANNA_KEY + "\n"}, {"api_key": ANNA_KEY, ANNA_KEY + "x": 1}):
            client.send_line(json.dumps(request(1, "account.connect_clockify", user=ANNA, **params)))
            answer = client.read()
            assert answer["error"]["data"]["reason"] == "invalid_params"
            assert ANNA_KEY not in json.dumps(answer) or ANNA_KEY + "x" in params
