# SPDX-License-Identifier: Apache-2.0
"""The users of the isolation suite. Whatever is a user's own bears the user's mark, a word that stands nowhere else: so what
belongs to whom is seen in any text."""
import re

COUNT = 18
ISSUES = [f"PZ-{number}" for number in range(1, 7)]
MARK = re.compile(r"mk(\d\d)mk|JIRAUSER300(\d\d)")


def owners(text):
    """The numbers of the users whose marks stand in the text."""
    return {int(own or user) for own, user in MARK.findall(text)}


class Person:
    def __init__(self, number):
        self.number = number
        self.mark = f"mk{number:02d}mk"
        self.user = f"JIRAUSER300{number:02d}"
        self.name = f"Name {self.mark}"
        self.email = f"{self.mark}@example.com"
        self.api_key = f"ClockifyKeyOf{self.mark}0123456789"
        self.token = f"tokenOf{self.mark}".ljust(44, "x")
        self.workspace = self.project = None  # ids, once they are made
        self.seen = set()  # ids of entries and worklogs that are this user's

    def __repr__(self):
        return f"Person({self.number})"


def seed(people):
    """All are in one workspace; each has one more, with a project and a tag, of which nobody else knows."""
    anybody = {"whoCanCreateProjectsAndClients": "EVERYONE", "whoCanCreateTags": "EVERYONE", "whoCanCreateTasks": "EVERYONE"}
    private = [{"name": f"Workspace {one.mark}", "members": [{"user": one.email, "role": "OWNER"}]} for one in people]
    return {
        "clockify": {
            "users": [{"email": one.email, "name": one.name, "apiKeys": [one.api_key]} for one in people],
            "workspaces": [{"name": "Shared", "settings": {"entityCreationPermissions": anybody, "isProjectPublicByDefault": True},
                            "members": [{"user": one.email} for one in people]}, *private],
            "projects": [{"workspace": "Shared", "name": "Phase Zero", "public": True},
                         *({"workspace": f"Workspace {one.mark}", "name": f"Project {one.mark}"} for one in people)],
            "tags": [{"workspace": f"Workspace {one.mark}", "name": f"Tag {one.mark}"} for one in people],
        },
        "jira": {
            "users": [{"key": one.user, "name": f"login{one.mark}", "displayName": one.name, "tokens": [one.token]}
                      for one in people],
            "projects": [{"key": "PZ", "name": "Phase Zero"}],
            "issues": [{"key": issue, "summary": f"Summary of {issue}", "type": "Task"} for issue in ISSUES],
        },
    }
