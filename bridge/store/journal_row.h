/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the files of the journal share among themselves; nobody else includes it. */

#include "store/journal.h"

#define LIST_MAX 200 /* rows that one listing gives at most */

int64_t list_limit(int64_t wanted); /* within 1..LIST_MAX */

/* The number behind a state's or kind's name; -1 when the database holds a word that is none of
 * them. */
int entry_state_from(const char *name);
int delivery_from(const char *name);
int intent_kind_from(const char *name);
int intent_state_from(const char *name);
int worklog_state_from(const char *name);
const char *intent_state_name(IntentState state);

/* Always negative: a row that this program could not have written. */
int journal_damaged(const char *what, int64_t id, Error *error);

/* `r` of a db_run that should have met one row: ERROR_NOT_FOUND when it met none. */
int journal_expect_row(Db *db, int r, const char *what, int64_t id, Error *error);
