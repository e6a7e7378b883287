/* SPDX-License-Identifier: Apache-2.0 */
/* One user, one line; see lines.h. Which intent is next is a pure function of the line and the
 * time: next_item. */

#include "flow/lines.h"

#include <systemd/sd-event.h>

#include "base/backoff.h"
#include "base/log.h"
#include "base/map.h"
#include "base/time.h"
#include "flow/intent.h"
#include "flow/line.h"
#include "flow/outcome.h"
#include "flow/state.h"

#define ATTEMPTS_MOST   512
#define BLOCKED_MOST_MS (6 * 60 * 60 * 1000LL)

typedef struct Line {
    Lines *lines;
    char *user;
    LineItem *items;         /* in order of asking */
    LineItem *busy;          /* being tried */
    struct Attempt *attempt; /* at busy; owned here, since the runner may be gone before it ends */
    sd_event_source *timer;
    bool ready; /* in lines->ready */
    struct Line *next_ready;
} Line;

struct Lines {
    Bridge *bridge;
    Map *users; /* user -> Line */
    Line *ready, **ready_end;
    size_t running;
    sd_event_source *timer; /* when the service may be tried again */
    bool pumping;
};

Lines *lines_new(Bridge *bridge)
{
    Lines *lines = xcalloc(1, sizeof(*lines));

    lines->bridge = bridge;
    lines->users = map_new();
    lines->ready_end = &lines->ready;
    return lines;
}

static void line_free(Line *line)
{
    while (line->items)
        line_remove(&line->items, line->items);
    sd_event_source_disable_unref(line->timer);
    free(line->attempt);
    free(line->user);
    free(line);
}

void lines_free(Lines *lines)
{
    void *value;
    size_t position = 0;

    if (!lines)
        return;
    while (map_next(lines->users, &position, NULL, &value))
        line_free(value);
    map_free(lines->users);
    sd_event_source_disable_unref(lines->timer);
    free(lines);
}

static Line *line_of(Lines *lines, const char *user)
{
    Line *line = map_get(lines->users, user);

    if (line)
        return line;
    line = xcalloc(1, sizeof(*line));
    line->lines = lines;
    line->user = xstrdup(user);
    map_put(lines->users, user, line);
    return line;
}

static void make_ready(Line *line)
{
    Lines *lines = line->lines;

    if (line->ready || line->busy)
        return;
    line->ready = true;
    line->next_ready = NULL;
    *lines->ready_end = line;
    lines->ready_end = &line->next_ready;
}

static Line *take_ready(Lines *lines)
{
    Line *line = lines->ready;

    lines->ready = line->next_ready;
    if (!lines->ready)
        lines->ready_end = &lines->ready;
    line->ready = false;
    return line;
}

/* What changes an entry has to know first whether Clockify has it. */
static void retry_in_doubt(LineItem *items, int64_t entry_id)
{
    for (; items; items = items->next)
        if (items->in_doubt)
            line_retry(items, entry_id, items->id);
}

void lines_add(Lines *lines, const Intent *intent, bool recovered)
{
    Line *line = line_of(lines, intent->user);
    LineItem *item = line_append(&line->items, intent);
    int64_t now_ms = time_monotonic_ms();

    if (recovered) {
        /* Sent or not, the process that knew is gone. */
        item->doubt_until_ms = now_ms + lines->bridge->parts.config->journal.settle_s * 1000;
        item->in_doubt = true;
    }
    if (intent->state == INTENT_BLOCKED && intent->next_attempt > time_now())
        item->next_ms = now_ms + (intent->next_attempt - time_now()) * 1000;
    /* A new click of its user is the best moment to see whether what is in its way has been mended.
     */
    if (intent->after)
        line_retry(line->items, 0, intent->after);
    if (intent->kind == INTENT_EDIT || intent->kind == INTENT_DISCARD)
        retry_in_doubt(line->items, intent->entry_id);
    make_ready(line);
}

bool lines_wait(Lines *lines, const char *user, int64_t intent_id, const WaitFor *what)
{
    Line *line = map_get(lines->users, user);
    LineItem *item = line ? line_find(line->items, intent_id) : NULL;

    if (!item)
        return false;
    waiting_add(lines->bridge->waiting, &item->waiters, what);
    return true;
}

int64_t lines_retry(Lines *lines, const char *user, int64_t entry_id)
{
    int64_t count = 0;
    void *value;
    size_t position = 0;

    while (map_next(lines->users, &position, NULL, &value)) {
        Line *line = value;

        if (user && !streq(user, line->user))
            continue;
        count += line_retry(line->items, entry_id, 0);
        make_ready(line);
    }
    return count;
}

