/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to Clockify as they are built, and its answers as they are read: plain ones, odd ones
 * and recorded ones. */

#include "tests/unit/remote/answers.h"

#include <stdio.h>

#include "base/time.h"
#include "remote/clockify.h"

#define API "https://api.clockify.me/api/v1"

typedef struct Verdict {
    int status;
    const char *body; /* NULL: a page */
    ErrorReason reason;
    int64_t code;
    unsigned missing;
} Verdict;

static const Verdict verdicts[] = {
    {200, "{}", ERROR_NONE, 0, 0},
    {201, "[]", ERROR_NONE, 0, 0},
    {204, "", ERROR_NONE, 0, 0},
    {200, NULL, ERROR_UNAVAILABLE, 0, 0},
    {302, NULL, ERROR_UNAVAILABLE, 0, 0},
    {302, "{}", ERROR_UNAVAILABLE, 0, 0},
    {400, NULL, ERROR_UNAVAILABLE, 0, 0},
    {401, NULL, ERROR_UNAVAILABLE, 0, 0},
    {403, NULL, ERROR_UNAVAILABLE, 0, 0},
    {404, NULL, ERROR_UNAVAILABLE, 0, 0},
    {407, "{}", ERROR_UNAVAILABLE, 0, 0},
    {408, "", ERROR_UNAVAILABLE, 0, 0},
    {500, "{\"message\":\"x\"}", ERROR_UNAVAILABLE, 0, 0},
    {502, NULL, ERROR_UNAVAILABLE, 0, 0},
    {503, "", ERROR_UNAVAILABLE, 0, 0},
    {429, "{\"message\":\"Too many requests\"}", ERROR_RATE_LIMITED, 0, 0},
    {429, NULL, ERROR_RATE_LIMITED, 0, 0},
    {401, "{\"message\":\"Api key does not exist\",\"code\":4003}", ERROR_CLOCKIFY_KEY_REJECTED,
     4003, 0},
    {401, "{\"message\":\"Multiple or none auth tokens present\",\"code\":1000}",
     ERROR_CLOCKIFY_KEY_REJECTED, 1000, 0},
    {401, "{\"description\":\"Full authentication is required\",\"code\":1000}",
     ERROR_CLOCKIFY_KEY_REJECTED, 1000, 0},
    {401, "{\"message\":\"Token is not valid\",\"code\":4017}", ERROR_CLOCKIFY_KEY_REJECTED, 4017,
     0},
    {401, "{\"message\":\"x\",\"code\":4023}", ERROR_CLOCKIFY_KEY_REJECTED, 4023, 0},
    {401, "{\"message\":\"x\"}", ERROR_CLOCKIFY_KEY_REJECTED, 0, 0},
    {401, "", ERROR_CLOCKIFY_KEY_REJECTED, 0, 0},
    {401, "{\"message\":\"x\",\"code\":406}", ERROR_CLOCKIFY_KEY_REJECTED, 406, 0},
    {403, "{\"message\":\"x\",\"code\":406}", ERROR_CLOCKIFY_KEY_REJECTED, 406, 0},
    {406, "{\"message\":\"x\",\"code\":406}", ERROR_CLOCKIFY_KEY_REJECTED, 406, 0},
    {401, "{\"message\":\"verify\",\"code\":4019}", ERROR_REFUSED, 4019, 0},
    {403, "{\"message\":\"Access Denied\",\"code\":501}", ERROR_REFUSED, 501, 0},
    {403, "{\"message\":\"Manual time tracking disabled on ...\",\"code\":4030}", ERROR_REFUSED,
     4030, 0},
    {403, "{\"message\":\"Can't edit locked time entry.\",\"code\":1003}", ERROR_REFUSED, 1003, 0},
    {403, "{\"message\":\"Can't edit approved time entry.\",\"code\":4005}", ERROR_REFUSED, 4005,
     0},
    {404, "", ERROR_REFUSED, 0, 0},
    {404, "{\"message\":\"x\",\"code\":404}", ERROR_REFUSED, 404, 0},
    {404, "{\"message\":\"No static resource x\",\"code\":3000}", ERROR_REFUSED, 3000, 0},
    {405, "{\"message\":\"x\",\"code\":3000}", ERROR_REFUSED, 3000, 0},
    {409, "{}", ERROR_REFUSED, 0, 0},
    {422, "{\"message\":\"x\"}", ERROR_REFUSED, 0, 0},
    {400, "{\"message\":\"x\",\"code\":\"501\"}", ERROR_REFUSED, 0, 0}, /* codes are numbers */
    {400,
     "{\"message\":\"The timer can be started but can't be stopped until you add a project and "
     "tag\",\"code\":501}",
     ERROR_REFUSED, 501, FIELD_PROJECT | FIELD_TAGS},
    {400,
     "{\"message\":\"Time entry couldn't be created. Project is either required field or given "
     "project is archived. ...\","
     "\"code\":501}",
     ERROR_REFUSED, 501, FIELD_PROJECT},
    {400, "{\"message\":\"Add Task and Description\",\"code\":501}", ERROR_REFUSED, 501,
     FIELD_TASK | FIELD_DESCRIPTION},
    {400, "{\"message\":\"Add a project\",\"code\":3000}", ERROR_REFUSED, 3000, 0},
    {403, "{\"message\":\"Add a project\",\"code\":501}", ERROR_REFUSED, 501, 0},
    {400, "{\"message\":\"Project doesn't belong to Workspace\",\"code\":501}", ERROR_REFUSED, 501,
     0},
    {400, "{\"message\":\"A project for client  already exists.\",\"code\":501}", ERROR_REFUSED,
     501, 0},
    {400, "{\"message\":\"Project name is required\",\"code\":501}", ERROR_REFUSED, 501, 0},
    {400, "{\"message\":\"You can not create entities for archived tag\",\"code\":501}",
     ERROR_REFUSED, 501, 0},
};

