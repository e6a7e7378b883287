/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clockify's clients and projects. A name is taken per client; a private project is unseen by who
 * is no member of it, but its name is taken all the same.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clockify.h"
#include "js.h"

static const char client_defaults[] = "{\"id\":\"\",\"name\":\"\",\"workspaceId\":\"\","
                                      "\"archived\":false,\"address\":null,\"note\":null}";

static const char project_defaults[] =
    "{\"id\":\"\",\"name\":\"\",\"hourlyRate\":{\"amount\":0,\"currency\":\"USD\"},\"clientId\":"
    "\"\",\"workspaceId\":"
    "\"\",\"billable\":true,\"memberships\":[],\"color\":\"#03A9F4\",\"estimate\":{\"estimate\":"
    "\"PT0S\",\"type\":"
    "\"AUTO\"},\"archived\":false,\"duration\":\"PT0S\",\"clientName\":\"\",\"note\":\"\","
    "\"costRate\":null,"
    "\"timeEstimate\":{\"estimate\":\"PT0S\",\"type\":\"AUTO\",\"resetOption\":null,\"active\":"
    "false,"
    "\"includeNonBillable\":true},\"budgetEstimate\":null,\"estimateReset\":null,\"template\":"
    "false,\"public\":false}";

struct json_object *clockify_make_client(Sim *sim, const char *workspace, struct json_object *from)
{
    struct json_object *doc = sim_document(sim, client_defaults, from, false);

    js_set_str(doc, "workspaceId", workspace);
    return table_add(&sim->table[CLOCKIFY_CLIENTS], doc);
}

struct json_object *clockify_make_project(Sim *sim, const char *workspace, struct json_object *from)
{
    struct json_object *doc = sim_document(sim, project_defaults, from, false);
    const struct json_object *client =
        table_get(&sim->table[CLOCKIFY_CLIENTS], js_text(doc, "clientId"));

    js_set_str(doc, "workspaceId", workspace);
    js_set_str(doc, "clientName", js_text(client, "name"));
    return table_add(&sim->table[CLOCKIFY_PROJECTS], doc);
}

bool clockify_sees_project(const Request *request, const struct json_object *project)
{
    const struct json_object *members = js_get(project, "memberships");

    if (js_bool(project, "public", false) || clockify_is_admin(request))
        return true;
    for (size_t i = 0; i < js_length(members); i++)
        if (strcmp(js_text(js_at(members, i), "userId"), js_text(request->user, "id")) == 0)
            return true;
    return false;
}

struct json_object *clockify_project(const Request *request, const char *id)
{
    struct json_object *project = table_get(&request->sim->table[CLOCKIFY_PROJECTS], id);

    if (!project || strcmp(js_text(project, "workspaceId"), js_text(request->workspace, "id")) != 0)
        return NULL;
    return clockify_sees_project(request, project) ? project : NULL;
}

/* Without ?archived= both the active and the archived ones are listed. */
int clockify_projects_list(Request *request, Reply *reply)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_PROJECTS], request->param[0]);
    int archived = clockify_query_bool(request, reply, "archived");
    int strict = clockify_query_bool(request, reply, "strict-name-search");
    const char *client = request_query(request, "clients");
    const char *access = request_query(request, "access");
    struct json_object *out;

    if (archived == -2 || strict == -2)
        return 400;
    out = js_array();
    for (size_t i = 0; i < all->n; i++) {
        struct json_object *project = all->item[i];
        if (clockify_sees_project(request, project) &&
            (archived < 0 || js_bool(project, "archived", false) == archived) &&
            (!client || strstr(client, js_text(project, "clientId"))) &&
            (!access || js_bool(project, "public", false) == (strcmp(access, "PUBLIC") == 0)) &&
            clockify_name_matches(request, strict == 1, js_text(project, "name")))
            js_push(out, js_wire(project));
    }
    return clockify_page(request, reply, out, 50, 5000);
}

int clockify_project_get(Request *request, Reply *reply)
{
    struct json_object *project = clockify_project(request, request->param[1]);
    return project ? reply_json(reply, 200, js_wire(project))
                   : clockify_missing(request, reply, "Project", "Workspace");
}

static bool color_fits(const char *color)
{
    return !color || (strlen(color) == 7 && *color == '#' &&
                      strspn(color + 1, "0123456789abcdefABCDEF") == 6);
}

/* Looks at projects that the caller cannot see as well. */
static bool name_free(Request *request, Reply *reply, const char *client_id,
                      const struct json_object *self)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_PROJECTS], request->param[0]);
    const char *name = js_text(request_json(request), "name");

    for (size_t i = 0; i < all->n; i++)
        if (all->item[i] != self && strcmp(js_text(all->item[i], "name"), name) == 0 &&
            strcmp(js_text(all->item[i], "clientId"), client_id) == 0) {
            clockify_fail(request, reply, 400, 501, "%s project for client %s already exists.",
                          name, js_text(all->item[i], "clientName"));
            return false;
        }
    return true;
}

