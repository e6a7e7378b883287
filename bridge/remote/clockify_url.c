/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which Clockify server an address means. Hosts of clockify.me and of its Jira plugin's service
 * (jira.REGION.clockify.me) are from Clockify's help pages on data regions and on its Jira
 * integration. It looks nothing up.
 */

#include "remote/clockify_url.h"

#include "remote/url.h"

#define CLOUD_API   "https://api.clockify.me/api/v1"
#define CLOUD_KEY   "https://app.clockify.me/user/preferences#advanced"
#define KEY_PAGE    "/user/preferences#advanced"
#define API_PATH    "/api/v1"
#define DOMAIN_NAME "clockify.me"
#define DOMAIN      "." DOMAIN_NAME

typedef struct Region {
    const char *name, *alias;
} Region;

static const Region regions[] = {{"use2", "us"}, {"euc1", "eu"}, {"euw2", "uk"}, {"apse2", "au"}};

static int from_clockify_host(const Url *url, ClockifyServer *ret, Error *error);
static bool is_cloud(const char *host);
static const char *region_of(const char *host);
static bool is_no_api(const char *label);
static void set_cloud(const Url *url, ClockifyServer *ret);
static void set_region(const char *region, ClockifyServer *ret);
static void set_subdomain(const Url *url, ClockifyServer *ret);
static void set_self_hosted(const Url *url, ClockifyServer *ret);
static size_t root_length(const char *path);
static bool ends_with(const char *text, size_t length, const char *end);
static bool below_clockify(const char *host);
static bool kind_from_name(const char *name, ServerKind *ret);

const char *server_kind_name(ServerKind kind)
{
    static const char *const names[] = {"cloud", "region", "subdomain", "self_hosted"};

    return names[kind];
}

void clockify_server_done(ClockifyServer *server)
{
    free(server->url);
    free(server->api_url);
    free(server->key_url);
    *server = (ClockifyServer){0};
}

void clockify_server_copy(ClockifyServer *target, const ClockifyServer *source)
{
    ClockifyServer copy = *source;

    copy.url = xstrdup(source->url);
    copy.api_url = xstrdup(source->api_url);
    copy.key_url = xstrdup(source->key_url);
    clockify_server_done(target);
    *target = copy;
}

int clockify_server_from_url(const char *text, ClockifyServer *ret, Error *error)
{
    _cleanup_(url_done) Url url = {0};
    const char *why = NULL;

    if (url_parse(text ? text : "", &url, &why) < 0)
        return error_param(error, "url", "The Clockify address %s.", why);
    if (!url.https && !url.loopback)
        return error_param(
            error, "url",
            "The Clockify address must begin with https://; plain http is for this machine alone.");
    if (below_clockify(url.host))
        return from_clockify_host(&url, ret, error);
    *ret = (ClockifyServer){0};
    set_self_hosted(&url, ret);
    return 0;
}

static bool below_clockify(const char *host)
{
    return streq(host, DOMAIN_NAME) || ends_with(host, strlen(host), DOMAIN);
}

/* A path is what a browser showed there, e.g. /tracker: of no meaning. */
static int from_clockify_host(const Url *url, ClockifyServer *ret, Error *error)
{
    ClockifyServer server = {0};
    size_t label = strlen(url->host) > strlen(DOMAIN) ? strlen(url->host) - strlen(DOMAIN) : 0;
    _cleanup_free_ char *name = xstrndup(url->host, label);

    if (url->port)
        return error_param(
            error, "url",
            "The Clockify address names a port, and Clockify's cloud has none of its own.");
    if (is_cloud(url->host))
        set_cloud(url, &server);
    else if (region_of(name))
        set_region(region_of(name), &server);
    else if (strchr(name, '.') || is_no_api(name))
        return error_param(error, "url",
                           "The host %s of Clockify is no API; use the address of your workspace.",
                           url->host);
    else
        set_subdomain(url, &server);
    *ret = server;
    return 0;
}

static bool is_cloud(const char *host)
{
    static const char *const hosts[] = {
        "clockify.me",     "www.clockify.me",        "app.clockify.me",
        "api.clockify.me", "global.api.clockify.me", "jira.clockify.me"};

    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
        if (streq(host, hosts[i]))
            return true;
    return false;
}

/* "euc1", and what stands before it in the addresses of services of that region. */
static const char *region_of(const char *name)
{
    static const char *const services[] = {"", "jira.", "app.", "api."};

    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        for (size_t k = 0; k < ARRAY_SIZE(regions); k++)
            if (strncmp(name, services[i], strlen(services[i])) == 0 &&
                streq(name + strlen(services[i]), regions[k].name))
                return regions[k].name;
    return NULL;
}

