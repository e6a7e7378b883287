/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the store's unit tests share: a directory of their own, a migrated database, key files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/util.h"
#include "store/db.h"
#include "store/keyring.h"

/* cmocka setup and teardown: *state is the path of a fresh directory, removed with all its files.
 */
int fixture_directory(void **state);
int fixture_remove(void **state);

/* The same for *state = a migrated database in memory. */
int fixture_database(void **state);
int fixture_close(void **state);

char *fixture_path(void **state, const char *name); /* in the directory; the caller frees it */
Db *fixture_open(const char *path); /* open and migrated; fails the test otherwise */
void fixture_write(const char *path, const char *text, unsigned mode);

int64_t fixture_number(Db *db, const char *sql); /* first column of the first row; -1 = no row */

/* 64 hexadecimal digits: `seed` 1.. gives different, valid keys. */
void fixture_key(unsigned seed, char ret[65]);
Keyring *fixture_keyring(const char *path,
                         const char *text); /* writes the file with mode 0400, loads it */

/* How often `bytes` stands in the files of the directory, and how many files were read. */
size_t fixture_count_bytes(const char *directory, const void *bytes, size_t length,
                           size_t *ret_files);
