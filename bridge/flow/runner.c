/* SPDX-License-Identifier: Apache-2.0 */
/* Carries flows: see runner.h. Sends nothing itself but through remote/rest and store/store. */

#include "flow/runner.h"

#include <stdio.h>

#include "base/map.h"
#include "base/time.h"
#include "flow/cache.h"
#include "flow/limits.h"

#define CACHE_ENTRIES   1024
#define CACHE_BYTES     (16 * 1024 * 1024)
#define CLOCKIFY_FLIGHT 512
#define JIRA_FLIGHT     64
#define QUEUE_MOST      20000

/* A flow under way. */
typedef struct Job {
    Runner *runner;
    Flow *flow;
    FlowIo io;
    bool person_waits;
    FlowDone done;
    void *arg;

    RestAnswer answer; /* what io.answer points to */
    Service service;   /* of the request under way */
    int64_t sent_ms;
    char *workspace;             /* whose rate limit the request under way counts against */
    char *key;                   /* of the look-up under way; NULL = none */
    struct Job *joined;          /* others that wait for the same look-up */
    struct Job *previous, *next; /* in runner->jobs */
} Job;

struct Runner {
    RunnerParts parts;
    const Keyring *keyring;
    const char *instance;
    ClockifyServer server;
    bool has_server;
    char *jira;
    bool paused;
    bool stopped;

    RestClient *clients[SERVICE_COUNT];
    Upstream upstreams[SERVICE_COUNT];
    Limits *limits; /* workspaces that asked for patience */
    Cache *cache;
    Map *lookups; /* key -> Job that asks */
    Job *jobs;
    size_t active;
    RunnerStats stats;
};

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

static void job_free(Job *job)
{
    job->flow->free(job->flow);
    rest_request_done(&job->io.request);
    rest_answer_done(&job->answer);
    free(job->workspace);
    free(job->key);
    free(job);
}

