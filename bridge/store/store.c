/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The store's thread: takes what waits in the queue, applies it in one transaction, commits once,
 * hands the results back. Must not know any table, and never calls back on its own thread except
 * for the work.
 */

#include "config.h"

#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "store/schema.h"

/* Bounds the time that the first of a group waits for the last; far beyond the size where grouping
 * pays. */
#define GROUP_MAX 1024

/* Some three seconds in all, each pause twice as long as the one before. */
#define DISOWN_TRIES    9
#define DISOWN_FIRST_US 6000

#ifdef BRIDGE_BROKEN_ACK_BEFORE_COMMIT
#define COMMIT_LATE true /* a deliberate fault, see tests/broken */
#else
#define COMMIT_LATE false
#endif

typedef struct Work {
    struct Work *next;
    StoreWork work;
    StoreDone done;
    void *arg;
    bool outside; /* of any transaction, alone */
    bool waited;  /* store_call waits for it and frees it; guarded by the mutex with `finished` */
    bool finished;
    int r;
    Error *error; /* NULL = none; the struct is big and failures are rare */
} Work;

typedef struct WorkList {
    Work *head;
    Work *tail;
} WorkList;

struct Store {
    Db *db; /* the thread's alone while it runs */
    pthread_t thread;
    int fd;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t queued;
    pthread_cond_t answered; /* for store_call */
    WorkList queue;
    WorkList finished;
    bool stopping;
    StoreStats stats;
};

static int start_thread(Store *store, Error *error);
static void *run(void *arg);
static Work *take_group(Store *store);
static void run_outside(Store *store, Work *work);
static void apply_group(Store *store, Work *group);
static void disown_commit(Db *db);
static int apply_all(Db *db, Work *group, Error *error);
static int apply_one(Db *db, Work *work, Error *error);
static void hand_back(Store *store, Work *group);
static void submit(Store *store, Work *work);
static Work *work_new(StoreWork work, StoreDone done, void *arg);
static void work_free(Work *work);
static void work_fail(Work *work, const Error *error);
static void list_add(WorkList *list, Work *work);

int store_new(Db *db, Store **ret, Error *error)
{
    Store *store;
    int r;

    r = schema_migrate(db, error);
    if (r < 0) {
        db_close(db);
        return r;
    }
    store = xcalloc(1, sizeof(*store));
    store->db = db;
    store->stats.ok = true;
    pthread_mutex_init(&store->mutex, NULL);
    pthread_cond_init(&store->queued, NULL);
    pthread_cond_init(&store->answered, NULL);
    store->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (store->fd < 0)
        r = error_set(error, ERROR_STORE, "No descriptor for the store's results: %s.",
                      strerror(errno));
    else
        r = start_thread(store, error);
    if (r < 0) {
        store->stopping = true; /* no thread to join */
        store_free(store);
        return r;
    }
    *ret = store;
    return 0;
}

/* Signals belong to the loop's thread; blocked here they are blocked in the new thread from its
 * first instruction on. That also turns SIGXFSZ into a plain error of the write. */
static int start_thread(Store *store, Error *error)
{
    sigset_t all, before;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&store->thread, NULL, run, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0)
        return error_set(error, ERROR_STORE, "No thread for the store: %s.", strerror(code));
    pthread_setname_np(store->thread, "store");
    return 0;
}

static void *run(void *arg)
{
    Store *store = arg;
    Work *group;

    while ((group = take_group(store))) {
        if (group->outside)
            run_outside(store, group);
        else
            apply_group(store, group);
        hand_back(store, group);
        if (COMMIT_LATE && db_in_transaction(store->db)) {
            usleep(20000);
            db_commit(store->db, NULL);
        }
    }
    return NULL;
}

/* Everything that waits, up to a piece that wants to be alone. NULL: stopping, and nothing is left.
 */
