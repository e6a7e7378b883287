/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are a single dialogue; see query.h. */

#include "flow/query.h"

#include <stdio.h>

static void query_free(Flow *flow)
{
    Query *query = (Query *)flow;

    if (query->release)
        query->release(query);
    free(query->account);
    json_object_put(query->params);
    json_object_put(query->result);
    account_done(&query->clockify);
    account_done(&query->jira);
    free(query);
}

void *query_new(size_t size, Bridge *bridge, uint64_t caller, const Json *params, FlowStep *step)
{
    Query *query = xcalloc(1, size);

    query->flow.step = step;
    query->flow.free = query_free;
    query->bridge = bridge;
    query->caller = caller;
    query->account = xstrdup(bridge_account(bridge, caller));
    query->params = params ? json_copy(params) : json_new_object();
    query->user = json_string(query->params, "user");
    return query;
}

static void answered(void *arg _unused_, Flow *flow, int r, const Error *error)
{
    Query *query = (Query *)flow;

    if (r < 0) {
        bridge_reply_error(query->bridge, query->caller, error);
        return;
    }
    if (query->done)
        query->done(query);
    bridge_reply(query->bridge, query->caller, STEAL(query->result));
}

void query_start(Query *query)
{
    runner_start(query->bridge->runner, &query->flow, true, answered, NULL);
}

/* ---- the store alone ---- */

typedef struct StoreQuery {
    Query query;
    StoreWork work;
} StoreQuery;

static int store_step(Flow *flow, FlowIo *io)
{
    StoreQuery *query = (StoreQuery *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, query->work, query);
    FLOW_END(flow);
}

void query_store(Bridge *bridge, uint64_t caller, const Json *params, StoreWork work,
                 void (*done)(Query *query))
{
    StoreQuery *query = query_new(sizeof(*query), bridge, caller, params, store_step);

    query->work = work;
    query->query.done = done;
    query_start(&query->query);
}

/* ---- accounts ---- */

int query_load_accounts(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    int r = account_get(db, query->user, SERVICE_CLOCKIFY, &query->clockify, error);

    if (r < 0)
        return -1;
    query->has_clockify = r > 0;
    r = account_get(db, query->user, SERVICE_JIRA, &query->jira, error);
    if (r < 0)
        return -1;
    query->has_jira = r > 0;
    return 0;
}

int query_check_server(const FlowIo *io, Error *error)
{
    if (io->server)
        return 0;
    return error_set(error, ERROR_NOT_CONFIGURED,
                     "No Clockify URL is set; an administrator sets it on the Configure page.");
}

int query_check_clockify(const Query *query, const FlowIo *io, Error *error)
{
    if (query_check_server(io, error) < 0)
        return -1;
    if (query->has_clockify && query->clockify.rejected)
        error_set(error, ERROR_CLOCKIFY_KEY_REJECTED,
                  "Clockify no longer takes the stored API key; give a new one.");
    else if (!query->has_clockify || !streq(query->clockify.server, io->server->api_url))
        error_set(error, ERROR_CLOCKIFY_KEY_REQUIRED, "A Clockify API key has to be given first.");
    else
        return 0;
    snprintf(error->key_url, sizeof(error->key_url), "%s", io->server->key_url);
    return -1;
}
