/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Clockify time entry as a document; see entry.h. Besides what goes over the wire it holds _start
 * and _end in ms, _owner ("workspace/user"), _approved, and _autoStopped where another start ended
 * it.
 */
#include "entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js.h"
#include "when.h"

static void running_alias(char out[static 80], const char *owner)
{
    snprintf(out, 80, "running/%s", owner);
}

struct json_object *entry_running(const Sim *sim, const char *workspace, const char *user)
{
    char owner[64], alias[80];
    snprintf(owner, sizeof owner, "%s/%s", workspace, user);
    running_alias(alias, owner);
    return table_alias_get(&sim->table[CLOCKIFY_ENTRIES], alias);
}

struct json_object *entry_new(Sim *sim, const char *workspace, const char *user)
{
    struct json_object *entry =
        js_literal("{\"id\":\"\",\"description\":\"\",\"tagIds\":null,\"userId\":\"\",\"billable\":"
                   "false,\"taskId\":null,"
                   "\"projectId\":null,\"workspaceId\":\"\",\"timeInterval\":null,"
                   "\"customFieldValues\":[],\"type\":\"REGULAR\","
                   "\"kioskId\":null,\"hourlyRate\":null,\"costRate\":null,\"isLocked\":false}");
    char id[25], owner[64];

    sim_new_id(sim, id);
    snprintf(owner, sizeof owner, "%s/%s", workspace, user);
    js_set_str(entry, "id", id);
    js_set_str(entry, "userId", user);
    js_set_str(entry, "workspaceId", workspace);
    js_set_str(entry, "_owner", owner);
    js_set_int(entry, "_made", sim_now_ms(sim));
    return table_add(&sim->table[CLOCKIFY_ENTRIES], entry);
}

void entry_set_times(Sim *sim, struct json_object *entry, int64_t start_ms, int64_t end_ms)
{
    struct json_object *interval = js_new();
    Table *table = &sim->table[CLOCKIFY_ENTRIES];
    char text[WHEN_SIZE], alias[80];

    running_alias(alias, js_text(entry, "_owner"));
    if (table_alias_get(table, alias) == entry)
        table_alias_drop(table, alias);
    start_ms -= start_ms % 1000;
    when_clockify(start_ms, text);
    js_set_str(interval, "start", text);
    js_set_int(entry, "_start", start_ms);
    if (end_ms < 0) {
        js_set_null(interval, "end");
        js_set_null(interval, "duration");
        js_set_null(entry, "_end");
        table_alias_set(table, alias, entry);
    } else {
        end_ms -= end_ms % 1000;
        when_clockify(end_ms, text);
        js_set_str(interval, "end", text);
        when_duration((end_ms - start_ms) / 1000, text);
        js_set_str(interval, "duration", text);
        js_set_int(entry, "_end", end_ms);
    }
    js_set(entry, "timeInterval", interval);
}

void entry_remove(Sim *sim, struct json_object *entry)
{
    table_remove(&sim->table[CLOCKIFY_ENTRIES], entry);
}

void entry_auto_stop(Sim *sim, const char *workspace, const char *user, int64_t at_ms)
{
    struct json_object *entry = entry_running(sim, workspace, user);
    int64_t start = js_int(entry, "_start", 0);

    if (!entry)
        return;
    js_set_bool(entry, "_autoStopped", true);
    entry_set_times(sim, entry, start, at_ms > start ? at_ms : start);
}

static struct json_object *custom_values(const struct json_object *entry,
                                         const struct json_object *fields)
{
    struct json_object *out = js_array();

    for (size_t i = 0; i < js_length(fields); i++) {
        struct json_object *value = js_new(), *field = js_at(fields, i);
        js_set_str(value, "customFieldId", js_text(field, "customFieldId"));
        js_set_str(value, "timeEntryId", js_text(entry, "id"));
        js_set(value, "value", js_copy(js_get(field, "value")));
        js_set_str(value, "name", js_text(field, "customFieldId"));
        js_push(out, value);
    }
    return out;
}

/* Where only admins may change it, a member's own wish is silently overruled by the default. */
static bool billable(const Request *request, const struct json_object *body)
{
    const struct json_object *settings = clockify_settings(request);
    const struct json_object *project =
        table_get(&request->sim->table[CLOCKIFY_PROJECTS], js_text(body, "projectId"));
    bool otherwise = project ? js_bool(project, "billable", false) : false;

    if (js_bool(settings, "onlyAdminsCanChangeBillableStatus", false) &&
        !clockify_is_admin(request) && js_bool(settings, "defaultBillableProjects", false))
        return true;
    return js_bool(body, "billable", otherwise);
}

void entry_fill(Request *request, struct json_object *entry, const EntryInput *input)
{
    const struct json_object *body = input->body;

    js_set_str(entry, "description", js_text(body, "description"));
    js_set_str(entry, "projectId", js_str(body, "projectId"));
    js_set_str(entry, "taskId", js_str(body, "taskId"));
    js_set(entry, "tagIds", js_copy(js_get(body, "tagIds")));
    js_set_bool(entry, "billable", billable(request, body));
    js_set_str(entry, "type", js_str(body, "type") ? js_text(body, "type") : "REGULAR");
    /* Written as customFields, read as customFieldValues; the latter sent back is dropped. */
    js_set(entry, "customFieldValues", custom_values(entry, js_get(body, "customFields")));
}

static int64_t locked_until(const struct json_object *workspace)
{
    int64_t ms;
    return when_parse_clockify(js_str(js_get(workspace, "workspaceSettings"), "lockTimeEntries"),
                               &ms)
               ? ms
               : INT64_MIN;
}

static void hydrate(const Request *request, struct json_object *out,
                    const struct json_object *entry)
{
    const Table *table = request->sim->table;
    struct json_object *tags = js_array(), *doc;

    for (size_t i = 0; i < js_length(js_get(entry, "tagIds")); i++) {
        doc = table_get(&table[CLOCKIFY_TAGS],
                        json_object_get_string(js_at(js_get(entry, "tagIds"), i)));
        if (doc)
            js_push(tags, js_wire(doc));
    }
    json_object_object_del(out, "tagIds");
    json_object_object_del(out, "taskId");
    js_set(out, "tags", tags);
    doc = table_get(&table[CLOCKIFY_TASKS], js_text(entry, "taskId"));
    js_set(out, "task", doc ? js_wire(doc) : NULL);
    doc = table_get(&table[CLOCKIFY_PROJECTS], js_text(entry, "projectId"));
    js_set(out, "project", doc ? js_wire(doc) : NULL);
    doc = table_get(&table[CLOCKIFY_USERS], js_text(entry, "userId"));
    js_set(out, "user", doc ? js_wire(doc) : NULL);
}

struct json_object *entry_wire(const Request *request, struct json_object *entry, bool hydrated)
{
    struct json_object *out = js_wire(entry);

    js_set_bool(out, "isLocked", js_int(entry, "_start", 0) < locked_until(request->workspace));
    if (hydrated)
        hydrate(request, out, entry);
    return out;
}

bool entry_time_is_free(Request *request, Reply *reply, int64_t start_ms)
{
    if (clockify_is_admin(request) || start_ms >= locked_until(request->workspace))
        return true;
    clockify_fail(request, reply, 403, 1003, "Can't edit locked time entry.");
    return false;
}

bool entry_is_free(Request *request, Reply *reply, const struct json_object *entry)
{
    if (js_bool(entry, "_approved", false)) {
        clockify_fail(request, reply, 403, 4005, "Can't edit approved time entry.");
        return false;
    }
    return entry_time_is_free(request, reply, js_int(entry, "_start", 0));
}
