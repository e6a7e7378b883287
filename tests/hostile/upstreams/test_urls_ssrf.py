# SPDX-License-Identifier: Apache-2.0
"""Addresses that say one thing and mean another: refused as they are typed, where a server names them, where the
configuration holds them; and names that a name server sends where nobody's Clockify is."""
import subprocess

import pytest

from bridge import RpcError
from upstream import Authority, Front, Server, say, tls
from world import ANNA, ANNA_KEY

CONFIG = 78

ODD = [
    # who is asked, said twice
    "https://user:word@time.example.com", "https://user@time.example.com", "https://@time.example.com",
    "https://time.example.com@127.0.0.1", "https://time.example.com%40127.0.0.1", "https://time.example.com:443@127.0.0.1:80",
    "https://a:b@[::1]/", "https://time.example.com\\@127.0.0.1", "https://time.example.com\\.evil.example",
    "https:\\\\time.example.com", "https://time.example.com/\\evil.example", "https:///time.example.com", "https:time.example.com",
    "https:/time.example.com", "https://", "https://?time.example.com", "https://#time.example.com", "//time.example.com",
    # this machine and its like, written otherwise
    "https://0x7f.1", "https://0x7f000001", "https://0X7F.0.0.1", "https://0177.0.0.1", "https://017700000001", "https://2130706433",
    "https://127.1", "https://127.0.1", "https://127.0.0.01", "https://127.0.0.1.", "https://1.2.3.4.5", "https://256.0.0.1",
    "https://0.0.0.0", "https://0", "https://0.0.0.1", "https://[::]", "https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]", "https://[::ffff:169.254.169.254]", "https://[64:ff9b::7f00:1]", "https://[64:ff9b::a9fe:a9fe]",
    "https://[2002:7f00:1::]", "https://[::1%25lo]", "https://[::1%lo]", "https://[::1", "https://::1", "https://[]",
    "https://[0:0:0:0:0:0:0:1]x", "https://[127.0.0.1]", "https://[v1.x]",
    # clouds' metadata, link-local, multicast, broadcast, reserved
    "http://169.254.169.254/latest/meta-data", "https://169.254.169.254", "https://169.254.0.1", "https://[fe80::1]",
    "https://[fd00:ec2::254]", "https://100.100.100.200", "https://192.0.0.192", "https://168.63.129.16", "https://224.0.0.1",
    "https://239.255.255.250", "https://[ff02::1]", "https://255.255.255.255", "https://240.0.0.1", "https://[fec0::1]",
    # other schemes
    "http://time.example.com", "http://10.0.0.1", "http://[2001:db8::1]", "ftp://time.example.com", "file:///etc/passwd",
    "file://localhost/etc/passwd", "gopher://127.0.0.1:25/_HELO", "dict://127.0.0.1:11211/stat", "ldap://127.0.0.1", "scp://a",
    "javascript:alert(1)", "data:text/plain,x", "jar:https://a!/b", "unix:///run/x.sock", "https+unix://run", "httpss://a",
    # names, dots and letters
    "https://time.example.com.", "https://.example.com", "https://time..example.com", "https://-a.example", "https://a-.example",
    "https://a_b.example", "https://time.example.com。evil", "https://127。0。0。1", "https://１２７.0.0.1", "https://ⓛocalhost",
    "https://tíme.example.com", "https://time%2eexample.com", "https://%6c%6fcalhost", "https://*.example.com", "https://" + "a" * 64,
    "https://" + "a." * 130 + "example", "https://time.example.com,evil.example", "https://time.example.com;x", "https://a b",
    # ports
    "https://time.example.com:0", "https://time.example.com:65536", "https://time.example.com:99999", "https://time.example.com:-1",
    "https://time.example.com:", "https://time.example.com:0443", "https://time.example.com:0x1bb", "https://time.example.com:443:443",
    "https://time.example.com:４４３", "https://app.clockify.me:8443",
    # lines, queries, paths
    "https://time.example.com/\r\nX-Api-Key: x", "https://time.example.com\r\n", "https://time.example.com\n", "https://time\t.example",
    "https://time.example.com/?url=http://127.0.0.1", "https://time.example.com#@evil.example", "https://time.example.com/../x",
    "https://time.example.com/./x", "https://time.example.com/%2e%2e/x", "https://time.example.com//evil.example",
    "https://time.example.com/a;b", "https://time.example.com/a%00b", "https://time.example.com/" + "a" * 500, "", " ", "time.example.com",
]


def test_the_table_is_long_enough():
    assert len(set(ODD)) == len(ODD) >= 60


