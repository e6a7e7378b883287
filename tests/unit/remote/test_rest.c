/* SPDX-License-Identifier: Apache-2.0 */
/* One request and what becomes of it, against a server that does everything wrong. Loopback only.
 */

#include "tests/unit/remote/rest_fixture.h"

#include <stdio.h>

#include "base/time.h"

static void a_plain_answer(void **state)
{
    Fixture fixture;
    RestAnswer *answer;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    answer = fixture_ask(&fixture, REST_GET, "/ok", NULL);
    assert_int_equal(answer->outcome, REST_ANSWERED);
    assert_int_equal(answer->status, 200);
    assert_string_equal(answer->body, "{\"id\":\"1\"}");
    assert_int_equal(answer->length, strlen(answer->body));
    assert_true(answer->json);
    assert_int_equal(answer->last_page, -1);
    assert_int_equal(answer->retry_after_s, -1);
    assert_null(answer->user_name);
    assert_string_equal(answer->problem, "");
    assert_int_equal(answer->failure, REST_FINE);
    assert_false(fixture_ask(&fixture, REST_GET, "/html", NULL)->json);
    assert_int_equal(fixture_ask(&fixture, REST_GET, "/status/404", NULL)->status, 404);
    assert_int_equal(fixture_ask(&fixture, REST_GET, "/status/503", NULL)->outcome, REST_ANSWERED);
    assert_int_equal(rest_stats(fixture.client).answered, 4);
    fixture_stop(&fixture);
}

/* The text of the request as the server read it. */
static char *request_text(Fixture *fixture, RestRequest *request)
{
    _cleanup_json_ Json *json = NULL;
    size_t before = fixture->count;
    Error error = {0};

    fixture_send(fixture, request, 0);
    fixture_wait(fixture, before + 1);
    assert_int_equal(json_parse(fixture->got[before].answer.body,
                                fixture->got[before].answer.length, 8, &json, &error),
                     0);
    return xstrdup(json_string(json, "request"));
}

static void assert_line(const char *text, const char *line, bool wanted)
{
    _cleanup_free_ char *whole = xasprintf("\r\n%s", line);

    if ((strcasestr(text, whole) != NULL) != wanted)
        fail_msg("%s line >%s< in:\n%s", wanted ? "no" : "unwanted", line, text);
}

static void headers_of_an_api_key(void **state)
{
    Fixture fixture;
    RestRequest request;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    request = (RestRequest){.method = REST_GET,
                            .url = fixture_url(&fixture, "/echo"),
                            .auth = REST_AUTH_API_KEY,
                            .secret = secret_from_token(FIXTURE_KEY)};
    {
        _cleanup_free_ char *text = request_text(&fixture, &request);

        assert_true(strncmp(text, "GET /echo HTTP/1.1\r\n", 20) == 0);
        assert_line(text, "X-Api-Key: " FIXTURE_KEY "\r\n", true);
        assert_line(text, "Content-Type: application/json\r\n", true);
        assert_line(text, "Accept: application/json\r\n", true);
        assert_line(text, "User-Agent: clockify-bridge/", true);
        assert_null(strcasestr(text, "Mozilla"));
        for (size_t i = 0; i < 8; i++) {
            static const char *const unwanted[] = {
                "Accept-Encoding",   "Expect", "Cookie", "Origin", "Referer", "Authorization",
                "X-Atlassian-Token", "Proxy"};

            assert_line(text, unwanted[i], false);
        }
    }
    fixture_stop(&fixture);
}

static void headers_of_a_bearer(void **state)
{
    static const struct {
        RestMethod method;
        const char *name, *body;
    } rows[] = {{REST_POST, "POST", "{\"a\":1}"}, {REST_PUT, "PUT", "{}"},
                {REST_PATCH, "PATCH", "[]"},      {REST_DELETE, "DELETE", NULL},
                {REST_POST, "POST", NULL},        {REST_GET, "GET", NULL}};
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        RestRequest request = {.method = rows[i].method,
                               .url = fixture_url(&fixture, "/echo"),
                               .body = xstrdup(rows[i].body),
                               .auth = REST_AUTH_BEARER,
                               .secret = secret_from_token(FIXTURE_KEY)};
        _cleanup_free_ char *text = request_text(&fixture, &request);
        _cleanup_free_ char *first = xasprintf("%s /echo HTTP/1.1\r\n", rows[i].name);
        _cleanup_free_ char *end = xasprintf("\r\n\r\n%s", rows[i].body ? rows[i].body : "");

        check_row(strncmp(text, first, strlen(first)) == 0, text);
        check_row(strlen(text) > strlen(end) && streq(text + strlen(text) - strlen(end), end),
                  text);
        assert_line(text, "Authorization: Bearer " FIXTURE_KEY "\r\n", true);
        assert_line(text, "X-Atlassian-Token: no-check\r\n", true);
        assert_line(text, "Content-Type: application/json\r\n", true);
        assert_line(text, "Expect", false);
        assert_line(text, "X-Api-Key", false);
    }
    fixture_stop(&fixture);
}

