# SPDX-License-Identifier: Apache-2.0
"""Holds the simulator to what is known of Jira Data Center: each surprise is one test, named for it."""
import re
import urllib.parse

import pytest

from sim import call
from sim_world import BENS_TOKEN, HANS_TOKEN, LI_TOKEN, PATS, STARTED, TOKEN


# Jira: who is asking.

def test_jira_dead_tokens_go_on_as_nobody(w):
    assert w.j("GET", "/rest/api/2/serverInfo").headers["x-ausername"] == "anna"
    bad = w.j("GET", "/rest/api/2/serverInfo", token="nonsense")
    assert (bad.status, bad.headers["x-ausername"]) == (200, "anonymous")
    assert w.j("GET", "/rest/api/2/issue/PZ-5", token="nonsense").status == 200
    assert w.j("GET", "/rest/api/2/issue/PZ-1", token="nonsense").status == 404
    assert w.j("GET", "/rest/api/2/myself", token="nonsense").status == 401


def test_jira_revoked_expired_and_inactive_are_dead_alike(w):
    who = lambda token: w.j("GET", "/rest/api/2/serverInfo", token=token).headers["x-ausername"]
    w.sim.change(f"jira/tokens/{TOKEN}", _revoked=True)
    assert who(TOKEN) == "anonymous"
    w.sim.change("jira/users/ben", active=False)
    assert who(BENS_TOKEN) == "anonymous"
    assert who(LI_TOKEN) == "li"
    w.sim.advance(91 * 86400)
    assert who(LI_TOKEN) == "anonymous"


def test_jira_may_answer_401_to_a_bad_token(w):
    w.sim.options("jira", badToken="401")
    answer = w.j("GET", "/rest/api/2/serverInfo", token="nonsense")
    assert answer.status == 401 and "message" in answer.json


def test_jira_nobody_may_make_a_worklog_without_an_author(w):
    assert w.worklog(token="nonsense", issue="PZ-5").status == 400
    w.sim.options("jira", anonymousMayWork=True)
    made = w.worklog(token="nonsense")
    assert made.status == 201 and "author" not in made.json and made.headers["x-ausername"] == "anonymous"
    assert w.sim.state()["jira"]["worklogs"][0]["_authorKey"] is None


def test_jira_says_odd_names_percent_encoded(w):
    name = w.j("GET", "/rest/api/2/myself", token=HANS_TOKEN).headers["x-ausername"]
    assert name == "hans%20m%C3%BCller" and urllib.parse.unquote(name) == "hans müller"


def test_jira_headers_name_request_and_node(w):
    headers = w.j("GET", "/rest/api/2/myself").headers
    assert re.fullmatch(r"\d+x\d+x1", headers["x-arequestid"]) and headers["x-anodeid"] == "node1"
    assert headers["set-cookie"].startswith("JSESSIONID=")


def test_jira_myself_has_key_and_no_username(w):
    me = w.j("GET", "/rest/api/2/myself").json
    assert (me["key"], me["name"], me["locale"]) == ("JIRAUSER10100", "anna", "en_US")
    assert "username" not in me


def test_jira_basic_is_refused_in_three_ways(w):
    basic = {"Authorization": "Basic YW5uYTphbm5h"}
    ask = lambda: w.j("GET", "/rest/api/2/myself", token=None, headers=basic)
    assert (ask().status, ask().headers["x-seraph-loginreason"]) == (401, "AUTHENTICATED_FAILED")
    w.sim.options("jira", basic="captcha")
    assert ask().status == 403 and ask().headers["x-authentication-denied-reason"].startswith("CAPTCHA_CHALLENGE")
    w.sim.options("jira", basic="oauth")
    assert ask().headers["www-authenticate"].startswith("OAuth")


# Jira: worklogs.

def test_jira_worklog_is_whole_minutes_rounded_down(w):
    made = w.worklog(timeSpentSeconds=119)
    assert (made.status, made.json["timeSpentSeconds"], made.json["timeSpent"]) == (201, 60, "1m")
    assert w.worklog(timeSpentSeconds=None, timeSpent="1d 2h").json["timeSpentSeconds"] == 36000
    assert w.worklog(timeSpentSeconds=36000).json["timeSpent"] == "1d 2h"


