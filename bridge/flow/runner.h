/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Carries flows: enters them, makes the calls they name, enters them again with the answer. Holds
 * what stands between the flows and the services: whether a service is up, workspaces that asked
 * for patience, answers kept for a while, and look-ups of the same thing at the same time, which
 * share one request.
 */

#include "flow/flow.h"
#include "flow/upstream.h"

typedef struct sd_event sd_event;
typedef struct Runner Runner;

/* The flow is freed when this returns; r is FLOW_FINISHED or FLOW_FAILED. */
typedef void (*FlowDone)(void *arg, Flow *flow, int r, const Error *error);

typedef struct RunnerParts {
    sd_event *event;
    const Config *config;
    Store *store;
    /* A service went up or down, or a wait ended: something may be startable now. */
    void (*changed)(void *context);
    void *context;
} RunnerParts;

int runner_new(const RunnerParts *parts, Runner **ret, Error *error);
/* From here on no flow is entered again; each is dropped where it stands (the journal still has
 * what it was for). */
void runner_stop(Runner *runner);
/* After runner_stop and store_free, so that the store's thread no longer works on a flow. */
void runner_free(Runner *runner);

int runner_set_config(Runner *runner, const Config *config,
                      Error *error); /* borrowed until the next */
void runner_set_keyring(Runner *runner, const Keyring *keyring,
                        const char *instance); /* borrowed */
void runner_set_server(
    Runner *runner,
    const ClockifyServer *server); /* copied; NULL = none set. Forgets what the old one said */
void runner_set_jira(Runner *runner, const char *base); /* copied; NULL = not known */
void runner_set_paused(Runner *runner, bool paused);    /* nothing is sent while set */

const ClockifyServer *runner_server(const Runner *runner); /* NULL = none set */
const char *runner_jira(const Runner *runner);             /* NULL = not known */
const Upstream *runner_upstream(const Runner *runner, Service service);
bool runner_paused(const Runner *runner);

/* true while requests to the service may be sent: up, not limited, not paused; a waiting probe
 * counts. */
bool runner_may_start(const Runner *runner, Service service);
/* true while the service answers as far as is known: nobody needs to be told "queued" for want of
 * it. */
bool runner_is_up(const Runner *runner, Service service);

/* Takes over the flow. person_waits: its requests go first. */
void runner_start(Runner *runner, Flow *flow, bool person_waits, FlowDone done, void *arg);
size_t runner_active(const Runner *runner); /* flows under way */

/* After something was made or changed for this user: look-ups must ask again, those of time entries
 * or all of them. */
void runner_forget_entries(Runner *runner, const char *user);
void runner_forget(Runner *runner, const char *user);

typedef struct RunnerStats {
    RestStats rest[SERVICE_COUNT];
    int64_t flows, flows_failed; /* since the start */
    int64_t cached, joined;      /* look-ups that cost no request */
} RunnerStats;
RunnerStats runner_stats(const Runner *runner);
