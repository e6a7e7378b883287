/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to Jira as they are built, and its answers as they are read; above all, who answered. */

#include "tests/unit/remote/answers.h"

#include "base/time.h"
#include "remote/jira.h"

#define BASE  "http://127.0.0.1:8080/jira"
#define API   BASE "/rest/api/2"
#define START 1795428000 /* 2026-11-23T10:00:00Z */

#define MESSAGES(text) "{\"errorMessages\":[\"" text "\"],\"errors\":{}}"

typedef struct Verdict {
    int status;
    const char *body;     /* NULL: a page */
    const char *answered; /* X-AUSERNAME */
    const char *expected;
    ErrorReason reason;
    const char *message;
} Verdict;

static const Verdict verdicts[] = {
    {200, "{}", "anna", "anna", ERROR_NONE, ""},
    {200, "{}", "anna", NULL, ERROR_NONE, ""},
    {200, "{}", NULL, NULL, ERROR_NONE, ""},
    {204, "", "anna", "anna", ERROR_NONE, ""},
    {200, "{}", "anna smith", "anna smith", ERROR_NONE, ""},
    {200, "{}", "anna+smith", "anna smith", ERROR_NONE, ""},
    {200, "{}", "anna+smith", "anna+smith", ERROR_NONE, ""},
    /* a dead token goes on as anonymous, with 200s */
    {200, "{}", "anonymous", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {201, "{\"id\":\"1\"}", "anonymous", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {200, "{}", "bob", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {200, "{}", "Anna", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {200, "{}", NULL, "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {400, MESSAGES("x"), "anonymous", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {403, MESSAGES("x"), "anonymous", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {404, MESSAGES("x"), "anonymous", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {401, "{\"message\":\"x\"}", "anonymous", "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {401, "{\"message\":\"x\"}", NULL, "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    {401, "{\"message\":\"x\"}", NULL, NULL, ERROR_JIRA_TOKEN_REJECTED, ""},
    {401, NULL, NULL, "anna", ERROR_JIRA_TOKEN_REJECTED, ""},
    /* 401 to the very user is a permission, not the token */
    {401, MESSAGES("no"), "anna", "anna", ERROR_REFUSED, "no"},
    /* Jira is starting, or it is no Jira */
    {200, NULL, NULL, "anna", ERROR_UNAVAILABLE, ""},
    {302, NULL, NULL, "anna", ERROR_UNAVAILABLE, ""},
    {404, NULL, NULL, "anna", ERROR_UNAVAILABLE, ""},
    {404, "{\"message\":\"null for uri: x\",\"status-code\":404}", "anna", "anna",
     ERROR_UNAVAILABLE, ""},
    {404, "", NULL, "anna", ERROR_UNAVAILABLE, ""},
    {500, "", "anna", "anna", ERROR_UNAVAILABLE, ""},
    {503, NULL, NULL, "anna", ERROR_UNAVAILABLE, ""},
    {503, MESSAGES("x"), "anonymous", "anna", ERROR_UNAVAILABLE, ""},
    {408, "", NULL, "anna", ERROR_UNAVAILABLE, ""},
    {429, "{\"message\":\"x\"}", "anna", "anna", ERROR_RATE_LIMITED, ""},
    {429, NULL, NULL, "anna", ERROR_RATE_LIMITED, ""},
    {404, MESSAGES("Issue Does Not Exist"), "anna", "anna", ERROR_NOT_FOUND,
     "Issue Does Not Exist"},
    /* 400 is also "no permission", in anybody's language */
    {400, MESSAGES("Anna, you do not have the permission"), "anna", "anna", ERROR_REFUSED,
     "Anna, you do not have the permission"},
    {400, "{\"errorMessages\":[],\"errors\":{\"timeLogged\":\"\xe6\x97\xa0\xe6\x95\x88\"}}", "anna",
     "anna", ERROR_REFUSED, "\xe6\x97\xa0\xe6\x95\x88"},
    {403, "{\"exception\":\"java.X\",\"error\":\"limit\"}", "anna", "anna", ERROR_REFUSED, "limit"},
    {403, NULL, "anna", "anna", ERROR_REFUSED, ""}, /* "XSRF check failed", CAPTCHA */
    {403, NULL, NULL, "anna", ERROR_REFUSED, ""},
    {405, "", "anna", "anna", ERROR_REFUSED, ""},
    {409, MESSAGES("x"), "anna", "anna", ERROR_REFUSED, "x"},
    {413, MESSAGES("x"), "anna", "anna", ERROR_REFUSED, "x"},
};

static RestAnswer answer_for(const Verdict *row)
{
    RestAnswer answer = row->body ? answer_json(row->status, row->body) : answer_page(row->status);

    answer.user_name = xstrdup(row->answered);
    return answer;
}

static void what_answers_mean(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
        const Verdict *row = &verdicts[i];
        _cleanup_(rest_answer_done) RestAnswer answer = answer_for(row);
        _cleanup_free_ char *label =
            xasprintf("%d %s by %s", row->status, row->body ? row->body : "(page)",
                      row->answered ? row->answered : "-");
        Error error = {0};
        int r = jira_check(&answer, row->expected, &error);

        check_row_int(r < 0, row->reason != ERROR_NONE, label);
        check_row_int(error.reason, row->reason, label);
        check_row_text(error.upstream_message, row->message, label);
        check_row(r == 0 || streq(error.service, "jira"), label);
        check_row(r == 0 || error.upstream_status == row->status, label);
        check_row_text(error.what, row->reason == ERROR_NOT_FOUND ? "issue" : "", label);
        check_row_int(jira_check(&answer, row->expected, NULL) < 0, r < 0, label);
    }
}

static void no_answer_and_waiting(void **state)
{
    _cleanup_(rest_answer_done) RestAnswer lost = answer_lost(REST_NOT_SENT),
                                           limited = answer_json(429, "{}");
    Error error = {0};

    (void)state;
    assert_true(jira_check(&lost, "anna", &error) < 0);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_int_equal(error.upstream_status, 0);
    limited.retry_after_s = 86400;
    assert_true(jira_check(&limited, "anna", &error) < 0);
    assert_int_equal(error.retry_after_s, 86400);
}

static void unclear_outcomes(void **state)
{
    static const struct {
        int status;
        const char *body;
        bool unclear;
    } rows[] = {{201, "{\"id\":\"1\"}", true},
                {201, "{}", true},
                {201, NULL, true},
                {204, "", true},
                {400, "{}", false},
                {403, NULL, false},
                {500, "", true},
                {502, NULL, true},
                {429, NULL, false},
                {302, NULL, false},
                {201, "{", true}};
    _cleanup_(rest_answer_done) RestAnswer lost = answer_lost(REST_UNCLEAR),
                                           unsent = answer_lost(REST_NOT_SENT);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer =
            rows[i].body ? answer_json(rows[i].status, rows[i].body) : answer_page(rows[i].status);

        check_row_int(jira_unclear(&answer), rows[i].unclear,
                      rows[i].body ? rows[i].body : "(page)");
    }
    assert_true(jira_unclear(&lost));
    assert_false(jira_unclear(&unsent));
}

static void myself(void **state)
{
    static const char text[] = "{\"key\":\"JIRAUSER10100\",\"name\":\"anna\",\"displayName\":"
                               "\"Anna\",\"timeZone\":\"Europe/Rome\"}";
    _cleanup_(rest_request_done) RestRequest request = {0};
    _cleanup_(rest_answer_done) RestAnswer answer = answer_by(200, text, "anna"),
                                           other = answer_by(200, text, "anonymous");
    _cleanup_(rest_answer_done) RestAnswer dead = answer_json(401, "{\"message\":\"x\"}"),
                                           odd = answer_by(200, "{}", "anna");
    _cleanup_(jira_user_done) JiraUser user = {0}, none = {0};
    Error error = {0};

    (void)state;
    jira_myself_request(BASE, &request);
    check_request(&request, REST_GET, API "/myself");
    assert_int_equal(request.auth, REST_AUTH_BEARER);
    assert_int_equal(jira_myself_read(&answer, &user, &error), 0);
    assert_string_equal(user.key, "JIRAUSER10100");
    assert_string_equal(user.name, "anna");
    assert_string_equal(user.time_zone, "Europe/Rome");
    assert_true(jira_myself_read(&other, &none, &error) < 0);
    assert_int_equal(error.reason, ERROR_JIRA_TOKEN_REJECTED);
    assert_true(jira_myself_read(&dead, &none, &error) < 0);
    assert_int_equal(error.reason, ERROR_JIRA_TOKEN_REJECTED);
    assert_true(jira_myself_read(&odd, &none, &error) < 0);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_null(none.key);
}

static void issue_keys(void **state)
{
    static const char *const good[] = {"ABC-1", "abc-1", "A_B2-99", "X-0", "10100", "1"};
    static const char *const bad[] = {"",         "ABC",     "ABC-",       "-1",      "1ABC-1",
                                      "ABC-1a",   "ABC-1-2", "ABC 1",      "ABC-1 ",  "A/B-1",
                                      "../ABC-1", "ABC-1\n", "\xc3\x84-1", "ABC-%31", "_A-1",
                                      "ABC-+1",   NULL};
    char text[300];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        check_row(jira_is_issue_key(good[i]), good[i]);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        check_row(!jira_is_issue_key(bad[i]), bad[i] ? bad[i] : "NULL");
    memset(text, 'A', sizeof(text));
    memcpy(text + 253, "-1", 3);
    assert_true(jira_is_issue_key(text));
    memcpy(text + 253, "A-1", 4);
    assert_false(jira_is_issue_key(text));
}

static void issue_requests(void **state)
{
    _cleanup_(rest_request_done) RestRequest plain = {0}, odd = {0}, dots = {0};

    (void)state;
    jira_issue_request(BASE, "ABC-1", &plain);
    check_request(&plain, REST_GET,
                  API "/issue/ABC-1?fields=summary,issuetype,labels,project,parent");
    jira_issue_request(BASE, "A/../b?x#\r\n", &odd);
    check_request(&odd, REST_GET,
                  API
                  "/issue/A%2F..%2Fb%3Fx%23%0D%0A?fields=summary,issuetype,labels,project,parent");
    jira_issue_request(BASE, "..", &dots);
    check_request(&dots, REST_GET, API "/issue/_?fields=summary,issuetype,labels,project,parent");
}

static void check_details(const char *fields, const char *wanted)
{
    _cleanup_free_ char *text =
                            xasprintf("{\"id\":\"10000\",\"key\":\"NEW-7\",\"fields\":%s}", fields),
                        *got = NULL;
    _cleanup_(rest_answer_done) RestAnswer answer = answer_by(200, text, "anna");
    _cleanup_(jira_issue_done) JiraIssue issue = {0};
    Error error = {0};

    check_row_int(jira_issue_read(&answer, "anna", &issue, &error), 0, fields);
    check_row_text(issue.id, "10000", fields);
    check_row_text(issue.key, "NEW-7", fields); /* the current key, whatever was asked for */
    got = json_canonical(issue.details);
    check_row_text(got, wanted, fields);
}

static void issues(void **state)
{
    _cleanup_(rest_answer_done) RestAnswer odd =
        answer_by(200, "{\"id\":\"1\",\"key\":\"A-1\"}", "anna");
    _cleanup_(rest_answer_done) RestAnswer number =
        answer_by(200, "{\"id\":1,\"key\":\"A-1\",\"fields\":{}}", "anna");
    JiraIssue issue = {0};
    Error error = {0};

    (void)state;
    check_details("{\"summary\":\"S\",\"issuetype\":{\"id\":\"1\",\"name\":\"Bug\",\"subtask\":"
                  "false},\"labels\":[\"a\",\"b\"],"
                  "\"project\":{\"id\":\"9\",\"key\":\"NEW\",\"name\":\"New\",\"projectTypeKey\":"
                  "\"software\"}}",
                  "{\"epic\":false,\"labels\":[\"a\",\"b\"],\"project\":{\"id\":\"9\",\"key\":"
                  "\"NEW\",\"name\":\"New\"},"
                  "\"subtask\":false,\"summary\":\"S\",\"type\":\"Bug\"}");
    check_details("{\"summary\":\"S\",\"issuetype\":{\"name\":\"Sub-task\",\"subtask\":true},"
                  "\"labels\":[],\"parent\":{\"key\":"
                  "\"NEW-1\"},\"project\":{\"id\":\"9\",\"key\":\"NEW\",\"name\":\"New\"}}",
                  "{\"epic\":false,\"labels\":[],\"project\":{\"id\":\"9\",\"key\":\"NEW\","
                  "\"name\":\"New\"},\"subtask\":true,"
                  "\"summary\":\"S\",\"type\":\"Sub-task\"}");
    check_details("{\"summary\":\"S\",\"issuetype\":{\"name\":\"Epic\",\"subtask\":false},"
                  "\"labels\":null,\"project\":{\"id\":\"9\","
                  "\"key\":\"NEW\",\"name\":\"New\"}}",
                  "{\"epic\":true,\"labels\":[],\"project\":{\"id\":\"9\",\"key\":\"NEW\",\"name\":"
                  "\"New\"},\"subtask\":false,"
                  "\"summary\":\"S\",\"type\":\"Epic\"}");
    check_details("{}", "{\"epic\":false,\"labels\":[],\"project\":{\"id\":\"\",\"key\":\"\","
                        "\"name\":\"\"},\"subtask\":false,"
                        "\"summary\":\"\",\"type\":\"\"}");
    assert_true(jira_issue_read(&odd, "anna", &issue, &error) < 0);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_true(jira_issue_read(&number, "anna", &issue, &error) < 0);
    assert_true(jira_issue_read(&odd, "bob", &issue, &error) < 0);
    assert_int_equal(error.reason, ERROR_JIRA_TOKEN_REJECTED);
}

static void worklog_creation(void **state)
{
    _cleanup_(rest_request_done) RestRequest request = {0}, bare = {0};
    _cleanup_json_ Json *body = NULL;
    _cleanup_free_ char *text = NULL;

    (void)state;
    jira_worklog_create_request(BASE, "10000", START, 5400, "a \"b\"\nc", "leave", &request);
    check_request(&request, REST_POST, API "/issue/10000/worklog?adjustEstimate=leave");
    assert_int_equal(request.auth, REST_AUTH_BEARER);
    body = request_body(&request);
    text = json_canonical(body);
    assert_string_equal(
        text,
        "{\"comment\":\"a "
        "\\\"b\\\"\\nc\",\"started\":\"2026-11-23T10:00:00.000+0000\",\"timeSpentSeconds\":5400}");
    jira_worklog_create_request(BASE, "ABC-1", START, 60, NULL, "auto", &bare);
    check_request(&bare, REST_POST, API "/issue/ABC-1/worklog?adjustEstimate=auto");
    assert_non_null(strstr(bare.body, "\"comment\":\"\""));
}

#define WORKLOG(id, author)                                                                        \
    "{\"self\":\"http://lb/x\",\"id\":\"" id "\"," author                                          \
    "\"comment\":\"c\",\"started\":\"2026-11-23T11:00:00.223+0100\","                              \
    "\"timeSpent\":\"1m\",\"timeSpentSeconds\":60}"
#define ANNA "\"author\":{\"name\":\"anna\",\"key\":\"JIRAUSER10100\"},"

static void worklogs(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"worklogs\":{}}",
        "{\"total\":2,\"worklogs\":[" WORKLOG("1", ANNA) "]}", /* not the whole list */
        "{\"total\":1,\"worklogs\":[{\"id\":\"1\"}]}",
        "{\"total\":1,\"worklogs\":[{\"id\":1,\"started\":\"2026-11-23T11:00:00.223+0100\"}]}",
        "[]",
    };
    _cleanup_(rest_request_done) RestRequest request = {0};
    _cleanup_(rest_answer_done) RestAnswer one = answer_by(201, WORKLOG("7", ANNA), "anna");
    _cleanup_(rest_answer_done) RestAnswer list =
        answer_by(200,
                  "{\"startAt\":0,\"maxResults\":2,\"total\":2,\"worklogs\":[" WORKLOG(
                      "7", ANNA) "," WORKLOG("8", "") "]}",
                  "anna");
    _cleanup_(jira_worklog_done) JiraWorklog worklog = {0};
    _cleanup_(jira_worklogs_done) JiraWorklogs all = {0};
    Error error = {0};

    (void)state;
    assert_int_equal(jira_worklog_read(&one, "anna", &worklog, &error), 0);
    assert_string_equal(worklog.id, "7");
    assert_string_equal(worklog.author_key, "JIRAUSER10100");
    assert_int_equal(worklog.started, START);
    assert_int_equal(worklog.seconds, 60);
    jira_worklogs_request(BASE, "10000", &request);
    check_request(&request, REST_GET, API "/issue/10000/worklog");
    assert_int_equal(request.max_body, 32 << 20);
    assert_int_equal(jira_worklogs_read(&list, "anna", &all, &error), 0);
    assert_int_equal(all.count, 2);
    assert_null(all.items[1].author_key);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer = answer_by(200, bad[i], "anna");
        JiraWorklogs none = {0};

        check_row(jira_worklogs_read(&answer, "anna", &none, &error) < 0, bad[i]);
        check_row_int(error.reason, ERROR_UNAVAILABLE, bad[i]);
        check_row(!none.items, bad[i]);
    }
}

static void explanations(void **state)
{
    _cleanup_(rest_request_done) RestRequest by_key = {0}, by_id = {0}, configuration = {0},
                                             status = {0};
    _cleanup_(rest_answer_done) RestAnswer yes =
        answer_by(200,
                  "{\"permissions\":{\"WORK_ON_ISSUES\":{\"key\":\"WORK_ON_ISSUES\","
                  "\"havePermission\":true}}}",
                  "anna");
    _cleanup_(rest_answer_done) RestAnswer no =
        answer_by(200, "{\"permissions\":{\"WORK_ON_ISSUES\":{\"havePermission\":false}}}", "anna");
    _cleanup_(rest_answer_done) RestAnswer odd = answer_by(200, "{\"permissions\":{}}", "anna");
    _cleanup_(rest_answer_done) RestAnswer on =
        answer_by(200, "{\"timeTrackingEnabled\":true}", "anna");
    _cleanup_(rest_answer_done) RestAnswer off =
        answer_by(200, "{\"timeTrackingEnabled\":false}", "anna");
    bool flag = false;
    Error error = {0};

    (void)state;
    jira_permissions_request(BASE, "ABC-1", &by_key);
    check_request(&by_key, REST_GET, API "/mypermissions?issueKey=ABC-1");
    jira_permissions_request(BASE, "10000", &by_id);
    check_request(&by_id, REST_GET, API "/mypermissions?issueId=10000");
    assert_int_equal(jira_permissions_read(&yes, "anna", &flag, &error), 0);
    assert_true(flag);
    assert_int_equal(jira_permissions_read(&no, "anna", &flag, &error), 0);
    assert_false(flag);
    assert_true(jira_permissions_read(&odd, "anna", &flag, &error) < 0);
    assert_true(jira_permissions_read(&yes, "bob", &flag, &error) < 0);
    jira_configuration_request(BASE, &configuration);
    check_request(&configuration, REST_GET, API "/configuration");
    assert_int_equal(jira_configuration_read(&on, "anna", &flag, &error), 0);
    assert_true(flag);
    assert_int_equal(jira_configuration_read(&off, "anna", &flag, &error), 0);
    assert_false(flag);
    assert_true(jira_configuration_read(&odd, "anna", &flag, &error) < 0);
    jira_status_request(BASE, &status);
    check_request(&status, REST_GET, BASE "/status");
    assert_int_equal(status.auth, REST_AUTH_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_answers_mean),
        cmocka_unit_test(no_answer_and_waiting),
        cmocka_unit_test(unclear_outcomes),
        cmocka_unit_test(myself),
        cmocka_unit_test(issue_keys),
        cmocka_unit_test(issue_requests),
        cmocka_unit_test(issues),
        cmocka_unit_test(worklog_creation),
        cmocka_unit_test(worklogs),
        cmocka_unit_test(explanations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
