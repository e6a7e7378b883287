/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a database driver has to offer beneath db.h. Included by db.c and the drivers only. A driver
 * puts its own members behind Db and DbQuery; its SQL is the one text that every driver takes.
 */

#include "store/db.h"

typedef struct DbDriver {
    const char *id_type;   /* what {{id}} stands for */
    const char *blob_type; /* what {{blob}} stands for */
    const char *begin;     /* the statement that opens a transaction which is going to write */

    void (*close)(Db *db);
    int (*exec)(Db *db, const char *sql, Error *error); /* many statements, {{}} already replaced */
    int (*shrink)(Db *db, Error *error);
    bool (*in_transaction)(Db *db);
    int (*disown_commit)(Db *db, Error *error); /* after COMMIT failed and was rolled back */
    int (*check_files)(Db *db, Error *error);   /* before COMMIT: will it be found again? */
    void (*note_files)(Db *db);                 /* after COMMIT */

    DbQuery *(*query)(Db *db, const char *sql); /* never NULL: a failure shows in `next` */
    void (*bind_null)(DbQuery *query, int position);
    void (*bind_int)(DbQuery *query, int position, int64_t value);
    void (*bind_text)(DbQuery *query, int position, const char *text);
    void (*bind_blob)(DbQuery *query, int position, const void *bytes, size_t length);
    int (*next)(DbQuery *query, Error *error);
    void (*query_done)(DbQuery *query);

    bool (*column_null)(DbQuery *query, int column);
    int64_t (*column_int)(DbQuery *query, int column);
    const char *(*column_text)(DbQuery *query, int column);
    const void *(*column_blob)(DbQuery *query, int column, size_t *ret_length);
    int64_t (*last_id)(Db *db);
    int64_t (*changes)(Db *db);
} DbDriver;

struct Db {
    const DbDriver *driver;
    bool failing; /* set by the driver when the disk, not a statement, is at fault */
    bool wrote;   /* the open transaction has changed a row */
};

struct DbQuery {
    Db *db;
};
