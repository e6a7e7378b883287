/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client against servers that do everything wrong. Loopback only; every wait is bounded.
 */

#include "tests/unit/base/check.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/time.h"
#include "remote/rest.h"
#include "tests/unit/remote/server.h"

#define WAIT_MS_MOST 20000
#define CALLS_MOST   4096
#define KEY          "canary-0123456789abcdef"

extern char **environ;

/* What came back, in order; the strings are owned. */
typedef struct Got {
    RestAnswer answer;
    int tag;
} Got;

typedef struct Call {
    struct Fixture *fixture;
    int tag;
} Call;

typedef struct Fixture {
    sd_event *event;
    RestClient *client;
    Server *server;
    Got *got;
    size_t count;
    bool in_send; /* rest_send has not returned yet */
    int again;    /* the callback sends so many further requests */
    bool free_it; /* the callback frees the client */
    Call *calls;
    size_t call_count;
} Fixture;

static const RestOptions plain = {.name = "test",
                                  .ca_file = "",
                                  .client_cert = "",
                                  .client_key = "",
                                  .proxy = "",
                                  .timeout_ms = 5000,
                                  .max_in_flight = 16,
                                  .max_queued = 2000};

static void start(Fixture *fixture, const RestOptions *options)
{
    Error error = {0};

    *fixture = (Fixture){.got = xcalloc(CALLS_MOST, sizeof(Got)),
                         .calls = xcalloc(CALLS_MOST, sizeof(Call))};
    assert_true(sd_event_new(&fixture->event) >= 0);
    assert_int_equal(rest_client_new(fixture->event, options, &fixture->client, &error), 0);
    fixture->server = server_start();
}

static void stop(Fixture *fixture)
{
    for (size_t i = 0; i < fixture->count; i++)
        rest_answer_done(&fixture->got[i].answer);
    free(fixture->got);
    free(fixture->calls);
    rest_client_free(fixture->client);
    server_stop(fixture->server);
    sd_event_unref(fixture->event);
}

static char *address(Fixture *fixture, const char *path)
{
    return xasprintf("http://127.0.0.1:%d%s", server_port(fixture->server), path);
}

static void on_answer(void *arg, RestAnswer *answer);

static void send_request(Fixture *fixture, RestRequest *request, int tag)
{
    Call *call = &fixture->calls[fixture->call_count++];

    *call = (Call){.fixture = fixture, .tag = tag};
    fixture->in_send = true;
    rest_send(fixture->client, request, on_answer, call);
    fixture->in_send = false;
    assert_null(request->url); /* moved */
}

static void send_path(Fixture *fixture, RestMethod method, const char *path, const char *body,
                      int tag)
{
    RestRequest request = {.method = method, .url = address(fixture, path), .body = xstrdup(body)};

    send_request(fixture, &request, tag);
}

static void on_answer(void *arg, RestAnswer *answer)
{
    Call *call = arg;
    Fixture *fixture = call->fixture;
    int tag = call->tag;

    assert_false(fixture->in_send);
    fixture->got[fixture->count++] = (Got){.answer = *answer, .tag = tag};
    answer->body = answer->user_name = NULL; /* moved */
    if (fixture->free_it)
        rest_client_free(STEAL(fixture->client));
    else if (fixture->again-- > 0)
        send_path(fixture, REST_GET, "/ok", NULL, tag + 1);
}

static void turn(Fixture *fixture)
{
    assert_true(sd_event_run(fixture->event, 50000) >= 0);
}

static void wait_for(Fixture *fixture, size_t count)
{
    int64_t start_ms = time_monotonic_ms();

    while (fixture->count < count) {
        turn(fixture);
        if (time_monotonic_ms() - start_ms > WAIT_MS_MOST)
            fail_msg("%zu answers of %zu came in time", fixture->count, count);
    }
}

/* One request, its answer. */
static RestAnswer *ask(Fixture *fixture, RestMethod method, const char *path, const char *body)
{
    size_t before = fixture->count;

    send_path(fixture, method, path, body, 0);
    wait_for(fixture, before + 1);
    return &fixture->got[before].answer;
}

