/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clockify before and around its routes: the routing table, who is asking, the workspace's limits,
 * and the answers for what is not there. The rules come from Clockify's OpenAPI document and from
 * published probes of the service.
 */
#include "clockify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js.h"
#include "route.h"
#include "service.h"

#define WS "/workspaces/{workspaceId}"

const Route clockify_routes[] = {
    {SERVICE_CLOCKIFY, "GET", "/web/boot", clockify_boot},
    {SERVICE_CLOCKIFY, "GET", "/api/health", clockify_health},
    {SERVICE_CLOCKIFY, "GET", "/user", clockify_user_get},
    {SERVICE_CLOCKIFY, "GET", "/workspaces", clockify_workspaces_list},
    {SERVICE_CLOCKIFY, "GET", WS, clockify_workspace_get},
    {SERVICE_CLOCKIFY, "GET", WS "/users", clockify_users_list},
    {SERVICE_CLOCKIFY, "GET", WS "/clients", clockify_clients_list},
    {SERVICE_CLOCKIFY, "POST", WS "/clients", clockify_client_post},
    {SERVICE_CLOCKIFY, "GET", WS "/projects", clockify_projects_list},
    {SERVICE_CLOCKIFY, "POST", WS "/projects", clockify_project_post},
    {SERVICE_CLOCKIFY, "GET", WS "/projects/{projectId}", clockify_project_get},
    {SERVICE_CLOCKIFY, "PUT", WS "/projects/{projectId}", clockify_project_put},
    {SERVICE_CLOCKIFY, "DELETE", WS "/projects/{projectId}", clockify_project_delete},
    {SERVICE_CLOCKIFY, "GET", WS "/projects/{projectId}/tasks", clockify_tasks_list},
    {SERVICE_CLOCKIFY, "POST", WS "/projects/{projectId}/tasks", clockify_task_post},
    {SERVICE_CLOCKIFY, "GET", WS "/projects/{projectId}/tasks/{taskId}", clockify_task_get},
    {SERVICE_CLOCKIFY, "PUT", WS "/projects/{projectId}/tasks/{taskId}", clockify_task_put},
    {SERVICE_CLOCKIFY, "DELETE", WS "/projects/{projectId}/tasks/{taskId}", clockify_task_delete},
    {SERVICE_CLOCKIFY, "GET", WS "/tags", clockify_tags_list},
    {SERVICE_CLOCKIFY, "POST", WS "/tags", clockify_tag_post},
    {SERVICE_CLOCKIFY, "GET", WS "/tags/{tagId}", clockify_tag_get},
    {SERVICE_CLOCKIFY, "PUT", WS "/tags/{tagId}", clockify_tag_put},
    {SERVICE_CLOCKIFY, "DELETE", WS "/tags/{tagId}", clockify_tag_delete},
    {SERVICE_CLOCKIFY, "GET", WS "/time-entries/status/in-progress", clockify_running_list},
    {SERVICE_CLOCKIFY, "POST", WS "/time-entries", clockify_entry_post},
    {SERVICE_CLOCKIFY, "GET", WS "/time-entries/{id}", clockify_entry_get},
    {SERVICE_CLOCKIFY, "PUT", WS "/time-entries/{id}", clockify_entry_put},
    {SERVICE_CLOCKIFY, "DELETE", WS "/time-entries/{id}", clockify_entry_delete},
    {SERVICE_CLOCKIFY, "GET", WS "/user/{userId}/time-entries", clockify_entries_list},
    {SERVICE_CLOCKIFY, "POST", WS "/user/{userId}/time-entries", clockify_entry_post},
    {SERVICE_CLOCKIFY, "PATCH", WS "/user/{userId}/time-entries", clockify_entry_stop},
    {SERVICE_CLOCKIFY, "PUT", WS "/user/{userId}/time-entries", clockify_entries_put},
    {SERVICE_CLOCKIFY, "DELETE", WS "/user/{userId}/time-entries", clockify_entries_delete},
    {0},
};

int clockify_fail(const Request *request, Reply *reply, int status, int code, const char *format,
                  ...)
{
    bool old = js_bool(request->sim->option[SERVICE_CLOCKIFY], "oldErrors", false);
    struct json_object *body = js_new();
    char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    js_set_str(body, old ? "description" : "message", text);
    if (code)
        js_set_int(body, "code", code);
    free(text);
    return reply_json(reply, status, body);
}

int clockify_missing(const Request *request, Reply *reply, const char *what, const char *where)
{
    return clockify_fail(request, reply, 400, 501, "%s doesn't belong to %s", what, where);
}

int clockify_denied(const Request *request, Reply *reply)
{
    return clockify_fail(request, reply, 403, 501, "Access Denied");
}

