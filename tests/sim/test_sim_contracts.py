# SPDX-License-Identifier: Apache-2.0
"""Holds answers of the simulator against the official OpenAPI documents and against recorded ones. They are no part of
the project: CONTRACTS_DIR names the folder that holds contracts/ and fixtures/, and without it all of this is skipped."""
import json
import os
from pathlib import Path

import jsonschema
import pytest
import yaml

from sim_world import BEN, FINISHED, PATS


def contracts(*parts):
    folder = os.environ.get("CONTRACTS_DIR")
    if not folder:
        pytest.skip("CONTRACTS_DIR is not set")
    path = Path(folder)
    for base in (path, path.parent):
        if base.joinpath(*parts).exists():
            return base.joinpath(*parts)
    pytest.fail(f"{'/'.join(parts)} is not in CONTRACTS_DIR")


class Contract:
    """Schemas of an OpenAPI document, made fit for judging real answers: what the document draws wrongly (strings as
    objects, nothing nullable) is loosened here and nowhere else."""

    def __init__(self, document, strings=(), unjudged=()):
        self.root = document
        self.strings = set(strings)
        self.unjudged = set(unjudged)

    def loosened(self, schema, depth=0):
        if not isinstance(schema, dict) or depth > 12:
            return {}
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            if name in self.strings:
                return {"type": ["string", "array", "null"], "items": {"type": "string"}}
            return self.loosened(self.root["components"]["schemas"][name], depth + 1)
        out = {}
        if "type" in schema:
            out["type"] = [schema["type"], "null"]
        if "properties" in schema:
            out["type"] = ["object", "null"]
            out["properties"] = {name: self.loosened(one, depth + 1) for name, one in schema["properties"].items()
                                 if name not in self.unjudged}
        if "items" in schema:
            out["items"] = self.loosened(schema["items"], depth + 1)
        if "enum" in schema:
            out["enum"] = [*schema["enum"], None]
        if "allOf" in schema:
            out["allOf"] = [self.loosened(one, depth + 1) for one in schema["allOf"]]
        if depth == 0 and "required" in schema:
            out["required"] = schema["required"]
        return out

    def schema(self, path, method, status):
        content = self.root["paths"][path][method]["responses"][status]["content"]
        media = content.get("application/json") or next(iter(content.values()))
        return self.loosened(media["schema"])


def judge(answer, schema):
    value = answer.json
    if isinstance(value, list):
        assert value, "an empty list proves nothing"
        if schema.get("type") != ["array", "null"]:  # the document draws one item where a list is returned
            schema = {"type": "array", "items": schema}
    errors = [f"{list(error.absolute_path)}: {error.message}"
              for error in jsonschema.Draft7Validator(schema).iter_errors(value)]
    assert not errors


@pytest.fixture(scope="module")
def clockify_contract():
    path = contracts("contracts", "clockify-openapi.yaml")
    document = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    # Enumerations that the document renders as objects, but are plain strings on the wire.
    return Contract(document, ["AccountStatus", "TaskStatus", "FeaturePlan", "Feature", "EntityCreationPermission"],
                    # An array in recorded answers, one string in the document.
                    unjudged=["adminOnlyPages"])


