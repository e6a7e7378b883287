/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Copies of a whole SQLite database: out of one that is in use, piece by piece, and back into one.
 * Other databases have tools of their own for this. Used on the thread that owns the database; must
 * not know what is in it.
 */

#include "store/db.h"

typedef struct DbCopy DbCopy;

/* Begins a copy of `db` into a new file of mode 0600. The database may be written in between: the
 * copy shows it as it is in the end. */
int db_copy_begin(Db *db, const char *path, DbCopy **ret, Error *error);

/* Copies a piece, about a megabyte: 1 there is more, 0 the file is whole and on the disk, negative.
 * Outside a transaction only. */
int db_copy_step(DbCopy *copy, Error *error);
void db_copy_free(DbCopy *copy); /* before db_close; removes the file unless it is whole */
DEFINE_CLEANUP(DbCopy, db_copy_free)

/* A new path beside the database, and the removal of files there that such a copy left behind more
 * than an hour ago. */
#define DB_COPY_MARK ".backup-" /* behind the database's path; then 16 hexadecimal digits */
char *db_copy_path(const char *database);
void db_copy_sweep(const char *database);

/* All of it at once. */
int db_copy_file(Db *db, const char *path, Error *error);

/* A copy that nobody writes any more: opens it without changing a byte of it, or of its folder. */
int db_open_copy(const char *path, Db **ret, Error *error);
int db_check(Db *db, Error *error); /* reads all of it and checks how it hangs together */

/* Makes `db` what `source` is, in one transaction. Nothing of what `db` held stays. */
int db_replace(Db *db, Db *source, Error *error);
