/* SPDX-License-Identifier: Apache-2.0 */
/* bridge.status and bridge.metrics: what an operator and a monitor see. */

#include "flow/status.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/time.h"
#include "store/journal.h"

typedef struct StatusQuery {
    Query query;
    StoreWork work;
    JournalCounts counts;
} StatusQuery;

int status_read(Db *db, Query *query, Error *error)
{
    return journal_counts(db, &((StatusQuery *)query)->counts, error);
}

static int read_counts(Db *db, void *arg, Error *error)
{
    return status_read(db, arg, error);
}

static int status_step(Flow *flow, FlowIo *io)
{
    StatusQuery *f = (StatusQuery *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, f->work, f);
    FLOW_END(flow);
}

Query *status_query_new(Bridge *bridge, uint64_t caller, const Json *params, StoreWork work,
                        void (*done)(Query *query))
{
    StatusQuery *f = query_new(sizeof(*f), bridge, caller, params, status_step);

    f->work = work;
    f->query.done = done;
    return &f->query;
}

static int64_t oldest_pending_s(const JournalCounts *counts)
{
    return counts->oldest_pending == TIME_NONE ? 0 : time_now() - counts->oldest_pending;
}

static Json *render_upstream(const Bridge *bridge, Service service, const char *url)
{
    const Upstream *upstream = runner_upstream(bridge->runner, service);
    Json *object = json_new_object();

    json_put_string(object, "url", url);
    json_put_bool(object, "ok", url && !upstream->down);
    json_put_time(object, "last_ok", upstream->last_ok);
    json_put_string(object, "problem",
                    !url                   ? "its address is not known"
                    : upstream->problem[0] ? upstream->problem
                                           : NULL);
    return object;
}

static Json *render_store(const Bridge *bridge)
{
    Json *object = json_new_object();

    json_put_string(object, "backend",
                    bridge->parts.config->store.backend == STORE_SQLITE ? "sqlite" : "postgresql");
    json_put_bool(object, "ok", store_stats(bridge->parts.store).ok);
    return object;
}

static Json *render_counts(const char *const names[2], const int64_t values[2])
{
    Json *object = json_new_object();

    json_put_int(object, names[0], values[0]);
    json_put_int(object, names[1], values[1]);
    return object;
}

void status_render(Query *query)
{
    const Bridge *bridge = query->bridge;
    const JournalCounts *counts = &((StatusQuery *)query)->counts;
    const ClockifyServer *server = runner_server(bridge->runner);
    Json *result = json_new_object();
    Json *worklogs =
        render_counts((const char *const[]){"pending", "blocked"},
                      (const int64_t[]){counts->worklogs_pending, counts->worklogs_blocked});

    json_put_string(result, "version", bridge->parts.version);
    json_put_string(result, "node", bridge->parts.node);
    json_put_int(result, "uptime_s", (time_monotonic_ms() - bridge->started_ms) / 1000);
    json_put(result, "store", render_store(bridge));
    json_put(result, "clockify",
             render_upstream(bridge, SERVICE_CLOCKIFY, server ? server->url : NULL));
    json_put(result, "jira", render_upstream(bridge, SERVICE_JIRA, runner_jira(bridge->runner)));
    json_put_bool(result, "paused", bridge->pause_reason != NULL);
    json_put_string(result, "pause_reason",
                    bridge->pause_reason && bridge->pause_reason[0] ? bridge->pause_reason : NULL);
    json_put_bool(result, "memory_locked", keyring_locked_memory(bridge->keyring));
    json_put(result, "entries",
             render_counts((const char *const[]){"queued", "blocked"},
                           (const int64_t[]){counts->entries_queued, counts->entries_blocked}));
    json_put_int(worklogs, "oldest_pending_s", oldest_pending_s(counts));
    json_put(result, "worklogs", worklogs);
    query->result = result;
}

void ask_status(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(status_query_new(bridge, caller, params, read_counts, status_render));
}

/* ---- metrics: Prometheus text format ---- */

