/* SPDX-License-Identifier: Apache-2.0 */
/* What admins paste, good and bad, and what a server's /web/boot may change in it. */

#include "tests/unit/remote/answers.h"

#include "remote/clockify_url.h"

#define KEYS "/user/preferences#advanced"

typedef struct Good {
    const char *text, *url, *api_url, *key_url, *region;
    ServerKind kind;
} Good;

static const Good good[] = {
    /* the cloud */
    {"https://app.clockify.me", "https://app.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://app.clockify.me/", "https://app.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://app.clockify.me/tracker", "https://app.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://api.clockify.me/api/v1", "https://api.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://clockify.me", "https://clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://global.api.clockify.me", "https://global.api.clockify.me",
     "https://api.clockify.me/api/v1", "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://jira.clockify.me", "https://jira.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"HTTPS://APP.CLOCKIFY.ME", "https://app.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"  https://app.clockify.me  ", "https://app.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    {"https://app.clockify.me:443/", "https://app.clockify.me", "https://api.clockify.me/api/v1",
     "https://app.clockify.me" KEYS, "", SERVER_CLOUD},
    /* regions */
    {"https://jira.euc1.clockify.me", "https://euc1.clockify.me", "https://euc1.clockify.me/api/v1",
     "https://euc1.clockify.me" KEYS, "euc1", SERVER_REGION},
    {"https://euc1.clockify.me", "https://euc1.clockify.me", "https://euc1.clockify.me/api/v1",
     "https://euc1.clockify.me" KEYS, "euc1", SERVER_REGION},
    {"https://use2.clockify.me/api/v1/", "https://use2.clockify.me",
     "https://use2.clockify.me/api/v1", "https://use2.clockify.me" KEYS, "use2", SERVER_REGION},
    {"https://jira.euw2.clockify.me/", "https://euw2.clockify.me",
     "https://euw2.clockify.me/api/v1", "https://euw2.clockify.me" KEYS, "euw2", SERVER_REGION},
    {"https://jira.apse2.clockify.me", "https://apse2.clockify.me",
     "https://apse2.clockify.me/api/v1", "https://apse2.clockify.me" KEYS, "apse2", SERVER_REGION},
    /* a workspace's own name */
    {"https://acme.clockify.me", "https://acme.clockify.me", "https://acme.clockify.me/api/v1",
     "https://acme.clockify.me" KEYS, "", SERVER_SUBDOMAIN},
    {"https://acme-2.clockify.me/timesheet", "https://acme-2.clockify.me",
     "https://acme-2.clockify.me/api/v1", "https://acme-2.clockify.me" KEYS, "", SERVER_SUBDOMAIN},
    {"https://developer.clockify.me", "https://developer.clockify.me",
     "https://developer.clockify.me/api/v1", "https://developer.clockify.me" KEYS, "",
     SERVER_SUBDOMAIN},
    /* one's own server */
    {"https://time.example.com", "https://time.example.com", "https://time.example.com/api/v1",
     "https://time.example.com" KEYS, "", SERVER_SELF_HOSTED},
    {"https://Time.Example.COM/", "https://time.example.com", "https://time.example.com/api/v1",
     "https://time.example.com" KEYS, "", SERVER_SELF_HOSTED},
    {"https://time.example.com:8443", "https://time.example.com:8443",
     "https://time.example.com:8443/api/v1", "https://time.example.com:8443" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://time.example.com/clockify/api", "https://time.example.com/clockify/api",
     "https://time.example.com/clockify/api/v1", "https://time.example.com/clockify" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://time.example.com/clockify/api/", "https://time.example.com/clockify/api",
     "https://time.example.com/clockify/api/v1", "https://time.example.com/clockify" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://time.example.com/api/v1", "https://time.example.com/api/v1",
     "https://time.example.com/api/v1", "https://time.example.com" KEYS, "", SERVER_SELF_HOSTED},
    {"https://time.example.com/clockify", "https://time.example.com/clockify",
     "https://time.example.com/clockify/api/v1", "https://time.example.com/clockify" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://clockify", "https://clockify", "https://clockify/api/v1", "https://clockify" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://xn--zeit-7ra.example", "https://xn--zeit-7ra.example",
     "https://xn--zeit-7ra.example/api/v1", "https://xn--zeit-7ra.example" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://10.1.2.3", "https://10.1.2.3", "https://10.1.2.3/api/v1", "https://10.1.2.3" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443",
     "https://[2001:db8::1]:8443/api/v1", "https://[2001:db8::1]:8443" KEYS, "",
     SERVER_SELF_HOSTED},
    {"https://notclockify.me", "https://notclockify.me", "https://notclockify.me/api/v1",
     "https://notclockify.me" KEYS, "", SERVER_SELF_HOSTED},
    {"https://clockify.me.example.com", "https://clockify.me.example.com",
     "https://clockify.me.example.com/api/v1", "https://clockify.me.example.com" KEYS, "",
     SERVER_SELF_HOSTED},
    /* plain http, on this machine alone */
    {"http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1",
     "http://127.0.0.1:8080" KEYS, "", SERVER_SELF_HOSTED},
    {"http://localhost", "http://localhost", "http://localhost/api/v1", "http://localhost" KEYS, "",
     SERVER_SELF_HOSTED},
    {"http://localhost:80/", "http://localhost", "http://localhost/api/v1", "http://localhost" KEYS,
     "", SERVER_SELF_HOSTED},
    {"http://[::1]:9000", "http://[::1]:9000", "http://[::1]:9000/api/v1", "http://[::1]:9000" KEYS,
     "", SERVER_SELF_HOSTED},
    {"http://127.9.8.7:1", "http://127.9.8.7:1", "http://127.9.8.7:1/api/v1",
     "http://127.9.8.7:1" KEYS, "", SERVER_SELF_HOSTED},
};

