/* SPDX-License-Identifier: Apache-2.0 */
/* workspace.list, project.list, task.list, tag.list: what a page's pickers show. */

#include "flow/query.h"

#include "base/time.h"
#include "remote/clockify.h"

#define LISTS_KEPT_S      60 /* typing in a picker asks the same again and again */
#define WORKSPACES_KEPT_S 300
#define PAGE_SIZE         50

/* ---- projects, tasks, tags ---- */

typedef struct ListQuery {
    Query query;
    ClockifyList list;
} ListQuery;

static const char *workspace_of(const Query *query)
{
    const char *chosen = json_string(query->params, "workspace");

    return chosen ? chosen : query->clockify.workspace_id;
}

static ClockifyListQuery page_asked(const ListQuery *f)
{
    const Json *params = f->query.params;

    return (ClockifyListQuery){
        .list = f->list,
        .workspace = workspace_of(&f->query),
        .project = json_string(params, "project"),
        .name = json_string(params, "search"),
        .page = json_int(params, "page", 1),
        .page_size = json_int(params, "page_size", PAGE_SIZE),
    };
}

static Json *render_item(ClockifyList list, const ClockifyItem *item)
{
    Json *object = json_new_object();

    json_put_string(object, "id", item->id);
    json_put_string(object, "name", item->name);
    if (list == LIST_PROJECTS) {
        json_put_string(object, "client", item->client);
        json_put_string(object, "color", item->color);
        json_put_tristate(object, "billable", item->billable);
    }
    return object;
}

static int read_list(ListQuery *f, FlowIo *io)
{
    ClockifyListQuery asked = page_asked(f);
    _cleanup_(clockify_items_done) ClockifyItems items = {0};
    Json *list;

    if (clockify_not_there(io->answer) || (io->answer->status == 404 && io->answer->length == 0))
        return error_not_found(
            &io->error, asked.project && clockify_not_there(io->answer) ? "project" : "workspace",
            "Clockify has no such workspace or project for this user.");
    if (clockify_list_read(io->answer, &asked, &items, &io->error) < 0)
        return -1;
    list = json_new_array();
    for (size_t i = 0; i < items.count; i++)
        json_add(list, render_item(f->list, &items.items[i]));
    f->query.result = json_new_object();
    json_put(f->query.result, "items", list);
    json_put_int(f->query.result, "page", asked.page);
    json_put_bool(f->query.result, "last_page", items.last_page);
    return 0;
}

static int list_step(Flow *flow, FlowIo *io)
{
    ListQuery *f = (ListQuery *)flow;
    ClockifyListQuery asked;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, query_load_accounts, f);
    if (query_check_clockify(&f->query, io, &io->error) < 0)
        return FLOW_FAILED;
    asked = page_asked(f);
    clockify_list_request(io->server->api_url, &asked, &io->request);
    io->cache_s = LISTS_KEPT_S;
    FLOW_CLOCKIFY(flow, io, &f->query.clockify, workspace_of(&f->query));
    if (read_list(f, io) < 0)
        return FLOW_FAILED;
    FLOW_END(flow);
}

static void ask_list(Bridge *bridge, uint64_t caller, const Json *params, ClockifyList list)
{
    ListQuery *f = query_new(sizeof(*f), bridge, caller, params, list_step);

    f->list = list;
    query_start(&f->query);
}

void ask_projects(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask_list(bridge, caller, params, LIST_PROJECTS);
}

void ask_tasks(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask_list(bridge, caller, params, LIST_TASKS);
}

void ask_tags(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask_list(bridge, caller, params, LIST_TAGS);
}

/* ---- workspaces, with what the user may do there ---- */

/* Clockify does not say a user's role; it lists the workspaces in which the user has one. */
static const char *const roles[] = {"WORKSPACE_ADMIN", "OWNER", "PROJECT_MANAGER"};
#define ROLE_MANAGER 2

typedef struct WorkspacesQuery {
    Query query;
    ClockifyWorkspaces all;
    ClockifyWorkspaces of_role[ARRAY_SIZE(roles)];
    size_t role;
} WorkspacesQuery;

