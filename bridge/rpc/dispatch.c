/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a line to a question for the flows. Every request gets a call first, so that each way out of
 * here, at once or later, is the same answer to that call. Decides who may ask what; does nothing
 * itself.
 */

#include "config.h"

#include "rpc/dispatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "rpc/calls.h"
#include "rpc/handlers.h"
#include "rpc/jsonrpc.h"
#include "rpc/roles.h"
#include "rpc/web_call.h"

#define PROTOCOL       1
#define BUSY_RETRY_S   1
#define HOST_NAME_SIZE 256

struct Dispatch {
    Bridge *bridge;
    Calls calls;
    Roles roles;
    RpcLimits limits;
    size_t max_pending;
    int64_t max_request_kib;
    bool draining;
};

/* One request on its way to the flows. */
typedef struct Asked {
    Dispatch *dispatch;
    const Client *client;
    Role role;
    uint64_t caller;
} Asked;

static void take_limits(Dispatch *dispatch, const Config *config);
static void on_line(void *context, const Peer *peer, const char *line, size_t length);
static void take_batch(Dispatch *dispatch, const Peer *peer, Role role, RpcBatch *batch);
static void take_request(Asked asked, RpcRequest *request);
static int admit(const Asked *asked, const RpcRequest *request, Error *error);
static int run_named(const Asked *asked, const char *name, Json **params, Error *error);
static int run(const Asked *asked, const Method *method, const Json *params, Error *error);
static int run_for_page(const Asked *asked, const Json *params, Error *error);
static void log_admin(const Method *method, const Json *params);
static void params_release(Json **params);
static Json *hello(Role role);
static void on_too_long(void *context, const Peer *peer);
static void on_too_slow(void *context, const Peer *peer);
static void answer_line(Dispatch *dispatch, const Peer *peer, Error *error);
static void on_ended(void *context, const Peer *peer);
static void on_closed(void *context, const Peer *peer);
static void caller_gone(void *context, uint64_t caller);
static char *on_refusal(void *context);
static int forbidden(Error *error);
static int busy(Error *error, const char *limit, const char *message);

int dispatch_new(Bridge *bridge, const Config *config, Dispatch **ret, Error *error _unused_)
{
    Dispatch *dispatch = xcalloc(1, sizeof(*dispatch));
    dispatch->bridge = bridge;
    take_limits(dispatch, config);
    roles_init(&dispatch->roles, config);
    *ret = dispatch;
    return 0;
}

static void take_limits(Dispatch *dispatch, const Config *config)
{
    dispatch->limits.max_depth = (int)config->rpc.max_depth;
    dispatch->limits.max_batch = (size_t)config->rpc.max_batch;
    dispatch->max_pending = (size_t)config->rpc.max_pending;
    dispatch->max_request_kib = config->rpc.max_request_kib;
}

void dispatch_free(Dispatch *dispatch)
{
    if (!dispatch)
        return;
    calls_done(&dispatch->calls);
    roles_done(&dispatch->roles);
    free(dispatch);
}

ServerHooks dispatch_hooks(Dispatch *dispatch)
{
    return (ServerHooks){
        .context = dispatch,
        .line = on_line,
        .too_long = on_too_long,
        .too_slow = on_too_slow,
        .ended = on_ended,
        .closed = on_closed,
        .refusal = on_refusal,
    };
}

void dispatch_set_server(Dispatch *dispatch, Server *server)
{
    dispatch->calls.server = server;
}

void dispatch_set_config(Dispatch *dispatch, const Config *config)
{
    take_limits(dispatch, config);
    roles_done(&dispatch->roles);
    roles_init(&dispatch->roles, config);
}

void dispatch_reply(void *context, uint64_t caller, Json *result, const Error *error)
{
    Dispatch *dispatch = context;
    calls_answer(&dispatch->calls, caller, result, error);
}

const char *dispatch_account(void *context, uint64_t caller)
{
    const Dispatch *dispatch = context;
    uid_t uid;
    return calls_uid(&dispatch->calls, caller, &uid) ? roles_name(&dispatch->roles, uid) : NULL;
}

size_t dispatch_pending(const Dispatch *dispatch)
{
    return dispatch->calls.by_id.count;
}

void dispatch_drain(Dispatch *dispatch)
{
    dispatch->draining = true;
}

static void on_line(void *context, const Peer *peer, const char *line, size_t length)
{
    Dispatch *dispatch = context;
    RpcBatch batch;
    Error error;
    if (rpc_read(line, length, &dispatch->limits, &batch, &error) < 0) {
        answer_line(dispatch, peer, &error);
        return;
    }
    take_batch(dispatch, peer, roles_of(&dispatch->roles, peer->uid), &batch);
    rpc_batch_done(&batch);
}

static void take_batch(Dispatch *dispatch, const Peer *peer, Role role, RpcBatch *batch)
{
    Client *client = calls_client(&dispatch->calls, peer->connection);
    client->uid = peer->uid;
    CallBatch *answers = batch->is_array ? calls_batch_open(client, batch->count) : NULL;
    for (size_t i = 0; i < batch->count; i++) {
        RpcRequest *request = &batch->items[i];
        uint64_t caller = calls_open(&dispatch->calls, client, answers, i, request);
        take_request((Asked){dispatch, client, role, caller}, request);
    }
    if (answers)
        calls_batch_close(&dispatch->calls, answers);
}

static void take_request(Asked asked, RpcRequest *request)
{
    Error error;
    if (admit(&asked, request, &error) < 0 ||
        run_named(&asked, request->method, &request->params, &error) < 0)
        calls_answer(&asked.dispatch->calls, asked.caller, NULL, &error);
}

