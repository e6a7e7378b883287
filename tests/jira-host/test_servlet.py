# SPDX-License-Identifier: Apache-2.0
"""The servlets in real containers: what they refuse, what they hand on, and how they bear a bridge that misbehaves."""
import collections
import concurrent.futures
import json
import os
import time

import pytest

GOOD = {"Content-Type": "application/json", "X-Atlassian-Token": "no-check"}
RPC = "/plugins/servlet/clockify/rpc"
ADMIN = "/plugins/servlet/clockify/admin"


def post(host, body="{}", cookie=None, method="POST", path=RPC, **changes):
    headers = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    if cookie:
        headers["Cookie"] = cookie
    headers = {name: value for name, value in headers.items() if value is not None}
    status, received, text = host.request(method, path, body.encode() if isinstance(body, str) else body, headers)
    return status, json.loads(text) if text.startswith("{") else text, received


def reason(answer):
    return answer[0], answer[1]["error"]["data"]["reason"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_only_post(host, bridge, method):
    status, _, headers = post(host, cookie=host.anna, method=method)
    assert status == 405 and bridge.seen == []
    if method != "TRACE":  # some containers refuse it before any servlet
        assert headers["Allow"] == "POST"


@pytest.mark.parametrize("changes, status", [
    ({"Content_Type": None}, 415),
    ({"Content_Type": "text/plain"}, 415),
    ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
    ({"Content_Type": "multipart/form-data; boundary=x"}, 415),
    ({"Content_Type": "text/plain; application/json"}, 415),
    ({"X_Atlassian_Token": None}, 403),
    ({"X_Atlassian_Token": "check"}, 403),
    ({"Sec_Fetch_Site": "cross-site"}, 403),
    ({"Sec_Fetch_Site": "same-site"}, 403),
    ({"Sec_Fetch_Site": "none"}, 403),
])
def test_forgeries_are_refused(host, bridge, changes, status):
    assert reason(post(host, cookie=host.anna, **changes)) == (status, "forbidden")
    assert bridge.seen == []


def test_nobody_is_refused(host, bridge):
    assert reason(post(host)) == (401, "not_signed_in")
    assert bridge.seen == []


def test_size(host, bridge):
    most = '{"a":"' + "x" * (65536 - 8) + '"}'
    assert post(host, most, host.anna)[0] == 200
    assert reason(post(host, most + " ", host.anna)) == (413, "invalid_request")
    assert len(bridge.seen) == 1


def test_size_without_a_length(host, bridge):
    def pieces():
        for _ in range(80):
            yield b"x" * 1024
    headers = {**GOOD, "Cookie": host.anna}
    try:
        status, _, text = host.request("POST", RPC, pieces(), headers)
    except (BrokenPipeError, ConnectionResetError):
        status, text = 413, ""  # refused while it was still being sent
    assert status == 413, text
    assert bridge.seen == []


def test_facts(host, bridge):
    assert post(host, '{"method":"timer.get"}', host.anna)[0] == 200
    assert bridge.seen[0]["method"] == "web.call"
    assert bridge.seen[0]["params"] == {"user": "JIRAUSER10100", "name": "anna", "sysadmin": False, "websudo": False,
                                        "body": '{"method":"timer.get"}'}


def test_facts_of_an_administrator(host, bridge):
    cookie = host.login("root admin", "secret")
    post(host, cookie=cookie)
    assert host.confirm(cookie, "secret")
    post(host, cookie=cookie)
    assert [(call["params"]["name"], call["params"]["sysadmin"], call["params"]["websudo"]) for call in bridge.seen] == [
        ("root admin", True, False), ("root admin", True, True)]


@pytest.mark.parametrize("body", [
    '{},"sysadmin":true,"x":{"a":1}', '"', "\\", '\\"}}\n{"jsonrpc":"2.0"}', "\n\r\t\x01\x7f", "Grüße 🕐 \u2028", "", "null", "[" * 3000,
])
def test_the_body_is_a_string(host, bridge, body):
    status, answer, _ = post(host, body, host.anna)
    assert (status, answer["result"]["body"], answer["result"]["sysadmin"]) == (200, body, False)


def test_a_body_that_is_no_utf_8(host, bridge):
    status, answer, _ = post(host, b'{"a":"\xff\xc3"}', host.anna)
    assert (status, answer["result"]["body"]) == (200, '{"a":"\ufffd\ufffd"}')


def test_headers_of_the_answer(host, bridge):
    _, _, headers = post(host, cookie=host.anna)
    assert headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_an_answer_in_pieces(host, bridge):
    def slow(connection, lines):
        bridge.greet(connection, lines)
        lines.readline()
        for piece in (b'{"jsonrpc":"2.0",', "\"result\":\"ü".encode()[:-1], "ü".encode()[1:] + b"x" * 100000, b'"}', b"\n"):
            connection.sendall(piece)
            time.sleep(0.05)
    bridge.conduct = slow
    assert post(host, cookie=host.anna)[1] == {"jsonrpc": "2.0", "result": "ü" + "x" * 100000}


# The bridge is not there, or not as it should be.

def test_missing(host):
    if os.path.exists(host.socket):
        os.unlink(host.socket)
    assert reason(post(host, cookie=host.anna)) == (503, "bridge_missing")


def test_left_behind(host, bridge):
    bridge.close()
    assert reason(post(host, cookie=host.anna)) == (503, "bridge_missing")
    bridge.listen()
    assert post(host, cookie=host.anna)[0] == 200


@pytest.mark.parametrize("protocols, expected", [([], "bridge_older"), ([0], "bridge_older"), ([2], "bridge_newer"), ([2, 3], "bridge_newer"),
                                                 ([10, 11], "bridge_newer")])
def test_another_protocol(host, bridge, protocols, expected):
    asked = []

    def other(connection, lines):
        bridge.greet(connection, lines, protocols=protocols)
        asked.append(lines.readline())
    bridge.conduct = other
    assert reason(post(host, cookie=host.anna)) == (502, expected)
    end = time.monotonic() + 5
    while not asked and time.monotonic() < end:
        time.sleep(0.01)
    assert asked == [b""]  # nothing that counts was sent


def test_several_protocols(host, bridge):
    def both(connection, lines):
        bridge.greet(connection, lines, protocols=[2, 1])
        lines.readline()
        connection.sendall(b'{"result":{}}\n')
    bridge.conduct = both
    assert post(host, cookie=host.anna)[:2] == (200, {"result": {}})


def test_no_greeting(host, bridge):
    def unknown(connection, lines):
        lines.readline()
        connection.sendall(b'{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"data":{"reason":"method_not_found"}}}\n')
    bridge.conduct = unknown
    assert reason(post(host, cookie=host.anna)) == (502, "bridge_older")


def test_end_of_stream(host, bridge):
    def gone(connection, lines):
        bridge.greet(connection, lines)
        lines.readline()
    bridge.conduct = gone
    assert reason(post(host, cookie=host.anna)) == (502, "bridge_lost")


def test_an_endless_answer(host, bridge):
    def endless(connection, lines):
        bridge.greet(connection, lines)
        for _ in range(200):
            connection.sendall(b"x" * 65536)
    bridge.conduct = endless
    assert reason(post(host, cookie=host.anna)) == (502, "bridge_lost")


@pytest.mark.parametrize("when", ["greeting", "answer", "drop by drop"])
def test_deadline(host, bridge, when):
    def mute(connection, lines):
        if when != "greeting":
            bridge.greet(connection, lines)
        lines.readline()
        for _ in range(40):
            if when == "drop by drop":
                connection.sendall(b"x")
            time.sleep(0.1)
    bridge.conduct = mute
    began = time.monotonic()
    assert reason(post(host, cookie=host.anna)) == (504, "bridge_slow")
    assert 1.4 < time.monotonic() - began < 3


def test_waiting_threads_are_bounded(host, bridge):
    def slow(connection, lines):
        bridge.greet(connection, lines)
        asked = json.loads(lines.readline())
        time.sleep(0.6)
        connection.sendall(json.dumps({"id": asked["id"], "result": {}}).encode() + b"\n")
    bridge.conduct = slow
    with concurrent.futures.ThreadPoolExecutor(60) as pool:
        began = time.monotonic()
        results = collections.Counter(pool.map(lambda _: post(host, cookie=host.anna)[0], range(60)))
    assert results[200] >= 32 and results[503] > 0 and set(results) == {200, 503}, results
    assert time.monotonic() - began < 5
    bridge.conduct = bridge.echo
    assert post(host, cookie=host.anna)[0] == 200  # all of them are free again


def test_no_descriptor_is_left_open(host, bridge):
    def open_files():
        return len(os.listdir(f"/proc/{host.process.pid}/fd"))
    for _ in range(5):
        post(host, cookie=host.anna)
    before = open_files()
    bridge.conduct = lambda connection, lines: None
    for _ in range(40):
        post(host, cookie=host.anna)
    assert open_files() <= before + 3


# The Configure page.

def test_configure_for_nobody(host):
    status, headers, _ = host.request("GET", ADMIN)
    assert status == 302 and "/login.jsp?" in headers["Location"]


def test_configure_for_a_user(host):
    assert host.request("GET", ADMIN, headers={"Cookie": host.anna})[0] == 403


def test_configure_wants_the_password(host):
    cookie = host.login("root admin", "secret")
    status, headers, _ = host.request("GET", ADMIN, headers={"Cookie": cookie})
    assert status == 302 and "WebSudo" in headers["Location"]
    assert host.confirm(cookie, "secret")
    status, headers, page = host.request("GET", ADMIN, headers={"Cookie": cookie})
    assert status == 200 and '<div id="clockify-admin"></div>' in page
    assert "/s/admin/admin.js" in page and "/s/issue/panel.js" not in page


def test_configure_is_read_only(host):
    assert host.request("POST", ADMIN, "x=1", {"Cookie": host.admin, "Content-Type": "application/x-www-form-urlencoded"})[0] == 405