/* ---- who waits is answered ---- */

void lines_answer_all(Lines *lines)
{
    void *value;
    size_t position = 0;

    while (map_next(lines->users, &position, NULL, &value))
        for (LineItem *item = ((Line *)value)->items; item; item = item->next)
            waiting_answer_as_it_stands(&item->waiters);
}

static void answer_idle(Line *line)
{
    for (LineItem *item = line->items; item; item = item->next)
        if (item != line->busy)
            waiting_answer_as_it_stands(&item->waiters);
}

void lines_drain(Lines *lines)
{
    void *value;
    size_t position = 0;

    while (map_next(lines->users, &position, NULL, &value))
        answer_idle(value);
}

/* Nothing in this line happens before `until_ms`; `why` says for want of which service. */
static void answer_who_cannot_wait(Line *line, int64_t until_ms, const Error *why)
{
    const Runner *runner = line->lines->bridge->runner;
    bool up = !line->lines->bridge->draining && runner_is_up(runner, SERVICE_CLOCKIFY) &&
              (!streq(why->service, "jira") || runner_is_up(runner, SERVICE_JIRA));

    for (LineItem *item = line->items; item; item = item->next) {
        if (up)
            waiting_answer_before(&item->waiters, until_ms);
        else
            waiting_answer_as_it_stands(&item->waiters);
    }
}

/* ---- one attempt ---- */

/* An attempt and its outcome; lent to the store's thread while the outcome is written. */
typedef struct Attempt {
    Line *line;
    LineItem *item;
    int64_t intent_id;
    int64_t dependent_id; /* an intent that is taken back with it; 0 = none */
    bool take_back;
    bool prepares; /* `item` is a stop, and the start that wants it is tried first */
    Error error;
    int64_t next_attempt; /* of what is blocked, wall clock */
} Attempt;

static int deadline_for_line(sd_event_source *source _unused_, uint64_t usec _unused_,
                             void *userdata)
{
    Line *line = userdata;

    make_ready(line);
    lines_pump(line->lines);
    return 0;
}

static void wake_at(Line *line, int64_t at_ms)
{
    sd_event *event = line->lines->bridge->parts.event;

    line->timer = sd_event_source_disable_unref(line->timer);
    if (at_ms == INT64_MAX)
        return;
    if (sd_event_add_time(event, &line->timer, CLOCK_MONOTONIC, (uint64_t)at_ms * 1000, 1000,
                          deadline_for_line, line) < 0)
        abort(); /* out of memory */
}

/* The attempt is over: the line goes on, or away when nothing is left in it. */
static void go_on(Attempt *attempt)
{
    Line *line = attempt->line;
    Lines *lines = line->lines;

    free(attempt);
    line->attempt = NULL;
    line->busy = NULL;
    lines->running--;
    if (line->items) {
        make_ready(line);
    } else {
        map_remove(lines->users, line->user);
        line_free(line);
    }
    lines_pump(lines);
}

/* Others of this entry ended with it (it was discarded or taken back). */
static void drop_others(Line *line, int64_t entry_id, const LineItem *keep, const Error *error)
{
    for (LineItem *item = line->items, *next; item; item = next) {
        next = item->next;
        if (item->entry_id != entry_id || item == keep)
            continue;
        if (error)
            waiting_fail(&item->waiters, error);
        else
            waiting_answer_as_it_stands(&item->waiters);
        line_remove(&line->items, item);
    }
}

static void carried_out(Attempt *attempt, IntentFlow *f)
{
    Line *line = attempt->line;
    LineItem *item = attempt->item;
    Bridge *bridge = line->lines->bridge;

    if (f->worklog_id) {
        LanesAdd add = {f->worklog_id, f->entry.issue, LANES_NEW};

        lanes_add(bridge->lanes, &add);
        /* While Jira is down nobody waits for it: the entry is in order, the worklog pending. */
        if (runner_is_up(bridge->runner, SERVICE_JIRA))
            waiting_move_to_worklog(&item->waiters, lanes_waiters(bridge->lanes, f->worklog_id));
    }
    runner_forget_entries(bridge->runner, line->user);
    waiting_answer(&item->waiters, f->result);
    if (item->kind == INTENT_DISCARD)
        drop_others(line, item->entry_id, item, NULL);
    if (item->kind == INTENT_EDIT)
        line_retry(line->items, item->entry_id, 0);
    line_remove(&line->items, item);
    lanes_pump(bridge->lanes);
}

