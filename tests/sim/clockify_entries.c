/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clockify's time entries: start, add, stop, edit, delete. Nothing knows an earlier request again:
 * each POST makes one.
 */
#include <string.h>

#include "entry.h"
#include "js.h"

/* The user of the path, or the caller where the path names none; strangers' entries are for admins.
 */
static const char *owner(Request *request, Reply *reply)
{
    bool named = strstr(request->route->path, "{userId}") != NULL;
    const char *self = js_text(request->user, "id"), *user = named ? request->param[1] : self;

    if (!clockify_role(request->workspace, user))
        clockify_missing(request, reply, "User", "Workspace");
    else if (strcmp(user, self) != 0 && !clockify_is_admin(request))
        clockify_denied(request, reply);
    else
        return user;
    return NULL;
}

/* Under force timer nobody adds by hand; only on the route that names a user admins may. */
static bool manual_allowed(Request *request, Reply *reply)
{
    bool named = strstr(request->route->path, "{userId}") != NULL;
    bool stopwatch =
        strcmp(js_text(clockify_settings(request), "timeTrackingMode"), "STOPWATCH_ONLY") == 0;

    if (!stopwatch || (named && clockify_is_admin(request)))
        return true;
    clockify_fail(request, reply, 403, 4030, "Manual time tracking disabled on %s",
                  js_text(request->workspace, "name"));
    return false;
}

static bool may_create(Request *request, Reply *reply, EntryInput *input)
{
    if (request->body_size && !request_json(request)) {
        clockify_fail(request, reply, 400, 3002, "The body is no JSON");
        return false;
    }
    if (!entry_read(request, reply, request_json(request), input))
        return false;
    if (input->has_end && !input->has_start) {
        clockify_fail(request, reply, 400, 501, "Can't create time entry with end time only.");
        return false;
    }
    if (!input->has_start)
        input->start_ms = sim_now_ms(request->sim);
    if (input->has_end && (!manual_allowed(request, reply) ||
                           !entry_has_required(request, reply, input->body, "created")))
        return false;
    return entry_time_is_free(request, reply, input->start_ms);
}

int clockify_entry_post(Request *request, Reply *reply)
{
    const char *user = owner(request, reply), *workspace = request->param[0];
    struct json_object *entry;
    EntryInput input;

    if (!user || !may_create(request, reply, &input))
        return 400;
    if (!input.has_end)
        entry_auto_stop(request->sim, workspace, user, input.start_ms);
    entry = entry_new(request->sim, workspace, user);
    entry_fill(request, entry, &input);
    entry_set_times(request->sim, entry, input.start_ms, input.has_end ? input.end_ms : -1);
    return reply_json(reply, 201, entry_wire(request, entry, false));
}

int clockify_entry_stop(Request *request, Reply *reply)
{
    const char *user = owner(request, reply);
    struct json_object *entry, *body = request_json(request);
    EntryInput input;

    if (!user)
        return 400;
    entry = entry_running(request->sim, request->param[0], user);
    if (!entry)
        return clockify_fail(
            request, reply, 404, 404,
            "Currently running time entry doesn't exist on workspace %s for user %s.",
            request->param[0], user);
    if (!entry_read(request, reply, body, &input))
        return 400;
    if (!input.has_end)
        return clockify_fail(request, reply, 400, 501, "End time is required");
    if (input.end_ms < js_int(entry, "_start", 0))
        return clockify_fail(request, reply, 400, 501,
                             "Time entry's end must not be before its start");
    if (!entry_is_free(request, reply, entry) ||
        !entry_has_required(request, reply, entry, "stopped"))
        return 400;
    entry_set_times(request->sim, entry, js_int(entry, "_start", 0), input.end_ms);
    return reply_json(reply, 200, entry_wire(request, entry, false));
}

