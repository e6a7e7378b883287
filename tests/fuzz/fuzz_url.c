/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Addresses that an admin may type. One that is taken is written in a form that is taken again and
 * means the same, and has nothing in it that another reader could take for something else.
 */

#include "fuzz.h"
#include "remote/clockify_url.h"
#include "remote/node.h"
#include "remote/url.h"

static void check_url(const char *text);
static void check_server(const char *text);
static void check_same(const ClockifyServer *server, const ClockifyServer *again);
static void check_node(const char *text);

static const FuzzSeed seeds[] = {
    {"cloud", "https://app.clockify.me"},
    {"api", "https://api.clockify.me/api/v1"},
    {"region", "https://euc1.clockify.me/api/v1"},
    {"region-word", "eu"},
    {"subdomain", "https://acme.clockify.me/"},
    {"own", "https://clockify.example.com:8443/time//"},
    {"loopback", "http://127.0.0.1:8080/api"},
    {"ipv6", "http://[::1]:8080/jira"},
    {"mapped", "https://[::ffff:10.0.0.1]/"},
    {"numbers", "http://0x7f.1/"},
    {"user", "https://app.clockify.me@evil.example/"},
    {"backslash", "https://evil.example\\@app.clockify.me"},
    {"dots", "https://a.example/../b/./c"},
    {"case", "HTTPS://App.Clockify.Me:443/"},
    {"blanks", " https://a.example \n"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    _cleanup_free_ char *text = fuzz_text(&(FuzzInput){bytes, length});
    check_url(text);
    check_server(text);
    check_node(text);
    ClockifyServer server = {0};
    if (clockify_server_from_region(text, &server, NULL) == 0)
        clockify_server_done(&server);
    return 0;
}

static void check_url(const char *text)
{
    _cleanup_(url_done) Url url = {0}, again = {0};
    const char *why = NULL;
    if (url_parse(text, &url, &why) < 0) {
        require(why && why[0]);
        return;
    }
    _cleanup_free_ char *written = url_text(&url), *origin = url_origin(&url);
    require(strlen(written) <= URL_LENGTH_MOST + strlen("https://"));
    require(url_parse(written, &again, &why) == 0);
    _cleanup_free_ char *written_again = url_text(&again);
    require(streq(written, written_again) && strncmp(written, origin, strlen(origin)) == 0);
    require(url.https == again.https && url.ipv6 == again.ipv6 && url.port == again.port);
    require(url.port >= 0 && url.port <= 65535 && url.loopback == again.loopback);
    require(url.host[0] && !strpbrk(url.host, "@/\\?#% []"));
    for (const char *c = written; *c; c++)
        require(*c > 0x20 && *c < 0x7f && !strchr("@\\?#%", *c));
}

static void check_server(const char *text)
{
    ClockifyServer server = {0}, again = {0}, stored = {0};
    Error error = {0};
    if (clockify_server_from_url(text, &server, &error) < 0) {
        require(error.reason == ERROR_INVALID_PARAMS && streq(error.param, "url"));
        return;
    }
    require(clockify_server_from_url(server.url, &again, NULL) == 0);
    check_same(&server, &again);
    _cleanup_json_ Json *json = clockify_server_to_json(&server);
    require(clockify_server_from_json(json, &stored, NULL) == 0);
    check_same(&server, &stored);
    clockify_server_done(&server);
    clockify_server_done(&again);
    clockify_server_done(&stored);
}

static void check_same(const ClockifyServer *server, const ClockifyServer *again)
{
    require(streq(server->url, again->url) && server->kind == again->kind);
    require(streq(server->api_url, again->api_url) && streq(server->key_url, again->key_url));
    require(streq(server->region, again->region));
    require(strncmp(server->api_url, "https://", 8) == 0 ||
            strncmp(server->api_url, "http://", 7) == 0);
}

static void check_node(const char *text)
{
    _cleanup_free_ char *url = NULL, *again = NULL;
    if (node_url_from_config(text, &url, NULL) < 0)
        return;
    require(node_url_from_config(url, &again, NULL) == 0 && streq(url, again));
}