static void what_answers_mean(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
        const Verdict *row = &verdicts[i];
        _cleanup_(rest_answer_done) RestAnswer answer =
            row->body ? answer_json(row->status, row->body) : answer_page(row->status);
        _cleanup_free_ char *label =
            xasprintf("%d %s", row->status, row->body ? row->body : "(page)");
        Error error = {0};
        int r = clockify_check(&answer, &error);

        check_row_int(r < 0, row->reason != ERROR_NONE, label);
        check_row_int(error.reason, row->reason, label);
        check_row_int(error.upstream_code, row->code, label);
        check_row_int(error.missing, row->missing, label);
        if (r < 0) {
            check_row_text(error.service, "clockify", label);
            check_row_int(error.upstream_status, row->status, label);
            check_row(error.message[0], label);
            check_row(clockify_check(&answer, NULL) < 0, label);
        }
    }
}

static void no_answer_and_waiting(void **state)
{
    _cleanup_(rest_answer_done) RestAnswer lost = answer_lost(REST_UNCLEAR),
                                           limited = answer_json(429, "{}");
    Error error = {0};

    (void)state;
    assert_true(clockify_check(&lost, &error) < 0);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.message, "gone"));
    limited.retry_after_s = 1800;
    assert_true(clockify_check(&limited, &error) < 0);
    assert_int_equal(error.retry_after_s, 1800);
    limited.retry_after_s = -1;
    assert_true(clockify_check(&limited, &error) < 0);
    assert_int_equal(error.retry_after_s, 0);
}

/* A message echoes what a user typed: it is cut, between characters. */
static void long_messages(void **state)
{
    char body[2000] = "{\"code\":501,\"message\":\"";
    _cleanup_(rest_answer_done) RestAnswer answer = {0};
    Error error = {0};

    (void)state;
    for (int i = 0; i < 400; i++)
        strcat(body, "\xe2\x82\xac");
    strcat(body, "\"}");
    answer = answer_json(400, body);
    assert_true(clockify_check(&answer, &error) < 0);
    assert_true(strlen(error.upstream_message) <= sizeof(error.upstream_message) - 1);
    assert_int_equal(strlen(error.upstream_message) % 3, 0);
    assert_true(strlen(error.upstream_message) > 150);
}

