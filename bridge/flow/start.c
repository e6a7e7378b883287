/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.start: a running entry at Clockify. What ran before was stopped by an intent of its own
 * ahead in the user's line, since Clockify would stop it silently and its worklog would be lost.
 * Before that stop the start is prepared: an issue or a chosen project that does not exist must not
 * end a timer.
 */

#include "flow/make.h"

int start_step(Flow *flow, FlowIo *io)
{
    return make_step(flow, io);
}

int prepare_step(Flow *flow, FlowIo *io)
{
    IntentFlow *f = (IntentFlow *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, intent_load, f);
    if (intent_check_account(f, io, &io->error) < 0)
        return FLOW_FAILED;
    if (!f->entry.resolved) {
        FLOW_RUN(flow, resolve_step(f, io));
    }
    FLOW_END(flow);
}