@pytest.mark.parametrize("time", [{"timeSpentSeconds": 59}, {"timeSpentSeconds": 0}, {"timeSpentSeconds": -60},
                                  {"timeSpentSeconds": None, "timeSpent": "0.01h"}, {"timeSpentSeconds": None},
                                  {"timeSpentSeconds": None, "timeSpent": "soon"}])
def test_jira_less_than_a_minute_is_400_under_timeLogged(w, time):
    answer = w.worklog(**time)
    assert answer.status == 400 and "timeLogged" in answer.json["errors"], answer


def test_jira_both_times_are_refused_under_timeSpent(w):
    answer = w.worklog(timeSpentSeconds=3600, timeSpent="1h")
    assert answer.status == 400 and list(answer.json["errors"]) == ["timeSpent"]


@pytest.mark.parametrize("started", ["2026-05-29T14:30:00Z", "2026-05-29T14:30:00+0000", "2026-05-29T14:30:00.000Z",
                                     "2026-05-29T14:30:00.000+00:00", "2026-05-29 14:30:00.000+0000", "now",
                                     "2026-02-31T14:30:00.000+0000"])
def test_jira_started_has_one_form(w, started):
    assert w.worklog(started=started).status == 400
    assert w.sim.state()["jira"]["worklogs"] == []


def test_jira_started_may_have_an_offset_and_is_now_when_absent(w):
    assert w.worklog(started="2026-05-29T16:30:00.123+0200").json["started"] == "2026-05-29T14:30:00.123+0000"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", w.worklog(started=None).json["started"])


def test_jira_author_in_the_body_is_ignored(w):
    made = w.worklog(author={"name": "ben", "key": "JIRAUSER10101"}).json
    assert made["author"]["key"] == made["updateAuthor"]["key"] == "JIRAUSER10100"


def test_jira_estimate_is_lowered_unless_told_otherwise(w):
    left = lambda: w.j("GET", "/rest/api/2/issue/PZ-1?fields=timetracking").json["fields"]["timetracking"].get(
        "remainingEstimateSeconds")
    w.worklog(query="?adjustEstimate=leave")
    assert left() == 7200
    w.worklog()
    assert left() == 3600
    w.worklog(query="?adjustEstimate=new&newEstimate=2d")
    assert left() == 57600
    w.worklog(query="?adjustEstimate=manual&reduceBy=1d")
    assert left() == 28800
    assert w.worklog(query="?adjustEstimate=new").json["errors"].keys() == {"newEstimate"}


def test_jira_unknown_adjustEstimate_is_500(w):
    assert w.worklog(query="?adjustEstimate=keep").status == 500


def test_jira_empty_body_is_500_and_empty(w):
    answer = w.j("POST", "/rest/api/2/issue/PZ-1/worklog", b"")
    assert (answer.status, answer.raw) == (500, b"")


def test_jira_missing_permission_is_400_with_the_full_name(w):
    answer = w.worklog("PZ-4")
    assert answer.status == 400
    assert answer.json["errorMessages"] == ["Anna Example, you do not have the permission to associate a worklog to this issue."]
    assert w.worklog("PZ-4", token=BENS_TOKEN).status == 201
    own = lambda token: w.j("GET", "/rest/api/2/mypermissions?issueKey=PZ-4", token=token).json["permissions"]
    assert own(TOKEN)["WORK_ON_ISSUES"]["havePermission"] is False
    assert own(BENS_TOKEN)["WORK_ON_ISSUES"]["havePermission"] is True
    assert len(w.j("GET", "/rest/api/2/mypermissions?issueKey=PZ-4&permissions=WORK_ON_ISSUES").json["permissions"]) > 5


def test_jira_speaks_the_users_language(w):
    chinese = w.worklog(token=LI_TOKEN, timeSpentSeconds=30).json
    assert chinese == {"errorMessages": ["工作日志无效。"], "errors": {"timeLogged": "无效的工作持续时间。"}}
    german = w.worklog("PZ-4", token=HANS_TOKEN).json["errorMessages"][0]
    assert german.startswith("Hans Müller, ") and "permission" not in german


def test_jira_closed_issue_and_tracking_off_are_400(w):
    assert w.worklog("PZ-3").status == 400
    w.sim.options("jira", timeTracking=False)
    answer = w.worklog("PZ-3")
    assert answer.json["errorMessages"] == ["Time Tracking is not enabled."]  # asked before the state and the permission
    assert w.j("GET", "/rest/api/2/configuration").json["timeTrackingEnabled"] is False


