/* SPDX-License-Identifier: Apache-2.0 */
/* The readers over recorded answers and files, which lie outside this project: env CONTRACTS_DIR
 * names their place. Where it is not set the whole program is skipped. */

#include "tests/unit/remote/answers.h"

#include <stdio.h>

#include "base/time.h"
#include "remote/clockify.h"
#include "remote/jira.h"
#include "remote/node.h"

#define API "https://api.clockify.me/api/v1"

static void clockify_recorded_lists(void **state)
{
    _cleanup_(rest_answer_done) RestAnswer user_answer =
        answer_recorded("clockify", "get-user-2019.json", 200);
    _cleanup_(rest_answer_done) RestAnswer workspace_answer =
        answer_recorded("clockify", "get-workspaces-2019.json", 200);
    _cleanup_(rest_answer_done) RestAnswer project_answer =
        answer_recorded("clockify", "get-projects-2022.json", 200);
    _cleanup_(clockify_user_done) ClockifyUser user = {0};
    _cleanup_(clockify_workspaces_done) ClockifyWorkspaces all = {0};
    _cleanup_(clockify_items_done) ClockifyItems projects = {0};
    ClockifyListQuery query = {.list = LIST_PROJECTS, .workspace = "w", .page = 1, .page_size = 50};
    Error error = {0};

    (void)state;
    assert_int_equal(clockify_user_read(&user_answer, &user, &error), 0);
    assert_string_equal(user.name, "testuser");
    assert_string_equal(user.active_workspace, "123245");
    assert_int_equal(clockify_workspaces_read(&workspace_answer, &all, &error), 0);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.items[0].may_create_project, WHO_ADMINS);
    assert_int_equal(all.items[0].may_create_tag, WHO_EVERYONE);
    assert_int_equal(clockify_list_read(&project_answer, &query, &projects, &error), 0);
    assert_int_equal(projects.count, 1);
    assert_string_equal(projects.items[0].client, "Test Client");
    assert_true(projects.last_page);
}