/* Hosts below clockify.me that are pages or files, and so are nobody's workspace. */
static bool is_no_api(const char *label)
{
    static const char *const labels[] = {"docs",   "help",      "blog",    "status", "support",
                                         "forum",  "community", "img",     "cdn",    "static",
                                         "assets", "mail",      "reports", "pto",    "marketplace",
                                         "stats",  "global",    "login",   "auth",   "ws"};

    for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
        if (streq(label, labels[i]))
            return true;
    return false;
}

static void set_cloud(const Url *url, ClockifyServer *ret)
{
    ret->kind = SERVER_CLOUD;
    ret->url = url_origin(url);
    ret->api_url = xstrdup(CLOUD_API);
    ret->key_url = xstrdup(CLOUD_KEY);
}

static void set_region(const char *region, ClockifyServer *ret)
{
    ret->kind = SERVER_REGION;
    memcpy(ret->region, region, strlen(region) + 1);
    ret->url = xasprintf("https://%s" DOMAIN, region);
    ret->api_url = xasprintf("%s" API_PATH, ret->url);
    ret->key_url = xasprintf("%s" KEY_PAGE, ret->url);
}

static void set_subdomain(const Url *url, ClockifyServer *ret)
{
    ret->kind = SERVER_SUBDOMAIN;
    ret->url = url_origin(url);
    ret->api_url = xasprintf("%s" API_PATH, ret->url);
    ret->key_url = xasprintf("%s" KEY_PAGE, ret->url);
    ret->discover = true;
}

static void set_self_hosted(const Url *url, ClockifyServer *ret)
{
    _cleanup_free_ char *origin = url_origin(url);
    int root = (int)root_length(url->path);

    ret->kind = SERVER_SELF_HOSTED;
    ret->url = url_text(url);
    ret->api_url = xasprintf("%s%.*s" API_PATH, origin, root, url->path);
    ret->key_url = xasprintf("%s%.*s" KEY_PAGE, origin, root, url->path);
    ret->discover = true;
}

/* The part of the path below which the web application and /api lie. */
static size_t root_length(const char *path)
{
    size_t length = strlen(path);

    if (ends_with(path, length, API_PATH))
        return length - strlen(API_PATH);
    if (ends_with(path, length, "/api"))
        return length - strlen("/api");
    return length;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

int clockify_server_from_region(const char *region, ClockifyServer *ret, Error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(regions); i++)
        if (region && (streq(region, regions[i].name) || streq(region, regions[i].alias))) {
            *ret = (ClockifyServer){0};
            set_region(regions[i].name, ret);
            return 0;
        }
    return error_param(error, "region",
                       "Clockify's regions are use2 (us), euc1 (eu), euw2 (uk) and apse2 (au).");
}

Json *clockify_server_to_json(const ClockifyServer *server)
{
    Json *json = json_new_object();

    json_put_string(json, "kind", server_kind_name(server->kind));
    json_put_string(json, "region", server->region[0] ? server->region : NULL);
    json_put_string(json, "url", server->url);
    json_put_string(json, "api_url", server->api_url);
    json_put_string(json, "key_url", server->key_url);
    return json;
}

int clockify_server_from_json(const Json *json, ClockifyServer *ret, Error *error)
{
    const char *region = json_string(json, "region");
    ClockifyServer server = {0};

    if (!kind_from_name(json_string(json, "kind"), &server.kind) || !json_string(json, "url") ||
        !json_string(json, "api_url") || !json_string(json, "key_url") ||
        (region && strlen(region) >= sizeof(server.region)))
        return error_internal(error, "the stored Clockify server cannot be read");
    if (region)
        memcpy(server.region, region, strlen(region) + 1);
    server.url = xstrdup(json_string(json, "url"));
    server.api_url = xstrdup(json_string(json, "api_url"));
    server.key_url = xstrdup(json_string(json, "key_url"));
    server.discover = server.kind == SERVER_SUBDOMAIN || server.kind == SERVER_SELF_HOSTED;
    *ret = server;
    return 0;
}

static bool kind_from_name(const char *name, ServerKind *ret)
{
    for (ServerKind kind = SERVER_CLOUD; kind <= SERVER_SELF_HOSTED; kind++)
        if (streq(name, server_kind_name(kind))) {
            *ret = kind;
            return true;
        }
    return false;
}
