# SPDX-License-Identifier: Apache-2.0
"""What every answer looks like: the protocol's results and errors, written down a second time and by hand, and a hook that
holds every answer of every test to them. It must not be made from the daemon's own table: the two would agree always."""
import json
import re

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Maybe:
    """null, or the shape."""

    def __init__(self, shape):
        self.shape = shape


class OneOf:
    """One of these words."""

    def __init__(self, *words):
        self.words = words


class Optional:
    """A member that may be missing."""

    def __init__(self, shape):
        self.shape = shape


NAMED = {"id": "text", "name": Maybe("text")}
UPSTREAM = {"status": Maybe("int"), "code": Maybe("int"), "message": Maybe("text")}
PROBLEM = {"reason": "text", "message": "text", "missing": Optional(["text"]), "what": Optional("text"), "service": Optional("text"),
           "upstream": Optional(UPSTREAM)}
WORKLOG = {
    "id": "text", "issue": "text", "user": "text", "started": "time", "seconds": "int", "comment": Maybe("text"),
    "state": OneOf("pending", "written", "blocked", "skipped", "abandoned"), "jira_id": Maybe("text"),
    "attempts": "int", "next_attempt": Maybe("time"), "problem": Maybe(PROBLEM),
}
ENTRY = {
    "id": "text", "issue": Maybe("text"), "workspace": NAMED, "project": Maybe(NAMED), "task": Maybe(NAMED),
    "tags": [NAMED], "description": "text", "billable": Maybe("bool"), "start": "time", "end": Maybe("time"),
    "seconds": Maybe("int"), "clockify_id": Maybe("text"), "state": OneOf("running", "stopped", "discarded"),
    "delivery": OneOf("done", "queued", "blocked"), "problem": Maybe(PROBLEM), "worklog": Maybe(WORKLOG),
}
PLANNED = {"id": Maybe("text"), "name": "text"}
LEFT_OUT = {"what": OneOf("project", "task", "tag"), "name": "text", "reason": "text"}
SERVICE = {"url": Maybe("text"), "ok": "bool", "last_ok": Maybe("time"), "problem": Maybe("text")}
STATUS = {
    "version": "text", "node": "text", "uptime_s": "int", "store": {"backend": OneOf("sqlite", "postgresql"), "ok": "bool"},
    "clockify": SERVICE, "jira": SERVICE, "paused": "bool", "entries": {"queued": "int", "blocked": "int"},
    "worklogs": {"pending": "int", "blocked": "int", "oldest_pending_s": "int"},
}
SERVER = {
    "kind": OneOf("cloud", "region", "subdomain", "self_hosted"), "region": Maybe("text"), "url": "text", "api_url": "text",
    "key_url": "text",
}
ACCOUNT = {
    "clockify": Maybe({"id": "text", "name": "text", "email": Maybe("text"), "workspace": NAMED, "key_hint": Maybe("text")}),
    "jira": Maybe({"user": "text", "name": "text", "expires": Maybe("time")}),
    "key_url": Maybe("text"),
}
PAGE = {"page": "int", "last_page": "bool"}
PARAM = {"name": "text", "type": "text", "required": "bool", "doc": "text", "least": Optional("int"), "most": Optional("int"),
         "choices": Optional(["text"])}

