/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The dispatcher between a server and flows that stand here in their place: the flows record what
 * they are asked and answer when a test says so; the server records what is sent. Roles, limits,
 * batches, answers out of order, callers that are gone, and web.call against every method.
 */

#include "rpc/dispatch.h"

#include <pwd.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
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

static void record(Bridge *bridge, AskFunction *function, uint64_t caller, const Json *params)
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
ASK(ask_entry_add)
ASK(ask_entry_list)
ASK(ask_entry_retry)
ASK(ask_worklog_list)
ASK(ask_worklog_retry)
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

static StringList names(const char *first, const char *second)
{
    StringList list = xcalloc(3, sizeof(*list));
    list[0] = xstrdup(first);
    list[1] = xstrdup(second);
    return list;
}

static void names_free(StringList list)
{
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

static uid_t uid_of(const char *name)
{
    const struct passwd *user = getpwnam(name);
    assert_non_null(user);
    return user->pw_uid;
}

/* root is in both lists, so that the wider role must win; one name is nobody's. */
static int set_up(void **state)
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

static int tear_down(void **state)
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

static void say(Fixture *fixture, const Peer *peer, const char *line)
{
    _cleanup_free_ char *copy = xstrdup(line); /* as the server's memory: gone after the call */
    json_freep(&fixture->bridge.secret);
    fixture->hooks.line(fixture->hooks.context, peer, copy, strlen(copy));
}

static void call(Fixture *fixture, const Peer *peer, const char *id, const char *method,
                 const char *params)
{
    _cleanup_free_ char *line = xasprintf(
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":%s}", id, method, params);
    say(fixture, peer, line);
}

/* The next text that was sent; NULL if there is none. Owned by the fixture. */
static const Sent *next_sent(Fixture *fixture)
{
    Server *server = &fixture->server;
    return server->taken < server->sent_count ? &server->sent[server->taken++] : NULL;
}

static Json *next_answer(Fixture *fixture, const Peer *peer)
{
    const Sent *sent = next_sent(fixture);
    if (!sent)
        fail_msg("nothing was sent");
    assert_int_equal(sent->connection, peer->connection);
    assert_null(strchr(sent->text, '\n'));
    return json_of(sent->text);
}

static void expect_nothing(Fixture *fixture)
{
    const Sent *sent = next_sent(fixture);
    if (sent)
        fail_msg("sent: %s", sent->text);
}

static void expect(Fixture *fixture, const Peer *peer, const char *wanted)
{
    _cleanup_json_ Json *answer = next_answer(fixture, peer);
    check_json(answer, wanted);
}

/* Returns the data of the error, for more to be looked at; the caller frees it. */
static Json *expect_error(Fixture *fixture, const Peer *peer, const char *reason)
{
    _cleanup_json_ Json *answer = next_answer(fixture, peer);
    Json *data = json_child(json_child(answer, "error"), "data");
    if (!streq(json_string(data, "reason"), reason)) {
        _cleanup_free_ char *text = json_text(answer);
        fail_msg("wanted %s: %s", reason, text);
    }
    return json_ref(data);
}

static void expect_reason(Fixture *fixture, const Peer *peer, const char *reason,
                          const char *member, const char *value)
{
    _cleanup_json_ Json *data = expect_error(fixture, peer, reason);
    if (member)
        assert_string_equal(json_string(data, member), value);
}

static const Asked *last_asked(const Fixture *fixture, size_t count)
{
    assert_int_equal(fixture->bridge.asked_count, count);
    return &fixture->bridge.asked[count - 1];
}

static void answer(Fixture *fixture, size_t asked, const char *result)
{
    dispatch_reply(fixture->dispatch, fixture->bridge.asked[asked].caller, json_of(result), NULL);
}

static void every_method_reaches_its_function(void **state)
{
    Fixture *fixture = *state;
    size_t asked = 0;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        if (!handler_of(method->id))
            continue;
        call(fixture, &fixture->admin, "7", method->name, method->example);
        const Asked *ask = last_asked(fixture, ++asked);
        assert_ptr_equal(ask->function, handler_of(method->id));
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(handler_of(method->id), handler_of((MethodId)j));
        check_json(ask->params, method->example);
        expect_nothing(fixture);
        answer(fixture, asked - 1, "{\"ok\":true}");
        expect(fixture, &fixture->admin, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"ok\":true}}");
    }
    assert_int_equal(asked, METHOD_COUNT - 3);
    assert_int_equal(dispatch_pending(fixture->dispatch), 0);
}

