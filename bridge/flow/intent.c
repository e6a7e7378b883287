/* SPDX-License-Identifier: Apache-2.0 */
/* What the flows that carry out an intent have in common; see intent.h. */

#include "flow/intent.h"

#include <stdio.h>

#include "base/time.h"
#include "flow/outcome.h"
#include "flow/plan.h"
#include "store/setting.h"

static FlowStep *const steps[] = {
    [INTENT_START] = start_step, [INTENT_STOP] = stop_step,       [INTENT_ADD] = add_step,
    [INTENT_EDIT] = edit_step,   [INTENT_DISCARD] = discard_step,
};

void intent_flow_done(IntentFlow *f)
{
    intent_done(&f->intent);
    entry_done(&f->entry);
    account_done(&f->clockify);
    account_done(&f->jira);
    resolve_done(&f->resolve);
    clockify_entries_done(&f->listed);
    clockify_entry_done(&f->made);
    clockify_entry_done(&f->other);
    json_object_put(f->result);
}

static void intent_flow_free(Flow *flow)
{
    intent_flow_done((IntentFlow *)flow);
    free(flow);
}

Flow *intent_flow_new(IntentKind kind, int64_t intent_id, const Doubt *doubt)
{
    IntentFlow *f = xcalloc(1, sizeof(*f));

    f->flow.step = steps[kind];
    f->flow.free = intent_flow_free;
    f->intent_id = intent_id;
    f->doubt = *doubt;
    return &f->flow;
}

Flow *prepare_flow_new(int64_t intent_id)
{
    Flow *flow = intent_flow_new(INTENT_START, intent_id, &(Doubt){0});

    flow->step = prepare_step;
    return flow;
}

int intent_load_accounts(Db *db, IntentFlow *f, Error *error)
{
    int r = account_get(db, f->intent.user, SERVICE_CLOCKIFY, &f->clockify, error);

    if (r < 0)
        return -1;
    f->has_clockify = r > 0;
    r = account_get(db, f->intent.user, SERVICE_JIRA, &f->jira, error);
    f->has_jira = r > 0;
    return r < 0 ? -1 : 0;
}

int intent_load(Db *db, void *flow, Error *error)
{
    IntentFlow *f = flow;
    int r = journal_intent_get(db, f->intent_id, &f->intent, error);

    if (r > 0)
        r = journal_entry_get(db, f->intent.entry_id, &f->entry, error);
    if (r < 0)
        return -1;
    if (r == 0)
        return error_not_found(error, "intent", "It was taken back.");
    r = setting_before_restore(db, f->entry.created, error);
    f->restored = r > 0;
    if (r < 0 || intent_load_accounts(db, f, error) < 0)
        return -1;
    if (f->intent.kind != INTENT_START && f->intent.kind != INTENT_STOP)
        return 0;
    r = journal_entry_another_runs(db, f->intent.user, f->entry.id, error);
    f->another_runs = r > 0;
    return r < 0 ? -1 : 0;
}

int intent_check_account(const IntentFlow *f, const FlowIo *io, Error *error)
{
    const Account *account = &f->clockify;

    if (!io->server)
        return error_set(error, ERROR_NOT_CONFIGURED, "No Clockify URL is set.");
    if (f->has_clockify && account->rejected)
        error_set(error, ERROR_CLOCKIFY_KEY_REJECTED,
                  "Clockify no longer takes the stored API key.");
    else if (!f->has_clockify || !streq(account->server, io->server->api_url))
        error_set(error, ERROR_CLOCKIFY_KEY_REQUIRED, "A Clockify API key has to be given first.");
    else if (f->entry.clockify_user && !streq(f->entry.clockify_user, account->remote_id))
        error_set(error, ERROR_CLOCKIFY_KEY_REQUIRED,
                  "The entry was made with another Clockify account; its API key is needed.");
    else
        return 0;
    snprintf(error->key_url, sizeof(error->key_url), "%s", io->server->key_url);
    return -1;
}

int intent_note_doubt(IntentFlow *f, const FlowIo *io, int r)
{
    if (r < 0 && clockify_unclear(io->answer))
        f->doubt.fresh = true;
    return r;
}

int intent_not_settled(FlowIo *io)
{
    error_set(&io->error, ERROR_UNAVAILABLE,
              "Clockify gave no answer to an earlier attempt; whether it had its effect is not "
              "known yet.");
    snprintf(io->error.service, sizeof(io->error.service), "clockify");
    return FLOW_FAILED;
}

/* Names are known from the matching; Clockify's plain answers repeat only ids. */
static void take_named(NamedId *target, const char *id, const char *name)
{
    if (!streq(target->id, id))
        named_id_set(target, id, name);
}

static Json *take_tags(const Json *known, const Json *answered)
{
    Json *tags = json_new_array();

    for (size_t i = 0; i < json_count(answered); i++) {
        Json *tag = json_copy(json_at(answered, i));
        const char *id = json_string(tag, "id");

        for (size_t k = 0; k < json_count(known) && !json_string(tag, "name"); k++)
            if (streq(json_string(json_at(known, k), "id"), id))
                json_put_string(tag, "name", json_string(json_at(known, k), "name"));
        json_add(tags, tag);
    }
    return tags;
}

void intent_take_answer(Entry *entry, const ClockifyEntry *answer)
{
    Json *tags = take_tags(entry->tags, answer->tags);

    set_string(&entry->clockify_id, answer->id);
    set_string(&entry->clockify_user, answer->user_id);
    set_string(&entry->description, answer->description ? answer->description : "");
    take_named(&entry->project, answer->project_id, answer->project_name);
    take_named(&entry->task, answer->task_id, answer->task_name);
    json_object_put(entry->tags);
    entry->tags = tags;
    entry->billable = answer->billable;
    entry->start = answer->start;
}

int intent_take_meanwhile(Db *db, Entry *entry, Error *error)
{
    _cleanup_(entry_done) Entry today = {0};
    int r = journal_entry_get(db, entry->id, &today, error);

    if (r < 0)
        return -1;
    if (r == 0)
        return error_not_found(error, "intent", "It was taken back.");
    entry->state = today.state;
    entry->end = today.end;
    entry->delivery = today.delivery;
    set_string(&entry->comment, today.comment);
    json_object_put(entry->problem);
    entry->problem = STEAL(today.problem);
    return 0;
}

int intent_finish(Db *db, IntentFlow *f, Error *error)
{
    OutcomeOf of = {
        .user = f->intent.user,
        .request_id = f->intent.request_id,
        .entry_id = f->entry.id,
        .stopped_id = json_int(f->intent.params, "stopped", 0),
        .is_start = f->intent.kind == INTENT_START,
        .stopped_elsewhere = f->elsewhere,
    };

    bool ended = f->entry.state == ENTRY_STOPPED &&
                 (f->intent.kind == INTENT_STOP || f->intent.kind == INTENT_ADD);

    if (ended &&
        plan_write_worklog(db, f->config, &f->entry, f->elsewhere, &f->worklog_id, error) < 0)
        return -1;
    if (outcome_done(db, &f->intent, error) < 0)
        return -1;
    return outcome_result(db, &of, &f->result, error);
}
