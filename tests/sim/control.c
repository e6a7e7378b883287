/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control port: JSON in, JSON out.
 *
 *   POST /seed                 adds (see seed.c), answers the documents made
 *   GET /state                 everything: per service a list of documents per table, in the order
 *                              in which they were made
 *   POST /reset                forgets everything, faults and counts too
 *   GET /requests?since=N      {"last": n, "requests": [{n, service, method, path, query, route,
 *                              status, who, at, ms, headers, body}]}: those after N; one that is
 *                              not answered yet has no status, one whose answer was lost has 0
 *   GET, DELETE /counts        {service: {total, now, peak, routes: {"METHOD template": n}}}
 *   GET, POST, DELETE /faults  see faults.c; DELETE /faults/{id} for one
 *   GET, PATCH /options/{clockify|jira}    see options.c
 *   GET, PATCH, DELETE /{clockify|jira}/{table}/{reference}, or without the service: the first
 *                              that has it. Tables: users keys workspaces clients projects tasks
 *                              tags entries, and users tokens projects issues worklogs. A new
 *                              issue key is a move: the old one still leads there
 *   POST /clock                {"advance_s": n}
 */
#include <stdlib.h>
#include <string.h>

#include "clockify.h"
#include "entry.h"
#include "faults.h"
#include "jira.h"
#include "js.h"
#include "log.h"
#include "route.h"
#include "seed.h"
#include "when.h"

static int answer_seed(Request *request, Reply *reply);
static int answer_state(Request *request, Reply *reply);
static int answer_reset(Request *request, Reply *reply);
static int answer_requests(Request *request, Reply *reply);
static int answer_counts(Request *request, Reply *reply);
static int answer_faults(Request *request, Reply *reply);
static int add_fault(Request *request, Reply *reply);
static int answer_options(Request *request, Reply *reply);
static int advance_clock(Request *request, Reply *reply);
static int answer_document(Request *request, Reply *reply);

const Route control_routes[] = {
    {SERVICE_CONTROL, "POST", "/seed", answer_seed},
    {SERVICE_CONTROL, "GET", "/state", answer_state},
    {SERVICE_CONTROL, "POST", "/reset", answer_reset},
    {SERVICE_CONTROL, "GET", "/requests", answer_requests},
    {SERVICE_CONTROL, "GET", "/counts", answer_counts},
    {SERVICE_CONTROL, "DELETE", "/counts", answer_counts},
    {SERVICE_CONTROL, "GET", "/faults", answer_faults},
    {SERVICE_CONTROL, "POST", "/faults", add_fault},
    {SERVICE_CONTROL, "DELETE", "/faults", answer_faults},
    {SERVICE_CONTROL, "DELETE", "/faults/{id}", answer_faults},
    {SERVICE_CONTROL, "POST", "/clock", advance_clock},
    {SERVICE_CONTROL, "GET", "/options/{service}", answer_options},
    {SERVICE_CONTROL, "PATCH", "/options/{service}", answer_options},
    {SERVICE_CONTROL, "GET", "/{service}/{table}/{reference}", answer_document},
    {SERVICE_CONTROL, "PATCH", "/{service}/{table}/{reference}", answer_document},
    {SERVICE_CONTROL, "DELETE", "/{service}/{table}/{reference}", answer_document},
    {SERVICE_CONTROL, "GET", "/{table}/{reference}", answer_document},
    {SERVICE_CONTROL, "PATCH", "/{table}/{reference}", answer_document},
    {SERVICE_CONTROL, "DELETE", "/{table}/{reference}", answer_document},
    {0},
};

static int refuse(Reply *reply, int status, const char *reason)
{
    struct json_object *body = js_new();
    js_set_str(body, "error", reason);
    return reply_json(reply, status, body);
}

static int answer_seed(Request *request, Reply *reply)
{
    const char *reason = "no JSON";
    struct json_object *made = NULL;

    if (request_json(request))
        made = seed_add(request->sim, request_json(request), &reason);
    return made ? reply_json(reply, 200, made) : refuse(reply, 400, reason);
}

static int answer_state(Request *request, Reply *reply)
{
    struct json_object *out = js_new();

    js_set(out, "clockify", js_new());
    js_set(out, "jira", js_new());
    for (int t = 0; t < TABLE_COUNT; t++) {
        const Table *table = &request->sim->table[t];
        struct json_object *list = js_array();
        for (size_t i = 0; i < table->all.n; i++)
            js_push(list, js_share(table->all.item[i]));
        js_set(js_get(out, table->service), table->name, list);
    }
    return reply_json(reply, 200, out);
}

