# SPDX-License-Identifier: Apache-2.0
"""The people, projects and issues that the tests of this folder have in the simulator."""

ANNA, BEN, HANS = "JIRAUSER10100", "JIRAUSER10101", "JIRAUSER10102"
ANNA_KEY, BEN_KEY, HANS_KEY = ("AnnasClockifyKey0123456789", "BensClockifyKey01234567890", "HansClockifyKey01234567890")
ANNA_TOKEN, BEN_TOKEN, HANS_TOKEN = (name.ljust(44, "x") for name in ("annaToken", "benToken", "hansToken"))
SECRETS = (ANNA_KEY, BEN_KEY, HANS_KEY, ANNA_TOKEN, BEN_TOKEN, HANS_TOKEN)

SEED = {
    "clockify": {
        "users": [
            {"email": "anna@example.com", "name": "Anna", "apiKeys": [ANNA_KEY]},
            {"email": "ben@example.com", "name": "Ben", "apiKeys": [BEN_KEY]},
            {"email": "hans@example.com", "name": "Hans", "apiKeys": [HANS_KEY]},
        ],
        "workspaces": [
            {"name": "Main",
             "settings": {"entityCreationPermissions": {"whoCanCreateProjectsAndClients": "EVERYONE",
                                                        "whoCanCreateTags": "EVERYONE", "whoCanCreateTasks": "EVERYONE"}},
             "members": [{"user": "anna@example.com", "role": "OWNER"}, {"user": "ben@example.com"},
                         {"user": "hans@example.com"}]},
            {"name": "Second", "members": [{"user": "anna@example.com", "role": "OWNER"}]},
        ],
        "projects": [{"workspace": "Main", "name": "Phase Zero", "public": True}],
        "tasks": [{"project": "Phase Zero", "name": "PZ-1"}],
        "tags": [{"workspace": "Main", "name": "Story"}],
    },
    "jira": {
        "users": [
            {"key": ANNA, "name": "anna", "displayName": "Anna Example", "tokens": [ANNA_TOKEN]},
            {"key": BEN, "name": "ben", "displayName": "Ben Example", "tokens": [BEN_TOKEN]},
            {"key": HANS, "name": "hans müller", "displayName": "Hans Müller", "locale": "de_DE", "tokens": [HANS_TOKEN]},
        ],
        "projects": [{"key": "PZ", "name": "Phase Zero"}, {"key": "NEW", "name": "New Home"}],
        "issues": [
            {"key": "PZ-1", "summary": "Read a ticket", "type": "Story"},
            {"key": "PZ-2", "summary": "Second issue", "type": "Bug", "labels": ["alpha", "beta"]},
            {"key": "PZ-3", "summary": "A part", "type": "Sub-task", "parent": "PZ-1"},
            {"key": "PZ-4", "summary": "Big one", "type": "Epic"},
            {"key": "NEW-1", "summary": "In a project that Clockify does not have", "type": "Task"},
        ],
    },
}


class World:
    """A bridge with a freshly seeded simulator beside it."""

    def __init__(self, sim, bridge, made):
        self.sim, self.bridge = sim, bridge
        self.main, self.second = (workspace["id"] for workspace in made["clockify"]["workspaces"])
        self.project = made["clockify"]["projects"][0]["id"]
        self.task = made["clockify"]["tasks"][0]["id"]
        self.story = made["clockify"]["tags"][0]["id"]

    def connect(self, user=ANNA, key=ANNA_KEY, token=ANNA_TOKEN):
        if key:
            self.bridge.call("account.connect_clockify", user=user, api_key=key)
        if token:
            self.bridge.call("account.connect_jira", user=user, token=token)

    def call(self, method, user=ANNA, **params):
        return self.bridge.call(method, user=user, **params)

    def entries(self):
        """Clockify's entries, in the order in which they were made."""
        return self.sim.state()["clockify"]["entries"]

    def worklogs(self):
        return self.sim.state()["jira"]["worklogs"]

    def worklog_written(self, count=1):
        """Waits until Jira has `count` worklogs."""
        self.bridge.until(lambda: len(self.worklogs()) >= count)
        return self.worklogs()

    def requests(self, service):
        """"METHOD route" of every request since the counts were cleared."""
        return self.sim.counts()[service]["routes"]
