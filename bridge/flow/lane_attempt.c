/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt at the first worklog of a lane, and what it leaves there; see lane.h. */

#include "flow/lane.h"

#include <inttypes.h>

#include "base/backoff.h"
#include "base/log.h"
#include "base/time.h"
#include "flow/outcome.h"
#include "flow/state.h"

struct LaneAttempt {
    Lane *lane;
    int64_t worklog_id;
    int64_t began_ms;
    bool blocked;
    Error error;
    int64_t next_attempt; /* wall clock */
};

static void go_on(LaneAttempt *attempt)
{
    Lane *lane = attempt->lane;

    free(attempt);
    lane_go_on(lane);
}

/* Store work: what a person sees of it in the list of worklogs. */
static int write_outcome(Db *db, void *arg, Error *error)
{
    LaneAttempt *attempt = arg;
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
    LaneAttempt *attempt = arg;
    Lane *lane = attempt->lane;

    if (r < 0)
        log_error("Cannot write the outcome of worklog %" PRId64 ": %s", attempt->worklog_id,
                  error->message);
    if (attempt->blocked && r >= 0) {
        waiting_answer_as_it_stands(&lane->items->waiters);
        lane_remove_first(lane);
    } else if (lane->lanes->bridge->draining ||
               !runner_is_up(lane->lanes->bridge->runner, SERVICE_JIRA)) {
        waiting_answer_as_it_stands(&lane->items->waiters);
    } else {
        waiting_answer_before(&lane->items->waiters, lane->items->next_ms);
    }
    go_on(attempt);
}

/* Looked for in vain, and not to be written yet: it is worth a look when that is over, and none
 * before. */
static bool is_not_there_yet(const WorklogFlow *f, const LaneItem *item, int64_t now)
{
    return f->looked && !f->jira_id && !f->doubt.fresh && now < item->doubt_until_ms;
}

static void failed(LaneAttempt *attempt, const WorklogFlow *f)
{
    LaneItem *item = attempt->lane->items;
    Bridge *bridge = attempt->lane->lanes->bridge;
    int64_t now = time_monotonic_ms();
    int64_t wait;
    uint32_t random;

    if (f->doubt.fresh) {
        item->in_doubt = true;
        item->doubt_until_ms = now + bridge->parts.config->journal.settle_s * 1000;
        attempt->lane->lanes->settled_ms = item->doubt_until_ms;
    }
    keyring_random(&random, sizeof(random));
    wait = backoff_ms(++item->failures, BACKOFF_FIRST_MS, BACKOFF_MOST_MS, random);
    if (is_not_there_yet(f, item, now))
        wait = item->doubt_until_ms - now;
    if (attempt->error.retry_after_s > 0)
        wait = attempt->error.retry_after_s * 1000;
    item->next_ms = now + wait;
    attempt->blocked = error_info(attempt->error.reason)->action != ERROR_ACTION_RETRY;
    attempt->next_attempt = attempt->blocked ? TIME_NONE : time_now() + (wait + 999) / 1000;
    store_submit(bridge->parts.store, write_outcome, outcome_written, attempt);
}

/* What it saw of the issue tells of the other worklogs, too. */
static void keep_look(LaneAttempt *attempt, WorklogFlow *f)
{
    Lane *lane = attempt->lane;

    lane->look = STEAL(f->look);
    if (f->looked)
        lane->look_ms = attempt->began_ms;
}

static void attempt_done(void *arg, Flow *flow, int r, const Error *error)
{
    LaneAttempt *attempt = arg;
    WorklogFlow *f = (WorklogFlow *)flow;

    keep_look(attempt, f);
    if (r == FLOW_FINISHED) {
        waiting_answer_as_it_stands(&attempt->lane->items->waiters);
        lane_remove_first(attempt->lane);
        go_on(attempt);
        return;
    }
    attempt->error = *error;
    failed(attempt, f);
}

/* A look is good for whatever had turned up, or never would, when it was asked for. What was
 * written since then is not in it, but has its id in the journal. */
static WorklogLook *take_look(Lane *lane)
{
    if (lane->items->in_doubt && lane->look_ms >= lane->items->doubt_until_ms)
        return STEAL(lane->look);
    worklog_look_free(STEAL(lane->look));
    return NULL;
}

void lane_attempt_start(Lane *lane)
{
    LaneItem *item = lane->items;
    LaneAttempt *attempt = xcalloc(1, sizeof(*attempt));
    Doubt doubt = {.any = item->in_doubt};

    attempt->lane = lane;
    attempt->worklog_id = item->id;
    attempt->began_ms = time_monotonic_ms();
    doubt.settled = attempt->began_ms >= item->doubt_until_ms;
    lane->attempt = attempt;
    lane->lanes->running++;
    runner_start(lane->lanes->bridge->runner, worklog_flow_new(item->id, &doubt, take_look(lane)),
                 item->waiters != NULL, attempt_done, attempt);
}
