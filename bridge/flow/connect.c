/* SPDX-License-Identifier: Apache-2.0 */
/* account.*: connecting a Jira user to Clockify and to Jira, and what is connected. A key or token
 * is tried before it is kept. */

#include "flow/query.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "remote/clockify.h"
#include "remote/jira.h"

typedef struct ConnectQuery {
    Query query;
    Secret *secret;
    ClockifyUser clockify_user;
    ClockifyWorkspaces workspaces;
    JiraUser jira_user;
    const Keyring *keyring;
    const char *instance;
    char *server; /* API base the key is given for */
    char *key_url;
    int64_t unblocked;
} ConnectQuery;

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
static int render_account(Db *db, void *arg, Error *error)
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
static void note_world(ConnectQuery *f, const FlowIo *io)
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
    note_world(f, io);
    FLOW_STORE(flow, io, render_account, f);
    FLOW_END(flow);
}

static ConnectQuery *connect_new(Bridge *bridge, uint64_t caller, const Json *params,
                                 FlowStep *step)
{
    ConnectQuery *f = query_new(sizeof(*f), bridge, caller, params, step);

    f->query.release = release_connect;
    return f;
}

void ask_account_get(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(&connect_new(bridge, caller, params, get_step)->query);
}

/* ---- storing a secret ---- */

static int seal(Db *db, ConnectQuery *f, Account *account, Error *error)
{
    SealContext context = {
        .instance = f->instance, .user = f->query.user, .service = service_name(account->service)};
    char hint[SECRET_HINT_SIZE];

    if (account_next_version(db, f->query.user, account->service, &account->version, error) < 0)
        return -1;
    context.version = account->version;
    account->user = xstrdup(f->query.user);
    account->hint = xstrdup(secret_hint(f->secret, hint));
    account->connected = time_now();
    if (keyring_seal(f->keyring, &context, f->secret, &account->sealed, error) < 0)
        return -1;
    return account_put(db, account, error);
}

/* Store work. */
static int keep_clockify(Db *db, void *arg, Error *error)
{
    ConnectQuery *f = arg;
    const ClockifyUser *user = &f->clockify_user;
    const char *active = user->active_workspace ? user->active_workspace : user->default_workspace;
    const ClockifyWorkspace *workspace = clockify_workspace_find(&f->workspaces, active);
    _cleanup_(account_done) Account account = {
        .service = SERVICE_CLOCKIFY,
        .server = xstrdup(f->server),
        .remote_id = xstrdup(user->id),
        .name = xstrdup(user->name),
        .email = xstrdup(user->email),
        .expires = TIME_NONE,
    };

    if (!workspace && f->workspaces.count > 0)
        workspace = &f->workspaces.items[0];
    if (!workspace)
        return error_set(error, ERROR_REFUSED, "This Clockify user belongs to no workspace.");
    account.workspace_id = xstrdup(workspace->id);
    account.workspace_name = xstrdup(workspace->name);
    if (seal(db, f, &account, error) < 0)
        return -1;
    return render_account(db, f, error);
}

static int read_workspaces(ConnectQuery *f, FlowIo *io)
{
    clockify_workspaces_done(&f->workspaces);
    return clockify_workspaces_read(io->answer, &f->workspaces, &io->error);
}

static int add_key_url(const ConnectQuery *f, FlowIo *io)
{
    if (io->error.reason == ERROR_CLOCKIFY_KEY_REJECTED)
        snprintf(io->error.key_url, sizeof(io->error.key_url), "%s", f->key_url);
    return FLOW_FAILED;
}

static int connect_clockify_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    if (query_check_server(io, &io->error) < 0)
        return FLOW_FAILED;
    note_world(f, io);
    clockify_user_request(f->server, &io->request);
    io->request.auth = REST_AUTH_API_KEY;
    io->request.secret = secret_copy(f->secret);
    FLOW_CLOCKIFY(flow, io, NULL, NULL);
    if (clockify_user_read(io->answer, &f->clockify_user, &io->error) < 0)
        return add_key_url(f, io);

    clockify_workspaces_request(f->server, NULL, &io->request);
    io->request.auth = REST_AUTH_API_KEY;
    io->request.secret = secret_copy(f->secret);
    FLOW_CLOCKIFY(flow, io, NULL, NULL);
    if (read_workspaces(f, io) < 0)
        return add_key_url(f, io);
    f->keyring = io->keyring; /* it may have been rotated since */
    FLOW_STORE(flow, io, keep_clockify, f);
    FLOW_END(flow);
}

/* What waited for the key goes on. */
static void clockify_connected(Query *query)
{
    Bridge *bridge = query->bridge;

    log_info("user %s connected Clockify", query->user);
    runner_forget(bridge->runner, query->user);
    lines_retry(bridge->lines, query->user, 0);
    lines_pump(bridge->lines);
}