static Work *take_group(Store *store)
{
    Work *group, *last;

    pthread_mutex_lock(&store->mutex);
    while (!store->queue.head && !store->stopping)
        pthread_cond_wait(&store->queued, &store->mutex);
    group = last = store->queue.head;
    if (group) {
        size_t count = 1;

        while (!group->outside && last->next && !last->next->outside && count < GROUP_MAX) {
            last = last->next;
            count++;
        }
        store->queue.head = STEAL(last->next);
        if (!store->queue.head)
            store->queue.tail = NULL;
        store->stats.waiting -= count;
    }
    pthread_mutex_unlock(&store->mutex);
    return group;
}

static void run_outside(Store *store, Work *work)
{
    Error error = {0};

    work->r = work->work(store->db, work->arg, &error);
    db_rollback(store->db); /* one that was left open must not swallow the next group */
    if (work->r < 0)
        work_fail(work, &error);
    pthread_mutex_lock(&store->mutex);
    store->stats.works++;
    pthread_mutex_unlock(&store->mutex);
}

/* When the commit fails nothing of the group stands, and what its pieces saw of each other never
 * was: all of them, also those that had failed by themselves, get the store's error. */
static void apply_group(Store *store, Work *group)
{
    Error error = {0};
    int64_t works = 0;
    int r;

    r = apply_all(store->db, group, &error);
    if (r < 0) {
        db_rollback(store->db);
        disown_commit(store->db);
    }
    for (Work *work = group; work; work = work->next) {
        works++;
        if (r < 0)
            work_fail(work, &error);
    }
    pthread_mutex_lock(&store->mutex);
    store->stats.works += works;
    store->stats.commits += r >= 0;
    store->stats.failed += r < 0;
    store->stats.ok = r >= 0 && !db_failing(store->db);
    pthread_mutex_unlock(&store->mutex);
}

/* "Nothing was stored" must be true also after a crash. Where the disk lets nobody make sure of it,
 * the process ends: without an answer the callers ask again, and the next start sees what stands.
 */
static void disown_commit(Db *db)
{
    Error error = {0};

    for (int i = 0; i < DISOWN_TRIES; i++) {
        if (i > 0)
            usleep(DISOWN_FIRST_US << i);
        if (db_disown_commit(db, &error) >= 0)
            return;
    }
    log_error("a transaction can neither be committed nor be undone for certain; ending without an "
              "answer: %s",
              error.message);
    abort();
}

static int apply_all(Db *db, Work *group, Error *error)
{
    int r;

    r = db_begin(db, error);
    for (Work *work = group; work && r >= 0; work = work->next)
        r = apply_one(db, work, error);
    return r < 0 || COMMIT_LATE ? r : db_commit(db, error);
}

/* Negative only when the whole transaction is lost (a full disk makes SQLite give it up). */
static int apply_one(Db *db, Work *work, Error *error)
{
    Error own = {0};
    int r;

    r = db_savepoint(db, error);
    if (r < 0)
        return r;
    work->r = work->work(db, work->arg, &own);
    if (work->r >= 0)
        return db_release(db, error);
    work_fail(work, &own);
    db_rollback_to_savepoint(db);
    if (db_in_transaction(db))
        return 0;
    *error = *work->error;
    return -1;
}

static void hand_back(Store *store, Work *group)
{
    bool results = false, answers = false;

    pthread_mutex_lock(&store->mutex);
    for (Work *work = group, *next; work; work = next) {
        next = STEAL(work->next);
        work->finished = true;
        if (work->waited) {
            answers = true;
        } else {
            list_add(&store->finished, work);
            results = true;
        }
    }
    if (answers)
        pthread_cond_broadcast(&store->answered);
    pthread_mutex_unlock(&store->mutex);
    if (results)
        (void)eventfd_write(store->fd, 1);
}

