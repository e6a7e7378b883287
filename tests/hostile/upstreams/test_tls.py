# SPDX-License-Identifier: Apache-2.0
"""Real TLS servers before the bridge: none but the right one, with a certificate that holds, ever hears a key."""
import socket
import ssl

import pytest

from bridge import RpcError
from upstream import Authority, Front, Server, say, tls
from world import ANNA, ANNA_KEY

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")  # old TLS is what is wanted here
OLD = {"tls-1.0": ssl.TLSVersion.TLSv1, "tls-1.1": ssl.TLSVersion.TLSv1_1}


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """Two authorities, of which the bridge trusts `ours`, and what they sign."""
    folder = tmp_path_factory.mktemp("papers")
    ours, other = Authority(folder / "ours"), Authority(folder / "other", "Another authority")
    return {"ca": ours.file, "good": ours.certify("good"), "client": ours.certify("client"),
            "expired": ours.certify("expired", days=-1), "wrong-host": ours.certify("wrong", "DNS:elsewhere.example"),
            "other-authority": other.certify("stranger"), "self-signed": (other.file, other.key)}


def context_of(papers, fault):
    if fault in OLD:
        return tls(papers["good"], lowest=OLD[fault], highest=OLD[fault])
    return tls(papers[fault])


def checks(bridge, url):
    return {check["name"]: check["ok"] for check in bridge.call("server.test", url=url)["checks"]}


FAULTS = ["expired", "wrong-host", "other-authority", "self-signed", "tls-1.0", "tls-1.1"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_key_goes_where_tls_does_not_hold(world_with, papers, fault):
    with Server(lambda connection, heard: say(connection), context_of(papers, fault)) as server:
        url = f"https://localhost:{server.port}"
        world = world_with(clockify={"url": url, "ca_file": str(papers["ca"])})
        assert checks(world.bridge, url) == {"name": True, "connection": True, "tls": False}
        with pytest.raises(RpcError) as refused:
            world.bridge.call("account.connect_clockify", user=ANNA, api_key=ANNA_KEY)
        assert refused.value.reason == "unavailable"
        assert server.connections > 0 and server.heard == []


def test_the_old_protocols_are_offered_here_at_all(papers):
    """What the rows above rest on: this machine's OpenSSL speaks TLS 1.0 and 1.1 where both ends want to."""
    for version in OLD.values():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        context.load_verify_locations(papers["ca"])
        with Server(lambda connection, heard: say(connection), tls(papers["good"], version, version)) as server:
            with socket.create_connection(("127.0.0.1", server.port)) as plain, \
                    context.wrap_socket(plain, server_hostname="localhost") as sealed:
                assert sealed.version() in ("TLSv1", "TLSv1.1")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_private_authority_is_trusted_when_it_is_named(world_with, papers, version):
    world = world_with(clockify={"url": "", "ca_file": str(papers["ca"])})
    with Front(world.sim.clockify, tls(papers["good"], version, version)) as front:
        world.bridge.call("server.set", url=f"https://localhost:{front.port}", by="JIRAUSER10000")
        world.connect()
        assert world.call("entry.add", issue="PZ-1", seconds=60)["entry"]["delivery"] == "done"
        assert {heard.header("X-Api-Key") for heard in front.heard} == {None, ANNA_KEY}  # none at the first tries


def test_without_its_name_a_private_authority_is_not_trusted(world_with, papers):
    world = world_with(clockify={"url": ""})
    with Front(world.sim.clockify, tls(papers["good"])) as front:
        assert checks(world.bridge, f"https://localhost:{front.port}")["tls"] is False
        assert front.heard == []


def test_a_server_that_wants_a_certificate_gets_it(world_with, papers):
    file, key = papers["client"]
    world = world_with(clockify={"url": "", "ca_file": str(papers["ca"]), "client_cert": str(file), "client_key": str(key)})
    with Front(world.sim.clockify, tls(papers["good"], clients=papers["ca"])) as front:
        world.bridge.call("server.set", url=f"https://localhost:{front.port}", by="JIRAUSER10000")
        world.connect()
        assert world.call("entry.add", issue="PZ-1", seconds=60)["entry"]["delivery"] == "done"


def test_a_server_that_wants_a_certificate_hears_nothing_without(world_with, papers):
    world = world_with(clockify={"url": "", "ca_file": str(papers["ca"])})
    with Front(world.sim.clockify, tls(papers["good"], clients=papers["ca"])) as front:
        found = checks(world.bridge, f"https://localhost:{front.port}")
        assert not all(found.values()) and front.heard == []


@pytest.mark.parametrize("fault", ["expired", "other-authority"])
def test_a_click_waits_until_the_certificate_holds_again(world_with, papers, fault):
    world = world_with(rpc={"deadline_s": 1}, clockify={"url": "", "ca_file": str(papers["ca"])})
    with Front(world.sim.clockify, tls(papers["good"])) as front:
        world.bridge.call("server.set", url=f"https://localhost:{front.port}", by="JIRAUSER10000")
        world.connect()
        front.context, heard = tls(papers[fault]), len(front.heard)
        front.drop()
        assert world.call("timer.start", issue="PZ-1")["entry"]["delivery"] == "queued"
        assert len(front.heard) == heard and world.entries() == []
        front.context = tls(papers["good"])
        world.bridge.until(lambda: world.call("timer.get")["running"]["delivery"] == "done", 60)
        assert len(world.entries()) == 1
