/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira Data Center before and around its routes: the routing table, who is asking (a bad token is
 * nobody, not an error), the checks against forged requests, the rate limit, read-only mode and the
 * headers on every answer.
 */
#include "jira.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "js.h"
#include "route.h"
#include "service.h"

#define API    "/rest/api/2"
#define TOKENS "/rest/pat/latest/tokens"

const Route jira_routes[] = {
    {SERVICE_JIRA, "GET", "/status", jira_status},
    {SERVICE_JIRA, "GET", API "/myself", jira_myself},
    {SERVICE_JIRA, "GET", API "/serverInfo", jira_server_info},
    {SERVICE_JIRA, "GET", API "/configuration", jira_configuration},
    {SERVICE_JIRA, "GET", API "/mypermissions", jira_permissions},
    {SERVICE_JIRA, "GET", API "/readonly-mode", jira_readonly_mode},
    {SERVICE_JIRA, "GET", API "/project", jira_projects_list},
    {SERVICE_JIRA, "GET", API "/project/{projectIdOrKey}", jira_project_get},
    {SERVICE_JIRA, "GET", API "/issue/{issueIdOrKey}", jira_issue_get},
    {SERVICE_JIRA, "GET", API "/issue/{issueIdOrKey}/worklog", jira_worklogs_list},
    {SERVICE_JIRA, "POST", API "/issue/{issueIdOrKey}/worklog", jira_worklog_post},
    {SERVICE_JIRA, "GET", API "/issue/{issueIdOrKey}/worklog/{id}", jira_worklog_get},
    {SERVICE_JIRA, "PUT", API "/issue/{issueIdOrKey}/worklog/{id}", jira_worklog_put},
    {SERVICE_JIRA, "DELETE", API "/issue/{issueIdOrKey}/worklog/{id}", jira_worklog_delete},
    {SERVICE_JIRA, "GET", API "/worklog/updated", jira_worklogs_updated},
    {SERVICE_JIRA, "GET", API "/worklog/deleted", jira_worklogs_deleted},
    {SERVICE_JIRA, "POST", API "/worklog/list", jira_worklogs_by_id},
    {SERVICE_JIRA, "GET", TOKENS, jira_tokens_list},
    {SERVICE_JIRA, "POST", TOKENS, jira_token_post},
    {SERVICE_JIRA, "GET", TOKENS "/{tokenId}", jira_token_get},
    {SERVICE_JIRA, "DELETE", TOKENS "/{tokenId}", jira_token_delete},
    {0},
};

static const struct json_object *token_of(const Request *request)
{
    const char *header = request_header(request, "Authorization");
    const struct json_object *token;

    if (!header || strncasecmp(header, "Bearer ", 7) != 0)
        return NULL;
    token = table_alias_get(&request->sim->table[JIRA_TOKENS], header + 7);
    if (!token || js_bool(token, "_revoked", false))
        return NULL;
    return js_int(token, "_expires", INT64_MAX) > sim_now_ms(request->sim) ? token : NULL;
}

void jira_identify(Request *request, const char *names[static 8])
{
    const struct json_object *token = token_of(request);
    struct json_object *user =
        token ? table_get(&request->sim->table[JIRA_USERS], js_text(token, "_userKey")) : NULL;

    names[0] = "anonymous";
    if (!user || !js_bool(user, "active", true))
        return;
    request->user = user;
    names[0] = js_text(user, "name");
    names[1] = js_text(user, "key");
    names[2] = js_text(user, "emailAddress");
}

/* Names with anything unusual in them come percent-encoded. */
static void say_who(const Request *request, Reply *reply)
{
    const char *name = request->user ? js_text(request->user, "name") : "anonymous";
    char text[256];
    size_t n = 0;

    for (; *name && n + 4 < sizeof text; name++)
        if (isalnum((unsigned char)*name) || strchr("-_.*", *name))
            text[n++] = *name;
        else
            n += (size_t)snprintf(text + n, sizeof text - n, "%%%02X", (unsigned char)*name);
    text[n] = '\0';
    reply_header(reply, "X-AUSERNAME", "%s", text);
}

