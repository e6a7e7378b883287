/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The store's own thread and its queue. Work is handed over as a function that runs on that thread
 * with the database open; all work that is waiting is applied in one transaction and committed once
 * (group commit), each piece in a savepoint of its own so that one that fails undoes only itself.
 * Results come back to the loop's thread through a descriptor that the loop watches.
 *
 * Memory that `arg` points to is lent to the store's thread from store_submit until `done` is
 * called: the other side must not touch it in between. That is the whole locking discipline.
 */

#include "base/error.h"
#include "store/db.h"

typedef struct Store Store;

/* Runs on the store's thread, inside a transaction. Negative with *error: its changes are undone.
 */
typedef int (*StoreWork)(Db *db, void *arg, Error *error);

/* Runs on the loop's thread after the commit: r < 0 says that nothing of this work was stored,
 * because the work itself failed or because the commit did (ERROR_STORE). `error` is valid during
 * the call. */
typedef void (*StoreDone)(void *arg, int r, const Error *error);

/* Opens the database, brings its schema up to date (forward only; a newer one is refused) and
 * starts the thread. Errors: ERROR_STORE. The store takes over `db`, also when this fails. */
int store_new(Db *db, Store **ret, Error *error);

/* Finishes what is queued, commits, stops the thread, closes the database. `done` functions still
 * owed are called. Accepts NULL. */
void store_free(Store *store);
DEFINE_CLEANUP(Store, store_free)

/* Becomes readable when results wait; the loop then calls store_dispatch. */
int store_fd(const Store *store);
void store_dispatch(Store *store);

/* Queues work; `done` may be NULL. Never blocks on the disk. */
void store_submit(Store *store, StoreWork work, StoreDone done, void *arg);

/* Takes back work that the store's thread has not begun: true, and neither it nor its `done` will
 * be called. false: it is being done, or has been. */
bool store_withdraw(Store *store, StoreWork work, const void *arg);

/* Work that must stand outside any transaction (shrinking the file); it runs alone, after what was
 * queued before it. */
void store_submit_outside(Store *store, StoreWork work, StoreDone done, void *arg);

/* store_submit, waiting for the result: for start-up and for tools, never from the running loop. */
int store_call(Store *store, StoreWork work, void *arg, Error *error);

typedef struct StoreStats {
    int64_t commits; /* transactions committed since the start */
    int64_t works;   /* pieces of work applied; works / commits is the size of a group */
    int64_t failed;  /* commits that failed */
    bool ok;         /* the last commit went through, and the disk takes what is written */
    size_t waiting;  /* pieces of work in the queue now */
} StoreStats;
StoreStats store_stats(Store *store);