/* The call itself is among those that are pending. */
static int admit(const Asked *asked, const RpcRequest *request, Error *error)
{
    if (asked->role == ROLE_ANY)
        return forbidden(error);
    if (!request->valid) {
        *error = request->error;
        return -1;
    }
    if (asked->dispatch->draining)
        return busy(error, NULL, "the bridge is shutting down");
    if (asked->client->pending > asked->dispatch->max_pending)
        return busy(error, "pending", "too many requests of this connection are unanswered");
    return 0;
}

static int run_named(const Asked *asked, const char *name, Json **params, Error *error)
{
    const Method *method = method_find(name);
    if (!method)
        return error_set(error, ERROR_METHOD_NOT_FOUND, "there is no such method");
    if (method->role == ROLE_OPERATOR && asked->role != ROLE_OPERATOR)
        return error_set(error, ERROR_FORBIDDEN, "%s is for operators", method->name);
    int r = run(asked, method, *params, error);
    params_release(params);
    return r;
}

static int run(const Asked *asked, const Method *method, const Json *params, Error *error)
{
    Dispatch *dispatch = asked->dispatch;
    if (method_check(method, params, error) < 0)
        return -1;
    if (method->id == METHOD_BRIDGE_HELLO)
        calls_answer(&dispatch->calls, asked->caller, hello(asked->role), NULL);
    else if (method->id == METHOD_BRIDGE_DESCRIBE)
        calls_answer(&dispatch->calls, asked->caller, methods_describe(), NULL);
    else if (method->id == METHOD_WEB_CALL)
        return run_for_page(asked, params, error);
    else
        handler_of(method->id)(dispatch->bridge, asked->caller, params);
    return 0;
}

/* web.call is no method of a page, so that this ends here. */
static int run_for_page(const Asked *asked, const Json *params, Error *error)
{
    const Method *method;
    Json *inner = NULL;
    if (web_call_read(params, asked->dispatch->limits.max_depth, &method, &inner, error) < 0)
        return -1;
    if (method->web_admin)
        log_admin(method, params);
    int r = run(asked, method, inner, error);
    params_release(&inner);
    return r;
}

static void log_admin(const Method *method, const Json *params)
{
    const char *name = json_string(params, "name");
    log_info("%s from a page by %s (%s)", method->name, json_string(params, "user"),
             name ? name : "no name given");
}

/* Wipes what held a secret, unless a flow has kept the params after all: then they are its own. */
static void params_release(Json **params)
{
    static const char *const names[] = {"api_key", "token", "body"};
    Json *held[ARRAY_SIZE(names)];
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        held[i] = json_ref(json_get(*params, names[i]));
    bool last = *params && json_object_put(*params) == 1;
    *params = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (last && json_object_is_type(held[i], json_type_string))
            secret_wipe((char *)json_object_get_string(held[i]),
                        (size_t)json_object_get_string_len(held[i]));
        json_freep(&held[i]);
    }
}

static Json *hello(Role role)
{
    char node[HOST_NAME_SIZE] = "";
    if (gethostname(node, sizeof(node) - 1) < 0)
        node[0] = '\0';
    Json *protocols = json_new_array(), *json = json_new_object();
    json_add(protocols, json_object_new_int(PROTOCOL));
    json_put_string(json, "name", "clockify-bridge");
    json_put_string(json, "version", PACKAGE_VERSION);
    json_put_int(json, "protocol", PROTOCOL);
    json_put(json, "protocols", protocols);
    json_put_string(json, "node", node);
    json_put_string(json, "role", role_name(role));
    return json;
}

static void on_too_long(void *context, const Peer *peer)
{
    Dispatch *dispatch = context;
    Error error;
    error_limit(&error, "request_kib", "the line is longer than %" PRId64 " KiB",
                dispatch->max_request_kib);
    answer_line(dispatch, peer, &error);
}

static void on_too_slow(void *context, const Peer *peer)
{
    Error error;
    error_limit(&error, "request_s", "the line did not end within %d seconds", SERVER_LINE_S);
    answer_line(context, peer, &error);
}

/* A stranger is told nothing but that. */
static void answer_line(Dispatch *dispatch, const Peer *peer, Error *error)
{
    if (roles_of(&dispatch->roles, peer->uid) == ROLE_ANY)
        forbidden(error);
    calls_answer_line(&dispatch->calls, peer->connection, error);
}

static void on_ended(void *context, const Peer *peer)
{
    Dispatch *dispatch = context;
    calls_ended(&dispatch->calls, peer->connection);
}

static void on_closed(void *context, const Peer *peer)
{
    Dispatch *dispatch = context;
    calls_gone(&dispatch->calls, peer->connection, caller_gone, dispatch);
}

static void caller_gone(void *context, uint64_t caller)
{
    Dispatch *dispatch = context;
    bridge_caller_gone(dispatch->bridge, caller);
}

static char *on_refusal(void *context _unused_)
{
    Error error;
    busy(&error, "connections", "too many connections");
    _cleanup_json_ Json *answer = rpc_answer(NULL, NULL, &error);
    return json_text(answer);
}

static int forbidden(Error *error)
{
    return error_set(error, ERROR_FORBIDDEN, "this user may not call the bridge");
}

static int busy(Error *error, const char *limit, const char *message)
{
    error_set(error, ERROR_BUSY, "%s", message);
    error->retry_after_s = BUSY_RETRY_S;
    snprintf(error->limit, sizeof(error->limit), "%s", limit ? limit : "");
    return -1;
}