static const char *const bad[] = {
    "",
    " ",
    "app.clockify.me",
    "//app.clockify.me",
    "https:app.clockify.me",
    "https:/app.clockify.me",
    "https://",
    "https:///api",
    "https://:443",
    "ftp://time.example.com",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_x",
    "javascript:alert(1)",
    "dict://127.0.0.1:11211/stats",
    "http://time.example.com",
    "http://10.0.0.1",
    "http://app.clockify.me",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "https://user@time.example.com",
    "https://user:pass@time.example.com",
    "https://app.clockify.me@evil.example",
    "https://evil.example/@app.clockify.me",
    "https://evil.example\\@app.clockify.me",
    "https://time.example.com\\api",
    "https:\\\\time.example.com",
    "https://time.example.com?x=1",
    "https://time.example.com/api?x=1",
    "https://app.clockify.me/user/preferences#advanced",
    "https://time.example.com/%2e%2e/api",
    "https://time%2eexample.com",
    "https://time.example.com/../api",
    "https://time.example.com/./api",
    "https://time.example.com//api",
    "https://time.example.com/a b",
    "https://time .example.com",
    "https://time.example.com/\r\nX-Evil: 1",
    "https://time.example.com\r\n",
    "https://time.example.com\n",
    "https://time.example.com/\tapi",
    "https://time.example.com\x7f",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[::]",
    "https://[fe80::1]",
    "https://[fe80::1%25eth0]",
    "https://[ff02::1]",
    "https://[::1",
    "https://[]",
    "https://[::1]x",
    "https://::1/",
    "https://0x7f.1",
    "https://0x7f000001",
    "https://0X7F.0.0.1",
    "https://0177.0.0.1",
    "https://127.0.0.01",
    "https://127.1",
    "https://2130706433",
    "https://127.0.0.1.",
    "https://1.2.3.4.5",
    "https://256.1.1.1",
    "https://0.0.0.0",
    "https://0.1.2.3",
    "https://169.254.169.254",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://example.0x10",
    "https://time.example.com.",
    "https://.example.com",
    "https://time..example.com",
    "https://-time.example.com",
    "https://time-.example.com",
    "https://ti_me.example.com",
    "https://time,example.com",
    "https://t\xc3\xafme.example.com",
    ("https://time\xe3\x80\x82"
     "example.com"),                                      /* an ideographic full stop */
    "https://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1", /* fullwidth digits */
    "https://time.example.com:",
    "https://time.example.com:0",
    "https://time.example.com:00443",
    "https://time.example.com:65536",
    "https://time.example.com:99999999999999999999",
    "https://time.example.com:-1",
    "https://time.example.com:8a",
    "https://time.example.com:80:80",
    "https://docs.clockify.me",
    "https://reports.api.clockify.me",
    "https://a.b.clockify.me",
    "https://status.clockify.me",
    "https://app.clockify.me:8443",
    "https://clockify.me.",
};