static void a_plain_answer(void **state)
{
    Fixture fixture;
    RestAnswer *answer;

    (void)state;
    start(&fixture, &plain);
    answer = ask(&fixture, REST_GET, "/ok", NULL);
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
    assert_false(ask(&fixture, REST_GET, "/html", NULL)->json);
    assert_int_equal(ask(&fixture, REST_GET, "/status/404", NULL)->status, 404);
    assert_int_equal(ask(&fixture, REST_GET, "/status/503", NULL)->outcome, REST_ANSWERED);
    assert_int_equal(rest_stats(fixture.client).answered, 4);
    stop(&fixture);
}

/* The text of the request as the server read it. */
static char *request_text(Fixture *fixture, RestRequest *request)
{
    _cleanup_json_ Json *json = NULL;
    size_t before = fixture->count;
    Error error = {0};

    send_request(fixture, request, 0);
    wait_for(fixture, before + 1);
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
    start(&fixture, &plain);
    request = (RestRequest){.method = REST_GET,
                            .url = address(&fixture, "/echo"),
                            .auth = REST_AUTH_API_KEY,
                            .secret = secret_from_token(KEY)};
    {
        _cleanup_free_ char *text = request_text(&fixture, &request);

        assert_true(strncmp(text, "GET /echo HTTP/1.1\r\n", 20) == 0);
        assert_line(text, "X-Api-Key: " KEY "\r\n", true);
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
    stop(&fixture);
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
    start(&fixture, &plain);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        RestRequest request = {.method = rows[i].method,
                               .url = address(&fixture, "/echo"),
                               .body = xstrdup(rows[i].body),
                               .auth = REST_AUTH_BEARER,
                               .secret = secret_from_token(KEY)};
        _cleanup_free_ char *text = request_text(&fixture, &request);
        _cleanup_free_ char *first = xasprintf("%s /echo HTTP/1.1\r\n", rows[i].name);
        _cleanup_free_ char *end = xasprintf("\r\n\r\n%s", rows[i].body ? rows[i].body : "");

        check_row(strncmp(text, first, strlen(first)) == 0, text);
        check_row(strlen(text) > strlen(end) && streq(text + strlen(text) - strlen(end), end),
                  text);
        assert_line(text, "Authorization: Bearer " KEY "\r\n", true);
        assert_line(text, "X-Atlassian-Token: no-check\r\n", true);
        assert_line(text, "Content-Type: application/json\r\n", true);
        assert_line(text, "Expect", false);
        assert_line(text, "X-Api-Key", false);
    }
    stop(&fixture);
}

/* A builder sets the kind of secret, and a request without one is sent without. */
static void no_secret_no_header(void **state)
{
    Fixture fixture;
    RestRequest request;
    _cleanup_free_ char *text = NULL;

    (void)state;
    start(&fixture, &plain);
    request = (RestRequest){.url = address(&fixture, "/echo"), .auth = REST_AUTH_API_KEY};
    text = request_text(&fixture, &request);
    assert_line(text, "X-Api-Key", false);
    stop(&fixture);
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
    start(&fixture, &plain);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        RestAnswer *answer = ask(&fixture, REST_GET, rows[i].path, NULL);

        check_row_int(answer->outcome, REST_ANSWERED, rows[i].path);
        check_row_int(answer->retry_after_s, rows[i].retry_after_s, rows[i].path);
        check_row_int(answer->last_page, rows[i].last_page, rows[i].path);
        check_row_text(answer->user_name, rows[i].user_name, rows[i].path);
    }
    stop(&fixture);
}

