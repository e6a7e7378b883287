/* SPDX-License-Identifier: Apache-2.0 */

/* Feeds systemd's watchdog by round trips through the store's thread; judges nobody itself. */

#include "app/watchdog.h"

#include <errno.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/log.h"

/* Four heartbeats in the time systemd allows, so that one slow commit does not kill us. */
#define BEATS_PER_LIMIT 4

struct Watchdog {
    Store *store;
    sd_event_source *timer;
    uint64_t interval_usec;
    bool owed; /* a heartbeat is under way */
};

static int on_timer(sd_event_source *source, uint64_t usec, void *arg);
static int heartbeat(Db *db, void *arg, Error *error);
static void on_heartbeat(void *arg, int r, const Error *error);

int watchdog_new(sd_event *event, Store *store, Watchdog **ret, Error *error)
{
    uint64_t limit_usec = 0;
    int r = sd_watchdog_enabled(0, &limit_usec);
    if (r < 0) {
        errno = -r;
        return error_set(error, ERROR_INTERNAL, "WATCHDOG_USEC cannot be read: %m");
    }
    if (r == 0) {
        *ret = NULL;
        return 0;
    }
    _cleanup_(watchdog_freep) Watchdog *watchdog = xcalloc(1, sizeof(*watchdog));
    *watchdog = (Watchdog){.store = store, .interval_usec = limit_usec / BEATS_PER_LIMIT};
    r = sd_event_add_time_relative(event, &watchdog->timer, CLOCK_MONOTONIC,
                                   watchdog->interval_usec, 0, on_timer, watchdog);
    if (r < 0) {
        errno = -r;
        return error_set(error, ERROR_INTERNAL, "the watchdog's timer: %m");
    }
    *ret = STEAL(watchdog);
    return 0;
}

void watchdog_free(Watchdog *watchdog)
{
    if (!watchdog)
        return;
    sd_event_source_disable_unref(watchdog->timer);
    free(watchdog);
}

static int on_timer(sd_event_source *source, uint64_t usec _unused_, void *arg)
{
    Watchdog *watchdog = arg;
    if (!watchdog->owed) {
        watchdog->owed = true;
        store_submit(watchdog->store, heartbeat, on_heartbeat, watchdog);
    }
    sd_event_source_set_time_relative(source, watchdog->interval_usec);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int heartbeat(Db *db _unused_, void *arg _unused_, Error *error _unused_)
{
    return 0;
}

/* A commit that failed (a full disk) is no reason to be killed: the store's thread answers, and a
 * restart would mend nothing. */
static void on_heartbeat(void *arg, int r _unused_, const Error *error _unused_)
{
    Watchdog *watchdog = arg;
    watchdog->owed = false;
    sd_notify(0, "WATCHDOG=1");
}