static void the_plugin_calls_no_operator_method(void **state)
{
    Fixture *fixture = *state;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        size_t before = fixture->bridge.asked_count;
        if (!handler_of(method->id))
            continue;
        call(fixture, &fixture->plugin, "1", method->name, method->example);
        if (method->role == ROLE_OPERATOR) {
            expect_reason(fixture, &fixture->plugin, "forbidden", NULL, NULL);
            assert_int_equal(fixture->bridge.asked_count, before);
        } else {
            last_asked(fixture, before + 1);
            answer(fixture, before, "{}");
            expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
        }
    }
}

static void a_stranger_is_forbidden_everything(void **state)
{
    static const char *const lines[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "not JSON",
        "[]",
        "7",
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        call(fixture, &fixture->stranger, "1", methods_all()[i].name, methods_all()[i].example);
        expect_reason(fixture, &fixture->stranger, "forbidden", NULL, NULL);
    }
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        say(fixture, &fixture->stranger, lines[i]);
        expect_reason(fixture, &fixture->stranger, "forbidden", NULL, NULL);
    }
    fixture->hooks.too_long(fixture->hooks.context, &fixture->stranger);
    expect_reason(fixture, &fixture->stranger, "forbidden", NULL, NULL);
    say(fixture, &fixture->stranger, "{\"jsonrpc\":\"2.0\",\"method\":\"bridge.status\"}");
    expect_nothing(fixture);
    assert_int_equal(fixture->bridge.asked_count, 0);
    assert_int_equal(fixture->server.closed_count, 0);
    assert_int_equal(dispatch_pending(fixture->dispatch), 0);
}

static void hello_and_describe(void **state)
{
    static const char *const roles[] = {"operator", "plugin"};
    Fixture *fixture = *state;
    const Peer *peers[] = {&fixture->admin, &fixture->plugin};
    for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
        call(fixture, peers[i], "1", "bridge.hello", "{\"protocol\":1,\"client\":\"a test\"}");
        _cleanup_json_ Json *answer = next_answer(fixture, peers[i]);
        Json *result = json_child(answer, "result");
        assert_string_equal(json_string(result, "name"), "clockify-bridge");
        assert_string_equal(json_string(result, "role"), roles[i]);
        assert_int_equal(json_int(result, "protocol", 0), 1);
        assert_int_equal(json_count(json_list(result, "protocols")), 1);
        assert_true(*json_string(result, "node") && *json_string(result, "version"));
        call(fixture, peers[i], "2", "bridge.describe", "{}");
        _cleanup_json_ Json *described = next_answer(fixture, peers[i]),
                            *table = methods_describe();
        _cleanup_free_ char *wanted = json_text(table);
        check_json(json_child(described, "result"), wanted);
    }
}

static void bad_calls_are_named(void **state)
{
    Fixture *fixture = *state;
    const Peer *peer = &fixture->plugin;
    call(fixture, peer, "1", "timer.halt", "{}");
    expect_reason(fixture, peer, "method_not_found", NULL, NULL);
    call(fixture, peer, "1", "timer.stop", "{}");
    expect_reason(fixture, peer, "invalid_params", "param", "user");
    call(fixture, peer, "1", "timer.stop", "[\"JIRAUSER1\"]");
    expect_reason(fixture, peer, "invalid_params", "param", "params");
    call(fixture, peer, "1", "timer.stop", "{\"user\":\"u\",\"x\":1}");
    expect_reason(fixture, peer, "invalid_params", "param", "x");
    say(fixture, peer, "{\"jsonrpc\":\"2.0\",\"id\":1}");
    expect_reason(fixture, peer, "invalid_request", NULL, NULL);
    say(fixture, peer, "{");
    expect_reason(fixture, peer, "parse_error", NULL, NULL);
    assert_int_equal(fixture->bridge.asked_count, 0);
}

static void ids_pair_answers(void **state)
{
    static const char *const ids[] = {"\"a\"", "0", "-5", "9223372036854775807", "null", "\"\""};
    Fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        _cleanup_free_ char *wanted =
            xasprintf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":null}", ids[i]);
        call(fixture, &fixture->plugin, ids[i], "bridge.status", "{}");
        dispatch_reply(fixture->dispatch, fixture->bridge.asked[i].caller, NULL, NULL);
        expect(fixture, &fixture->plugin, wanted);
    }
}