static void unclear_outcomes(void **state)
{
    static const struct {
        int status;
        const char *body;
        bool unclear;
    } rows[] = {
        {201, "{\"id\":\"1\"}", true},
        {200, "[]", true},
        {204, "", true},
        {201, "", true},
        {201, "{\"id\":", true},
        {201, "{}", true},
        {200, NULL, true},
        {400, "{}", false},
        {401, "", false},
        {302, NULL, false},
        {404, "", false},
        {408, "", true},
        {429, "", false},
        {500, "{}", true},
        {503, NULL, true},
    };
    _cleanup_(rest_answer_done) RestAnswer lost = answer_lost(REST_UNCLEAR),
                                           unsent = answer_lost(REST_NOT_SENT);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer =
            rows[i].body ? answer_json(rows[i].status, rows[i].body) : answer_page(rows[i].status);

        check_row_int(clockify_unclear(&answer), rows[i].unclear,
                      rows[i].body ? rows[i].body : "(page)");
    }
    assert_true(clockify_unclear(&lost));
    assert_false(clockify_unclear(&unsent));
}

/* An id comes back in a path. */
static void ids_that_are_none(void **state)
{
    static const char *const ids[] = {"",        "..",    "../users", ".a", ".a",      "a%2fb",
                                      "a\\r\\n", "a?b=c", ".a",       ".a", "\\u00e4", "a\\u0000b"};
    _cleanup_free_ char *long_id =
        xstrndup("0123456789012345678901234567890123456789012345678901234567890123456789", 65);

    (void)state;
    for (size_t i = 0; i <= ARRAY_SIZE(ids); i++) {
        _cleanup_free_ char *text =
            xasprintf("{\"id\":\"%s\",\"email\":\"a@b\"}", i < ARRAY_SIZE(ids) ? ids[i] : long_id);
        _cleanup_(rest_answer_done) RestAnswer answer = answer_json(200, text);
        ClockifyUser user;
        Error error;

        assert_int_equal(clockify_user_read(&answer, &user, &error), -1);
        assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    }
}

