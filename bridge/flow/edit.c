/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.edit: other project, task, tags, words. Clockify's change is a full replace, so the entry
 * is read first and everything else sent back as it was. An entry that Clockify does not have yet
 * (its start is blocked) is changed in the journal alone.
 */

#include "flow/intent.h"

#include "base/time.h"

static const char *const members[] = {"project", "task", "tags", "description", "billable"};

/* The caller's earlier choice with the changes over it. */
static void merge_choice(IntentFlow *f)
{
    if (!f->entry.choice)
        f->entry.choice = json_new_object();
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (json_has(f->intent.params, members[i]))
            json_put(f->entry.choice, members[i],
                     json_copy(json_get(f->intent.params, members[i])));
    /* At the start they come on top of the issue's; an edit names all. */
    if (json_has(f->intent.params, "tags"))
        json_put_bool(f->entry.choice, "all_tags", true);
    /* A task belongs to one project. */
    if (json_has(f->intent.params, "project") && !json_has(f->intent.params, "task"))
        json_object_object_del(f->entry.choice, "task");
}

static Json *tag_ids(const Json *tags)
{
    Json *ids = json_new_array();

    for (size_t i = 0; i < json_count(tags); i++)
        json_add_string(ids, json_string(json_at(tags, i), "id"));
    return ids;
}

/* What is asked of Clockify: the changed members, as they were resolved. */
static Json *resolved_changes(const IntentFlow *f)
{
    const Json *params = f->intent.params;
    Json *changes = json_new_object();

    if (json_has(params, "project"))
        json_put_string(changes, "project", f->entry.project.id);
    if (json_has(params, "project") || json_has(params, "task"))
        json_put_string(changes, "task", f->entry.task.id);
    if (json_has(params, "tags"))
        json_put(changes, "tags", tag_ids(f->entry.tags));
    if (json_has(params, "description"))
        json_put_string(changes, "description", f->entry.description);
    if (json_has(params, "billable"))
        json_put(changes, "billable", json_copy(json_get(params, "billable")));
    return changes;
}

static int read_current(IntentFlow *f, FlowIo *io)
{
    if (clockify_not_there(io->answer))
        return error_not_found(&io->error, "timer", "The timer was deleted in Clockify.");
    clockify_entry_done(&f->made);
    return clockify_entry_read(io->answer, &f->made, &io->error);
}

static void ask_to_replace(const IntentFlow *f, FlowIo *io)
{
    _cleanup_json_ Json *changes = resolved_changes(f);

    clockify_entry_replace_request(io->server->api_url, &f->made, changes, f->made.end,
                                   &io->request);
}

/* An earlier edit that is blocked must not undo this one when it is carried out one day: what this
 * one says is taken out of it, and where nothing is left it is done with. */
static int supersede(Db *db, const IntentFlow *f, Error *error)
{
    int64_t after = 0;

    for (;;) {
        _cleanup_(intent_done) Intent earlier = {0};
        int r = journal_intent_next_edit(db, f->entry.id, after, &earlier, error);

        if (r <= 0 || earlier.id >= f->intent.id)
            return r < 0 ? -1 : 0;
        after = earlier.id;
        for (size_t i = 0; i < ARRAY_SIZE(members); i++)
            if (json_has(f->intent.params, members[i]))
                json_object_object_del(earlier.params, members[i]);
        if (json_has(f->intent.params, "project"))
            json_object_object_del(earlier.params, "task");
        r = json_object_object_length(earlier.params) > 0
                ? journal_intent_set_params(db, &earlier, error)
                : journal_intent_delete(db, earlier.id, error);
        if (r < 0)
            return -1;
    }
}

/* Store work. */
static int keep_edited(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    if (intent_take_meanwhile(db, &f->entry, error) < 0)
        return -1;
    if (f->entry.clockify_id)
        intent_take_answer(&f->entry, &f->made);
    if (journal_entry_update(db, &f->entry, error) < 0 || supersede(db, f, error) < 0)
        return -1;
    return intent_finish(db, f, error);
}

int edit_step(Flow *flow, FlowIo *io)
{
    IntentFlow *f = (IntentFlow *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, intent_load, f);
    merge_choice(f);
    f->entry.resolved = false;
    if (f->entry.clockify_id) {
        if (intent_check_account(f, io, &io->error) < 0)
            return FLOW_FAILED;
        /* One that is still on its way would undo a later change when it gets there. */
        if (f->doubt.any && !f->doubt.settled)
            return intent_not_settled(io);
        f->doubt.any = false;
        f->resolve.place = PLACE_TOP;
        FLOW_RUN(flow, resolve_step(f, io));

        clockify_entry_get_request(io->server->api_url, f->entry.workspace.id, f->entry.clockify_id,
                                   &io->request);
        FLOW_CLOCKIFY(flow, io, &f->clockify, f->entry.workspace.id);
        if (read_current(f, io) < 0)
            return FLOW_FAILED;
        ask_to_replace(f, io);
        FLOW_CLOCKIFY(flow, io, &f->clockify, f->entry.workspace.id);
        clockify_entry_done(&f->made);
        if (intent_note_doubt(f, io, clockify_entry_read(io->answer, &f->made, &io->error)) < 0)
            return FLOW_FAILED;
    }
    f->config = io->config;
    FLOW_STORE(flow, io, keep_edited, f);
    FLOW_END(flow);
}
