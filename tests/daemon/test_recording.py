# SPDX-License-Identifier: Apache-2.0
"""What gets recorded of an issue: description, project, task and tags, found or made, and what is done where one cannot be had."""
import pytest

from bridge import RpcError
from world import BEN, BEN_KEY, BEN_TOKEN

DETAILS = {"summary": "From the page", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}


def table(world, name):
    return world.sim.state()["clockify"][name]


def add(world, issue="PZ-1", **params):
    return world.call("entry.add", issue=issue, seconds=600, **params)["entry"]


def left_out(entry):
    return [(item["what"], item["reason"]) for item in entry["left_out"]]


def permissions(world, who):
    world.sim.change(f"clockify/workspaces/{world.main}", workspaceSettings={"entityCreationPermissions": {
        "whoCanCreateProjectsAndClients": who, "whoCanCreateTags": who, "whoCanCreateTasks": who}})


def test_description_project_task_and_tags_of_an_issue(anna):
    entry = add(anna)
    assert entry["description"] == "PZ-1 Read a ticket"
    assert (entry["project"]["id"], entry["project"]["name"]) == (anna.project, "Phase Zero")
    assert (entry["task"]["id"], entry["task"]["name"]) == (anna.task, "PZ-1")
    assert entry["tags"] == [{"id": anna.story, "name": "Story"}]
    assert entry["left_out"] == []
    [made] = anna.entries()
    assert (made["projectId"], made["taskId"], made["tagIds"]) == (anna.project, anna.task, [anna.story])


def test_what_is_missing_is_made(anna):
    entry = add(anna, "NEW-1")
    assert entry["project"]["name"] == "New Home" and entry["task"]["name"] == "NEW-1"
    assert [tag["name"] for tag in entry["tags"]] == ["Task"]
    assert [project["name"] for project in table(anna, "projects")].count("New Home") == 1


@pytest.mark.parametrize("issue, tags", [
    ("PZ-2", {"Bug", "alpha", "beta"}), ("PZ-3", {"Sub-task", "Subtask"}), ("PZ-4", {"Epic"})])
def test_tags_of_types_labels_children_and_epics(anna, issue, tags):
    assert {tag["name"] for tag in add(anna, issue)["tags"]} == tags


def test_tags_match_without_regard_to_letter_case(anna):
    anna.sim.seed({"clockify": {"tags": [{"workspace": anna.main, "name": "ALPHA"}]}})
    assert "ALPHA" in {tag["name"] for tag in add(anna, "PZ-2")["tags"]}
    assert "alpha" not in {tag["name"] for tag in table(anna, "tags")}


def test_a_long_label_is_cut_to_100_characters(anna):
    anna.sim.change("jira/issues/PZ-1", labels=["x" * 255])
    assert "x" * 100 in {tag["name"] for tag in add(anna)["tags"]}


def test_an_archived_tag_is_passed_over(anna):
    anna.sim.change(f"clockify/tags/{anna.story}", archived=True)
    entry = add(anna)
    assert anna.story not in {tag["id"] for tag in entry["tags"]}
    assert entry["delivery"] == "done"


def test_signs_that_clockify_refuses_are_replaced_and_long_words_cut(anna):
    anna.sim.change("jira/issues/PZ-1", summary="List<String> -> Set")
    entry = add(anna)
    assert entry["description"] == "PZ-1 List‹String› -› Set"
    assert len(add(anna, description="ä" * 3000)["description"]) == 3000


def test_templates_and_choices_of_the_configuration(world_with):
    world = world_with(entry={"description": "{type}: {summary} ({key}, {project})", "tags": ["labels"], "create": ["task"]})
    world.connect()
    entry = add(world, "PZ-2")
    assert entry["description"] == "Bug: Second issue (PZ-2, Phase Zero)"
    assert entry["tags"] == [] and entry["task"]["name"] == "PZ-2"
    assert left_out(entry) == [("tag", "not_created"), ("tag", "not_created")]
    assert left_out(add(world, "NEW-1")) == [("project", "not_created")]


def test_two_projects_of_one_name_leave_the_entry_without(anna):
    anna.sim.seed({"clockify": {"clients": [{"workspace": anna.main, "name": "Client"}]}})
    client = table(anna, "clients")[0]["id"]
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "Phase Zero", "client": client, "public": True}]}})
    entry = add(anna)
    assert entry["project"] is None and entry["task"] is None
    assert left_out(entry) == [("project", "ambiguous")]
    assert len(anna.entries()) == 1


