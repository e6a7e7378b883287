/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making an entry at Clockify: a running one (start) or a finished one (add). Neither service knows
 * an idempotency key, so after an unclear outcome the entry is looked for, by what was sent, and
 * adopted when found.
 */

#include "config.h"

#include "flow/make.h"

#include "base/text.h"
#include "base/time.h"

#define SEARCH_CHARACTERS                                                                          \
    100 /* of the description; enough to be selective, short enough for a URL */

/* ---- looking for it ---- */

static void ask_for_entries(const IntentFlow *f, FlowIo *io)
{
    _cleanup_free_ char *part = text_cut(f->entry.description, SEARCH_CHARACTERS);

    clockify_entries_request(io->server->api_url, f->entry.workspace.id, f->clockify.remote_id,
                             part[0] ? part : NULL, f->page, &io->request);
}

static bool same_text(const char *a, const char *b)
{
    _cleanup_free_ char *folded_a = text_fold_space(a ? a : "");
    _cleanup_free_ char *folded_b = text_fold_space(b ? b : "");

    return streq(folded_a, folded_b);
}

/* A started entry may have been ended since, in another app; its start and words are what was sent.
 */
static bool is_what_was_sent(const IntentFlow *f, const ClockifyEntry *candidate)
{
    return candidate->start == f->entry.start && streq(candidate->user_id, f->clockify.remote_id) &&
           (f->intent.kind == INTENT_START || candidate->end == f->entry.end) &&
           same_text(candidate->description, f->entry.description);
}

/* Store work: the first candidate that no other entry of ours already is. */
static int adopt(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    for (size_t i = 0; i < f->listed.count && !f->found; i++) {
        ClockifyEntry *candidate = &f->listed.items[i];
        int known;

        if (!is_what_was_sent(f, candidate))
            continue;
        known = journal_clockify_id_known(db, candidate->id, error);
        if (known < 0)
            return -1;
        if (known)
            continue;
        clockify_entry_done(&f->made);
        f->made = *candidate;
        *candidate = (ClockifyEntry){0};
        f->found = true;
    }
    return 0;
}

static int read_entries(IntentFlow *f, FlowIo *io)
{
    clockify_entries_done(&f->listed);
    return clockify_entries_read(io->answer, &f->listed, &io->error);
}

/* The list runs from the newest start backwards: past ours there is nothing to find. */
static bool past_it(const IntentFlow *f)
{
    const ClockifyEntries *listed = &f->listed;

    return listed->last_page || listed->count == 0 ||
           (listed->items[listed->count - 1].id &&
            listed->items[listed->count - 1].start < f->entry.start);
}

static int look_step(IntentFlow *f, FlowIo *io)
{
    FLOW_BEGIN(&f->inner);
    for (f->page = 1; !f->found; f->page++) {
        ask_for_entries(f, io);
        FLOW_CLOCKIFY(&f->inner, io, &f->clockify, f->entry.workspace.id);
        if (read_entries(f, io) < 0)
            return FLOW_FAILED;
        FLOW_STORE(&f->inner, io, adopt, f);
        if (past_it(f))
            break;
    }
    FLOW_END(&f->inner);
}

/* ---- making it ---- */

/* A start that was blocked until after the next timer was started: made running it would end that
 * one silently. It is known when it was stopped, so it is made as a finished entry. */
static bool is_late(const IntentFlow *f)
{
    return f->intent.kind == INTENT_START && f->another_runs && f->entry.end != TIME_NONE;
}

static void ask_to_make(const IntentFlow *f, FlowIo *io)
{
    ClockifyNewEntry entry = {
        .workspace = f->entry.workspace.id,
        .start = f->entry.start,
        .end = f->intent.kind == INTENT_START && !is_late(f) ? TIME_NONE : f->entry.end,
        .description = f->entry.description,
        .project_id = f->entry.project.id,
        .task_id = f->entry.task.id,
        .tags = f->entry.tags,
        .billable = f->entry.billable,
    };

    clockify_entry_create_request(io->server->api_url, &entry, &io->request);
}

static int read_made(IntentFlow *f, FlowIo *io)
{
    clockify_entry_done(&f->made);
    return intent_note_doubt(f, io, clockify_entry_read(io->answer, &f->made, &io->error));
}

/* Refused because something remembered is no longer there (a project deleted, a tag archived):
 * worth one look anew. */
static bool remembered_wrong(const IntentFlow *f, const FlowIo *io)
{
    return !f->again && io->error.reason == ERROR_REFUSED && io->answer->status == 400 &&
           (f->entry.project.id || f->entry.task.id || json_count(f->entry.tags) > 0);
}

/* Store work. */
static int keep_made(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    if (intent_take_meanwhile(db, &f->entry, error) < 0)
        return -1;
    intent_take_answer(&f->entry, &f->made);
    if (f->intent.kind == INTENT_ADD)
        f->entry.end = f->made.end;
    if (journal_entry_update(db, &f->entry, error) < 0)
        return -1;
    return intent_finish(db, f, error);
}

/* Store work: its discard was asked for before it was made, and carries on from here. */
static int keep_unmade(Db *db, void *arg, Error *error)
{
    return intent_finish(db, arg, error);
}

int make_step(Flow *flow, FlowIo *io)
{
    IntentFlow *f = (IntentFlow *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, intent_load, f);
    if (intent_check_account(f, io, &io->error) < 0)
        return FLOW_FAILED;

#ifdef BRIDGE_BROKEN_RETRY_BLINDLY
    f->doubt.any = false;
#endif
    if (f->restored && !f->entry.resolved && f->entry.state != ENTRY_DISCARDED) {
        /* Resolved and made it may have been after the copy was taken. */
        f->resolve.place = PLACE_TOP;
        FLOW_RUN(flow, resolve_step(f, io));
        f->doubt = (Doubt){.any = true, .settled = true};
    }
    if (f->doubt.any && f->entry.resolved) {
        f->inner = PLACE_TOP;
        FLOW_RUN(flow, look_step(f, io));
        if (!f->found && !f->doubt.settled)
            return intent_not_settled(io);
    }
    f->doubt.any = false; /* found, or not there and not to come */
    if (!f->found && f->entry.state == ENTRY_DISCARDED) {
        f->config = io->config;
        FLOW_STORE(flow, io, keep_unmade, f);
        goto finished;
    }

    while (!f->found) {
        if (!f->entry.resolved) {
            f->resolve.place = PLACE_TOP;
            FLOW_RUN(flow, resolve_step(f, io));
        }
        ask_to_make(f, io);
        FLOW_CLOCKIFY(flow, io, &f->clockify, f->entry.workspace.id);
        if (read_made(f, io) == 0)
            break;
        if (!remembered_wrong(f, io))
            return FLOW_FAILED;
        f->again = f->resolve.fresh = true;
        f->entry.resolved = false;
    }
    f->config = io->config;
    f->doubt.fresh = true; /* where the store fails now, it has to be found, not made again */
    FLOW_STORE(flow, io, keep_made, f);
finished:
    FLOW_END(flow);
}
