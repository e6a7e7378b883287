# SPDX-License-Identifier: Apache-2.0
"""Where the Jira node listens: server.xml with its traps, watched for change, overridden by jira.url."""
import socket
import threading
from urllib.parse import urlsplit

import pytest

from bridge import RpcError
from sim import Simulator
from world import ANNA_TOKEN, SEED

FRAME = """<?xml version="1.0" encoding="utf-8"?>
<Server port="8005" shutdown="SHUTDOWN"><Service name="Catalina">
  {connectors}
  <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps">
    <Context path="{context}" docBase="${{catalina.home}}/atlassian-jira" suspendWrappedResponseAfterForward="false"/>
  </Host></Engine>
</Service></Server>
"""
PLAIN = '<Connector port="{port}" protocol="HTTP/1.1" bindOnInit="false"/>'


@pytest.fixture
def node(world_with, directory, sim):
    """node(connectors) starts a bridge beside a server.xml with these; {port} stands for the simulator's."""
    conf = directory / "jira" / "conf"
    conf.mkdir(parents=True)

    def write(connectors, context="/jira"):
        port = urlsplit(sim.jira).port
        (conf / "server.xml").write_text(FRAME.format(connectors=connectors.format(port=port), context=context))

    def make(connectors, context="/jira", **settings):
        write(connectors, context)
        return world_with(jira={"url": ""}, **settings)

    make.write, make.file = write, conf / "server.xml"
    return make


def connected(world):
    return world.call("account.connect_jira", token=ANNA_TOKEN)["jira"]["name"] == "anna"


@pytest.mark.parametrize("connectors", [
    PLAIN,
    '<!-- <Connector port="1" protocol="HTTP/1.1"/> -->' + PLAIN,
    '<Connector port="{port}" scheme="https" secure="true" proxyName="jira.example.com" proxyPort="443"/>',
    '<Connector port="{port}" proxyName="" proxyPort=""/>',
    '<Connector port="1" protocol="AJP/1.3"/>' + PLAIN,
    '<Connector port="1" protocol="org.apache.coyote.ajp.AjpNioProtocol"/>' + PLAIN,
    '<Connector port="8443" SSLEnabled="true" scheme="https" secure="true"/>' + PLAIN,
    '<Connector port="{port}" address="127.0.0.1"/>',
    PLAIN + '<Connector port="1" protocol="HTTP/1.1"/>',
], ids=["plain", "comment", "proxied", "empty-proxy", "ajp", "ajp-class", "tls", "address", "second"])
def test_server_xml(node, connectors):
    assert connected(node(connectors))


@pytest.mark.parametrize("connectors", [
    '<Connector port="${{port.http}}"/>', '<Connector port="8443" SSLEnabled="true"/>', '<Connector port="0"/>', ''],
    ids=["property", "only-tls", "zero", "none"])
def test_a_server_xml_that_tells_nothing(node, connectors):
    world = node(connectors)
    with pytest.raises(RpcError) as error:
        connected(world)
    assert error.value.reason == "unavailable" and "jira.url" in error.value.message
    assert world.bridge.call("bridge.status")["jira"]["ok"] is False


def test_entities_are_not_resolved(node, directory):
    world = node(PLAIN)
    node.file.write_text('<?xml version="1.0"?><!DOCTYPE Server [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                         '<Server><Service><Connector port="&x;"/></Service></Server>')
    world.bridge.restart()
    with pytest.raises(RpcError):
        connected(world)
    assert "root:" not in world.bridge.log()


def test_it_is_read_again_when_it_changes(node):
    world = node('<Connector port="1"/>')
    with pytest.raises(RpcError):
        connected(world)
    node.write(PLAIN)
    world.bridge.until(lambda: str(urlsplit(world.sim.jira).port) in (world.bridge.call("bridge.status")["jira"]["url"] or ""))
    assert connected(world)


def test_the_configuration_counts_more(world):
    assert connected(world)
    assert world.bridge.call("bridge.status")["jira"]["url"] == world.sim.jira


def test_no_proxy_of_the_environment(world_with, sim, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    world = world_with()
    world.connect()


def test_no_redirect_is_followed_and_no_cookie_kept(anna):
    anna.sim.fault(service="jira", method="GET", route="/issue/", kind="redirect", to=anna.sim.jira + "/rest/api/2/myself", times=1)
    anna.call("entry.add", issue="PZ-1", seconds=60, details={"summary": "x"})
    assert not any("cookie" in {name.lower() for name in request["headers"]} for request in anna.sim.requests())


class Forward:
    """Listens on [::1] and passes everything on to a port of 127.0.0.1: a Jira that is there over IPv6 alone."""

    def __init__(self, port):
        self.listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.port, self.target, self.accepted = self.listener.getsockname()[1], port, 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            far = socket.create_connection(("127.0.0.1", self.target))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(source, target), daemon=True).start()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@pytest.fixture
def ipv6(sim):
    try:
        forward = Forward(urlsplit(sim.jira).port)
    except OSError:
        pytest.skip("this machine has no ::1")
    yield forward
    forward.listener.close()


@pytest.mark.parametrize("address", ["", 'address="::1"', 'address="::"'], ids=["all", "ipv6", "any"])
def test_ipv6(node, ipv6, address):
    world = node(f'<Connector port="{ipv6.port}" {address}/>')
    if 'address="::1"' not in address:  # 127.0.0.1 is tried first, and refuses
        with pytest.raises(RpcError) as error:
            connected(world)
        assert error.value.reason == "unavailable"
    world.bridge.until(lambda: "[::1]" in (world.bridge.call("bridge.status")["jira"]["url"] or ""))
    world.bridge.until(lambda: try_connected(world))
    assert ipv6.accepted > 0


def try_connected(world):
    try:
        return connected(world)
    except RpcError:
        return False


@pytest.mark.parametrize("path", ["/jira", "/jira/", "jira"])
def test_context_paths(node, sim, path):
    world = node(PLAIN, context=path)
    assert connected(world)
    assert world.bridge.call("bridge.status")["jira"]["url"] == sim.jira


@pytest.mark.parametrize("path", ["", "/", "ROOT"])
def test_a_jira_at_the_root(node, path):
    with Simulator("--jira-context", "") as rootless:
        rootless.seed(SEED)
        world = node(f'<Connector port="{urlsplit(rootless.jira).port}"/>', context=path)
        assert connected(world)


def test_a_file_that_is_half_written_loses_nothing_and_one_put_in_its_place_counts(node):
    world = node(PLAIN)
    assert connected(world)
    node.file.write_text("<Server><Service")
    world.bridge.until(lambda: "no valid XML" in world.bridge.log())
    assert connected(world)
    other = node.file.with_suffix(".new")
    other.write_text(FRAME.format(connectors='<Connector port="1"/>', context="/jira"))
    other.rename(node.file)
    world.bridge.until(lambda: "127.0.0.1:1/jira" in (world.bridge.call("bridge.status")["jira"]["url"] or ""))


def test_a_redirect_leads_nowhere(anna):
    anna.sim.fault(service="jira", method="GET", route="/issue/", kind="redirect", to=anna.sim.jira + "/rest/api/2/serverInfo")
    entry = anna.call("entry.add", issue="PZ-1", seconds=60, details={"summary": "From the page"})["entry"]
    assert entry["description"] == "PZ-1 From the page"
    assert not any(request["path"].endswith("/serverInfo") for request in anna.sim.requests())
