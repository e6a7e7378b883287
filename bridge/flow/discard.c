/* SPDX-License-Identifier: Apache-2.0 */
/* timer.discard: gone from Clockify, no worklog. What else was asked of the entry and not carried
 * out goes with it. */

#include "flow/intent.h"

#include "flow/outcome.h"

/* Store work. */
static int keep_discarded(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    if (intent_take_meanwhile(db, &f->entry, error) < 0)
        return -1;
    f->entry.state = ENTRY_DISCARDED;
    json_object_put(STEAL(f->entry.problem));
    f->entry.delivery = DELIVERY_DONE;
    if (journal_entry_update(db, &f->entry, error) < 0 ||
        journal_intent_delete_others(db, f->entry.id, f->intent.id, error) < 0)
        return -1;
    return intent_finish(db, f, error);
}

static int read_deleted(FlowIo *io)
{
    return clockify_not_there(io->answer) ? 0 : clockify_check(io->answer, &io->error);
}

int discard_step(Flow *flow, FlowIo *io)
{
    IntentFlow *f = (IntentFlow *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, intent_load, f);
    if (f->entry.clockify_id) {
        if (intent_check_account(f, io, &io->error) < 0)
            return FLOW_FAILED;
        clockify_entry_delete_request(io->server->api_url, f->entry.workspace.id,
                                      f->entry.clockify_id, &io->request);
        FLOW_CLOCKIFY(flow, io, &f->clockify, f->entry.workspace.id);
        if (intent_note_doubt(f, io, read_deleted(io)) < 0)
            return FLOW_FAILED;
    }
    f->config = io->config;
    FLOW_STORE(flow, io, keep_discarded, f);
    FLOW_END(flow);
}
