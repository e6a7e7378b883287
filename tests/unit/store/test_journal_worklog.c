/* SPDX-License-Identifier: Apache-2.0 */

/* Worklogs: rows, filters, and which go on after a mending. */

#include "tests/unit/store/journal_rows.h"

#include "base/time.h"

static Error error;

static void worklog_comes_back_whole(void **state)
{
    const int64_t before = time_now();
    _cleanup_(worklog_done) Worklog worklog = {.entry_id = 5,
                                               .user = xstrdup("u"),
                                               .issue = xstrdup("A-1"),
                                               .issue_id = xstrdup("10001"),
                                               .started = 100,
                                               .seconds = 120,
                                               .comment = xstrdup("c"),
                                               .state = WORKLOG_BLOCKED,
                                               .jira_id = xstrdup("j"),
                                               .attempts = 6,
                                               .next_attempt = 7,
                                               .problem = parse("{\"reason\":\"refused\"}")};
    _cleanup_(worklog_done) Worklog read = {0}, copy = {0};

    assert_int_equal(journal_worklog_insert(*state, &worklog, &error), 0);
    assert_int_equal(journal_worklog_get(*state, worklog.id, &read, &error), 1);
    worklog_copy(&copy, &read);
    worklog_done(&read);
    assert_int_equal(copy.id, worklog.id);
    assert_int_equal(copy.entry_id, 5);
    assert_string_equal(copy.user, "u");
    assert_string_equal(copy.issue, "A-1");
    assert_string_equal(copy.issue_id, "10001");
    assert_int_equal(copy.started, 100);
    assert_int_equal(copy.seconds, 120);
    assert_string_equal(copy.comment, "c");
    assert_int_equal(copy.state, WORKLOG_BLOCKED);
    assert_string_equal(copy.jira_id, "j");
    assert_int_equal(copy.attempts, 6);
    assert_int_equal(copy.next_attempt, 7);
    expect_json(copy.problem, "{\"reason\":\"refused\"}");
    assert_true(copy.changed >= before && copy.changed <= time_now());
    assert_int_equal(copy.changed, worklog.changed);
    assert_int_equal(journal_worklog_of_entry(*state, 5, &read, &error), 1);
    assert_int_equal(read.id, worklog.id);
    assert_int_equal(journal_worklog_of_entry(*state, 6, &(Worklog){0}, &error), 0);
    assert_int_equal(journal_worklog_get(*state, 99, &(Worklog){0}, &error), 0);
}

static void worklog_is_updated(void **state)
{
    Worklog change = {.entry_id = 5,
                      .user = TEXT("u"),
                      .issue = TEXT("A-2"),
                      .issue_id = TEXT("2"),
                      .started = 1,
                      .seconds = 180,
                      .comment = TEXT("d"),
                      .state = WORKLOG_WRITTEN,
                      .jira_id = TEXT("k"),
                      .attempts = 1,
                      .next_attempt = TIME_NONE};
    _cleanup_(worklog_done) Worklog read = {0};

    change.id = put_worklog(*state, 5, "u", "A-1", WORKLOG_BLOCKED, "refused");
    assert_int_equal(journal_worklog_update(*state, &change, &error), 0);
    assert_int_equal(journal_worklog_get(*state, change.id, &read, &error), 1);
    assert_string_equal(read.issue, "A-2");
    assert_string_equal(read.issue_id, "2");
    assert_int_equal(read.started, 1);
    assert_int_equal(read.seconds, 180);
    assert_string_equal(read.comment, "d");
    assert_int_equal(read.state, WORKLOG_WRITTEN);
    assert_string_equal(read.jira_id, "k");
    assert_int_equal(read.attempts, 1);
    assert_true(read.next_attempt == TIME_NONE);
    assert_null(read.problem);
}

