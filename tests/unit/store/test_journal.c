/* SPDX-License-Identifier: Apache-2.0 */

/* What holds for the journal as a whole: names that must never change, what is not there, sums, and
 * a database that fails. */

#include "tests/unit/store/journal_rows.h"

#include "base/time.h"
#include "store/setting.h"

static Error error;

static void names_are_the_protocols(void **state _unused_)
{
    assert_string_equal(entry_state_name(ENTRY_RUNNING), "running");
    assert_string_equal(entry_state_name(ENTRY_STOPPED), "stopped");
    assert_string_equal(entry_state_name(ENTRY_DISCARDED), "discarded");
    assert_string_equal(delivery_name(DELIVERY_DONE), "done");
    assert_string_equal(delivery_name(DELIVERY_QUEUED), "queued");
    assert_string_equal(delivery_name(DELIVERY_BLOCKED), "blocked");
    assert_string_equal(intent_kind_name(INTENT_START), "start");
    assert_string_equal(intent_kind_name(INTENT_STOP), "stop");
    assert_string_equal(intent_kind_name(INTENT_ADD), "add");
    assert_string_equal(intent_kind_name(INTENT_EDIT), "edit");
    assert_string_equal(intent_kind_name(INTENT_DISCARD), "discard");
    assert_string_equal(worklog_state_name(WORKLOG_PENDING), "pending");
    assert_string_equal(worklog_state_name(WORKLOG_WRITTEN), "written");
    assert_string_equal(worklog_state_name(WORKLOG_BLOCKED), "blocked");
    assert_string_equal(worklog_state_name(WORKLOG_SKIPPED), "skipped");
    assert_string_equal(worklog_state_name(WORKLOG_ABANDONED), "abandoned");
}

