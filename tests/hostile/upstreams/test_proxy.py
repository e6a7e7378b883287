# SPDX-License-Identifier: Apache-2.0
"""A proxy on the way, Debian's tinyproxy: it is told the host and its own password, and never sees a key or token."""
import os
import shutil
import socket
import subprocess
import time

import pytest

from bridge import RpcError
from upstream import PATIENCE, Authority, Front, Relay, Server, highest_memory, tls
from world import ANNA, ANNA_KEY, ANNA_TOKEN

WORD = "ProxyPassword7Q"


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("papers") / "ours")
    return {"ca": authority.file, "good": authority.certify("good")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_tinyproxy(folder, log):
    """Its port is chosen beforehand, since it does not tell one; another may have taken it meanwhile: then it ends."""
    port = free_port()
    config = folder / "tinyproxy.conf"
    config.write_text(f'Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Connect\nAllow 127.0.0.1\n'
                      f'BasicAuth bridge {WORD}\n', encoding="ascii")
    process = subprocess.Popen(["tinyproxy", "-d", "-c", str(config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
            return process, port
        except ConnectionRefusedError:
            time.sleep(0.02)
    process.kill()
    process.wait()
    return None, 0


@pytest.fixture
def proxy(tmp_path):
    """A relay that keeps what the proxy behind it is told."""
    if not shutil.which("tinyproxy"):
        pytest.skip("tinyproxy is not installed (on RHEL it is in EPEL)")
    with open(tmp_path / "tinyproxy.log", "wb") as log:
        for _ in range(10):
            process, port = start_tinyproxy(tmp_path, log)
            if process:
                break
        assert process, (tmp_path / "tinyproxy.log").read_text()
        with Relay(port) as relay:
            yield relay
        process.terminate()
        process.wait(PATIENCE)


def told(relay):
    return b"".join(bytes(kept) for kept in relay.bytes)


def behind(world_with, papers, relay, word=WORD):
    return world_with(rpc={"deadline_s": 1}, clockify={
        "url": "", "ca_file": str(papers["ca"]), "proxy": f"http://bridge:{word}@127.0.0.1:{relay.port}"})


def test_the_proxy_hears_connect_and_no_key(world_with, papers, proxy):
    world = behind(world_with, papers, proxy)
    with Front(world.sim.clockify, tls(papers["good"])) as front:
        world.bridge.call("server.set", url=f"https://localhost:{front.port}", by="JIRAUSER10000")
        world.connect()
        assert world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")["entry"]["delivery"] == "done"
        assert {heard.header("Proxy-Authorization") for heard in front.heard} == {None}
    assert proxy.bytes
    for kept in proxy.bytes:
        assert kept.startswith(b"CONNECT localhost:"), kept[:80]
        assert b"Proxy-Authorization: Basic " in kept
    assert ANNA_KEY.encode() not in told(proxy) and ANNA_TOKEN.encode() not in told(proxy)
    assert b"x-api-key" not in told(proxy).lower()


def test_a_proxy_that_refuses_hears_no_key_and_its_password_is_not_shown(world_with, papers, proxy):
    world = behind(world_with, papers, proxy, word="WrongPassword8R")
    with Front(world.sim.clockify, tls(papers["good"])) as front:
        url = f"https://localhost:{front.port}"
        answer = world.bridge.call("server.test", url=url)
        assert not all(check["ok"] for check in answer["checks"])
        world.bridge.call("server.set", url=url, by="JIRAUSER10000", force=True)
        with pytest.raises(RpcError) as refused:
            world.bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        assert refused.value.reason == "unavailable" and front.heard == []
        shown = f"{answer} {refused.value} {refused.value.data} {world.bridge.call('bridge.status')} {world.bridge.log()}"
    assert "WrongPassword8R" not in shown
    assert ANNA_KEY.encode() not in told(proxy)


def test_plain_http_on_this_machine_goes_past_the_proxy(world_with, papers, proxy):
    world = behind(world_with, papers, proxy)
    world.bridge.call("server.set", url=world.sim.clockify, by="JIRAUSER10000")
    world.connect()
    assert world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")["entry"]["delivery"] == "done"
    assert proxy.connections == 0


@pytest.mark.parametrize("setting", ["environment", ""])
def test_the_environment_counts_only_when_it_is_named(sim, world_with, papers, proxy, setting):
    world = world_with(clockify={"url": "", "ca_file": str(papers["ca"]), "proxy": setting})
    address = f"http://bridge:{WORD}@127.0.0.1:{proxy.port}"
    world.bridge.stop()
    world.bridge.start(env={"https_proxy": address, "http_proxy": address, "all_proxy": address, "no_proxy": ""})
    with Front(sim.clockify, tls(papers["good"])) as front:
        world.bridge.call("server.set", url=f"https://localhost:{front.port}", by="JIRAUSER10000")
        world.connect()
    assert (proxy.connections > 0) is (setting == "environment")
    assert ANNA_KEY.encode() not in told(proxy) and ANNA_TOKEN.encode() not in told(proxy)


def flood_of_headers(connection):
    connection.sendall(b"HTTP/1.1 200 Fine\r\n")
    while True:
        connection.sendall(b"X-More: " + b"y" * 1000 + b"\r\n")


def flood_of_body(connection):
    connection.sendall(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 10737418240\r\n\r\n")
    while True:
        connection.sendall(b"z" * 65536)


def elsewhere(connection):
    connection.sendall(b"HTTP/1.1 302 There\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n")


def garbage_behind_connect(connection):
    connection.sendall(b"HTTP/1.1 200 Fine\r\n\r\n" + os.urandom(4096))


@pytest.mark.parametrize("behave", [flood_of_headers, flood_of_body, elsewhere, garbage_behind_connect],
                         ids=lambda behave: behave.__name__)
def test_a_hostile_proxy_gets_no_key_and_no_memory(world_with, papers, behave):
    with Server(lambda connection, heard: behave(connection)) as server:
        world = behind(world_with, papers, server)
        before = highest_memory(world.bridge)
        world.bridge.call("server.set", url="https://time.example.com", by="JIRAUSER10000", force=True)
        with pytest.raises(RpcError) as refused:
            world.bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        assert refused.value.reason == "unavailable"
        assert server.heard and {heard.method for heard in server.heard} == {"CONNECT"}
        assert not any(heard.header("X-Api-Key") for heard in server.heard)
        assert highest_memory(world.bridge) - before < 32 * 1024
