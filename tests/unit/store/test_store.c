/* SPDX-License-Identifier: Apache-2.0 */

/* The store's thread: grouping, order, pieces that fail, disks that fail, stopping. */

#include "tests/unit/store/fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/setting.h"
#include "store/store.h"
#include "tests/unit/store/faulty_vfs.h"

#define PIECES 100

typedef struct Piece {
    int64_t number;
    const char *text; /* NULL = the number alone */
    bool fails;
    int done;     /* how often `done` was called */
    int position; /* the how-manieth it was */
    int r;
    ErrorReason reason;
    char words[32];
} Piece;

static Error error;
static sem_t gate;
static int finished; /* touched by the loop's side only */

static Store *open_store(const char *path)
{
    Db *db = fixture_open(path);
    Store *store = NULL;

    assert_int_equal(
        db_exec(db, "CREATE TABLE IF NOT EXISTS piece (id {{id}}, number BIGINT, text TEXT)",
                &error),
        0);
    if (store_new(db, &store, &error) < 0)
        fail_msg("%s", error.message);
    finished = 0;
    return store;
}

static int insert(Db *db, void *arg, Error *own)
{
    Piece *piece = arg;
    _cleanup_query_ DbQuery *query =
        db_query(db, "INSERT INTO piece (number, text) VALUES (?1, ?2)");
    int r;

    db_bind_int(query, 1, piece->number);
    db_bind_text(query, 2, piece->text);
    r = db_run(query, own);
    if (r >= 0 && piece->fails)
        return error_set(own, ERROR_REFUSED, "piece %d", (int)piece->number);
    return r;
}

static int wait_at_gate(Db *db _unused_, void *arg _unused_, Error *own _unused_)
{
    sem_wait(&gate);
    return 0;
}

static void note_done(void *arg, int r, const Error *own)
{
    Piece *piece = arg;

    piece->done++;
    piece->position = finished++;
    piece->r = r;
    piece->reason = own->reason;
    snprintf(piece->words, sizeof(piece->words), "%.31s", own->message);
}

/* What the loop does, for at most ten seconds. */
static void dispatch_until(Store *store, int count)
{
    struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};

    for (int i = 0; i < 1000 && finished < count; i++)
        if (poll(&fd, 1, 10) > 0)
            store_dispatch(store);
    assert_int_equal(finished, count);
}

static int read_number(Db *db, void *arg, Error *own _unused_)
{
    const char **question = arg;

    return (int)fixture_number(db, *question);
}

static int64_t ask(Store *store, const char *sql)
{
    return store_call(store, read_number, &sql, &error);
}

static void waiting_work_is_one_commit(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    FaultyVfs *vfs = faulty_install();
    _cleanup_(store_freep) Store *store = open_store(path);
    Piece pieces[PIECES] = {0};
    StoreStats stats;

    sem_init(&gate, 0, 0);
    store_submit(store, wait_at_gate, NULL, NULL);
    for (int i = 0; i < 500 && store_stats(store).waiting > 0; i++)
        usleep(10000);
    assert_int_equal(store_stats(store).waiting, 0);
    for (int i = 0; i < PIECES; i++) {
        pieces[i].number = i;
        store_submit(store, insert, note_done, &pieces[i]);
    }
    assert_int_equal(store_stats(store).waiting, PIECES);
    faulty_reset(vfs);
    sem_post(&gate);
    dispatch_until(store, PIECES);

    stats = store_stats(store);
    assert_int_equal(stats.commits, 2); /* the gate, and all the others */
    assert_int_equal(stats.works, PIECES + 1);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(stats.waiting, 0);
    assert_true(stats.ok);
    assert_true(vfs->syncs >= 1);
    assert_true(vfs->syncs <= 2); /* the file system was asked once, not a hundred times */
    for (int i = 0; i < PIECES; i++) {
        assert_int_equal(pieces[i].done, 1);
        assert_int_equal(pieces[i].position, i);
        assert_int_equal(pieces[i].r, 0);
    }
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece WHERE id = number + 1"), PIECES);
    sem_destroy(&gate);
}

static void every_single_commit_is_synced(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    FaultyVfs *vfs = faulty_install();
    _cleanup_(store_freep) Store *store = open_store(path);
    Piece piece = {.number = 1};

    assert_int_equal(store_call(store, insert, &piece, &error), 0);
    for (int i = 0; i < 10; i++) {
        faulty_reset(vfs);
        piece.number = i;
        assert_int_equal(store_call(store, insert, &piece, &error), 0);
        assert_true(vfs->syncs >= 1);
    }
}

