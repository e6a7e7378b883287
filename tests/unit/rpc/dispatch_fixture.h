/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A dispatcher between a server and flows that stand here in their place: the flows record what
 * they are asked and answer when a test says so, the server records what is sent. Included once in
 * a program: it defines what it stands for.
 */

#include "rpc/dispatch.h"

#include <pwd.h>
#include <stdio.h>

#include "base/buffer.h"
#include "rpc/handlers.h"
#include "rpc/methods.h"
#include "rpc_check.h"

#define ASKED_MOST 512
#define SENT_MOST  512
#define STRANGER   ((uid_t)54321)

typedef struct Asked {
    AskFunction *function;
    uint64_t caller;
    Json *params;
} Asked;

typedef struct Sent {
    uint64_t connection;
    char *text;
} Sent;

/* The bridge of these tests. */
struct Bridge {
    Asked asked[ASKED_MOST];
    size_t asked_count;
    uint64_t gone[ASKED_MOST];
    size_t gone_count;
    bool keeps_params; /* holds on to them, as a flow might */
    Json *kept, *secret;
};

/* The server of these tests. */
struct Server {
    Sent sent[SENT_MOST];
    size_t sent_count;
    size_t taken; /* of `sent`, by the test */
    uint64_t closed[8];
    size_t closed_count;
};

typedef struct Fixture {
    Bridge bridge;
    Server server;
    Config *config;
    Dispatch *dispatch;
    ServerHooks hooks;
    Peer admin, plugin, stranger;
} Fixture;

static inline void record(Bridge *bridge, AskFunction *function, uint64_t caller,
                          const Json *params)
{
    assert_true(bridge->asked_count < ASKED_MOST);
    bridge->asked[bridge->asked_count++] = (Asked){function, caller, json_copy(params)};
    bridge->secret = json_ref(json_get(params, "api_key"));
    if (bridge->keeps_params)
        bridge->kept = json_ref((Json *)params);
}

#define ASK(name)                                                                                  \
    void name(Bridge *bridge, uint64_t caller, const Json *params)                                 \
    {                                                                                              \
        record(bridge, name, caller, params);                                                      \
    }

ASK(ask_status)
ASK(ask_metrics)
ASK(ask_pause)
ASK(ask_resume)
ASK(ask_reload)
ASK(ask_rotate)
ASK(ask_audit_list)
ASK(ask_audit_verify)
ASK(ask_backup)
ASK(ask_server_get)
ASK(ask_server_test)
ASK(ask_server_set)
ASK(ask_account_get)
ASK(ask_connect_clockify)
ASK(ask_connect_jira)
ASK(ask_disconnect)
ASK(ask_set_workspace)
ASK(ask_workspaces)
ASK(ask_projects)
ASK(ask_tasks)
ASK(ask_tags)
ASK(ask_timer_get)
ASK(ask_timer_start)
ASK(ask_timer_stop)
ASK(ask_timer_edit)
ASK(ask_timer_discard)
ASK(ask_entry_preview)
ASK(ask_entry_add)
ASK(ask_entry_list)
ASK(ask_entry_retry)
ASK(ask_worklog_list)
ASK(ask_worklog_retry)
ASK(ask_worklog_retry_all)
ASK(ask_worklog_abandon)

void bridge_caller_gone(Bridge *bridge, uint64_t caller)
{
    bridge->gone[bridge->gone_count++] = caller;
}

void server_send(Server *server, uint64_t connection, const char *text)
{
    assert_true(server->sent_count < SENT_MOST);
    server->sent[server->sent_count++] = (Sent){connection, xstrdup(text)};
}

void server_close(Server *server, uint64_t connection)
{
    assert_true(server->closed_count < ARRAY_SIZE(server->closed));
    server->closed[server->closed_count++] = connection;
}

static inline StringList names(const char *first, const char *second)
{
    StringList list = xcalloc(3, sizeof(*list));
    list[0] = xstrdup(first);
    list[1] = xstrdup(second);
    return list;
}

