# SPDX-License-Identifier: Apache-2.0
"""Holds the simulator to what is known of Clockify: each surprise is one test, named for it."""
import re

import pytest

from sim import call
from sim_world import ANNA, BEN, CARL, FINISHED, failed


# Clockify: who is asking.

def test_clockify_takes_exactly_one_credential(w):
    failed(w.c("GET", "//user", key=None), 401, 1000)
    failed(w.c("GET", "//user", headers={"X-Addon-Token": "x"}), 401, 1000)
    failed(w.c("GET", "//user", key=None, headers={"Authorization": "Bearer " + ANNA}), 401, 1000)
    failed(w.c("GET", "//user", key=None, headers={"X-Addon-Token": "x"}), 401, 4017)
    assert w.c("GET", "//user").status == 200


def test_clockify_unknown_and_deactivated_keys_are_4003(w):
    failed(w.c("GET", "//user", key="nobody"), 401, 4003)
    w.sim.change(f"clockify/keys/{ANNA}", active=False)
    failed(w.c("GET", "//user"), 401, 4003)


def test_clockify_email_verification_is_4019_not_a_bad_key(w):
    w.sim.change("clockify/users/anna@example.com", _unverified=True)
    failed(w.c("GET", "//user"), 401, 4019)


def test_clockify_banned_account_is_406(w):
    w.sim.change("clockify/users/anna@example.com", _banned=True)
    failed(w.c("GET", "//user"), 403, 406)


def test_clockify_old_servers_say_description(w):
    w.sim.options("clockify", oldErrors=True)
    answer = w.c("GET", "//user", key=None)
    assert answer.json == {"description": "Full authentication is required to access this resource", "code": 1000}


def test_clockify_memberships_only_on_request(w):
    assert w.c("GET", "//user").json["memberships"] == []
    full = w.c("GET", "//user?include-memberships=true").json["memberships"]
    assert [one["targetId"] for one in full] == [w.ws]


# Clockify: where things are not.

def test_clockify_unknown_workspace_is_404_with_empty_body(w):
    answer = w.c("GET", f"//workspaces/{'0' * 24}/tags")
    assert (answer.status, answer.raw) == (404, b"")


def test_clockify_foreign_workspace_is_denied(w):
    failed(w.c("GET", f"//workspaces/{w.other}/tags"), 403, 501)


def test_clockify_missing_things_are_400_501(w):
    nothing = "0" * 24
    assert failed(w.c("GET", f"/projects/{nothing}"), 400, 501) == "Project doesn't belong to Workspace"
    assert failed(w.c("GET", f"/time-entries/{nothing}"), 400, 501) == "Time entry doesn't belong to Workspace"
    assert failed(w.entry(projectId=nothing), 400, 501) == "Project doesn't belong to Workspace"
    assert failed(w.entry(tagIds=[nothing]), 400, 501) == "Tag doesn't belong to Workspace"
    assert failed(w.entry(projectId=w.annas, taskId=w.task), 400, 501) == "Task doesn't belong to Project"
    assert failed(w.entry(taskId=w.task), 400, 501) == "Task doesn't belong to Project"


def test_clockify_unknown_route_is_404_3000_and_method_405_3000(w):
    failed(w.c("GET", "/nonsense"), 404, 3000)
    failed(w.c("PATCH", f"/user/{w.anna}/time-entries/stop", {"end": "2026-05-29T11:00:00Z"}), 404, 3000)
    failed(w.c("GET", "/time-entries"), 405, 3000)
    failed(w.c("PUT", "", {}), 405, 3000)


def test_clockify_collapses_double_slashes(w):
    assert call(w.sim.clockify, "GET", f"/api/v1//workspaces//{w.ws}/tags", headers={"X-Api-Key": ANNA}).status == 200


def test_clockify_malformed_boolean_echoes_the_input(w):
    message = failed(w.c("GET", f"/projects/{w.open}/tasks?is-active=SENSITIVE"), 400, 3000)
    assert "SENSITIVE" in message


