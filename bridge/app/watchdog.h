/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * systemd's watchdog, fed by progress alone: a ping is sent only when a piece of work that the loop
 * handed to the store's thread has come back through the loop. A loop or a store that hangs is so
 * found out; a timer that merely still fires proves nothing.
 */

#include "base/error.h"
#include "store/store.h"

typedef struct sd_event sd_event;
typedef struct Watchdog Watchdog;

/* *ret is NULL when systemd did not ask for pings (WATCHDOG_USEC). `store` is borrowed. */
int watchdog_new(sd_event *event, Store *store, Watchdog **ret, Error *error);

/* Only after store_free: the store may still hold a heartbeat. */
void watchdog_free(Watchdog *watchdog);
DEFINE_CLEANUP(Watchdog, watchdog_free)
