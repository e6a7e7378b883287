/* SPDX-License-Identifier: Apache-2.0 */
/* What runs at Clockify; see observe.h. */

#include "flow/observe.h"

#include "base/time.h"
#include "flow/plan.h"

#define LOOK_KEPT_S 10 /* pages that open one after the other share a look */

void observe_done(Observe *observe)
{
    entry_done(&observe->entry);
    named_id_done(&observe->workspace);
    clockify_entry_done(&observe->seen);
    clockify_entry_done(&observe->ours);
}

int observe_load(Db *db, const char *user, Observe *observe, Error *error)
{
    int64_t unfinished = 0;
    int r = journal_entry_running(db, user, &observe->entry, error);

    if (r < 0)
        return -1;
    if (r > 0 && journal_intent_count(db, observe->entry.id, &unfinished, error) < 0)
        return -1;
    observe->settled = r > 0 && unfinished == 0 && observe->entry.clockify_id;
    return 0;
}

static int read_running(Observe *observe, FlowIo *io)
{
    _cleanup_(clockify_entries_done) ClockifyEntries running = {0};

    if (clockify_entries_read(io->answer, &running, &io->error) < 0)
        return -1;
    if (running.count > 0) {
        observe->seen = running.items[0];
        running.items[0] = (ClockifyEntry){0};
    }
    return 0;
}

static int read_ours(Observe *observe, FlowIo *io)
{
    if (clockify_not_there(io->answer)) {
        observe->gone = true;
        return 0;
    }
    return clockify_entry_read(io->answer, &observe->ours, &io->error);
}

/* Store work: stopped or deleted elsewhere, unless something was asked of the entry meanwhile. */
static int note(Db *db, void *arg, Error *error)
{
    Observe *observe = arg;
    _cleanup_(entry_done) Entry today = {0};
    int64_t unfinished;
    int r = journal_entry_get(db, observe->entry.id, &today, error);

    if (r < 0 || journal_intent_count(db, observe->entry.id, &unfinished, error) < 0)
        return -1;
    if (r == 0 || unfinished > 0 || today.state != ENTRY_RUNNING)
        return 0;
    /* Into the row of today: an edit may have changed it since it was read. */
    today.state = observe->entry.state = observe->gone ? ENTRY_DISCARDED : ENTRY_STOPPED;
    if (!observe->gone) {
        today.start = observe->ours.start;
        today.end = observe->ours.end;
    }
    if (journal_entry_update(db, &today, error) < 0)
        return -1;
    if (observe->gone)
        return 0;
    return plan_write_worklog(db, observe->config, &today, true, &observe->worklog_id, error);
}

static bool ours_runs(const Observe *observe)
{
    return observe->seen.id && streq(observe->seen.id, observe->entry.clockify_id);
}

int observe_step(Observe *observe, FlowIo *io)
{
    FLOW_BEGIN(&observe->place);
    if (observe->settled)
        named_id_set(&observe->workspace, observe->entry.workspace.id,
                     observe->entry.workspace.name);
    else
        named_id_set(&observe->workspace, observe->account->workspace_id,
                     observe->account->workspace_name);
    clockify_running_request(io->server->api_url, observe->workspace.id,
                             observe->account->remote_id, &io->request);
    io->cache_s = LOOK_KEPT_S;
    FLOW_CLOCKIFY(&observe->place, io, observe->account, observe->workspace.id);
    if (read_running(observe, io) < 0)
        return FLOW_FAILED;

    if (observe->settled && !ours_runs(observe)) {
        clockify_entry_get_request(io->server->api_url, observe->entry.workspace.id,
                                   observe->entry.clockify_id, &io->request);
        FLOW_CLOCKIFY(&observe->place, io, observe->account, observe->workspace.id);
        if (read_ours(observe, io) < 0)
            return FLOW_FAILED;
        if (observe->gone || observe->ours.end != TIME_NONE) {
            observe->config = io->config;
            FLOW_STORE(&observe->place, io, note, observe);
        }
    }
    FLOW_END(&observe->place);
}