def test_jira_unknown_and_unseen_issues_are_404(w):
    for issue in ("PZ-999", "SEC-1"):
        assert w.worklog(issue).status == 404
        answer = w.j("GET", f"/rest/api/2/issue/{issue}")
        assert (answer.status, answer.json["errorMessages"]) == (404, ["Issue Does Not Exist"])
    assert w.worklog("SEC-1", token=BENS_TOKEN).status == 201


def test_jira_answer_of_a_post_points_to_the_load_balancer(w):
    made = w.worklog()
    url = f"https://jira.example.com/jira/rest/api/2/issue/{made.json['issueId']}/worklog/{made.json['id']}"
    assert made.headers["location"] == made.json["self"] == url
    assert isinstance(made.json["id"], str) and isinstance(made.json["issueId"], str)


def test_jira_every_repeat_makes_a_new_worklog(w):
    assert w.worklog().json["id"] != w.worklog().json["id"]


def test_jira_worklog_list_has_all_and_the_issues_field_twenty(w):
    for n in range(25):
        assert w.worklog(comment=f"c{n}").status == 201
    every = w.j("GET", "/rest/api/2/issue/PZ-1/worklog?maxResults=5&startAt=3").json
    assert [one["comment"] for one in every["worklogs"]] == [f"c{n}" for n in range(25)]
    assert (every["startAt"], every["maxResults"], every["total"]) == (0, 25, 25)
    embedded = w.j("GET", "/rest/api/2/issue/PZ-1").json["fields"]["worklog"]
    assert (len(embedded["worklogs"]), embedded["maxResults"], embedded["total"]) == (20, 20, 25)


def test_jira_hidden_log_work_field_hides_worklogs(w):
    w.worklog()
    w.sim.change("jira/projects/PZ", _logWorkHidden=True)
    assert w.j("GET", "/rest/api/2/issue/PZ-1/worklog").json["worklogs"] == []


def test_jira_last_minute_of_changes_is_not_told(w):
    made = w.worklog().json
    assert w.j("GET", "/rest/api/2/worklog/updated?since=0").json["values"] == []
    w.sim.advance(61)
    values = w.j("GET", "/rest/api/2/worklog/updated?since=0").json["values"]
    assert [one["worklogId"] for one in values] == [int(made["id"])]
    assert w.j("POST", "/rest/api/2/worklog/list", {"ids": [int(made["id"])]}).json[0]["id"] == made["id"]
    assert w.j("DELETE", f"/rest/api/2/issue/PZ-1/worklog/{made['id']}").status == 204
    assert w.j("GET", "/rest/api/2/worklog/deleted?since=0").json["values"] == []
    w.sim.advance(61)
    assert len(w.j("GET", "/rest/api/2/worklog/deleted?since=0").json["values"]) == 1


def test_jira_put_keeps_what_is_absent_and_refuses_a_manual_estimate(w):
    made = w.worklog(comment="before").json
    path = f"/rest/api/2/issue/PZ-1/worklog/{made['id']}"
    put = w.j("PUT", path, {"timeSpentSeconds": 7260}).json
    assert (put["comment"], put["started"], put["timeSpentSeconds"]) == ("before", STARTED, 7260)
    assert w.j("PUT", path + "?adjustEstimate=manual&reduceBy=1h", {"comment": "x"}).status == 400
    assert w.j("PUT", path, {"comment": "x"}, token=BENS_TOKEN).status == 400
    assert w.j("PUT", "/rest/api/2/issue/PZ-1/worklog/1", {"comment": "x"}).status == 404


def test_jira_delete_of_a_worklog(w):
    path = f"/rest/api/2/issue/PZ-1/worklog/{w.worklog().json['id']}"
    assert w.j("DELETE", path, token=BENS_TOKEN).status == 400
    assert w.j("DELETE", path + "?adjustEstimate=leave").status == 204
    assert w.j("DELETE", path).status == 404


# Jira: issues and the rest.

