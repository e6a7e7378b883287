/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A narrow seam between the SQL of this project and a database driver. One text of SQL serves every
 * driver: parameters are written ?1, ?2, …; the words {{id}} and {{blob}} in a table definition
 * stand for the driver's "primary key that counts by itself" and its type for bytes. Used on the
 * store's thread only.
 *
 * A driver is a table of functions (DbDriver). Nothing outside it knows SQLite.
 */

#include "base/error.h"

typedef struct Db Db;
typedef struct DbQuery DbQuery;

/* Opens (and creates) the SQLite file at `path`, mode 0600, in WAL mode with synchronous=FULL and
 * secure_delete=ON, both read back and refused if they did not take. The file stays locked against
 * every other process until db_close. ":memory:" is for unit tests. Errors: ERROR_STORE with what
 * to do in the message. */
int db_open_sqlite(const char *path, Db **ret, Error *error);
/* Opens the SQLite file at `path` to look at it: makes no file, and writes nothing of its own into
 * one. While a bridge runs with it this fails, as it does for a second bridge. */
int db_open_sqlite_to_look(const char *path, Db **ret, Error *error);
void db_close(Db *db);
DEFINE_CLEANUP(Db, db_close)

/* One or more statements without parameters or rows. */
int db_exec(Db *db, const char *sql, Error *error);

int db_begin(Db *db, Error *error);
int db_commit(Db *db, Error *error);
void db_rollback(Db *db);
/* After a db_commit that failed, and db_rollback: what it may have written cannot come back after a
 * crash. Negative: it still may; to be tried again. */
int db_disown_commit(Db *db, Error *error);
bool db_in_transaction(
    Db *db); /* false after db_begin: the database undid everything by itself (disk full) */
/* From a failure of the disk or the file until a change was committed again: reading alone proves
 * nothing. */
bool db_failing(const Db *db);
int db_savepoint(Db *db, Error *error); /* one level inside db_begin */
int db_release(Db *db, Error *error);
void db_rollback_to_savepoint(Db *db);

/* Leaves no byte of deleted rows in the database's files. Outside a transaction only. */
int db_shrink(Db *db, Error *error);

/*
 * A prepared statement from the driver's cache (the cache is keyed by the address of `sql`: pass
 * string literals). Bind by position 1…; text and blobs are copied. Then either db_run (no rows
 * wanted) or db_next until it gives 0. db_query_done gives it back; it may be used again at once.
 * Failures while binding are reported by db_run or db_next.
 */
DbQuery *db_query(Db *db, const char *sql);
void db_bind_int(DbQuery *query, int position, int64_t value);
void db_bind_time(DbQuery *query, int position, int64_t time);     /* TIME_NONE binds NULL */
void db_bind_text(DbQuery *query, int position, const char *text); /* NULL binds NULL */
void db_bind_json(DbQuery *query, int position, const Json *json); /* its text; NULL binds NULL */
void db_bind_blob(DbQuery *query, int position, const void *bytes, size_t length);
int db_next(DbQuery *query, Error *error); /* 1 a row, 0 no more, negative failed */
int db_run(DbQuery *query, Error *error);
void db_query_done(DbQuery *query);
DEFINE_CLEANUP(DbQuery, db_query_done)
#define _cleanup_query_ _cleanup_(db_query_donep)

/* Columns of the current row, from 0. Text is borrowed until the next db_next. */
bool db_column_null(DbQuery *query, int column);
int64_t db_column_int(DbQuery *query, int column);      /* 0 for NULL */
int64_t db_column_time(DbQuery *query, int column);     /* TIME_NONE for NULL */
const char *db_column_text(DbQuery *query, int column); /* NULL for NULL */
char *db_column_copy(DbQuery *query, int column);       /* owned copy of the text, or NULL */
Json *db_column_json(DbQuery *query, int column); /* parsed, owned; NULL for NULL or broken text */
const void *db_column_blob(DbQuery *query, int column, size_t *ret_length);

/* After db_run of an INSERT: the {{id}} it was given. After UPDATE or DELETE: how many rows. */
int64_t db_last_id(Db *db);
int64_t db_changes(Db *db);
