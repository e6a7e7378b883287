/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Calls that are a single dialogue and leave nothing in the journal's lines: lists, accounts, the
 * server, status. A Query is a flow that knows its caller; it is answered with `result` when the
 * flow has ended, or with the flow's error.
 */

#include "flow/flow.h"
#include "flow/state.h"

typedef struct Query Query;

struct Query {
    Flow flow;
    Bridge *bridge;
    uint64_t caller;
    Json *params;
    const char *user; /* within params; NULL = none */
    char *account;    /* that called; NULL = not known */
    Json *result;
    bool has_clockify, has_jira;
    Account clockify, jira;
    void (*done)(
        Query *query); /* on the loop's thread, when it went well, before the answer; may be NULL */
    void (*release)(Query *query); /* what the bigger struct owns; may be NULL */
};

/* Begins a query: `size` bytes, of which a Query is the first member, zeroed. */
void *query_new(size_t size, Bridge *bridge, uint64_t caller, const Json *params, FlowStep *step);
void query_start(Query *query);

/* For calls that need the store alone: `work` is given the Query. */
void query_store(Bridge *bridge, uint64_t caller, const Json *params, StoreWork work,
                 void (*done)(Query *query));

/* Store work: a row in the audit trail, in the transaction of what it tells of. Takes over
 * `details`; `user` is whose it is, NULL = nobody's. */
int query_note(Db *db, const Query *query, const char *action, const char *user, Json *details,
               Error *error);

/* Store work: both accounts of query->user. */
int query_load_accounts(Db *db, void *query, Error *error);

/* A key for the server in use is stored and not rejected; else *error as the protocol has it. */
int query_check_clockify(const Query *query, const FlowIo *io, Error *error);
int query_check_server(const FlowIo *io, Error *error);
