/* SPDX-License-Identifier: Apache-2.0 */
/* One flow's way: entered, its call made, entered again with the answer, until it ends. Sends
 * nothing itself but through remote/rest and store/store. */

#include "flow/runner_job.h"

#include <stdio.h>

#include "base/time.h"

void runner_job_free(Job *job)
{
    job->flow->free(job->flow);
    rest_request_done(&job->io.request);
    rest_answer_done(&job->answer);
    free(job->workspace);
    free(job->key);
    free(job);
}

/* Users are told apart by a line end, which no key of a user and no URL holds. */
static char *lookup_key(const Job *job)
{
    return xasprintf("%s\n%s", job->io.account ? job->io.account->user : "", job->io.request.url);
}

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
    runner_job_free(job);
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
        not_sent(job, 0, "the stored secret cannot be opened");
        job->answer.secret_lost = true;
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
            runner_job_free(job);
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
