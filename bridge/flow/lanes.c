/* SPDX-License-Identifier: Apache-2.0 */
/* Worklogs on their way into Jira; see lanes.h. */

#include "flow/lanes.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "flow/lane.h"
#include "flow/state.h"

#define ATTEMPTS_MOST     64
#define SWEEP_PER_BLOCKED 4 /* what Jira refused is tried again every so many blocked_retry_s */

static void id_key(int64_t id, char key[24])
{
    snprintf(key, 24, "%" PRId64, id);
}

static void plan_sweep(Lanes *lanes);

Lanes *lanes_new(Bridge *bridge)
{
    Lanes *lanes = xcalloc(1, sizeof(*lanes));

    lanes->bridge = bridge;
    lanes->settled_ms = time_monotonic_ms() + bridge->parts.config->journal.settle_s * 1000;
    lanes->issues = map_new();
    lanes->items = map_new();
    lanes->ready_end = &lanes->ready;
    plan_sweep(lanes);
    return lanes;
}

static void lane_free(Lane *lane)
{
    for (LaneItem *item = lane->items, *next; item; item = next) {
        next = item->next;
        free(item);
    }
    sd_event_source_disable_unref(lane->timer);
    free(lane->attempt);
    worklog_look_free(lane->look);
    free(lane->issue);
    free(lane);
}

void lanes_free(Lanes *lanes)
{
    void *value;
    size_t position = 0;

    if (!lanes)
        return;
    while (map_next(lanes->issues, &position, NULL, &value))
        lane_free(value);
    map_free(lanes->issues);
    map_free(lanes->items);
    sd_event_source_disable_unref(lanes->timer);
    sd_event_source_disable_unref(lanes->sweep);
    free(lanes);
}

static Lane *lane_of(Lanes *lanes, const char *issue)
{
    Lane *lane = map_get(lanes->issues, issue);

    if (lane)
        return lane;
    lane = xcalloc(1, sizeof(*lane));
    lane->lanes = lanes;
    lane->issue = xstrdup(issue);
    lane->end = &lane->items;
    map_put(lanes->issues, issue, lane);
    return lane;
}

static void make_ready(Lane *lane)
{
    Lanes *lanes = lane->lanes;

    if (lane->ready || lane->attempt)
        return;
    lane->ready = true;
    lane->next_ready = NULL;
    *lanes->ready_end = lane;
    lanes->ready_end = &lane->next_ready;
}

static Lane *take_ready(Lanes *lanes)
{
    Lane *lane = lanes->ready;

    lanes->ready = lane->next_ready;
    if (!lanes->ready)
        lanes->ready_end = &lanes->ready;
    lane->ready = false;
    return lane;
}

/* What was blocked may have been sent moments ago, by this process or the one before. */
static int64_t doubt_until(const Lanes *lanes, LanesOrigin origin)
{
    int64_t now = time_monotonic_ms();

    if (origin == LANES_RECOVERED)
        return now + lanes->bridge->parts.config->journal.settle_s * 1000;
    return lanes->settled_ms > now ? lanes->settled_ms : now;
}

void lanes_add(Lanes *lanes, const LanesAdd *what)
{
    Lane *lane;
    LaneItem *item;
    char key[24];

    id_key(what->worklog_id, key);
    if (map_get(lanes->items, key))
        return;
    lane = lane_of(lanes, what->issue);
    item = xcalloc(1, sizeof(*item));
    item->id = what->worklog_id;
    item->in_doubt = what->origin != LANES_NEW;
    if (item->in_doubt)
        item->doubt_until_ms = doubt_until(lanes, what->origin);
    *lane->end = item;
    lane->end = &item->next;
    map_put(lanes->items, key, item);
    make_ready(lane);
}

Waiter **lanes_waiters(Lanes *lanes, int64_t worklog_id)
{
    char key[24];

    id_key(worklog_id, key);
    return &((LaneItem *)map_get(lanes->items, key))->waiters;
}

void lanes_answer_all(Lanes *lanes)
{
    void *value;
    size_t position = 0;

    while (map_next(lanes->items, &position, NULL, &value))
        waiting_answer_as_it_stands(&((LaneItem *)value)->waiters);
}

void lanes_drain(Lanes *lanes)
{
    void *value;
    size_t position = 0;

    while (map_next(lanes->issues, &position, NULL, &value)) {
        Lane *lane = value;

        for (LaneItem *item = lane->items; item; item = item->next)
            if (!lane->attempt || item != lane->items)
                waiting_answer_as_it_stands(&item->waiters);
    }
}

/* ---- for attempts ---- */

void lane_remove_first(Lane *lane)
{
    LaneItem *item = lane->items;
    char key[24];

    id_key(item->id, key);
    map_remove(lane->lanes->items, key);
    lane->items = item->next;
    if (!lane->items)
        lane->end = &lane->items;
    free(item);
}

