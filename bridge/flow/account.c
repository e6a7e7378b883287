/* SPDX-License-Identifier: Apache-2.0 */
/* account.get, account.disconnect, account.set_workspace, and what every account.* call is answered
 * with. */

#include "flow/connect.h"

#include "base/log.h"

static void release_connect(Query *query)
{
    ConnectQuery *f = (ConnectQuery *)query;

    secret_free(f->secret);
    clockify_user_done(&f->clockify_user);
    clockify_workspaces_done(&f->workspaces);
    jira_user_done(&f->jira_user);
    free(f->server);
    free(f->key_url);
}

/* ---- what is connected ---- */

static Json *render_clockify(const ConnectQuery *f)
{
    const Account *account = &f->query.clockify;
    Json *object, *workspace;

    if (!f->query.has_clockify || !streq(account->server, f->server))
        return NULL;
    object = json_new_object();
    workspace = json_new_object();
    json_put_string(object, "id", account->remote_id);
    json_put_string(object, "name", account->name);
    json_put_string(object, "email", account->email);
    json_put_string(workspace, "id", account->workspace_id);
    json_put_string(workspace, "name", account->workspace_name);
    json_put(object, "workspace", workspace);
    json_put_string(object, "key_hint", account->hint);
    json_put_bool(object, "rejected", account->rejected);
    return object;
}

static Json *render_jira(const ConnectQuery *f)
{
    const Account *account = &f->query.jira;
    Json *object;

    if (!f->query.has_jira)
        return NULL;
    object = json_new_object();
    json_put_string(object, "user", account->remote_id);
    json_put_string(object, "name", account->name);
    json_put_time(object, "expires", account->expires);
    json_put_bool(object, "rejected", account->rejected);
    return object;
}

/* Store work, last in every account.* call. */
int connect_render(Db *db, void *arg, Error *error)
{
    ConnectQuery *f = arg;

    account_done(&f->query.clockify);
    account_done(&f->query.jira);
    if (query_load_accounts(db, f, error) < 0)
        return -1;
    f->query.result = json_new_object();
    json_put(f->query.result, "clockify", render_clockify(f));
    json_put(f->query.result, "jira", render_jira(f));
    json_put_string(f->query.result, "key_url", f->key_url);
    return 0;
}

/* What the store's thread may need of the world is copied while the loop has it. */
void connect_note_world(ConnectQuery *f, const FlowIo *io)
{
    f->keyring = io->keyring;
    f->instance = io->instance;
    set_string(&f->server, io->server ? io->server->api_url : NULL);
    set_string(&f->key_url, io->server ? io->server->key_url : NULL);
}

static int get_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    connect_note_world(f, io);
    FLOW_STORE(flow, io, connect_render, f);
    FLOW_END(flow);
}

ConnectQuery *connect_query_new(Bridge *bridge, uint64_t caller, const Json *params, FlowStep *step)
{
    ConnectQuery *f = query_new(sizeof(*f), bridge, caller, params, step);

    f->query.release = release_connect;
    return f;
}

void ask_account_get(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(&connect_query_new(bridge, caller, params, get_step)->query);
}

int connect_read_workspaces(ConnectQuery *f, FlowIo *io)
{
    clockify_workspaces_done(&f->workspaces);
    return clockify_workspaces_read(io->answer, &f->workspaces, &io->error);
}

/* ---- disconnecting ---- */

/* What was not there is no fact for the audit trail. */
static int forget(Db *db, const ConnectQuery *f, Service service, Error *error)
{
    Json *details;
    int r = account_delete(db, f->query.user, service, error);

    if (r <= 0)
        return r;
    details = json_new_object();
    json_put_string(details, "service", service_name(service));
    return query_note(db, &f->query, "account.disconnect", f->query.user, details, error);
}

static int forget_accounts(Db *db, void *arg, Error *error)
{
    ConnectQuery *f = arg;
    const char *only = json_string(f->query.params, "service");

    for (Service service = 0; service < SERVICE_COUNT; service++)
        if ((!only || streq(only, service_name(service))) && forget(db, f, service, error) < 0)
            return -1;
    return connect_render(db, f, error);
}

static int disconnect_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    connect_note_world(f, io);
    FLOW_STORE(flow, io, forget_accounts, f);
    FLOW_END(flow);
}

static void disconnected(Query *query)
{
    const char *service = json_string(query->params, "service");

    log_info("user %s disconnected %s", query->user, service ? service : "Clockify and Jira");
    runner_forget(query->bridge->runner, query->user);
}

void ask_disconnect(Bridge *bridge, uint64_t caller, const Json *params)
{
    ConnectQuery *f = connect_query_new(bridge, caller, params, disconnect_step);

    f->query.done = disconnected;
    query_start(&f->query);
}

/* ---- another workspace ---- */

static int keep_workspace(Db *db, void *arg, Error *error)
{
    ConnectQuery *f = arg;
    const char *id = json_string(f->query.params, "workspace");
    const ClockifyWorkspace *workspace = clockify_workspace_find(&f->workspaces, id);

    if (!workspace)
        return error_not_found(error, "workspace", "You have no Clockify workspace with this id.");
    if (account_set_workspace(db, f->query.user, workspace->id, workspace->name, error) < 0)
        return -1;
    return connect_render(db, f, error);
}

static int set_workspace_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, query_load_accounts, f);
    if (query_check_clockify(&f->query, io, &io->error) < 0)
        return FLOW_FAILED;
    connect_note_world(f, io);
    clockify_workspaces_request(f->server, NULL, &io->request);
    FLOW_CLOCKIFY(flow, io, &f->query.clockify, NULL);
    if (connect_read_workspaces(f, io) < 0)
        return FLOW_FAILED;
    FLOW_STORE(flow, io, keep_workspace, f);
    FLOW_END(flow);
}

void ask_set_workspace(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(&connect_query_new(bridge, caller, params, set_workspace_step)->query);
}
