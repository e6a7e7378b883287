# SPDX-License-Identifier: Apache-2.0
"""Which Clockify: every form of address that an admin pastes, the checks, discovery, and whose keys go where."""
import socket

import pytest

from bridge import RpcError
from world import ANNA_KEY


@pytest.fixture
def away(world_with):
    """A bridge that reaches no server at all: its proxy refuses connections, so that no test asks for a name outside."""
    return world_with(clockify={"proxy": "http://127.0.0.1:1"})


def get_after(world, **params):
    world.bridge.call("server.set", by="JIRAUSER10000", force=True, **params)
    return world.bridge.call("server.get")


@pytest.mark.parametrize("url, kind, region, api_url, key_host", [
    ("https://api.clockify.me/api/v1", "cloud", None, "https://api.clockify.me/api/v1", "https://app.clockify.me"),
    ("https://app.clockify.me/", "cloud", None, "https://api.clockify.me/api/v1", "https://app.clockify.me"),
    ("https://jira.euc1.clockify.me", "region", "euc1", "https://euc1.clockify.me/api/v1", "https://euc1.clockify.me"),
    ("https://euc1.clockify.me/", "region", "euc1", "https://euc1.clockify.me/api/v1", "https://euc1.clockify.me"),
    ("https://jira.use2.clockify.me/", "region", "use2", "https://use2.clockify.me/api/v1", "https://use2.clockify.me"),
    ("https://acme.clockify.me", "subdomain", None, "https://acme.clockify.me/api/v1", "https://acme.clockify.me"),
    ("https://time.example.com", "self_hosted", None, "https://time.example.com/api/v1", "https://time.example.com"),
    ("https://time.example.com/clockify/api/", "self_hosted", None, "https://time.example.com/clockify/api/v1",
     "https://time.example.com"),
])
def test_forms_of_address(away, url, kind, region, api_url, key_host):
    server = get_after(away, url=url)
    assert (server["kind"], server["region"], server["api_url"]) == (kind, region, api_url)
    assert server["key_url"].startswith(key_host)


@pytest.mark.parametrize("region, name", [
    ("us", "use2"), ("eu", "euc1"), ("uk", "euw2"), ("au", "apse2"), ("euw2", "euw2"), ("apse2", "apse2")])
def test_regions(away, region, name):
    assert get_after(away, region=region)["api_url"] == f"https://{name}.clockify.me/api/v1"


@pytest.mark.parametrize("params, param", [
    ({"url": "http://time.example.com"}, "url"), ({"url": "https://user:word@time.example.com"}, "url"),
    ({"url": "ftp://time.example.com"}, "url"), ({"url": "file:///etc/passwd"}, "url"), ({"url": "time.example.com"}, "url"),
    ({"url": "https://time.example.com?x=1"}, "url"), ({"url": "https://time.example.com#x"}, "url"),
    ({"url": "https://0x7f.1"}, "url"), ({"region": "mars"}, "region"), ({}, "url"),
    ({"url": "https://euc1.clockify.me", "region": "eu"}, "region")])
def test_refused_addresses(world, params, param):
    with pytest.raises(RpcError) as error:
        world.bridge.call("server.set", by="JIRAUSER10000", force=True, **params)
    assert (error.value.reason, error.value.data["param"]) == ("invalid_params", param)
    assert world.bridge.call("server.get")["url"] == world.sim.clockify


def checks(world, url):
    return {check["name"]: check["ok"] for check in world.bridge.call("server.test", url=url)["checks"]}


def test_a_server_that_is_one(world):
    answer = world.bridge.call("server.test", url=world.sim.clockify + "/")
    assert all(check["ok"] for check in answer["checks"]), answer
    assert [check["name"] for check in answer["checks"]] == ["name", "connection", "tls", "api", "version"]
    assert answer["kind"] == "self_hosted" and answer["api_url"] == world.sim.clockify + "/api/v1"


def test_a_name_that_is_not_known(world):
    assert checks(world, "https://no-such-host.invalid") == {"name": False}


def test_a_port_that_refuses(world):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    assert checks(world, url) == {"name": True, "connection": False}


def test_a_server_without_tls_behind_https(world):
    assert checks(world, world.sim.clockify.replace("http:", "https:")) == {"name": True, "connection": True, "tls": False}


def test_a_server_that_is_no_clockify(world):
    assert checks(world, world.sim.jira.rsplit("/", 1)[0])["api"] is False


def test_set_is_refused_when_a_check_fails_unless_forced(world):
    url = world.sim.jira.rsplit("/", 1)[0]
    with pytest.raises(RpcError) as error:
        world.bridge.call("server.set", by="JIRAUSER10000", url=url)
    assert error.value.reason == "unavailable"
    assert world.bridge.call("server.get")["url"] == world.sim.clockify
    world.bridge.call("server.set", by="JIRAUSER10000", url=url, force=True)
    assert world.bridge.call("server.get")["url"] == url