void clockify_identify(Request *request, const char *names[static 8])
{
    Sim *sim = request->sim;
    const char *key = request_header(request, "X-Api-Key");
    const struct json_object *doc = key ? table_get(&sim->table[CLOCKIFY_KEYS], key) : NULL;

    request->user = doc ? table_get(&sim->table[CLOCKIFY_USERS], js_text(doc, "userId")) : NULL;
    if (!request->user)
        return;
    names[0] = js_text(request->user, "email");
    names[1] = js_text(request->user, "id");
    names[2] = js_text(request->user, "name");
    names[3] = key;
}

/* Exactly one credential, and it must be a living key of a living user. */
static bool authenticated(Request *request, Reply *reply)
{
    const char *key = request_header(request, "X-Api-Key");
    const char *addon = request_header(request, "X-Addon-Token");
    const struct json_object *doc =
        key ? table_get(&request->sim->table[CLOCKIFY_KEYS], key) : NULL;
    bool old = js_bool(request->sim->option[SERVICE_CLOCKIFY], "oldErrors", false);

    if ((key != NULL) + (addon != NULL) + (request_header(request, "Authorization") != NULL) != 1 ||
        (!key && !addon))
        clockify_fail(request, reply, 401, 1000,
                      old ? "Full authentication is required to access this resource"
                          : "Multiple or none auth tokens present");
    else if (addon)
        clockify_fail(request, reply, 401, 4017, "Token is not valid");
    else if (!request->user || !js_bool(doc, "active", true))
        clockify_fail(request, reply, 401, 4003, "Api key does not exist");
    else if (js_bool(request->user, "_unverified", false))
        clockify_fail(request, reply, 401, 4019, "Email verification is enforced");
    else if (js_bool(request->user, "_banned", false))
        clockify_fail(request, reply, 403, 406, "Account is disabled");
    else
        return true;
    return false;
}

/* A window that begins with the first request in it. */
static bool within(struct json_object *workspace, const char *limit, const char *window,
                   int64_t length_ms, int64_t now)
{
    struct json_object *count = js_get(workspace, window);
    int64_t most = js_int(workspace, limit, -1);

    if (most < 0)
        return true;
    if (!count || now - js_int(count, "since", 0) >= length_ms) {
        count = js_new();
        js_set_int(count, "since", now);
        js_set(workspace, window, count);
    }
    js_set_int(count, "n", js_int(count, "n", 0) + 1);
    return js_int(count, "n", 0) <= most;
}

static bool within_limits(Request *request, Reply *reply, struct json_object *workspace)
{
    int64_t now = sim_now_ms(request->sim);

    if (!workspace || (within(workspace, "_hourlyLimit", "_hour", 3600000, now) &&
                       within(workspace, "_secondLimit", "_second", 1000, now)))
        return true;
    clockify_fail(request, reply, 429, 0, "Too many requests");
    if (js_int(workspace, "_retryAfter", -1) >= 0)
        reply_header(reply, "Retry-After", "%lld", (long long)js_int(workspace, "_retryAfter", 0));
    return false;
}

/* The workspace of the path, or the caller's active one where the path names none: the limit counts
 * there too. */
static bool workspace_found(Request *request, Reply *reply)
{
    Table *workspaces = &request->sim->table[CLOCKIFY_WORKSPACES];
    struct json_object *workspace;

    if (strncmp(request->route->path, WS, strlen(WS)) != 0)
        return within_limits(request, reply,
                             table_get(workspaces, js_text(request->user, "activeWorkspace")));
    workspace = table_get(workspaces, request->param[0]);
    if (!workspace)
        reply_empty(reply, 404);
    else if (!clockify_role(workspace, js_text(request->user, "id")))
        clockify_denied(request, reply);
    else {
        request->workspace = workspace;
        return within_limits(request, reply, workspace);
    }
    return false;
}

int clockify_answer(Request *request, Reply *reply)
{
    const char *redirect = js_str(request->sim->option[SERVICE_CLOCKIFY], "redirectTo");

    if (redirect) {
        reply_empty(reply, 302);
        reply_header(reply, "Location", "%s%s", redirect, request->uri);
        return 302;
    }
    if (!*request->path)
        return clockify_fail(request, reply, 404, 3000, "No static resource %s.", request->uri + 1);
    if (request->route &&
        (request->route->handler == clockify_boot || request->route->handler == clockify_health))
        return request->route->handler(request, reply);
    if (!authenticated(request, reply))
        return 401;
    if (!request->route)
        return request->path_known
                   ? clockify_fail(request, reply, 405, 3000,
                                   "Request method '%s' is not supported", request->method)
                   : clockify_fail(request, reply, 404, 3000, "No static resource v1%s.",
                                   request->path);
    if (!workspace_found(request, reply))
        return 0;
    return request->route->handler(request, reply);
}