void store_free(Store *store)
{
    if (!store)
        return;
    pthread_mutex_lock(&store->mutex);
    if (!store->stopping) {
        store->stopping = true;
        pthread_cond_signal(&store->queued);
        pthread_mutex_unlock(&store->mutex);
        pthread_join(store->thread, NULL);
    } else {
        pthread_mutex_unlock(&store->mutex);
    }
    while (
        store->finished.head) /* again: `done` may submit more, which is refused and told so here */
        store_dispatch(store);
    db_close(store->db);
    if (store->fd >= 0)
        close(store->fd);
    pthread_cond_destroy(&store->answered);
    pthread_cond_destroy(&store->queued);
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

int store_fd(const Store *store)
{
    return store->fd;
}

void store_dispatch(Store *store)
{
    eventfd_t count;
    Work *list;

    (void)eventfd_read(store->fd, &count);
    pthread_mutex_lock(&store->mutex);
    list = store->finished.head;
    store->finished = (WorkList){0};
    pthread_mutex_unlock(&store->mutex);

    for (Work *work = list, *next; work; work = next) {
        next = work->next;
        if (work->done)
            work->done(work->arg, work->r, work->error ? work->error : &(Error){0});
        work_free(work);
    }
}

void store_submit(Store *store, StoreWork work, StoreDone done, void *arg)
{
    submit(store, work_new(work, done, arg));
}

bool store_withdraw(Store *store, StoreWork work, const void *arg)
{
    Work *found = NULL;

    pthread_mutex_lock(&store->mutex);
    for (Work *item = store->queue.head, *before = NULL; item; before = item, item = item->next) {
        if (item->work != work || item->arg != arg)
            continue;
        found = item;
        *(before ? &before->next : &store->queue.head) = item->next;
        if (store->queue.tail == item)
            store->queue.tail = before;
        store->stats.waiting--;
        break;
    }
    pthread_mutex_unlock(&store->mutex);
    if (!found)
        return false;
    work_free(found);
    return true;
}

void store_submit_outside(Store *store, StoreWork work, StoreDone done, void *arg)
{
    Work *item = work_new(work, done, arg);

    item->outside = true;
    submit(store, item);
}

int store_call(Store *store, StoreWork work, void *arg, Error *error)
{
    Work *item = work_new(work, NULL, arg);
    int r;

    item->waited = true;
    submit(store, item);
    pthread_mutex_lock(&store->mutex);
    while (!item->finished)
        pthread_cond_wait(&store->answered, &store->mutex);
    pthread_mutex_unlock(&store->mutex);

    r = item->r;
    if (item->error && error)
        *error = *item->error;
    work_free(item);
    return r;
}

StoreStats store_stats(Store *store)
{
    StoreStats stats;

    pthread_mutex_lock(&store->mutex);
    stats = store->stats;
    pthread_mutex_unlock(&store->mutex);
    return stats;
}

static Work *work_new(StoreWork work, StoreDone done, void *arg)
{
    Work *item = xcalloc(1, sizeof(*item));

    item->work = work;
    item->done = done;
    item->arg = arg;
    return item;
}

static void work_free(Work *work)
{
    free(work->error);
    free(work);
}

static void submit(Store *store, Work *work)
{
    bool refused;

    pthread_mutex_lock(&store->mutex);
    refused = store->stopping;
    if (!refused) {
        list_add(&store->queue, work);
        store->stats.waiting++;
        pthread_cond_signal(&store->queued);
    }
    pthread_mutex_unlock(&store->mutex);
    if (refused) {
        Error error;

        error_set(&error, ERROR_STORE, "The bridge is stopping.");
        work_fail(work, &error);
        hand_back(store, work);
    }
}

static void work_fail(Work *work, const Error *error)
{
    work->r = -1;
    if (!work->error)
        work->error = xmalloc(sizeof(*work->error));
    *work->error = *error;
    if (error->reason == ERROR_NONE)
        error_set(work->error, ERROR_STORE, "The store could not do this, and no cause was given.");
}

static void list_add(WorkList *list, Work *work)
{
    if (list->tail)
        list->tail->next = work;
    else
        list->head = work;
    list->tail = work;
}
