/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Rows that the tests of the journal put into it, and JSON to compare. */

#include "tests/unit/store/fixture.h"

#include "store/journal.h"

#define TEXT(words)                                                                                \
    ((char *)(uintptr_t)(words)) /* for structs that own, in tests where they do not */

Json *parse(const char *text); /* the caller owns it */
void expect_json(const Json *json, const char *text);

/* Each gives the id of the new row. */
int64_t put_entry(Db *db, const char *user, const char *issue, EntryState state, Delivery delivery);
int64_t put_intent(Db *db, const char *user, IntentKind kind, int64_t entry_id);
int64_t put_worklog(Db *db, int64_t entry_id, const char *user, const char *issue,
                    WorklogState state, const char *reason);