/* A builder sets the kind of secret, and a request without one is sent without. */
static void no_secret_no_header(void **state)
{
    Fixture fixture;
    RestRequest request;
    _cleanup_free_ char *text = NULL;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    request = (RestRequest){.url = fixture_url(&fixture, "/echo"), .auth = REST_AUTH_API_KEY};
    text = request_text(&fixture, &request);
    assert_line(text, "X-Api-Key", false);
    fixture_stop(&fixture);
}

static void what_headers_say(void **state)
{
    static const struct {
        const char *path;
        int64_t retry_after_s;
        int last_page;
        const char *user_name;
    } rows[] = {
        {"/retry/0", 0, -1, NULL},
        {"/retry/17", 17, -1, NULL},
        {"/retry/86401", 86400, -1, NULL},
        {"/retry/9223372036854775807", 86400, -1, NULL},
        {"/retry/99999999999999999999999999", 86400, -1, NULL},
        {"/retry/-5", -1, -1, NULL},
        {"/retry/5x", -1, -1, NULL},
        {"/retry/soon", -1, -1, NULL},
        {"/retry/Wed,%2021%20Oct%202015%2007:28:00%20GMT", 0, -1, NULL},
        {"/retry/Wed,%2021%20Oct%202093%2007:28:00%20GMT", 86400, -1, NULL},
        {"/page/true", -1, 1, NULL},
        {"/page/False", -1, 0, NULL},
        {"/page/maybe", -1, -1, NULL},
        {"/user/anna", -1, -1, "anna"},
        {"/user/anna%2540example.com", -1, -1, "anna@example.com"},
        {"/user/J%25C3%25B6rg", -1, -1, "J\xc3\xb6rg"},
        {"/user/a%2500b", -1, -1, "a%00b"},
        {"/user/a%25zz", -1, -1, "a%zz"},
        {"/user/a%25", -1, -1, "a%"},
    };
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        RestAnswer *answer = fixture_ask(&fixture, REST_GET, rows[i].path, NULL);

        check_row_int(answer->outcome, REST_ANSWERED, rows[i].path);
        check_row_int(answer->retry_after_s, rows[i].retry_after_s, rows[i].path);
        check_row_int(answer->last_page, rows[i].last_page, rows[i].path);
        check_row_text(answer->user_name, rows[i].user_name, rows[i].path);
    }
    fixture_stop(&fixture);
}

static void lost_answers_are_unclear(void **state)
{
    static const char *const paths[] = {"/silent", "/cut"};
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        _cleanup_free_ char *seen = xasprintf("POST %s", paths[i]);
        RestAnswer *answer = fixture_ask(&fixture, REST_POST, paths[i], "{}");

        check_row_int(answer->outcome, REST_UNCLEAR, paths[i]);
        check_row_int(answer->status, 0, paths[i]);
        check_row_text(answer->body, "", paths[i]);
        check_row(strstr(answer->problem, "127.0.0.1"), paths[i]);
        check_row_int(answer->failure, REST_BROKEN, paths[i]);
        check_row_int(server_seen(fixture.server, seen), 1, paths[i]);
        check_row_int(fixture_ask(&fixture, REST_GET, paths[i], NULL)->outcome, REST_UNCLEAR,
                      paths[i]);
    }
    assert_int_equal(rest_stats(fixture.client).unclear, 4);
    fixture_stop(&fixture);
}

/* libcurl would by itself send a request again when a kept connection dies under it. */
static void nothing_is_made_twice_on_a_dead_connection(void **state)
{
    static const struct {
        RestMethod method;
        const char *request;
    } rows[] = {{REST_POST, "POST /die"}, {REST_PUT, "PUT /die"}, {REST_PATCH, "PATCH /die"}};
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(fixture_ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_ANSWERED);
        /* On a fresh connection it would have been answered. */
        check_row_int(fixture_ask(&fixture, rows[i].method, "/die", "{\"n\":1}")->outcome,
                      REST_UNCLEAR, rows[i].request);
    }
    assert_int_equal(fixture_ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_ANSWERED);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_row_int(server_seen(fixture.server, rows[i].request), 1, rows[i].request);
    /* Without a body there is nothing that cannot be read twice: a fresh connection. */
    assert_int_equal(fixture_ask(&fixture, REST_POST, "/die", NULL)->outcome, REST_ANSWERED);
    assert_int_equal(server_seen(fixture.server, "POST /die"), 2);
    fixture_stop(&fixture);
}