static void answers_come_in_any_order(void **state)
{
    Fixture *fixture = *state;
    call(fixture, &fixture->plugin, "1", "bridge.status", "{}");
    call(fixture, &fixture->admin, "1", "bridge.status", "{}");
    call(fixture, &fixture->plugin, "2", "bridge.metrics", "{}");
    assert_int_equal(dispatch_pending(fixture->dispatch), 3);
    answer(fixture, 2, "\"third\"");
    expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"third\"}");
    answer(fixture, 1, "\"second\"");
    expect(fixture, &fixture->admin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"second\"}");
    answer(fixture, 0, "\"first\"");
    expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"first\"}");
    answer(fixture, 0, "\"again\"");
    expect_nothing(fixture);
}

static void errors_of_flows_are_passed_on(void **state)
{
    Fixture *fixture = *state;
    Error error;
    error_not_found(&error, "timer", "no timer is running");
    call(fixture, &fixture->plugin, "1", "timer.stop", "{\"user\":\"u\"}");
    dispatch_reply(fixture->dispatch, fixture->bridge.asked[0].caller, NULL, &error);
    expect(fixture, &fixture->plugin,
           "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32006,\"message\":\"no timer is "
           "running\","
           "\"data\":{\"reason\":\"not_found\",\"what\":\"timer\"}}}");
}

static void a_notification_is_carried_out_in_silence(void **state)
{
    Fixture *fixture = *state;
    say(fixture, &fixture->plugin,
        "{\"jsonrpc\":\"2.0\",\"method\":\"timer.stop\",\"params\":{\"user\":\"u\"}}");
    assert_ptr_equal(last_asked(fixture, 1)->function, ask_timer_stop);
    answer(fixture, 0, "{}");
    say(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"method\":\"timer.stop\"}");
    say(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}");
    expect_nothing(fixture);
    assert_int_equal(dispatch_pending(fixture->dispatch), 0);
}

static void a_batch_is_answered_once_and_in_order(void **state)
{
    Fixture *fixture = *state;
    say(fixture, &fixture->plugin,
        "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"bridge.status\"},"
        "{\"jsonrpc\":\"2.0\",\"method\":\"bridge.metrics\"},"
        "{\"foo\":1},"
        "{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"method\":\"server.get\"}]");
    assert_int_equal(fixture->bridge.asked_count, 3);
    expect_nothing(fixture);
    answer(fixture, 2, "4");
    call(fixture, &fixture->plugin, "9", "bridge.status", "{}");
    answer(fixture, 3, "9");
    expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":9}");
    answer(fixture, 1, "2");
    expect_nothing(fixture);
    answer(fixture, 0, "1");
    _cleanup_json_ Json *list = next_answer(fixture, &fixture->plugin);
    assert_int_equal(json_count(list), 3);
    check_json(json_at(list, 0), "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":1}");
    assert_int_equal(json_int(json_child(json_at(list, 1), "error"), "code", 0), -32600);
    check_json(json_at(list, 2), "{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"result\":4}");
    expect_nothing(fixture);
}

static void batches_of_one_kind(void **state)
{
    Fixture *fixture = *state;
    say(fixture, &fixture->plugin,
        "[{\"jsonrpc\":\"2.0\",\"method\":\"bridge.status\"},{\"jsonrpc\":\"2.0\",\"method\":\"x\"}"
        "]");
    answer(fixture, 0, "1");
    expect_nothing(fixture);
    say(fixture, &fixture->plugin, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bridge.hello\"}]");
    _cleanup_json_ Json *list = next_answer(fixture, &fixture->plugin);
    assert_int_equal(json_count(list), 1);
    say(fixture, &fixture->plugin, "[1,2]");
    _cleanup_json_ Json *bad = next_answer(fixture, &fixture->plugin);
    assert_int_equal(json_count(bad), 2);
    say(fixture, &fixture->plugin, "[1,2,3,4,5,6,7,8,9]");
    expect_reason(fixture, &fixture->plugin, "invalid_request", "limit", "batch");
    assert_int_equal(dispatch_pending(fixture->dispatch), 0);
}

static void too_many_unanswered(void **state)
{
    Fixture *fixture = *state;
    for (int i = 0; i < 4; i++)
        call(fixture, &fixture->plugin, "1", "bridge.status", "{}");
    expect_nothing(fixture);
    call(fixture, &fixture->plugin, "5", "bridge.status", "{}");
    _cleanup_json_ Json *data = expect_error(fixture, &fixture->plugin, "busy");
    assert_string_equal(json_string(data, "limit"), "pending");
    assert_int_equal(json_int(data, "retry_after_s", 0), 1);
    call(fixture, &fixture->admin, "1", "bridge.status", "{}");
    assert_int_equal(fixture->bridge.asked_count, 5);
    answer(fixture, 0, "1");
    next_sent(fixture);
    call(fixture, &fixture->plugin, "5", "bridge.status", "{}");
    assert_int_equal(fixture->bridge.asked_count, 6);
}