static int answer_reset(Request *request, Reply *reply)
{
    sim_reset(request->sim);
    return reply_empty(reply, 204);
}

static int answer_requests(Request *request, Reply *reply)
{
    const char *since = request_query(request, "since");
    return reply_json(reply, 200,
                      log_requests(request->sim->log, since ? strtoull(since, NULL, 10) : 0));
}

static int answer_counts(Request *request, Reply *reply)
{
    if (strcmp(request->method, "DELETE") == 0)
        log_clear_counts(request->sim->log);
    return reply_json(reply, 200, log_counts(request->sim->log));
}

static int answer_faults(Request *request, Reply *reply)
{
    if (strcmp(request->method, "DELETE") == 0)
        faults_clear(request->sim, request->param[0] ? strtoll(request->param[0], NULL, 10) : 0);
    return reply_json(reply, 200, faults_list(request->sim));
}

static int add_fault(Request *request, Reply *reply)
{
    const char *reason = NULL;
    struct json_object *fault = faults_add(request->sim, request_json(request), &reason);
    return fault ? reply_json(reply, 201, js_wire(fault)) : refuse(reply, 400, reason);
}

static int answer_options(Request *request, Reply *reply)
{
    bool jira = strcmp(request->param[0], "jira") == 0;
    struct json_object *options = request->sim->option[jira ? SERVICE_JIRA : SERVICE_CLOCKIFY];

    if (!jira && strcmp(request->param[0], "clockify") != 0)
        return refuse(reply, 404, "no such service");
    if (strcmp(request->method, "PATCH") == 0) {
        js_merge(options, request_json(request));
        if (jira && js_has(request_json(request), "rateLimit")) { /* full buckets again */
            json_object_put(request->sim->buckets);
            request->sim->buckets = js_new();
        }
    }
    return reply_json(reply, 200, js_share(options));
}

static int advance_clock(Request *request, Reply *reply)
{
    struct json_object *out = js_new();

    request->sim->clock_offset_ms += js_int(request_json(request), "advance_s", 0) * 1000;
    js_set_int(out, "now_ms", sim_now_ms(request->sim));
    return reply_json(reply, 200, out);
}

static Table *find_table(Request *request, struct json_object **ret_doc)
{
    bool full = request->param[2] != NULL;
    const char *service = full ? request->param[0] : NULL;
    const char *name = request->param[full ? 1 : 0], *reference = request->param[full ? 2 : 1];

    for (int t = 0; t < TABLE_COUNT; t++) {
        Table *table = &request->sim->table[t];
        if ((service && strcmp(table->service, service) != 0) || strcmp(table->name, name) != 0)
            continue;
        *ret_doc = table_find(table, reference);
        if (*ret_doc)
            return table;
    }
    return NULL;
}

/* Indexes follow what was changed. */
static void reindex(Sim *sim, const Table *table, struct json_object *doc,
                    const struct json_object *patch)
{
    int64_t start, end = -1;

    if (table == &sim->table[JIRA_ISSUES] && js_str(patch, "key"))
        jira_issue_index(sim, doc);
    if (table == &sim->table[JIRA_PROJECTS] && js_str(patch, "key"))
        table_alias_set(&sim->table[JIRA_PROJECTS], js_text(doc, "key"), doc);
    if (table == &sim->table[JIRA_USERS] && js_str(patch, "name"))
        table_alias_set(&sim->table[JIRA_USERS], js_text(doc, "name"), doc);
    if (table == &sim->table[CLOCKIFY_ENTRIES] && js_has(patch, "timeInterval") &&
        when_parse_clockify(js_str(js_get(doc, "timeInterval"), "start"), &start)) {
        when_parse_clockify(js_str(js_get(doc, "timeInterval"), "end"), &end);
        entry_set_times(sim, doc, start, end);
    }
}

static int answer_document(Request *request, Reply *reply)
{
    struct json_object *doc = NULL, *patch = request_json(request);
    Table *table = find_table(request, &doc);

    if (!table)
        return refuse(reply, 404, "nothing by that name");
    if (strcmp(request->method, "DELETE") == 0) {
        table_remove(table, doc);
        return reply_empty(reply, 204);
    }
    if (strcmp(request->method, "PATCH") == 0) {
        if (!json_object_is_type(patch, json_type_object))
            return refuse(reply, 400, "an object is expected");
        js_merge(doc, patch);
        reindex(request->sim, table, doc, patch);
    }
    return reply_json(reply, 200, js_share(doc));
}
