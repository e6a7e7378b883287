/* SPDX-License-Identifier: Apache-2.0 */
/* audit.list, audit.verify, and how a call leaves its row in the trail. What is worth a row is for
 * the calls to say. */

#include "flow/query.h"

#include "base/time.h"
#include "flow/params.h"

int query_note(Db *db, const Query *query, const char *action, const char *user, Json *details,
               Error *error)
{
    _cleanup_json_ Json *taken = details;
    const AuditFact fact = {
        .action = action, .user = user, .account = query->account, .details = taken};

    return audit_add(db, query->bridge->audit, &fact, error);
}

/* ---- what is in it ---- */

static Json *render_details(const char *text)
{
    Json *details = NULL;

    if (!text || json_parse(text, strlen(text), 16, &details, NULL) < 0 || !details)
        return json_new_object();
    return details;
}

static Json *render_row(const AuditRow *row)
{
    _cleanup_free_ char *id = xasprintf("%lld", (long long)row->id);
    Json *object = json_new_object();

    json_put_string(object, "id", id);
    json_put_time(object, "moment", row->moment);
    json_put_string(object, "action", row->action);
    json_put_string(object, "user", row->user);
    json_put_string(object, "account", row->account);
    json_put(object, "details", render_details(row->details));
    return object;
}

static int list(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    const AuditFilter filter = {.user = query->user,
                                .limit = json_int(query->params, "limit", 0),
                                .before = params_id(query->params, "before")};
    _cleanup_(audit_list_done) AuditList rows = {0};
    Json *items;

    if (audit_list(db, &filter, &rows, error) < 0)
        return -1;
    items = json_new_array();
    for (size_t i = 0; i < rows.count; i++)
        json_add(items, render_row(&rows.items[i]));
    query->result = json_new_object();
    json_put(query->result, "items", items);
    return 0;
}

void ask_audit_list(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_store(bridge, caller, params, list, NULL);
}

/* ---- whether it is whole ---- */

typedef struct VerifyQuery {
    Query query;
    AuditCheck check;
    bool more;
} VerifyQuery;

static int verify(Db *db, void *arg, Error *error)
{
    VerifyQuery *f = arg;
    int r = audit_verify(db, f->query.bridge->audit, &f->check, error);

    f->more = r > 0;
    return r < 0 ? -1 : 0;
}

static void render_check(VerifyQuery *f)
{
    const AuditCheck *check = &f->check;
    _cleanup_free_ char *broken = xasprintf("%lld", (long long)check->broken);
    Json *result = json_new_object();

    json_put_bool(result, "ok", check->why == NULL);
    json_put_int(result, "count", check->count);
    json_put_string(result, "head", check->head[0] ? check->head : NULL);
    json_put_string(result, "broken", check->why ? broken : NULL);
    json_put_string(result, "why", check->why);
    f->query.result = result;
}

/* Piece by piece, so that clicks get through in between. */
static int verify_step(Flow *flow, FlowIo *io)
{
    VerifyQuery *f = (VerifyQuery *)flow;

    FLOW_BEGIN(flow);
    do {
        FLOW_STORE(flow, io, verify, f);
    } while (f->more);
    render_check(f);
    FLOW_END(flow);
}

void ask_audit_verify(Bridge *bridge, uint64_t caller, const Json *params)
{
    VerifyQuery *f = query_new(sizeof(*f), bridge, caller, params, verify_step);

    f->check.known_head = json_string(f->query.params, "head");
    query_start(&f->query);
}