static void draining_takes_nothing_new(void **state)
{
    Fixture *fixture = *state;
    call(fixture, &fixture->plugin, "1", "bridge.status", "{}");
    dispatch_drain(fixture->dispatch);
    call(fixture, &fixture->plugin, "2", "bridge.status", "{}");
    _cleanup_json_ Json *data = expect_error(fixture, &fixture->plugin, "busy");
    assert_int_equal(json_int(data, "retry_after_s", 0), 1);
    answer(fixture, 0, "1");
    expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}");
    assert_int_equal(fixture->bridge.asked_count, 1);
}

static void answers_for_a_gone_caller_are_dropped(void **state)
{
    Fixture *fixture = *state;
    call(fixture, &fixture->plugin, "1", "bridge.status", "{}");
    say(fixture, &fixture->plugin,
        "[{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"bridge.status\"},{\"jsonrpc\":\"2.0\",\"id\":"
        "3,\"method\":\"bridge.hello\"}]");
    call(fixture, &fixture->admin, "1", "bridge.status", "{}");
    fixture->hooks.closed(fixture->hooks.context, &fixture->plugin);
    assert_int_equal(fixture->bridge.gone_count, 2);
    assert_int_equal(fixture->bridge.gone[0] + fixture->bridge.gone[1],
                     fixture->bridge.asked[0].caller + fixture->bridge.asked[1].caller);
    answer(fixture, 0, "[\"late\"]");
    answer(fixture, 1, "[\"late\"]");
    expect_nothing(fixture);
    answer(fixture, 2, "1");
    expect(fixture, &fixture->admin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}");
    fixture->hooks.closed(fixture->hooks.context, &fixture->stranger); /* one that never asked */
    assert_int_equal(dispatch_pending(fixture->dispatch), 0);
}

static void a_half_closed_connection_gets_its_answers(void **state)
{
    Fixture *fixture = *state;
    call(fixture, &fixture->plugin, "1", "bridge.status", "{}");
    call(fixture, &fixture->plugin, "2", "bridge.status", "{}");
    fixture->hooks.ended(fixture->hooks.context, &fixture->plugin);
    answer(fixture, 1, "2");
    assert_int_equal(fixture->server.closed_count, 0);
    answer(fixture, 0, "1");
    assert_int_equal(fixture->server.sent_count, 2);
    assert_int_equal(fixture->server.closed_count, 1);
    assert_int_equal(fixture->server.closed[0], fixture->plugin.connection);
    fixture->hooks.ended(fixture->hooks.context, &fixture->admin); /* one that never asked */
    assert_int_equal(fixture->server.closed_count, 2);
}

static void limits_of_the_socket_are_named(void **state)
{
    Fixture *fixture = *state;
    fixture->hooks.too_long(fixture->hooks.context, &fixture->plugin);
    expect_reason(fixture, &fixture->plugin, "invalid_request", "limit", "request_kib");
    fixture->hooks.too_slow(fixture->hooks.context, &fixture->plugin);
    expect_reason(fixture, &fixture->plugin, "invalid_request", "limit", "request_s");
    _cleanup_free_ char *text = fixture->hooks.refusal(fixture->hooks.context);
    _cleanup_json_ Json *refusal = json_of(text);
    Json *error = json_child(refusal, "error"), *data = json_child(error, "data");
    assert_true(json_has(refusal, "id") && !json_get(refusal, "id"));
    assert_int_equal(json_int(error, "code", 0), -32011);
    assert_string_equal(json_string(data, "limit"), "connections");
    assert_int_equal(json_int(data, "retry_after_s", 0), 1);
}

static void a_reload_changes_roles_and_limits(void **state)
{
    Fixture *fixture = *state;
    names_free(fixture->config->socket.plugin_users);
    fixture->config->socket.plugin_users = names("nobody", "root");
    fixture->config->rpc.max_depth = 8;
    dispatch_set_config(fixture->dispatch, fixture->config);
    call(fixture, &fixture->plugin, "1", "bridge.hello", "{}");
    expect_reason(fixture, &fixture->plugin, "forbidden", NULL, NULL);
    say(fixture, &fixture->admin, "[[[[[[[[[1]]]]]]]]]");
    expect_reason(fixture, &fixture->admin, "invalid_request", "limit", "nesting");
}