void lane_go_on(Lane *lane)
{
    Lanes *lanes = lane->lanes;

    lane->attempt = NULL;
    lanes->running--;
    if (lane->items) {
        make_ready(lane);
    } else {
        map_remove(lanes->issues, lane->issue);
        lane_free(lane);
    }
    lanes_pump(lanes);
}

/* ---- all lanes ---- */

static int pump_again(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    lanes_pump(userdata);
    return 0;
}

static int lane_due(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    Lane *lane = userdata;

    make_ready(lane);
    lanes_pump(lane->lanes);
    return 0;
}

static void set_timer(Lanes *lanes, sd_event_source **timer, int64_t wait_ms,
                      sd_event_time_handler_t handler, void *arg)
{
    *timer = sd_event_source_disable_unref(*timer);
    if (sd_event_add_time_relative(lanes->bridge->parts.event, timer, CLOCK_MONOTONIC,
                                   (uint64_t)wait_ms * 1000, 1000, handler, arg) < 0)
        abort(); /* out of memory */
}

static bool may_start(const Lanes *lanes)
{
    const Bridge *bridge = lanes->bridge;

    if (bridge->draining || lanes->running >= ATTEMPTS_MOST ||
        !runner_may_start(bridge->runner, SERVICE_JIRA))
        return false;
    return runner_is_up(bridge->runner, SERVICE_JIRA) || lanes->running == 0;
}

void lanes_pump(Lanes *lanes)
{
    int64_t wait;

    if (lanes->pumping)
        return;
    lanes->pumping = true;
    while (lanes->ready && may_start(lanes)) {
        Lane *lane = take_ready(lanes);

        wait = lane->items->next_ms - time_monotonic_ms();
        if (wait <= 0)
            lane_attempt_start(lane);
        else
            set_timer(lanes, &lane->timer, wait, lane_due, lane);
    }
    wait =
        upstream_wait_ms(runner_upstream(lanes->bridge->runner, SERVICE_JIRA), time_monotonic_ms());
    if (lanes->ready && !lanes->bridge->draining && wait > 0)
        set_timer(lanes, &lanes->timer, wait, pump_again, lanes);
    lanes->pumping = false;
}

/* ---- from the journal ---- */

/* Worklogs read on the store's thread, on their way to the lanes. */
typedef struct Loaded {
    Lanes *lanes;
    LanesOrigin origin;
    Worklog *items; /* id and issue only */
    size_t count, capacity;
} Loaded;

static int collect(void *arg, const Worklog *worklog)
{
    Loaded *loaded = arg;

    if (loaded->count == loaded->capacity) {
        loaded->capacity = loaded->capacity ? loaded->capacity * 2 : 64;
        loaded->items = xrealloc(loaded->items, loaded->capacity * sizeof(*loaded->items));
    }
    loaded->items[loaded->count++] = (Worklog){.id = worklog->id, .issue = xstrdup(worklog->issue)};
    return 0;
}

static int read_pending(Db *db, void *arg, Error *error)
{
    return journal_worklog_each_pending(db, 0, collect, arg, error);
}

static void pending_read(void *arg, int r, const Error *error)
{
    Loaded *loaded = arg;

    if (r < 0)
        log_error("Cannot read the pending worklogs: %s", error->message);
    for (size_t i = 0; i < loaded->count; i++) {
        LanesAdd add = {loaded->items[i].id, loaded->items[i].issue, loaded->origin};

        if (r >= 0)
            lanes_add(loaded->lanes, &add);
        worklog_done(&loaded->items[i]);
    }
    lanes_pump(loaded->lanes);
    free(loaded->items);
    free(loaded);
}

void lanes_reload(Lanes *lanes, LanesOrigin origin)
{
    Loaded *loaded = xcalloc(1, sizeof(*loaded));

    loaded->lanes = lanes;
    loaded->origin = origin;
    store_submit(lanes->bridge->parts.store, read_pending, pending_read, loaded);
}

/* ---- what Jira refused may have been mended there: an issue reopened, a permission given ---- */

static int unblock_refused(Db *db, void *arg _unused_, Error *error)
{
    static const char *const reasons[] = {"refused", "not_found", NULL};
    int64_t count;

    return journal_worklog_unblock(db, 0, NULL, reasons, &count, error);
}

static void refused_unblocked(void *arg, int r, const Error *error _unused_)
{
    if (r >= 0)
        lanes_reload(arg, LANES_UNBLOCKED);
}

static int sweep(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    Lanes *lanes = userdata;

    store_submit(lanes->bridge->parts.store, unblock_refused, refused_unblocked, lanes);
    plan_sweep(lanes);
    return 0;
}

static void plan_sweep(Lanes *lanes)
{
    set_timer(lanes, &lanes->sweep,
              lanes->bridge->parts.config->journal.blocked_retry_s * 1000 * SWEEP_PER_BLOCKED,
              sweep, lanes);
}
