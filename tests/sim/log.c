/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request log. Credentials are not kept: only the name of the header that held one.
 */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js.h"

#define RING       100000
#define BODY_LIMIT (64 * 1024)

typedef struct Entry {
    uint64_t n;
    Service service;
    char *method, *uri, *who, *body, *headers;
    const char *route;
    size_t body_size;
    int status;
    int64_t at_ms, ms;
} Entry;

struct RequestLog {
    Entry *ring;
    uint64_t first, next;       /* numbers in the ring: first <= n < next */
    struct json_object *counts; /* service -> "METHOD template" -> n */
    int busy[SERVICE_COUNT], peak[SERVICE_COUNT];
};

static const char *const service_names[] = {"clockify", "jira", "control"};

RequestLog *log_new(void)
{
    RequestLog *log = calloc(1, sizeof *log);
    if (!log || !(log->ring = calloc(RING, sizeof *log->ring)))
        abort();
    log->first = log->next = 1;
    log_clear_counts(log);
    return log;
}

static void entry_done(Entry *entry)
{
    free(entry->method);
    free(entry->uri);
    free(entry->who);
    free(entry->body);
    free(entry->headers);
    *entry = (Entry){0};
}

void log_clear(RequestLog *log)
{
    /* Numbers go on, so that a late answer cannot meet another request's entry. */
    for (; log->first < log->next; log->first++)
        entry_done(&log->ring[log->first % RING]);
    log_clear_counts(log);
}

void log_free(RequestLog *log)
{
    log_clear(log);
    json_object_put(log->counts);
    free(log->ring);
    free(log);
}

void log_clear_counts(RequestLog *log)
{
    json_object_put(log->counts);
    log->counts = js_new();
    for (int s = 0; s < SERVICE_COUNT; s++) {
        js_set(log->counts, service_names[s], js_new());
        log->peak[s] = log->busy[s];
    }
}

static char *headers_of(const Request *request)
{
    static const char *const kept[] = {
        "Content-Type",   "Accept",          "User-Agent",       "X-Atlassian-Token",
        "Origin",         "Referer",         "Cookie",           "Host",
        "Content-Length", "Accept-Encoding", "Transfer-Encoding"};
    static const char *const secret[] = {"X-Api-Key", "X-Addon-Token", "Authorization"};
    struct json_object *out = js_new();
    char *text;

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (request_header(request, kept[i]))
            js_set_str(out, kept[i], request_header(request, kept[i]));
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        if (request_header(request, secret[i]))
            js_set_str(out, secret[i], "(given)");
    text = strdup(js_print(out));
    json_object_put(out);
    return text;
}

static void count(RequestLog *log, const Request *request, const char *route)
{
    char key[256];
    struct json_object *service = js_get(log->counts, service_names[request->service]);

    snprintf(key, sizeof key, "%s %s", request->method, route);
    js_set_int(service, key, js_int(service, key, 0) + 1);
    if (++log->busy[request->service] > log->peak[request->service])
        log->peak[request->service] = log->busy[request->service];
}

uint64_t log_begin(Sim *sim, const Request *request, const char *who)
{
    RequestLog *log = sim->log;
    Entry *entry = &log->ring[log->next % RING];
    const char *route = request->route ? request->route->path : "(none)";

    if (log->next - log->first == RING)
        entry_done(&log->ring[log->first++ % RING]);
    count(log, request, route);
    *entry = (Entry){
        .n = log->next,
        .service = request->service,
        .method = strdup(request->method),
        .uri = strdup(request->uri),
        .who = who ? strdup(who) : NULL,
        .headers = headers_of(request),
        .route = route,
        .body_size = request->body_size < BODY_LIMIT ? request->body_size : BODY_LIMIT,
        .at_ms = sim_now_ms(sim),
        .ms = -1,
    };
    if (entry->body_size) {
        entry->body = malloc(entry->body_size);
        memcpy(entry->body, request->body, entry->body_size);
    }
    return log->next++;
}

void log_answer(RequestLog *log, uint64_t n, int status, int64_t ms)
{
    Entry *entry = &log->ring[n % RING];
    if (entry->n != n)
        return;
    entry->status = status;
    entry->ms = ms;
}

void log_end(RequestLog *log, Service service)
{
    log->busy[service]--;
}

static struct json_object *entry_json(const Entry *entry)
{
    struct json_object *out = js_new();
    const char *query = strchr(entry->uri, '?');
    char *path = strndup(entry->uri, query ? (size_t)(query - entry->uri) : strlen(entry->uri));

    js_set_int(out, "n", (int64_t)entry->n);
    js_set_str(out, "service", service_names[entry->service]);
    js_set_str(out, "method", entry->method);
    js_set_str(out, "path", path);
    js_set_str(out, "query", query ? query + 1 : "");
    js_set_str(out, "route", entry->route);
    js_set_str(out, "who", entry->who);
    js_set_int(out, "at", entry->at_ms);
    if (entry->ms >= 0) {
        js_set_int(out, "status", entry->status);
        js_set_int(out, "ms", entry->ms);
    }
    js_set(out, "headers", js_parse(entry->headers, strlen(entry->headers)));
    js_set_bytes(out, "body", entry->body ? entry->body : "", entry->body_size);
    free(path);
    return out;
}

struct json_object *log_requests(const RequestLog *log, uint64_t since)
{
    struct json_object *out = js_new(), *list = js_array();

    for (uint64_t n = since + 1 > log->first ? since + 1 : log->first; n < log->next; n++)
        js_push(list, entry_json(&log->ring[n % RING]));
    js_set_int(out, "last", (int64_t)log->next - 1);
    js_set(out, "requests", list);
    return out;
}

struct json_object *log_counts(const RequestLog *log)
{
    struct json_object *out = js_new();

    for (int s = SERVICE_CLOCKIFY; s <= SERVICE_JIRA; s++) {
        struct json_object *service = js_new();
        struct json_object *routes = js_get(log->counts, service_names[s]);
        int64_t total = 0;
        json_object_object_foreach(routes, key, value)
        {
            (void)key;
            total += json_object_get_int64(value);
        }
        js_set_int(service, "total", total);
        js_set_int(service, "now", log->busy[s]);
        js_set_int(service, "peak", log->peak[s]);
        js_set(service, "routes", js_copy(routes));
        js_set(out, service_names[s], service);
    }
    return out;
}
