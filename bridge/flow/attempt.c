/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt at an intent; see attempt.h. */

#include "flow/attempt.h"

#include "base/backoff.h"
#include "base/log.h"
#include "base/time.h"
#include "flow/intent.h"
#include "flow/outcome.h"
#include "flow/state.h"

#define BLOCKED_MOST_MS (6 * 60 * 60 * 1000LL)

/* An attempt and its outcome; lent to the store's thread while the outcome is written. */
struct Attempt {
    Line *line;
    LineItem *item;
    int64_t intent_id;
    int64_t dependent_id; /* an intent that is taken back with it; 0 = none */
    bool take_back;
    bool prepares; /* `item` is a stop, and the start that wants it is tried first */
    Error error;
    int64_t next_attempt; /* of what is blocked, wall clock */
};

/* The attempt is over: the line goes on, or away when nothing is left in it. */
static void go_on(Attempt *attempt)
{
    Line *line = attempt->line;

    free(STEAL(line->attempt));
    line_go_on(line);
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
    line_answer_who_cannot_wait(line, item->next_ms, &attempt->error);
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
        line_answer_who_cannot_wait(line, attempt->item->next_ms, error);
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

void attempt_start(Line *line, LineItem *item)
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