RESULTS = {
    "bridge.hello": {"name": "text", "version": "text", "protocol": "int", "protocols": ["int"], "node": "text",
                     "role": OneOf("plugin", "operator")},
    "bridge.describe": {
        "methods": [{"name": "text", "doc": "text", "role": OneOf("any", "plugin", "operator"), "params": [PARAM],
                     "result": "text", "errors": ["text"], "example": "text"}],
        "errors": [{"reason": "text", "code": "int", "when": "text", "data": "text"}],
    },
    "bridge.status": STATUS,
    "bridge.metrics": {"text": "text"},
    "bridge.pause": STATUS,
    "bridge.resume": STATUS,
    "bridge.reload": {"changed": ["text"]},
    "secret.rotate": {"sealed": "int"},
    "audit.list": {"items": [{"id": "text", "moment": "time", "action": "text", "user": Maybe("text"), "account": Maybe("text"),
                              "details": {}}]},
    "audit.verify": {"ok": "bool", "count": "int", "head": Maybe("text"), "broken": Maybe("text"), "why": Maybe("text")},
    "store.backup": {"file": "text", "size": "int"},
    "server.get": SERVER,
    "server.test": {**SERVER, "checks": [{"name": "text", "ok": "bool", "detail": "text"}]},
    "server.set": SERVER,
    "account.get": ACCOUNT,
    "account.connect_clockify": ACCOUNT,
    "account.connect_jira": ACCOUNT,
    "account.disconnect": ACCOUNT,
    "account.set_workspace": ACCOUNT,
    "workspace.list": {"items": [{
        "id": "text", "name": "text", "active": "bool",
        "can": {"create_project": "bool", "create_task": "bool", "create_tag": "bool"},
        "requires": {"project": "bool", "task": "bool", "tags": "bool", "description": "bool"},
        "manual_entry": "bool", "locked_before": Maybe("time")}]},
    "project.list": {"items": [{"id": "text", "name": "text", "client": Maybe("text"), "color": Maybe("text"),
                                "billable": Maybe("bool")}], **PAGE},
    "task.list": {"items": [{"id": "text", "name": "text"}], **PAGE},
    "tag.list": {"items": [{"id": "text", "name": "text"}], **PAGE},
    "timer.get": {"running": Maybe(ENTRY), "as_of": "time", "stale": "bool"},
    "timer.start": {"entry": ENTRY, "stopped": Maybe(ENTRY)},
    "timer.stop": {"entry": ENTRY},
    "timer.edit": {"entry": ENTRY},
    "timer.discard": {"entry": ENTRY},
    "entry.preview": {
        "issue": "text", "workspace": {"id": "text", "name": "text"}, "project": Maybe(PLANNED), "task": Maybe(PLANNED),
        "tags": [PLANNED], "description": "text", "billable": Maybe("bool"), "left_out": [LEFT_OUT], "problem": Maybe(PROBLEM),
        "running": Maybe(ENTRY), "as_of": "time", "stale": "bool"},
    "entry.add": {"entry": ENTRY},
    "entry.list": {"items": [ENTRY]},
    "entry.retry": {"count": "int"},
    "worklog.list": {"items": [WORKLOG]},
    "worklog.list_all": {"items": [WORKLOG]},
    "worklog.retry": {"count": "int"},
    "worklog.retry_all": {"count": "int"},
    "worklog.abandon": {"worklog": WORKLOG},
}

# reason: its number, and the members of `data` that it always has (True) or may have (False)
ERRORS = {
    "parse_error": (-32700, {}),
    "invalid_request": (-32600, {"limit": False}),
    "method_not_found": (-32601, {}),
    "invalid_params": (-32602, {"param": True}),
    "internal": (-32603, {"incident": True}),
    "forbidden": (-32001, {}),
    "clockify_key_required": (-32002, {"key_url": True}),
    "clockify_key_rejected": (-32003, {"key_url": True, "upstream": False}),
    "jira_token_required": (-32004, {}),
    "jira_token_rejected": (-32005, {"upstream": False}),
    "not_found": (-32006, {"what": True, "upstream": False}),
    "refused": (-32007, {"missing": False, "upstream": False}),
    "unavailable": (-32008, {"service": True, "retry_after_s": False, "upstream": False}),
    "rate_limited": (-32009, {"service": True, "retry_after_s": True, "upstream": False}),
    "not_configured": (-32010, {}),
    "busy": (-32011, {"retry_after_s": True, "limit": False}),
    "store": (-32012, {}),
}
DATA = {"param": "text", "limit": "text", "incident": "text", "key_url": "text", "upstream": UPSTREAM, "missing": ["text"],
        "what": OneOf("issue", "workspace", "project", "task", "tag", "timer", "entry", "worklog"),
        "service": OneOf("clockify", "jira"), "retry_after_s": "int"}


def is_of(kind, value):
    if kind == "text":
        return isinstance(value, str)
    if kind == "time":
        return isinstance(value, str) and TIME.fullmatch(value) is not None
    if kind == "bool":
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)


