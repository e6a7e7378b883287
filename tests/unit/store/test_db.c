/* SPDX-License-Identifier: Apache-2.0 */

/* The SQL seam and its SQLite driver: values, cache, transactions, the safety settings, the lock,
 * failures. */

#include "tests/unit/store/fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/unit/store/faulty_vfs.h"

static Error error;

static int setup_table(void **state)
{
    Db *db = NULL;

    assert_int_equal(db_open_sqlite(":memory:", &db, &error), 0);
    assert_int_equal(
        db_exec(db,
                "CREATE TABLE thing (id {{id}}, number BIGINT, words TEXT, bytes {{blob}});"
                "CREATE TABLE other (number BIGINT UNIQUE)",
                &error),
        0);
    *state = db;
    return 0;
}

static void add_number(Db *db, int64_t number)
{
    _cleanup_query_ DbQuery *query = db_query(db, "INSERT INTO thing (number) VALUES (?1)");

    db_bind_int(query, 1, number);
    assert_int_equal(db_run(query, &error), 0);
}

static int64_t count(Db *db)
{
    return fixture_number(db, "SELECT COUNT(*) FROM thing");
}

static void values_come_back(void **state)
{
    static const unsigned char bytes[] = {0, 1, 0, 255};
    _cleanup_query_ DbQuery *put =
        db_query(*state, "INSERT INTO thing (number, words, bytes) VALUES (?1, ?2, ?3)");
    _cleanup_query_ DbQuery *get = db_query(*state, "SELECT number, words, bytes FROM thing");
    _cleanup_free_ char *copy = NULL;
    const void *blob;
    size_t length = 0;

    db_bind_int(put, 1, INT64_MIN + 1);
    db_bind_text(put, 2, "čas ⏱");
    db_bind_blob(put, 3, bytes, sizeof(bytes));
    assert_int_equal(db_run(put, &error), 0);
    assert_int_equal(db_last_id(*state), 1);

    assert_int_equal(db_next(get, &error), 1);
    assert_true(db_column_int(get, 0) == INT64_MIN + 1);
    assert_string_equal(db_column_text(get, 1), "čas ⏱");
    copy = db_column_copy(get, 1);
    assert_string_equal(copy, "čas ⏱");
    blob = db_column_blob(get, 2, &length);
    assert_int_equal(length, sizeof(bytes));
    assert_memory_equal(blob, bytes, sizeof(bytes));
    assert_int_equal(db_next(get, &error), 0);
}

static void nothing_is_null(void **state)
{
    _cleanup_query_ DbQuery *put =
        db_query(*state, "INSERT INTO thing (number, words, bytes) VALUES (?1, ?2, ?3)");
    _cleanup_query_ DbQuery *get = db_query(*state, "SELECT number, words, bytes FROM thing");

    db_bind_time(put, 1, TIME_NONE);
    db_bind_text(put, 2, NULL);
    db_bind_json(put, 3, NULL);
    assert_int_equal(db_run(put, &error), 0);
    assert_int_equal(db_next(get, &error), 1);
    assert_true(db_column_null(get, 0));
    assert_true(db_column_time(get, 0) == TIME_NONE);
    assert_int_equal(db_column_int(get, 0), 0);
    assert_null(db_column_text(get, 1));
    assert_null(db_column_copy(get, 1));
    assert_null(db_column_json(get, 2));
}

static void json_comes_back(void **state)
{
    _cleanup_query_ DbQuery *put = db_query(*state, "INSERT INTO thing (words) VALUES (?1)");
    _cleanup_query_ DbQuery *get = db_query(*state, "SELECT words, '{broken' FROM thing");
    _cleanup_json_ Json *json = json_new_object();
    _cleanup_json_ Json *read = NULL;

    json_put_string(json, "reason", "refused");
    db_bind_json(put, 1, json);
    assert_int_equal(db_run(put, &error), 0);
    assert_int_equal(db_next(get, &error), 1);
    read = db_column_json(get, 0);
    assert_string_equal(json_string(read, "reason"), "refused");
    assert_null(db_column_json(get, 1));
}

/* A query within a query of the same text must get a statement of its own. */
static void queries_nest(void **state)
{
    static const char sql[] = "SELECT number FROM thing ORDER BY id";
    int64_t outer_sum = 0, inner_sum = 0;
    DbQuery *outer;

    for (int64_t i = 1; i <= 3; i++)
        add_number(*state, i);
    outer = db_query(*state, sql);
    while (db_next(outer, &error) > 0) {
        DbQuery *inner = db_query(*state, sql);

        outer_sum += db_column_int(outer, 0);
        while (db_next(inner, &error) > 0)
            inner_sum += db_column_int(inner, 0);
        db_query_done(inner);
    }
    db_query_done(outer);
    assert_int_equal(outer_sum, 6);
    assert_int_equal(inner_sum, 18);
}

