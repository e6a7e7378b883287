/* SPDX-License-Identifier: Apache-2.0 */

/* What entries are: rows, filters, paging, and what hangs on them. */

#include "tests/unit/store/journal_rows.h"

#include "base/time.h"

static Error error;

/* Every member with a value of its own, so that two mixed-up columns show. */
static void fill_entry(Entry *entry, const char *mark)
{
    entry->issue = xasprintf("issue%s", mark);
    entry->issue_id = xasprintf("issue_id%s", mark);
    entry->workspace = (NamedId){xasprintf("w%s", mark), xasprintf("wn%s", mark)};
    entry->project = (NamedId){xasprintf("p%s", mark), xasprintf("pn%s", mark)};
    entry->task = (NamedId){xasprintf("t%s", mark), xasprintf("tn%s", mark)};
    entry->tags = parse("[{\"id\":\"1\",\"name\":\"tag\"}]");
    entry->description = xasprintf("description%s", mark);
    entry->clockify_id = xasprintf("clockify_id%s", mark);
    entry->clockify_user = xasprintf("clockify_user%s", mark);
    entry->server = xasprintf("server%s", mark);
    entry->problem = parse("{\"reason\":\"refused\"}");
    entry->details = parse("{\"summary\":\"s\"}");
    entry->choice = parse("{\"task\":\"t\"}");
    entry->left_out = parse("[{\"what\":\"tag\"}]");
    entry->comment = xasprintf("comment%s", mark);
}