static inline void names_free(StringList list)
{
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

static inline uid_t uid_of(const char *name)
{
    const struct passwd *user = getpwnam(name);
    assert_non_null(user);
    return user->pw_uid;
}

/* root is in both lists, so that the wider role must win; one name is nobody's. */
static inline int set_up(void **state)
{
    Error error;
    Fixture *fixture = xcalloc(1, sizeof(*fixture));
    fixture->config = config_default();
    names_free(fixture->config->socket.plugin_users);
    names_free(fixture->config->socket.operators);
    fixture->config->socket.plugin_users = names("daemon", "root");
    fixture->config->socket.operators = names("no-such-user-here", "root");
    fixture->config->rpc.max_pending = 4;
    fixture->config->rpc.max_batch = 8;
    assert_int_equal(dispatch_new(&fixture->bridge, fixture->config, &fixture->dispatch, &error),
                     0);
    dispatch_set_server(fixture->dispatch, &fixture->server);
    fixture->hooks = dispatch_hooks(fixture->dispatch);
    fixture->admin = (Peer){.connection = 1, .uid = uid_of("root")};
    fixture->plugin = (Peer){.connection = 2, .uid = uid_of("daemon")};
    fixture->stranger = (Peer){.connection = 3, .uid = STRANGER};
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    Fixture *fixture = *state;
    dispatch_free(fixture->dispatch);
    config_free(fixture->config);
    for (size_t i = 0; i < fixture->bridge.asked_count; i++)
        json_freep(&fixture->bridge.asked[i].params);
    for (size_t i = 0; i < fixture->server.sent_count; i++)
        free(fixture->server.sent[i].text);
    json_freep(&fixture->bridge.kept);
    json_freep(&fixture->bridge.secret);
    free(fixture);
    return 0;
}

static inline void say(Fixture *fixture, const Peer *peer, const char *line)
{
    _cleanup_free_ char *copy = xstrdup(line); /* as the server's memory: gone after the call */
    json_freep(&fixture->bridge.secret);
    fixture->hooks.line(fixture->hooks.context, peer, copy, strlen(copy));
}

static inline void call(Fixture *fixture, const Peer *peer, const char *id, const char *method,
                        const char *params)
{
    _cleanup_free_ char *line = xasprintf(
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":%s}", id, method, params);
    say(fixture, peer, line);
}

/* The next text that was sent; NULL if there is none. Owned by the fixture. */
static inline const Sent *next_sent(Fixture *fixture)
{
    Server *server = &fixture->server;
    return server->taken < server->sent_count ? &server->sent[server->taken++] : NULL;
}

static inline Json *next_answer(Fixture *fixture, const Peer *peer)
{
    const Sent *sent = next_sent(fixture);
    if (!sent)
        fail_msg("nothing was sent");
    assert_int_equal(sent->connection, peer->connection);
    assert_null(strchr(sent->text, '\n'));
    return json_of(sent->text);
}

static inline void expect_nothing(Fixture *fixture)
{
    const Sent *sent = next_sent(fixture);
    if (sent)
        fail_msg("sent: %s", sent->text);
}

static inline void expect(Fixture *fixture, const Peer *peer, const char *wanted)
{
    _cleanup_json_ Json *answer = next_answer(fixture, peer);
    check_json(answer, wanted);
}

/* Returns the data of the error, for more to be looked at; the caller frees it. */
static inline Json *expect_error(Fixture *fixture, const Peer *peer, const char *reason)
{
    _cleanup_json_ Json *answer = next_answer(fixture, peer);
    Json *data = json_child(json_child(answer, "error"), "data");
    if (!streq(json_string(data, "reason"), reason)) {
        _cleanup_free_ char *text = json_text(answer);
        fail_msg("wanted %s: %s", reason, text);
    }
    return json_ref(data);
}

static inline void expect_reason(Fixture *fixture, const Peer *peer, const char *reason,
                                 const char *member, const char *value)
{
    _cleanup_json_ Json *data = expect_error(fixture, peer, reason);
    if (member)
        assert_string_equal(json_string(data, member), value);
}

static inline const Asked *last_asked(const Fixture *fixture, size_t count)
{
    assert_int_equal(fixture->bridge.asked_count, count);
    return &fixture->bridge.asked[count - 1];
}

static inline void answer(Fixture *fixture, size_t asked, const char *result)
{
    dispatch_reply(fixture->dispatch, fixture->bridge.asked[asked].caller, json_of(result), NULL);
}