static void failing_piece_undoes_itself_only(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(store_freep) Store *store = open_store(path);
    Piece pieces[PIECES] = {0};

    sem_init(&gate, 0, 0);
    store_submit(store, wait_at_gate, NULL, NULL);
    for (int i = 0; i < PIECES; i++) {
        pieces[i].number = i;
        pieces[i].fails = i % 3 == 1;
        store_submit(store, insert, note_done, &pieces[i]);
    }
    sem_post(&gate);
    dispatch_until(store, PIECES);
    for (int i = 0; i < PIECES; i++) {
        char words[32];

        snprintf(words, sizeof(words), "piece %d", i);
        assert_int_equal(pieces[i].position, i);
        assert_int_equal(pieces[i].r < 0, i % 3 == 1);
        assert_int_equal(pieces[i].reason, i % 3 == 1 ? ERROR_REFUSED : ERROR_NONE);
        assert_string_equal(pieces[i].words, i % 3 == 1 ? words : "");
    }
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece WHERE number % 3 = 1"), 0);
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece"), PIECES - PIECES / 3);
    assert_true(store_stats(store).ok);
    sem_destroy(&gate);
}

static int fail_silently(Db *db _unused_, void *arg _unused_, Error *own _unused_)
{
    return -1;
}

static void failing_without_words_still_has_a_reason(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(store_freep) Store *store = open_store(path);

    assert_true(store_call(store, fail_silently, NULL, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_true(error.message[0] != '\0');
}

static void positive_results_come_back(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(store_freep) Store *store = open_store(path);

    assert_int_equal(ask(store, "SELECT 42"), 42);
}

static int shrink(Db *db, void *arg, Error *own)
{
    bool *outside = arg;

    *outside = !db_in_transaction(db);
    return db_shrink(db, own);
}

static int leave_open(Db *db, void *arg _unused_, Error *own)
{
    return db_begin(db, own);
}

static void outside_work_runs_alone_and_in_order(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(store_freep) Store *store = open_store(path);
    Piece before = {.number = 1}, after = {.number = 2}, last = {.number = 3};
    bool outside = false;

    sem_init(&gate, 0, 0);
    store_submit(store, wait_at_gate, NULL, NULL);
    store_submit(store, insert, note_done, &before);
    store_submit_outside(store, shrink, NULL, &outside);
    store_submit(store, insert, note_done, &after);
    store_submit_outside(store, leave_open, NULL, NULL);
    store_submit(store, insert, note_done, &last);
    sem_post(&gate);
    dispatch_until(store, 3);
    assert_true(outside);
    assert_int_equal(before.position, 0);
    assert_int_equal(after.position, 1);
    assert_int_equal(last.r, 0);
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece"), 3);
    sem_destroy(&gate);
}

static void waiting_work_can_be_withdrawn(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(store_freep) Store *store = open_store(path);
    Piece pieces[4] = {0}, later = {.number = 9};

    sem_init(&gate, 0, 0);
    store_submit(store, wait_at_gate, NULL, NULL);
    for (int i = 0; i < 500 && store_stats(store).waiting > 0; i++)
        usleep(10000);
    for (int i = 0; i < 4; i++) {
        pieces[i].number = i;
        store_submit(store, insert, note_done, &pieces[i]);
    }
    assert_true(store_withdraw(store, insert, &pieces[3])); /* the last, the first, one between */
    assert_true(store_withdraw(store, insert, &pieces[0]));
    assert_true(store_withdraw(store, insert, &pieces[1]));
    assert_false(store_withdraw(store, insert, &pieces[1]));
    assert_false(store_withdraw(store, wait_at_gate, NULL)); /* it is being done */
    assert_int_equal(store_stats(store).waiting, 1);
    store_submit(store, insert, note_done, &later);
    sem_post(&gate);
    dispatch_until(store, 2);
    assert_int_equal(pieces[2].position, 0);
    assert_int_equal(later.position, 1);
    assert_int_equal(pieces[0].done + pieces[1].done + pieces[3].done, 0);
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece"), 2);
    assert_false(store_withdraw(store, insert, &later));
    sem_destroy(&gate);
}

typedef struct Resubmit {
    Piece first, second;
    Store *store;
} Resubmit;

static void resubmit(void *arg, int r, const Error *own)
{
    Resubmit *pieces = arg; /* `first` is its first member */

    note_done(&pieces->first, r, own);
    store_submit(pieces->store, insert, note_done, &pieces->second);
}

static void stopping_finishes_and_tells_all(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    Store *store = open_store(path);
    Piece pieces[PIECES] = {0};
    Resubmit more = {.store = store};
    Db *db;

    for (int i = 0; i < PIECES; i++)
        store_submit(store, insert, note_done, &pieces[i]);
    store_submit(store, insert, resubmit, &more);
    store_free(store);
    assert_int_equal(finished, PIECES + 2);
    assert_int_equal(more.first.r, 0);
    assert_true(more.second.r < 0); /* too late, and told so */
    assert_int_equal(more.second.reason, ERROR_STORE);
    for (int i = 0; i < PIECES; i++)
        assert_int_equal(pieces[i].r, 0);
    db = fixture_open(path);
    assert_int_equal(fixture_number(db, "SELECT COUNT(*) FROM piece"), PIECES + 1);
    db_close(db);
    store_free(NULL);
}

static void newer_schema_is_refused(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    Db *db = fixture_open(path);
    Store *store = NULL;

    assert_int_equal(db_exec(db, "UPDATE meta SET value = 4711", &error), 0);
    assert_true(store_new(db, &store, &error) < 0);
    assert_null(store);
    assert_int_equal(error.reason, ERROR_STORE);
    db = NULL; /* the store took it, and closed it: the file can be opened again */
    assert_int_equal(db_open_sqlite(path, &db, &error), 0);
    db_close(db);
}

static void acknowledged_stands(const char *path, const bool *acknowledged, int count)
{
    Db *db = fixture_open(path);

    for (int i = 0; i < count; i++) {
        _cleanup_query_ DbQuery *query =
            db_query(db, "SELECT COUNT(*) FROM piece WHERE number = ?1");

        db_bind_int(query, 1, i);
        assert_int_equal(db_next(query, &error), 1);
        if (db_column_int(query, 0) != acknowledged[i])
            fail_msg("piece %d: acknowledged %d, stored %d", i, acknowledged[i],
                     (int)db_column_int(query, 0));
    }
    db_close(db);
}

static void copy_file(const char *from, const char *to)
{
    _cleanup_close_ int source = open(from, O_RDONLY | O_CLOEXEC);
    _cleanup_close_ int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char bytes[65536];
    ssize_t count;

    assert_true(source >= 0 && target >= 0);
    while ((count = read(source, bytes, sizeof(bytes))) > 0)
        assert_int_equal(write(target, bytes, (size_t)count), count);
}

/* The same for what a process that is killed now leaves behind. */
static void acknowledged_stands_after_a_crash(const char *path, const bool *acknowledged, int count,
                                              FaultyVfs *vfs)
{
    _cleanup_free_ char *wal = xasprintf("%s-wal", path);
    _cleanup_free_ char *image = xasprintf("%s.image", path);
    _cleanup_free_ char *image_wal = xasprintf("%s-wal", image);
    const FaultyVfs armed = *vfs;

    faulty_reset(vfs);
    copy_file(path, image);
    copy_file(wal, image_wal);
    acknowledged_stands(image, acknowledged, count);
    unlink(image);
    *vfs = armed;
}

/* Fails call after call of the file system in turn. Whatever it hits: what was acknowledged stands,
 * what was refused does not, also when the process is killed right after the refusal, and the
 * thread goes on once the disk is well again. */
static void each_file_call_fails_in_turn(void **state)
{
    static const int codes[] = {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC};
    FaultyVfs *vfs = faulty_install();
    int fired = 0;

    for (size_t c = 0; c < ARRAY_SIZE(codes); c++) {
        for (int at = 1; at < 200; at++) {
            _cleanup_free_ char *path = xasprintf("%s/%zu-%d.db", (char *)*state, c, at);
            Store *store = open_store(path);
            bool acknowledged[12] = {0};
            bool hit;

            faulty_reset(vfs);
            *vfs = (FaultyVfs){.fail_at = at, .fail_for = 3, .code = codes[c]};
            for (int i = 0; i < 12; i++) {
                Piece piece = {.number = i, .text = "some text to fill a page or two with"};

                error.reason = ERROR_NONE;
                acknowledged[i] = store_call(store, insert, &piece, &error) >= 0;
                assert_true(acknowledged[i] || error.reason == ERROR_STORE);
                assert_int_equal(store_stats(store).ok, acknowledged[i]);
                if (!acknowledged[i])
                    acknowledged_stands_after_a_crash(path, acknowledged, 12, vfs);
                if (i == 10)
                    vfs->fail_at = 0; /* the last one meets a disk that is well */
            }
            hit = vfs->failed > 0;
            fired += hit;
            assert_true(acknowledged[11]);
            store_free(store);
            acknowledged_stands(path, acknowledged, 12);
            unlink(path);
            if (!hit)
                break;
        }
    }
    assert_true(fired > 30);
}

/* A group that meets a full disk: nobody in it is told that it worked, also not the piece that
 * failed by itself, and the next group is fine. */
static void full_disk_fails_the_whole_group(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    FaultyVfs *vfs = faulty_install();
    _cleanup_(store_freep) Store *store = open_store(path);
    Piece pieces[PIECES] = {0}, next = {.number = 1000};

    sem_init(&gate, 0, 0);
    store_submit(store, wait_at_gate, NULL, NULL);
    for (int i = 0; i < 500 && store_stats(store).waiting > 0; i++)
        usleep(10000);
    for (int i = 0; i < PIECES; i++) {
        pieces[i].number = i;
        pieces[i].fails = i == 5;
        store_submit(store, insert, note_done, &pieces[i]);
    }
    faulty_reset(vfs);
    *vfs = (FaultyVfs){.fail_at = 1, .fail_for = 1, .code = SQLITE_FULL};
    sem_post(&gate);
    dispatch_until(store, PIECES);
    for (int i = 0; i < PIECES; i++) {
        assert_true(pieces[i].r < 0);
        assert_int_equal(pieces[i].reason, ERROR_STORE);
    }
    assert_int_equal(store_stats(store).failed, 1);
    assert_false(store_stats(store).ok);
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece"), 0);
    assert_int_equal(store_call(store, insert, &next, &error), 0);
    assert_true(store_stats(store).ok);
    assert_int_equal(ask(store, "SELECT COUNT(*) FROM piece"), 1);
    sem_destroy(&gate);
}

/* The kernel's own limit, without any layer between: the signal that comes with it must not kill.
 */
static void file_size_limit_loses_nothing(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    Store *store = open_store(path);
    struct rlimit before, limit;
    bool acknowledged[60] = {0};
    char text[8001];
    int good = 0, i = 0;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 800000; /* the WAL holds the schema already */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (; i < 59; i++) {
        Piece piece = {.number = i, .text = text};

        acknowledged[i] = store_call(store, insert, &piece, &error) >= 0;
        good += acknowledged[i];
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(good > 10);
    assert_true(good < 59);
    assert_int_equal(error.reason, ERROR_STORE);
    acknowledged[i] = store_call(store, insert, &(Piece){.number = i}, &error) >= 0;
    assert_true(acknowledged[i]);
    store_free(store);
    acknowledged_stands(path, acknowledged, 60);
}

/* kill -9 at any moment: every piece whose number came through the pipe is there afterwards. */
static void kill_loses_nothing_acknowledged(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    int64_t last = -1, number;
    int pipes[2], status;
    Db *db;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        Store *store = open_store(path);

        for (int64_t i = 0; i < 100000; i++)
            if (store_call(store, insert, &(Piece){.number = i}, &error) < 0 ||
                write(pipes[1], &i, sizeof(i)) != sizeof(i))
                _exit(1);
        _exit(1);
    }
    close(pipes[1]);
    while (last < 200 && read(pipes[0], &number, sizeof(number)) == sizeof(number))
        last = number;
    kill(child, SIGKILL);
    while (read(pipes[0], &number, sizeof(number)) == sizeof(number))
        last = number;
    close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(last >= 200);
    db = fixture_open(path);
    assert_true(fixture_number(db, "SELECT MAX(number) FROM piece") >= last);
    assert_int_equal(fixture_number(db, "SELECT COUNT(*) - MAX(number) FROM piece"), 1);
    db_close(db);
}

static int look_at_thread(Db *db _unused_, void *arg, Error *own _unused_)
{
    char *name = arg;
    sigset_t blocked;

    pthread_getname_np(pthread_self(), name, 16);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    return sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGHUP) &&
           sigismember(&blocked, SIGCHLD);
}

static void thread_has_name_and_no_signals(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(store_freep) Store *store = open_store(path);
    char name[16] = "";
    sigset_t mine;

    assert_int_equal(ask(store, "SELECT 1"), 1); /* by now the name is set */
    assert_int_equal(store_call(store, look_at_thread, name, &error), 1);
    assert_string_equal(name, "store");
    pthread_sigmask(SIG_SETMASK, NULL, &mine);
    assert_false(sigismember(&mine, SIGTERM));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_directory, fixture_remove)
    const struct CMUnitTest tests[] = {
        TEST(waiting_work_is_one_commit),       TEST(every_single_commit_is_synced),
        TEST(failing_piece_undoes_itself_only), TEST(failing_without_words_still_has_a_reason),
        TEST(positive_results_come_back),       TEST(outside_work_runs_alone_and_in_order),
        TEST(waiting_work_can_be_withdrawn),    TEST(stopping_finishes_and_tells_all),
        TEST(newer_schema_is_refused),          TEST(each_file_call_fails_in_turn),
        TEST(full_disk_fails_the_whole_group),  TEST(file_size_limit_loses_nothing),
        TEST(kill_loses_nothing_acknowledged),  TEST(thread_has_name_and_no_signals),
    };

    return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
