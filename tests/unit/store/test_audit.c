/* SPDX-License-Identifier: Apache-2.0 */

/* The audit trail: what is written comes back, and whatever is done to its tables with SQL alone
 * shows. */

#include "tests/unit/store/fixture.h"

#include "base/time.h"
#include "store/audit.h"

#define INSTANCE "inst"

static Error error;

typedef struct Trail {
    char *directory;
    Db *db;
    Keyring *keyring;
    Audit *audit;
} Trail;

static Keyring *keyring_of(Trail *trail, unsigned first, unsigned second)
{
    _cleanup_free_ char *path = fixture_path((void **)&trail->directory, "keys"), *text = NULL;
    char one[65], two[65] = "";

    fixture_key(first, one);
    if (second)
        fixture_key(second, two);
    text = xasprintf("%s\n%s\n", one, two);
    return fixture_keyring(path, text);
}

static bool open_again(Trail *trail)
{
    bool sound = false;

    audit_free(trail->audit);
    trail->audit = NULL;
    assert_int_equal(audit_open(trail->db, trail->keyring, INSTANCE, &trail->audit, &sound, &error),
                     0);
    return sound;
}

static int set_up(void **state)
{
    Trail *trail = xcalloc(1, sizeof(*trail));

    fixture_directory((void **)&trail->directory);
    trail->db = fixture_open(":memory:");
    trail->keyring = keyring_of(trail, 1, 0);
    assert_true(open_again(trail));
    *state = trail;
    return 0;
}

static int tear_down(void **state)
{
    Trail *trail = *state;

    audit_free(trail->audit);
    keyring_free(trail->keyring);
    db_close(trail->db);
    fixture_remove((void **)&trail->directory);
    free(trail);
    return 0;
}

static void add(Trail *trail, const char *action, const char *user)
{
    _cleanup_json_ Json *details = json_new_object();
    const AuditFact fact = {.action = action, .user = user, .account = "root", .details = details};

    json_put_string(details, "why", "it had to be");
    assert_int_equal(audit_add(trail->db, trail->audit, &fact, &error), 0);
}

static void add_many(Trail *trail, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(trail, "bridge.pause", i % 2 ? "JIRAUSER10100" : NULL);
}