static void good_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        _cleanup_(clockify_server_done) ClockifyServer server = {0}, again = {0};
        const Good *row = &good[i];
        Error error = {0};

        if (clockify_server_from_url(row->text, &server, &error) < 0)
            fail_msg("%s: %s", row->text, error.message);
        check_row_text(server.url, row->url, row->text);
        check_row_text(server.api_url, row->api_url, row->text);
        check_row_text(server.key_url, row->key_url, row->text);
        check_row_text(server.region, row->region, row->text);
        check_row_int(server.kind, row->kind, row->text);
        check_row_int(server.discover, row->kind >= SERVER_SUBDOMAIN, row->text);
        check_row(clockify_server_from_url(server.url, &again, &error) == 0,
                  row->text); /* normal is normal */
        check_row_text(again.url, server.url, row->text);
        check_row_text(again.api_url, server.api_url, row->text);
    }
}

static void bad_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        ClockifyServer server = {0};
        Error error = {0};

        check_row(clockify_server_from_url(bad[i], &server, &error) < 0, bad[i]);
        check_row_int(error.reason, ERROR_INVALID_PARAMS, bad[i]);
        check_row_text(error.param, "url", bad[i]);
        check_row(strlen(error.message) > 20, bad[i]);
        check_row(!strstr(error.message, "pass"), bad[i]);
        check_row(!server.url, "left alone on failure");
    }
    assert_true(ARRAY_SIZE(bad) + ARRAY_SIZE(good) >= 60);
}

static void length(void **state)
{
    char text[600];
    ClockifyServer server = {0};
    Error error = {0};

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "https://example.com/", 20);
    text[500] = '\0';
    assert_int_equal(clockify_server_from_url(text, &server, &error), 0);
    clockify_server_done(&server);
    memcpy(text + 500, "a", 2);
    assert_true(clockify_server_from_url(text, &server, &error) < 0);
    assert_true(clockify_server_from_url(NULL, &server, &error) < 0);
}

static void region_names(void **state)
{
    static const char *const names[][2] = {{"use2", "use2"},   {"us", "use2"},   {"euc1", "euc1"},
                                           {"eu", "euc1"},     {"euw2", "euw2"}, {"uk", "euw2"},
                                           {"apse2", "apse2"}, {"au", "apse2"}};
    static const char *const wrong[] = {"", "US", "eu1", "cloud", "use22", NULL};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        _cleanup_(clockify_server_done) ClockifyServer server = {0};
        Error error = {0};

        assert_int_equal(clockify_server_from_region(names[i][0], &server, &error), 0);
        assert_string_equal(server.region, names[i][1]);
        assert_int_equal(server.kind, SERVER_REGION);
        assert_false(server.discover);
    }
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        ClockifyServer server = {0};
        Error error = {0};

        assert_true(clockify_server_from_region(wrong[i], &server, &error) < 0);
        assert_string_equal(error.param, "region");
    }
}

