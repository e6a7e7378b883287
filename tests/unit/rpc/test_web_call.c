/* SPDX-License-Identifier: Apache-2.0 */

/*
 * web.call against every method: what a page may call, what it may not say, and in whose name it is
 * done.
 */

#include "dispatch_fixture.h"

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
            if (streq(names_refused[j], "all"))
                json_put_bool(params, "all", true);
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
        TEST(pages_call_what_they_may),
        TEST(pages_name_no_user),
        TEST(bodies_are_judged_like_lines),
        TEST(a_page_retries_its_own),
    };
    return cmocka_run_group_tests_name("rpc/web_call", tests, NULL, NULL);
}