static void expect_entry(const Entry *entry, const char *mark)
{
    const struct {
        const char *have;
        const char *prefix;
    } texts[] = {
        {entry->issue, "issue"},
        {entry->issue_id, "issue_id"},
        {entry->workspace.id, "w"},
        {entry->workspace.name, "wn"},
        {entry->project.id, "p"},
        {entry->project.name, "pn"},
        {entry->task.id, "t"},
        {entry->task.name, "tn"},
        {entry->description, "description"},
        {entry->clockify_id, "clockify_id"},
        {entry->clockify_user, "clockify_user"},
        {entry->server, "server"},
        {entry->comment, "comment"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_free_ char *want = xasprintf("%s%s", texts[i].prefix, mark);

        assert_string_equal(texts[i].have, want);
    }
    expect_json(entry->tags, "[{\"id\":\"1\",\"name\":\"tag\"}]");
    expect_json(entry->problem, "{\"reason\":\"refused\"}");
    expect_json(entry->details, "{\"summary\":\"s\"}");
    expect_json(entry->choice, "{\"task\":\"t\"}");
    expect_json(entry->left_out, "[{\"what\":\"tag\"}]");
}

static void entry_comes_back_whole(void **state)
{
    _cleanup_(entry_done) Entry entry = {.user = xstrdup("u"),
                                         .billable = 1,
                                         .start = 11,
                                         .end = 12,
                                         .state = ENTRY_STOPPED,
                                         .delivery = DELIVERY_BLOCKED,
                                         .resolved = true,
                                         .created = 13};
    _cleanup_(entry_done) Entry read = {0}, copy = {0};

    fill_entry(&entry, "-one");
    assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
    assert_int_equal(journal_entry_get(*state, entry.id, &read, &error), 1);
    entry_copy(&copy, &read);
    entry_done(&read);
    expect_entry(&copy, "-one");
    assert_int_equal(copy.id, entry.id);
    assert_string_equal(copy.user, "u");
    assert_int_equal(copy.billable, 1);
    assert_int_equal(copy.start, 11);
    assert_int_equal(copy.end, 12);
    assert_int_equal(copy.state, ENTRY_STOPPED);
    assert_int_equal(copy.delivery, DELIVERY_BLOCKED);
    assert_true(copy.resolved);
    assert_int_equal(copy.created, 13);
    assert_int_equal(journal_entry_get(*state, entry.id + 1, &read, &error), 0);
}

static void entry_of_nothing_comes_back(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    int64_t id = put_entry(*state, "u", NULL, ENTRY_RUNNING, DELIVERY_QUEUED);

    assert_int_equal(journal_entry_get(*state, id, &read, &error), 1);
    assert_null(read.issue);
    assert_null(read.workspace.id);
    assert_null(read.tags);
    assert_null(read.problem);
    assert_null(read.clockify_id);
    assert_true(read.end == TIME_NONE);
    assert_int_equal(read.billable, -1);
    assert_false(read.resolved);
}

static void update_changes_every_column(void **state)
{
    _cleanup_(entry_done) Entry changed = {.user = xstrdup("u"),
                                           .start = 21,
                                           .end = TIME_NONE,
                                           .state = ENTRY_DISCARDED,
                                           .delivery = DELIVERY_QUEUED,
                                           .resolved = true,
                                           .created = 99};
    _cleanup_(entry_done) Entry read = {0};
    int64_t other = put_entry(*state, "u", "B-1", ENTRY_STOPPED, DELIVERY_DONE);

    changed.id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    fill_entry(&changed, "-two");
    assert_int_equal(journal_entry_update(*state, &changed, &error), 0);
    assert_int_equal(journal_entry_get(*state, changed.id, &read, &error), 1);
    expect_entry(&read, "-two");
    assert_int_equal(read.billable, 0);
    assert_int_equal(read.start, 21);
    assert_true(read.end == TIME_NONE);
    assert_int_equal(read.state, ENTRY_DISCARDED);
    assert_int_equal(read.delivery, DELIVERY_QUEUED);
    assert_true(read.resolved);
    assert_int_equal(read.created, 1); /* stays */
    entry_done(&read);
    assert_int_equal(journal_entry_get(*state, other, &read, &error), 1);
    assert_string_equal(read.issue, "B-1");
}

static void another_users_entry_is_not_updated(void **state)
{
    Entry entry = {.user = TEXT("v"), .end = TIME_NONE};

    entry.id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    assert_true(journal_entry_update(*state, &entry, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
}

static void delete_takes_all_that_hangs_on_it(void **state)
{
    int64_t gone = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    int64_t kept = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);

    put_intent(*state, "u", INTENT_START, gone);
    put_intent(*state, "u", INTENT_STOP, gone);
    put_intent(*state, "u", INTENT_STOP, kept);
    put_worklog(*state, gone, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(*state, kept, "u", "A-1", WORKLOG_PENDING, NULL);
    assert_int_equal(journal_entry_delete(*state, gone, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT SUM(id) FROM entry"), kept);
    assert_int_equal(fixture_number(*state, "SELECT SUM(entry_id) FROM intent"), kept);
    assert_int_equal(fixture_number(*state, "SELECT SUM(entry_id) FROM worklog"), kept);
}

static void running_is_the_newest(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    int64_t newest;

    assert_int_equal(journal_entry_running(*state, "u", &read, &error), 0);
    put_entry(*state, "u", "A-1", ENTRY_RUNNING, DELIVERY_DONE);
    newest = put_entry(*state, "u", "A-2", ENTRY_RUNNING, DELIVERY_DONE);
    put_entry(*state, "u", "A-3", ENTRY_STOPPED, DELIVERY_DONE);
    put_entry(*state, "v", "A-4", ENTRY_RUNNING, DELIVERY_DONE);
    assert_int_equal(journal_entry_running(*state, "u", &read, &error), 1);
    assert_int_equal(read.id, newest);
}

static void blocked_is_one_with_a_stop_left(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    int64_t first = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_BLOCKED);
    int64_t second = put_entry(*state, "u", "A-2", ENTRY_RUNNING, DELIVERY_QUEUED);
    int64_t third = put_entry(*state, "u", "A-3", ENTRY_DISCARDED, DELIVERY_BLOCKED);
    int64_t foreign = put_entry(*state, "v", "A-4", ENTRY_STOPPED, DELIVERY_BLOCKED);

    put_intent(*state, "u", INTENT_START, second);
    put_intent(*state, "u", INTENT_STOP, third);
    put_intent(*state, "v", INTENT_STOP, foreign);
    assert_int_equal(journal_entry_blocked(*state, "u", &read, &error), 0);
    put_intent(*state, "u", INTENT_STOP, first);
    assert_int_equal(journal_entry_blocked(*state, "u", &read, &error), 1);
    assert_int_equal(read.id, first);
    entry_done(&read);
    put_intent(*state, "u", INTENT_STOP, second);
    assert_int_equal(journal_entry_blocked(*state, "u", &read, &error), 1);
    assert_int_equal(read.id, second);
}

static void clockify_id_is_known(void **state)
{
    Entry entry = {.user = TEXT("u"), .clockify_id = TEXT("abc"), .end = TIME_NONE};

    assert_int_equal(journal_clockify_id_known(*state, "abc", &error), 0);
    assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
    assert_int_equal(journal_clockify_id_known(*state, "abc", &error), 1);
    assert_int_equal(journal_clockify_id_known(*state, "ab", &error), 0);
}

static void delivery_is_set_and_cleared(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    _cleanup_json_ Json *problem = parse("{\"reason\":\"refused\"}");
    int64_t id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_QUEUED);

    assert_int_equal(journal_entry_set_delivery(*state, id, DELIVERY_BLOCKED, problem, &error), 0);
    assert_int_equal(journal_entry_get(*state, id, &read, &error), 1);
    assert_int_equal(read.delivery, DELIVERY_BLOCKED);
    expect_json(read.problem, "{\"reason\":\"refused\"}");
    entry_done(&read);
    assert_int_equal(journal_entry_set_delivery(*state, id, DELIVERY_DONE, NULL, &error), 0);
    assert_int_equal(journal_entry_get(*state, id, &read, &error), 1);
    assert_int_equal(read.delivery, DELIVERY_DONE);
    assert_null(read.problem);
}

/* The ids that a filter finds, as "5 3 1". */
static void expect_entries(Db *db, EntryFilter filter, const char *want)
{
    _cleanup_(entry_list_done) EntryList list = {0};
    char have[200] = "";

    assert_int_equal(journal_entry_list(db, &filter, &list, &error), 0);
    for (size_t i = 0; i < list.count; i++)
        sprintf(have + strlen(have), "%s%d", i ? " " : "", (int)list.items[i].id);
    assert_string_equal(have, want);
}

static void entries_are_filtered_and_paged(void **state)
{
    Db *db = *state;

    put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);    /* 1 */
    put_entry(db, "u", "A-2", ENTRY_STOPPED, DELIVERY_BLOCKED); /* 2 */
    put_entry(db, "v", "A-1", ENTRY_STOPPED, DELIVERY_DONE);    /* 3 */
    put_entry(db, "u", "A-1", ENTRY_DISCARDED, DELIVERY_DONE);  /* 4 */
    put_entry(db, "u", "A-1", ENTRY_RUNNING, DELIVERY_QUEUED);  /* 5 */
    put_entry(db, "u", NULL, ENTRY_RUNNING, DELIVERY_DONE);     /* 6 */

    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 200, 0}, "6 5 4 2 1");
    expect_entries(db, (EntryFilter){"v", NULL, -1, -1, 200, 0}, "3");
    expect_entries(db, (EntryFilter){"w", NULL, -1, -1, 200, 0}, "");
    expect_entries(db, (EntryFilter){"u", "A-1", -1, -1, 200, 0}, "5 4 1");
    expect_entries(db, (EntryFilter){"u", "A-1", ENTRY_STOPPED, -1, 200, 0}, "1");
    expect_entries(db, (EntryFilter){"u", NULL, ENTRY_RUNNING, -1, 200, 0}, "6 5");
    expect_entries(db, (EntryFilter){"u", NULL, -1, DELIVERY_BLOCKED, 200, 0}, "2");
    expect_entries(db, (EntryFilter){"u", NULL, ENTRY_RUNNING, DELIVERY_QUEUED, 200, 0}, "5");
    expect_entries(db, (EntryFilter){"u", "A-2", ENTRY_RUNNING, DELIVERY_QUEUED, 200, 0}, "");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 0}, "6 5");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 5}, "4 2");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 2}, "1");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 1}, "");
    expect_entries(db, (EntryFilter){"u", "A-1", -1, -1, 1, 5}, "4");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 0, 0}, "6"); /* at least one */
}

