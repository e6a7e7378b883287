/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of Clockify's time entries: a user's, newest start first, with filters; and everybody's
 * running timers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "js.h"
#include "when.h"

typedef struct Filter {
    int64_t from_ms, to_ms, made_by_ms;
    const char *description, *project, *task;
    int running, project_required, task_required;
} Filter;

/* A given time is read again as wall clock in the account's zone, whatever offset it came with. */
static bool window(Request *request, Reply *reply, const char *name, const char *zone, int64_t *ms)
{
    const char *text = request_query(request, name);
    int64_t given;

    if (!text || !*text)
        return true;
    if (!when_parse_clockify(text, &given)) {
        clockify_fail(request, reply, 400, 3000,
                      "Method parameter '%s': Failed to convert value [%s]", name, text);
        return false;
    }
    *ms = given - when_zone_offset(zone, given);
    return true;
}

/* Fresh entries may be missing from a list with a window. */
static int64_t lag_limit(const Request *request)
{
    int64_t lag_s = js_int(request->sim->option[SERVICE_CLOCKIFY], "windowLag_s", 0);
    bool windowed = request_query(request, "start") || request_query(request, "end");
    return windowed && lag_s ? sim_now_ms(request->sim) - lag_s * 1000 : INT64_MAX;
}

static bool read_filter(Request *request, Reply *reply, Filter *filter)
{
    const char *zone = js_text(js_get(request->user, "settings"), "timeZone");

    *filter = (Filter){
        .from_ms = INT64_MIN,
        .to_ms = INT64_MAX,
        .made_by_ms = lag_limit(request),
        .description = request_query(request, "description"),
        .project = request_query(request, "project"),
        .task = request_query(request, "task"),
        .running = clockify_query_bool(request, reply, "in-progress"),
        .project_required = clockify_query_bool(request, reply, "project-required"),
        .task_required = clockify_query_bool(request, reply, "task-required"),
    };
    if (filter->running == -2 || filter->project_required == -2 || filter->task_required == -2)
        return false;
    return window(request, reply, "start", zone, &filter->from_ms) &&
           window(request, reply, "end", zone, &filter->to_ms);
}

static bool tags_match(const Request *request, const struct json_object *entry)
{
    for (int i = 0; i < request->n_query; i++)
        if (strcmp(request->query[i].name, "tags") == 0 &&
            !js_contains(js_get(entry, "tagIds"), request->query[i].value))
            return false;
    return true;
}

static bool passes(const Filter *filter, const struct json_object *entry)
{
    int64_t start = js_int(entry, "_start", 0);

    if (start < filter->from_ms || start > filter->to_ms ||
        js_int(entry, "_made", 0) > filter->made_by_ms)
        return false;
    if (filter->description && !strcasestr(js_text(entry, "description"), filter->description))
        return false;
    if (filter->project && strcmp(js_text(entry, "projectId"), filter->project) != 0)
        return false;
    if (filter->task && strcmp(js_text(entry, "taskId"), filter->task) != 0)
        return false;
    if ((filter->project_required == 1 && !js_str(entry, "projectId")) ||
        (filter->task_required == 1 && !js_str(entry, "taskId")))
        return false;
    return filter->running != 1 || !js_get(entry, "_end");
}

static int newest_first(const void *a, const void *b)
{
    const struct json_object *x = *(struct json_object *const *)a,
                             *y = *(struct json_object *const *)b;
    int64_t p = js_int(x, "_start", 0), q = js_int(y, "_start", 0);

    if (p != q)
        return p < q ? 1 : -1;
    return strcmp(js_text(y, "id"), js_text(x, "id")); /* ids grow with time */
}

static struct json_object *found(const Request *request, const List *all, const Filter *filter)
{
    struct json_object *out = js_array();

    for (size_t i = 0; i < all->n; i++)
        if (passes(filter, all->item[i]) && tags_match(request, all->item[i]))
            js_push(out, js_share(all->item[i]));
    json_object_array_sort(out, newest_first);
    return out;
}

/* Pages first, and makes wire documents only of what is on the page. */
static int answer_page(Request *request, Reply *reply, struct json_object *all, bool hydrated,
                       int64_t size, int64_t most)
{
    int status = clockify_page(request, reply, all, size, most);

    if (status != 200)
        return status;
    for (size_t i = 0; i < js_length(reply->body); i++)
        json_object_array_put_idx(reply->body, i,
                                  entry_wire(request, js_at(reply->body, i), hydrated));
    return status;
}

int clockify_entries_list(Request *request, Reply *reply)
{
    Sim *sim = request->sim;
    const char *user = request->param[1];
    int hydrated = clockify_query_bool(request, reply, "hydrated");
    struct json_object *running;
    char owner[64];
    Filter filter;

    if (hydrated == -2 || !read_filter(request, reply, &filter))
        return 400;
    if (!clockify_role(request->workspace, user))
        return clockify_missing(request, reply, "User", "Workspace");
    if (strcmp(user, js_text(request->user, "id")) != 0 && !clockify_is_admin(request))
        return clockify_denied(request, reply);
    snprintf(owner, sizeof owner, "%s/%s", request->param[0], user);
    running = entry_running(sim, request->param[0], user);
    const List one = {.item = &running, .n = running ? 1 : 0};
    const List *all =
        filter.running == 1 ? &one : table_group(&sim->table[CLOCKIFY_ENTRIES], owner);
    return answer_page(request, reply, found(request, all, &filter), hydrated == 1, 50, 5000);
}

/* Ten a page unless asked for more, and a thousand at most. */
int clockify_running_list(Request *request, Reply *reply)
{
    struct json_object *out = js_array();

    json_object_object_foreach(js_get(request->workspace, "_roles"), user, role)
    {
        struct json_object *entry = entry_running(request->sim, request->param[0], user);
        (void)role;
        if (entry &&
            (clockify_is_admin(request) || strcmp(user, js_text(request->user, "id")) == 0))
            js_push(out, js_share(entry));
    }
    return answer_page(request, reply, out, false, 10, 1000);
}