static void common_headers(const Request *request, Reply *reply)
{
    long long now = (long long)sim_now_ms(request->sim);
    unsigned minute = (unsigned)(now / 60000 % 1440);

    reply_header(reply, "X-AREQUESTID", "%ux%llux1", minute, (unsigned long long)(now % 100000));
    reply_header(reply, "X-ANODEID", "%s", js_text(jira_options(request), "nodeId"));
    say_who(request, reply);
    if (request->user)
        reply_header(reply, "X-ASESSIONID", "%llx", (unsigned long long)now);
    reply_header(reply, "Set-Cookie", "JSESSIONID=%llX; Path=%s/; HttpOnly",
                 (unsigned long long)now, request->sim->context);
}

static bool is_write(const Request *request)
{
    return strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

/* What a form can send passes only with X-Atlassian-Token; no Content-Type counts as such. */
static bool formable(const Request *request)
{
    static const char *const types[] = {"application/x-www-form-urlencoded", "multipart/form-data",
                                        "text/plain"};
    const char *type = request_header(request, "Content-Type");

    if (!type)
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strncasecmp(type, types[i], strlen(types[i])) == 0)
            return true;
    return false;
}

static bool from_browser(const Request *request)
{
    static const char *const marks[] = {"Mozilla", "Chrome", "Safari", "MSIE", "Opera"};
    const char *agent = request_header(request, "User-Agent");

    for (size_t i = 0; agent && i < sizeof marks / sizeof *marks; i++)
        if (strstr(agent, marks[i]))
            return true;
    return false;
}

static bool same_origin(const Request *request)
{
    const char *own = js_str(jira_options(request), "origin");
    const char *host = request_header(request, "Host");
    const char *theirs = request_header(request, "Origin");
    char text[256];

    if (!theirs)
        theirs = request_header(request, "Referer");
    snprintf(text, sizeof text, "http://%.200s", host ? host : "");
    if (!own)
        own = text;
    return theirs && strncmp(theirs, own, strlen(own)) == 0 && strchr("/", theirs[strlen(own)]);
}

/* The filter in front of every REST resource; POST only. */
static bool forged(const Request *request)
{
    const char *token = request_header(request, "X-Atlassian-Token");
    bool unchecked =
        token && (strcasecmp(token, "no-check") == 0 || strcasecmp(token, "nocheck") == 0);

    if (strcmp(request->method, "POST") != 0)
        return false;
    if (from_browser(request))
        return !same_origin(request);
    return formable(request) && !unchecked;
}

static double refill(const Request *request, const struct json_object *limit,
                     struct json_object *bucket)
{
    double most = js_double(limit, "limit", 0), fill = js_double(limit, "fillRate", 0);
    double interval_ms = 1000 * js_double(limit, "intervalSeconds", 1);
    int64_t now = sim_now_ms(request->sim);
    double tokens = js_double(bucket, "tokens", most) +
                    fill * (double)(now - js_int(bucket, "at", now)) / interval_ms;

    js_set_int(bucket, "at", now);
    return tokens < most ? tokens : most;
}

/* One bucket a user; the headers stand on every authenticated answer, Retry-After 0 while there are
 * tokens. */