static void add_metric(Buffer *text, const char *name, const char *type, const char *help,
                       int64_t value)
{
    buffer_addf(
        text,
        "# HELP clockify_bridge_%s %s\n# TYPE clockify_bridge_%s %s\nclockify_bridge_%s %" PRId64
        "\n",
        name, help, name, type, name, value);
}

/* One metric with a sample for each service. */
static void add_by_service(Buffer *text, const char *name, const char *type, const char *help,
                           const int64_t values[SERVICE_COUNT])
{
    buffer_addf(text, "# HELP clockify_bridge_%s %s\n# TYPE clockify_bridge_%s %s\n", name, help,
                name, type);
    for (Service service = 0; service < SERVICE_COUNT; service++)
        buffer_addf(text, "clockify_bridge_%s{service=\"%s\"} %" PRId64 "\n", name,
                    service_name(service), values[service]);
}

static void add_services(Buffer *text, const Bridge *bridge, const RunnerStats *stats)
{
    const RestStats *rest = stats->rest;
    const int64_t up[] = {!runner_upstream(bridge->runner, SERVICE_CLOCKIFY)->down,
                          !runner_upstream(bridge->runner, SERVICE_JIRA)->down};
    const int64_t sent[] = {rest[SERVICE_CLOCKIFY].sent, rest[SERVICE_JIRA].sent};
    const int64_t unclear[] = {rest[SERVICE_CLOCKIFY].unclear, rest[SERVICE_JIRA].unclear};
    const int64_t flight[] = {(int64_t)rest[SERVICE_CLOCKIFY].in_flight,
                              (int64_t)rest[SERVICE_JIRA].in_flight};

    add_by_service(text, "upstream_up", "gauge", "1 while the service answers.", up);
    add_by_service(text, "requests_total", "counter", "HTTP requests sent.", sent);
    add_by_service(text, "requests_unclear_total", "counter",
                   "HTTP requests whose outcome had to be looked for.", unclear);
    add_by_service(text, "requests_in_flight", "gauge", "HTTP requests waiting for an answer.",
                   flight);
}

static void metrics_render(Query *query)
{
    const Bridge *bridge = query->bridge;
    const JournalCounts *counts = &((StatusQuery *)query)->counts;
    const RunnerStats stats = runner_stats(bridge->runner);
    const StoreStats store = store_stats(bridge->parts.store);
    _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;

    add_metric(&text, "uptime_seconds", "gauge", "Seconds since the start.",
               (time_monotonic_ms() - bridge->started_ms) / 1000);
    add_metric(&text, "paused", "gauge", "1 while nothing is sent on an operator's order.",
               bridge->pause_reason != NULL);
    add_metric(&text, "entries_queued", "gauge", "Entries on their way to Clockify.",
               counts->entries_queued);
    add_metric(&text, "entries_blocked", "gauge", "Entries that wait for a person.",
               counts->entries_blocked);
    add_metric(&text, "worklogs_pending", "gauge", "Worklogs on their way to Jira.",
               counts->worklogs_pending);
    add_metric(&text, "worklogs_blocked", "gauge", "Worklogs that wait for a person.",
               counts->worklogs_blocked);
    add_metric(&text, "worklogs_oldest_pending_seconds", "gauge",
               "Age of the oldest pending worklog.", oldest_pending_s(counts));
    add_services(&text, bridge, &stats);
    add_metric(&text, "lookups_saved_total", "counter", "Look-ups answered without a request.",
               stats.cached + stats.joined);
    add_metric(&text, "flows_total", "counter", "Dialogues carried through.", stats.flows);
    add_metric(&text, "flows_failed_total", "counter", "Dialogues that ended in an error.",
               stats.flows_failed);
    add_metric(&text, "store_ok", "gauge", "1 when the last commit went through.", store.ok);
    add_metric(&text, "store_commits_total", "counter", "Transactions committed.", store.commits);
    add_metric(&text, "store_commits_failed_total", "counter",
               "Transactions that could not be committed.", store.failed);
    add_metric(&text, "store_works_total", "counter", "Pieces of work in those transactions.",
               store.works);
    query->result = json_new_object();
    json_put_string(query->result, "text", buffer_text(&text));
}

void ask_metrics(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(status_query_new(bridge, caller, params, read_counts, metrics_render));
}
