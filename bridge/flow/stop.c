/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.stop: ends our running entry at the moment that was asked for. Clockify's stop names no
 * entry, it ends whatever runs: so the answer is compared with ours, and a timer of another app
 * that was hit is set running again. A refusal may be about such a timer too; so our entry is
 * looked at before it counts.
 */

#include "flow/intent.h"

#include "base/time.h"

static int64_t asked_end(const IntentFlow *f)
{
    return f->intent.asked > f->entry.start ? f->intent.asked : f->entry.start;
}

/* ---- the entry as Clockify has it ---- */

static int read_ours(IntentFlow *f, FlowIo *io)
{
    if (clockify_not_there(io->answer)) {
        f->gone = true;
        return 0;
    }
    clockify_entry_done(&f->made);
    return clockify_entry_read(io->answer, &f->made, &io->error);
}

static bool has_ended(const IntentFlow *f)
{
    return f->gone || (f->made.id && f->made.end != TIME_NONE);
}

static int look_step(IntentFlow *f, FlowIo *io)
{
    FLOW_BEGIN(&f->inner);
    clockify_entry_get_request(io->server->api_url, f->entry.workspace.id, f->entry.clockify_id,
                               &io->request);
    FLOW_CLOCKIFY(&f->inner, io, &f->clockify, f->entry.workspace.id);
    if (read_ours(f, io) < 0)
        return FLOW_FAILED;
    /* Not by us, unless an earlier attempt may have had its effect, or it was made ended because
     * another runs, and the moment is the one asked for. */
    f->elsewhere = has_ended(f) &&
                   (f->gone || !(f->doubt.any || f->another_runs) || f->made.end != asked_end(f));
    FLOW_END(&f->inner);
}

/* ---- a timer of another app that was hit ---- */

/* It is remembered with the intent until it runs again. NULL = none is to be. */
static const char *hit(const IntentFlow *f)
{
    return json_string(f->intent.params, "hit");
}

/* Store work: f->other is to run again, or nothing is any more. */
static int keep_hit(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    if (!f->intent.params)
        f->intent.params = json_new_object();
    if (f->other.id)
        json_put_string(f->intent.params, "hit", f->other.id);
    else
        json_object_object_del(f->intent.params, "hit");
    return journal_intent_set_params(db, &f->intent, error);
}

static int read_hit(IntentFlow *f, FlowIo *io)
{
    if (clockify_not_there(io->answer))
        return 0;
    return clockify_entry_read(io->answer, &f->other, &io->error);
}

/* Whether it may be left alone now: it runs, or Clockify will not have it so. */
static bool runs_again(const FlowIo *io, Error *error)
{
    _cleanup_(clockify_entry_done) ClockifyEntry entry = {0};

    return clockify_entry_read(io->answer, &entry, error) >= 0 || error->reason == ERROR_REFUSED ||
           clockify_not_there(io->answer);
}

/* Whatever was done with it since, other than our stop, is somebody else's business. */
static int set_running_step(IntentFlow *f, FlowIo *io)
{
    FLOW_BEGIN(&f->inner);
    if (!f->other.id) {
        clockify_entry_get_request(io->server->api_url, f->entry.workspace.id, hit(f),
                                   &io->request);
        FLOW_CLOCKIFY(&f->inner, io, &f->clockify, f->entry.workspace.id);
        if (read_hit(f, io) < 0)
            return FLOW_FAILED;
    }
    if (f->other.id && f->other.end == asked_end(f)) {
        clockify_entry_replace_request(io->server->api_url, &f->other, NULL, TIME_NONE,
                                       &io->request);
        FLOW_CLOCKIFY(&f->inner, io, &f->clockify, f->entry.workspace.id);
        if (!runs_again(io, &io->error))
            return FLOW_FAILED;
    }
    clockify_entry_done(&f->other);
    FLOW_STORE(&f->inner, io, keep_hit, f);
    FLOW_END(&f->inner);
}

/* ---- stopping ---- */

