/* SPDX-License-Identifier: Apache-2.0 */
/* Time entries: requests as they are built, answers as they are read, and the PUT that must lose
 * nothing. */

#include "tests/unit/remote/answers.h"

#include "base/time.h"
#include "remote/clockify.h"

#define API   "https://api.clockify.me/api/v1"
#define START 1795428000 /* 2026-11-23T10:00:00Z */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entry_creation), cmocka_unit_test(entry_requests),
        cmocka_unit_test(entries),        cmocka_unit_test(entries_that_cannot_be_read),
        cmocka_unit_test(entry_lists),    cmocka_unit_test(replacement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