def test_clockify_roles_filter_leaves_owners_out_of_admins(w):
    ids = [one["id"] for one in w.c("GET", "//workspaces?roles=WORKSPACE_ADMIN").json]
    assert ids == []
    assert [one["id"] for one in w.c("GET", "//workspaces?roles=WORKSPACE_ADMIN,OWNER").json] == [w.ws]
    assert [one["id"] for one in w.c("GET", "//workspaces?roles=WORKSPACE_ADMIN", key=BEN).json] == [w.other]


def test_clockify_permissions_are_strings_and_old_booleans_disagree(w):
    settings = w.c("GET", "").json["workspaceSettings"]
    assert settings["entityCreationPermissions"] == {
        "whoCanCreateProjectsAndClients": "ADMINS", "whoCanCreateTags": "EVERYONE", "whoCanCreateTasks": "ADMINS"}
    assert settings["onlyAdminsCreateTag"] is False
    w.settings(onlyAdminsCreateProject=False)
    failed(w.c("POST", "/projects", {"name": "Mine"}, key=BEN), 403, 501)


# Clockify: lists.

def test_clockify_page_size_has_a_hyphen_and_ends_at_5000(w):
    w.sim.seed({"clockify": {"tags": [{"workspace": "Main", "name": "T{n}", "count": 120}]}})
    assert len(w.c("GET", "/tags").json) == 50
    assert len(w.c("GET", "/tags?pageSize=100&pagesize=100").json) == 50
    assert len(w.c("GET", "/tags?page-size=5000").json) == 122
    assert w.c("GET", "/tags?page-size=5001").status == 400
    assert w.c("GET", "/tags?page-size=99999").status == 400
    assert w.c("GET", "/tags?page-size=0").status == 400


def test_clockify_last_page_header(w):
    w.sim.seed({"clockify": {"tags": [{"workspace": "Main", "name": "T{n}", "count": 98}]}})
    assert w.c("GET", "/tags?page=1").headers["last-page"] == "false"
    assert w.c("GET", "/tags?page=2").headers["last-page"] == "true"
    beyond = w.c("GET", "/tags?page=3")
    assert (beyond.json, beyond.headers["last-page"]) == ([], "true")


def test_clockify_last_page_may_never_come(w):
    w.sim.options("clockify", lastPageNever=True)
    answer = w.c("GET", "/tags?page=9")
    assert (answer.json, answer.headers["last-page"]) == ([], "false")


def test_clockify_lists_are_sorted_on_request(w):
    names = lambda query: [one["name"] for one in w.c("GET", "/projects" + query).json]
    assert names("?sort-column=NAME") == ["Annas", "Old", "Open"]
    assert names("?sort-column=NAME&sort-order=DESCENDING") == ["Open", "Old", "Annas"]
    assert names("?access=PRIVATE") == ["Annas"]


def test_clockify_archived_left_out_lists_both(w):
    names = lambda query: {one["name"] for one in w.c("GET", "/projects" + query).json}
    assert names("") == {"Open", "Annas", "Old"}
    assert names("?archived=false") == {"Open", "Annas"}
    assert names("?archived=true") == {"Old"}


def test_clockify_name_is_substring_unless_strict(w):
    w.c("POST", "/projects", {"name": "Open and more"})
    assert len(w.c("GET", "/projects?name=pen").json) == 2
    assert [one["id"] for one in w.c("GET", "/projects?name=Open&strict-name-search=true").json] == [w.open]
    assert w.c("GET", "/projects?name=open&strict-name-search=true").json == []