static void time_runs_out(void **state)
{
    static const char *const paths[] = {"/wait/3000", "/trickle"};
    RestOptions options = fixture_options;
    Fixture fixture;

    (void)state;
    options.timeout_ms = 300;
    fixture_start(&fixture, &options);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        int64_t start_ms = time_monotonic_ms();
        RestAnswer *answer = fixture_ask(&fixture, REST_POST, paths[i], "{}");

        check_row_int(answer->outcome, REST_UNCLEAR, paths[i]);
        check_row(answer->timed_out, paths[i]);
        check_row(time_monotonic_ms() - start_ms < 2000, paths[i]);
        check_row(answer->took_ms >= 250 && answer->took_ms < 2000, paths[i]);
    }
    fixture_stop(&fixture);
}

static void a_request_may_have_its_own_time(void **state)
{
    RestOptions options = fixture_options;
    RestRequest request;
    Fixture fixture;

    (void)state;
    options.timeout_ms = 100;
    fixture_start(&fixture, &options);
    request = (RestRequest){.url = fixture_url(&fixture, "/wait/400"), .timeout_ms = 5000};
    fixture_send(&fixture, &request, 0);
    fixture_wait(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.outcome, REST_ANSWERED);
    fixture_stop(&fixture);
}

static void too_much_of_an_answer(void **state)
{
    RestRequest request;
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    assert_int_equal(fixture_ask(&fixture, REST_GET, "/big/1048576", NULL)->length, 1048576);
    assert_int_equal(fixture_ask(&fixture, REST_POST, "/big/1048577", "{}")->outcome, REST_UNCLEAR);
    assert_non_null(strstr(fixture.got[1].answer.problem, "too large"));
    request = (RestRequest){.url = fixture_url(&fixture, "/big/3000000"), .max_body = 3000000};
    fixture_send(&fixture, &request, 0);
    fixture_wait(&fixture, 3);
    assert_int_equal(fixture.got[2].answer.outcome, REST_ANSWERED);
    assert_int_equal(fixture_ask(&fixture, REST_GET, "/headers/100", NULL)->outcome, REST_ANSWERED);
    assert_int_equal(fixture_ask(&fixture, REST_POST, "/headers/1000", "{}")->outcome,
                     REST_UNCLEAR);
    assert_int_equal(fixture_ask(&fixture, REST_POST, "/long-headers", "{}")->outcome,
                     REST_UNCLEAR);
    fixture_stop(&fixture);
}

static void a_redirect_is_not_followed(void **state)
{
    _cleanup_free_ char *path = NULL;
    RestRequest request;
    Fixture fixture;
    Server *other;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    other = server_start();
    path = xasprintf("/redirect/%d", server_port(other));
    request = (RestRequest){.url = fixture_url(&fixture, path),
                            .auth = REST_AUTH_API_KEY,
                            .secret = secret_from_token(FIXTURE_KEY)};
    fixture_send(&fixture, &request, 0);
    fixture_wait(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.status, 302);
    assert_int_equal(server_counts(other).connections, 0);
    server_stop(other);
    fixture_stop(&fixture);
}

static void what_was_not_sent(void **state)
{
    static const struct {
        const char *start, *end;
        RestFailure failure;
    } rows[] = {
        {"http://127.0.0.1", "/ok", REST_NO_CONNECTION},
        {"http://name.invalid", "/ok", REST_NO_NAME},
        {"http://169.254.169.254", "/latest",
         REST_NO_CONNECTION}, /* refused here, before a packet */
        {"http://0.0.0.0", "/", REST_NO_CONNECTION},
        {"http://[fe80::1]", "/", REST_NO_CONNECTION},
        {"http://[::ffff:127.0.0.1]", "/", REST_NO_CONNECTION},
        {"http://user:pass@127.0.0.1", "/", REST_BROKEN},
        {"file://localhost", "/etc/passwd", REST_BROKEN},
        {"gopher://127.0.0.1", "/", REST_BROKEN},
    };
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        RestRequest request = {.method = REST_POST, .body = xstrdup("{}")};
        RestAnswer *answer = &fixture.got[i].answer;

        request.url = xasprintf("%s:%d%s", rows[i].start, server_closed_port(), rows[i].end);
        fixture_send(&fixture, &request, 0);
        fixture_wait(&fixture, i + 1);
        check_row_int(answer->outcome, REST_NOT_SENT, rows[i].start);
        check_row_int(answer->failure, rows[i].failure, rows[i].start);
        check_row(answer->problem[0], rows[i].start);
        check_row(!strstr(answer->problem, "pass@"), rows[i].start);
    }
    assert_int_equal(rest_stats(fixture.client).not_sent, ARRAY_SIZE(rows));
    fixture_stop(&fixture);
}