static void lost_answers_are_unclear(void **state)
{
    static const char *const paths[] = {"/silent", "/cut"};
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        _cleanup_free_ char *seen = xasprintf("POST %s", paths[i]);
        RestAnswer *answer = ask(&fixture, REST_POST, paths[i], "{}");

        check_row_int(answer->outcome, REST_UNCLEAR, paths[i]);
        check_row_int(answer->status, 0, paths[i]);
        check_row_text(answer->body, "", paths[i]);
        check_row(strstr(answer->problem, "127.0.0.1"), paths[i]);
        check_row_int(answer->failure, REST_BROKEN, paths[i]);
        check_row_int(server_seen(fixture.server, seen), 1, paths[i]);
        check_row_int(ask(&fixture, REST_GET, paths[i], NULL)->outcome, REST_UNCLEAR, paths[i]);
    }
    assert_int_equal(rest_stats(fixture.client).unclear, 4);
    stop(&fixture);
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
    start(&fixture, &plain);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_ANSWERED);
        /* On a fresh connection it would have been answered. */
        check_row_int(ask(&fixture, rows[i].method, "/die", "{\"n\":1}")->outcome, REST_UNCLEAR,
                      rows[i].request);
    }
    assert_int_equal(ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_ANSWERED);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_row_int(server_seen(fixture.server, rows[i].request), 1, rows[i].request);
    /* Without a body there is nothing that cannot be read twice: a fresh connection. */
    assert_int_equal(ask(&fixture, REST_POST, "/die", NULL)->outcome, REST_ANSWERED);
    assert_int_equal(server_seen(fixture.server, "POST /die"), 2);
    stop(&fixture);
}

static void time_runs_out(void **state)
{
    static const char *const paths[] = {"/wait/3000", "/trickle"};
    RestOptions options = plain;
    Fixture fixture;

    (void)state;
    options.timeout_ms = 300;
    start(&fixture, &options);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        int64_t start_ms = time_monotonic_ms();
        RestAnswer *answer = ask(&fixture, REST_POST, paths[i], "{}");

        check_row_int(answer->outcome, REST_UNCLEAR, paths[i]);
        check_row(answer->timed_out, paths[i]);
        check_row(time_monotonic_ms() - start_ms < 2000, paths[i]);
        check_row(answer->took_ms >= 250 && answer->took_ms < 2000, paths[i]);
    }
    stop(&fixture);
}

static void a_request_may_have_its_own_time(void **state)
{
    RestOptions options = plain;
    RestRequest request;
    Fixture fixture;

    (void)state;
    options.timeout_ms = 100;
    start(&fixture, &options);
    request = (RestRequest){.url = address(&fixture, "/wait/400"), .timeout_ms = 5000};
    send_request(&fixture, &request, 0);
    wait_for(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.outcome, REST_ANSWERED);
    stop(&fixture);
}

static void too_much_of_an_answer(void **state)
{
    RestRequest request;
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    assert_int_equal(ask(&fixture, REST_GET, "/big/1048576", NULL)->length, 1048576);
    assert_int_equal(ask(&fixture, REST_POST, "/big/1048577", "{}")->outcome, REST_UNCLEAR);
    assert_non_null(strstr(fixture.got[1].answer.problem, "too large"));
    request = (RestRequest){.url = address(&fixture, "/big/3000000"), .max_body = 3000000};
    send_request(&fixture, &request, 0);
    wait_for(&fixture, 3);
    assert_int_equal(fixture.got[2].answer.outcome, REST_ANSWERED);
    assert_int_equal(ask(&fixture, REST_GET, "/headers/100", NULL)->outcome, REST_ANSWERED);
    assert_int_equal(ask(&fixture, REST_POST, "/headers/1000", "{}")->outcome, REST_UNCLEAR);
    assert_int_equal(ask(&fixture, REST_POST, "/long-headers", "{}")->outcome, REST_UNCLEAR);
    stop(&fixture);
}

