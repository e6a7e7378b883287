# SPDX-License-Identifier: Apache-2.0
"""Clockify and Jira answered by whoever means no good, or is broken: memory stays bounded, others are served, no key follows
a redirect, and a click is made once, later, or its caller is told that it was not."""
import os
from urllib.parse import urlsplit

import pytest

from bridge import RpcError
from evil import EVIL
from upstream import Front, Server, highest_memory, say
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN

SETTINGS = {"rpc": {"deadline_s": 1}, "journal": {"settle_s": 0}}
MEMORY_MOST = 48 * 1024  # KiB above what a quiet bridge ever had; a body of 1 MiB becomes about 25 as JSON


def is_new_entry(heard):
    return heard.method == "POST" and heard.path.endswith("/time-entries")


def descriptors(bridge):
    return len(os.listdir(f"/proc/{bridge.process.pid}/fd"))


@pytest.fixture
def clockify(world_with):
    """A world whose Clockify stands behind a Front, and Anna in it."""
    world = world_with(clockify={"url": "", "timeout_s": 2}, **SETTINGS)
    with Front(world.sim.clockify) as front:
        world.bridge.call("server.set", url=f"http://127.0.0.1:{front.port}", by="JIRAUSER10000", force=True)
        world.connect()
        world.front, world.quiet = front, highest_memory(world.bridge)
        yield world
        front.evil = None


def start(world):
    """What the caller of timer.start was told: the delivery, or the error's reason."""
    try:
        return world.call("timer.start", issue="PZ-1")["entry"]["delivery"]
    except RpcError as refused:
        return refused.reason


def delivered(world):
    running = world.call("timer.get")["running"]
    return running and running["delivery"] == "done"


@pytest.mark.parametrize("name", EVIL)
def test_a_click_answered_with_evil(clockify, name):
    """Only the request that makes the entry is answered so, and it is not made there. Whoever was told "queued" finds it made
    once as soon as Clockify is itself again; whoever was told an error finds nothing, and presses again."""
    clockify.front.meant, clockify.front.evil = is_new_entry, EVIL[name]
    told = start(clockify)
    assert told in ("queued", "refused", "unavailable"), told
    assert clockify.call("account.get")["clockify"]["email"] == "anna@example.com"  # the others are served
    assert clockify.front.met > 0 and clockify.entries() == []
    clockify.front.evil = None
    if told != "queued":
        assert clockify.call("entry.list")["items"] == []
        assert start(clockify) in ("done", "queued")
    clockify.bridge.until(lambda: delivered(clockify), 60)
    assert len(clockify.entries()) == 1
    assert highest_memory(clockify.bridge) - clockify.quiet < MEMORY_MOST


MADE = ["an-id-alone", "an-id-and-no-time", "no-content", "empty", "half-a-text", "two-texts", "null", "a-page", "gzip-unasked",
        "shorter-than-said", "closed-at-once", "ids-that-are-paths", "ids-with-line-ends", "members-of-other-kinds",
        "an-id-of-half-a-megabyte", "flood-of-trailers", "one-name-twice", "deep"]


@pytest.mark.parametrize("name", MADE)
def test_what_was_made_and_answered_with_evil_is_not_made_again(clockify, name):
    clockify.front.meant, clockify.front.evil, clockify.front.done_first = is_new_entry, EVIL[name], True
    assert start(clockify) in ("queued", "done")
    clockify.bridge.until(lambda: delivered(clockify), 60)
    [entry] = clockify.entries()
    assert clockify.call("timer.get")["running"]["clockify_id"] == entry["id"]


def test_every_question_answered_with_every_evil(clockify):
    """Keys, lists and workspaces: an error that says whose fault it is, never one of ours, and no memory kept."""
    open_before = descriptors(clockify.bridge)
    quick = [name for name in EVIL if name not in ("a-byte-now-and-then", "headers-now-and-then", "silence")]
    for name in quick:
        clockify.front.evil = EVIL[name]
        for method, params in (("account.connect_clockify", {"api_key": BEN_KEY}), ("project.list", {"search": name}),
                               ("tag.list", {"search": name}), ("workspace.list", {})):
            try:
                clockify.call(method, **params)
            except RpcError as refused:
                assert refused.reason in ("unavailable", "refused", "clockify_key_rejected", "rate_limited", "not_found"), \
                    (name, method, refused.reason, refused.message)
    clockify.front.evil = None
    clockify.bridge.until(lambda: descriptors(clockify.bridge) <= open_before + 2, 60)
    assert highest_memory(clockify.bridge) - clockify.quiet < MEMORY_MOST
    clockify.bridge.until(lambda: clockify.bridge.call("bridge.status") is not None)
    assert clockify.call("account.get")["clockify"]["key_hint"].endswith(ANNA_KEY[-4:])  # nobody else's key was taken


