/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the files of the SQLite driver share among themselves; nobody else includes it. */

#include <sqlite3.h>

#include "store/db_driver.h"
#include "store/db_files.h"

/* Room for every statement of the program several times over; what finds none is prepared each
 * time. */
#define CACHE_SLOTS 256
#define CACHE_FILL  192

typedef struct SqliteQuery {
    DbQuery base;
    sqlite3_stmt *statement; /* NULL: preparing failed with `failed` */
    int failed;              /* first SQLite code while preparing or binding */
    bool cached;
    bool used; /* between db_query and db_query_done */
} SqliteQuery;

typedef struct CacheSlot {
    const char *sql; /* the address is the key */
    SqliteQuery *query;
} CacheSlot;

typedef struct SqliteDb {
    Db base;
    sqlite3 *handle;
    char *path;
    DbFiles files; /* of a database in memory: never seen, hence never missed */
    bool unsynced; /* the last failure was one of syncing what had been written as a whole */
    size_t cached;
    CacheSlot cache[CACHE_SLOTS];
} SqliteDb;

extern const DbDriver sqlite_driver;

/* Always negative: the words for an administrator that belong to an SQLite code. */
int sqlite_fail(SqliteDb *db, int code, Error *error);

/* Runs one statement; its first answer must be `expected`, NULL = any will do. */
int sqlite_pragma(SqliteDb *db, const char *sql, const char *expected, Error *error);

/* Takes what the second file holds over into the first, and cuts it to nothing. */
int sqlite_empty_wal(SqliteDb *db, Error *error);