def test_archived_projects_are_left_out_and_one_on_a_later_page_is_found(anna):
    anna.sim.change(f"clockify/projects/{anna.project}", archived=True)
    entry = add(anna)
    assert entry["project"] is None or entry["project"]["id"] != anna.project
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "New Home {n}", "count": 900, "public": True},
                                             {"workspace": anna.main, "name": "New Home", "public": True}]}})
    assert add(anna, "NEW-1")["project"]["name"] == "New Home"
    assert [project["name"] for project in table(anna, "projects")].count("New Home") == 1


@pytest.mark.parametrize("name, reason", [("X", "too_short"), ("x" * 251, "too_long")])
def test_names_that_are_too_short_or_too_long(anna, name, reason):
    anna.call("account.disconnect", service="jira")
    entry = add(anna, details={**DETAILS, "project": {"id": "77", "key": "XX", "name": name}})
    assert entry["project"] is None and left_out(entry) == [("project", reason)]
    assert len(anna.entries()) == 1


def test_without_permission_to_create_the_entry_is_made_all_the_same(anna):
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    permissions(anna, "ADMINS")
    entry = anna.call("entry.add", user=BEN, issue="NEW-1", seconds=600)["entry"]
    assert entry["delivery"] == "done" and entry["project"] is None
    assert left_out(entry) == [("project", "not_allowed"), ("tag", "not_allowed")]
    anna.sim.clear_counts()
    anna.call("entry.add", user=BEN, issue="NEW-1", seconds=600)
    posts = {route: n for route, n in anna.requests("clockify").items() if route.startswith("POST")}
    assert sum(posts.values()) == 1, "a refusal is remembered for a while"


def test_a_project_that_is_there_but_not_visible(anna):
    anna.sim.seed({"clockify": {"projects": [{"workspace": anna.main, "name": "New Home", "members": ["anna@example.com"]}]}})
    anna.connect(BEN, BEN_KEY, BEN_TOKEN)
    entry = anna.call("entry.add", user=BEN, issue="NEW-1", seconds=600)["entry"]
    assert entry["project"] is None and ("project", "exists_but_not_visible") in left_out(entry)


def test_a_rename_on_either_side_makes_no_second_project(anna):
    add(anna)
    anna.sim.change(f"clockify/projects/{anna.project}", name="Renamed in Clockify")
    anna.sim.change("jira/projects/PZ", name="Renamed in Jira")
    before = len(table(anna, "projects"))
    assert add(anna)["project"]["id"] == anna.project
    assert add(anna, "PZ-2")["project"]["id"] == anna.project
    assert len(table(anna, "projects")) == before


def test_a_remembered_project_that_was_deleted_is_found_or_made_anew(anna):
    add(anna)
    anna.sim.remove(f"clockify/projects/{anna.project}")
    entry = add(anna)
    assert entry["delivery"] == "done" and entry["project"]["id"] != anna.project
    assert entry["project"]["name"] == "Phase Zero"


def test_another_project_task_and_tags_by_choice(anna):
    made = anna.sim.seed({"clockify": {
        "projects": [{"workspace": anna.main, "name": "Chosen", "public": True}],
        "tags": [{"workspace": anna.main, "name": "urgent"}]}})["clockify"]
    project, tag = made["projects"][0]["id"], made["tags"][0]["id"]
    entry = add(anna, project=project, tags=[tag], description="My words", billable=True)
    assert entry["project"] == {"id": project, "name": "Chosen"} and entry["task"]["name"] == "PZ-1"
    assert {"id": tag, "name": "urgent"} in entry["tags"] and len(entry["tags"]) == 2
    assert entry["description"] == "My words" and entry["billable"] is True


@pytest.mark.parametrize("member, what", [("project", "project"), ("task", "task"), ("workspace", "workspace")])
def test_a_choice_that_does_not_exist(anna, member, what):
    with pytest.raises(RpcError) as error:
        add(anna, **{member: "0123456789abcdef01234567"})
    assert (error.value.reason, error.value.data["what"]) == ("not_found", what)
    assert anna.entries() == [] and anna.call("entry.list")["items"] == []


def test_the_page_knows_enough_where_jira_is_not_connected(world):
    world.connect(token=None)
    entry = add(world, details={**DETAILS, "labels": ["alpha"], "epic": True})
    assert entry["description"] == "PZ-1 From the page" and entry["project"]["id"] == world.project
    assert {tag["name"] for tag in entry["tags"]} == {"Story", "alpha", "Epic"}
    world.bridge.until(lambda: world.call("worklog.list", state="blocked")["items"])
    assert world.call("worklog.list")["items"][0]["problem"]["reason"] == "jira_token_required"
    world.connect(key=None)
    assert world.worklog_written()[0]["timeSpentSeconds"] == 600


def test_jiras_facts_count_more_than_the_pages(anna):
    assert add(anna, details=DETAILS)["description"] == "PZ-1 Read a ticket"