def test_clockify_running_list_has_ten_a_page_and_a_thousand_at_most(w):
    w.sim.seed({"clockify": {"users": [{"email": "u{n}@example.com", "name": "U{n}", "apiKeys": ["u{n}"], "count": 12}]}})
    members = {user["id"]: "MEMBER" for user in w.sim.state()["clockify"]["users"] if user["name"].startswith("U")}
    w.sim.change(f"clockify/workspaces/{w.ws}", _roles=members)
    for n in range(1, 13):
        assert w.entry(key=f"u{n}").status == 201
    assert len(w.c("GET", "/time-entries/status/in-progress").json) == 10
    assert len(w.c("GET", "/time-entries/status/in-progress?page-size=1000").json) == 12
    assert w.c("GET", "/time-entries/status/in-progress?page-size=1001").status == 400


def test_clockify_description_filter_is_substring_and_newest_start_first(w):
    for hour in ("08", "10", "09"):
        w.entry(start=f"2026-05-29T{hour}:00:00Z", end=f"2026-05-29T{hour}:01:00Z", description=f"needle {hour}")
    found = w.c("GET", f"/user/{w.anna}/time-entries?description=eedle").json
    assert [one["description"] for one in found] == ["needle 10", "needle 09", "needle 08"]


def test_clockify_window_is_wall_clock_in_the_accounts_zone(w):
    w.entry(**FINISHED)
    window = f"/user/{w.anna}/time-entries?start=2026-05-29T09:59:00Z&end=2026-05-29T10:01:00Z"
    assert len(w.c("GET", window).json) == 1
    w.sim.change("clockify/users/anna@example.com", settings={"timeZone": "<+02>-2"})
    assert w.c("GET", window).json == []
    shifted = window.replace("T09:59", "T11:59").replace("T10:01", "T12:01")
    assert len(w.c("GET", shifted).json) == 1


def test_clockify_windowed_lists_may_lag_behind(w):
    w.sim.options("clockify", windowLag_s=30)
    made = w.entry(**FINISHED, description="fresh").json["id"]
    ids = lambda query: [one["id"] for one in w.c("GET", f"/user/{w.anna}/time-entries?{query}").json]
    assert ids("start=2026-05-29T00:00:00Z") == [] and ids("description=fresh") == [made]
    w.sim.advance(31)
    assert ids("start=2026-05-29T00:00:00Z") == [made]


# Clockify: names.

def test_clockify_angle_brackets_are_refused_everywhere(w):
    for text in ("List<String>", "a -> b"):
        assert "characters" in failed(w.entry(description=text), 400, 501)
        failed(w.c("POST", "/projects", {"name": text}), 400, 501)
        failed(w.c("POST", f"/projects/{w.open}/tasks", {"name": text}), 400, 501)
        failed(w.c("POST", "/tags", {"name": text}), 400, 501)
    assert w.entry(description="emoji \U0001f600, entity &lt;b&gt;\nline two").status == 201


def test_clockify_lengths_are_counted_in_utf16_units(w):
    failed(w.c("POST", "/projects", {"name": "X"}), 400, 501)
    assert w.c("POST", "/projects", {"name": "XY"}).status == 201
    failed(w.c("POST", "/projects", {"name": "x" * 251}), 400, 501)
    assert w.c("POST", "/projects", {"name": "ü" * 250}).status == 201
    assert failed(w.c("POST", "/projects", {}), 400, 501) == "Project name is required"
    failed(w.c("POST", "/tags", {"name": "x" * 101}), 400, 501)
    assert w.c("POST", "/tags", {"name": "x" * 100}).status == 201
    failed(w.c("POST", "/tags", {"name": "\U0001f600" * 51}), 400, 501)
    failed(w.c("POST", f"/projects/{w.open}/tasks", {"name": "x" * 1001}), 400, 501)
    failed(w.entry(description="x" * 3001), 400, 501)
    assert w.entry(description="x" * 3000).status == 201