static void a_redirect_is_not_followed(void **state)
{
    _cleanup_free_ char *path = NULL;
    RestRequest request;
    Fixture fixture;
    Server *other;

    (void)state;
    start(&fixture, &plain);
    other = server_start();
    path = xasprintf("/redirect/%d", server_port(other));
    request = (RestRequest){.url = address(&fixture, path),
                            .auth = REST_AUTH_API_KEY,
                            .secret = secret_from_token(KEY)};
    send_request(&fixture, &request, 0);
    wait_for(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.status, 302);
    assert_int_equal(server_counts(other).connections, 0);
    server_stop(other);
    stop(&fixture);
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
    start(&fixture, &plain);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        RestRequest request = {.method = REST_POST, .body = xstrdup("{}")};
        RestAnswer *answer = &fixture.got[i].answer;

        request.url = xasprintf("%s:%d%s", rows[i].start, server_closed_port(), rows[i].end);
        send_request(&fixture, &request, 0);
        wait_for(&fixture, i + 1);
        check_row_int(answer->outcome, REST_NOT_SENT, rows[i].start);
        check_row_int(answer->failure, rows[i].failure, rows[i].start);
        check_row(answer->problem[0], rows[i].start);
        check_row(!strstr(answer->problem, "pass@"), rows[i].start);
    }
    assert_int_equal(rest_stats(fixture.client).not_sent, ARRAY_SIZE(rows));
    stop(&fixture);
}

static void tls_that_does_not_hold(void **state)
{
    RestRequest request = {.method = REST_POST, .body = xstrdup("{}")};
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    request.url =
        xasprintf("https://127.0.0.1:%d/ok", server_port(fixture.server)); /* speaks no TLS */
    send_request(&fixture, &request, 0);
    wait_for(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.outcome, REST_NOT_SENT);
    assert_int_equal(fixture.got[0].answer.failure, REST_NO_TLS);
    assert_true(fixture.got[0].answer.timed_out);
    stop(&fixture);
}

