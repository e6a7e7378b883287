/* SPDX-License-Identifier: Apache-2.0 */

/* The schema's steps: from nothing, from each older version, refused when newer, whole or not at
 * all. */

#include "tests/unit/store/fixture.h"

#include "store/schema.h"

static Error error;

static int setup_empty(void **state)
{
    Db *db = NULL;

    assert_int_equal(db_open_sqlite(":memory:", &db, &error), 0);
    *state = db;
    return 0;
}

static int read_version(Db *db)
{
    int version = -1;

    assert_int_equal(schema_read_version(db, &version, &error), 0);
    return version;
}

static int64_t tables(Db *db)
{
    return fixture_number(
        db, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('entry',"
            " 'intent', 'worklog', 'request', 'account', 'account_version', 'setting',"
            " 'matched', 'audit', 'audit_head')");
}

static void empty_has_version_zero(void **state)
{
    assert_int_equal(read_version(*state), 0);
    assert_int_equal(tables(*state), 0);
}

static void empty_becomes_newest(void **state)
{
    assert_true(schema_version() >= 1);
    assert_int_equal(schema_migrate(*state, &error), 0);
    assert_int_equal(read_version(*state), schema_version());
    assert_int_equal(tables(*state), 10);
}

static void twice_is_once(void **state)
{
    assert_int_equal(schema_migrate(*state, &error), 0);
    assert_int_equal(db_exec(*state, "INSERT INTO setting VALUES ('a', 'b')", &error), 0);
    assert_int_equal(schema_migrate(*state, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM setting"), 1);
}

static void newer_is_refused(void **state)
{
    char both[64];

    assert_int_equal(schema_migrate(*state, &error), 0);
    assert_int_equal(db_exec(*state, "UPDATE meta SET value = 4711", &error), 0);
    assert_true(schema_migrate(*state, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_non_null(strstr(error.message, "4711"));
    snprintf(both, sizeof(both), "up to %d", schema_version());
    assert_non_null(strstr(error.message, both));
    assert_int_equal(read_version(*state), 4711);
}

/* The second half of a step fails: its first half must not stay. */
static void failed_step_leaves_nothing(void **state)
{
    assert_int_equal(db_exec(*state, "CREATE TABLE worklog (x BIGINT)", &error), 0);
    assert_true(schema_migrate(*state, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_false(db_in_transaction(*state));
    assert_int_equal(read_version(*state), 0);
    assert_int_equal(tables(*state), 1);
    assert_int_equal(db_exec(*state, "DROP TABLE worklog", &error), 0);
    assert_int_equal(schema_migrate(*state, &error), 0);
    assert_int_equal(read_version(*state), schema_version());
}

/* Steps before the failing one stay, with their number, and the next start goes on from there. */
static void earlier_steps_stay(void **state)
{
    assert_int_equal(db_exec(*state, "CREATE TABLE matched (x BIGINT)", &error), 0);
    assert_true(schema_migrate(*state, &error) < 0);
    assert_int_equal(read_version(*state), 1);
    assert_int_equal(db_exec(*state, "DROP TABLE matched", &error), 0);
    assert_int_equal(
        db_exec(*state, "INSERT INTO request VALUES ('u', 'r', 'm', 'd', 1, 1, NULL, 1)", &error),
        0);
    assert_int_equal(schema_migrate(*state, &error), 0);
    assert_int_equal(read_version(*state), schema_version());
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM request"), 1);
}

/* No query of the journal may walk a whole table of finished rows. */
static void queries_use_indexes(void **state)
{
    static const char *const queries[] = {
        "EXPLAIN QUERY PLAN SELECT * FROM entry WHERE user_key = 'u' AND (0 = 0 OR id < 0) ORDER "
        "BY id DESC",
        "EXPLAIN QUERY PLAN SELECT * FROM entry WHERE user_key = 'u' AND issue = 'A-1' ORDER BY id "
        "DESC",
        "EXPLAIN QUERY PLAN SELECT * FROM entry WHERE user_key = ?1 AND state = 'running' ORDER BY "
        "id DESC",
        "EXPLAIN QUERY PLAN SELECT * FROM entry WHERE state = 'running' AND id > 5 ORDER BY id",
        "EXPLAIN QUERY PLAN SELECT delivery, COUNT(*) FROM entry WHERE delivery <> 'done' GROUP BY "
        "delivery",
        "EXPLAIN QUERY PLAN SELECT 1 FROM entry WHERE clockify_id = ?1",
        "EXPLAIN QUERY PLAN SELECT * FROM worklog WHERE user_key = ?1 ORDER BY id DESC",
        "EXPLAIN QUERY PLAN SELECT * FROM worklog WHERE issue = ?1 ORDER BY id DESC",
        "EXPLAIN QUERY PLAN SELECT * FROM worklog WHERE state = ?1 ORDER BY id DESC",
        "EXPLAIN QUERY PLAN SELECT * FROM worklog WHERE jira_id = ?1 AND (issue = 'A' OR issue_id "
        "= 'A')",
        "EXPLAIN QUERY PLAN SELECT * FROM worklog WHERE entry_id = ?1",
        "EXPLAIN QUERY PLAN SELECT COUNT(*) FROM intent WHERE entry_id = ?1",
        "EXPLAIN QUERY PLAN DELETE FROM request WHERE asked < ?1 AND answer IS NOT NULL",
    };

    assert_int_equal(schema_migrate(*state, &error), 0);
    for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
        _cleanup_query_ DbQuery *query = db_query(*state, queries[i]);

        while (db_next(query, &error) > 0) {
            const char *plan = db_column_text(query, 3);

            if (strstr(plan, "TEMP B-TREE") || (strstr(plan, "SCAN") && !strstr(plan, "INDEX")))
                fail_msg("%s: %s", queries[i], plan);
        }
    }
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup_empty, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(empty_has_version_zero), TEST(empty_becomes_newest),       TEST(twice_is_once),
        TEST(newer_is_refused),       TEST(failed_step_leaves_nothing), TEST(earlier_steps_stay),
        TEST(queries_use_indexes),
    };

    return cmocka_run_group_tests_name("store/schema", tests, NULL, NULL);
}
