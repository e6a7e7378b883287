/* SPDX-License-Identifier: Apache-2.0 */
/* timer.get: what runs, be it started here or in another app. Without Clockify's word it tells what
 * the journal says, as stale. */

#include "flow/query.h"

#include "base/time.h"
#include "flow/observe.h"
#include "flow/render.h"

typedef struct TimerQuery {
    Query query;
    Observe observe;
    bool asked; /* Clockify answered */
} TimerQuery;

static void release_timer(Query *query)
{
    observe_done(&((TimerQuery *)query)->observe);
}

static int load(Db *db, void *arg, Error *error)
{
    TimerQuery *f = arg;

    if (query_load_accounts(db, f, error) < 0)
        return -1;
    return observe_load(db, f->query.user, &f->observe, error);
}

static Json *running(const TimerQuery *f)
{
    const Observe *observe = &f->observe;
    bool ours = observe->entry.id && observe->entry.state == ENTRY_RUNNING;

    if (ours &&
        (!observe->settled || !f->asked || streq(observe->seen.id, observe->entry.clockify_id)))
        return render_entry(&observe->entry, NULL);
    return observe->seen.id ? render_foreign(&observe->seen, &observe->workspace) : NULL;
}

static void render(TimerQuery *f, int64_t now)
{
    f->query.result = json_new_object();
    json_put(f->query.result, "running", running(f));
    json_put_time(f->query.result, "as_of", now);
    json_put_bool(f->query.result, "stale", !f->asked);
}

static int timer_step(Flow *flow, FlowIo *io)
{
    TimerQuery *f = (TimerQuery *)flow;
    int r;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, load, f);
    if (query_check_clockify(&f->query, io, &io->error) < 0)
        return FLOW_FAILED;
    /* While something of ours is on its way, what Clockify says is about to be wrong. */
    if (!f->observe.entry.id || f->observe.settled) {
        f->observe.account = &f->query.clockify;
        FLOW_TRY(flow, r, observe_step(&f->observe, io));
        f->asked = r == FLOW_FINISHED;
        if (r < 0 && io->error.reason == ERROR_CLOCKIFY_KEY_REJECTED)
            return FLOW_FAILED;
    }
    render(f, io->now);
    FLOW_END(flow);
}

static void observed(Query *query)
{
    TimerQuery *f = (TimerQuery *)query;
    Lanes *lanes = query->bridge->lanes;
    LanesAdd add = {f->observe.worklog_id, f->observe.entry.issue, LANES_NEW};

    if (!f->observe.worklog_id)
        return;
    lanes_add(lanes, &add);
    lanes_pump(lanes);
}

void ask_timer_get(Bridge *bridge, uint64_t caller, const Json *params)
{
    TimerQuery *f = query_new(sizeof(*f), bridge, caller, params, timer_step);

    f->query.release = release_timer;
    f->query.done = observed;
    query_start(&f->query);
}
