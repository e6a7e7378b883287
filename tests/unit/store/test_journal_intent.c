/* SPDX-License-Identifier: Apache-2.0 */

/* Intents in their order, and what callers with a request_id were told. */

#include "tests/unit/store/journal_rows.h"

static Error error;

static void intent_comes_back_whole(void **state)
{
    _cleanup_(intent_done) Intent intent = {.user = xstrdup("u"),
                                            .kind = INTENT_EDIT,
                                            .entry_id = 3,
                                            .after = 2,
                                            .asked = 100,
                                            .params = parse("{\"task\":\"t\"}"),
                                            .request_id = xstrdup("r"),
                                            .state = INTENT_BLOCKED,
                                            .attempts = 4,
                                            .next_attempt = 200,
                                            .problem = parse("{\"reason\":\"refused\"}")};
    _cleanup_(intent_done) Intent read = {0}, copy = {0};

    assert_int_equal(journal_intent_insert(*state, &intent, &error), 0);
    assert_int_equal(journal_intent_get(*state, intent.id, &read, &error), 1);
    intent_copy(&copy, &read);
    intent_done(&read);
    assert_int_equal(copy.id, intent.id);
    assert_string_equal(copy.user, "u");
    assert_int_equal(copy.kind, INTENT_EDIT);
    assert_int_equal(copy.entry_id, 3);
    assert_int_equal(copy.after, 2);
    assert_int_equal(copy.asked, 100);
    expect_json(copy.params, "{\"task\":\"t\"}");
    assert_string_equal(copy.request_id, "r");
    assert_int_equal(copy.state, INTENT_BLOCKED);
    assert_int_equal(copy.attempts, 4);
    assert_int_equal(copy.next_attempt, 200);
    expect_json(copy.problem, "{\"reason\":\"refused\"}");
    assert_int_equal(journal_intent_get(*state, intent.id + 1, &read, &error), 0);
}

static void intent_is_updated_counted_and_removed(void **state)
{
    _cleanup_(intent_done) Intent read = {0};
    _cleanup_json_ Json *problem = parse("{\"reason\":\"refused\"}");
    int64_t id = put_intent(*state, "u", INTENT_STOP, 3), count = -1;
    Intent change = {
        .id = id, .state = INTENT_BLOCKED, .attempts = 2, .next_attempt = 9, .problem = problem};

    put_intent(*state, "u", INTENT_EDIT, 3);
    put_intent(*state, "u", INTENT_EDIT, 4);
    assert_int_equal(journal_intent_update(*state, &change, &error), 0);
    assert_int_equal(journal_intent_get(*state, id, &read, &error), 1);
    assert_int_equal(read.state, INTENT_BLOCKED);
    assert_int_equal(read.attempts, 2);
    assert_int_equal(read.next_attempt, 9);
    assert_non_null(read.problem);
    assert_int_equal(read.kind, INTENT_STOP); /* stays */
    assert_int_equal(journal_intent_count(*state, 3, &count, &error), 0);
    assert_int_equal(count, 2);
    assert_int_equal(journal_intent_delete(*state, id, &error), 0);
    assert_int_equal(journal_intent_delete(*state, id, &error), 0);
    assert_int_equal(journal_intent_count(*state, 3, &count, &error), 0);
    assert_int_equal(count, 1);
}

static int append_intent(void *arg, const Intent *intent)
{
    sprintf((char *)arg + strlen(arg), "%s%d", intent_kind_name(intent->kind), (int)intent->id);
    return 0;
}

static int refuse_intent(void *arg, const Intent *intent)
{
    append_intent(arg, intent);
    return -1;
}

static void intents_come_in_order(void **state)
{
    char have[100] = "";
    int64_t second;

    put_intent(*state, "u", INTENT_START, 1);
    second = put_intent(*state, "v", INTENT_ADD, 2);
    put_intent(*state, "u", INTENT_STOP, 1);
    assert_int_equal(journal_intent_delete(*state, second, &error), 0);
    put_intent(*state, "u", INTENT_DISCARD, 3);
    assert_int_equal(journal_intent_each(*state, append_intent, have, &error), 0);
    assert_string_equal(have, "start1stop3discard4");
    have[0] = '\0';
    assert_true(journal_intent_each(*state, refuse_intent, have, &error) < 0);
    assert_string_equal(have, "start1");
}

static void request_is_remembered(void **state)
{
    Request request = {.user = TEXT("u"),
                       .request_id = TEXT("r"),
                       .method = TEXT("timer.start"),
                       .digest = TEXT("d"),
                       .intent_id = 3,
                       .entry_id = 4,
                       .asked = 100};
    _cleanup_(request_done) Request read = {0};

    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 0);
    assert_int_equal(journal_request_insert(*state, &request, &error), 0);
    assert_true(journal_request_insert(*state, &request, &error) < 0); /* once */
    assert_int_equal(journal_request_get(*state, "v", "r", &read, &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.user, "u");
    assert_string_equal(read.request_id, "r");
    assert_string_equal(read.method, "timer.start");
    assert_string_equal(read.digest, "d");
    assert_int_equal(read.intent_id, 3);
    assert_int_equal(read.entry_id, 4);
    assert_null(read.answer);
    assert_int_equal(read.asked, 100);
    request_done(&read);
    assert_int_equal(journal_request_answer(*state, "u", "r", false, "{\"result\":1}", &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.answer, "{\"result\":1}");
    request_done(&read);
    assert_int_equal(journal_request_answer(*state, "u", "r", false, "{\"result\":2}", &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.answer, "{\"result\":1}"); /* the first one stays */
    request_done(&read);
    assert_int_equal(journal_request_answer(*state, "u", "r", true, "{\"result\":3}", &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.answer, "{\"result\":3}");
    request_done(&read);
}

static void purge_takes_old_answered_ones(void **state)
{
    static const char *const ids[] = {"old answered", "old open", "new answered"};

    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        Request request = {.user = TEXT("u"),
                           .request_id = TEXT(ids[i]),
                           .method = TEXT("m"),
                           .digest = TEXT("d"),
                           .asked = i < 2 ? 100 : 200,
                           .answer = i == 1 ? NULL : TEXT("{}")};

        assert_int_equal(journal_request_insert(*state, &request, &error), 0);
    }
    assert_int_equal(journal_request_purge(*state, 100, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM request"), 3);
    assert_int_equal(journal_request_purge(*state, 200, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM request"), 2);
    assert_int_equal(
        fixture_number(*state, "SELECT COUNT(*) FROM request WHERE request_id = 'old answered'"),
        0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_database, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(intent_comes_back_whole),       TEST(intent_is_updated_counted_and_removed),
        TEST(intents_come_in_order),         TEST(request_is_remembered),
        TEST(purge_takes_old_answered_ones),
    };

    return cmocka_run_group_tests_name("store/journal_intent", tests, NULL, NULL);
}