/* The copy of the params goes without it, and no byte of it stays behind. */
static void forget_param(Json *params, const char *name)
{
    char *text = (char *)json_string(params, name);

    secret_wipe(text, strlen(text));
    json_object_object_del(params, name);
}

static int no_token(Bridge *bridge, uint64_t caller, const char *param)
{
    Error error;

    error_param(&error, param,
                "This is no key or token: 8 to 512 visible characters are expected.");
    bridge_reply_error(bridge, caller, &error);
    return -1;
}

void ask_connect_clockify(Bridge *bridge, uint64_t caller, const Json *params)
{
    ConnectQuery *f;
    Secret *secret = secret_from_token(json_string(params, "api_key"));

    if (!secret) {
        no_token(bridge, caller, "api_key");
        return;
    }
    f = connect_new(bridge, caller, params, connect_clockify_step);
    forget_param(f->query.params, "api_key");
    f->secret = secret;
    f->query.done = clockify_connected;
    query_start(&f->query);
}

/* ---- Jira ---- */

/* Store work: worklogs and clicks that waited for a token go on. */
static int keep_jira(Db *db, void *arg, Error *error)
{
    static const char *const reasons[] = {"jira_token_required", "jira_token_rejected", NULL};
    ConnectQuery *f = arg;
    _cleanup_(account_done) Account account = {
        .service = SERVICE_JIRA,
        .server = xstrdup(""),
        .remote_id = xstrdup(f->jira_user.key),
        .name = xstrdup(f->jira_user.name),
        .expires = json_time(f->query.params, "expires"),
    };

    if (seal(db, f, &account, error) < 0 ||
        journal_worklog_unblock(db, 0, f->query.user, reasons, &f->unblocked, error) < 0)
        return -1;
    return render_account(db, f, error);
}

static int read_owner(ConnectQuery *f, FlowIo *io)
{
    if (jira_myself_read(io->answer, &f->jira_user, &io->error) < 0)
        return -1;
    if (!streq(f->jira_user.key, f->query.user))
        return error_set(&io->error, ERROR_JIRA_TOKEN_REJECTED,
                         "This token belongs to another Jira user.");
    return 0;
}

static int connect_jira_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    note_world(f, io);
    if (!io->jira_base) {
        error_set(&io->error, ERROR_UNAVAILABLE,
                  "The address of the Jira node is not known; set jira.url or jira.install_dir.");
        snprintf(io->error.service, sizeof(io->error.service), "jira");
        return FLOW_FAILED;
    }
    jira_myself_request(io->jira_base, &io->request);
    io->request.auth = REST_AUTH_BEARER;
    io->request.secret = secret_copy(f->secret);
    FLOW_JIRA(flow, io, NULL);
    if (read_owner(f, io) < 0)
        return FLOW_FAILED;
    f->keyring = io->keyring;
    FLOW_STORE(flow, io, keep_jira, f);
    FLOW_END(flow);
}

static void jira_connected(Query *query)
{
    Bridge *bridge = query->bridge;

    log_info("user %s connected Jira", query->user);
    lanes_reload(bridge->lanes, LANES_UNBLOCKED);
    lines_retry(bridge->lines, query->user, 0);
    lines_pump(bridge->lines);
}

void ask_connect_jira(Bridge *bridge, uint64_t caller, const Json *params)
{
    ConnectQuery *f;
    Secret *secret = secret_from_token(json_string(params, "token"));

    if (!secret) {
        no_token(bridge, caller, "token");
        return;
    }
    f = connect_new(bridge, caller, params, connect_jira_step);
    forget_param(f->query.params, "token");
    f->secret = secret;
    f->query.done = jira_connected;
    query_start(&f->query);
}

/* ---- disconnecting ---- */

static int forget_accounts(Db *db, void *arg, Error *error)
{
    ConnectQuery *f = arg;
    const char *only = json_string(f->query.params, "service");

    for (Service service = 0; service < SERVICE_COUNT; service++)
        if ((!only || streq(only, service_name(service))) &&
            account_delete(db, f->query.user, service, error) < 0)
            return -1;
    return render_account(db, f, error);
}

static int disconnect_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    note_world(f, io);
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
    ConnectQuery *f = connect_new(bridge, caller, params, disconnect_step);

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
    return render_account(db, f, error);
}

static int set_workspace_step(Flow *flow, FlowIo *io)
{
    ConnectQuery *f = (ConnectQuery *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, query_load_accounts, f);
    if (query_check_clockify(&f->query, io, &io->error) < 0)
        return FLOW_FAILED;
    note_world(f, io);
    clockify_workspaces_request(f->server, NULL, &io->request);
    FLOW_CLOCKIFY(flow, io, &f->query.clockify, NULL);
    if (read_workspaces(f, io) < 0)
        return FLOW_FAILED;
    FLOW_STORE(flow, io, keep_workspace, f);
    FLOW_END(flow);
}

void ask_set_workspace(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(&connect_new(bridge, caller, params, set_workspace_step)->query);
}
