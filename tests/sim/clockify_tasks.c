/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clockify's tasks: each belongs to one project, and is seen by who sees that.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clockify.h"
#include "js.h"

static const char task_defaults[] = "{\"id\":\"\",\"name\":\"\",\"projectId\":\"\",\"assigneeIds\":"
                                    "[],\"assigneeId\":\"\",\"userGroupIds\":[],"
                                    "\"estimate\":\"PT0S\",\"status\":\"ACTIVE\","
                                    "\"budgetEstimate\":0,\"billable\":true,\"hourlyRate\":null,"
                                    "\"costRate\":null,\"progress\":null,\"duration\":\"PT0S\"}";

struct json_object *clockify_make_task(Sim *sim, const char *project, struct json_object *from)
{
    struct json_object *task = sim_document(sim, task_defaults, from, false);
    js_set_str(task, "projectId", project);
    return table_add(&sim->table[CLOCKIFY_TASKS], task);
}

/* The project of the path; answers 400/501 and gives NULL when the caller cannot see it. */
static struct json_object *project_of_path(Request *request, Reply *reply)
{
    struct json_object *project = clockify_project(request, request->param[1]);
    if (!project)
        clockify_missing(request, reply, "Project", "Workspace");
    return project;
}

static struct json_object *task_of_path(Request *request, Reply *reply)
{
    struct json_object *task = table_get(&request->sim->table[CLOCKIFY_TASKS], request->param[2]);

    if (!project_of_path(request, reply))
        return NULL;
    if (task && strcmp(js_text(task, "projectId"), request->param[1]) == 0)
        return task;
    clockify_missing(request, reply, "Task", "Project");
    return NULL;
}

int clockify_tasks_list(Request *request, Reply *reply)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_TASKS], request->param[1]);
    int active = clockify_query_bool(request, reply, "is-active");
    int strict = clockify_query_bool(request, reply, "strict-name-search");
    struct json_object *out;

    if (active == -2 || strict == -2 || !project_of_path(request, reply))
        return 400;
    out = js_array();
    for (size_t i = 0; i < all->n; i++) {
        bool is_active = strcmp(js_text(all->item[i], "status"), "ACTIVE") == 0;
        if ((active < 0 || is_active == active) &&
            clockify_name_matches(request, strict == 1, js_text(all->item[i], "name")))
            js_push(out, js_wire(all->item[i]));
    }
    return clockify_page(request, reply, out, 50, 5000);
}

int clockify_task_get(Request *request, Reply *reply)
{
    struct json_object *task = task_of_path(request, reply);
    return task ? reply_json(reply, 200, js_wire(task)) : 400;
}

static bool task_name_free(Request *request, Reply *reply, const struct json_object *self)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_TASKS], request->param[1]);
    const char *name = js_text(request_json(request), "name");

    for (size_t i = 0; i < all->n; i++)
        if (all->item[i] != self && strcmp(js_text(all->item[i], "name"), name) == 0) {
            clockify_fail(request, reply, 400, 501, "Task with name '%s' already exists", name);
            return false;
        }
    return true;
}

static bool task_fits(Request *request, Reply *reply, const struct json_object *self)
{
    const char *status = js_str(request_json(request), "status");

    if (!clockify_name_fits(request, reply, "Task", 1, 1000) ||
        !task_name_free(request, reply, self))
        return false;
    if (!status || strcmp(status, "ACTIVE") == 0 || strcmp(status, "DONE") == 0 ||
        strcmp(status, "ALL") == 0)
        return true;
    clockify_fail(request, reply, 400, 3002, "Task status is not valid");
    return false;
}

int clockify_task_post(Request *request, Reply *reply)
{
    struct json_object *body = request_json(request), *project = project_of_path(request, reply),
                       *from;
    int status;

    if (!project)
        return 400;
    if (!clockify_may_create(request, "whoCanCreateTasks"))
        return clockify_denied(request, reply);
    if (!task_fits(request, reply, NULL))
        return 400;
    from = js_new();
    js_set_str(from, "name", js_text(body, "name"));
    js_set_bool(from, "billable", js_bool(body, "billable", js_bool(project, "billable", true)));
    if (js_str(body, "status"))
        js_set_str(from, "status", js_str(body, "status"));
    if (js_length(js_get(body, "assigneeIds")))
        js_set(from, "assigneeIds", js_share(js_get(body, "assigneeIds")));
    status =
        reply_json(reply, 201, js_wire(clockify_make_task(request->sim, request->param[1], from)));
    json_object_put(from);
    return status;
}

int clockify_task_put(Request *request, Reply *reply)
{
    struct json_object *task = task_of_path(request, reply), *body = request_json(request);

    if (!task)
        return 400;
    if (!clockify_may_create(request, "whoCanCreateTasks"))
        return clockify_denied(request, reply);
    if (!task_fits(request, reply, task))
        return 400;
    js_set_str(task, "name", js_text(body, "name"));
    js_set_str(task, "status", js_str(body, "status") ? js_str(body, "status") : "ACTIVE");
    js_set_bool(task, "billable", js_bool(body, "billable", false));
    js_set(task, "assigneeIds",
           js_length(js_get(body, "assigneeIds")) ? js_copy(js_get(body, "assigneeIds"))
                                                  : js_array());
    return reply_json(reply, 200, js_wire(task));
}

int clockify_task_delete(Request *request, Reply *reply)
{
    struct json_object *task = task_of_path(request, reply), *out;

    if (!task)
        return 400;
    if (!clockify_may_create(request, "whoCanCreateTasks"))
        return clockify_denied(request, reply);
    if (strcmp(js_text(task, "status"), "DONE") != 0)
        return clockify_fail(request, reply, 400, 501, "Cannot delete an active task");
    out = js_wire(task);
    table_remove(&request->sim->table[CLOCKIFY_TASKS], task);
    return reply_json(reply, 200, out);
}