static void clockify_recorded_entries(void **state)
{
    static const char *const lists[] = {"get-user-time-entries-2020.json",
                                        "get-user-time-entries-hydrated-2022.json"};
    static const char *const single[] = {"post-time-entry-running-201.json",
                                         "post-time-entry-stopped-no-project-201.json",
                                         "webhook-TIME_ENTRY_DELETED-running-2026.json",
                                         "webhook-TIME_ENTRY_DELETED-stopped-rich-2026.json",
                                         "webhook-TIME_ENTRY_DELETED-stopped-baseline-2026.json"};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer = answer_recorded("clockify", lists[i], 200);
        _cleanup_(clockify_entries_done) ClockifyEntries all = {0};
        Error error = {0};

        check_row_int(clockify_entries_read(&answer, &all, &error), 0, lists[i]);
        check_row(all.count > 0 && all.items[0].project_id && all.items[0].task_id, lists[i]);
        check_row_int(all.items[0].task_name != NULL, i == 1, lists[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(single); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer = answer_recorded("clockify", single[i], 201);
        _cleanup_(clockify_entry_done) ClockifyEntry entry = {0};
        _cleanup_(rest_request_done) RestRequest request = {0};
        Error error = {0};

        check_row_int(clockify_entry_read(&answer, &entry, &error), 0, single[i]);
        check_row_int(entry.end == TIME_NONE, strstr(single[i], "running") != NULL, single[i]);
        clockify_entry_replace_request(API, &entry, NULL, entry.end, &request);
        check_row(strstr(request.body, "\"start\""), single[i]);
    }
}

static void clockify_recorded_errors(void **state)
{
    static const struct {
        const char *name;
        int status;
        ErrorReason reason;
        unsigned missing;
    } rows[] = {
        {"error-401-4003-unknown-api-key.json", 401, ERROR_CLOCKIFY_KEY_REJECTED, 0},
        {"error-401-1000-no-or-two-credentials.json", 401, ERROR_CLOCKIFY_KEY_REJECTED, 0},
        {"error-401-1000-old-2019.json", 401, ERROR_CLOCKIFY_KEY_REJECTED, 0},
        {"error-401-4017-bad-addon-token.json", 401, ERROR_CLOCKIFY_KEY_REJECTED, 0},
        {"error-400-3000-bad-boolean-query.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-archived-tag.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-project-exists.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-project-name-required.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-project-not-found.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-project-required.json", 400, ERROR_REFUSED, FIELD_PROJECT},
        {"error-400-501-tag-not-found.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-task-not-in-project.json", 400, ERROR_REFUSED, 0},
        {"error-400-501-time-entry-not-found.json", 400, ERROR_REFUSED, 0},
        {"error-403-1003-locked-period.json", 403, ERROR_REFUSED, 0},
        {"error-403-4005-approved-entry.json", 403, ERROR_REFUSED, 0},
        {"error-403-4030-manual-disabled.json", 403, ERROR_REFUSED, 0},
        {"error-403-501-access-denied.json", 403, ERROR_REFUSED, 0},
        {"error-404-3000-unknown-route.json", 404, ERROR_REFUSED, 0},
        {"error-404-404-stop-without-running-timer.json", 404, ERROR_REFUSED, 0},
        {"error-404-empty-unknown-workspace.json", 404, ERROR_REFUSED, 0},
        {"error-405-3000-method.json", 405, ERROR_REFUSED, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer =
            answer_recorded("clockify", rows[i].name, rows[i].status);
        Error error = {0};

        check_row(clockify_check(&answer, &error) < 0, rows[i].name);
        check_row_int(error.reason, rows[i].reason, rows[i].name);
        check_row_int(error.missing, rows[i].missing, rows[i].name);
        check_row_int(clockify_not_there(&answer), strstr(rows[i].name, "not-") != NULL,
                      rows[i].name);
        check_row_int(clockify_already_exists(&answer), strstr(rows[i].name, "exists") != NULL,
                      rows[i].name);
        check_row_int(clockify_nothing_running(&answer), strstr(rows[i].name, "404-404") != NULL,
                      rows[i].name);
        check_row(!clockify_unclear(&answer), rows[i].name);
    }
}

static void jira_recorded_answers(void **state)
{
    _cleanup_(rest_answer_done) RestAnswer who = answer_recorded("jira", "myself.json", 200);
    _cleanup_(rest_answer_done) RestAnswer what =
        answer_recorded("jira", "issue-default.json", 200);
    _cleanup_(rest_answer_done) RestAnswer list =
        answer_recorded("jira", "issue-worklogs.json", 200);
    _cleanup_(jira_user_done) JiraUser user = {0};
    _cleanup_(jira_issue_done) JiraIssue issue = {0};
    _cleanup_(jira_worklogs_done) JiraWorklogs all = {0};
    Error error = {0};

    (void)state;
    who.user_name = xstrdup("admin");
    what.user_name = xstrdup("admin");
    list.user_name = xstrdup("admin");
    assert_int_equal(jira_myself_read(&who, &user, &error), 0);
    assert_string_equal(user.key, "JIRAUSER10000");
    assert_int_equal(jira_issue_read(&what, "admin", &issue, &error), 0);
    assert_string_equal(issue.key, "PZ-1");
    assert_string_equal(json_string(issue.details, "type"), "Task");
    assert_int_equal(json_tristate(issue.details, "subtask"), 0);
    assert_string_equal(json_string(json_child(issue.details, "project"), "name"), "Phase Zero");
    assert_int_equal(jira_worklogs_read(&list, "admin", &all, &error), 0);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.items[0].seconds, 5400);
    assert_string_equal(all.items[0].author_key, "JIRAUSER10000");
}

static void jira_recorded_errors(void **state)
{
    _cleanup_free_ char *text = recorded_text("jira", "errors.json");
    static const struct {
        const char *name;
        int status;
        ErrorReason reason;
    } rows[] = {
        {"worklog_post_zero_or_subminute", 400, ERROR_REFUSED},
        {"worklog_post_bad_duration_zh_CN", 400, ERROR_REFUSED},
        {"worklog_post_no_permission", 400, ERROR_REFUSED},
        {"time_tracking_disabled", 400, ERROR_REFUSED},
        {"issue_not_found_or_hidden", 404, ERROR_NOT_FOUND},
        {"rate_limited_accept_json", 429, ERROR_RATE_LIMITED},
        {"pat_error", 403, ERROR_REFUSED},
    };
    _cleanup_json_ Json *all = NULL;
    Error error = {0};

    (void)state;
    assert_int_equal(json_parse(text, strlen(text), 16, &all, &error), 0);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *body = json_text(json_child(json_child(all, rows[i].name), "body"));
        _cleanup_(rest_answer_done) RestAnswer answer = answer_by(rows[i].status, body, "anna");

        check_row(json_child(json_child(all, rows[i].name), "body"), rows[i].name);
        check_row(jira_check(&answer, "anna", &error) < 0, rows[i].name);
        check_row_int(error.reason, rows[i].reason, rows[i].name);
        check_row(rows[i].reason == ERROR_RATE_LIMITED || error.upstream_message[0], rows[i].name);
    }
}

static void node_recorded_files(void **state)
{
    static const char *const rows[][2] = {
        {"server-docker-default.xml", "http://127.0.0.1:8080"},
        {"server-9x10x-proxied-context.xml", "http://127.0.0.1:8080/jira"},
        {"server-ansible-11.3.6-https-proxy.xml", "http://127.0.0.1:8080"},
        {"server-8.18-stock-plus-8443.xml", "http://127.0.0.1:8080"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(node_address_done) NodeAddress address = {0};
        _cleanup_free_ char *text = recorded_text("server-xml", rows[i][0]), *url = NULL;
        Error error = {0};

        check_row_int(node_parse(text, strlen(text), &address, &error), 0, rows[i][0]);
        url = node_url(&address, 0);
        check_row_text(url, rows[i][1], rows[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clockify_recorded_lists),  cmocka_unit_test(clockify_recorded_entries),
        cmocka_unit_test(clockify_recorded_errors), cmocka_unit_test(jira_recorded_answers),
        cmocka_unit_test(jira_recorded_errors),     cmocka_unit_test(node_recorded_files),
    };

    if (!getenv("CONTRACTS_DIR")) {
        puts("1..0 # SKIP CONTRACTS_DIR is not set: no recorded answers");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