static void tls_that_does_not_hold(void **state)
{
    RestRequest request = {.method = REST_POST, .body = xstrdup("{}")};
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    request.url =
        xasprintf("https://127.0.0.1:%d/ok", server_port(fixture.server)); /* speaks no TLS */
    fixture_send(&fixture, &request, 0);
    fixture_wait(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.outcome, REST_NOT_SENT);
    assert_int_equal(fixture.got[0].answer.failure, REST_NO_TLS);
    assert_true(fixture.got[0].answer.timed_out);
    fixture_stop(&fixture);
}

/* How a request to a name that nobody knows fails: only a proxy is asked before the name is. */
static RestFailure failure_of_an_unknown_name(const RestOptions *options)
{
    RestRequest request = {.url = xstrdup("https://api.example.invalid/api/v1/user")};
    RestFailure failure;
    Fixture fixture;

    fixture_start(&fixture, options);
    fixture_send(&fixture, &request, 0);
    fixture_wait(&fixture, 1);
    failure = fixture.got[0].answer.failure;
    fixture_stop(&fixture);
    return failure;
}

static void the_environment_is_ignored(void **state)
{
    _cleanup_free_ char *proxy = NULL;
    RestOptions options = fixture_options;

    (void)state;
    proxy = xasprintf("http://127.0.0.1:%d", server_closed_port());
    setenv("https_proxy", proxy, 1);
    unsetenv("no_proxy");
    assert_int_equal(failure_of_an_unknown_name(&options), REST_NO_NAME);
    options.proxy = "environment";
    assert_int_equal(failure_of_an_unknown_name(&options), REST_NO_CONNECTION);
    unsetenv("https_proxy");
}

static void plain_http_meets_no_proxy(void **state)
{
    static const char *const proxies[] = {NULL, "environment"};
    _cleanup_free_ char *proxy = NULL;
    Server *server = server_start();

    (void)state;
    proxy = xasprintf("http://127.0.0.1:%d", server_port(server));
    setenv("http_proxy", proxy, 1);
    setenv("all_proxy", proxy, 1);
    for (size_t i = 0; i < ARRAY_SIZE(proxies); i++) {
        RestOptions options = fixture_options;
        Fixture fixture;

        options.proxy = proxies[i] ? proxies[i] : proxy;
        fixture_start(&fixture, &options);
        assert_int_equal(fixture_ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_ANSWERED);
        fixture_stop(&fixture);
    }
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(server_counts(server).connections, 0);
    server_stop(server);
}

/* The proxy is our own server: it sees the absolute address, and for https a CONNECT without the
 * key. */
static void a_proxy_is_used_when_named(void **state)
{
    _cleanup_free_ char *proxy = NULL;
    RestOptions options = fixture_options;
    RestRequest request = {.method = REST_POST,
                           .url = xstrdup("https://api.example.invalid/api/v1/user"),
                           .body = xstrdup("{}"),
                           .auth = REST_AUTH_API_KEY,
                           .secret = secret_from_token(FIXTURE_KEY)};
    Fixture fixture;
    Server *server = server_start();

    (void)state;
    proxy = xasprintf("http://127.0.0.1:%d", server_port(server));
    options.proxy = proxy;
    setenv("no_proxy", "*", 1);
    fixture_start(&fixture, &options);
    fixture_send(&fixture, &request, 0);
    fixture_wait(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.outcome, REST_NOT_SENT);
    assert_int_equal(server_seen(server, "CONNECT api.example.invalid:443"), 1);
    assert_int_equal(server_counts(server).requests, 1);
    fixture_stop(&fixture);
    unsetenv("no_proxy");
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_answer),
        cmocka_unit_test(headers_of_an_api_key),
        cmocka_unit_test(headers_of_a_bearer),
        cmocka_unit_test(no_secret_no_header),
        cmocka_unit_test(what_headers_say),
        cmocka_unit_test(lost_answers_are_unclear),
        cmocka_unit_test(nothing_is_made_twice_on_a_dead_connection),
        cmocka_unit_test(time_runs_out),
        cmocka_unit_test(a_request_may_have_its_own_time),
        cmocka_unit_test(too_much_of_an_answer),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(what_was_not_sent),
        cmocka_unit_test(tls_that_does_not_hold),
        cmocka_unit_test(the_environment_is_ignored),
        cmocka_unit_test(plain_http_meets_no_proxy),
        cmocka_unit_test(a_proxy_is_used_when_named),
    };

    rest_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
