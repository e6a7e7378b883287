/* SPDX-License-Identifier: Apache-2.0 */
/* server.get, server.test, server.set: which Clockify it is. Tried before it is taken, unless the
 * admin insists. */

#include "flow/query.h"

#include <stdio.h>

#include "base/log.h"
#include "remote/clockify.h"
#include "remote/clockify_url.h"
#include "store/setting.h"

typedef struct ServerQuery {
    Query query;
    ClockifyServer server;
    char *version;
    Json *checks;
    bool sound; /* every check passed */
    bool store;
} ServerQuery;

static void release_server(Query *query)
{
    ServerQuery *f = (ServerQuery *)query;

    clockify_server_done(&f->server);
    free(f->version);
    json_object_put(f->checks);
}

static Json *render_server(const ClockifyServer *server)
{
    Json *object = json_new_object();

    json_put_string(object, "kind", server_kind_name(server->kind));
    json_put_string(object, "region", server->region[0] ? server->region : NULL);
    json_put_string(object, "url", server->url);
    json_put_string(object, "api_url", server->api_url);
    json_put_string(object, "key_url", server->key_url);
    return object;
}

void ask_server_get(Bridge *bridge, uint64_t caller, const Json *params _unused_)
{
    const ClockifyServer *server = runner_server(bridge->runner);
    Error error;

    if (server) {
        bridge_reply(bridge, caller, render_server(server));
        return;
    }
    error_set(&error, ERROR_NOT_CONFIGURED, "No Clockify URL is set; set one with server.set.");
    bridge_reply_error(bridge, caller, &error);
}

/* ---- checks, in the order in which one depends on the other ---- */

static void add_check(ServerQuery *f, const char *name, bool ok, const char *detail)
{
    Json *check = json_new_object();

    json_put_string(check, "name", name);
    json_put_bool(check, "ok", ok);
    json_put_string(check, "detail", detail);
    json_add(f->checks, check);
    f->sound = f->sound && ok;
}

/* What the first request says of name, connection and TLS. false: no use to go on. */
static bool check_connection(ServerQuery *f, const RestAnswer *answer)
{
    bool plain = strncmp(f->server.url, "http:", 5) == 0;

    add_check(f, "name", answer->failure != REST_NO_NAME,
              answer->failure == REST_NO_NAME ? answer->problem : "The host's name is known.");
    if (answer->failure == REST_NO_NAME)
        return false;
    add_check(f, "connection", answer->failure != REST_NO_CONNECTION,
              answer->failure == REST_NO_CONNECTION ? answer->problem
                                                    : "The host takes connections.");
    if (answer->failure == REST_NO_CONNECTION)
        return false;
    add_check(f, "tls", answer->failure != REST_NO_TLS,
              answer->failure == REST_NO_TLS ? answer->problem
              : plain                        ? "Not used: a loopback address."
                                             : "The certificate is valid for this host.");
    return answer->failure != REST_NO_TLS;
}

static void check_api(ServerQuery *f, FlowIo *io)
{
    _cleanup_free_ char *found = xasprintf("Found at %s.", f->server.api_url);
    bool ok = clockify_probe_read(io->answer, &io->error) == 0;

    add_check(f, "api", ok, ok ? found : io->error.message);
}

static void check_version(ServerQuery *f)
{
    _cleanup_free_ char *text =
        f->version ? xasprintf("Clockify %s, API v1.", f->version) : xstrdup("API v1.");

    add_check(f, "version", f->sound, f->sound ? text : "Not known without the API.");
}

static int not_sound(const ServerQuery *f, FlowIo *io)
{
    for (size_t i = 0; i < json_count(f->checks); i++) {
        const Json *check = json_at(f->checks, i);

        if (json_flag(check, "ok", true))
            continue;
        error_set(&io->error, ERROR_UNAVAILABLE, "%s: %s", json_string(check, "name"),
                  json_string(check, "detail"));
        snprintf(io->error.service, sizeof(io->error.service), "clockify");
        break;
    }
    return FLOW_FAILED;
}

/* Store work. */
static int keep_server(Db *db, void *arg, Error *error)
{
    ServerQuery *f = arg;
    _cleanup_json_ Json *json = clockify_server_to_json(&f->server);
    _cleanup_free_ char *text = json_text(json);
    Json *details = json_new_object();

    json_put_string(details, "url", f->server.url);
    json_put_bool(details, "sound", f->sound);
    if (query_note(db, &f->query, "server.set", json_string(f->query.params, "by"), details,
                   error) < 0)
        return -1;
    return setting_put(db, SETTING_CLOCKIFY, text, error);
}

static void render_result(ServerQuery *f)
{
    f->query.result = render_server(&f->server);
    json_put(f->query.result, "checks", json_ref(f->checks));
}

static int server_step(Flow *flow, FlowIo *io)
{
    ServerQuery *f = (ServerQuery *)flow;

    FLOW_BEGIN(flow);
    if (f->server.discover) {
        clockify_boot_request(&f->server, &io->request);
        io->ignore_gate = true;
        FLOW_CLOCKIFY(flow, io, NULL, NULL);
        if (!check_connection(f, io->answer))
            goto checked;
        if (clockify_boot_read(io->answer, &f->server, &f->version, &io->error) < 0)
            log_debug("%s names no other API address: %s", f->server.url, io->error.message);
    }
    clockify_probe_request(f->server.api_url, &io->request);
    io->ignore_gate = true;
    FLOW_CLOCKIFY(flow, io, NULL, NULL);
    if (!f->server.discover && !check_connection(f, io->answer))
        goto checked;
    check_api(f, io);
    check_version(f);
checked:
    if (f->store) {
        if (!f->sound && !json_flag(f->query.params, "force", false))
            return not_sound(f, io);
        FLOW_STORE(flow, io, keep_server, f);
    }
    render_result(f);
    FLOW_END(flow);
}

static void take_server(Query *query)
{
    ServerQuery *f = (ServerQuery *)query;

    log_info("the Clockify server was set to %s by %s", f->server.url,
             json_string(query->params, "by"));
    runner_set_server(query->bridge->runner, &f->server);
}

static int read_server(const Json *params, ClockifyServer *ret, Error *error)
{
    const char *url = json_string(params, "url");
    const char *region = json_string(params, "region");

    if (url && region)
        return error_param(error, "region", "Give url or region, not both.");
    if (!url && !region)
        return error_param(error, "url", "Give the url or the region.");
    return url ? clockify_server_from_url(url, ret, error)
               : clockify_server_from_region(region, ret, error);
}

static void ask_server(Bridge *bridge, uint64_t caller, const Json *params, bool store)
{
    ServerQuery *f;
    ClockifyServer server = {0};
    Error error;

    if (read_server(params, &server, &error) < 0) {
        bridge_reply_error(bridge, caller, &error);
        return;
    }
    f = query_new(sizeof(*f), bridge, caller, params, server_step);
    f->server = server;
    f->checks = json_new_array();
    f->sound = true;
    f->store = store;
    f->query.release = release_server;
    f->query.done = store ? take_server : NULL;
    query_start(&f->query);
}

void ask_server_test(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask_server(bridge, caller, params, false);
}

void ask_server_set(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask_server(bridge, caller, params, true);
}
