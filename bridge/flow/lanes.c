/* SPDX-License-Identifier: Apache-2.0 */
/* Worklogs on their way into Jira; see lanes.h. */

#include "flow/lanes.h"

#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "base/backoff.h"
#include "base/log.h"
#include "base/map.h"
#include "base/time.h"
#include "flow/outcome.h"
#include "flow/state.h"
#include "flow/worklog.h"

#define ATTEMPTS_MOST     64
#define SWEEP_PER_BLOCKED 4 /* what Jira refused is tried again every so many blocked_retry_s */

typedef struct LaneItem {
    int64_t id;
    unsigned failures;
    int64_t next_ms;
    bool in_doubt;
    int64_t doubt_until_ms;
    Waiter *waiters;
    struct LaneItem *next;
} LaneItem;

typedef struct Lane {
    Lanes *lanes;
    char *issue;
    LaneItem *items, **end;
    struct Attempt
        *attempt; /* under way; owned here, since the runner may be gone before it ends */
    bool ready;   /* in lanes->ready */
    struct Lane *next_ready;
    sd_event_source *timer;
} Lane;

struct Lanes {
    Bridge *bridge;
    Map *issues; /* issue -> Lane */
    Map *items;  /* worklog id -> LaneItem */
    Lane *ready, **ready_end;
    size_t running;
    bool pumping;
    sd_event_source *timer; /* when Jira may be tried again */
    sd_event_source *sweep;
};

static void id_key(int64_t id, char key[24])
{
    snprintf(key, 24, "%" PRId64, id);
}

static void plan_sweep(Lanes *lanes);

Lanes *lanes_new(Bridge *bridge)
{
    Lanes *lanes = xcalloc(1, sizeof(*lanes));

    lanes->bridge = bridge;
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
    if (what->origin == LANES_RECOVERED)
        item->doubt_until_ms =
            time_monotonic_ms() + lanes->bridge->parts.config->journal.settle_s * 1000;
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

/* ---- one attempt: always at a lane's first item ---- */

typedef struct Attempt {
    Lane *lane;
    int64_t worklog_id;
    bool blocked;
    Error error;
    int64_t next_attempt; /* wall clock */
} Attempt;

static void remove_first(Lane *lane)
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

static void go_on(Attempt *attempt)
{
    Lane *lane = attempt->lane;
    Lanes *lanes = lane->lanes;

    free(attempt);
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

/* Store work: what a person sees of it in the list of worklogs. */
static int write_outcome(Db *db, void *arg, Error *error)
{
    Attempt *attempt = arg;
    _cleanup_(worklog_done) Worklog worklog = {0};
    int r = journal_worklog_get(db, attempt->worklog_id, &worklog, error);

    if (r <= 0)
        return r;
    if (worklog.state != WORKLOG_PENDING)
        return 0;
    worklog.attempts++;
    worklog.next_attempt = attempt->next_attempt;
    if (attempt->blocked)
        worklog.state = WORKLOG_BLOCKED;
    json_object_put(worklog.problem);
    worklog.problem = error_to_problem(&attempt->error);
    return journal_worklog_update(db, &worklog, error);
}

static void outcome_written(void *arg, int r, const Error *error)
{
    Attempt *attempt = arg;
    Lane *lane = attempt->lane;

    if (r < 0)
        log_error("Cannot write the outcome of worklog %" PRId64 ": %s", attempt->worklog_id,
                  error->message);
    if (attempt->blocked && r >= 0) {
        waiting_answer_as_it_stands(&lane->items->waiters);
        remove_first(lane);
    } else if (lane->lanes->bridge->draining ||
               !runner_is_up(lane->lanes->bridge->runner, SERVICE_JIRA)) {
        waiting_answer_as_it_stands(&lane->items->waiters);
    } else {
        waiting_answer_before(&lane->items->waiters, lane->items->next_ms);
    }
    go_on(attempt);
}

static void failed(Attempt *attempt, const WorklogFlow *f)
{
    LaneItem *item = attempt->lane->items;
    Bridge *bridge = attempt->lane->lanes->bridge;
    int64_t now = time_monotonic_ms();
    int64_t wait;
    uint32_t random;

    if (f->doubt.fresh) {
        item->in_doubt = true;
        item->doubt_until_ms = now + bridge->parts.config->journal.settle_s * 1000;
    }
    keyring_random(&random, sizeof(random));
    wait = backoff_ms(++item->failures, BACKOFF_FIRST_MS, BACKOFF_MOST_MS, random);
    if (attempt->error.retry_after_s > 0)
        wait = attempt->error.retry_after_s * 1000;
    item->next_ms = now + wait;
    attempt->blocked = error_info(attempt->error.reason)->action != ERROR_ACTION_RETRY;
    attempt->next_attempt = attempt->blocked ? TIME_NONE : time_now() + (wait + 999) / 1000;
    store_submit(bridge->parts.store, write_outcome, outcome_written, attempt);
}

static void attempt_done(void *arg, Flow *flow, int r, const Error *error)
{
    Attempt *attempt = arg;
    const WorklogFlow *f = (const WorklogFlow *)flow;

    if (r == FLOW_FINISHED) {
        waiting_answer_as_it_stands(&attempt->lane->items->waiters);
        remove_first(attempt->lane);
        go_on(attempt);
        return;
    }
    attempt->error = *error;
    failed(attempt, f);
}

static void start_attempt(Lane *lane)
{
    LaneItem *item = lane->items;
    Attempt *attempt = xcalloc(1, sizeof(*attempt));
    Doubt doubt = {.any = item->in_doubt, .settled = time_monotonic_ms() >= item->doubt_until_ms};

    attempt->lane = lane;
    attempt->worklog_id = item->id;
    lane->attempt = attempt;
    lane->lanes->running++;
    runner_start(lane->lanes->bridge->runner, worklog_flow_new(item->id, &doubt),
                 item->waiters != NULL, attempt_done, attempt);
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
            start_attempt(lane);
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