def test_clockify_answers_fit_the_official_contract(w, clockify_contract):
    project = f"/projects/{w.open}"
    w.entry(start="2026-05-29T12:00:00Z", projectId=w.open, taskId=w.task, tagIds=[w.bug])
    made = w.entry(**FINISHED, projectId=w.open, taskId=w.task, tagIds=[w.bug])
    W = "/v1/workspaces/{workspaceId}"
    for answer, path, method, status in [
        (w.c("GET", "//user?include-memberships=true"), "/v1/user", "get", "200"),
        (w.c("GET", "//workspaces"), "/v1/workspaces", "get", "200"),
        (w.c("GET", ""), W, "get", "200"),
        (w.c("GET", "/users"), W + "/users", "get", "200"),
        (w.c("GET", "/projects"), W + "/projects", "get", "200"),
        (w.c("POST", "/projects", {"name": "Made"}), W + "/projects", "post", "201"),
        (w.c("GET", project), W + "/projects/{projectId}", "get", "200"),
        (w.c("GET", project + "/tasks"), W + "/projects/{projectId}/tasks", "get", "200"),
        (w.c("POST", project + "/tasks", {"name": "Made"}), W + "/projects/{projectId}/tasks", "post", "201"),
        (w.c("GET", "/tags"), W + "/tags", "get", "200"),
        (w.c("POST", "/tags", {"name": "Made"}), W + "/tags", "post", "201"),
        (made, W + "/time-entries", "post", "201"),
        (w.c("GET", f"/time-entries/{made.json['id']}"), W + "/time-entries/{id}", "get", "200"),
        (w.c("PUT", f"/time-entries/{made.json['id']}", FINISHED), W + "/time-entries/{id}", "put", "200"),
        (w.c("GET", f"/user/{w.anna}/time-entries"), W + "/user/{userId}/time-entries", "get", "200"),
        (w.c("GET", "/time-entries/status/in-progress"), W + "/time-entries/status/in-progress", "get", "200"),
        (w.c("PATCH", f"/user/{w.anna}/time-entries", {"end": "2026-05-29T13:00:00Z"}),
         W + "/user/{userId}/time-entries", "patch", "200"),
    ]:
        assert answer.status == int(status), (path, answer)
        judge(answer, clockify_contract.schema(path, method, status))


@pytest.fixture(scope="module")
def jira_contract():
    return Contract(json.loads(contracts("contracts", "jira-dc-10.3-openapi.json").read_text()))


def test_jira_answers_fit_the_official_contract(w, jira_contract):
    made = w.worklog()
    issue = "/api/2/issue/{issueIdOrKey}"
    for answer, path, method, status in [
        (w.j("GET", "/rest/api/2/myself"), "/api/2/myself", "get", "200"),
        (w.j("GET", "/rest/api/2/configuration"), "/api/2/configuration", "get", "200"),
        (w.j("GET", "/rest/api/2/mypermissions"), "/api/2/mypermissions", "get", "200"),
        (w.j("GET", "/rest/api/2/project/PZ"), "/api/2/project/{projectIdOrKey}", "get", "200"),
        (made, issue + "/worklog", "post", "201"),
        (w.j("GET", "/rest/api/2/issue/PZ-1/worklog"), issue + "/worklog", "get", "200"),
        (w.j("GET", f"/rest/api/2/issue/PZ-1/worklog/{made.json['id']}"), issue + "/worklog/{id}", "get", "200"),
    ]:
        assert answer.status == int(status), (path, answer)
        judge(answer, jira_contract.schema(path, method, status))


def test_jira_tokens_fit_the_contract(w):
    contract = Contract(yaml.safe_load(contracts("contracts", "jira-pat-openapi.yaml").read_text()))
    made = w.j("POST", PATS, {"name": "x", "expirationDuration": 1})
    judge(made, contract.schema(PATS, "post", "201"))
    judge(w.j("GET", PATS), contract.schema(PATS, "get", "200"))
    judge(w.j("GET", f"{PATS}/{made.json['id']}"), contract.schema(PATS + "/{id}", "get", "200"))


def shape(value, path="$"):
    """The members of a document with their types; null fits anything."""
    if isinstance(value, dict):
        out = {path: "object"}
        for name, one in value.items():
            out.update(shape(one, f"{path}.{name}"))
        return out
    if isinstance(value, list):
        out = {path: "array"}
        for one in value[:1]:
            out.update(shape(one, path + "[]"))
        return out
    return {path: {str: "string", bool: "boolean", int: "number", float: "number", type(None): None}[type(value)]}


def assert_like(answer, recorded, absent=()):
    """Every member that was recorded is there and of the recorded type; the newer members are not looked at."""
    ours, theirs = shape(answer), shape(recorded)
    for path, kind in theirs.items():
        if any(path == one or path.startswith((one + ".", one + "[")) for one in absent):
            continue
        parent = path.rsplit(".", 1)[0] if "." in path else path
        if path not in ours and (ours.get(parent) is None or path.endswith("[]") or "[]." in path):
            continue  # within a list that is empty or an object that is null with us
        assert path in ours, f"{path} is missing"
        assert kind is None or ours[path] is None or ours[path] == kind, f"{path}: {ours[path]}, recorded {kind}"