static void one_code_for_many_causes(void **state)
{
    static const struct {
        int status;
        const char *body;
        bool nothing_running, not_there, already_exists;
    } rows[] = {
        {404, "{\"message\":\"x\",\"code\":404}", true, false, false},
        {404, "{\"message\":\"No static resource\",\"code\":3000}", false, false, false},
        {404, "", false, false, false},
        {400, "{\"message\":\"Time entry doesn't belong to Workspace\",\"code\":501}", false, true,
         false},
        {400, "{\"message\":\"Task doesn't belong to Project\",\"code\":501}", false, true, false},
        {403, "{\"message\":\"Task doesn't belong to Project\",\"code\":501}", false, false, false},
        {400, "{\"message\":\"Proyecto4 project for client  already exists.\",\"code\":501}", false,
         false, true},
        {400, "{\"message\":\"Task with name 'A' already exists\",\"code\":501}", false, false,
         true},
        {400, "{\"message\":\"already exists\",\"code\":3000}", false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer = answer_json(rows[i].status, rows[i].body);

        check_row_int(clockify_nothing_running(&answer), rows[i].nothing_running, rows[i].body);
        check_row_int(clockify_not_there(&answer), rows[i].not_there, rows[i].body);
        check_row_int(clockify_already_exists(&answer), rows[i].already_exists, rows[i].body);
    }
}

static void users(void **state)
{
    _cleanup_(rest_request_done) RestRequest request = {0};
    _cleanup_(clockify_user_done) ClockifyUser user = {0}, none = {0};
    _cleanup_(rest_answer_done) RestAnswer answer =
        answer_json(200, "{\"id\":\"u1\",\"email\":\"a@b.c\",\"name\":null,\"settings\":null,"
                         "\"activeWorkspace\":\"w1\","
                         "\"defaultWorkspace\":\"\"}");
    _cleanup_(rest_answer_done) RestAnswer other = answer_json(200, "[]"),
                                           broken = answer_json(200, "{\"id\"");
    Error error = {0};

    (void)state;
    clockify_user_request(API, &request);
    check_request(&request, REST_GET, API "/user");
    assert_int_equal(request.auth, REST_AUTH_API_KEY);
    assert_int_equal(clockify_user_read(&answer, &user, &error), 0);
    assert_string_equal(user.id, "u1");
    assert_null(user.name);
    assert_string_equal(user.active_workspace, "w1");
    assert_null(user.default_workspace);
    assert_true(clockify_user_read(&other, &none, &error) < 0);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_true(clockify_user_read(&broken, &none, &error) < 0);
    assert_null(none.id);
}

static void workspaces(void **state)
{
    _cleanup_(rest_answer_done) RestAnswer answer =
        answer_json(200, "[{\"id\":\"w1\",\"name\":\"New\",\"features\":[\"X_UNKNOWN\"],"
                         "\"workspaceSettings\":{\"forceProjects\":true,"
                         "\"forceTasks\":true,\"forceTags\":false,\"forceDescription\":true,"
                         "\"timeTrackingMode\":\"STOPWATCH_ONLY\","
                         "\"isProjectPublicByDefault\":false,\"lockTimeEntries\":\"2026-11-01T00:"
                         "00:00Z\",\"onlyAdminsCreateTag\":true,"
                         "\"entityCreationPermissions\":{\"whoCanCreateProjectsAndClients\":"
                         "\"ADMINS_AND_PROJECT_MANAGERS\","
                         "\"whoCanCreateTags\":\"EVERYONE\",\"whoCanCreateTasks\":\"ADMINS\"}}},"
                         "{\"id\":\"w2\",\"name\":\"Old\",\"workspaceSettings\":{"
                         "\"lockTimeEntries\":null,\"timeTrackingMode\":\"DEFAULT\","
                         "\"onlyAdminsCreateProject\":true,\"onlyAdminsCreateTag\":false}},"
                         "{\"id\":\"w3\",\"name\":\"Odd\",\"workspaceSettings\":{"
                         "\"entityCreationPermissions\":{\"whoCanCreateTags\":{},"
                         "\"whoCanCreateTasks\":\"NOBODY\"}}},"
                         "{\"id\":\"w4\"},{\"name\":\"no id\"},null]");
    _cleanup_(clockify_workspaces_done) ClockifyWorkspaces all = {0};
    const ClockifyWorkspace *one;
    Error error = {0};

    (void)state;
    assert_int_equal(clockify_workspaces_read(&answer, &all, &error), 0);
    assert_int_equal(all.count, 4);
    one = clockify_workspace_find(&all, "w1");
    assert_string_equal(one->name, "New");
    assert_int_equal(one->required, FIELD_PROJECT | FIELD_TASK | FIELD_DESCRIPTION);
    assert_false(one->manual_entry);
    assert_false(one->public_projects);
    assert_int_equal(one->locked_before, 1793491200);
    assert_int_equal(one->may_create_project, WHO_MANAGERS);
    assert_int_equal(one->may_create_tag,
                     WHO_EVERYONE); /* the new object counts, not the old flag */
    assert_int_equal(one->may_create_task, WHO_ADMINS);
    one = clockify_workspace_find(&all, "w2");
    assert_true(one->manual_entry && one->public_projects);
    assert_true(one->locked_before == TIME_NONE);
    assert_int_equal(one->required, 0);
    assert_int_equal(one->may_create_project, WHO_ADMINS);
    assert_int_equal(one->may_create_tag, WHO_EVERYONE);
    assert_int_equal(one->may_create_task, WHO_ADMINS);
    one = clockify_workspace_find(&all, "w3");
    assert_int_equal(one->may_create_project, WHO_ADMINS);
    assert_int_equal(one->may_create_tag, WHO_ADMINS);
    assert_int_equal(one->may_create_task, WHO_ADMINS);
    assert_string_equal(clockify_workspace_find(&all, "w4")->name, "");
    assert_null(clockify_workspace_find(&all, "w5"));
}

static void workspace_requests(void **state)
{
    _cleanup_(rest_request_done) RestRequest all = {0}, managed = {0};

    (void)state;
    clockify_workspaces_request(API, NULL, &all);
    check_request(&all, REST_GET, API "/workspaces");
    assert_true(all.max_body > 1 << 20);
    clockify_workspaces_request(API, "PROJECT_MANAGER", &managed);
    check_request(&managed, REST_GET, API "/workspaces?roles=PROJECT_MANAGER");
}

static void list_requests(void **state)
{
    static const struct {
        ClockifyListQuery query;
        const char *url;
    } rows[] = {
        {{.list = LIST_PROJECTS, .workspace = "w1", .page = 1, .page_size = 50},
         API "/workspaces/w1/"
             "projects?archived=false&sort-column=NAME&sort-order=ASCENDING&page=1&page-size=50"},
        {{.list = LIST_PROJECTS,
          .workspace = "w1",
          .name = "A & B",
          .whole_name = true,
          .page = 1,
          .page_size = 50},
         API "/workspaces/w1/"
             "projects?name=A%20%26%20B&strict-name-search=true&archived=false&sort-column=NAME&"
             "sort-order=ASCENDING&page=1&page-size=50"},
        {{.list = LIST_TASKS,
          .workspace = "w1",
          .project = "p1",
          .name = "ABC-1",
          .page = 3,
          .page_size = 5000},
         API "/workspaces/w1/projects/p1/"
             "tasks?name=ABC-1&is-active=true&sort-column=NAME&sort-order=ASCENDING&page=3&"
             "page-size=5000"},
        {{.list = LIST_TAGS, .workspace = "w1", .with_closed = true, .page = 1, .page_size = 200},
         API "/workspaces/w1/tags?sort-column=NAME&sort-order=ASCENDING&page=1&page-size=200"},
        /* whatever a caller gives as an id stays one segment of the path */
        {{.list = LIST_TAGS, .workspace = "../user?x#y", .page = 1, .page_size = 1},
         API "/workspaces/..%2Fuser%3Fx%23y/"
             "tags?archived=false&sort-column=NAME&sort-order=ASCENDING&page=1&page-size=1"},
        {{.list = LIST_TASKS, .workspace = "..", .project = "", .page = 1, .page_size = 1},
         API "/workspaces/_/projects/_/"
             "tasks?is-active=true&sort-column=NAME&sort-order=ASCENDING&page=1&page-size=1"},
        {{.list = LIST_TAGS, .workspace = "a\r\nX: y", .page = 1, .page_size = 1},
         API "/workspaces/a%0D%0AX%3A%20y/"
             "tags?archived=false&sort-column=NAME&sort-order=ASCENDING&page=1&page-size=1"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_request_done) RestRequest request = {0};

        clockify_list_request(API, &rows[i].query, &request);
        check_request(&request, REST_GET, rows[i].url);
        assert_true(request.max_body > 1 << 20);
    }
}

static void lists(void **state)
{
    static const struct {
        int header;
        int64_t page_size;
        bool last;
    } ends[] = {{1, 3, true}, {0, 3, false}, {-1, 3, false}, {0, 4, true}, {-1, 4, true}};
    ClockifyListQuery query = {.list = LIST_PROJECTS, .workspace = "w1", .page = 1, .page_size = 3};
    Error error = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer =
            answer_json(200, "[{\"id\":\"1\",\"name\":\"A\",\"clientName\":\"\",\"billable\":true,"
                             "\"color\":\"#03A9F4\",\"archived\":false},"
                             "{\"id\":\"2\",\"name\":\"B\",\"clientName\":\"C\",\"billable\":null,"
                             "\"archived\":true},{\"name\":\"x\"}]");
        _cleanup_(clockify_items_done) ClockifyItems items = {0};

        answer.last_page = ends[i].header;
        query.page_size = ends[i].page_size;
        assert_int_equal(clockify_list_read(&answer, &query, &items, &error), 0);
        assert_int_equal(items.count, 2);
        check_row_int(items.last_page, ends[i].last, "last page");
        assert_null(items.items[0].client);
        assert_string_equal(items.items[0].color, "#03A9F4");
        assert_int_equal(items.items[0].billable, 1);
        assert_false(items.items[0].closed);
        assert_string_equal(items.items[1].client, "C");
        assert_int_equal(items.items[1].billable, -1);
        assert_true(items.items[1].closed);
    }
}

