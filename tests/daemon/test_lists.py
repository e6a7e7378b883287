# SPDX-License-Identifier: Apache-2.0
"""Pickers: workspaces with what the user may do there; projects, tasks and tags beyond any count, with search."""
from world import BEN, BEN_KEY, BEN_TOKEN


def test_every_project_is_there_not_only_790(anna):
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "Project {n}", "count": 1200, "public": True}]}})
    names, page = set(), 1
    while True:
        answer = anna.call("project.list", page=page, page_size=200)
        names |= {item["name"] for item in answer["items"]}
        if answer["last_page"]:
            break
        page += 1
    assert len(names) == 1201
    found = anna.call("project.list", search="Project 1199")
    assert [item["name"] for item in found["items"]] == ["Project 1199"] and found["last_page"] is True


def test_archived_ones_are_not_offered(anna):
    anna.sim.change(f"clockify/projects/{anna.project}", archived=True)
    anna.sim.change(f"clockify/tags/{anna.story}", archived=True)
    assert anna.call("project.list")["items"] == [] and anna.call("tag.list")["items"] == []


def test_tasks_of_a_project(anna):
    assert anna.call("task.list", project=anna.project)["items"] == [{"id": anna.task, "name": "PZ-1"}]


def test_a_project_of_another_workspace(anna):
    assert anna.call("project.list", workspace=anna.second)["items"] == []


def test_workspaces(anna):
    anna.sim.change(f"clockify/workspaces/{anna.main}", workspaceSettings={
        "forceProjects": True, "forceTags": True, "timeTrackingMode": "STOPWATCH_ONLY",
        "lockTimeEntries": "2026-11-01T00:00:00Z"})
    main, second = anna.call("workspace.list")["items"]
    assert (main["name"], main["active"], second["name"], second["active"]) == ("Main", True, "Second", False)
    assert main["requires"] == {"project": True, "task": False, "tags": True, "description": False}
    assert main["manual_entry"] is False and main["locked_before"] == "2026-11-01T00:00:00Z"


def test_what_a_user_may_create(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)

    def can(user):
        anna.bridge.restart()  # so that nothing is remembered
        return anna.call("workspace.list", user=user)["items"][0]["can"]

    assert can(BEN) == {"create_project": True, "create_task": True, "create_tag": True}
    anna.sim.change(f"clockify/workspaces/{anna.main}", workspaceSettings={"entityCreationPermissions": {
        "whoCanCreateProjectsAndClients": "ADMINS", "whoCanCreateTags": "EVERYONE",
        "whoCanCreateTasks": "ADMINS_AND_PROJECT_MANAGERS"}})
    assert can(BEN) == {"create_project": False, "create_task": False, "create_tag": True}
    assert can("JIRAUSER10100") == {"create_project": True, "create_task": True, "create_tag": True}


def test_set_workspace(anna):
    assert anna.call("account.set_workspace", workspace=anna.second)["clockify"]["workspace"]["name"] == "Second"
    assert anna.call("entry.add", issue="PZ-1", seconds=60)["entry"]["workspace"]["id"] == anna.second


def test_typing_in_a_picker_asks_once(anna):
    anna.sim.clear_counts()
    for _ in range(5):
        anna.call("project.list", search="Phase")
    assert anna.sim.counts()["clockify"]["total"] == 1


def everything(world, method, **params):
    """All pages of a list, and how many there were."""
    items, page = [], 1
    while True:
        answer = world.call(method, page=page, page_size=200, **params)
        items += answer["items"]
        if answer["last_page"]:
            return items, page
        page += 1


def test_five_thousand_projects_tasks_and_tags(anna):
    anna.sim.seed({"clockify": {
        "projects": [{"workspace": anna.main, "name": "Project {n}", "count": 5000, "public": True}],
        "tasks": [{"project": "Phase Zero", "name": "Task {n}", "count": 900}],
        "tags": [{"workspace": anna.main, "name": "Tag {n}", "count": 900}]}})
    for method, params, count, pages in (("project.list", {}, 5001, 26), ("task.list", {"project": anna.project}, 901, 5),
                                         ("tag.list", {}, 901, 5)):
        items, walked = everything(anna, method, **params)
        assert len({item["id"] for item in items}) == len(items) == count and walked == pages
    assert [item["name"] for item in anna.call("task.list", project=anna.project, search="sk 900")["items"]] == ["Task 900"]
    assert [item["name"] for item in anna.call("tag.list", search="TAG 899")["items"]] == ["Tag 899"]


def test_a_server_that_always_says_there_is_more(anna):
    anna.sim.options("clockify", lastPageNever=True)
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "P {n}", "count": 399, "public": True}]}})
    assert len(everything(anna, "project.list")[0]) == 400


def test_the_same_question_at_the_same_time_is_asked_once(anna):
    anna.sim.fault(service="clockify", method="GET", route="/tags", kind="delay", ms=300)
    anna.sim.clear_counts()
    with anna.bridge.client() as client:
        numbers = [client.send("tag.list", user="JIRAUSER10100") for _ in range(20)]
        answers = [client.receive(number) for number in numbers]
    assert all(answer == answers[0] and len(answer["items"]) == 1 for answer in answers)
    assert anna.sim.counts()["clockify"]["total"] == 1


def test_nobody_is_shown_what_another_asked_for(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "Annas", "members": ["anna@example.com"]}]}})
    assert {item["name"] for item in anna.call("project.list")["items"]} == {"Phase Zero", "Annas"}
    assert [item["name"] for item in anna.call("project.list", user=BEN)["items"]] == ["Phase Zero"]


def test_a_project_manager_may_what_managers_may(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    anna.sim.change(f"clockify/workspaces/{anna.main}", workspaceSettings={"entityCreationPermissions": {
        "whoCanCreateProjectsAndClients": "ADMINS", "whoCanCreateTags": "ADMINS_AND_PROJECT_MANAGERS",
        "whoCanCreateTasks": "ADMINS_AND_PROJECT_MANAGERS"}})
    ben = anna.sim.clockify_call("GET", "/user", key=BEN_KEY).json["id"]
    anna.sim.change(f"clockify/workspaces/{anna.main}", _roles={ben: "PROJECT_MANAGER"})
    can = {item["id"]: item["can"] for item in anna.call("workspace.list", user=BEN)["items"]}[anna.main]
    assert can == {"create_project": False, "create_task": True, "create_tag": True}