static void run(Trail *trail, const char *sql)
{
    if (db_exec(trail->db, sql, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
}

static AuditCheck verify(Trail *trail, const char *known_head)
{
    AuditCheck check = {.known_head = known_head};
    size_t pieces = 0;
    int r;

    do {
        r = audit_verify(trail->db, trail->audit, &check, &error);
        assert_true(r >= 0 && ++pieces < 100);
    } while (r > 0);
    return check;
}

static void expect_whole(Trail *trail, int64_t count)
{
    AuditCheck check = verify(trail, NULL);

    if (check.why)
        fail_msg("row %lld: %s", (long long)check.broken, check.why);
    assert_int_equal(check.count, count);
    assert_int_equal(check.broken, 0);
}

static void expect_broken(Trail *trail, int64_t row, const char *why)
{
    AuditCheck check = verify(trail, NULL);

    assert_non_null(check.why);
    if (!strstr(check.why, why) || check.broken != row)
        fail_msg("row %lld: %s", (long long)check.broken, check.why);
}

static void a_row_comes_back_as_it_was_written(void **state)
{
    Trail *trail = *state;
    _cleanup_(audit_list_done) AuditList list = {0};
    int64_t before = time_now();

    add(trail, "bridge.pause", NULL);
    add(trail, "account.disconnect", "JIRAUSER10100");
    assert_int_equal(audit_list(trail->db, &(AuditFilter){0}, &list, &error), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].id, 2);
    assert_string_equal(list.items[0].action, "account.disconnect");
    assert_string_equal(list.items[0].user, "JIRAUSER10100");
    assert_string_equal(list.items[0].account, "root");
    assert_string_equal(list.items[0].details, "{\"why\":\"it had to be\"}");
    assert_true(list.items[0].moment >= before && list.items[0].moment <= time_now());
    assert_null(list.items[1].user);
}

static size_t listed(Trail *trail, AuditFilter filter)
{
    _cleanup_(audit_list_done) AuditList list = {0};

    assert_int_equal(audit_list(trail->db, &filter, &list, &error), 0);
    return list.count;
}

static void lists_are_narrowed_and_limited(void **state)
{
    Trail *trail = *state;

    add_many(trail, 230);
    assert_int_equal(listed(trail, (AuditFilter){0}), 50);
    assert_int_equal(listed(trail, (AuditFilter){.limit = 7}), 7);
    assert_int_equal(listed(trail, (AuditFilter){.limit = 1000}), 200);
    assert_int_equal(listed(trail, (AuditFilter){.limit = 200, .user = "JIRAUSER10100"}), 115);
    assert_int_equal(listed(trail, (AuditFilter){.limit = 200, .before = 31}), 30);
    assert_int_equal(listed(trail, (AuditFilter){.user = "nobody"}), 0);
}

static void an_untouched_trail_is_whole(void **state)
{
    Trail *trail = *state;

    expect_whole(trail, 0);
    add_many(trail, 1);
    expect_whole(trail, 1);
    add_many(trail, 4999); /* more than one piece of checking */
    expect_whole(trail, 5000);
    assert_true(open_again(trail));
    add_many(trail, 1);
    expect_whole(trail, 5001);
}

static void what_was_undone_leaves_no_gap(void **state)
{
    Trail *trail = *state;

    add_many(trail, 2);
    assert_int_equal(db_begin(trail->db, &error), 0);
    add_many(trail, 3);
    db_rollback(trail->db);
    expect_whole(trail, 2);
    add_many(trail, 1);
    expect_whole(trail, 3);
}

static void whatever_is_done_to_the_tables_shows(void **state _unused_)
{
    static const struct {
        const char *sql;
        int64_t row;
        const char *why;
    } harms[] = {
        {"UPDATE audit SET moment = moment - 1 WHERE id = 3", 3, "not as it was written"},
        {"UPDATE audit SET action = 'bridge.resume' WHERE id = 3", 3, "not as it was written"},
        {"UPDATE audit SET user_key = 'BEN' WHERE id = 4", 4, "not as it was written"},
        {"UPDATE audit SET user_key = '' WHERE id = 3", 3, "not as it was written"},
        {"UPDATE audit SET account = NULL WHERE id = 5", 5, "not as it was written"},
        {"UPDATE audit SET details = '{}' WHERE id = 1", 1, "not as it was written"},
        {"UPDATE audit SET mac = x'00' WHERE id = 2", 2, "not as it was written"},
        {"UPDATE audit SET mac = (SELECT mac FROM audit WHERE id = 1) WHERE id = 2", 2,
         "not as it was written"},
        {"DELETE FROM audit WHERE id = 1", 1, "missing"},
        {"DELETE FROM audit WHERE id = 3", 3, "missing"},
        {"DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3", 3,
         "not as it was written"},
        {"DELETE FROM audit WHERE id = 5", 5, "the newest rows are missing"},
        {"DELETE FROM audit WHERE id > 2", 3, "the newest rows are missing"},
        {"DELETE FROM audit", 1, "the newest rows are missing"},
        {"DELETE FROM audit WHERE id = 5; UPDATE audit_head SET total = 4, last_id = 4,"
         " last_mac = (SELECT mac FROM audit WHERE id = 4)",
         4, "the record of the newest row was changed"},
        {"UPDATE audit_head SET mac = x'00'", 5, "the record of the newest row was changed"},
        {"DELETE FROM audit_head", 5, "the record of the newest row is gone"},
        {"INSERT INTO audit SELECT 6, moment, action, user_key, account, details, mac FROM audit"
         " WHERE id = 5",
         6, "not as it was written"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(harms); i++) {
        Trail *trail;

        set_up((void **)&trail);
        add_many(trail, 5);
        expect_whole(trail, 5);
        run(trail, harms[i].sql);
        expect_broken(trail, harms[i].row, harms[i].why);
        add_many(trail, 2);
        assert_non_null(verify(trail, NULL).why); /* going on does not heal it */
        tear_down((void **)&trail);
    }
}

/* The newest rows and the head put back to what they were: only a head that was kept elsewhere
 * tells. */
static void an_older_state_shows_by_a_head_kept_elsewhere(void **state)
{
    Trail *trail = *state;
    AuditCheck before, after, compared;

    add_many(trail, 3);
    before = verify(trail, NULL);
    run(trail, "CREATE TABLE kept AS SELECT * FROM audit_head");
    add_many(trail, 2);
    after = verify(trail, NULL);
    assert_string_not_equal(before.head, after.head);
    compared = verify(trail, before.head);
    assert_null(compared.why);
    run(trail, "DELETE FROM audit WHERE id > 3; DELETE FROM audit_head;"
               "INSERT INTO audit_head SELECT * FROM kept");
    expect_whole(trail, 3);
    compared = verify(trail, after.head);
    assert_non_null(strstr(compared.why, "the given head"));
    compared = verify(trail, "no head");
    assert_non_null(strstr(compared.why, "the given head"));
}

static void a_new_master_key_leaves_the_rows_as_they_are(void **state)
{
    Trail *trail = *state;
    AuditCheck before;
    uint32_t id;

    add_many(trail, 3);
    before = verify(trail, NULL);
    keyring_free(trail->keyring);
    trail->keyring = keyring_of(trail, 2, 1);
    assert_int_equal(audit_rotate(trail->db, trail->keyring, INSTANCE, &error), 0);
    assert_int_equal(audit_key_id(trail->db, &id, &error), 1);
    assert_int_equal(id, keyring_active_id(trail->keyring));
    add_many(trail, 1);
    keyring_free(trail->keyring);
    trail->keyring = keyring_of(trail, 2, 0); /* the old one is gone for good */
    assert_int_equal(audit_check_key(trail->db, trail->keyring, &error), 0);
    assert_true(open_again(trail));
    expect_whole(trail, 4);
    before = verify(trail, before.head);
    assert_null(before.why);
}

static void another_master_key_is_refused(void **state)
{
    Trail *trail = *state;

    keyring_free(trail->keyring);
    trail->keyring = keyring_of(trail, 3, 0);
    assert_true(audit_check_key(trail->db, trail->keyring, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_non_null(strstr(error.message, "old key"));
}

static void a_key_that_does_not_open_stops_nothing_and_shows(void **state)
{
    Trail *trail = *state;

    add_many(trail, 2);
    run(trail, "UPDATE audit_head SET sealed = x'0102'");
    assert_false(open_again(trail));
    add_many(trail, 2);
    assert_int_equal(listed(trail, (AuditFilter){0}), 4);
    assert_int_equal(audit_rotate(trail->db, trail->keyring, INSTANCE, &error), 0);
    expect_broken(trail, 1, "the key of the trail cannot be opened");
}

/* Taking the head away before a start makes no new trail of what is left. */
static void rows_without_a_head_are_no_new_trail(void **state)
{
    Trail *trail = *state;

    add_many(trail, 2);
    run(trail, "DELETE FROM audit_head");
    assert_false(open_again(trail));
    add_many(trail, 1);
    expect_broken(trail, 1, "the key of the trail cannot be opened");
}

static void a_database_that_fails_is_told(void **state)
{
    Trail *trail = *state;
    AuditCheck check = {0};
    AuditList list;
    bool sound;
    Audit *audit = NULL;
    uint32_t id;
    const AuditFact fact = {.action = "bridge.pause"};

    run(trail, "DROP TABLE audit");
    assert_true(audit_add(trail->db, trail->audit, &fact, &error) < 0);
    assert_true(audit_list(trail->db, &(AuditFilter){0}, &list, &error) < 0);
    assert_true(audit_verify(trail->db, trail->audit, &check, &error) < 0);
    run(trail, "DELETE FROM audit_head");
    assert_true(audit_open(trail->db, trail->keyring, INSTANCE, &audit, &sound, &error) < 0);
    run(trail, "DROP TABLE audit_head");
    assert_true(audit_open(trail->db, trail->keyring, INSTANCE, &audit, &sound, &error) < 0);
    assert_true(audit_rotate(trail->db, trail->keyring, INSTANCE, &error) < 0);
    assert_true(audit_check_key(trail->db, trail->keyring, &error) < 0);
    assert_true(audit_key_id(trail->db, &id, &error) < 0);
    assert_null(audit);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_row_comes_back_as_it_was_written),
        TEST(lists_are_narrowed_and_limited),
        TEST(an_untouched_trail_is_whole),
        TEST(what_was_undone_leaves_no_gap),
        cmocka_unit_test(whatever_is_done_to_the_tables_shows),
        TEST(an_older_state_shows_by_a_head_kept_elsewhere),
        TEST(a_new_master_key_leaves_the_rows_as_they_are),
        TEST(another_master_key_is_refused),
        TEST(a_key_that_does_not_open_stops_nothing_and_shows),
        TEST(rows_without_a_head_are_no_new_trail),
        TEST(a_database_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
