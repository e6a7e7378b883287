/* SPDX-License-Identifier: Apache-2.0 */
/* What runs for a user; see timer_look.h. */

#include "flow/timer_look.h"

#include "base/time.h"
#include "flow/render.h"

void timer_look_done(TimerLook *look)
{
    observe_done(&look->observe);
}

int timer_look_load(Db *db, const char *user, TimerLook *look, Error *error)
{
    return observe_load(db, user, &look->observe, error);
}

int timer_look_step(TimerLook *look, const Account *clockify, FlowIo *io)
{
    int r;

    FLOW_BEGIN(&look->place);
    /* While something of ours is on its way, what Clockify says is about to be wrong. */
    if (!look->observe.entry.id || look->observe.settled) {
        look->observe.account = clockify;
        FLOW_TRY(&look->place, r, observe_step(&look->observe, io));
        look->asked = r == FLOW_FINISHED;
        if (r < 0 && io->error.reason == ERROR_CLOCKIFY_KEY_REJECTED)
            return FLOW_FAILED;
    }
    FLOW_END(&look->place);
}

static Json *running(const TimerLook *look)
{
    const Observe *observe = &look->observe;
    bool ours = observe->entry.id && observe->entry.state == ENTRY_RUNNING;

    if (ours &&
        (!observe->settled || !look->asked || streq(observe->seen.id, observe->entry.clockify_id)))
        return render_entry(&observe->entry, NULL);
    return observe->seen.id ? render_foreign(&observe->seen, &observe->workspace) : NULL;
}

void timer_look_render(const TimerLook *look, int64_t now, Json *result)
{
    json_put(result, "running", running(look));
    json_put_time(result, "as_of", now);
    json_put_bool(result, "stale", !look->asked);
}

void timer_look_follow(const TimerLook *look, Bridge *bridge)
{
    LanesAdd add = {look->observe.worklog_id, look->observe.entry.issue, LANES_NEW};

    if (!look->observe.worklog_id)
        return;
    lanes_add(bridge->lanes, &add);
    lanes_pump(bridge->lanes);
}