def test_what_was_set_stands_over_the_configuration(away):
    get_after(away, region="eu")
    away.bridge.restart()
    assert away.bridge.call("server.get")["region"] == "euc1"


def test_without_an_address_nothing_can_be_asked(world_with):
    world = world_with(clockify={"url": ""})
    for method in ("server.get", "timer.start", "tag.list", "account.connect_clockify"):
        params = {"server.get": {}, "timer.start": {"issue": "PZ-1", "details": {"summary": "x"}},
                  "account.connect_clockify": {"api_key": ANNA_KEY}}.get(method, {})
        with pytest.raises(RpcError) as error:
            (world.bridge.call if method == "server.get" else world.call)(method, **params)
        assert error.value.reason == "not_configured"


def test_a_key_is_sent_to_no_other_server_than_its_own(anna):
    other = "http://127.0.0.1:" + anna.sim.clockify.rsplit(":", 1)[1].rstrip("/")
    assert other == anna.sim.clockify
    anna.bridge.call("server.set", by="JIRAUSER10000", url=other.replace("127.0.0.1", "localhost"), force=True)
    anna.sim.clear_counts()
    seen = max((request["n"] for request in anna.sim.requests()), default=0)
    with pytest.raises(RpcError) as error:
        anna.call("timer.start", issue="PZ-1")
    assert error.value.reason == "clockify_key_required" and error.value.data["key_url"]
    assert anna.call("account.get")["clockify"] is None
    assert not any("x-api-key" in {name.lower() for name in request["headers"]} for request in anna.sim.requests(seen))
    anna.bridge.call("server.set", by="JIRAUSER10000", url=other, force=True)
    assert anna.call("account.get")["clockify"]["name"] == "Anna"


@pytest.mark.parametrize("url, name", [
    ("https://jira.euw2.clockify.me", "euw2"), ("https://apse2.clockify.me", "apse2"), ("https://use2.clockify.me/api/v1", "use2")])
def test_addresses_of_regions(away, url, name):
    server = get_after(away, url=url)
    assert (server["kind"], server["region"]) == ("region", name)
    assert server["api_url"] == f"https://{name}.clockify.me/api/v1"
    assert server["key_url"] == f"https://{name}.clockify.me/user/preferences#advanced"


@pytest.mark.parametrize("url, api_url", [
    ("https://time.example.com/", "https://time.example.com/api/v1"),
    ("https://TIME.example.com:8443/clockify", "https://time.example.com:8443/clockify/api/v1"),
    ("https://time.example.com/clockify/api/v1/", "https://time.example.com/clockify/api/v1")])
def test_addresses_of_ones_own_server(away, url, api_url):
    server = get_after(away, url=url)
    assert (server["kind"], server["api_url"]) == ("self_hosted", api_url)
    assert server["key_url"] == api_url.removesuffix("/api/v1") + "/user/preferences#advanced"


@pytest.mark.parametrize("boot, api", [
    ({"selfHosted": True, "endpoint": "/api"}, "{sim}/api/v1"),
    ({"selfHosted": True}, "{sim}/api/v1"),
    ({"selfHosted": True, "endpoint": "/time/api/"}, "{sim}/time/api/v1"),
    ({"selfHosted": True, "endpoint": "{sim}/api"}, "{sim}/api/v1"),
    ({"selfHosted": False, "endpoint": "https://elsewhere.example/api"}, "{sim}/api/v1"),
    ({"selfHosted": True, "endpoint": "http://elsewhere.example/api"}, "{sim}/api/v1"),
    (None, "{sim}/api/v1"),
], ids=["path", "absent", "other-path", "absolute", "not-trusted", "plain-http", "no-boot"])
def test_discovery(world, boot, api):
    if boot and "endpoint" in boot:
        boot = {**boot, "endpoint": boot["endpoint"].replace("{sim}", world.sim.clockify)}
    world.sim.options("clockify", boot=None)
    world.sim.options("clockify", boot=boot)
    answer = world.bridge.call("server.test", url=world.sim.clockify)
    assert answer["api_url"] == api.replace("{sim}", world.sim.clockify)
    assert {check["name"]: check["ok"] for check in answer["checks"]}["api"] is ("/time/" not in api)
    assert not any("x-api-key" in {name.lower() for name in request["headers"]} for request in world.sim.requests())


def test_what_was_found_is_what_is_used(world_with):
    world = world_with(clockify={"url": ""})
    world.sim.options("clockify", boot={"selfHosted": True, "endpoint": "/api/v1"})
    server = world.bridge.call("server.set", url=world.sim.clockify, by="JIRAUSER10000")
    assert server["api_url"] == world.sim.clockify + "/api/v1"
    world.connect()
    assert world.call("entry.add", issue="PZ-1", seconds=60)["entry"]["delivery"] == "done"
