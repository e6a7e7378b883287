/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The daemon: makes the parts in their order, turns the loop, takes them down again. The wiring
 * alone; what a part does is its own business.
 */

#include "app/options.h"
#include "app/watchdog.h"
#include "base/config.h"
#include "flow/bridge.h"
#include "rpc/dispatch.h"
#include "rpc/server.h"
#include "store/store.h"

typedef struct sd_event_source sd_event_source;

#define DAEMON_NODE_SIZE 256

typedef struct Daemon {
    const char *config_path; /* borrowed */
    Config *config;
    Keyring *keyring; /* NULL once the bridge has taken it over */
    char node[DAEMON_NODE_SIZE];
    sd_event *event;
    sd_event_source *store_source;
    Store *store;
    Watchdog *watchdog; /* NULL where systemd asked for none */
    Bridge *bridge;
    Dispatch *dispatch;
    Server *server;
    bool stopping;
    int64_t stop_deadline_ms; /* CLOCK_MONOTONIC; once stopping */
} Daemon;

/* Runs until SIGTERM or SIGINT. Returns the exit status; what went wrong was logged. */
int daemon_run(const Options *options);
