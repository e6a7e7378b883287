/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What bridge.status shows; pause and resume answer with it too. */

#include "flow/query.h"

/* A query that answers with the status: `work` ends with status_read, `done` with status_render. */
Query *status_query_new(Bridge *bridge, uint64_t caller, const Json *params, StoreWork work,
                        void (*done)(Query *query));
int status_read(Db *db, Query *query, Error *error);
void status_render(Query *query);
