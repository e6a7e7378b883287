/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to Clockify as they are built, and its answers as they are read: plain ones, odd ones
 * and recorded ones. */

#include "tests/unit/remote/answers.h"

#include <stdio.h>

#include "base/time.h"
#include "remote/clockify.h"

#define API   "https://api.clockify.me/api/v1"
#define START 1795428000 /* 2026-11-23T10:00:00Z */

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
        {201, "{\"id\":\"1\"}", false},
        {200, "[]", false},
        {204, "", false},
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

static void check_body(const RestRequest *request, const char *wanted)
{
    _cleanup_json_ Json *body = request_body(request);
    _cleanup_free_ char *got = json_canonical(body);

    check_row_text(got, wanted, request->url);
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

static char *repeated(const char *text, size_t times)
{
    char *all = xcalloc(times + 1, strlen(text));

    for (size_t i = 0; i < times; i++)
        memcpy(all + i * strlen(text), text, strlen(text));
    return all;
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

static void entry_creation(void **state)
{
    _cleanup_json_ Json *tags = json_new_array();
    Json *tag = json_new_object();
    ClockifyNewEntry entry = {.workspace = "w1", .start = START, .end = TIME_NONE, .billable = -1};
    _cleanup_(rest_request_done) RestRequest least = {0}, most = {0};

    (void)state;
    clockify_entry_create_request(API, &entry, &least);
    check_request(&least, REST_POST, API "/workspaces/w1/time-entries");
    check_body(&least, "{\"start\":\"2026-11-23T10:00:00Z\"}");
    json_put_string(tag, "id", "g1");
    json_put_string(tag, "name", "Bug");
    json_add(tags, tag);
    entry = (ClockifyNewEntry){.workspace = "w1",
                               .start = START,
                               .end = START + 90,
                               .description = "ABC-1 a<b",
                               .project_id = "p1",
                               .task_id = "t1",
                               .tags = tags,
                               .billable = 0};
    clockify_entry_create_request(API, &entry, &most);
    check_body(&most, "{\"billable\":false,\"description\":\"ABC-1 a\xe2\x80\xb9"
                      "b\",\"end\":\"2026-11-23T10:01:30Z\","
                      "\"projectId\":\"p1\",\"start\":\"2026-11-23T10:00:00Z\",\"tagIds\":[\"g1\"],"
                      "\"taskId\":\"t1\"}");
}

static void entry_requests(void **state)
{
    _cleanup_(rest_request_done) RestRequest stop = {0}, get = {0}, drop = {0}, running = {0},
                                             all = {0}, some = {0}, cut = {0};
    _cleanup_free_ char *long_text = repeated("x", 3000), *part = repeated("x", 200), *url = NULL;

    (void)state;
    clockify_entry_stop_request(API, "w1", "u1", START, &stop);
    check_request(&stop, REST_PATCH, API "/workspaces/w1/user/u1/time-entries");
    check_body(&stop, "{\"end\":\"2026-11-23T10:00:00Z\"}");
    clockify_entry_get_request(API, "w1", "e1", &get);
    check_request(&get, REST_GET, API "/workspaces/w1/time-entries/e1?hydrated=true");
    clockify_entry_delete_request(API, "w1", "e/1", &drop);
    check_request(&drop, REST_DELETE, API "/workspaces/w1/time-entries/e%2F1");
    assert_null(drop.body);
    clockify_running_request(API, "w1", "u1", &running);
    check_request(&running, REST_GET,
                  API "/workspaces/w1/user/u1/time-entries?in-progress=true&hydrated=true");
    clockify_entries_request(API, "w1", "u1", NULL, 2, &all);
    check_request(&all, REST_GET, API "/workspaces/w1/user/u1/time-entries?page=2&page-size=200");
    clockify_entries_request(API, "w1", "u1", "ABC-1 a&b\n", 1, &some);
    check_request(
        &some, REST_GET,
        API
        "/workspaces/w1/user/u1/time-entries?description=ABC-1%20a%26b%0A&page=1&page-size=200");
    clockify_entries_request(API, "w1", "u1", long_text, 1, &cut);
    url = xasprintf(API "/workspaces/w1/user/u1/time-entries?description=%s&page=1&page-size=200",
                    part);
    check_request(&cut, REST_GET, url);
}

static const char running_text[] =
    "{\"id\":\"e1\",\"description\":null,\"tagIds\":null,\"userId\":\"u1\",\"billable\":false,"
    "\"taskId\":null,\"projectId\":null,"
    "\"workspaceId\":\"w1\",\"timeInterval\":{\"start\":\"2026-11-23T10:00:00Z\",\"end\":null,"
    "\"duration\":null},"
    "\"customFieldValues\":null,\"type\":\"REGULAR\",\"kioskId\":null}";

static const char rich_text[] = "{\"id\":\"e1\",\"description\":\"D\",\"userId\":\"u1\","
                                "\"billable\":true,\"projectId\":\"p1\",\"project\":{\"id\":\"p1\","
                                "\"name\":\"P\"},\"task\":{\"id\":\"t1\",\"name\":\"T\"},\"tags\":["
                                "{\"id\":\"g1\",\"name\":\"G\"}],\"workspaceId\":\"w1\","
                                "\"timeInterval\":{\"start\":\"2026-11-23T10:00:00Z\",\"end\":"
                                "\"2026-11-23T10:00:30Z\",\"duration\":\"PT30S\"},"
                                "\"type\":\"BREAK\",\"customFieldValues\":[{\"customFieldId\":"
                                "\"c1\",\"timeEntryId\":\"e1\",\"value\":\"v\",\"name\":\"N\"},"
                                "{\"customFieldId\":\"c2\",\"value\":null},{\"customFieldId\":"
                                "\"c3\",\"value\":[1,2],\"sourceType\":\"PROJECT\"}]}";

static ClockifyEntry entry_from(const char *text)
{
    _cleanup_(rest_answer_done) RestAnswer answer = answer_json(200, text);
    ClockifyEntry entry = {0};
    Error error = {0};

    if (clockify_entry_read(&answer, &entry, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    return entry;
}

static void entries(void **state)
{
    _cleanup_(clockify_entry_done) ClockifyEntry running = entry_from(running_text),
                                                 rich = entry_from(rich_text);
    _cleanup_(clockify_entry_done) ClockifyEntry ids =
        entry_from("{\"id\":\"e2\",\"tagIds\":[\"g1\",\"g2\"],\"projectId\":\"\",\"timeInterval\":{"
                   "\"start\":\"2026-11-23T10:00:00Z\"}}");

    (void)state;
    assert_string_equal(running.description, "");
    assert_true(running.end == TIME_NONE);
    assert_int_equal(running.start, START);
    assert_null(running.project_id);
    assert_null(running.task_id);
    assert_int_equal(json_count(running.tags), 0);
    assert_non_null(running.tags);
    assert_int_equal(running.billable, 0);
    assert_string_equal(rich.task_id, "t1");
    assert_string_equal(rich.task_name, "T");
    assert_string_equal(rich.project_name, "P");
    assert_string_equal(json_string(json_at(rich.tags, 0), "name"), "G");
    assert_int_equal(rich.end - rich.start, 30);
    assert_non_null(json_list(rich.raw, "customFieldValues"));
    assert_int_equal(json_count(ids.tags), 2);
    assert_string_equal(json_string(json_at(ids.tags, 1), "id"), "g2");
    assert_null(json_get(json_at(ids.tags, 1), "name"));
    assert_null(ids.project_id);
    assert_int_equal(ids.billable, -1);
}

static void entries_that_cannot_be_read(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"id\":\"e1\"}",
        "{\"id\":\"e1\",\"timeInterval\":{\"start\":null}}",
        "{\"id\":\"e1\",\"timeInterval\":{\"start\":\"soon\"}}",
        "{\"id\":\"e1\",\"timeInterval\":{\"start\":\"2026-11-23T10:00:00Z\",\"end\":\"later\"}}",
        "{\"id\":1,\"timeInterval\":{\"start\":\"2026-11-23T10:00:00Z\"}}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_(rest_answer_done) RestAnswer answer = answer_json(200, texts[i]);
        ClockifyEntry entry = {0};
        Error error = {0};

        check_row(clockify_entry_read(&answer, &entry, &error) < 0, texts[i]);
        check_row_int(error.reason, ERROR_UNAVAILABLE, texts[i]);
    }
}

static void entry_lists(void **state)
{
    _cleanup_free_ char *text = xasprintf("[%s,%s]", running_text, rich_text),
                        *bad = xasprintf("[%s,{}]", running_text);
    _cleanup_(rest_answer_done) RestAnswer answer = answer_json(200, text),
                                           broken = answer_json(200, bad);
    _cleanup_(rest_answer_done) RestAnswer none = answer_json(200, "[]");
    _cleanup_(clockify_entries_done) ClockifyEntries list = {0}, empty = {0}, left = {0};
    Error error = {0};

    (void)state;
    answer.last_page = 0;
    assert_int_equal(clockify_entries_read(&answer, &list, &error), 0);
    assert_int_equal(list.count, 2);
    assert_true(list.last_page);
    assert_string_equal(list.items[1].task_name, "T");
    assert_int_equal(clockify_entries_read(&none, &empty, &error), 0);
    assert_int_equal(empty.count, 0);
    assert_true(clockify_entries_read(&broken, &left, &error) < 0);
    assert_null(left.items);
}

static void replacement(void **state)
{
    static const struct {
        const char *changes;
        int64_t end;
        const char *body;
    } rows[] = {
        {"{}", START + 30,
         "{\"billable\":true,\"customFields\":[{\"customFieldId\":\"c1\",\"value\":\"v\"},{"
         "\"customFieldId\":\"c3\","
         "\"sourceType\":\"PROJECT\",\"value\":[1,2]}],\"description\":\"D\",\"end\":\"2026-11-"
         "23T10:00:30Z\",\"projectId\":\"p1\","
         "\"start\":\"2026-11-23T10:00:00Z\",\"tagIds\":[\"g1\"],\"taskId\":\"t1\",\"type\":"
         "\"BREAK\"}"},
        {"{\"project\":\"p2\",\"tags\":[\"g2\",\"g3\"],\"description\":\"a>b\",\"billable\":false}",
         TIME_NONE,
         "{\"billable\":false,\"customFields\":[{\"customFieldId\":\"c1\",\"value\":\"v\"},{"
         "\"customFieldId\":\"c3\","
         "\"sourceType\":\"PROJECT\",\"value\":[1,2]}],\"description\":\"a\xe2\x80\xba"
         "b\",\"projectId\":\"p2\","
         "\"start\":\"2026-11-23T10:00:00Z\",\"tagIds\":[\"g2\",\"g3\"],\"type\":\"BREAK\"}"},
        {"{\"project\":\"p2\",\"task\":\"t2\",\"tags\":null,\"description\":null,\"billable\":"
         "null}",
         TIME_NONE,
         "{\"customFields\":[{\"customFieldId\":\"c1\",\"value\":\"v\"},{\"customFieldId\":\"c3\","
         "\"sourceType\":\"PROJECT\","
         "\"value\":[1,2]}],\"description\":\"\",\"projectId\":\"p2\",\"start\":\"2026-11-23T10:00:"
         "00Z\",\"tagIds\":[],"
         "\"taskId\":\"t2\",\"type\":\"BREAK\"}"},
        {"{\"project\":null}", TIME_NONE,
         "{\"billable\":true,\"customFields\":[{\"customFieldId\":\"c1\",\"value\":\"v\"},{"
         "\"customFieldId\":\"c3\","
         "\"sourceType\":\"PROJECT\",\"value\":[1,2]}],\"description\":\"D\",\"start\":\"2026-11-"
         "23T10:00:00Z\","
         "\"tagIds\":[\"g1\"],\"type\":\"BREAK\"}"},
    };
    _cleanup_(clockify_entry_done) ClockifyEntry rich = entry_from(rich_text),
                                                 running = entry_from(running_text);
    _cleanup_(rest_request_done) RestRequest bare = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(rest_request_done) RestRequest request = {0};
        _cleanup_json_ Json *changes = NULL;
        Error error = {0};

        assert_int_equal(json_parse(rows[i].changes, strlen(rows[i].changes), 8, &changes, &error),
                         0);
        clockify_entry_replace_request(API, &rich, changes, rows[i].end, &request);
        check_request(&request, REST_PUT, API "/workspaces/w1/time-entries/e1");
        check_body(&request, rows[i].body);
    }
    clockify_entry_replace_request(API, &running, NULL, TIME_NONE, &bare);
    check_body(
        &bare,
        "{\"billable\":false,\"description\":\"\",\"start\":\"2026-11-23T10:00:00Z\",\"tagIds\":[],"
        "\"type\":\"REGULAR\"}");
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

static void recorded_lists(void **state)
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

static void recorded_entries(void **state)
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
        check_row(!clockify_unclear(&answer), single[i]);
        clockify_entry_replace_request(API, &entry, NULL, entry.end, &request);
        check_row(strstr(request.body, "\"start\""), single[i]);
    }
}

static void recorded_errors(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_answers_mean),
        cmocka_unit_test(no_answer_and_waiting),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(unclear_outcomes),
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
        cmocka_unit_test(entry_creation),
        cmocka_unit_test(entry_requests),
        cmocka_unit_test(entries),
        cmocka_unit_test(entries_that_cannot_be_read),
        cmocka_unit_test(entry_lists),
        cmocka_unit_test(replacement),
        cmocka_unit_test(probing),
        cmocka_unit_test(recorded_lists),
        cmocka_unit_test(recorded_entries),
        cmocka_unit_test(recorded_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
