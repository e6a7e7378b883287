/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The tables, as numbered steps from an empty database to today's schema. Steps are only ever
 * added. */

#include "store/db.h"

/* Applies the missing steps, each in a transaction of its own together with its number. A database
 * made by a newer program is refused (ERROR_STORE, the message names both versions). */
int schema_migrate(Db *db, Error *error);

int schema_version(void);                                /* the newest this program knows */
int schema_read_version(Db *db, int *ret, Error *error); /* 0 for an empty database */