def fixture(*parts):
    return json.loads(contracts("fixtures", *parts).read_text())


def test_clockify_answers_are_shaped_as_recorded(w):
    recorded = lambda name: fixture("clockify", name + ".json")
    assert_like(w.c("GET", "//user").json, recorded("get-user-2019"))
    assert_like(w.c("GET", "//workspaces").json, recorded("get-workspaces-2019"))
    assert_like(w.c("GET", "/projects?name=Annas").json, recorded("get-projects-2022"))
    w.c("POST", "/clients", {"name": "C"})
    assert_like(w.c("GET", "/clients").json, recorded("get-clients-2022"))
    assert_like(w.entry(**FINISHED).json, recorded("post-time-entry-stopped-no-project-201"))
    assert_like(w.entry(description="x", projectId=w.open, taskId=w.task).json, recorded("post-time-entry-running-201"))
    listed = w.c("GET", f"/user/{w.anna}/time-entries?hydrated=true").json
    assert_like(listed, recorded("get-user-time-entries-hydrated-2022"))


@pytest.mark.parametrize("name,status,make", [
    ("error-400-3000-bad-boolean-query", 400, lambda w: w.c("GET", f"/projects/{w.open}/tasks?is-active=SENSITIVE_INPUT_XYZ")),
    ("error-400-501-archived-tag", 400, lambda w: w.entry(tagIds=[w.gone])),
    ("error-400-501-project-name-required", 400, lambda w: w.c("POST", "/projects", {})),
    ("error-400-501-project-not-found", 400, lambda w: w.c("GET", "/projects/" + "0" * 24)),
    ("error-400-501-tag-not-found", 400, lambda w: w.entry(tagIds=["0" * 24])),
    ("error-400-501-task-not-in-project", 400, lambda w: w.entry(projectId=w.annas, taskId=w.task)),
    ("error-400-501-time-entry-not-found", 400, lambda w: w.c("GET", "/time-entries/" + "0" * 24)),
    ("error-401-1000-no-or-two-credentials", 401, lambda w: w.c("GET", "//user", key=None)),
    ("error-401-4003-unknown-api-key", 401, lambda w: w.c("GET", "//user", key="x")),
    ("error-401-4017-bad-addon-token", 401, lambda w: w.c("GET", "//user", key=None, headers={"X-Addon-Token": "x"})),
    ("error-403-501-access-denied", 403, lambda w: w.c("POST", "/projects", {"name": "Mine"}, key=BEN)),
    ("error-405-3000-method", 405, lambda w: w.c("GET", "/time-entries")),
])
def test_clockify_errors_are_as_recorded(w, name, status, make):
    recorded = fixture("clockify", name + ".json")
    answer = make(w)
    assert (answer.status, answer.json) == (status, recorded)


def test_jira_answers_are_shaped_as_recorded(w):
    recorded = lambda name: fixture("jira", name + ".json")
    assert_like(w.j("GET", "/rest/api/2/myself").json, recorded("myself"))
    assert_like(w.j("GET", "/rest/api/2/serverInfo").json, recorded("serverinfo"))
    w.worklog()
    assert_like(w.j("GET", "/rest/api/2/issue/PZ-1/worklog").json, recorded("issue-worklogs"))
    made = w.j("POST", PATS, {"name": "x", "expirationDuration": 1}).json
    assert_like(made, recorded("pat-create-201"))
    issue = w.j("GET", "/rest/api/2/issue/PZ-1").json
    theirs = recorded("issue-default")
    used = ("issuetype", "project", "labels", "summary", "timetracking", "status", "subtasks", "fixVersions", "components",
            "created", "updated", "worklog")
    theirs["fields"] = {name: value for name, value in theirs["fields"].items() if name in used}
    assert_like(issue, theirs, absent=["$.fields.issuetype.avatarId", "$.fields.project.avatarUrls", "$.fields.status.iconUrl",
                                       "$.fields.status.statusCategory.self"])
