/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The dispatcher: who may ask what, limits, batches, answers out of order, and callers that are
 * gone.
 */

#include "config.h"

#include "dispatch_fixture.h"

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
        /* The list of all is that of one user without the user. */
        for (size_t j = 0; method->id != METHOD_WORKLOG_LIST_ALL && j < i; j++)
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
        assert_string_equal(json_string(result, "version"), PACKAGE_VERSION);
        assert_true(*json_string(result, "node") != '\0');
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
    };
    return cmocka_run_group_tests_name("rpc/dispatch", tests, NULL, NULL);
}