static void more_statements_than_the_cache_holds(void **state)
{
    char *texts[600];

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 600; i++) {
            if (round == 0)
                texts[i] = xasprintf("SELECT %d", i);
            assert_int_equal(fixture_number(*state, texts[i]), i);
        }
    }
    /* Other text at an address that the cache knows. */
    strcpy(texts[0], "SELECT 9");
    assert_int_equal(fixture_number(*state, texts[0]), 9);
    for (int i = 0; i < 600; i++)
        free(texts[i]);
}

static void bindings_do_not_linger(void **state)
{
    static const char sql[] = "SELECT COALESCE(?1, -7)";
    DbQuery *query = db_query(*state, sql);

    db_bind_int(query, 1, 5);
    assert_int_equal(db_next(query, &error), 1);
    assert_int_equal(db_column_int(query, 0), 5);
    db_query_done(query);
    assert_int_equal(fixture_number(*state, sql), -7);
}

static void bad_sql_and_bad_binding_fail(void **state)
{
    _cleanup_query_ DbQuery *bad = db_query(*state, "SELECT nonsense FROM nowhere");
    _cleanup_query_ DbQuery *bound = db_query(*state, "SELECT ?1");

    db_bind_int(bad, 1, 1);
    assert_true(db_next(bad, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    db_bind_int(bound, 2, 1);
    assert_true(db_run(bound, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_true(db_exec(*state, "CREATE TABLE x (y {{other}})", &error) < 0);
}

static void changes_are_counted(void **state)
{
    _cleanup_query_ DbQuery *query = db_query(*state, "DELETE FROM thing WHERE number > 1");

    for (int64_t i = 1; i <= 3; i++)
        add_number(*state, i);
    assert_int_equal(db_run(query, &error), 0);
    assert_int_equal(db_changes(*state), 2);
}

static void ids_are_never_reused(void **state)
{
    add_number(*state, 1);
    add_number(*state, 2);
    assert_int_equal(db_exec(*state, "DELETE FROM thing", &error), 0);
    add_number(*state, 3);
    assert_int_equal(db_last_id(*state), 3);
}

static void savepoints_undo_one_piece(void **state)
{
    Db *db = *state;

    assert_int_equal(db_begin(db, &error), 0);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_savepoint(db, &error), 0);
    add_number(db, 1);
    assert_int_equal(db_release(db, &error), 0);
    assert_int_equal(db_savepoint(db, &error), 0);
    add_number(db, 2);
    db_rollback_to_savepoint(db);
    assert_int_equal(db_savepoint(db, &error), 0);
    add_number(db, 3);
    assert_int_equal(db_release(db, &error), 0);
    assert_int_equal(db_commit(db, &error), 0);
    assert_false(db_in_transaction(db));
    assert_int_equal(count(db), 2);
    assert_int_equal(fixture_number(db, "SELECT SUM(number) FROM thing"), 4);
}

static void rollback_undoes_all(void **state)
{
    assert_int_equal(db_begin(*state, &error), 0);
    add_number(*state, 1);
    db_rollback(*state);
    assert_int_equal(count(*state), 0);
    db_rollback(*state); /* nothing open: nothing happens */
}

static void no_savepoint_without_transaction(void **state)
{
    assert_true(db_savepoint(*state, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_true(db_release(*state, &error) < 0);
    db_rollback_to_savepoint(*state);
    assert_false(db_in_transaction(*state));
}

static void file_is_safe(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db"),
                        *wal = fixture_path(state, "bridge.db-wal");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    _cleanup_query_ DbQuery *mode = db_query(db, "PRAGMA journal_mode");
    struct stat info;

    assert_int_equal(db_next(mode, &error), 1);
    assert_string_equal(db_column_text(mode, 0), "wal");
    assert_int_equal(fixture_number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(fixture_number(db, "PRAGMA secure_delete"), 1);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static void readable_file_is_closed_to_others(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    struct stat info;

    db_close(fixture_open(path));
    assert_int_equal(chmod(path, 0664), 0);
    db_close(fixture_open(path));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static void second_process_is_refused(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        Db *second = NULL;
        int r = db_open_sqlite(path, &second, &error);

        _exit(r < 0 && error.reason == ERROR_STORE && strstr(error.message, "another process") ? 0
                                                                                               : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(db_exec(db, "CREATE TABLE still_mine (x BIGINT)", &error), 0);
}

static void lock_ends_with_the_process(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (fixture_open(path))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    db_close(fixture_open(path));
}

static void expect_refusal(const char *path, const char *words)
{
    Db *db = NULL;

    memset(&error, 0, sizeof(error));
    assert_true(db_open_sqlite(path, &db, &error) < 0);
    assert_null(db);
    assert_int_equal(error.reason, ERROR_STORE);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" lacks \"%s\"", error.message, words);
}

static void bad_files_are_refused(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db"),
                        *link = fixture_path(state, "link.db");
    _cleanup_free_ char *nowhere = fixture_path(state, "nowhere/bridge.db");

    fixture_write(path,
                  "This is a letter and no database, and it is longer than a header is, by far: "
                  "one hundred bytes are the least that SQLite wants to see before it says so.",
                  0600);
    expect_refusal(path, "damaged");
    assert_int_equal(symlink(path, link), 0);
    expect_refusal(link, "no regular file");
    expect_refusal(*state, "no regular file");
    expect_refusal(nowhere, "cannot be made");
}

static void wal_stays_small(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db"),
                        *wal = fixture_path(state, "bridge.db-wal");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    struct stat info;

    assert_int_equal(db_exec(db, "CREATE TABLE big (x TEXT)", &error), 0);
    for (int i = 0; i < 400; i++)
        assert_int_equal(db_exec(db, "INSERT INTO big VALUES (hex(randomblob(50000)))", &error), 0);
    assert_int_equal(stat(wal, &info), 0);
    assert_true(info.st_size < 10 * 1024 * 1024); /* of some 40 MB written */
}

static void shrinking_leaves_nothing(void **state)
{
    static const char word[] = "a word that must vanish";
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    size_t files;

    assert_int_equal(db_exec(db, "CREATE TABLE big (x TEXT)", &error), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(db_exec(db, "INSERT INTO big VALUES ('a word that must vanish')", &error),
                         0);
    assert_true(fixture_count_bytes(*state, word, sizeof(word) - 1, &files) > 0);
    assert_int_equal(db_exec(db, "DELETE FROM big", &error), 0);
    assert_int_equal(db_shrink(db, &error), 0);
    assert_int_equal(fixture_count_bytes(*state, word, sizeof(word) - 1, &files), 0);
    assert_true(files >= 1);
}

static void expect_words(void **state, int code, const char *words)
{
    _cleanup_free_ char *path = fixture_path(state, "faulty.db");
    FaultyVfs *vfs = faulty_install();
    Db *db = fixture_open(path);

    faulty_reset(vfs);
    *vfs = (FaultyVfs){.fail_at = 1, .fail_for = 1, .code = code};
    assert_true(db_exec(db, "INSERT INTO setting VALUES ('a', 'b')", &error) < 0);
    assert_int_equal(vfs->failed, 1);
    assert_int_equal(error.reason, ERROR_STORE);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" lacks \"%s\"", error.message, words);
    faulty_reset(vfs);
    assert_int_equal(db_exec(db, "INSERT INTO setting VALUES ('a', 'b')", &error), 0);
    db_close(db);
    unlink(path);
}

static void failures_say_what_to_do(void **state)
{
    expect_words(state, SQLITE_FULL, "free some space");
    expect_words(state, SQLITE_IOERR_WRITE, "check the disk");
    expect_words(state, SQLITE_READONLY, "for writing");
    expect_words(state, SQLITE_CORRUPT, "damaged");
}

int main(void)
{
#define IN_MEMORY(test) cmocka_unit_test_setup_teardown(test, setup_table, fixture_close)
#define ON_DISK(test)   cmocka_unit_test_setup_teardown(test, fixture_directory, fixture_remove)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(values_come_back),
        IN_MEMORY(nothing_is_null),
        IN_MEMORY(json_comes_back),
        IN_MEMORY(queries_nest),
        IN_MEMORY(more_statements_than_the_cache_holds),
        IN_MEMORY(bindings_do_not_linger),
        IN_MEMORY(bad_sql_and_bad_binding_fail),
        IN_MEMORY(changes_are_counted),
        IN_MEMORY(ids_are_never_reused),
        IN_MEMORY(savepoints_undo_one_piece),
        IN_MEMORY(rollback_undoes_all),
        IN_MEMORY(no_savepoint_without_transaction),
        ON_DISK(file_is_safe),
        ON_DISK(readable_file_is_closed_to_others),
        ON_DISK(second_process_is_refused),
        ON_DISK(lock_ends_with_the_process),
        ON_DISK(bad_files_are_refused),
        ON_DISK(wal_stays_small),
        ON_DISK(shrinking_leaves_nothing),
        ON_DISK(failures_say_what_to_do),
    };

    return cmocka_run_group_tests_name("store/db", tests, NULL, NULL);
}