def test_others_are_served_while_one_waits_for_an_answer_that_never_ends(clockify):
    clockify.connect(BEN, BEN_KEY, BEN_TOKEN)
    clockify.front.meant = lambda heard: is_new_entry(heard) and heard.header("X-Api-Key") == ANNA_KEY
    clockify.front.evil = EVIL["a-byte-now-and-then"]
    with clockify.bridge.client() as client:
        hers = client.send("timer.start", user=ANNA, issue="PZ-1")
        for _ in range(5):
            his = client.call("entry.add", user=BEN, issue="PZ-2", seconds=60)
            assert his["entry"]["delivery"] in ("done", "queued")
        assert client.receive(hers)["entry"]["delivery"] == "queued"
    clockify.front.evil = None
    clockify.bridge.until(lambda: len(clockify.entries()) == 6, 60)


def test_no_compression_is_asked_for(clockify):
    clockify.call("entry.add", issue="PZ-1", seconds=60)
    assert clockify.front.heard and {heard.header("Accept-Encoding") for heard in clockify.front.heard} == {None}


# ---- redirects

STATUSES = [300, 301, 302, 303, 305, 307, 308]


@pytest.mark.parametrize("status", STATUSES)
def test_no_key_follows_a_redirect(clockify, status):
    with Server(lambda connection, heard: say(connection)) as other:
        there = f"Location: http://127.0.0.1:{other.port}/api/v1/user"
        clockify.front.evil = lambda connection: say(connection, status, b"", [there], None)
        told = start(clockify)
        assert told in ("queued", "refused", "unavailable"), told
        for method, params in (("account.connect_clockify", {"api_key": BEN_KEY}), ("project.list", {"search": "x"})):
            with pytest.raises(RpcError) as refused:
                clockify.call(method, **params)
            assert refused.value.reason in ("unavailable", "refused")
        assert clockify.front.met > 0 and other.connections == 0
    clockify.front.evil = None
    if told != "queued":
        start(clockify)
    clockify.bridge.until(lambda: delivered(clockify), 60)
    assert len(clockify.entries()) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_token_follows_a_redirect_of_jira(sim, world_with, status):
    with Server(lambda connection, heard: say(connection)) as other, Front(sim.jira) as front:
        world = world_with(jira={"url": f"http://127.0.0.1:{front.port}"}, **SETTINGS)
        there = f"Location: http://127.0.0.1:{other.port}/rest/api/2/myself"
        front.evil = lambda connection: say(connection, status, b"", [there], None)
        with pytest.raises(RpcError) as refused:
            world.bridge.call("account.connect_jira", user=ANNA, token=ANNA_TOKEN)
        assert refused.value.reason in ("unavailable", "refused", "jira_token_rejected")
        assert front.met > 0 and other.connections == 0


# ---- Jira

def test_a_worklog_answered_with_every_evil_is_written_once(sim, world_with):
    with Front(sim.jira) as front:
        url = f"http://127.0.0.1:{front.port}{urlsplit(sim.jira).path}"
        world = world_with(jira={"url": url, "timeout_s": 2}, **SETTINGS)
        world.connect()
        quiet = highest_memory(world.bridge)
        front.meant = lambda heard: heard.method == "POST" and "/worklog" in heard.path
        for name in ("flood-of-headers", "ten-gigabytes", "deep", "half-a-text", "a-page", "closed-at-once", "ids-that-are-paths"):
            front.evil, front.met = EVIL[name], 0
            world.call("entry.add", issue="PZ-1", seconds=60)
            world.bridge.until(lambda: front.met > 0, 60)
            front.evil = None
            world.call("worklog.retry")
            count = len(world.entries())
            world.bridge.until(lambda: (world.call("worklog.retry"), len(world.worklogs()) >= count)[1], 60, 0.2)
            assert len(world.worklogs()) == count, name
        assert highest_memory(world.bridge) - quiet < MEMORY_MOST