static void matches(void **state)
{
    ClockifyItem some[] = {{.id = (char *)"1", .name = (char *)"Alpha", .closed = true},
                           {.id = (char *)"2", .name = (char *)"Alpha"},
                           {.id = (char *)"3", .name = (char *)" Alpha  "},
                           {.id = (char *)"4", .name = (char *)"Alpha Two"},
                           {.id = (char *)"5", .name = (char *)"\xc3\x84ra"}};
    const ClockifyItems items = {.items = some, .count = ARRAY_SIZE(some)};
    size_t count = 9;

    (void)state;
    assert_string_equal(clockify_items_match(&items, LIST_PROJECTS, "Alpha", &count)->id, "2");
    assert_int_equal(count, 2);
    assert_string_equal(clockify_items_match(&items, LIST_PROJECTS, "Alpha\n Two ", &count)->id,
                        "4");
    assert_int_equal(count, 1);
    assert_null(clockify_items_match(&items, LIST_PROJECTS, "alpha two", &count));
    assert_int_equal(count, 0);
    assert_null(clockify_items_match(&items, LIST_TASKS, "ALPHA TWO", NULL));
    assert_string_equal(clockify_items_match(&items, LIST_TAGS, "ALPHA TWO", NULL)->id, "4");
    assert_string_equal(clockify_items_match(&items, LIST_TAGS, "\xc3\xa4RA", NULL)->id, "5");
}