/* One that is there and that the caller may change. */
static struct json_object *own_entry(Request *request, Reply *reply, const char *id)
{
    struct json_object *entry = table_get(&request->sim->table[CLOCKIFY_ENTRIES], id);

    if (!entry || strcmp(js_text(entry, "workspaceId"), request->param[0]) != 0)
        clockify_missing(request, reply, "Time entry", "Workspace");
    else if (strcmp(js_text(entry, "userId"), js_text(request->user, "id")) != 0 &&
             !clockify_is_admin(request))
        clockify_denied(request, reply);
    else
        return entry;
    return NULL;
}

int clockify_entry_get(Request *request, Reply *reply)
{
    int hydrated = clockify_query_bool(request, reply, "hydrated");
    struct json_object *entry =
        hydrated == -2 ? NULL : own_entry(request, reply, request->param[1]);
    return entry ? reply_json(reply, 200, entry_wire(request, entry, hydrated == 1)) : 400;
}

/* A full replace: what is not said is cleared, `end` too; only `start` must be there. */
static bool replace(Request *request, Reply *reply, struct json_object *entry,
                    struct json_object *body)
{
    Sim *sim = request->sim;
    EntryInput input;

    if (!entry_is_free(request, reply, entry) || !entry_read(request, reply, body, &input))
        return false;
    if (!input.has_start) {
        clockify_fail(request, reply, 400, 501, "Start time is required");
        return false;
    }
    if (!entry_time_is_free(request, reply, input.start_ms) ||
        (input.has_end && !entry_has_required(request, reply, body, "edited")))
        return false;
    if (!input.has_end && entry_running(sim, request->param[0], js_text(entry, "userId")) != entry)
        entry_auto_stop(sim, request->param[0], js_text(entry, "userId"), sim_now_ms(sim));
    entry_fill(request, entry, &input);
    entry_set_times(sim, entry, input.start_ms, input.has_end ? input.end_ms : -1);
    return true;
}

int clockify_entry_put(Request *request, Reply *reply)
{
    struct json_object *entry = own_entry(request, reply, request->param[1]);

    if (!entry || !replace(request, reply, entry, request_json(request)))
        return 400;
    return reply_json(reply, 200, entry_wire(request, entry, false));
}

/* PUT on a user's entries is the bulk edit: an array of entries with their ids. */
int clockify_entries_put(Request *request, Reply *reply)
{
    struct json_object *body = request_json(request), *out;

    if (!json_object_is_type(body, json_type_array))
        return clockify_fail(request, reply, 400, 3002,
                             "Cannot deserialize value of type `java.util.ArrayList`");
    if (!owner(request, reply))
        return 400;
    out = js_array();
    for (size_t i = 0; i < js_length(body); i++) {
        struct json_object *entry = own_entry(request, reply, js_text(js_at(body, i), "id"));
        if (!entry || !replace(request, reply, entry, js_at(body, i))) {
            json_object_put(out);
            return 400;
        }
        js_push(out, entry_wire(request, entry, false));
    }
    return reply_json(reply, 200, out);
}

int clockify_entry_delete(Request *request, Reply *reply)
{
    struct json_object *entry = own_entry(request, reply, request->param[1]);

    if (!entry || !entry_is_free(request, reply, entry))
        return 400;
    entry_remove(request->sim, entry);
    return reply_empty(reply, 204);
}

int clockify_entries_delete(Request *request, Reply *reply)
{
    struct json_object *out;

    if (!owner(request, reply))
        return 400;
    out = js_array();
    for (int i = 0; i < request->n_query; i++) {
        struct json_object *entry;
        if (strcmp(request->query[i].name, "time-entry-ids") != 0)
            continue;
        entry = own_entry(request, reply, request->query[i].value);
        if (!entry || !entry_is_free(request, reply, entry)) {
            json_object_put(out);
            return 400;
        }
        js_push(out, entry_wire(request, entry, false));
        entry_remove(request->sim, entry);
    }
    return reply_json(reply, 200, out);
}