void runner_free(Runner *runner)
{
    if (!runner)
        return;
    for (Service service = 0; service < SERVICE_COUNT; service++)
        rest_client_free(runner->clients[service]);
    for (Job *job = runner->jobs, *next; job; job = next) {
        next = job->next;
        job_free(job);
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

/* Users are told apart by a line end, which no key of a user and no URL holds. */
static char *lookup_key(const Job *job)
{
    return xasprintf("%s\n%s", job->io.account ? job->io.account->user : "", job->io.request.url);
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

/* ---- one flow ---- */

static void run(Job *job);

static void job_unlink(Job *job)
{
    Runner *runner = job->runner;

    if (job->previous)
        job->previous->next = job->next;
    else
        runner->jobs = job->next;
    if (job->next)
        job->next->previous = job->previous;
    runner->active--;
}

static void finish(Job *job, int r)
{
    Runner *runner = job->runner;

    runner->stats.flows++;
    if (r < 0)
        runner->stats.flows_failed++;
    job_unlink(job);
    job->done(job->arg, job->flow, r, &job->io.error);
    job_free(job);
}

/* The store's thread has the job until store_done. */
static int store_work(Db *db, void *arg, Error *error)
{
    Job *job = arg;

    return job->io.work(db, job->io.work_arg, error);
}

static void store_done(void *arg, int r, const Error *error)
{
    Job *job = arg;

    job->io.result = r;
    if (r < 0)
        job->io.error = *error;
    run(job);
}

/* An answer that no service gave: the request was not sent. */
static void not_sent(Job *job, int64_t wait_ms, const char *problem)
{
    job->answer = (RestAnswer){
        .outcome = REST_NOT_SENT,
        .last_page = -1,
        .retry_after_s = wait_ms > 0 ? (wait_ms + 999) / 1000 : -1,
    };
    snprintf(job->answer.problem, sizeof(job->answer.problem), "%s", problem);
}

static void limited(Job *job, int64_t wait_ms)
{
    job->answer = (RestAnswer){
        .outcome = REST_ANSWERED,
        .status = 429,
        .body = xstrdup(""),
        .last_page = -1,
        .retry_after_s = (wait_ms + 999) / 1000,
    };
}

/* false: job->answer says why not. */
static bool admitted(Job *job)
{
    Runner *runner = job->runner;
    Upstream *upstream = &runner->upstreams[job->service];
    int64_t now = time_monotonic_ms();
    int64_t wait = job->workspace ? limits_wait_ms(runner->limits, job->workspace, now) : 0;

    if (runner->paused && !job->io.ignore_gate) {
        not_sent(job, 0, "the bridge is paused");
        return false;
    }
    if (job->io.ignore_gate)
        return true;
    if (wait == 0 && upstream->limited_ms > now)
        wait = upstream->limited_ms - now;
    if (wait > 0) {
        limited(job, wait);
        return false;
    }
    if (!upstream_admit(upstream, now)) {
        not_sent(job, upstream_wait_ms(upstream, now), upstream->problem);
        return false;
    }
    return true;
}

static bool attach_secret(Job *job)
{
    const Account *account = job->io.account;
    Runner *runner = job->runner;
    SealContext context;

    if (!account)
        return true;
    context = (SealContext){.instance = runner->instance,
                            .user = account->user,
                            .service = service_name(account->service),
                            .version = account->version};
    if (keyring_open(runner->keyring, &context, &account->sealed, &job->io.request.secret, NULL) <
        0) {
        not_sent(job, 0, "the stored secret cannot be opened; it has to be given again");
        return false;
    }
    job->io.request.auth =
        account->service == SERVICE_CLOCKIFY ? REST_AUTH_API_KEY : REST_AUTH_BEARER;
    return true;
}

/* Waits for another job's answer to the same look-up, or answers from the cache. true: one of them.
 */
static bool saved_a_request(Job *job, bool *ret_answered)
{
    Runner *runner = job->runner;
    const RestAnswer *kept;
    Job *asking;

    *ret_answered = false;
    if (job->io.cache_s <= 0 || job->io.request.method != REST_GET)
        return false;
    job->key = lookup_key(job);
    kept = cache_get(runner->cache, job->key, job->io.cache_s, time_monotonic_ms());
    if (kept) {
        rest_answer_copy(&job->answer, kept);
        free(STEAL(job->key));
        runner->stats.cached++;
        *ret_answered = true;
        return true;
    }
    asking = map_get(runner->lookups, job->key);
    if (asking) {
        free(STEAL(job->key));
        job->joined = asking->joined;
        asking->joined = job;
        runner->stats.joined++;
        return true;
    }
    return false;
}

static void obey_patience(Job *job, int64_t now)
{
    Runner *runner = job->runner;

    if (job->answer.outcome != REST_ANSWERED || job->io.ignore_gate)
        return;
    if (job->answer.status != 429) {
        if (job->workspace)
            limits_forget(runner->limits, job->workspace, now);
        return;
    }
    if (job->service == SERVICE_CLOCKIFY && job->workspace)
        job->answer.retry_after_s =
            limits_add(runner->limits, job->workspace, job->answer.retry_after_s, now) / 1000;
    else {
        if (job->answer.retry_after_s < 1)
            job->answer.retry_after_s = LIMITS_FIRST_MS / 1000;
        upstream_limit(&runner->upstreams[job->service], now + job->answer.retry_after_s * 1000);
    }
}

/* Gives the same answer to all that joined, then runs them. */
static void share(Job *job)
{
    Job *other = STEAL(job->joined);

    map_remove(job->runner->lookups, job->key);
    if (job->answer.outcome == REST_ANSWERED && job->answer.status / 100 == 2)
        cache_put(job->runner->cache, job->key, &job->answer, time_monotonic_ms());
    free(STEAL(job->key));
    while (other) {
        Job *next = STEAL(other->joined);

        rest_answer_copy(&other->answer, &job->answer);
        run(other);
        other = next;
    }
}

static void rest_done(void *arg, RestAnswer *answer)
{
    Job *job = arg;
    Runner *runner = job->runner;
    int64_t now = time_monotonic_ms();
    uint32_t random;
    bool changed = false;

    job->answer = *answer;
    *answer = (RestAnswer){0};
    keyring_random(&random, sizeof(random));
    if (!job->io.ignore_gate)
        changed = upstream_note(&runner->upstreams[job->service], &job->answer, job->sent_ms, now,
                                random);
    obey_patience(job, now);
    if (job->key)
        share(job);
    run(job);
    if (changed)
        runner->parts.changed(runner->parts.context);
}

/* true: answered at once, the flow can go on. */
static bool send(Job *job)
{
    Runner *runner = job->runner;
    bool answered;

    job->service = job->io.call == CALL_CLOCKIFY ? SERVICE_CLOCKIFY : SERVICE_JIRA;
    set_string(&job->workspace, job->service == SERVICE_CLOCKIFY ? job->io.workspace : NULL);
    if (saved_a_request(job, &answered)) {
        rest_request_done(&job->io.request);
        return answered;
    }
    if (!attach_secret(job) || !admitted(job)) {
        free(STEAL(job->key));
        rest_request_done(&job->io.request);
        return true;
    }
    if (job->key)
        map_put(runner->lookups, job->key, job);
    job->io.request.person_waits = job->person_waits;
    job->sent_ms = time_monotonic_ms();
    rest_send(runner->clients[job->service], &job->io.request, rest_done, job);
    return false;
}

static void renew_world(Job *job)
{
    Runner *runner = job->runner;

    job->io.config = runner->parts.config;
    job->io.server = runner_server(runner);
    job->io.jira_base = runner->jira;
    job->io.keyring = runner->keyring;
    job->io.instance = runner->instance;
    job->io.now = time_now();
    job->io.answer = &job->answer;
}

/* Enters the flow until it has to wait or ends. */
static void run(Job *job)
{
    for (;;) {
        int r;

        if (job->runner->stopped) {
            job_unlink(job);
            job_free(job);
            return;
        }
        renew_world(job);
        job->io.account = NULL;
        job->io.workspace = NULL;
        job->io.cache_s = 0;
        job->io.ignore_gate = false;
        r = job->flow->step(job->flow, &job->io);
        if (r != FLOW_MORE) {
            finish(job, r);
            return;
        }
        rest_answer_done(&job->answer);
        if (job->io.call == CALL_STORE) {
            store_submit(job->runner->parts.store, store_work, store_done, job);
            return;
        }
        if (!send(job))
            return;
    }
}

void runner_start(Runner *runner, Flow *flow, bool person_waits, FlowDone done, void *arg)
{
    Job *job = xcalloc(1, sizeof(*job));

    job->runner = runner;
    job->flow = flow;
    job->person_waits = person_waits;
    job->done = done;
    job->arg = arg;
    job->next = runner->jobs;
    if (runner->jobs)
        runner->jobs->previous = job;
    runner->jobs = job;
    runner->active++;
    run(job);
}