static void to_the_database_and_back(void **state)
{
    _cleanup_json_ Json *broken = json_new_object();

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        _cleanup_(clockify_server_done) ClockifyServer server = {0}, back = {0}, copy = {0};
        _cleanup_json_ Json *json = NULL;
        Error error = {0};

        assert_int_equal(clockify_server_from_url(good[i].text, &server, &error), 0);
        json = clockify_server_to_json(&server);
        assert_int_equal(clockify_server_from_json(json, &back, &error), 0);
        clockify_server_copy(&copy, &back);
        check_row_text(copy.url, server.url, good[i].text);
        check_row_text(copy.api_url, server.api_url, good[i].text);
        check_row_text(copy.key_url, server.key_url, good[i].text);
        check_row_text(copy.region, server.region, good[i].text);
        check_row_int(copy.kind, server.kind, good[i].text);
        check_row_int(copy.discover, server.discover, good[i].text);
        assert_true(json_has(json, "region") &&
                    (json_string(json, "region") != NULL) == (server.region[0] != '\0'));
    }
    {
        ClockifyServer server = {0};
        Error error = {0};

        json_put_string(broken, "kind", "moon");
        assert_true(clockify_server_from_json(broken, &server, &error) < 0);
        assert_true(clockify_server_from_json(NULL, &server, &error) < 0);
    }
}

typedef struct Boot {
    const char *url, *body, *api_url; /* api_url NULL: refused */
} Boot;

static const Boot boots[] = {
    {"https://time.example.com", "{\"endpoint\":\"/api\",\"selfHosted\":true}",
     "https://time.example.com/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"/api/\"}", "https://time.example.com/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"/backend/api//\"}",
     "https://time.example.com/backend/api/v1"},
    {"https://time.example.com", "{}", "https://time.example.com/api/v1"},
    {"https://time.example.com", "{\"endpoint\":null}", "https://time.example.com/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"\"}", "https://time.example.com/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"/api/v1\"}", "https://time.example.com/api/v1"},
    {"https://time.example.com:8443", "{\"endpoint\":\"/api\"}",
     "https://time.example.com:8443/api/v1"},
    {"https://time.example.com/clockify", "{\"endpoint\":\"/api\"}",
     "https://time.example.com/clockify/api/v1"},
    {"https://time.example.com/clockify", "{\"endpoint\":\"/clockify/api\"}",
     "https://time.example.com/clockify/api/v1"},
    {"https://time.example.com/clockify/api", "{\"endpoint\":\"/api\"}",
     "https://time.example.com/clockify/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"https://time.example.com/x/api/\"}",
     "https://time.example.com/x/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"https://api.example.com/api\"}",
     "https://api.example.com/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"https://a.time.example.com/api\"}",
     "https://a.time.example.com/api/v1"},
    {"https://example.com", "{\"endpoint\":\"https://api.example.com/api\"}",
     "https://api.example.com/api/v1"},
    {"https://time.example.co.uk", "{\"endpoint\":\"https://api.example.co.uk/api\"}",
     "https://api.example.co.uk/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"https://api.other.net\",\"selfHosted\":true}",
     "https://api.other.net/v1"},
    {"http://127.0.0.1:8081", "{\"endpoint\":\"http://127.0.0.1:8082/api\"}",
     "http://127.0.0.1:8082/api/v1"},
    {"https://acme.clockify.me", "{\"endpoint\":\"https://global.api.clockify.me\"}",
     "https://acme.clockify.me/api/v1"},
    {"https://acme.clockify.me", "{\"endpoint\":\"/api\"}", "https://acme.clockify.me/api/v1"},
    {"https://time.example.com", "{\"endpoint\":\"https://evil.net/api\"}", NULL},
    {"https://time.example.com", "{\"endpoint\":\"https://evilexample.com/api\"}", NULL},
    {"https://time.example.com", "{\"endpoint\":\"https://example.com.evil.net/api\"}", NULL},
    {"https://example.co.uk", "{\"endpoint\":\"https://other.co.uk/api\"}", NULL},
    {"https://clockify", "{\"endpoint\":\"https://evil/api\"}", NULL},
    {"https://10.0.0.1", "{\"endpoint\":\"https://9.0.0.1/api\"}", NULL},
    {"https://time.example.com",
     "{\"endpoint\":\"http://time.example.com/api\",\"selfHosted\":true}", NULL},
    {"https://time.example.com", "{\"endpoint\":\"http://127.0.0.1/api\",\"selfHosted\":true}",
     NULL},
    {"https://time.example.com", "{\"endpoint\":\"https://u:p@time.example.com/api\"}", NULL},
    {"https://time.example.com", "{\"endpoint\":\"file:///etc/passwd\",\"selfHosted\":true}", NULL},
    {"https://time.example.com", "{\"endpoint\":\"api\"}", NULL},
    {"https://time.example.com", "[]", NULL},
    {"https://time.example.com", "{\"endpoint\":", NULL},
};