static void single_items(void **state)
{
    _cleanup_(rest_request_done) RestRequest task = {0}, project = {0}, tag = {0};
    _cleanup_(rest_answer_done) RestAnswer answer =
        answer_json(201, "{\"id\":\"t1\",\"name\":\"ABC-1\",\"status\":\"DONE\"}");
    _cleanup_(rest_answer_done) RestAnswer empty = answer_json(200, "{}");
    _cleanup_(clockify_item_done) ClockifyItem item = {0}, none = {0};
    Error error = {0};

    (void)state;
    clockify_item_request(API, LIST_TASKS, "w1", "p1", "t1", &task);
    check_request(&task, REST_GET, API "/workspaces/w1/projects/p1/tasks/t1");
    clockify_item_request(API, LIST_PROJECTS, "w1", NULL, "p1", &project);
    check_request(&project, REST_GET, API "/workspaces/w1/projects/p1");
    clockify_item_request(API, LIST_TAGS, "w1", NULL, "g1", &tag);
    check_request(&tag, REST_GET, API "/workspaces/w1/tags/g1");
    assert_int_equal(clockify_item_read(&answer, LIST_TASKS, &item, &error), 0);
    assert_true(item.closed);
    assert_true(clockify_item_read(&empty, LIST_TASKS, &none, &error) < 0);
}

static void creation_requests(void **state)
{
    _cleanup_(rest_request_done) RestRequest project = {0}, task = {0}, tag = {0};

    (void)state;
    clockify_create_request(API, LIST_PROJECTS, "w1", NULL, "A \"B\"", true, &project);
    check_request(&project, REST_POST, API "/workspaces/w1/projects");
    check_body(&project, "{\"isPublic\":true,\"name\":\"A \\\"B\\\"\"}");
    clockify_create_request(API, LIST_TASKS, "w1", "p1", "ABC-1", true, &task);
    check_request(&task, REST_POST, API "/workspaces/w1/projects/p1/tasks");
    check_body(&task, "{\"name\":\"ABC-1\"}");
    clockify_create_request(API, LIST_TAGS, "w1", NULL, "Bug", true, &tag);
    check_request(&tag, REST_POST, API "/workspaces/w1/tags");
    check_body(&tag, "{\"name\":\"Bug\"}");
}

