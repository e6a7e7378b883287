# SPDX-License-Identifier: Apache-2.0
"""web.call: what a page may ask for, and that it can speak for nobody but the one who is signed in."""
import json

import pytest

from bridge import PLUGIN_USER, RpcError
from world import ANNA, ANNA_KEY, BEN

ADMIN = {"sysadmin": True, "websudo": True}
NEVER = ["bridge.hello", "bridge.describe", "bridge.metrics", "bridge.pause", "bridge.resume", "bridge.reload", "secret.rotate", "audit.list",
         "audit.verify", "store.backup",
         "worklog.abandon", "web.call"]
PAGES = ["account.get", "account.connect_clockify", "account.connect_jira", "account.disconnect", "account.set_workspace",
         "server.get", "workspace.list", "project.list", "task.list", "tag.list", "timer.get", "timer.start", "timer.stop",
         "timer.edit", "timer.discard", "entry.preview", "entry.add", "entry.list", "entry.retry", "worklog.list", "worklog.retry"]
ADMINS = ["server.set", "server.test", "bridge.status", "worklog.list_all", "worklog.retry_all"]


@pytest.fixture
def page(anna):
    """page(method, params, user=..., ...) asks as a page does; `body` instead of both is sent as it is."""
    with anna.bridge.client(PLUGIN_USER) as plugin:
        def call(method=None, params=None, body=None, user=ANNA, **claims):
            if body is None:
                body = json.dumps({"method": method, **({} if params is None else {"params": params})})
            return plugin.call("web.call", user=user, body=body, **claims)
        call.world = anna
        yield call


def refusal(page, *arguments, **options):
    with pytest.raises(RpcError) as error:
        page(*arguments, **options)
    return error.value


def examples(world):
    """Each method's example, without what a page may not say."""
    return {method["name"]: {name: value for name, value in json.loads(method["example"]).items() if name not in ("user", "by")}
            for method in world.bridge.call("bridge.describe")["methods"]}


@pytest.mark.parametrize("method", NEVER)
def test_what_no_page_may_call(page, method):
    assert refusal(page, method, examples(page.world)[method], **ADMIN).reason == "forbidden"


@pytest.mark.parametrize("method", PAGES)
def test_what_every_page_may_call(page, method):
    """The example may fail, but not for want of a right or of a param."""
    try:
        page(method, examples(page.world)[method])
    except RpcError as error:
        allowed = ("invalid_params",) if method in ("worklog.retry", "entry.retry") else ()
        assert error.reason not in ("forbidden", "method_not_found", "internal", "invalid_params") or error.reason in allowed, error


@pytest.mark.parametrize("claims", [{}, {"sysadmin": True}, {"websudo": True}, {"sysadmin": True, "websudo": False},
                                    {"sysadmin": False, "websudo": True}])
def test_what_takes_an_administrator_with_a_confirmed_session(page, claims):
    url = page.world.sim.clockify
    for method in ADMINS:
        params = {"url": url} if method.startswith("server.") else {}
        assert refusal(page, method, params, **claims).reason == "forbidden", method
        assert page(method, params, name="root", **ADMIN), method


def test_each_method_is_for_all_pages_or_some_or_none(page):
    methods = [method["name"] for method in page.world.bridge.call("bridge.describe")["methods"]]
    assert sorted(methods) == sorted(NEVER + PAGES + ADMINS)


def test_who_set_the_server_is_who_is_signed_in(page):
    page("server.set", {"url": page.world.sim.clockify}, user=BEN, **ADMIN)
    assert f"by {BEN}" in page.world.bridge.log()


@pytest.mark.parametrize("claim, value", [("user", BEN), ("user", ANNA), ("user", None), ("by", BEN), ("all", True)])
def test_a_page_names_nobody(page, claim, value):
    """Not even the one who is signed in: what it says of that is never looked at."""
    for method, params in examples(page.world).items():
        if method in PAGES + ADMINS:
            error = refusal(page, method, {**params, claim: value}, **ADMIN)
            assert (error.reason, error.data["param"]) == ("invalid_params", claim), method


def test_a_name_given_twice_is_refused(page):
    for body in ('{"method":"timer.get","params":{},"params":{"user":"%s"}}' % BEN,
                 '{"method":"timer.get","method":"bridge.pause"}'):
        assert refusal(page, body=body).reason in ("parse_error", "invalid_request")


@pytest.mark.parametrize("body, reason", [
    ("", "parse_error"), ("nonsense", "parse_error"), ("[]", "invalid_request"), ('"timer.get"', "invalid_request"),
    ('{"method":5}', "invalid_request"), ("{}", "invalid_request"), ('{"method":"no.such"}', "method_not_found"),
    ('{"method":"timer.get","user":"x"}', "invalid_request"), ('{"method":"timer.get","params":[]}', "invalid_params"),
    ('{"method":"timer.get","params":null}', "invalid_params"), ('[{"method":"timer.get"}]', "invalid_request"),
    ('{"method":"timer.get","params":{"x":' + "[" * 40 + "]" * 40 + "}}", "invalid_request"),
    ('{"method":"web.call","params":{"body":"{}"}}', "forbidden")])
def test_bodies_that_make_no_sense(page, body, reason):
    assert refusal(page, body=body).reason == reason


def test_a_body_may_look_like_json_rpc(page):
    assert page(body='{"jsonrpc":"2.0","id":7,"method":"timer.get","params":{}}')["running"] is None
    assert page("timer.get")["running"] is None


def test_results_and_errors_are_those_of_the_method(page):
    entry = page("timer.start", {"issue": "PZ-1"})["entry"]
    assert page.world.call("timer.get")["running"]["id"] == entry["id"]
    assert page("timer.stop")["entry"]["id"] == entry["id"]
    error = refusal(page, "timer.start", {"issue": "PZ-99"})
    assert (error.reason, error.data["what"]) == ("not_found", "issue")


def test_one_sees_and_steers_only_ones_own(page):
    page.world.sim.change("jira/issues/PZ-1", _workers=[])
    page("entry.add", {"issue": "PZ-1", "seconds": 60})
    page.world.bridge.until(lambda: page("worklog.list", {"state": "blocked"})["items"])
    number = page("worklog.list")["items"][0]["id"]
    assert page("worklog.list", user=BEN)["items"] == [] and page("entry.list", user=BEN)["items"] == []
    assert page("worklog.retry", {"id": number}, user=BEN) == {"count": 0}
    assert page("worklog.retry", {}, user=BEN) == {"count": 0}
    assert page("worklog.retry", {"id": number}) == {"count": 1}


def test_a_secret_in_a_body_is_stored_and_shown_nowhere(page):
    page("account.disconnect")
    account = page("account.connect_clockify", {"api_key": ANNA_KEY})
    assert account["clockify"]["email"] == "anna@example.com"
    assert ANNA_KEY not in json.dumps(account) and ANNA_KEY not in page.world.bridge.log()


def test_repeats_count_for_pages_too(page):
    first = page("timer.start", {"issue": "PZ-1", "request_id": "one"})
    assert page("timer.start", {"issue": "PZ-1", "request_id": "one"}) == first
    assert len(page.world.entries()) == 1