def test_clockify_project_names_are_unique_per_client_only(w):
    client = w.c("POST", "/clients", {"name": "Customer"}).json["id"]
    assert failed(w.c("POST", "/projects", {"name": "Open"}), 400, 501) == "Open project for client  already exists."
    assert w.c("POST", "/projects", {"name": "Open", "clientId": client}).status == 201
    message = failed(w.c("POST", "/projects", {"name": "Open", "clientId": client}), 400, 501)
    assert message == "Open project for client Customer already exists."
    assert len(w.c("GET", "/projects?name=Open&strict-name-search=true").json) == 2


def test_clockify_private_project_is_unseen_but_its_name_is_taken(w):
    w.settings(entityCreationPermissions={"whoCanCreateProjectsAndClients": "EVERYONE"})
    assert w.c("GET", "/projects?name=Annas&strict-name-search=true", key=BEN).json == []
    failed(w.c("GET", f"/projects/{w.annas}", key=BEN), 400, 501)
    failed(w.entry(key=BEN, projectId=w.annas), 400, 501)
    assert "already exists" in failed(w.c("POST", "/projects", {"name": "Annas"}, key=BEN), 400, 501)


def test_clockify_isPublic_goes_in_and_public_comes_out(w):
    private = w.c("POST", "/projects", {"name": "P1"}).json
    assert private["public"] is False and "isPublic" not in private
    assert private["clientId"] == "" and private["clientName"] == ""
    assert [one["userId"] for one in private["memberships"]] == [w.anna]
    assert w.c("POST", "/projects", {"name": "P2", "isPublic": True}).json["public"] is True


def test_clockify_put_of_a_project_resets_what_is_left_out(w):
    put = w.c("PUT", f"/projects/{w.open}", {"name": "Open", "archived": True}).json
    assert (put["archived"], put["public"], put["billable"]) == (True, False, False)


def test_clockify_active_projects_and_tasks_cannot_be_deleted(w):
    failed(w.c("DELETE", f"/projects/{w.open}"), 400, 501)
    assert w.c("DELETE", f"/projects/{w.old}").status == 200
    failed(w.c("DELETE", f"/projects/{w.open}/tasks/{w.task}"), 400, 501)
    assert w.c("PUT", f"/projects/{w.open}/tasks/{w.task}", {"name": "PZ-1", "status": "DONE"}).json["status"] == "DONE"
    assert w.c("DELETE", f"/projects/{w.open}/tasks/{w.task}").status == 200


def test_clockify_duplicate_tasks_and_tags_are_refused(w):
    assert "already exists" in failed(w.c("POST", f"/projects/{w.open}/tasks", {"name": "PZ-1"}), 400, 501)
    assert "already exists" in failed(w.c("POST", "/tags", {"name": "Bug"}), 400, 501)
    assert w.c("POST", "/tags", {"name": "bug"}).status == 201


def test_clockify_put_of_a_tag_without_archived_takes_it_out_of_the_archive(w):
    assert w.c("PUT", f"/tags/{w.gone}", {"name": "Gone"}).json["archived"] is False


def test_clockify_who_may_create(w):
    failed(w.c("POST", "/projects", {"name": "Mine"}, key=BEN), 403, 501)
    failed(w.c("POST", "/projects", {"name": "Mine"}, key=CARL), 403, 501)
    failed(w.c("POST", f"/projects/{w.open}/tasks", {"name": "T"}, key=BEN), 403, 501)
    assert w.c("POST", "/tags", {"name": "Mine"}, key=BEN).status == 201
    w.settings(entityCreationPermissions={"whoCanCreateProjectsAndClients": "ADMINS_AND_PROJECT_MANAGERS",
                                          "whoCanCreateTags": "ADMINS"})
    failed(w.c("POST", "/projects", {"name": "Mine"}, key=BEN), 403, 501)
    assert w.c("POST", "/projects", {"name": "Mine"}, key=CARL).status == 201
    assert failed(w.c("POST", "/tags", {"name": "More"}, key=BEN), 403, 501) == "Access Denied"


# Clockify: time entries.