static void names(void **state)
{
    static const struct {
        ClockifyList list;
        const char *text;
        size_t times;
        const char *wanted; /* NULL: refused for `reason`; "=": as it came */
        const char *reason;
    } rows[] = {
        {LIST_PROJECTS, " A\t\n B ", 1, "A B", NULL},
        {LIST_PROJECTS, "List<A> -> B", 1,
         "List\xe2\x80\xb9"
         "A\xe2\x80\xba -\xe2\x80\xba B",
         NULL},
        {LIST_PROJECTS, "A", 1, NULL, "too_short"},
        {LIST_PROJECTS, "   ", 1, NULL, "too_short"},
        {LIST_PROJECTS, "AB", 1, "=", NULL},
        {LIST_PROJECTS, "a", 250, "=", NULL},
        {LIST_PROJECTS, "a", 251, NULL, "too_long"},
        {LIST_PROJECTS, "\xc3\xa4", 250, "=", NULL},
        {LIST_PROJECTS, "\xf0\x9f\x9a\x80", 125, "=", NULL},
        {LIST_PROJECTS, "\xf0\x9f\x9a\x80", 126, NULL, "too_long"},
        {LIST_TASKS, "", 1, NULL, "too_short"},
        {LIST_TASKS, "a", 1000, "=", NULL},
        {LIST_TASKS, "a", 1001, NULL, "too_long"},
        {LIST_TAGS, "", 1, NULL, "too_short"},
        {LIST_TAGS, "b", 1, "=", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *text = repeated(rows[i].text, rows[i].times), *got = NULL;
        const char *reason = NULL;

        got = clockify_name(rows[i].list, text, &reason);
        check_row_text(got, streq(rows[i].wanted, "=") ? text : rows[i].wanted, rows[i].text);
        check_row_text(reason, rows[i].reason, rows[i].text);
    }
    assert_null(clockify_name(LIST_TAGS, NULL, NULL));
}

static void cut_texts(void **state)
{
    _cleanup_free_ char *label = repeated("0123456789", 26),
                        *tag = clockify_name(LIST_TAGS, label, NULL);
    _cleanup_free_ char *spaced = repeated("aaaaaaaaa ", 20),
                        *trimmed = clockify_name(LIST_TAGS, spaced, NULL);
    _cleanup_free_ char *euros = repeated("\xe2\x82\xac", 3001),
                        *description = clockify_description(euros);
    _cleanup_free_ char *rockets = repeated("\xf0\x9f\x9a\x80", 1501),
                        *half = clockify_description(rockets);
    _cleanup_free_ char *lines = clockify_description("a <b>\n  c\n"),
                        *nothing = clockify_description(NULL);

    (void)state;
    assert_int_equal(strlen(tag), 100);
    assert_int_equal(strlen(trimmed), 99);
    assert_int_equal(strlen(description), 9000);
    assert_int_equal(strlen(half), 6000);
    assert_string_equal(lines, "a \xe2\x80\xb9"
                               "b\xe2\x80\xba\n  c\n");
    assert_string_equal(nothing, "");
}

static void probing(void **state)
{
    static const struct {
        int status;
        const char *body;
        bool good;
    } rows[] = {
        {401, "{\"message\":\"Multiple or none auth tokens present\",\"code\":1000}", true},
        {401,
         "{\"description\":\"Full authentication is required to access this "
         "resource\",\"code\":1000}",
         true},
        {403, "{\"message\":\"x\",\"code\":501}", true},
        {401, "{\"message\":\"login\"}", false},
        {401, "", false},
        {401, NULL, false},
        {200, "{}", false},
        {200, NULL, false},
        {301, NULL, false},
        {404, "{\"message\":\"No static resource v1/user.\",\"code\":3000}", false},
        {404, NULL, false},
        {503, NULL, false},
    };
    _cleanup_(rest_request_done) RestRequest request = {0};

    (void)state;
    clockify_probe_request(API, &request);
    check_request(&request, REST_GET, API "/user");
    assert_int_equal(request.auth, REST_AUTH_NONE);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer =
            rows[i].body ? answer_json(rows[i].status, rows[i].body) : answer_page(rows[i].status);
        _cleanup_free_ char *label =
            xasprintf("%d %s", rows[i].status, rows[i].body ? rows[i].body : "(page)");
        Error error = {0};
        int r = clockify_probe_read(&answer, &error);

        check_row_int(r == 0, rows[i].good, label);
        check_row_int(error.reason, rows[i].good ? ERROR_NONE : ERROR_UNAVAILABLE, label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_answers_mean),
        cmocka_unit_test(no_answer_and_waiting),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(unclear_outcomes),
        cmocka_unit_test(ids_that_are_none),
        cmocka_unit_test(one_code_for_many_causes),
        cmocka_unit_test(users),
        cmocka_unit_test(workspaces),
        cmocka_unit_test(workspace_requests),
        cmocka_unit_test(list_requests),
        cmocka_unit_test(lists),
        cmocka_unit_test(matches),
        cmocka_unit_test(single_items),
        cmocka_unit_test(creation_requests),
        cmocka_unit_test(names),
        cmocka_unit_test(cut_texts),
        cmocka_unit_test(probing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