def test_a_moved_issue_is_recorded_under_its_new_key(anna):
    anna.sim.change("jira/issues/PZ-2", key="NEW-9")
    entry = add(anna, "PZ-2", wait="worklog")
    assert entry["issue"] == "NEW-9" and entry["description"].startswith("NEW-9 ")
    assert entry["worklog"]["state"] == "written"


def test_an_issue_that_does_not_exist(anna):
    with pytest.raises(RpcError) as error:
        add(anna, "PZ-999")
    assert (error.value.reason, error.value.data["what"]) == ("not_found", "issue")
    assert anna.entries() == []


@pytest.mark.parametrize("public", [True, False])
def test_a_new_project_is_for_everybody_as_the_workspace_says(anna, public):
    anna.sim.change(f"clockify/workspaces/{anna.main}", workspaceSettings={"isProjectPublicByDefault": public})
    add(anna, "NEW-1")
    assert [project["public"] for project in table(anna, "projects") if project["name"] == "New Home"] == [public]


def utf16_length(text):
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("summary", ["x" * 255, "\U0001f600" * 120])
def test_a_description_is_cut_to_what_clockify_takes(world_with, summary):
    world = world_with(entry={"description": "{summary} " * 60})
    world.sim.change("jira/issues/PZ-1", summary=summary)
    world.connect()
    entry = add(world)
    assert entry["delivery"] == "done" and 2999 <= utf16_length(entry["description"]) <= 3000
    assert entry["description"].startswith(summary + " " + summary)


def test_signs_that_clockify_refuses_in_words_by_choice_and_in_names(anna):
    anna.sim.change("jira/projects/NEW", name="A <b> project")
    anna.sim.change("jira/issues/NEW-1", labels=["x>y"])
    entry = add(anna, "NEW-1", description="<script>")
    assert entry["description"] == "\u2039script\u203a"
    assert entry["project"]["name"] == "A \u2039b\u203a project"
    assert "x\u203ay" in {tag["name"] for tag in entry["tags"]}


def test_a_tag_is_found_on_any_page(anna):
    anna.sim.seed({"clockify": {"tags": [{"workspace": anna.main, "name": "{n} Story", "count": 450}]}})
    assert add(anna)["tags"] == [{"id": anna.story, "name": "Story"}]


def test_several_tags_are_found_on_any_page(anna):
    made = anna.sim.seed({"clockify": {"tags": [{"workspace": anna.main, "name": "{n}", "count": 5100},
                                                {"workspace": anna.main, "name": "Beta"}]}})["clockify"]["tags"]
    entry = add(anna, "PZ-2")
    assert {"id": made[-1]["id"], "name": "Beta"} in entry["tags"]
    assert {tag["name"] for tag in entry["tags"]} == {"Bug", "alpha", "Beta"}


def test_a_tag_that_does_not_exist(anna):
    with pytest.raises(RpcError) as error:
        add(anna, tags=["0123456789abcdef01234567"])
    assert (error.value.reason, error.value.data["what"]) == ("not_found", "tag")
    assert anna.entries() == []


def test_another_task_by_choice_and_one_of_another_project(anna):
    made = anna.sim.seed({"clockify": {
        "projects": [{"workspace": anna.main, "name": "Other", "public": True}],
        "tasks": [{"project": "Phase Zero", "name": "Meetings"}]}})["clockify"]
    entry = add(anna, task=made["tasks"][0]["id"])
    assert entry["task"]["name"] == "Meetings" and entry["project"]["id"] == anna.project
    with pytest.raises(RpcError) as error:
        add(anna, project=made["projects"][0]["id"], task=made["tasks"][0]["id"])
    assert (error.value.reason, error.value.data["what"]) == ("not_found", "task")


def test_a_remembered_task_or_tag_that_was_deleted_is_made_anew(anna):
    add(anna)
    anna.sim.remove(f"clockify/tasks/{anna.task}")
    anna.sim.remove(f"clockify/tags/{anna.story}")
    entry = add(anna)
    assert (entry["task"]["name"], entry["tags"][0]["name"]) == ("PZ-1", "Story")
    assert entry["task"]["id"] != anna.task and entry["tags"][0]["id"] != anna.story


def test_nothing_is_made_that_is_not_to_be_made(world_with):
    world = world_with(entry={"create": [], "tags": ["type", "subtask"]})
    world.connect()
    assert left_out(add(world, "NEW-1")) == [("project", "not_created"), ("tag", "not_created")]
    assert [item["name"] for item in add(world, "PZ-3")["left_out"]] == ["PZ-3", "Sub-task", "Subtask"]
    assert (len(table(world, "projects")), len(table(world, "tasks")), len(table(world, "tags"))) == (1, 1, 1)