static void note_doubt(const Attempt *attempt, const Doubt *doubt)
{
    const Config *config = attempt->line->lines->bridge->parts.config;

    attempt->item->in_doubt = doubt->any || doubt->fresh;
    if (doubt->fresh)
        attempt->item->doubt_until_ms = time_monotonic_ms() + config->journal.settle_s * 1000;
}

static void try_later(Attempt *attempt)
{
    Line *line = attempt->line;
    LineItem *item = attempt->item;
    int64_t now = time_monotonic_ms();
    uint32_t random;

    keyring_random(&random, sizeof(random));
    item->failures++;
    item->next_ms = now + backoff_ms(item->failures, BACKOFF_FIRST_MS, BACKOFF_MOST_MS, random);
    if (attempt->error.retry_after_s > 0)
        item->next_ms = now + attempt->error.retry_after_s * 1000;
    answer_who_cannot_wait(line, item->next_ms, &attempt->error);
}

/* Store work. Whoever was told in the meantime that it is queued must find it again. */
static int write_outcome(Db *db, void *arg, Error *error)
{
    Attempt *attempt = arg;
    int told = 0;

    if (attempt->dependent_id)
        told = outcome_was_told(db, attempt->dependent_id, error);
    if (told == 0 && attempt->take_back)
        told = outcome_was_told(db, attempt->intent_id, error);
    if (told < 0)
        return -1;
    if (told > 0) {
        attempt->dependent_id = 0;
        attempt->take_back = false;
    }
    if (attempt->dependent_id &&
        outcome_take_back(db, attempt->dependent_id, &attempt->error, error) < 0)
        return -1;
    if (attempt->take_back)
        return outcome_take_back(db, attempt->intent_id, &attempt->error, error);
    if (attempt->prepares)
        return 0; /* told as queued: the stop goes its way, the start will be blocked by itself */
    return outcome_block(db, attempt->intent_id, &attempt->error, attempt->next_attempt, error);
}

static bool makes_entry(const LineItem *item)
{
    return item->kind == INTENT_START || item->kind == INTENT_ADD;
}

static void take_back_item(Line *line, LineItem *item, const Error *error)
{
    waiting_fail(&item->waiters, error);
    if (makes_entry(item))
        drop_others(line, item->entry_id, item, error);
    line_remove(&line->items, item);
}

static void outcome_written(void *arg, int r, const Error *error)
{
    Attempt *attempt = arg;
    Line *line = attempt->line;
    LineItem *dependent =
        attempt->dependent_id ? line_find(line->items, attempt->dependent_id) : NULL;

    if (r < 0) {
        log_error("Cannot write the outcome of intent %lld: %s", (long long)attempt->intent_id,
                  error->message);
        attempt->item->next_ms = time_monotonic_ms() + BACKOFF_FIRST_MS;
        attempt->item->prepared = false;
        answer_who_cannot_wait(line, attempt->item->next_ms, error);
        go_on(attempt);
        return;
    }
    if (dependent)
        take_back_item(line, dependent, &attempt->error);
    if (attempt->take_back) {
        take_back_item(line, attempt->item, &attempt->error);
    } else if (!attempt->prepares) {
        attempt->item->blocked = true;
        waiting_answer_as_it_stands(&attempt->item->waiters);
    }
    go_on(attempt);
}

static int64_t blocked_wait_ms(const Line *line, unsigned times)
{
    const Config *config = line->lines->bridge->parts.config;
    uint32_t random;

    keyring_random(&random, sizeof(random));
    return backoff_ms(times, config->journal.blocked_retry_s * 1000, BLOCKED_MOST_MS, random);
}

/*
 * A person has to act. While the caller waits it can be told, and nothing of a start, add, edit or
 * discard remains; a stop keeps its moment. A stop that only makes room for a start goes back
 * together with it. What may have had its effect is never taken back, nor what others were told of.
 */
static void needs_a_person(Attempt *attempt)
{
    Line *line = attempt->line;
    LineItem *item = attempt->item;
    LineItem *start = item->kind == INTENT_STOP ? line_dependent(line->items, item->id) : NULL;
    int64_t wait;

    attempt->take_back = item->kind != INTENT_STOP && item->waiters && !item->in_doubt &&
                         (!makes_entry(item) || line_may_vanish(line->items, item));
    if (start && start->waiters && !start->in_doubt && line_may_vanish(line->items, start)) {
        attempt->dependent_id = start->id;
        attempt->take_back = item->makes_room && !item->blocked && !item->in_doubt;
    }
    item->failures = item->blocked ? item->failures + 1 : 1;
    wait = blocked_wait_ms(line, item->failures);
    item->next_ms = time_monotonic_ms() + wait;
    attempt->next_attempt = time_now() + wait / 1000;
    store_submit(line->lines->bridge->parts.store, write_outcome, outcome_written, attempt);
}