def test_clockify_a_post_without_end_runs_and_even_an_empty_one(w):
    answer = w.entry()
    assert answer.status == 201
    assert answer.json["timeInterval"]["end"] is None and answer.json["timeInterval"]["duration"] is None
    assert answer.json["tagIds"] is None and answer.json["projectId"] is None
    assert w.c("POST", "/time-entries", b"", key=BEN).status == 201


def test_clockify_tagIds_may_be_null_or_empty(w):
    assert w.entry(**FINISHED).json["tagIds"] is None
    assert w.entry(**FINISHED, tagIds=[]).json["tagIds"] == []


def test_clockify_end_without_start_is_refused(w):
    assert failed(w.entry(end="2026-05-29T10:00:00Z"), 400, 501) == "Can't create time entry with end time only."


def test_clockify_times_answer_to_the_second_and_offsets_are_honoured(w):
    interval = w.entry(start="2026-05-29T12:00:00.789+02:00", end="2026-05-29T11:30:05.999Z").json["timeInterval"]
    assert interval == {"start": "2026-05-29T10:00:00Z", "end": "2026-05-29T11:30:05Z", "duration": "PT1H30M5S"}
    assert w.entry(start="2026-05-29 10:00").status == 400


def test_clockify_every_repeat_makes_a_new_entry(w):
    first, second = w.entry(**FINISHED, description="x"), w.entry(**FINISHED, description="x")
    assert first.json["id"] != second.json["id"]


def test_clockify_userId_in_the_body_is_ignored(w):
    assert w.entry(userId=w.ben, nonsense=1).json["userId"] == w.anna


def test_clockify_second_start_stops_the_first_in_the_same_workspace_only(w):
    first = w.entry(key=BEN, description="first").json
    elsewhere = w.sim.clockify_call("POST", f"/workspaces/{w.other}/time-entries", {}, key=BEN).json
    second = w.entry(key=BEN, description="second").json
    entries = {one["id"]: one for one in w.sim.state()["clockify"]["entries"]}
    assert entries[first["id"]]["timeInterval"]["end"] is not None
    assert entries[elsewhere["id"]]["timeInterval"]["end"] is None
    running = w.c("GET", f"/user/{w.ben}/time-entries?in-progress=true", key=BEN).json
    assert [one["id"] for one in running] == [second["id"]]


def test_clockify_stop_is_a_patch_without_entry_id(w):
    started = w.entry(start="2026-05-29T10:00:00Z").json
    stopped = w.c("PATCH", f"/user/{w.anna}/time-entries", {"end": "2026-05-29T10:00:38Z"})
    assert (stopped.status, stopped.json["id"], stopped.json["timeInterval"]["duration"]) == (200, started["id"], "PT38S")


def test_clockify_stop_with_nothing_running_is_404_404(w):
    message = failed(w.c("PATCH", f"/user/{w.anna}/time-entries", {"end": "2026-05-29T10:00:38Z"}), 404, 404)
    assert message == f"Currently running time entry doesn't exist on workspace {w.ws} for user {w.anna}."


@pytest.mark.parametrize("force,fields", [("forceProjects", {"projectId", "taskId"}), ("forceTasks", {"taskId"}),
                                          ("forceTags", {"tagIds"}), ("forceDescription", {"description"})])
def test_clockify_required_fields_bite_at_stop_and_finished_post_not_at_start(w, force, fields):
    full = {"projectId": w.open, "taskId": w.task, "tagIds": [w.bug], "description": "d"}
    w.settings(**{force: True})
    poor = {name: value for name, value in full.items() if name not in fields}
    failed(w.entry(**FINISHED, **poor), 400, 501)
    assert w.entry(**FINISHED, **full).status == 201
    started = w.entry(start="2026-05-29T10:00:00Z", **poor)
    assert started.status == 201
    failed(w.c("PATCH", f"/user/{w.anna}/time-entries", {"end": "2026-05-29T11:00:00Z"}), 400, 501)
    path = f"/time-entries/{started.json['id']}"
    assert w.c("PUT", path, {"start": "2026-05-29T10:00:00Z", **full}).status == 200
    assert w.c("PATCH", f"/user/{w.anna}/time-entries", {"end": "2026-05-29T11:00:00Z"}).status == 200