static void release_workspaces(Query *query)
{
    WorkspacesQuery *f = (WorkspacesQuery *)query;

    clockify_workspaces_done(&f->all);
    for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
        clockify_workspaces_done(&f->of_role[i]);
}

/* Where everybody may create everything, roles make no difference and cost no request. */
static bool roles_matter(const WorkspacesQuery *f)
{
    for (size_t i = 0; i < f->all.count; i++) {
        const ClockifyWorkspace *workspace = &f->all.items[i];

        if (workspace->may_create_project != WHO_EVERYONE ||
            workspace->may_create_task != WHO_EVERYONE || workspace->may_create_tag != WHO_EVERYONE)
            return true;
    }
    return false;
}

static bool may_create(const WorkspacesQuery *f, const char *id, ClockifyWho who)
{
    if (who == WHO_EVERYONE)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
        if ((i != ROLE_MANAGER || who == WHO_MANAGERS) &&
            clockify_workspace_find(&f->of_role[i], id))
            return true;
    return false;
}

static Json *render_workspace(const WorkspacesQuery *f, const ClockifyWorkspace *workspace)
{
    Json *object = json_new_object();
    Json *can = json_new_object();
    Json *requires = json_new_object();

    json_put_string(object, "id", workspace->id);
    json_put_string(object, "name", workspace->name);
    json_put_bool(object, "active", streq(workspace->id, f->query.clockify.workspace_id));
    json_put_bool(can, "create_project",
                  may_create(f, workspace->id, workspace->may_create_project));
    json_put_bool(can, "create_task", may_create(f, workspace->id, workspace->may_create_task));
    json_put_bool(can, "create_tag", may_create(f, workspace->id, workspace->may_create_tag));
    json_put(object, "can", can);
    json_put_bool(requires, "project", workspace->required & FIELD_PROJECT);
    json_put_bool(requires, "task", workspace->required & FIELD_TASK);
    json_put_bool(requires, "tags", workspace->required & FIELD_TAGS);
    json_put_bool(requires, "description", workspace->required & FIELD_DESCRIPTION);
    json_put(object, "requires", requires);
    json_put_bool(object, "manual_entry", workspace->manual_entry);
    json_put_time(object, "locked_before", workspace->locked_before);
    return object;
}

static void render_workspaces(WorkspacesQuery *f)
{
    Json *items = json_new_array();

    for (size_t i = 0; i < f->all.count; i++)
        json_add(items, render_workspace(f, &f->all.items[i]));
    f->query.result = json_new_object();
    json_put(f->query.result, "items", items);
}

static int workspaces_step(Flow *flow, FlowIo *io)
{
    WorkspacesQuery *f = (WorkspacesQuery *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, query_load_accounts, f);
    if (query_check_clockify(&f->query, io, &io->error) < 0)
        return FLOW_FAILED;
    clockify_workspaces_request(io->server->api_url, NULL, &io->request);
    io->cache_s = WORKSPACES_KEPT_S;
    FLOW_CLOCKIFY(flow, io, &f->query.clockify, NULL);
    if (clockify_workspaces_read(io->answer, &f->all, &io->error) < 0)
        return FLOW_FAILED;
    for (f->role = 0; roles_matter(f) && f->role < ARRAY_SIZE(roles); f->role++) {
        clockify_workspaces_request(io->server->api_url, roles[f->role], &io->request);
        io->cache_s = WORKSPACES_KEPT_S;
        FLOW_CLOCKIFY(flow, io, &f->query.clockify, NULL);
        if (clockify_workspaces_read(io->answer, &f->of_role[f->role], &io->error) < 0)
            return FLOW_FAILED;
    }
    render_workspaces(f);
    FLOW_END(flow);
}

void ask_workspaces(Bridge *bridge, uint64_t caller, const Json *params)
{
    WorkspacesQuery *f = query_new(sizeof(*f), bridge, caller, params, workspaces_step);

    f->query.release = release_workspaces;
    query_start(&f->query);
}