/* The journal no longer has it: a discard or a take-back went ahead. */
static bool is_gone(const Error *error)
{
    return error->reason == ERROR_NOT_FOUND && streq(error->what, "intent");
}

static void attempt_done(void *arg, Flow *flow, int r, const Error *error)
{
    Attempt *attempt = arg;

    if (r == FLOW_FINISHED) {
        carried_out(attempt, (IntentFlow *)flow);
        go_on(attempt);
        return;
    }
    attempt->error = *error;
    note_doubt(attempt, &((IntentFlow *)flow)->doubt);
    if (is_gone(error)) {
        take_back_item(attempt->line, attempt->item, error);
        go_on(attempt);
    } else if (error_info(error->reason)->action == ERROR_ACTION_RETRY) {
        try_later(attempt);
        go_on(attempt);
    } else {
        needs_a_person(attempt);
    }
}

/* The start cannot be: nothing of it remains, and what runs goes on running. */
static void prepared(void *arg, Flow *flow _unused_, int r, const Error *error)
{
    Attempt *attempt = arg;
    LineItem *items = attempt->line->items;
    LineItem *start = line_dependent(items, attempt->item->id);

    attempt->item->prepared = true;
    if (r == FLOW_FINISHED || error_info(error->reason)->action == ERROR_ACTION_RETRY ||
        is_gone(error) || !start || !start->waiters || !line_may_vanish(items, start)) {
        go_on(attempt);
        return;
    }
    attempt->error = *error;
    attempt->dependent_id = start->id;
    attempt->take_back = true;
    store_submit(attempt->line->lines->bridge->parts.store, write_outcome, outcome_written,
                 attempt);
}

static void start_attempt(Line *line, LineItem *item)
{
    const LineItem *start = line_to_prepare(line->items, item);
    Attempt *attempt = xcalloc(1, sizeof(*attempt));
    Doubt doubt = {.any = item->in_doubt, .settled = time_monotonic_ms() >= item->doubt_until_ms};

    attempt->line = line;
    attempt->item = item;
    attempt->intent_id = item->id;
    line->busy = item;
    line->attempt = attempt;
    line->timer = sd_event_source_disable_unref(line->timer);
    line->lines->running++;
    attempt->prepares = start != NULL;
    if (start)
        runner_start(line->lines->bridge->runner, prepare_flow_new(start->id), true, prepared,
                     attempt);
    else
        runner_start(line->lines->bridge->runner, intent_flow_new(item->kind, item->id, &doubt),
                     item->waiters != NULL, attempt_done, attempt);
}

/* ---- all lines ---- */

static int may_try_again(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    lines_pump(userdata);
    return 0;
}

/* Nothing may be sent now: come back when the service is due to be tried. */
static void wait_for_service(Lines *lines)
{
    const Upstream *upstream = runner_upstream(lines->bridge->runner, SERVICE_CLOCKIFY);
    int64_t wait = upstream_wait_ms(upstream, time_monotonic_ms());

    lines->timer = sd_event_source_disable_unref(lines->timer);
    if (wait > 0 &&
        sd_event_add_time_relative(lines->bridge->parts.event, &lines->timer, CLOCK_MONOTONIC,
                                   (uint64_t)wait * 1000, 1000, may_try_again, lines) < 0)
        abort(); /* out of memory */
}

static bool may_start(Lines *lines)
{
    Bridge *bridge = lines->bridge;

    if (bridge->draining || lines->running >= ATTEMPTS_MOST)
        return false;
    if (!runner_may_start(bridge->runner, SERVICE_CLOCKIFY))
        return false;
    /* While the service counts as down one attempt is enough to see whether it still is. */
    return runner_is_up(bridge->runner, SERVICE_CLOCKIFY) || lines->running == 0;
}

void lines_pump(Lines *lines)
{
    int64_t now = time_monotonic_ms();

    if (lines->pumping)
        return;
    lines->pumping = true;
    while (lines->ready && may_start(lines)) {
        Line *line = take_ready(lines);
        int64_t wake_ms;
        LineItem *item = line_next(line->items, now, &wake_ms);

        if (item) {
            start_attempt(line, item);
        } else {
            wake_at(line, wake_ms);
            answer_who_cannot_wait(line, wake_ms, &(Error){0});
        }
    }
    if (lines->ready && !lines->bridge->draining)
        wait_for_service(lines);
    lines->pumping = false;
}
