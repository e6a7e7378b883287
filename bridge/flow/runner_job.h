/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The runner from the inside: for runner.c and runner_job.c alone. */

#include "base/map.h"
#include "flow/cache.h"
#include "flow/limits.h"
#include "flow/runner.h"

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

void runner_job_free(Job *job);