static int run_openssl(const char *const arguments[], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int r;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    r = posix_spawnp(ret_pid, "openssl", &actions, NULL, (char **)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return r;
}

/* Asks until the TLS server is up: until then nobody listens. */
static RestAnswer *ask_when_up(Fixture *fixture, int port)
{
    for (int i = 0; i < 100; i++) {
        RestRequest request = {.url = xasprintf("https://localhost:%d/", port)};
        RestAnswer *answer = &fixture->got[fixture->count].answer;

        send_request(fixture, &request, 0);
        wait_for(fixture, fixture->count + 1);
        if (answer->failure != REST_NO_CONNECTION)
            return answer;
        usleep(50000);
    }
    fail_msg("openssl s_server did not start");
    return NULL;
}

/* A certificate that nobody vouches for is refused; vouched for by ca_file, for its own name only,
 * it is taken. */
static void a_private_certificate(void **state)
{
    char directory[] = "/tmp/test-rest-XXXXXX";
    _cleanup_free_ char *key = NULL, *cert = NULL, *port = NULL;
    int number = server_closed_port();
    RestOptions options = plain;
    Fixture fixture;
    RestAnswer *answer;
    pid_t pid = 0;

    (void)state;
    assert_non_null(mkdtemp(directory));
    key = xasprintf("%s/key.pem", directory);
    cert = xasprintf("%s/cert.pem", directory);
    port = xasprintf("%d", number);
    {
        const char *const make[] = {"openssl",
                                    "req",
                                    "-x509",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:P-256",
                                    "-nodes",
                                    "-keyout",
                                    key,
                                    "-out",
                                    cert,
                                    "-days",
                                    "2",
                                    "-subj",
                                    "/CN=localhost",
                                    "-addext",
                                    "subjectAltName=DNS:localhost",
                                    NULL};
        const char *const serve[] = {"openssl", "s_server", "-accept", port,     "-key", key,
                                     "-cert",   cert,       "-www",    "-quiet", NULL};
        int status = 0;

        if (run_openssl(make, &pid) != 0) {
            print_message("the openssl command is not installed: skipped\n");
            rmdir(directory);
            skip();
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(run_openssl(serve, &pid), 0);
    }
    start(&fixture, &options);
    answer = ask_when_up(&fixture, number);
    assert_int_equal(answer->outcome, REST_NOT_SENT);
    assert_int_equal(answer->failure, REST_NO_TLS);
    assert_non_null(strcasestr(answer->problem, "certificate"));
    stop(&fixture);

    options.ca_file = cert;
    start(&fixture, &options);
    answer = ask_when_up(&fixture, number);
    assert_int_equal(answer->outcome, REST_ANSWERED);
    assert_int_equal(answer->status, 200);
    {
        RestRequest request = {.url = xasprintf("https://127.0.0.1:%d/", number)};
        size_t before = fixture.count;

        send_request(&fixture, &request, 0);
        wait_for(&fixture, before + 1);
        assert_int_equal(fixture.got[before].answer.outcome, REST_NOT_SENT);
        assert_int_equal(fixture.got[before].answer.failure, REST_NO_TLS);
    }
    stop(&fixture);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    unlink(key);
    unlink(cert);
    rmdir(directory);
}

static void the_environment_is_ignored(void **state)
{
    _cleanup_free_ char *proxy = NULL;
    RestOptions options = plain;
    Fixture fixture;

    (void)state;
    proxy = xasprintf("http://127.0.0.1:%d", server_closed_port());
    setenv("http_proxy", proxy, 1);
    unsetenv("no_proxy");
    start(&fixture, &options);
    assert_int_equal(ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_ANSWERED);
    stop(&fixture);
    options.proxy = "environment";
    start(&fixture, &options);
    assert_int_equal(ask(&fixture, REST_GET, "/ok", NULL)->outcome, REST_NOT_SENT);
    stop(&fixture);
    unsetenv("http_proxy");
}

/* The proxy is our own server: it sees the absolute address, and for https a CONNECT without the
 * key. */
static void a_proxy_is_used_when_named(void **state)
{
    _cleanup_free_ char *proxy = NULL;
    RestOptions options = plain;
    RestRequest request = {.method = REST_POST,
                           .url = xstrdup("https://api.example.invalid/api/v1/user"),
                           .body = xstrdup("{}"),
                           .auth = REST_AUTH_API_KEY,
                           .secret = secret_from_token(KEY)};
    Fixture fixture;
    Server *server = server_start();

    (void)state;
    proxy = xasprintf("http://127.0.0.1:%d", server_port(server));
    options.proxy = proxy;
    setenv("no_proxy", "*", 1);
    start(&fixture, &options);
    send_request(&fixture, &request, 0);
    wait_for(&fixture, 1);
    assert_int_equal(fixture.got[0].answer.outcome, REST_NOT_SENT);
    assert_int_equal(server_seen(server, "CONNECT api.example.invalid:443"), 1);
    assert_int_equal(server_counts(server).requests, 1);
    stop(&fixture);
    unsetenv("no_proxy");
    server_stop(server);
}

static void connections_are_kept(void **state)
{
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    for (int i = 0; i < 20; i++)
        assert_int_equal(
            ask(&fixture, i % 2 ? REST_POST : REST_GET, "/ok", i % 2 ? "{}" : NULL)->status, 200);
    assert_int_equal(server_counts(fixture.server).connections, 1);
    stop(&fixture);
}

static void a_thousand_with_a_cap(void **state)
{
    RestStats stats;
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    for (int i = 0; i < 1000; i++) {
        RestRequest request = {.url = address(&fixture, "/wait/2"), .person_waits = i >= 500};

        send_request(&fixture, &request, i);
    }
    stats = rest_stats(fixture.client);
    assert_int_equal(stats.in_flight, 16);
    assert_int_equal(stats.queued, 984);
    wait_for(&fixture, 1000);
    stats = rest_stats(fixture.client);
    assert_int_equal(stats.most_in_flight, 16);
    assert_int_equal(stats.sent, 1000);
    assert_int_equal(stats.answered, 1000);
    assert_true(server_counts(fixture.server).most <= 16);
    assert_true(server_counts(fixture.server).connections <= 16);
    /* The 16 that went out at once were nobody's; then all who wait, then the rest. */
    for (size_t i = 0; i < 1000; i++) {
        bool person = fixture.got[i].tag >= 500;

        if (i >= 32 && i < 484)
            check_row_int(person, true, "a person's request goes first");
        if (i >= 532)
            check_row_int(person, false, "the others go last");
    }
    stop(&fixture);
}

static void one_at_a_time_keeps_the_order(void **state)
{
    RestOptions options = plain;
    Fixture fixture;
    static const int order[] = {0, 4, 5, 6, 1, 2, 3};

    (void)state;
    options.max_in_flight = 1;
    start(&fixture, &options);
    for (int i = 0; i < 7; i++) {
        RestRequest request = {.url = address(&fixture, "/wait/5"), .person_waits = i >= 4};

        send_request(&fixture, &request, i);
    }
    wait_for(&fixture, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(fixture.got[i].tag, order[i]);
    stop(&fixture);
}

static void a_full_queue(void **state)
{
    RestOptions options = plain;
    Fixture fixture;

    (void)state;
    options.max_in_flight = 1;
    options.max_queued = 2;
    start(&fixture, &options);
    for (int i = 0; i < 4; i++)
        send_path(&fixture, REST_POST, "/wait/50", "{}", i);
    assert_int_equal(fixture.count, 0);
    wait_for(&fixture, 4);
    assert_int_equal(fixture.got[0].tag, 3);
    assert_int_equal(fixture.got[0].answer.outcome, REST_NOT_SENT);
    assert_int_equal(fixture.got[0].answer.last_page, -1);
    assert_string_equal(fixture.got[0].answer.body, "");
    assert_int_equal(server_counts(fixture.server).requests, 3);
    stop(&fixture);
}

static void a_callback_may_send_and_free(void **state)
{
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    fixture.again = 50;
    send_path(&fixture, REST_GET, "/ok", NULL, 0);
    wait_for(&fixture, 51);
    assert_int_equal(fixture.got[50].tag, 50);
    fixture.free_it = true;
    for (int i = 0; i < 30; i++)
        send_path(&fixture, REST_GET, "/wait/10", NULL, 0);
    wait_for(&fixture, 52);
    assert_null(fixture.client);
    for (int i = 0; i < 5; i++)
        turn(&fixture);
    assert_int_equal(fixture.count, 52); /* the other 29 are dropped */
    stop(&fixture);
}

static void what_is_retired_still_answers(void **state)
{
    Fixture fixture;

    (void)state;
    start(&fixture, &plain);
    for (int i = 0; i < 40; i++)
        send_path(&fixture, REST_GET, "/wait/5", NULL, i);
    rest_client_retire(STEAL(fixture.client));
    wait_for(&fixture, 40);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(fixture.got[i].answer.outcome, REST_ANSWERED);
    turn(&fixture);
    rest_client_retire(NULL);
    stop(&fixture);
}

static void options_that_make_no_sense(void **state)
{
    sd_event *event = NULL;
    RestClient *client = NULL;
    RestOptions options = plain;
    Error error = {0};

    (void)state;
    assert_true(sd_event_new(&event) >= 0);
    options.max_in_flight = 0;
    assert_true(rest_client_new(event, &options, &client, &error) < 0);
    assert_int_equal(error.reason, ERROR_INTERNAL);
    options.max_in_flight = 5000;
    assert_true(rest_client_new(event, &options, &client, &error) < 0);
    assert_null(client);
    rest_client_free(NULL);
    sd_event_unref(event);
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
        cmocka_unit_test(a_private_certificate),
        cmocka_unit_test(the_environment_is_ignored),
        cmocka_unit_test(a_proxy_is_used_when_named),
        cmocka_unit_test(connections_are_kept),
        cmocka_unit_test(a_thousand_with_a_cap),
        cmocka_unit_test(one_at_a_time_keeps_the_order),
        cmocka_unit_test(a_full_queue),
        cmocka_unit_test(a_callback_may_send_and_free),
        cmocka_unit_test(what_is_retired_still_answers),
        cmocka_unit_test(options_that_make_no_sense),
    };

    rest_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
