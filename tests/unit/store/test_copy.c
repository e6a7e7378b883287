/* SPDX-License-Identifier: Apache-2.0 */

/* Copies of a database: whole or not at all, whatever the disk does, while the database goes on;
 * and what an inspection says of one. */

#include "tests/unit/store/fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "store/account.h"
#include "store/copy.h"
#include "store/inspect.h"
#include "store/schema.h"
#include "store/setting.h"
#include "tests/unit/store/faulty_vfs.h"

#define MANY 3000 /* rows of about a kilobyte: several pieces of a copy */

static Error error;

static void run(Db *db, const char *sql)
{
    if (db_exec(db, sql, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
}

static void fill(Db *db, int64_t from, int64_t to)
{
    _cleanup_free_ char *sql =
        xasprintf("WITH RECURSIVE n(i) AS (SELECT %lld UNION ALL SELECT i + 1 FROM n WHERE i < "
                  "%lld) INSERT INTO setting SELECT 'name ' || i, hex(zeroblob(500)) || i FROM n",
                  (long long)from, (long long)to);

    run(db, sql);
}

static int64_t rows(Db *db)
{
    return fixture_number(db, "SELECT COUNT(*) FROM setting");
}

static Db *open_copy(const char *path)
{
    Db *db = NULL;

    if (db_open_copy(path, &db, &error) < 0 || db_check(db, &error) < 0)
        fail_msg("%s", error.message);
    return db;
}

static int64_t rows_in(const char *path)
{
    _cleanup_(db_closep) Db *copy = open_copy(path);

    return rows(copy);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Bytes 18 and 19 of SQLite's format: no changes lie in a second file. */
static bool stands_alone(const char *path)
{
    unsigned char bytes[20];
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_int_equal(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
    return bytes[18] == 1 && bytes[19] == 1;
}

/* A database in a file, since one in memory has no disk to fail. */
typedef struct Place {
    char *path, *copy;
    Db *db;
} Place;

static Place place_make(void **state)
{
    Place place = {.path = fixture_path(state, "bridge.db"), .copy = fixture_path(state, "copy")};

    place.db = fixture_open(place.path);
    return place;
}

static void place_done(Place *place)
{
    db_close(place->db);
    free(place->path);
    free(place->copy);
}

static void it_is_one_whole_file(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    _cleanup_free_ char *beside = xasprintf("%s-wal", place.copy);
    struct stat info;

    fill(place.db, 1, 5);
    assert_int_equal(db_copy_file(place.db, place.copy, &error), 0);
    assert_int_equal(rows_in(place.copy), 5);
    assert_int_equal(stat(place.copy, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_false(is_there(beside));
    assert_true(stands_alone(place.copy));
}

static void what_is_written_in_between_is_in_it(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    DbCopy *copy = NULL;
    int pieces = 0, r;

    fill(place.db, 1, MANY);
    assert_int_equal(db_copy_begin(place.db, place.copy, &copy, &error), 0);
    while ((r = db_copy_step(copy, &error)) > 0) {
        pieces++;
        assert_int_equal(db_begin(place.db, &error), 0);
        fill(place.db, MANY + 10 * pieces + 1, MANY + 10 * pieces + 10);
        run(place.db, "UPDATE setting SET value = value || '!' WHERE name = 'name 1'");
        assert_int_equal(db_commit(place.db, &error), 0);
        assert_int_equal(db_begin(place.db, &error), 0);
        run(place.db, "DELETE FROM setting");
        db_rollback(place.db);
        assert_true(pieces < 1000);
        if (pieces == 5)
            db_shrink(place.db, &error); /* the file is written anew */
        if (pieces > 20)
            break; /* what is undone begins it anew: from here on nothing is */
    }
    while (r > 0)
        r = db_copy_step(copy, &error);
    assert_int_equal(r, 0);
    db_copy_free(copy);
    assert_true(pieces > 1);
    assert_int_equal(rows_in(place.copy), rows(place.db));
    assert_int_equal(rows(place.db), MANY + 10 * pieces);
}

static void one_that_is_given_up_leaves_no_file(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    DbCopy *copy = NULL;

    fill(place.db, 1, MANY);
    assert_int_equal(db_copy_begin(place.db, place.copy, &copy, &error), 0);
    assert_int_equal(db_copy_step(copy, &error), 1);
    db_copy_free(copy);
    assert_false(is_there(place.copy));
    fill(place.db, MANY + 1, MANY + 1);
    assert_int_equal(rows(place.db), MANY + 1);
}

static void a_file_that_is_there_is_not_touched(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    DbCopy *copy = NULL;

    fixture_write(place.copy, "mine", 0600);
    assert_true(db_copy_begin(place.db, place.copy, &copy, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_true(is_there(place.copy));
    assert_true(db_copy_begin(place.db, "/no/such/folder/copy", &copy, &error) < 0);
    assert_null(copy);
}

static void each_write_of_a_copy_fails_in_turn(void **state)
{
    FaultyVfs *vfs = faulty_install();
    _cleanup_(place_done) Place place = place_make(state);
    int at = 1, r;

    fill(place.db, 1, 100);
    do {
        faulty_reset(vfs);
        vfs->fail_at = at++;
        vfs->fail_for = 1;
        vfs->code = at % 2 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        r = db_copy_file(place.db, place.copy, &error);
        if (r < 0) {
            assert_int_equal(error.reason, ERROR_STORE);
            assert_false(is_there(place.copy));
        } else {
            assert_true(stands_alone(place.copy));
            assert_int_equal(rows_in(place.copy), 100);
            unlink(place.copy);
        }
        assert_true(at < 5000);
    } while (vfs->failed);
    faulty_reset(vfs);
    assert_int_equal(r, 0);
    assert_true(at > 20);
    fill(place.db, 101, 101);
    assert_int_equal(rows(place.db), 101);
}

static void a_copy_is_opened_without_a_trace(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    _cleanup_free_ char *odd = fixture_path(state, "a b?mode=rw#%41.db");
    _cleanup_(db_closep) Db *copy = NULL;
    struct stat before, after;

    fill(place.db, 1, 3);
    assert_int_equal(db_copy_file(place.db, odd, &error), 0);
    assert_int_equal(stat(odd, &before), 0);
    copy = open_copy(odd);
    assert_int_equal(rows(copy), 3);
    assert_true(db_exec(copy, "DELETE FROM setting", &error) < 0);
    assert_int_equal(stat(odd, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_mtime, after.st_mtime);
    db_close(STEAL(copy));
    assert_true(db_open_copy("/no/such/copy", &copy, &error) < 0);
    assert_null(copy);
}

static void replacing_takes_everything_over(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    _cleanup_(db_closep) Db *copy = NULL;
    size_t files;

    fill(place.db, 1, 50);
    assert_int_equal(db_copy_file(place.db, place.copy, &error), 0);
    run(place.db, "DELETE FROM setting; INSERT INTO setting VALUES ('a', 'CANARY-of-before')");
    copy = open_copy(place.copy);
    assert_int_equal(db_replace(place.db, copy, &error), 0);
    assert_int_equal(rows(place.db), 50);
    assert_int_equal(fixture_count_bytes(*state, "CANARY-of-before", 16, &files), 0);
    fill(place.db, 51, 51);
    db_close(STEAL(place.db));
    place.db = fixture_open(place.path);
    assert_int_equal(rows(place.db), 51);
    assert_int_equal(db_check(place.db, &error), 0);
}

/* What was, or what is to be; never a mixture. */
static void each_write_of_a_replacement_fails_in_turn(void **state)
{
    FaultyVfs *vfs = faulty_install();
    _cleanup_(place_done) Place place = place_make(state);
    _cleanup_(db_closep) Db *copy = NULL;
    int at = 1, r;

    fill(place.db, 1, 60);
    assert_int_equal(db_copy_file(place.db, place.copy, &error), 0);
    copy = open_copy(place.copy);
    do {
        int64_t found;

        run(place.db, "DELETE FROM setting WHERE name <> 'name 1'");
        faulty_reset(vfs);
        vfs->fail_at = at++;
        vfs->fail_for = 1;
        vfs->code = at % 2 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        r = db_replace(place.db, copy, &error);
        vfs->fail_at = 0;
        db_close(STEAL(place.db));
        place.db = fixture_open(place.path);
        assert_int_equal(db_check(place.db, &error), 0);
        found = rows(place.db);
        assert_true(found == 60 || (found == 1 && r < 0));
        assert_true(at < 5000);
    } while (vfs->failed);
    faulty_reset(vfs);
    assert_int_equal(r, 0);
    assert_true(at > 10);
}

static void touch(const char *path, time_t when)
{
    const struct timespec times[] = {{.tv_sec = when}, {.tv_sec = when}};

    fixture_write(path, "x", 0600);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void only_old_copies_are_swept(void **state)
{
    _cleanup_free_ char *database = fixture_path(state, "bridge.db");
    _cleanup_free_ char *old = db_copy_path(database), *fresh = db_copy_path(database);
    _cleanup_free_ char *other = fixture_path(state, "other.db.backup-0123456789abcdef");

    assert_string_not_equal(old, fresh);
    assert_int_equal(strlen(old), strlen(database) + strlen(DB_COPY_MARK) + 16);
    touch(database, 0);
    touch(old, 0);
    touch(other, 0);
    touch(fresh, time_now());
    db_copy_sweep(database);
    assert_false(is_there(old));
    assert_true(is_there(fresh) && is_there(other) && is_there(database));
    db_copy_sweep("/no/such/folder/bridge.db");
}

/* ---- what is in it ---- */

static void what_an_inspection_counts(void **state)
{
    _cleanup_(inspection_done) Inspection found = {0};

    assert_int_equal(inspect(*state, &found, &error), 0);
    assert_int_equal(found.version, schema_version());
    assert_null(found.instance);
    assert_true(found.entries == 0 && found.newest == TIME_NONE);
    run(*state,
        "INSERT INTO setting VALUES ('instance', 'inst');"
        "INSERT INTO entry (user_key, billable, started, state, delivery, resolved, created)"
        " VALUES ('a', 0, 1, 'running', 'queued', 0, 100), ('a', 0, 1, 'stopped', 'done',"
        " 1, 200);"
        "INSERT INTO intent (user_key, kind, entry_id, after_intent, asked, state, attempts)"
        " VALUES ('a', 'start', 1, 0, 1, 'pending', 0);"
        "INSERT INTO worklog (entry_id, user_key, issue, started, seconds, state, attempts,"
        " changed) VALUES (2, 'a', 'A-1', 1, 60, 'pending', 0, 300),"
        " (3, 'a', 'A-1', 1, 60, 'written', 0, 250)");
    assert_int_equal(inspect(*state, &found, &error), 0);
    assert_string_equal(found.instance, "inst");
    assert_true(found.entries == 2 && found.running == 1 && found.intents == 1);
    assert_true(found.worklogs == 2 && found.pending == 1 && found.secrets == 0);
    assert_int_equal(found.newest, 300);
}

static void what_an_inspection_refuses(void **state _unused_)
{
    static const struct {
        const char *sql, *words;
    } harms[] = {
        {"UPDATE meta SET value = 4711", "4711"},
        {"UPDATE meta SET value = 0", "none of the Clockify bridge"},
        {"DELETE FROM meta", "none of the Clockify bridge"},
        {"DROP TABLE meta", "none of the Clockify bridge"},
        {"DROP TABLE setting", "no such table"},
        {"DROP TABLE worklog", "no such table"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(harms); i++) {
        _cleanup_(db_closep) Db *db = fixture_open(":memory:");
        Inspection found = {0};

        run(db, harms[i].sql);
        assert_true(inspect(db, &found, &error) < 0);
        assert_int_equal(error.reason, ERROR_STORE);
        if (!strstr(error.message, harms[i].words))
            fail_msg("%s: %s", harms[i].sql, error.message);
    }
}

static Keyring *keyring_of(void **state, unsigned seed)
{
    _cleanup_free_ char *path = fixture_path(state, "keys");
    char key[65];

    fixture_key(seed, key);
    return fixture_keyring(path, key);
}

static void whether_its_secrets_open(void **state)
{
    _cleanup_(place_done) Place place = place_make(state);
    _cleanup_(keyring_freep) Keyring *right = keyring_of(state, 1), *wrong = keyring_of(state, 2);
    _cleanup_secret_ Secret *secret = secret_from_token("some-key-of-clockify");
    const SealContext context = {
        .instance = "inst", .user = "ADA", .service = "clockify", .version = 1};
    Account account = {.user = (char[]){"ADA"}, .version = 1, .expires = TIME_NONE};

    assert_int_equal(keyring_seal(right, &context, secret, &account.sealed, &error), 0);
    assert_int_equal(account_put(place.db, &account, &error), 0);
    sealed_done(&account.sealed);
    assert_int_equal(inspect_keys(place.db, right, "inst", &error), 0);
    assert_true(inspect_keys(place.db, wrong, "inst", &error) < 0);
    assert_non_null(strstr(error.message, "master keys"));
    assert_true(inspect_keys(place.db, right, "another", &error) < 0);
    assert_non_null(strstr(error.message, "ADA"));
    assert_true(inspect_keys(place.db, right, NULL, &error) < 0);
}

static void moments_before_a_restore(void **state)
{
    assert_int_equal(setting_before_restore(*state, 5, &error), 0);
    assert_int_equal(setting_put(*state, SETTING_RESTORED, "100", &error), 0);
    assert_int_equal(setting_before_restore(*state, 99, &error), 1);
    assert_int_equal(setting_before_restore(*state, 100, &error), 1);
    assert_int_equal(setting_before_restore(*state, 101, &error), 0);
    assert_int_equal(setting_put(*state, SETTING_RESTORED, "nonsense", &error), 0);
    assert_int_equal(setting_before_restore(*state, 5, &error), 0);
    run(*state, "DROP TABLE setting");
    assert_true(setting_before_restore(*state, 5, &error) < 0);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, fixture_directory, fixture_remove)
#define IN_MEMORY(name) cmocka_unit_test_setup_teardown(name, fixture_database, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(it_is_one_whole_file),
        IN_FOLDER(what_is_written_in_between_is_in_it),
        IN_FOLDER(one_that_is_given_up_leaves_no_file),
        IN_FOLDER(a_file_that_is_there_is_not_touched),
        IN_FOLDER(a_copy_is_opened_without_a_trace),
        IN_FOLDER(replacing_takes_everything_over),
        IN_FOLDER(only_old_copies_are_swept),
        IN_MEMORY(what_an_inspection_counts),
        cmocka_unit_test(what_an_inspection_refuses),
        IN_FOLDER(whether_its_secrets_open),
        IN_MEMORY(moments_before_a_restore),
        IN_FOLDER(each_write_of_a_copy_fails_in_turn),
        IN_FOLDER(each_write_of_a_replacement_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
