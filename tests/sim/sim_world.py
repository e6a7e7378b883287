# SPDX-License-Identifier: Apache-2.0
"""A small world in the simulator for its own tests: who is there, and short names for calling. It asserts only what
`failed` says."""

ANNA, BEN, CARL = "anna-key", "ben-key", "carl-key"
TOKEN, BENS_TOKEN, HANS_TOKEN, LI_TOKEN = (name.ljust(44, "x") for name in ("anna", "ben", "hans", "li"))
STARTED = "2026-05-29T14:30:00.000+0000"

SEED = {
    "clockify": {
        "users": [
            {"email": "anna@example.com", "name": "Anna", "apiKeys": [ANNA]},
            {"email": "ben@example.com", "name": "Ben", "apiKeys": [BEN]},
            {"email": "carl@example.com", "name": "Carl", "apiKeys": [CARL]},
        ],
        "workspaces": [
            {"name": "Main", "members": [{"user": "anna@example.com", "role": "OWNER"}, {"user": "ben@example.com"},
                                         {"user": "carl@example.com", "role": "PROJECT_MANAGER"}]},
            {"name": "Other", "members": [{"user": "ben@example.com", "role": "WORKSPACE_ADMIN"}]},
        ],
        "projects": [{"workspace": "Main", "name": "Open", "public": True},
                     {"workspace": "Main", "name": "Annas", "members": ["anna@example.com"]},
                     {"workspace": "Main", "name": "Old", "archived": True, "public": True}],
        "tasks": [{"project": "Open", "name": "PZ-1"}],
        "tags": [{"workspace": "Main", "name": "Bug"}, {"workspace": "Main", "name": "Gone", "archived": True}],
    },
    "jira": {
        "users": [
            {"key": "JIRAUSER10100", "name": "anna", "displayName": "Anna Example", "tokens": [TOKEN]},
            {"key": "JIRAUSER10101", "name": "ben", "displayName": "Ben Example", "tokens": [BENS_TOKEN]},
            {"key": "JIRAUSER10102", "name": "hans müller", "displayName": "Hans Müller", "locale": "de_DE",
             "tokens": [HANS_TOKEN]},
            {"key": "JIRAUSER10103", "name": "li", "displayName": "Li Wei", "locale": "zh_CN", "tokens": [LI_TOKEN]},
        ],
        "projects": [{"key": "PZ", "name": "Phase Zero"}, {"key": "NEW", "name": "New Home"},
                     {"key": "SEC", "name": "Secret", "_viewers": ["ben"]}],
        "issues": [
            {"key": "PZ-1", "summary": "Read a ticket", "type": "Story", "labels": ["alpha"], "_remaining": 7200},
            {"key": "PZ-2", "summary": "A part", "type": "Sub-task", "parent": "PZ-1"},
            {"key": "PZ-3", "summary": "Closed", "_editable": False},
            {"key": "PZ-4", "summary": "Ben's alone", "_workers": ["ben"]},
            {"key": "SEC-1", "summary": "Unseen"},
            {"key": "PZ-5", "summary": "For all the world", "_anonymous": True},
        ],
    },
}


class World:
    """The seeded simulator with the ids one needs."""

    def __init__(self, running):
        running.reset()
        made = running.seed(SEED)
        self.sim = running
        clockify = made["clockify"]
        self.anna, self.ben, self.carl = (user["id"] for user in clockify["users"])
        self.ws, self.other = (workspace["id"] for workspace in clockify["workspaces"])
        self.open, self.annas, self.old = (project["id"] for project in clockify["projects"])
        self.task = clockify["tasks"][0]["id"]
        self.bug, self.gone = (tag["id"] for tag in clockify["tags"])

    def c(self, method, path, body=None, key=ANNA, **options):
        """A call of Clockify within the main workspace (a path that begins with /) or anywhere else (with //)."""
        path = path[1:] if path.startswith("//") else f"/workspaces/{self.ws}{path}"
        return self.sim.clockify_call(method, path, body, key=key, **options)

    def j(self, method, path, body=None, token=TOKEN, **options):
        return self.sim.jira_call(method, path, body, token=token, **options)

    def entry(self, key=ANNA, **members):
        return self.c("POST", "/time-entries", members, key=key)

    def worklog(self, issue="PZ-1", token=TOKEN, query="", **members):
        body = {"started": STARTED, "timeSpentSeconds": 3600}
        body.update(members)
        body = {name: value for name, value in body.items() if value is not None}
        return self.j("POST", f"/rest/api/2/issue/{issue}/worklog{query}", body, token=token)

    def settings(self, **members):
        self.sim.change(f"clockify/workspaces/{self.ws}", workspaceSettings=members)


def failed(answer, status, code):
    assert answer.status == status, answer
    assert answer.json.get("code") == code and isinstance(answer.json["message"], str), answer
    return answer.json["message"]


FINISHED = {"start": "2026-05-29T10:00:00Z", "end": "2026-05-29T11:00:00Z"}
PATS = "/rest/pat/latest/tokens"