static void discovery(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(boots); i++) {
        _cleanup_(clockify_server_done) ClockifyServer server = {0};
        _cleanup_(rest_answer_done) RestAnswer answer = answer_json(200, boots[i].body);
        _cleanup_free_ char *version = NULL, *before = NULL;
        Error error = {0};
        int r;

        assert_int_equal(clockify_server_from_url(boots[i].url, &server, &error), 0);
        before = xstrdup(server.api_url);
        r = clockify_boot_read(&answer, &server, &version, &error);
        check_row_int(r < 0, boots[i].api_url == NULL, boots[i].body);
        check_row_text(server.api_url, boots[i].api_url ? boots[i].api_url : before, boots[i].body);
        check_row(!version, boots[i].body);
    }
}

static void discovery_says_a_version(void **state)
{
    _cleanup_(clockify_server_done) ClockifyServer server = {0};
    _cleanup_(rest_answer_done) RestAnswer answer =
        answer_json(200, "{\"endpoint\":\"/api\",\"version\":\"4.2\"}");
    _cleanup_(rest_answer_done) RestAnswer page = answer_page(200), missing = answer_page(404),
                                           away = answer_page(302);
    _cleanup_free_ char *version = NULL;
    Error error = {0};

    (void)state;
    assert_int_equal(clockify_server_from_url("https://time.example.com", &server, &error), 0);
    assert_int_equal(clockify_boot_read(&answer, &server, &version, &error), 0);
    assert_string_equal(version, "4.2");
    assert_true(clockify_boot_read(&page, &server, NULL, &error) < 0);
    assert_true(clockify_boot_read(&missing, &server, NULL, &error) < 0);
    assert_true(clockify_boot_read(&away, &server, NULL, &error) < 0);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_string_equal(server.api_url, "https://time.example.com/api/v1");
}

static void discovery_request(void **state)
{
    static const char *const rows[][2] = {
        {"https://time.example.com", "https://time.example.com/web/boot"},
        {"https://time.example.com/clockify/api/", "https://time.example.com/clockify/web/boot"},
        {"https://time.example.com/api/v1", "https://time.example.com/web/boot"},
        {"https://acme.clockify.me", "https://acme.clockify.me/web/boot"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(clockify_server_done) ClockifyServer server = {0};
        _cleanup_(rest_request_done) RestRequest request = {0};
        Error error = {0};

        assert_int_equal(clockify_server_from_url(rows[i][0], &server, &error), 0);
        clockify_boot_request(&server, &request);
        check_request(&request, REST_GET, rows[i][1]);
        assert_int_equal(request.auth, REST_AUTH_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones),
        cmocka_unit_test(bad_ones),
        cmocka_unit_test(length),
        cmocka_unit_test(region_names),
        cmocka_unit_test(to_the_database_and_back),
        cmocka_unit_test(discovery),
        cmocka_unit_test(discovery_says_a_version),
        cmocka_unit_test(discovery_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
