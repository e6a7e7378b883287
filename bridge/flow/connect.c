/* SPDX-License-Identifier: Apache-2.0 */
/* account.connect_clockify and account.connect_jira: a key or token is tried before it is kept. */

#include "flow/connect.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"

static int note(Db *db, const ConnectQuery *f, const Account *account, Error *error)
{
    Json *details = json_new_object();

    json_put_string(details, "service", service_name(account->service));
    json_put_string(details, "name", account->name);
    if (account->service == SERVICE_CLOCKIFY)
        json_put_string(details, "server", account->server);
    return query_note(db, &f->query,
                      account->service == SERVICE_CLOCKIFY ? "account.connect_clockify"
                                                           : "account.connect_jira",
                      f->query.user, details, error);
}

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
    if (keyring_seal(f->keyring, &context, f->secret, &account->sealed, error) < 0 ||
        account_put(db, account, error) < 0)
        return -1;
    return note(db, f, account, error);
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
    return connect_render(db, f, error);
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
    connect_note_world(f, io);
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
    if (connect_read_workspaces(f, io) < 0)
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
    f = connect_query_new(bridge, caller, params, connect_clockify_step);
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
    return connect_render(db, f, error);
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
    connect_note_world(f, io);
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
    f = connect_query_new(bridge, caller, params, connect_jira_step);
    forget_param(f->query.params, "token");
    f->secret = secret;
    f->query.done = jira_connected;
    query_start(&f->query);
}