static void an_entry_has_one_worklog(void **state)
{
    Worklog second = {
        .entry_id = 5, .user = TEXT("u"), .issue = TEXT("A-1"), .next_attempt = TIME_NONE};

    put_worklog(*state, 5, "u", "A-1", WORKLOG_PENDING, NULL);
    assert_true(journal_worklog_insert(*state, &second, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM worklog"), 1);
}

static void jira_id_is_known(void **state)
{
    Worklog worklog = {.entry_id = 5,
                       .user = TEXT("u"),
                       .issue = TEXT("A-1"),
                       .issue_id = TEXT("10"),
                       .state = WORKLOG_WRITTEN,
                       .jira_id = TEXT("77"),
                       .next_attempt = TIME_NONE};

    assert_int_equal(journal_worklog_insert(*state, &worklog, &error), 0);
    assert_int_equal(journal_jira_id_known(*state, "A-1", "77", &error), 1);
    assert_int_equal(journal_jira_id_known(*state, "10", "77", &error), 1);
    assert_int_equal(journal_jira_id_known(*state, "A-1", "78", &error), 0);
    assert_int_equal(journal_jira_id_known(*state, "A-2", "77", &error), 0);
}

static void expect_worklogs(Db *db, WorklogFilter filter, const char *want)
{
    _cleanup_(worklog_list_done) WorklogList list = {0};
    char have[200] = "";

    assert_int_equal(journal_worklog_list(db, &filter, &list, &error), 0);
    for (size_t i = 0; i < list.count; i++)
        sprintf(have + strlen(have), "%s%d", i ? " " : "", (int)list.items[i].id);
    assert_string_equal(have, want);
}

static void worklogs_are_filtered_and_paged(void **state)
{
    Db *db = *state;

    put_worklog(db, 1, "u", "A-1", WORKLOG_WRITTEN, NULL);
    put_worklog(db, 2, "v", "A-1", WORKLOG_WRITTEN, NULL);
    put_worklog(db, 3, "u", "A-2", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 4, "v", "A-2", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 5, "u", "A-1", WORKLOG_PENDING, NULL);

    expect_worklogs(db, (WorklogFilter){NULL, NULL, -1, 200, 0}, "5 4 3 2 1");
    expect_worklogs(db, (WorklogFilter){"u", NULL, -1, 200, 0}, "5 3 1");
    expect_worklogs(db, (WorklogFilter){NULL, "A-1", -1, 200, 0}, "5 2 1");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, WORKLOG_BLOCKED, 200, 0}, "4 3");
    expect_worklogs(db, (WorklogFilter){"u", "A-1", -1, 200, 0}, "5 1");
    expect_worklogs(db, (WorklogFilter){"u", NULL, WORKLOG_BLOCKED, 200, 0}, "3");
    expect_worklogs(db, (WorklogFilter){NULL, "A-1", WORKLOG_WRITTEN, 200, 0}, "2 1");
    expect_worklogs(db, (WorklogFilter){"v", "A-1", WORKLOG_WRITTEN, 200, 0}, "2");
    expect_worklogs(db, (WorklogFilter){"v", "A-1", WORKLOG_SKIPPED, 200, 0}, "");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, -1, 2, 0}, "5 4");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, -1, 2, 4}, "3 2");
    expect_worklogs(db, (WorklogFilter){NULL, "A-1", -1, 1, 5}, "2");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, WORKLOG_BLOCKED, 1, 4}, "3");
    expect_worklogs(db, (WorklogFilter){"u", NULL, -1, 1, 5}, "3");
}

static int append_worklog(void *arg, const Worklog *worklog)
{
    assert_int_equal(worklog->next_attempt, 77);
    sprintf((char *)arg + strlen(arg), "%s:%d ", worklog->issue, (int)worklog->id);
    return 0;
}

static int refuse_worklog(void *arg, const Worklog *worklog)
{
    append_worklog(arg, worklog);
    return -1;
}

static void pending_ones_come_in_order(void **state)
{
    char have[100] = "";

    put_worklog(*state, 1, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(*state, 2, "u", "A-2", WORKLOG_WRITTEN, NULL);
    put_worklog(*state, 3, "v", "A-3", WORKLOG_PENDING, NULL);
    assert_int_equal(journal_worklog_each_pending(*state, 0, append_worklog, have, &error), 0);
    assert_string_equal(have, "A-1:1 A-3:3 ");
    have[0] = '\0';
    assert_int_equal(journal_worklog_each_pending(*state, 1, append_worklog, have, &error), 0);
    assert_string_equal(have, "A-3:3 ");
    have[0] = '\0';
    assert_true(journal_worklog_each_pending(*state, 0, refuse_worklog, have, &error) < 0);
    assert_string_equal(have, "A-1:1 ");
}

static void expect_unblocked(Db *db, int64_t id, const char *user, const char *const *reasons,
                             int64_t count, const char *left)
{
    int64_t have = -1;

    assert_int_equal(journal_worklog_unblock(db, id, user, reasons, &have, &error), 0);
    assert_int_equal(have, count);
    expect_worklogs(db, (WorklogFilter){NULL, NULL, WORKLOG_BLOCKED, 200, 0}, left);
}

static void blocked_ones_are_unblocked(void **state)
{
    static const char *const token[] = {"jira_token_required", "jira_token_rejected", NULL};
    static const char *const none[] = {NULL};
    _cleanup_(worklog_done) Worklog read = {0};
    Db *db = *state;

    put_worklog(db, 1, "u", "A-1", WORKLOG_BLOCKED, "jira_token_required");
    put_worklog(db, 2, "u", "A-1", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 3, "v", "A-1", WORKLOG_BLOCKED, "jira_token_rejected");
    put_worklog(db, 4, "u", "A-1", WORKLOG_BLOCKED, "jira_token_rejected");
    put_worklog(db, 5, "v", "A-1", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 6, "u", "A-1", WORKLOG_ABANDONED, "refused");

    expect_unblocked(db, 0, NULL, none, 0, "5 4 3 2 1");
    expect_unblocked(db, 0, "u", token, 2, "5 3 2");
    expect_unblocked(db, 6, NULL, NULL, 0, "5 3 2");
    expect_unblocked(db, 3, "u", NULL, 0, "5 3 2");
    expect_unblocked(db, 3, NULL, NULL, 1, "5 2");
    expect_unblocked(db, 0, NULL, NULL, 2, "");
    assert_int_equal(journal_worklog_get(db, 1, &read, &error), 1);
    assert_int_equal(read.state, WORKLOG_PENDING);
    assert_true(read.next_attempt == TIME_NONE);
    assert_null(read.problem);
    assert_int_equal(read.attempts, 3); /* they tell that it may stand in Jira already */
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_database, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(worklog_comes_back_whole),        TEST(worklog_is_updated),
        TEST(an_entry_has_one_worklog),        TEST(jira_id_is_known),
        TEST(worklogs_are_filtered_and_paged), TEST(pending_ones_come_in_order),
        TEST(blocked_ones_are_unblocked),
    };

    return cmocka_run_group_tests_name("store/journal_worklog", tests, NULL, NULL);
}