def test_clockify_put_on_a_users_entries_is_a_bulk_edit_and_wants_an_array(w):
    made = w.entry(**FINISHED).json
    failed(w.c("PUT", f"/user/{w.anna}/time-entries", {"end": "2026-05-29T11:00:00Z"}), 400, 3002)
    answer = w.c("PUT", f"/user/{w.anna}/time-entries", [{"id": made["id"], **FINISHED, "description": "new"}])
    assert [one["description"] for one in answer.json] == ["new"]


def test_clockify_put_replaces_everything_and_start_is_mandatory(w):
    made = w.entry(**FINISHED, description="d", projectId=w.open, taskId=w.task, tagIds=[w.bug], billable=True).json
    path = f"/time-entries/{made['id']}"
    failed(w.c("PUT", path, {"end": FINISHED["end"], "tagIds": [w.bug]}), 400, 501)
    put = w.c("PUT", path, {**FINISHED, "tagIds": [w.bug]}).json
    assert (put["description"], put["projectId"], put["taskId"], put["billable"]) == ("", None, None, False)
    assert put["tagIds"] == [w.bug]
    assert w.c("PUT", path, {"start": FINISHED["start"]}).json["timeInterval"]["end"] is None


def test_clockify_custom_fields_are_written_and_read_under_different_keys(w):
    field = {"customFieldId": "5" * 24, "sourceType": "TIMEENTRY", "value": "v"}
    made = w.entry(**FINISHED, customFields=[field]).json
    assert made["customFieldValues"][0]["value"] == "v" and "customFields" not in made
    path = f"/time-entries/{made['id']}"
    assert w.c("PUT", path, {**FINISHED, "customFieldValues": made["customFieldValues"]}).json["customFieldValues"] == []


def test_clockify_custom_fields_may_not_be_in_the_plan(w):
    w.sim.change(f"clockify/workspaces/{w.ws}", _noCustomFields=True)
    failed(w.entry(**FINISHED, customFields=[{"customFieldId": "5" * 24, "value": "v"}]), 400, 4033)


def test_clockify_delete_answers_204_and_bulk_delete_an_array(w):
    one, two, three = (w.entry(**FINISHED).json["id"] for _ in range(3))
    answer = w.c("DELETE", f"/time-entries/{one}")
    assert (answer.status, answer.raw) == (204, b"")
    failed(w.c("DELETE", f"/time-entries/{one}"), 400, 501)
    answer = w.c("DELETE", f"/user/{w.anna}/time-entries?time-entry-ids={two}&time-entry-ids={three}")
    assert [entry["id"] for entry in answer.json] == [two, three]


def test_clockify_stopwatch_only_refuses_manual_entries(w):
    w.settings(timeTrackingMode="STOPWATCH_ONLY")
    assert "Manual time tracking disabled" in failed(w.entry(**FINISHED), 403, 4030)
    assert w.c("POST", f"/user/{w.anna}/time-entries", FINISHED).status == 201  # the owner may on this route
    failed(w.c("POST", f"/user/{w.ben}/time-entries", FINISHED, key=BEN), 403, 4030)
    assert w.entry(start=FINISHED["start"]).status == 201


def test_clockify_locked_period_is_1003_and_admins_are_exempt(w):
    before = w.entry(key=BEN, **FINISHED).json
    w.settings(lockTimeEntries="2026-06-01T00:00:00Z")
    failed(w.entry(key=BEN, **FINISHED), 403, 1003)
    failed(w.c("DELETE", f"/time-entries/{before['id']}", key=BEN), 403, 1003)
    failed(w.c("PUT", f"/time-entries/{before['id']}", FINISHED, key=BEN), 403, 1003)
    assert w.c("GET", f"/time-entries/{before['id']}", key=BEN).json["isLocked"] is True
    assert w.entry(**FINISHED).status == 201