static void lists_end_at_200(void **state)
{
    _cleanup_(entry_list_done) EntryList list = {0};

    for (int i = 0; i < 203; i++)
        put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    assert_int_equal(
        journal_entry_list(*state, &(EntryFilter){"u", NULL, -1, -1, 5000, 0}, &list, &error), 0);
    assert_int_equal(list.count, 200);
    assert_int_equal(list.items[0].id, 203);
    assert_int_equal(list.items[199].id, 4);
}

static void running_ones_are_listed_oldest_first(void **state)
{
    _cleanup_(entry_list_done) EntryList list = {0}, rest = {0};
    int64_t ids[4];

    put_entry(*state, "u", "A-1", ENTRY_RUNNING, DELIVERY_QUEUED); /* Clockify has it not */
    for (int i = 0; i < 4; i++) {
        Entry entry = {.user = TEXT(i % 2 ? "u" : "v"),
                       .clockify_id = TEXT("abc"),
                       .end = TIME_NONE,
                       .state = i == 2 ? ENTRY_STOPPED : ENTRY_RUNNING};

        assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
        ids[i] = entry.id;
    }
    assert_int_equal(journal_entry_list_running(*state, 0, 2, &list, &error), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].id, ids[0]);
    assert_int_equal(list.items[1].id, ids[1]);
    assert_int_equal(journal_entry_list_running(*state, ids[1], 2, &rest, &error), 0);
    assert_int_equal(rest.count, 1);
    assert_int_equal(rest.items[0].id, ids[3]);
}