static void secrets_are_wiped_after_the_call(void **state)
{
    Fixture *fixture = *state;
    const char *params = "{\"user\":\"u\",\"api_key\":\"canary-canary\"}";
    call(fixture, &fixture->plugin, "1", "account.connect_clockify", params);
    const char *text = json_object_get_string(fixture->bridge.secret);
    assert_int_equal(json_object_get_string_len(fixture->bridge.secret), strlen("canary-canary"));
    for (size_t i = 0; i < strlen("canary-canary"); i++)
        assert_int_equal(text[i], 0);
}

static void params_that_a_flow_keeps_stay_whole(void **state)
{
    Fixture *fixture = *state;
    const char *params = "{\"user\":\"u\",\"api_key\":\"canary-canary\"}";
    fixture->bridge.keeps_params = true;
    call(fixture, &fixture->plugin, "1", "account.connect_clockify", params);
    check_json(fixture->bridge.kept, params);
}

/* web.call as the plugin's servlet makes it; `claims` are further params, each with a comma before
 * it. */
static void web(Fixture *fixture, const char *body, const char *claims)
{
    _cleanup_json_ Json *text = json_object_new_string(body);
    _cleanup_free_ char *quoted = json_text(text);
    _cleanup_free_ char *params =
        xasprintf("{\"user\":\"JIRAUSER7\",\"body\":%s%s}", quoted, claims);
    call(fixture, &fixture->plugin, "1", "web.call", params);
}

static char *body_of(const char *method, const Json *params)
{
    _cleanup_free_ char *text = json_text(params);
    return xasprintf("{\"method\":\"%s\",\"params\":%s}", method, text);
}

/* The example without what a page may not say, so that what the bridge puts in is all that can be
 * there. */
static Json *page_params(const Method *method)
{
    Json *params = json_of(method->example);
    json_object_object_del(params, "user");
    json_object_object_del(params, "by");
    return params;
}

static bool has_param(const Method *method, const char *name)
{
    for (size_t i = 0; i < method->param_count; i++)
        if (streq(method->params[i].name, name))
            return true;
    return false;
}

static void check_page_call(Fixture *fixture, const Method *method, const char *claims,
                            bool allowed)
{
    size_t before = fixture->bridge.asked_count;
    _cleanup_json_ Json *params = page_params(method);
    _cleanup_free_ char *body = body_of(method->name, params);
    web(fixture, body, claims);
    if (!allowed) {
        expect_reason(fixture, &fixture->plugin, "forbidden", NULL, NULL);
        assert_int_equal(fixture->bridge.asked_count, before);
        return;
    }
    const Asked *ask = last_asked(fixture, before + 1);
    assert_ptr_equal(ask->function, handler_of(method->id));
    if (has_param(method, "user"))
        json_put_string(params, "user", "JIRAUSER7");
    if (has_param(method, "by"))
        json_put_string(params, "by", "JIRAUSER7");
    _cleanup_free_ char *wanted = json_text(params);
    check_json(ask->params, wanted);
    answer(fixture, before, "{\"x\":1}");
    expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":1}}");
}