static bool limited(const Request *request, Reply *reply)
{
    const struct json_object *limit = js_get(jira_options(request), "rateLimit");
    struct json_object *bucket;
    double tokens, fill;

    if (!limit || !request->user)
        return false;
    bucket = js_get(request->sim->buckets, js_text(request->user, "key"));
    if (!bucket)
        js_set(request->sim->buckets, js_text(request->user, "key"), bucket = js_new());
    tokens = refill(request, limit, bucket);
    fill = js_double(limit, "fillRate", 0);
    bool refuse = tokens < 1;
    tokens -= refuse ? 0 : 1;
    js_set(bucket, "tokens", json_object_new_double(tokens));
    reply_header(reply, "X-RateLimit-Limit", "%d", (int)js_int(limit, "limit", 0));
    reply_header(reply, "X-RateLimit-Remaining", "%d", (int)tokens);
    reply_header(reply, "X-RateLimit-FillRate", "%d", (int)fill);
    reply_header(reply, "X-RateLimit-Interval-Seconds", "%d",
                 (int)js_int(limit, "intervalSeconds", 1));
    if (!refuse)
        reply_header(reply, "Retry-After", "0");
    else if (fill > 0)
        reply_header(reply, "Retry-After", "%d", (int)js_int(limit, "intervalSeconds", 1));
    else
        reply_header(reply, "Retry-After", "9223372036854775807");
    return refuse;
}

static int refuse_rate(Request *request, Reply *reply)
{
    const char *accept = request_header(request, "Accept");

    if (accept && strstr(accept, "application/json"))
        return jira_message(reply, 429, jira_text(request, TEXT_RATE_LIMIT));
    return jira_html(reply, 429, "Rate limit exceeded");
}

static int refuse_basic(Request *request, Reply *reply)
{
    const char *how = js_text(jira_options(request), "basic");

    if (strcmp(how, "captcha") == 0) {
        reply_header(reply, "X-Seraph-LoginReason", "AUTHENTICATION_DENIED");
        reply_header(reply, "X-Authentication-Denied-Reason",
                     "CAPTCHA_CHALLENGE; login-url=%s/login.jsp", jira_base_url(request));
        return jira_html(reply, 403, "Forbidden");
    }
    reply_header(reply, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED");
    if (strcmp(how, "oauth") == 0)
        reply_header(reply, "WWW-Authenticate", "OAuth realm=\"%s\"", jira_base_url(request));
    return jira_html(reply, 401, "Unauthorized");
}

static bool bad_token_refused(const Request *request)
{
    return !request->user && request_header(request, "Authorization") &&
           strcmp(js_text(jira_options(request), "badToken"), "401") == 0;
}

static int answer_rest(Request *request, Reply *reply)
{
    const char *authorization = request_header(request, "Authorization");

    if (authorization && strncasecmp(authorization, "Basic ", 6) == 0)
        return refuse_basic(request, reply);
    if (bad_token_refused(request))
        return jira_message(reply, 401, "Client must be authenticated to access this resource.");
    if (limited(request, reply))
        return refuse_rate(request, reply);
    if (!request->route)
        return jira_html(reply, request->path_known ? 405 : 404,
                         request->path_known ? "Method Not Allowed" : "Not Found");
    if (forged(request))
        return reply_text(reply, 403, "text/plain", "XSRF check failed");
    if (is_write(request) && js_bool(jira_options(request), "readOnly", false))
        return jira_html(reply, 403, "Read-only mode");
    if (request->body_size && is_write(request) &&
        strncasecmp(
            request_header(request, "Content-Type") ? request_header(request, "Content-Type") : "",
            "application/json", 16) != 0)
        return jira_html(reply, 415, "Unsupported Media Type");
    return request->route->handler(request, reply);
}

int jira_answer(Request *request, Reply *reply)
{
    const char *redirect = js_str(jira_options(request), "redirectTo");

    if (redirect) {
        reply_empty(reply, 302);
        reply_header(reply, "Location", "%s%s", redirect, request->uri);
        return 302;
    }
    if (!*request->path)
        return jira_html(reply, 404, "Not Found"); /* Tomcat's own, outside of the context */
    if (request->route && request->route->handler == jira_status)
        return jira_status(request, reply);
    if (strcmp(js_text(jira_options(request), "state"), "RUNNING") != 0)
        return jira_html(reply, 503, "Jira is starting up");
    common_headers(request, reply);
    return answer_rest(request, reply);
}
