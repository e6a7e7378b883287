/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator's state as a whole, and the small services that every handler uses: ids, time, the
 * parts of a request, the making of a reply. It knows no route and no socket.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "faults.h"
#include "js.h"
#include "log.h"
#include "options.h"

int64_t sim_now_ms(const Sim *sim)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + sim->clock_offset_ms;
}

static const struct {
    const char *service, *name, *id_key, *group_key;
} tables[TABLE_COUNT] = {
    [CLOCKIFY_USERS] = {"clockify", "users", "id", NULL},
    [CLOCKIFY_KEYS] = {"clockify", "keys", "key", "userId"},
    [CLOCKIFY_WORKSPACES] = {"clockify", "workspaces", "id", NULL},
    [CLOCKIFY_CLIENTS] = {"clockify", "clients", "id", "workspaceId"},
    [CLOCKIFY_PROJECTS] = {"clockify", "projects", "id", "workspaceId"},
    [CLOCKIFY_TASKS] = {"clockify", "tasks", "id", "projectId"},
    [CLOCKIFY_TAGS] = {"clockify", "tags", "id", "workspaceId"},
    [CLOCKIFY_ENTRIES] = {"clockify", "entries", "id", "_owner"},
    [JIRA_USERS] = {"jira", "users", "key", NULL},
    [JIRA_TOKENS] = {"jira", "tokens", "id", "_userKey"},
    [JIRA_PROJECTS] = {"jira", "projects", "id", NULL},
    [JIRA_ISSUES] = {"jira", "issues", "id", "projectId"},
    [JIRA_WORKLOGS] = {"jira", "worklogs", "id", "issueId"},
};

void sim_clear(Sim *sim)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (sim->table[i].by_id)
            table_done(&sim->table[i]);
    for (int i = 0; i < SERVICE_COUNT; i++)
        json_object_put(sim->option[i]);
    json_object_put(sim->buckets);
    json_object_put(sim->deleted_worklogs);
}

void sim_reset(Sim *sim)
{
    sim_clear(sim);
    for (int i = 0; i < TABLE_COUNT; i++)
        table_init(&sim->table[i], tables[i].service, tables[i].name, tables[i].id_key,
                   tables[i].group_key);
    for (int i = 0; i < SERVICE_COUNT; i++)
        sim->option[i] = options_default((Service)i, sim->context);
    sim->buckets = js_new();
    sim->deleted_worklogs = js_array();
    sim->clock_offset_ms = 0;
    faults_clear(sim, 0);
    log_clear(sim->log);
}

void sim_new_id(Sim *sim, char id[static 25])
{
    /* A Mongo id begins with the second in which it was made. */
    snprintf(id, 25, "%08x%016llx", (unsigned)(sim_now_ms(sim) / 1000),
             (unsigned long long)(0xa5c10c7000000000ULL + ++sim->next_id));
}

void sim_new_number(Sim *sim, char id[static 25])
{
    snprintf(id, 25, "%llu", (unsigned long long)(10000 + sim->next_number++));
}

struct json_object *sim_document(Sim *sim, const char *defaults, struct json_object *from,
                                 bool number)
{
    struct json_object *doc = js_literal(defaults);

    js_merge(doc, from);
    if (!*js_text(doc, "id")) {
        char id[25];
        if (number)
            sim_new_number(sim, id);
        else
            sim_new_id(sim, id);
        js_set_str(doc, "id", id);
    }
    return doc;
}

void sim_new_secret(char secret[static 45])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char bytes[44];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        abort();
    for (size_t i = 0; i < sizeof bytes; i++)
        secret[i] = alphabet[bytes[i] & 63];
    secret[44] = '\0';
}

const char *request_query(const Request *request, const char *name)
{
    for (int i = 0; i < request->n_query; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

const char *request_header(const Request *request, const char *name)
{
    for (int i = 0; i < request->n_header; i++)
        if (strcasecmp(request->header[i].name, name) == 0)
            return request->header[i].value;
    return NULL;
}

struct json_object *request_json(Request *request)
{
    if (!request->json && request->body_size)
        request->json = js_parse(request->body, request->body_size);
    return request->json;
}

void reply_header(Reply *reply, const char *name, const char *format, ...)
{
    char *value = NULL;
    va_list args;

    if (reply->n_header == SIM_HEADERS)
        return;
    va_start(args, format);
    if (vasprintf(&value, format, args) < 0)
        abort();
    va_end(args);
    snprintf(reply->header[reply->n_header].name, sizeof reply->header[0].name, "%s", name);
    reply->header[reply->n_header++].value = value;
}

int reply_json(Reply *reply, int status, struct json_object *body)
{
    json_object_put(reply->body);
    free(reply->text);
    reply->text = NULL;
    reply->status = status;
    reply->body = body;
    return status;
}

int reply_text(Reply *reply, int status, const char *type, const char *text)
{
    reply_json(reply, status, NULL);
    reply->type = type;
    reply->text = text ? strdup(text) : NULL;
    return status;
}

int reply_empty(Reply *reply, int status)
{
    return reply_text(reply, status, NULL, NULL);
}

void reply_print(Reply *reply)
{
    if (!reply->body)
        return;
    reply->text = strdup(js_print(reply->body));
    reply->type = "application/json;charset=UTF-8";
    json_object_put(reply->body);
    reply->body = NULL;
}

void reply_done(Reply *reply)
{
    json_object_put(reply->body);
    free(reply->text);
    for (int i = 0; i < reply->n_header; i++)
        free(reply->header[i].value);
    *reply = (Reply){0};
}
