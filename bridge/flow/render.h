/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Rows of the journal as the protocol shows them. Pure. The caller owns the result. */

#include "remote/clockify.h"
#include "store/journal.h"

Json *render_entry(const Entry *entry, const Worklog *worklog); /* worklog NULL = none */
Json *render_worklog(const Worklog *worklog);

/* A timer that was started outside Jira: issue null, id "clockify:" and Clockify's own. */
Json *render_foreign(const ClockifyEntry *entry, const NamedId *workspace);

/* {id, name}, or NULL (null in JSON) when there is no id. */
Json *render_named(const NamedId *named);

/* The entry with this id and its worklog, read on the store's thread. 1 and *ret, 0 not there,
 * negative failed. */
int render_stored_entry(Db *db, int64_t id, Json **ret, Error *error);