static void update_of_nothing_is_not_found(void **state)
{
    Entry entry = {.id = 5, .user = TEXT("u"), .end = TIME_NONE};
    Intent intent = {.id = 5, .next_attempt = TIME_NONE};
    Worklog worklog = {.id = 5, .issue = TEXT("A-1"), .next_attempt = TIME_NONE};

    assert_true(journal_entry_update(*state, &entry, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_string_equal(error.what, "entry");
    assert_true(journal_entry_set_delivery(*state, 5, DELIVERY_DONE, NULL, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_true(journal_intent_update(*state, &intent, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_true(journal_worklog_update(*state, &worklog, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_string_equal(error.what, "worklog");
}

static void matches_are_kept(void **state)
{
    _cleanup_(named_id_done) NamedId found = {0};
    Db *db = *state;

    assert_int_equal(match_get(db, "w", "project", "10", &found, &error), 0);
    assert_int_equal(match_put(db, "w", "project", "10", "p1", "One", &error), 0);
    assert_int_equal(match_put(db, "w", "task", "10", "t1", NULL, &error), 0);
    assert_int_equal(match_put(db, "x", "project", "10", "p2", "Two", &error), 0);
    assert_int_equal(match_put(db, "w", "project", "10", "p3", "Three", &error), 0);
    assert_int_equal(match_get(db, "w", "project", "10", &found, &error), 1);
    assert_string_equal(found.id, "p3");
    assert_string_equal(found.name, "Three");
    named_id_done(&found);
    assert_int_equal(match_drop(db, "w", "project", "10", &error), 0);
    assert_int_equal(match_get(db, "w", "project", "10", &found, &error), 0);
    assert_int_equal(match_get(db, "x", "project", "10", &found, &error), 1);
    assert_string_equal(found.id, "p2");
    named_id_done(&found);
    assert_int_equal(match_get(db, "w", "task", "10", &found, &error), 1);
    assert_null(found.name);
}

static void counts_add_up(void **state)
{
    JournalCounts counts = {0};
    Db *db = *state;

    assert_int_equal(journal_counts(db, &counts, &error), 0);
    assert_int_equal(counts.entries_queued + counts.entries_blocked, 0);
    assert_int_equal(counts.worklogs_pending + counts.worklogs_blocked, 0);
    assert_true(counts.oldest_pending == TIME_NONE);
    put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    for (int i = 0; i < 2; i++)
        put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_QUEUED);
    for (int i = 0; i < 3; i++)
        put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_BLOCKED);
    put_worklog(db, 1, "u", "A-1", WORKLOG_WRITTEN, NULL);
    for (int i = 5; i > 1; i--)
        put_worklog(db, i, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(db, 9, "u", "A-1", WORKLOG_BLOCKED, NULL);
    assert_int_equal(journal_counts(db, &counts, &error), 0);
    assert_int_equal(counts.entries_queued, 2);
    assert_int_equal(counts.entries_blocked, 3);
    assert_int_equal(counts.worklogs_pending, 4);
    assert_int_equal(counts.worklogs_blocked, 1);
    assert_int_equal(counts.oldest_pending, 1002);
}

static void damaged_rows_are_told(void **state)
{
    int64_t id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    _cleanup_(entry_list_done) EntryList list = {0};
    Entry read = {0};

    put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    assert_int_equal(db_exec(*state, "UPDATE entry SET state = 'odd' WHERE id = 1", &error), 0);
    assert_true(journal_entry_get(*state, id, &read, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_true(
        journal_entry_list(*state, &(EntryFilter){"u", NULL, -1, -1, 10, 0}, &list, &error) < 0);
    assert_null(list.items);
}

static void settings_are_kept(void **state)
{
    _cleanup_free_ char *value = NULL;

    assert_int_equal(setting_get(*state, SETTING_PAUSED, &value, &error), 0);
    assert_null(value);
    assert_int_equal(setting_put(*state, SETTING_PAUSED, "1", &error), 0);
    assert_int_equal(setting_put(*state, SETTING_PAUSED, "1 because", &error), 0);
    assert_int_equal(setting_get(*state, SETTING_PAUSED, &value, &error), 1);
    assert_string_equal(value, "1 because");
    assert_int_equal(setting_put(*state, SETTING_PAUSED, NULL, &error), 0);
    assert_int_equal(setting_get(*state, SETTING_PAUSED, &value, &error), 0);
}

/* ---- a database that fails ---- */

/* The so-manyth statement from here on fails, once; 0 = none. */
static int64_t fail_at;
static bool failed;

static int fail_now(Error *ret)
{
    if (fail_at == 0 || --fail_at > 0)
        return 0;
    failed = true;
    return error_set(ret, ERROR_STORE, "The disk is full.");
}

int __real_db_next(DbQuery *query, Error *ret);
int __wrap_db_next(DbQuery *query, Error *ret);
int __real_db_run(DbQuery *query, Error *ret);
int __wrap_db_run(DbQuery *query, Error *ret);

int __wrap_db_next(DbQuery *query, Error *ret)
{
    return fail_now(ret) < 0 ? -1 : __real_db_next(query, ret);
}

int __wrap_db_run(DbQuery *query, Error *ret)
{
    return fail_now(ret) < 0 ? -1 : __real_db_run(query, ret);
}

static int call_insert_entry(Db *db)
{
    Entry entry = {.user = TEXT("u"), .end = TIME_NONE, .billable = -1};

    return journal_entry_insert(db, &entry, &error);
}

static int call_insert_intent(Db *db)
{
    Intent intent = {.user = TEXT("u"), .entry_id = 1, .next_attempt = TIME_NONE};

    return journal_intent_insert(db, &intent, &error);
}

static int call_insert_worklog(Db *db)
{
    Worklog worklog = {
        .entry_id = 9, .user = TEXT("u"), .issue = TEXT("A-1"), .next_attempt = TIME_NONE};

    return journal_worklog_insert(db, &worklog, &error);
}

static int call_get_entry(Db *db)
{
    _cleanup_(entry_done) Entry entry = {0};
    int r = journal_entry_get(db, 1, &entry, &error);

    return r < 0 ? r : journal_entry_update(db, &entry, &error);
}

static int call_get_intent(Db *db)
{
    _cleanup_(intent_done) Intent intent = {0};
    int r = journal_intent_get(db, 1, &intent, &error);

    if (r >= 0)
        r = journal_intent_update(db, &intent, &error);
    return r < 0 ? r : journal_intent_set_params(db, &intent, &error);
}

static int call_get_worklog(Db *db)
{
    _cleanup_(worklog_done) Worklog worklog = {0};
    int r = journal_worklog_get(db, 1, &worklog, &error);

    return r < 0 ? r : journal_worklog_update(db, &worklog, &error);
}

static int call_of_entry(Db *db)
{
    _cleanup_(worklog_done) Worklog worklog = {0};

    return journal_worklog_of_entry(db, 1, &worklog, &error);
}

static int call_running(Db *db)
{
    _cleanup_(entry_done) Entry entry = {0};

    return journal_entry_running(db, "u", &entry, &error);
}

static int call_blocked(Db *db)
{
    _cleanup_(entry_done) Entry entry = {0};

    return journal_entry_blocked(db, "u", &entry, &error);
}

static int call_another_runs(Db *db)
{
    return journal_entry_another_runs(db, "u", 1, &error);
}

static int call_delivery(Db *db)
{
    return journal_entry_set_delivery(db, 1, DELIVERY_DONE, NULL, &error);
}

static int call_list_entries(Db *db)
{
    _cleanup_(entry_list_done) EntryList list = {0};

    return journal_entry_list(db, &(EntryFilter){"u", NULL, -1, -1, 10, 0}, &list, &error);
}

static int call_list_running(Db *db)
{
    _cleanup_(entry_list_done) EntryList list = {0};

    return journal_entry_list_running(db, 0, 10, &list, &error);
}

static int call_list_worklogs(Db *db)
{
    _cleanup_(worklog_list_done) WorklogList list = {0};

    return journal_worklog_list(db, &(WorklogFilter){NULL, NULL, -1, 10, 0}, &list, &error);
}

static int call_find_intent(Db *db)
{
    int64_t id;

    return journal_intent_find(db, 1, INTENT_EDIT, &id, &error);
}

static int call_next_edit(Db *db)
{
    _cleanup_(intent_done) Intent intent = {0};

    return journal_intent_next_edit(db, 1, 0, &intent, &error);
}

static int call_count_intents(Db *db)
{
    int64_t count;

    return journal_intent_count(db, 1, &count, &error);
}

static int take_intent(void *arg _unused_, const Intent *intent _unused_)
{
    return 0;
}

static int call_each_intent(Db *db)
{
    return journal_intent_each(db, take_intent, NULL, &error);
}

static int take_worklog(void *arg _unused_, const Worklog *worklog _unused_)
{
    return 0;
}

static int call_each_pending(Db *db)
{
    return journal_worklog_each_pending(db, 0, take_worklog, NULL, &error);
}

static int call_unblock(Db *db)
{
    static const char *const reasons[] = {"refused", "jira_token_required", NULL};
    int64_t count;

    return journal_worklog_unblock(db, 0, NULL, reasons, &count, &error);
}

static int call_ids_known(Db *db)
{
    int r = journal_clockify_id_known(db, "abc", &error);

    return r < 0 ? r : journal_jira_id_known(db, "A-1", "77", &error);
}

static int call_counts(Db *db)
{
    JournalCounts counts;

    return journal_counts(db, &counts, &error);
}

static int call_requests(Db *db)
{
    Request request = {
        .user = TEXT("u"), .request_id = TEXT("r"), .method = TEXT("m"), .digest = TEXT("d")};
    _cleanup_(request_done) Request read = {0};
    int r = journal_request_insert(db, &request, &error);

    if (r >= 0)
        r = journal_request_get(db, "u", "r", &read, &error);
    if (r >= 0)
        r = journal_request_answer(db, "u", "r", true, "{}", &error);
    if (r >= 0)
        r = journal_request_answer_entry(db, 1, "{}", &error);
    return r < 0 ? r : journal_request_purge(db, 5, &error);
}

static int call_matches(Db *db)
{
    _cleanup_(named_id_done) NamedId found = {0};
    int r = match_put(db, "w", "project", "1", "p", "P", &error);

    if (r >= 0)
        r = match_get(db, "w", "project", "1", &found, &error);
    return r < 0 ? r : match_drop(db, "w", "project", "1", &error);
}

static int call_settings(Db *db)
{
    _cleanup_free_ char *value = NULL;
    int r = setting_put(db, SETTING_PAUSED, "1", &error);

    if (r >= 0)
        r = setting_get(db, SETTING_PAUSED, &value, &error);
    return r < 0 ? r : setting_put(db, SETTING_PAUSED, NULL, &error);
}

static int call_purge_entries(Db *db)
{
    int64_t count;

    return journal_entry_purge(db, 5000, 10, &count, &error);
}

static int call_delete_others(Db *db)
{
    return journal_intent_delete_others(db, 1, 2, &error);
}

static int call_delete_entry(Db *db)
{
    return journal_entry_delete(db, 1, &error);
}

/* Each statement of each of them fails in turn: the caller is told, and told why. */
static void whichever_statement_fails_is_told(void **state)
{
    static int (*const calls[])(Db * db) = {
        call_insert_entry,  call_insert_intent, call_insert_worklog, call_get_entry,
        call_get_intent,    call_get_worklog,   call_of_entry,       call_running,
        call_blocked,       call_another_runs,  call_delivery,       call_list_entries,
        call_list_running,  call_list_worklogs, call_find_intent,    call_next_edit,
        call_count_intents, call_each_intent,   call_each_pending,   call_unblock,
        call_ids_known,     call_counts,        call_requests,       call_matches,
        call_settings,      call_purge_entries, call_delete_others,  call_delete_entry,
    };
    Db *db = *state;

    put_entry(db, "u", "A-1", ENTRY_RUNNING, DELIVERY_BLOCKED);
    put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    put_intent(db, "u", INTENT_STOP, 1);
    put_intent(db, "u", INTENT_EDIT, 1);
    put_worklog(db, 1, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(db, 2, "u", "A-1", WORKLOG_BLOCKED, "refused");
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
        int64_t number = 1;

        for (;; number++) {
            int r;

            assert_int_equal(db_begin(db, &error), 0);
            error = (Error){0};
            failed = false;
            fail_at = number;
            r = calls[i](db);
            fail_at = 0;
            db_rollback(db);
            if (!failed)
                assert_true(r >= 0);
            if (!failed)
                break;
            assert_true(r < 0);
            assert_int_equal(error.reason, ERROR_STORE);
            assert_string_equal(error.message, "The disk is full.");
        }
        assert_true(number > 1);
    }
}

/* A word in a column that this program never wrote. */
static void words_of_another_program_are_told(void **state)
{
    static const struct {
        const char *sql;
        int (*call)(Db *db);
    } rows[] = {
        {"UPDATE entry SET delivery = 'odd'", call_get_entry},
        {"UPDATE intent SET kind = 'odd'", call_get_intent},
        {"UPDATE intent SET state = 'odd'", call_each_intent},
        {"UPDATE worklog SET state = 'odd' WHERE id = 1", call_get_worklog},
        {"UPDATE worklog SET state = 'odd'", call_list_worklogs},
    };
    Db *db = *state;

    put_entry(db, "u", "A-1", ENTRY_RUNNING, DELIVERY_BLOCKED);
    put_intent(db, "u", INTENT_STOP, 1);
    put_worklog(db, 1, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(db, 2, "u", "A-1", WORKLOG_BLOCKED, "refused");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(db_begin(db, &error), 0);
        assert_int_equal(db_exec(db, rows[i].sql, &error), 0);
        assert_true(rows[i].call(db) < 0);
        assert_int_equal(error.reason, ERROR_STORE);
        db_rollback(db);
    }
}

static void edits_are_found_one_after_the_other(void **state)
{
    _cleanup_(intent_done) Intent read = {0};
    int64_t first, second, found = -1;

    assert_int_equal(journal_intent_find(*state, 1, INTENT_EDIT, &found, &error), 0);
    assert_int_equal(found, 0);
    put_intent(*state, "u", INTENT_STOP, 1);
    first = put_intent(*state, "u", INTENT_EDIT, 1);
    second = put_intent(*state, "u", INTENT_EDIT, 1);
    put_intent(*state, "u", INTENT_EDIT, 2);
    assert_true(journal_intent_find(*state, 1, INTENT_EDIT, &found, &error) >= 0);
    assert_true(found == first || found == second);
    assert_int_equal(journal_intent_next_edit(*state, 1, first, &read, &error), 1);
    assert_int_equal(read.id, second);
    assert_int_equal(journal_intent_next_edit(*state, 1, second, &read, &error), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_database, fixture_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_protocols),
        TEST(update_of_nothing_is_not_found),
        TEST(matches_are_kept),
        TEST(counts_add_up),
        TEST(damaged_rows_are_told),
        TEST(settings_are_kept),
        TEST(edits_are_found_one_after_the_other),
        TEST(words_of_another_program_are_told),
        TEST(whichever_statement_fails_is_told),
    };

    return cmocka_run_group_tests_name("store/journal", tests, NULL, NULL);
}