/* Ours has ended (f->made); or nothing was running; or another timer was hit (f->other); or *error.
 */
static void read_stopped(IntentFlow *f, FlowIo *io)
{
    ClockifyEntry stopped = {0};

    io->error.reason = ERROR_NONE;
    if (clockify_nothing_running(io->answer))
        return;
    if (intent_note_doubt(f, io, clockify_entry_read(io->answer, &stopped, &io->error)) < 0)
        return;
    if (streq(stopped.id, f->entry.clockify_id)) {
        clockify_entry_done(&f->made);
        f->made = stopped;
    } else {
        clockify_entry_done(&f->other);
        f->other = stopped;
    }
}

/* It runs on: Clockify refused to stop it, or contradicts itself. */
static int not_stopped(const IntentFlow *f, FlowIo *io)
{
    if (f->refusal.reason == ERROR_REFUSED)
        io->error = f->refusal;
    else
        error_set(&io->error, ERROR_UNAVAILABLE,
                  "Clockify says both that the timer runs and that none does.");
    return FLOW_FAILED;
}

/* Store work. */
static int keep_stopped(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    if (intent_take_meanwhile(db, &f->entry, error) < 0)
        return -1;
    if (f->gone) {
        f->entry.state = ENTRY_DISCARDED;
    } else {
        intent_take_answer(&f->entry, &f->made);
        f->entry.end = f->made.end;
        /* One whose discard was asked for meanwhile gets no worklog. */
        if (f->entry.state != ENTRY_DISCARDED)
            f->entry.state = ENTRY_STOPPED;
    }
    if (journal_entry_update(db, &f->entry, error) < 0)
        return -1;
    return intent_finish(db, f, error);
}

int stop_step(Flow *flow, FlowIo *io)
{
    IntentFlow *f = (IntentFlow *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, intent_load, f);
    f->gone = !f->entry.clockify_id; /* discarded before it was made */
    if (!f->gone && intent_check_account(f, io, &io->error) < 0)
        return FLOW_FAILED;

    if (!f->gone && hit(f)) {
        f->inner = PLACE_TOP;
        FLOW_RUN(flow, set_running_step(f, io));
        /* One alone runs in a workspace: another stop would hit the same again. */
        f->inner = PLACE_TOP;
        FLOW_RUN(flow, look_step(f, io));
        if (!has_ended(f))
            return not_stopped(f, io);
    }
    /* With another timer of ours running the stop, which names none, would hit that one. */
    if (!has_ended(f) && (f->doubt.any || f->another_runs)) {
        f->inner = PLACE_TOP;
        FLOW_RUN(flow, look_step(f, io));
        /* A stop that is still on its way would end whatever runs when it gets there. */
        if (!has_ended(f) && f->doubt.any && !f->doubt.settled)
            return intent_not_settled(io);
        f->doubt.any = false;
    }
    if (!has_ended(f)) {
        clockify_entry_stop_request(io->server->api_url, f->entry.workspace.id,
                                    f->clockify.remote_id, asked_end(f), &io->request);
        FLOW_CLOCKIFY(flow, io, &f->clockify, f->entry.workspace.id);
        read_stopped(f, io);
        f->refusal = io->error;
        if (f->refusal.reason != ERROR_NONE && f->refusal.reason != ERROR_REFUSED)
            return FLOW_FAILED;
        if (f->other.id) {
            FLOW_STORE(flow, io, keep_hit, f);
            f->inner = PLACE_TOP;
            FLOW_RUN(flow, set_running_step(f, io));
        }
        if (!has_ended(f)) {
            f->inner = PLACE_TOP;
            FLOW_RUN(flow, look_step(f, io));
        }
        if (!has_ended(f))
            return not_stopped(f, io);
    }
    f->config = io->config;
    f->doubt.fresh = true; /* where the store fails now, the end that is found was ours */
    FLOW_STORE(flow, io, keep_stopped, f);
    FLOW_END(flow);
}