def test_no_odd_address_is_taken_or_even_tried(world):
    """Each by all three calls that take one; the admin's force overrules checks, not this."""
    with world.bridge.client() as client:
        for url in ODD:
            for method, params in (("server.test", {}), ("server.set", {"by": "JIRAUSER10000"}),
                                   ("server.set", {"by": "JIRAUSER10000", "force": True})):
                with pytest.raises(RpcError) as refused:
                    client.call(method, url=url, **params)
                assert (refused.value.reason, refused.value.data.get("param")) == ("invalid_params", "url"), (method, url)
    assert world.bridge.call("server.get")["url"] == world.sim.clockify


def test_no_odd_address_is_taken_from_the_configuration(world):
    bridge = world.bridge
    for url in ODD:
        if not url.strip():
            continue  # none at all is a configuration without a server
        bridge.settings["clockify"]["url"] = url
        bridge.write_config()
        checked = subprocess.run([bridge.program, "--config", str(bridge.config_path), "--check-config"], capture_output=True,
                                 text=True, timeout=60, check=False)
        assert checked.returncode == CONFIG and "clockify" in checked.stderr + checked.stdout, (url, checked)


@pytest.mark.parametrize("where", ["https://169.254.169.254/api", "http://0.0.0.0:1/api", "https://user:word@localhost/api",
                                   "//evil.example/api", "file:///etc", "/api\r\nX: y", "/../api",
                                   "\\\\evil.example", "/api?x=", "/api#x", "@evil.example/api", ":1@evil.example", ".evil.example"])
def test_no_odd_address_is_taken_from_a_server(world, where):
    """What the server says of where its API is. (One of its own may name another host, over https: it would get the keys anyway,
    and the admin is shown where they go.)"""
    world.sim.options("clockify", boot={"selfHosted": True, "endpoint": where})
    answer = world.bridge.call("server.test", url=world.sim.clockify)
    assert answer["api_url"] == world.sim.clockify + "/api/v1", answer


# ---- names that mean such an address: refused when the connection is to be opened

@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("papers") / "ours")
    return {"ca": authority.file, "good": authority.certify("good", "DNS:time.example")}


@pytest.fixture
def named(world_with, papers, tmp_path):
    """A bridge to which the name time.example means what named(address) says, by /etc/hosts in a mount namespace of its own."""
    hosts, program = tmp_path / "hosts", tmp_path / "bridged"
    world = world_with(rpc={"deadline_s": 1}, clockify={"url": "", "ca_file": str(papers["ca"])})
    bridge = world.bridge
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if tried.returncode != 0:
        pytest.skip("no mount namespace here: " + tried.stderr.decode())
    program.write_text(f"#!/bin/sh\nmount --bind {hosts} /etc/hosts && exec {bridge.program} \"$@\"\n", encoding="utf-8")
    program.chmod(0o755)
    wrapper = tmp_path / "own-hosts"
    wrapper.write_text(f"#!/bin/sh\nexec unshare --mount --propagation private {program} \"$@\"\n", encoding="utf-8")
    wrapper.chmod(0o755)
    bridge.program = str(wrapper)

    def means(address):
        bridge.stop()
        hosts.write_text(f"127.0.0.1 localhost\n{address} time.example\n", encoding="ascii")
        bridge.start()
        return world
    return means


# Linux connects 0.0.0.0 and :: to this machine, and mapped addresses over IPv4: a server does listen there.
@pytest.mark.parametrize("address", ["0.0.0.0", "::ffff:127.0.0.1", "169.254.169.254", "fd00:ec2::254", "224.0.0.1", "fe80::1"])
def test_a_name_that_means_nobodys_server_is_refused(named, papers, address):
    with Server(lambda connection, heard: say(connection), tls(papers["good"])) as server:
        world = named(address)
        url = f"https://time.example:{server.port}"
        checks = {check["name"]: check["ok"] for check in world.bridge.call("server.test", url=url)["checks"]}
        assert checks.get("connection") is not True, checks
        world.bridge.call("server.set", url=url, by="JIRAUSER10000", force=True)
        with pytest.raises(RpcError) as refused:
            world.bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        assert refused.value.reason == "unavailable" and server.connections == 0


def test_a_name_that_comes_to_mean_another_address(named, papers, sim):
    """As after an attack on the name server: the click waits, and goes out once the name is itself again."""
    with Front(sim.clockify, tls(papers["good"])) as front:
        world = named("127.0.0.1")
        world.bridge.call("server.set", url=f"https://time.example:{front.port}", by="JIRAUSER10000")
        world.connect()
        named("0.0.0.0")
        connections = front.connections
        assert world.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "queued"
        assert front.connections == connections and world.entries() == []
        named("127.0.0.1")
        world.bridge.until(lambda: world.call("timer.get")["running"]["delivery"] == "done", 60)
        assert len(world.entries()) == 1