static bool project_fits(Request *request, Reply *reply, const struct json_object *self)
{
    struct json_object *body = request_json(request);
    const char *client_id = js_text(body, "clientId");
    const struct json_object *client = table_get(&request->sim->table[CLOCKIFY_CLIENTS], client_id);

    if (!clockify_name_fits(request, reply, "Project", 2, 250))
        return false;
    if (*client_id && (!client || strcmp(js_text(client, "workspaceId"), request->param[0]) != 0))
        clockify_missing(request, reply, "Client", "Workspace");
    else if (!color_fits(js_str(body, "color")))
        clockify_fail(request, reply, 400, 501, "Color is not valid");
    else if (clockify_length(js_text(body, "note")) > 16384)
        clockify_fail(request, reply, 400, 501, "Note is too long");
    else
        return name_free(request, reply, client_id, self);
    return false;
}

static void add_member(struct json_object *project, const struct json_object *user)
{
    struct json_object *member = js_new();
    js_set_str(member, "userId", js_text(user, "id"));
    js_set_null(member, "hourlyRate");
    js_set_null(member, "costRate");
    js_set_str(member, "targetId", js_text(project, "id"));
    js_set_str(member, "membershipType", "PROJECT");
    js_set_str(member, "membershipStatus", "ACTIVE");
    js_push(js_get(project, "memberships"), member);
}

/* The request says isPublic where answers say public; without it a project is private. */
int clockify_project_post(Request *request, Reply *reply)
{
    struct json_object *body = request_json(request), *from, *project;

    if (!clockify_may_create(request, "whoCanCreateProjectsAndClients"))
        return clockify_denied(request, reply);
    if (!project_fits(request, reply, NULL))
        return 400;
    from = js_new();
    js_set_str(from, "name", js_text(body, "name"));
    js_set_str(from, "clientId", js_text(body, "clientId"));
    js_set_str(from, "note", js_text(body, "note"));
    js_set_bool(from, "public", js_bool(body, "isPublic", false));
    js_set_bool(from, "billable",
                js_bool(body, "billable",
                        js_bool(clockify_settings(request), "defaultBillableProjects", true)));
    if (js_str(body, "color"))
        js_set_str(from, "color", js_str(body, "color"));
    project = clockify_make_project(request->sim, request->param[0], from);
    add_member(project, request->user);
    json_object_put(from);
    return reply_json(reply, 201, js_wire(project));
}

/* A replace: what is left out goes back to its default. */
int clockify_project_put(Request *request, Reply *reply)
{
    struct json_object *project = clockify_project(request, request->param[1]),
                       *body = request_json(request);
    const struct json_object *client;

    if (!project)
        return clockify_missing(request, reply, "Project", "Workspace");
    if (!clockify_may_create(request, "whoCanCreateProjectsAndClients"))
        return clockify_denied(request, reply);
    if (!project_fits(request, reply, project))
        return 400;
    client = table_get(&request->sim->table[CLOCKIFY_CLIENTS], js_text(body, "clientId"));
    js_set_str(project, "name", js_text(body, "name"));
    js_set_str(project, "clientId", js_text(body, "clientId"));
    js_set_str(project, "clientName", js_text(client, "name"));
    js_set_bool(project, "archived", js_bool(body, "archived", false));
    js_set_bool(project, "public", js_bool(body, "isPublic", false));
    js_set_bool(project, "billable", js_bool(body, "billable", false));
    return reply_json(reply, 200, js_wire(project));
}

int clockify_project_delete(Request *request, Reply *reply)
{
    struct json_object *project = clockify_project(request, request->param[1]), *out;

    if (!project)
        return clockify_missing(request, reply, "Project", "Workspace");
    if (!clockify_may_create(request, "whoCanCreateProjectsAndClients"))
        return clockify_denied(request, reply);
    if (!js_bool(project, "archived", false))
        return clockify_fail(request, reply, 400, 501, "Cannot delete an active project");
    out = js_wire(project);
    table_remove(&request->sim->table[CLOCKIFY_PROJECTS], project);
    return reply_json(reply, 200, out);
}

int clockify_clients_list(Request *request, Reply *reply)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_CLIENTS], request->param[0]);
    struct json_object *out = js_array();

    for (size_t i = 0; i < all->n; i++)
        if (clockify_name_matches(request, false, js_text(all->item[i], "name")))
            js_push(out, js_wire(all->item[i]));
    return clockify_page(request, reply, out, 50, 5000);
}

int clockify_client_post(Request *request, Reply *reply)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_CLIENTS], request->param[0]);
    const char *name = js_text(request_json(request), "name");
    struct json_object *from;
    int status;

    if (!clockify_may_create(request, "whoCanCreateProjectsAndClients"))
        return clockify_denied(request, reply);
    if (!clockify_name_fits(request, reply, "Client", 1, 100))
        return 400;
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(js_text(all->item[i], "name"), name) == 0)
            return clockify_fail(request, reply, 400, 501, "Client with name %s already exists",
                                 name);
    from = js_new();
    js_set_str(from, "name", name);
    status = reply_json(reply, 201,
                        js_wire(clockify_make_client(request->sim, request->param[0], from)));
    json_object_put(from);
    return status;
}