def check(shape, value, path):
    """Raises an AssertionError that names the place. Members beyond the shape are allowed: the protocol may grow."""
    if isinstance(shape, Maybe):
        if value is not None:
            check(shape.shape, value, path)
    elif isinstance(shape, OneOf):
        assert value in shape.words, f"{path}: {value!r} is none of {shape.words}"
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{path}: {value!r} is no list"
        for i, item in enumerate(value):
            check(shape[0], item, f"{path}[{i}]")
    elif isinstance(shape, dict):
        check_members(shape, value, path)
    else:
        assert is_of(shape, value), f"{path}: {value!r} is no {shape}"
    if shape is ENTRY:
        check_entry(value, path)
    if shape is WORKLOG:
        check_worklog(value, path)


def check_members(shape, value, path):
    assert isinstance(value, dict), f"{path}: {value!r} is no object"
    for name, member in shape.items():
        if isinstance(member, Optional):
            if name in value:
                check(member.shape, value[name], f"{path}.{name}")
        else:
            assert name in value, f"{path}: no {name} in {value}"
            check(member, value[name], f"{path}.{name}")


def check_entry(entry, path):
    """What holds between the members of an entry."""
    if entry["state"] == "running":
        assert entry["end"] is None, f"{path}: runs, with an end: {entry}"
    if entry["state"] == "stopped":
        assert entry["end"], f"{path}: stopped without an end: {entry}"
    assert (entry["seconds"] is None) == (entry["end"] is None), f"{path}: {entry}"
    if entry["seconds"] is not None:
        assert entry["seconds"] >= 0, f"{path}: {entry}"
    if entry["delivery"] == "blocked":
        assert entry["problem"], f"{path}: blocked without a problem: {entry}"
    if entry["delivery"] == "done" and entry["state"] != "discarded":
        assert entry["clockify_id"], f"{path}: done, and Clockify does not have it: {entry}"
    if entry["worklog"]:
        assert entry["worklog"]["issue"] == entry["issue"], f"{path}: {entry}"


def check_worklog(worklog, path):
    if worklog["state"] == "written":
        assert worklog["jira_id"], f"{path}: written without Jira's id: {worklog}"
    if worklog["state"] in ("blocked", "abandoned"):
        assert worklog["problem"], f"{path}: {worklog['state']} without a problem: {worklog}"
    assert worklog["seconds"] >= 0, f"{path}: {worklog}"


def check_error(error, path="error"):
    assert set(error) == {"code", "message", "data"}, f"{path}: {error}"
    assert isinstance(error["message"], str) and error["message"].strip(), f"{path}: {error}"
    data = error["data"]
    assert data.get("reason") in ERRORS, f"{path}: unknown reason in {error}"
    code, members = ERRORS[data["reason"]]
    assert error["code"] == code, f"{path}: {error}"
    for name, value in data.items():
        if name == "reason":
            continue
        # Which of the two services it was may always be said.
        assert name in members or name == "service", f"{path}: {name} does not belong to {data['reason']}: {error}"
        check(DATA[name], value, f"{path}.data.{name}")
    for name, required in members.items():
        assert name in data or not required, f"{path}: no {name} in {error}"


def check_answer(answer, method=None):
    """One answer as it came over the wire; `method` is what was asked, where that is known."""
    assert answer.get("jsonrpc") == "2.0" and "id" in answer, answer
    assert ("result" in answer) != ("error" in answer), answer
    if "error" in answer:
        check_error(answer["error"], f"{method}: error")
    elif method in RESULTS:
        check(RESULTS[method], answer["result"], method)


def asked_of(request):
    """The method whose result answers this request: for web.call that of its body."""
    method = request.get("method")
    if method == "web.call" and isinstance(request.get("params"), dict):
        try:
            return json.loads(request["params"]["body"])["method"]
        except (KeyError, TypeError, ValueError):
            return method
    return method


def hook(client_class):
    """From here on each client of this class remembers what it asked, and checks what it is told."""
    send_line, read = client_class.send_line, client_class.read

    def remember(self, text):
        try:
            requests = json.loads(text)
        except (ValueError, RecursionError):
            requests = []
        for request in requests if isinstance(requests, list) else [requests]:
            if isinstance(request, dict) and isinstance(request.get("id"), (int, str)):
                self.__dict__.setdefault("asked", {})[request["id"]] = asked_of(request)
        send_line(self, text)

    def checked(self):
        answers = read(self)
        for answer in answers if isinstance(answers, list) else [answers]:
            if answer is not None:
                check_answer(answer, self.__dict__.get("asked", {}).get(answer.get("id")))
        return answers

    client_class.send_line, client_class.read = remember, checked
