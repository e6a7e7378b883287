/* SPDX-License-Identifier: Apache-2.0 */
/* timer.get: what runs, be it started here or in another app. */

#include "flow/query.h"
#include "flow/timer_look.h"

typedef struct TimerQuery {
    Query query;
    TimerLook look;
} TimerQuery;

static void release_timer(Query *query)
{
    timer_look_done(&((TimerQuery *)query)->look);
}

static int load(Db *db, void *arg, Error *error)
{
    TimerQuery *f = arg;

    if (query_load_accounts(db, f, error) < 0)
        return -1;
    return timer_look_load(db, f->query.user, &f->look, error);
}

static int timer_step(Flow *flow, FlowIo *io)
{
    TimerQuery *f = (TimerQuery *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, load, f);
    if (query_check_clockify(&f->query, io, &io->error) < 0)
        return FLOW_FAILED;
    FLOW_RUN(flow, timer_look_step(&f->look, &f->query.clockify, io));
    f->query.result = json_new_object();
    timer_look_render(&f->look, io->now, f->query.result);
    FLOW_END(flow);
}

static void observed(Query *query)
{
    timer_look_follow(&((TimerQuery *)query)->look, query->bridge);
}

void ask_timer_get(Bridge *bridge, uint64_t caller, const Json *params)
{
    TimerQuery *f = query_new(sizeof(*f), bridge, caller, params, timer_step);

    f->query.release = release_timer;
    f->query.done = observed;
    query_start(&f->query);
}