/* Of five old entries, those that run, wait or have a worklog on its way stay. */
static void purge_takes_finished_entries_only(void **state)
{
    static const struct {
        EntryState state;
        Delivery delivery;
        WorklogState worklog;
        int64_t created;
    } rows[] = {
        {ENTRY_STOPPED, DELIVERY_DONE, WORKLOG_WRITTEN, 100},
        {ENTRY_DISCARDED, DELIVERY_DONE, WORKLOG_ABANDONED, 100},
        {ENTRY_RUNNING, DELIVERY_DONE, WORKLOG_SKIPPED, 100},
        {ENTRY_STOPPED, DELIVERY_BLOCKED, WORKLOG_SKIPPED, 100},
        {ENTRY_STOPPED, DELIVERY_DONE, WORKLOG_BLOCKED, 100},
        {ENTRY_STOPPED, DELIVERY_DONE, WORKLOG_WRITTEN, 200},
    };
    int64_t count;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Entry entry = {.user = TEXT("u"),
                       .state = rows[i].state,
                       .delivery = rows[i].delivery,
                       .end = TIME_NONE,
                       .created = rows[i].created};
        Worklog worklog = {.user = TEXT("u"),
                           .issue = TEXT("PZ-1"),
                           .state = rows[i].worklog,
                           .next_attempt = TIME_NONE};

        assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
        worklog.entry_id = entry.id;
        assert_int_equal(journal_worklog_insert(*state, &worklog, &error), 0);
    }
    assert_int_equal(journal_entry_purge(*state, 200, 1, &count, &error), 0);
    assert_int_equal(count, 1);
    assert_int_equal(journal_entry_purge(*state, 200, 100, &count, &error), 0);
    assert_int_equal(count, 1);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM entry"), 4);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM worklog"), 4);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_database, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(entry_comes_back_whole),
        TEST(entry_of_nothing_comes_back),
        TEST(update_changes_every_column),
        TEST(another_users_entry_is_not_updated),
        TEST(delete_takes_all_that_hangs_on_it),
        TEST(running_is_the_newest),
        TEST(blocked_is_one_with_a_stop_left),
        TEST(clockify_id_is_known),
        TEST(delivery_is_set_and_cleared),
        TEST(entries_are_filtered_and_paged),
        TEST(lists_end_at_200),
        TEST(running_ones_are_listed_oldest_first),
        TEST(purge_takes_finished_entries_only),
    };

    return cmocka_run_group_tests_name("store/journal_entry", tests, NULL, NULL);
}
