/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whether a database's files are still found where they were opened. A file that was removed, moved
 * or replaced goes on taking writes from whoever has it open, and nobody finds them again; one that
 * was cut short has lost what it held. Also makes the file, before the database's library sees it.
 */

#include <sys/stat.h>

#include "base/error.h"

typedef struct DbFile {
    char *path;
    dev_t device;
    ino_t inode; /* 0 = not seen yet */
    off_t size;  /* it had at least so much */
} DbFile;

/* The database and the log beside it. */
typedef struct DbFiles {
    DbFile main, wal;
} DbFiles;

/* Makes the database's file, mode 0600, where there is none; one that is there has to be a regular
 * file and gets this mode. Errors: ERROR_STORE. */
int db_files_prepare(const char *path, Error *error);

void db_files_init(DbFiles *files, const char *path);
void db_files_done(DbFiles *files);

/* To be called when their sizes may have changed by right: opened, committed, shrunk. */
void db_files_note(DbFiles *files);

/* Errors: ERROR_STORE with what to do. */
int db_files_check(const DbFiles *files, Error *error);
