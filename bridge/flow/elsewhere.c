/* SPDX-License-Identifier: Apache-2.0 */
/* Notices timers stopped in another Clockify app; see elsewhere.h. */

#include "flow/elsewhere.h"

#include <systemd/sd-event.h>

#include "base/log.h"
#include "flow/observe.h"
#include "flow/state.h"

#define BATCH 50 /* running entries read from the journal at a time */

struct Elsewhere {
    Bridge *bridge;
    sd_event_source *timer;
    bool looking;
};

/* One walk over the running entries of all users. */
typedef struct LookFlow {
    Flow flow;
    Elsewhere *elsewhere;
    EntryList batch;
    int64_t after;
    size_t index;
    Observe observe;
    Account account;
    bool has_account;
} LookFlow;

static void look_free(Flow *flow)
{
    LookFlow *f = (LookFlow *)flow;

    entry_list_done(&f->batch);
    observe_done(&f->observe);
    account_done(&f->account);
    free(f);
}

static int load_batch(Db *db, void *arg, Error *error)
{
    LookFlow *f = arg;

    entry_list_done(&f->batch);
    return journal_entry_list_running(db, f->after, BATCH, &f->batch, error);
}

static int load_one(Db *db, void *arg, Error *error)
{
    LookFlow *f = arg;
    const char *user = f->batch.items[f->index].user;
    int r;

    observe_done(&f->observe);
    f->observe = (Observe){0};
    account_done(&f->account);
    f->account = (Account){0};
    r = account_get(db, user, SERVICE_CLOCKIFY, &f->account, error);
    f->has_account = r > 0;
    return r < 0 ? -1 : observe_load(db, user, &f->observe, error);
}

static bool worth_a_look(const LookFlow *f, const FlowIo *io)
{
    return f->has_account && !f->account.rejected && f->observe.settled && io->server &&
           streq(f->account.server, io->server->api_url);
}

static void pass_on_worklog(LookFlow *f)
{
    Lanes *lanes = f->elsewhere->bridge->lanes;
    LanesAdd add = {f->observe.worklog_id, f->observe.entry.issue, LANES_NEW};

    if (!f->observe.worklog_id)
        return;
    lanes_add(lanes, &add);
    lanes_pump(lanes);
}

static int look_step(Flow *flow, FlowIo *io)
{
    LookFlow *f = (LookFlow *)flow;
    int r;

    FLOW_BEGIN(flow);
    for (;;) {
        FLOW_STORE(flow, io, load_batch, f);
        if (f->batch.count == 0)
            break;
        for (f->index = 0; f->index < f->batch.count; f->index++) {
            f->after = f->batch.items[f->index].id;
            FLOW_STORE(flow, io, load_one, f);
            if (!worth_a_look(f, io))
                continue;
            f->observe.account = &f->account;
            FLOW_TRY(flow, r, observe_step(&f->observe, io));
            if (r == FLOW_FINISHED)
                pass_on_worklog(f);
        }
    }
    FLOW_END(flow);
}

static void looked(void *arg, Flow *flow _unused_, int r, const Error *error)
{
    Elsewhere *elsewhere = arg;

    if (r < 0)
        log_warning("Looking for timers stopped elsewhere failed: %s", error->message);
    elsewhere->looking = false;
    elsewhere_plan(elsewhere);
}

static int look(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    Elsewhere *elsewhere = userdata;
    LookFlow *f;

    if (elsewhere->bridge->draining || !runner_is_up(elsewhere->bridge->runner, SERVICE_CLOCKIFY)) {
        elsewhere_plan(elsewhere);
        return 0;
    }
    f = xcalloc(1, sizeof(*f));
    f->flow.step = look_step;
    f->flow.free = look_free;
    f->elsewhere = elsewhere;
    elsewhere->looking = true;
    runner_start(elsewhere->bridge->runner, &f->flow, false, looked, elsewhere);
    return 0;
}

void elsewhere_plan(Elsewhere *elsewhere)
{
    const Config *config = elsewhere->bridge->parts.config;

    elsewhere->timer = sd_event_source_disable_unref(elsewhere->timer);
    if (!config->worklog.stopped_elsewhere || elsewhere->looking)
        return;
    if (sd_event_add_time_relative(
            elsewhere->bridge->parts.event, &elsewhere->timer, CLOCK_MONOTONIC,
            (uint64_t)config->worklog.stopped_elsewhere_poll_s * 1000000, 0, look, elsewhere) < 0)
        abort(); /* out of memory */
}

Elsewhere *elsewhere_new(Bridge *bridge)
{
    Elsewhere *elsewhere = xcalloc(1, sizeof(*elsewhere));

    elsewhere->bridge = bridge;
    return elsewhere;
}

void elsewhere_free(Elsewhere *elsewhere)
{
    if (!elsewhere)
        return;
    sd_event_source_disable_unref(elsewhere->timer);
    free(elsewhere);
}
