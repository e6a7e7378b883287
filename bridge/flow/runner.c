/* SPDX-License-Identifier: Apache-2.0 */
/* What flows are carried by: the runner's own state, as set and asked from outside; see runner.h.
 * One flow's way is in runner_job.c. */

#include "flow/runner_job.h"

#include "base/time.h"

#define CACHE_ENTRIES   1024
#define CACHE_BYTES     (16 * 1024 * 1024)
#define CLOCKIFY_FLIGHT 512
#define JIRA_FLIGHT     64
#define QUEUE_MOST      20000

static int make_clients(const RunnerParts *parts, const Config *config,
                        RestClient *ret[SERVICE_COUNT], Error *error)
{
    RestOptions clockify = {
        .name = "clockify",
        .ca_file = config->clockify.ca_file,
        .client_cert = config->clockify.client_cert,
        .client_key = config->clockify.client_key,
        .proxy = config->clockify.proxy,
        .timeout_ms = config->clockify.timeout_s * 1000,
        .max_in_flight = CLOCKIFY_FLIGHT,
        .max_queued = QUEUE_MOST,
    };
    RestOptions jira = {
        .name = "jira",
        .ca_file = "",
        .client_cert = "",
        .client_key = "",
        .proxy = "",
        .timeout_ms = config->jira.timeout_s * 1000,
        .max_in_flight = JIRA_FLIGHT,
        .max_queued = QUEUE_MOST,
    };

    if (rest_client_new(parts->event, &clockify, &ret[SERVICE_CLOCKIFY], error) < 0)
        return -1;
    if (rest_client_new(parts->event, &jira, &ret[SERVICE_JIRA], error) < 0) {
        rest_client_free(STEAL(ret[SERVICE_CLOCKIFY]));
        return -1;
    }
    return 0;
}

int runner_new(const RunnerParts *parts, Runner **ret, Error *error)
{
    RestClient *clients[SERVICE_COUNT] = {NULL};
    Runner *runner;

    if (make_clients(parts, parts->config, clients, error) < 0)
        return -1;
    runner = xcalloc(1, sizeof(*runner));
    runner->parts = *parts;
    memcpy(runner->clients, clients, sizeof(clients));
    upstream_init(&runner->upstreams[SERVICE_CLOCKIFY]);
    upstream_init(&runner->upstreams[SERVICE_JIRA]);
    runner->limits = limits_new();
    runner->cache = cache_new(CACHE_ENTRIES, CACHE_BYTES);
    runner->lookups = map_new();
    *ret = runner;
    return 0;
}

void runner_free(Runner *runner)
{
    if (!runner)
        return;
    for (Service service = 0; service < SERVICE_COUNT; service++)
        rest_client_free(runner->clients[service]);
    for (Job *job = runner->jobs, *next; job; job = next) {
        next = job->next;
        runner_job_free(job);
    }
    limits_free(runner->limits);
    cache_free(runner->cache);
    map_free(runner->lookups);
    clockify_server_done(&runner->server);
    free(runner->jira);
    free(runner);
}

/* ---- the world ---- */

int runner_set_config(Runner *runner, const Config *config, Error *error)
{
    RestClient *clients[SERVICE_COUNT] = {NULL};
    bool same = config->clockify.timeout_s == runner->parts.config->clockify.timeout_s &&
                config->jira.timeout_s == runner->parts.config->jira.timeout_s &&
                streq(config->clockify.proxy, runner->parts.config->clockify.proxy) &&
                streq(config->clockify.ca_file, runner->parts.config->clockify.ca_file) &&
                streq(config->clockify.client_cert, runner->parts.config->clockify.client_cert) &&
                streq(config->clockify.client_key, runner->parts.config->clockify.client_key);

    if (!same) {
        if (make_clients(&runner->parts, config, clients, error) < 0)
            return -1;
        for (Service service = 0; service < SERVICE_COUNT; service++)
            rest_client_retire(STEAL(runner->clients[service]));
        memcpy(runner->clients, clients, sizeof(clients));
        upstream_reset(&runner->upstreams[SERVICE_CLOCKIFY]);
        upstream_reset(&runner->upstreams[SERVICE_JIRA]);
    }
    runner->parts.config = config;
    return 0;
}

void runner_set_keyring(Runner *runner, const Keyring *keyring, const char *instance)
{
    runner->keyring = keyring;
    runner->instance = instance;
}

void runner_set_server(Runner *runner, const ClockifyServer *server)
{
    ClockifyServer copy = {0};

    if (server)
        clockify_server_copy(&copy, server);
    clockify_server_done(&runner->server);
    runner->server = copy;
    runner->has_server = server != NULL;
    upstream_reset(&runner->upstreams[SERVICE_CLOCKIFY]);
    limits_clear(runner->limits);
    cache_forget(runner->cache, "", "");
    runner->parts.changed(runner->parts.context);
}

void runner_set_jira(Runner *runner, const char *base)
{
    if (streq(runner->jira, base))
        return;
    set_string(&runner->jira, base);
    upstream_reset(&runner->upstreams[SERVICE_JIRA]);
    runner->parts.changed(runner->parts.context);
}

void runner_set_paused(Runner *runner, bool paused)
{
    runner->paused = paused;
    runner->parts.changed(runner->parts.context);
}

const ClockifyServer *runner_server(const Runner *runner)
{
    return runner->has_server ? &runner->server : NULL;
}

const char *runner_jira(const Runner *runner)
{
    return runner->jira;
}

const Upstream *runner_upstream(const Runner *runner, Service service)
{
    return &runner->upstreams[service];
}

bool runner_paused(const Runner *runner)
{
    return runner->paused;
}

bool runner_may_start(const Runner *runner, Service service)
{
    return !runner->paused &&
           upstream_wait_ms(&runner->upstreams[service], time_monotonic_ms()) == 0;
}

bool runner_is_up(const Runner *runner, Service service)
{
    return !runner->paused && upstream_is_open(&runner->upstreams[service], time_monotonic_ms());
}

void runner_stop(Runner *runner)
{
    runner->stopped = true;
}

size_t runner_active(const Runner *runner)
{
    return runner->active;
}

static void forget(Runner *runner, const char *user, const char *part)
{
    _cleanup_free_ char *prefix = xasprintf("%s\n", user);

    cache_forget(runner->cache, prefix, part);
}

void runner_forget_entries(Runner *runner, const char *user)
{
    forget(runner, user, "/time-entries");
}

void runner_forget(Runner *runner, const char *user)
{
    forget(runner, user, "");
}

RunnerStats runner_stats(const Runner *runner)
{
    RunnerStats stats = runner->stats;

    for (Service service = 0; service < SERVICE_COUNT; service++)
        stats.rest[service] = rest_stats(runner->clients[service]);
    return stats;
}