def test_clockify_approved_entries_are_4005(w):
    made = w.entry(**FINISHED).json
    w.sim.change(f"clockify/entries/{made['id']}", _approved=True)
    failed(w.c("DELETE", f"/time-entries/{made['id']}"), 403, 4005)
    failed(w.c("PUT", f"/time-entries/{made['id']}", FINISHED), 403, 4005)


def test_clockify_archived_project_is_taken_and_archived_tag_not(w):
    assert w.entry(**FINISHED, projectId=w.old).status == 201
    assert failed(w.entry(**FINISHED, tagIds=[w.gone]), 400, 501) == "You can not create entities for archived tag"
    w.sim.options("clockify", archivedTagsAccepted=True)
    assert w.entry(**FINISHED, tagIds=[w.gone]).status == 201


def test_clockify_billable_may_be_silently_overruled(w):
    w.settings(onlyAdminsCanChangeBillableStatus=True, defaultBillableProjects=True)
    assert w.entry(key=BEN, **FINISHED, billable=False).json["billable"] is True
    assert w.entry(**FINISHED, billable=False).json["billable"] is False


def test_clockify_hydrated_entries_have_objects_and_no_ids(w):
    made = w.entry(**FINISHED, projectId=w.open, taskId=w.task, tagIds=[w.bug]).json
    one = w.c("GET", f"/time-entries/{made['id']}?hydrated=true").json
    assert (one["project"]["name"], one["task"]["name"], one["tags"][0]["name"]) == ("Open", "PZ-1", "Bug")
    assert one["projectId"] == w.open and "taskId" not in one and "tagIds" not in one


def test_clockify_others_entries_are_for_admins(w):
    failed(w.c("GET", f"/user/{w.anna}/time-entries", key=BEN), 403, 501)
    failed(w.c("POST", f"/user/{w.anna}/time-entries", FINISHED, key=BEN), 403, 501)
    assert w.c("POST", f"/user/{w.ben}/time-entries", FINISHED).json["userId"] == w.ben


def test_clockify_entries_have_no_made_or_changed_time(w):
    assert set(w.entry(**FINISHED).json) == {
        "id", "description", "tagIds", "userId", "billable", "taskId", "projectId", "workspaceId", "timeInterval",
        "customFieldValues", "type", "kioskId", "hourlyRate", "costRate", "isLocked"}


# Clockify: limits, discovery, redirects.

def test_clockify_hourly_limit_is_the_whole_workspaces(w):
    w.sim.change(f"clockify/workspaces/{w.ws}", _hourlyLimit=3)
    assert [w.c("GET", "/tags", key=key).status for key in (ANNA, BEN, CARL)] == [200] * 3
    limited = w.c("GET", "/tags")
    assert limited.status == 429 and limited.json == {"message": "Too many requests"}
    assert "retry-after" not in limited.headers
    assert w.c("GET", "//user").status == 429
    w.sim.change(f"clockify/workspaces/{w.ws}", _retryAfter=120)
    assert w.c("GET", "/tags").headers["retry-after"] == "120"
    w.sim.advance(3600)
    assert w.c("GET", "/tags").status == 200


def test_clockify_boot_and_health_need_no_key(w):
    boot = call(w.sim.clockify, "GET", "/web/boot").json
    assert boot["selfHosted"] is True and boot["endpoint"] == "/api"
    assert call(w.sim.clockify, "GET", "/api/health").json == {"status": "UP"}
    w.sim.options("clockify", boot=None)
    assert call(w.sim.clockify, "GET", "/web/boot").status == 404


def test_clockify_redirects_on_demand(w):
    w.sim.options("clockify", redirectTo="http://127.0.0.1:9")
    answer = w.c("GET", "//user")
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:9/api/v1/user")