def test_jira_moved_issue_is_found_by_its_old_key_whatever_the_case(w):
    moved = w.sim.change("jira/issues/PZ-1", key="NEW-7")
    for key in ("PZ-1", "pz-1", "new-7", moved["id"]):
        answer = w.j("GET", f"/rest/api/2/issue/{key}?fields=summary")
        assert (answer.status, answer.json["key"], answer.json["id"]) == (200, "NEW-7", moved["id"])
    assert w.worklog("pz-1").json["issueId"] == moved["id"]


def test_jira_parent_is_absent_where_there_is_none(w):
    fields = lambda key: w.j("GET", f"/rest/api/2/issue/{key}").json["fields"]
    assert "parent" not in fields("PZ-1") and fields("PZ-1")["issuetype"]["subtask"] is False
    assert fields("PZ-2")["parent"]["key"] == "PZ-1" and fields("PZ-2")["issuetype"]["subtask"] is True
    assert [one["key"] for one in fields("PZ-1")["subtasks"]] == ["PZ-2"]


def test_jira_fields_are_chosen(w):
    fields = lambda query: set(w.j("GET", f"/rest/api/2/issue/PZ-1?fields={query}").json["fields"])
    assert fields("summary,labels") == {"summary", "labels"}
    assert "worklog" not in fields("*all,-worklog") and "summary" in fields("*all,-worklog")


def test_jira_versioned_representations_hide_the_fields(w):
    assert "fields" not in w.j("GET", "/rest/api/2/issue/PZ-1?expand=versionedRepresentations").json
    assert "fields" in w.j("GET", "/rest/api/2/issue/PZ-1?expand=names").json


def test_jira_server_says_server_and_status_says_state(w):
    info = w.j("GET", "/rest/api/2/serverInfo").json
    assert (info["deploymentType"], info["versionNumbers"][0]) == ("Server", 10)
    assert w.j("GET", "/status", token=None).json == {"state": "RUNNING"}
    w.sim.options("jira", state="STARTING")
    assert w.j("GET", "/status", token=None).json == {"state": "STARTING"}
    assert w.j("GET", "/rest/api/2/serverInfo").status == 503


def test_jira_unknown_resources_are_html(w):
    for path in ("/rest/api/3/myself", "/rest/api/2/nothing", "/rest/plugin/1.0/x"):
        answer = w.j("GET", path)
        assert answer.status == 404 and answer.headers["content-type"].startswith("text/html")
    outside = call(w.sim.jira.rsplit("/", 1)[0], "GET", "/rest/api/2/serverInfo")
    assert outside.status == 404


def test_jira_read_only_mode_is_403_for_writes(w):
    w.sim.options("jira", readOnly=True)
    assert w.worklog().status == 403
    assert w.j("GET", "/rest/api/2/issue/PZ-1").status == 200
    assert w.j("GET", "/rest/api/2/readonly-mode").json["enabled"] is True


def test_jira_xsrf_form_content_needs_a_token_and_no_content_type_counts_as_such(w):
    path = "/rest/api/2/issue/PZ-1/worklog"
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        answer = w.j("POST", path, b"{}", headers={"Content-Type": kind})
        assert (answer.status, answer.raw) == (403, b"XSRF check failed")
    assert w.j("POST", path, b"{}", headers={"Content-Type": "text/plain", "X-Atlassian-Token": "no-check"}).status == 415
    assert w.j("POST", path, b"", headers={"Content-Type": None, "X-Atlassian-Token": "nocheck"}).status == 500


def test_jira_xsrf_browsers_need_the_same_origin_on_post_only(w):
    origin = w.sim.jira.rsplit("/", 1)[0]
    post = lambda **headers: w.j("POST", "/rest/api/2/issue/PZ-1/worklog", {"timeSpentSeconds": 60}, headers={
        "User-Agent": "Mozilla/5.0", "X-Atlassian-Token": "no-check", **headers})
    assert post().status == 403
    assert post(Origin="https://evil.example.com").status == 403
    assert post(Origin=origin + "0").status == 403
    made = post(Origin=origin)
    assert made.status == 201
    assert post(Referer=origin + "/jira/browse/PZ-1").status == 201
    path = f"/rest/api/2/issue/PZ-1/worklog/{made.json['id']}"
    assert w.j("PUT", path, {"comment": "x"}, headers={"User-Agent": "Mozilla/5.0"}).status == 200
    w.sim.options("jira", origin="https://jira.example.com")
    assert post(Origin=origin).status == 403
    assert post(Origin="https://jira.example.com").status == 201


