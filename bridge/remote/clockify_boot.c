/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery: a Clockify web application says under /web/boot where its API is; no key goes along.
 * The shape of the answer is that which Clockify's own browser extension reads.
 *
 * Every key of every user will go to the endpoint that is named here, so an answer (of a mistyped
 * host, of a captive portal, of a page that somebody may write to) must not be able to name just
 * any host. Taken are: a path; an address on the same host; one on a neighbour below the same
 * registrable name; and, from a server that says it is self-hosted, any https host, since companies
 * do put the API under another name. On clockify.me only paths count: the endpoints named there
 * serve the extension and want a login token instead of a key.
 */

#include "base/text.h"
#include "remote/answer.h"
#include "remote/clockify_url.h"
#include "remote/url.h"

static int apply_endpoint(ClockifyServer *server, const char *endpoint, bool self_hosted,
                          Error *error);
static int apply_address(ClockifyServer *server, const char *endpoint, bool self_hosted,
                         Error *error);
static void apply_path(ClockifyServer *server, const char *path);
static bool is_trusted(const Url *home, const Url *api, bool self_hosted);
static bool same_family(const char *home, const char *api);
static const char *registrable_guess(const char *host);
static bool is_below(const char *host, const char *domain);
static void set_api_url(ClockifyServer *server, char *text);
static char *home_of(const ClockifyServer *server);

void clockify_boot_request(const ClockifyServer *server, RestRequest *ret)
{
    _cleanup_free_ char *home = home_of(server);

    *ret = (RestRequest){.method = REST_GET, .url = xasprintf("%s/web/boot", home)};
}

/* The address without the API's own part: api_url is always home + "/api/v1" until an answer has
 * changed it. */
static char *home_of(const ClockifyServer *server)
{
    size_t length = strlen(server->url);

    if (text_ends_with(server->url, "/api/v1"))
        length -= strlen("/api/v1");
    else if (text_ends_with(server->url, "/api"))
        length -= strlen("/api");
    return xstrndup(server->url, length);
}

int clockify_boot_read(const RestAnswer *answer, ClockifyServer *server, char **ret_version,
                       Error *error)
{
    _cleanup_json_ Json *json = NULL;
    const char *endpoint;

    if (answer->outcome != REST_ANSWERED)
        return answer_fail_unanswered(answer, "clockify", error);
    if (answer->status != 200)
        return answer_fail_status(answer, "clockify", error);
    if (answer_parse_object(answer, "clockify", &json, error) < 0)
        return -1;
    endpoint = json_string(json, "endpoint");
    if (apply_endpoint(server, endpoint && endpoint[0] ? endpoint : "/api",
                       json_flag(json, "selfHosted", false), error) < 0)
        return -1;
    if (ret_version)
        *ret_version = xstrdup(json_string(json, "version"));
    return 0;
}

static int apply_endpoint(ClockifyServer *server, const char *endpoint, bool self_hosted,
                          Error *error)
{
    if (endpoint[0] != '/')
        return server->kind == SERVER_SUBDOMAIN
                   ? 0
                   : apply_address(server, endpoint, self_hosted, error);
    apply_path(server, endpoint);
    return 0;
}

static int apply_address(ClockifyServer *server, const char *endpoint, bool self_hosted,
                         Error *error)
{
    _cleanup_(url_done) Url home = {0};
    _cleanup_(url_done) Url api = {0};
    const char *why = NULL;

    if (url_parse(server->url, &home, &why) < 0)
        return error_internal(error, "the Clockify address %s", why);
    if (url_parse(endpoint, &api, &why) < 0)
        return error_param(error, "url", "This server says where its API is, but that address %s.",
                           why);
    if (!is_trusted(&home, &api, self_hosted))
        return error_param(
            error, "url",
            "This server says that its API is at %s, which is another host and so not trusted.",
            api.host);
    set_api_url(server, url_text(&api));
    return 0;
}

/* "/api" below the address that was named, but not twice the part that both have. A path that is
 * none is passed over. */
static void apply_path(ClockifyServer *server, const char *path)
{
    _cleanup_free_ char *home = home_of(server);
    _cleanup_free_ char *joined = NULL;
    _cleanup_(url_done) Url base = {0};
    _cleanup_(url_done) Url api = {0};
    const char *why = NULL;
    size_t shared;

    if (url_parse(home, &base, &why) < 0)
        return;
    shared = strlen(base.path);
    if (shared > 0 && strncmp(path, base.path, shared) == 0 && path[shared] == '/')
        path += shared;
    joined = xasprintf("%s%s", home, path);
    if (url_parse(joined, &api, &why) < 0)
        return;
    set_api_url(server, url_text(&api));
}

static bool is_trusted(const Url *home, const Url *api, bool self_hosted)
{
    if (!api->https)
        return !home->https && home->loopback && api->loopback;
    return self_hosted || streq(home->host, api->host) || same_family(home->host, api->host);
}

static bool same_family(const char *home, const char *api)
{
    const char *domain = registrable_guess(home);

    return domain && is_below(api, domain);
}

/*
 * "example.com" for "time.example.com". There is no list of public suffixes here, so it errs to the
 * narrow side: a last part of two letters behind one of up to three (co.uk, com.au) counts as one.
 * NULL for addresses and single names.
 */
static const char *registrable_guess(const char *host)
{
    const char *last = strrchr(host, '.');
    const char *second = last ? memrchr(host, '.', (size_t)(last - host)) : NULL;
    const char *name = second ? second + 1 : host;

    if (!last || (last[1] >= '0' && last[1] <= '9') || strchr(host, ':'))
        return NULL;
    if (strlen(last + 1) > 2 || last - name > 3)
        return name;
    if (!second)
        return NULL;
    second = memrchr(host, '.', (size_t)(second - host));
    return second ? second + 1 : host;
}

static bool is_below(const char *host, const char *domain)
{
    size_t length = strlen(host), size = strlen(domain);

    if (length == size)
        return streq(host, domain);
    return length > size && host[length - size - 1] == '.' && streq(host + length - size, domain);
}

/* Takes over `text`. */
static void set_api_url(ClockifyServer *server, char *text)
{
    free(server->api_url);
    server->api_url = text_ends_with(text, "/v1") ? xstrdup(text) : xasprintf("%s/v1", text);
    free(text);
}