static void pages_call_what_they_may(void **state)
{
    static const struct {
        const char *claims;
        bool admin;
    } rows[] = {
        {"", false},
        {",\"sysadmin\":true", false},
        {",\"websudo\":true", false},
        {",\"sysadmin\":false,\"websudo\":true", false},
        {",\"sysadmin\":true,\"websudo\":false", false},
        {",\"sysadmin\":true,\"websudo\":true,\"name\":\"admin\"", true},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        for (size_t j = 0; j < ARRAY_SIZE(rows); j++) {
            const Method *method = &methods_all()[i];
            check_page_call(fixture, method, rows[j].claims,
                            method->web && (!method->web_admin || rows[j].admin));
        }
}

static void pages_name_no_user(void **state)
{
    static const char *const names_refused[] = {"user", "by", "all"};
    Fixture *fixture = *state;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        for (size_t j = 0; j < ARRAY_SIZE(names_refused) && methods_all()[i].web; j++) {
            _cleanup_json_ Json *params = page_params(&methods_all()[i]);
            json_put_string(params, names_refused[j], "JIRAUSER7");
            _cleanup_free_ char *body = body_of(methods_all()[i].name, params);
            web(fixture, body, ",\"sysadmin\":true,\"websudo\":true");
            expect_reason(fixture, &fixture->plugin, "invalid_params", "param", names_refused[j]);
        }
    assert_int_equal(fixture->bridge.asked_count, 0);
}

static void bodies_are_judged_like_lines(void **state)
{
    static const struct {
        const char *body, *reason, *member, *value;
    } rows[] = {
        {"{", "parse_error", NULL, NULL},
        {"{\"method\":\"timer.get\",\"method\":\"server.get\"}", "parse_error", NULL, NULL},
        {"{\"method\":\"timer.get\\u0000\"}", "parse_error", NULL, NULL},
        {"[{\"method\":\"timer.get\"}]", "invalid_request", NULL, NULL},
        {"\"timer.get\"", "invalid_request", NULL, NULL},
        {"{}", "invalid_request", NULL, NULL},
        {"{\"method\":1}", "invalid_request", NULL, NULL},
        {"{\"method\":\"timer.get\",\"user\":\"x\"}", "invalid_request", NULL, NULL},
        {"{\"method\":\"timer.get\",\"sysadmin\":true}", "invalid_request", NULL, NULL},
        {"{\"method\":\"timer.halt\"}", "method_not_found", NULL, NULL},
        {"{\"method\":\"timer.get\",\"params\":[]}", "invalid_params", "param", "params"},
        {"{\"method\":\"timer.get\",\"params\":null}", "invalid_params", "param", "params"},
        {"{\"method\":\"timer.get\",\"params\":{\"x\":1}}", "invalid_params", "param", "x"},
        {"{\"method\":\"timer.start\",\"params\":{}}", "invalid_params", "param", "issue"},
        {"{\"method\":\"timer.get\",\"params\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]"
         "]]]]]]]]]]]]]}",
         "invalid_request", "limit", "nesting"},
        {"{\"method\":\"web.call\",\"params\":{\"body\":\"{}\"}}", "forbidden", NULL, NULL},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        web(fixture, rows[i].body, "");
        expect_reason(fixture, &fixture->plugin, rows[i].reason, rows[i].member, rows[i].value);
    }
    assert_int_equal(fixture->bridge.asked_count, 0);
    web(fixture, "{\"jsonrpc\":\"2.0\",\"id\":99,\"method\":\"timer.get\"}", "");
    check_json(last_asked(fixture, 1)->params, "{\"user\":\"JIRAUSER7\"}");
    answer(fixture, 0, "1");
    expect(fixture, &fixture->plugin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}");
}

static void a_page_retries_its_own(void **state)
{
    Fixture *fixture = *state;
    web(fixture, "{\"method\":\"worklog.retry\",\"params\":{\"id\":\"17\"}}", "");
    check_json(last_asked(fixture, 1)->params, "{\"id\":\"17\",\"user\":\"JIRAUSER7\"}");
    web(fixture, "{\"method\":\"entry.retry\"}", "");
    check_json(last_asked(fixture, 2)->params, "{\"user\":\"JIRAUSER7\"}");
    web(fixture, "{\"method\":\"worklog.list\"}", "");
    check_json(last_asked(fixture, 3)->params, "{\"user\":\"JIRAUSER7\"}");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_method_reaches_its_function),
        TEST(the_plugin_calls_no_operator_method),
        TEST(a_stranger_is_forbidden_everything),
        TEST(hello_and_describe),
        TEST(bad_calls_are_named),
        TEST(ids_pair_answers),
        TEST(answers_come_in_any_order),
        TEST(errors_of_flows_are_passed_on),
        TEST(a_notification_is_carried_out_in_silence),
        TEST(a_batch_is_answered_once_and_in_order),
        TEST(batches_of_one_kind),
        TEST(too_many_unanswered),
        TEST(draining_takes_nothing_new),
        TEST(answers_for_a_gone_caller_are_dropped),
        TEST(a_half_closed_connection_gets_its_answers),
        TEST(limits_of_the_socket_are_named),
        TEST(a_reload_changes_roles_and_limits),
        TEST(secrets_are_wiped_after_the_call),
        TEST(params_that_a_flow_keeps_stay_whole),
        TEST(pages_call_what_they_may),
        TEST(pages_name_no_user),
        TEST(bodies_are_judged_like_lines),
        TEST(a_page_retries_its_own),
    };
    return cmocka_run_group_tests_name("rpc/dispatch", tests, NULL, NULL);
}