def test_jira_rate_limit_is_per_user_and_says_so_always(w):
    w.sim.options("jira", rateLimit={"limit": 2, "fillRate": 1, "intervalSeconds": 3600})
    first = w.j("GET", "/rest/api/2/serverInfo")
    assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"], first.headers["retry-after"]) == (
        "2", "1", "0")
    assert w.j("GET", "/rest/api/2/serverInfo").status == 200
    third = w.j("GET", "/rest/api/2/serverInfo")
    assert third.status == 429 and "message" in third.json and third.headers["retry-after"] == "3600"
    html = w.j("GET", "/rest/api/2/serverInfo", headers={"Accept": "*/*"})
    assert html.status == 429 and html.headers["content-type"].startswith("text/html")
    assert w.j("GET", "/rest/api/2/serverInfo", token=BENS_TOKEN).status == 200
    assert "x-ratelimit-limit" not in w.j("GET", "/rest/api/2/serverInfo", token=None).headers
    w.sim.advance(3600)
    assert w.j("GET", "/rest/api/2/serverInfo").status == 200


def test_jira_zero_quota_says_to_wait_for_ever(w):
    w.sim.options("jira", rateLimit={"limit": 0, "fillRate": 0, "intervalSeconds": 1})
    answer = w.j("GET", "/rest/api/2/serverInfo")
    assert (answer.status, answer.headers["retry-after"]) == (429, "9223372036854775807")


# Jira: personal access tokens.

def test_jira_token_is_made_once_said_and_works(w):
    made = w.j("POST", PATS, {"name": "bridge", "expirationDuration": 90})
    assert made.status == 201 and len(made.json["rawToken"]) == 44 and isinstance(made.json["id"], int)
    assert made.json["createdAt"].endswith("+00:00") and made.json["expiringAt"].endswith("+00:00")
    listed = w.j("GET", PATS, token=made.json["rawToken"]).json
    assert [one["name"] for one in listed] == ["seeded", "bridge"] and not any("rawToken" in one for one in listed)
    one = w.j("GET", f"{PATS}/{made.json['id']}")
    assert one.json["name"] == "bridge" and "rawToken" not in one.json


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x" * 41}, {"name": "x", "expirationDuration": 0},
                                  {"name": "x", "expirationDuration": 366}, {}])
def test_jira_token_names_and_expiry_have_limits(w, body):
    answer = w.j("POST", PATS, body)
    assert answer.status == 400 and set(answer.json) == {"exception", "error"}


def test_jira_tokens_may_be_off_or_have_to_expire(w):
    assert "expiringAt" not in w.j("POST", PATS, {"name": "x"}).json
    w.sim.options("jira", pats={"eternal": False})
    assert w.j("POST", PATS, {"name": "x"}).status == 400
    w.sim.options("jira", pats={"enabled": False})
    assert w.j("POST", PATS, {"name": "x", "expirationDuration": 1}).status == 400


def test_jira_ten_tokens_a_user_and_expired_ones_count_for_thirty_days(w):
    made = [w.j("POST", PATS, {"name": f"t{n}", "expirationDuration": 1}) for n in range(9)]
    assert [one.status for one in made] == [201] * 9
    full = w.j("POST", PATS, {"name": "more", "expirationDuration": 1})
    assert full.status == 403 and set(full.json) == {"exception", "error"}
    w.sim.advance(2 * 86400)
    assert w.j("POST", PATS, {"name": "more", "expirationDuration": 1}).status == 403
    assert w.j("DELETE", f"{PATS}/{made[0].json['id']}").status == 204
    assert w.j("POST", PATS, {"name": "more", "expirationDuration": 1}).status == 201


def test_jira_token_delete_is_204_even_for_none_and_401_for_anothers(w):
    assert w.j("DELETE", f"{PATS}/999999").status == 204
    made = w.j("POST", PATS, {"name": "x", "expirationDuration": 1}).json
    assert w.j("DELETE", f"{PATS}/{made['id']}", token=BENS_TOKEN).status == 401
    assert w.j("GET", f"{PATS}/{made['id']}", token=BENS_TOKEN).status == 401
    assert w.j("GET", f"{PATS}/999999").status == 404
    assert w.j("GET", PATS, token="nonsense").status == 401
