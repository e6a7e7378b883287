/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a database of this bridge holds, in numbers, for whoever is about to put it in the place of
 * another. Changes nothing; opens no secret but to see whether it opens. */

#include "store/db.h"
#include "store/keyring.h"

typedef struct Inspection {
    int version;    /* of its schema */
    char *instance; /* NULL = it was never in use */
    int64_t entries;
    int64_t running; /* of the entries */
    int64_t intents; /* not carried out yet */
    int64_t worklogs;
    int64_t pending; /* of the worklogs */
    int64_t secrets;
    int64_t newest; /* when it was last written to; TIME_NONE = never */
} Inspection;
void inspection_done(Inspection *inspection);

/* Refuses what is damaged, is none of this bridge's, or belongs to a newer program (ERROR_STORE).
 */
int inspect(Db *db, Inspection *ret, Error *error);

/* Every secret of it opens with these master keys; else ERROR_STORE naming what is wrong. */
int inspect_keys(Db *db, const Keyring *keyring, const char *instance, Error *error);
