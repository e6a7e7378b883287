/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the five flows that carry out an intent have in common: one struct, how it is filled from
 * the journal, and the rule of "find, else make". Each flow begins at its top whenever its intent
 * is tried; what a step has achieved is known from the journal (a resolved entry, a Clockify id) or
 * found again at Clockify.
 */

#include "flow/flow.h"
#include "flow/resolve.h"
#include "remote/clockify.h"
#include "store/journal.h"

/*
 * Doubt: an earlier attempt may have had its effect although no answer told so. Then the flow looks
 * before it makes anything, and while the thing may still turn up (settled is false) it does not
 * make it, but comes back later.
 */
typedef struct Doubt {
    bool any;
    bool settled; /* long enough ago for what was sent to have turned up */
    bool fresh;   /* set by the flow: this attempt ended unclear */
} Doubt;

typedef struct IntentFlow {
    Flow flow;
    int64_t intent_id;
    Doubt doubt;

    Intent intent;
    Entry entry;
    const Config *config; /* as of the last entry into the flow */
    bool has_clockify, has_jira;
    bool restored;     /* asked for before the database was restored: it may have been made since */
    bool another_runs; /* start, stop: an entry of ours that is not this one runs at Clockify */
    Account clockify, jira;
    Resolve resolve;
    Place inner; /* of a part that the flow runs */
    int64_t page;
    bool again; /* ids that were remembered have been looked up anew once */
    ClockifyEntries listed;
    ClockifyEntry made;  /* the entry as Clockify has it */
    ClockifyEntry other; /* stop: a timer that is not ours */
    Error refusal;       /* stop: what Clockify said */
    bool found;
    bool gone;      /* Clockify no longer has the entry */
    bool elsewhere; /* stop: it had been stopped in another app */

    /* the outcome, for whoever ran it */
    Json *result;       /* what the callers are told */
    int64_t worklog_id; /* a worklog that waits to be written now; 0 = none */
} IntentFlow;

/* A flow for one intent of the journal; its place in its user's line is the caller's business. */
Flow *intent_flow_new(IntentKind kind, int64_t intent_id, const Doubt *doubt);

/* The start of that intent, only as far as it goes without making anything of the timer: account,
 * issue, project, task, tags. What it finds is kept, and the start goes on from there. */
Flow *prepare_flow_new(int64_t intent_id);

FlowStep prepare_step, start_step, stop_step, edit_step, discard_step, add_step;

/* ---- parts shared by them ---- */

/* Releases what the struct holds, not itself. */
void intent_flow_done(IntentFlow *f);

/* In store work: both accounts of f->intent.user. */
int intent_load_accounts(Db *db, IntentFlow *f, Error *error);

/* Store work: fills intent, entry and accounts. The intent gone: ERROR_NOT_FOUND, what "intent". */
int intent_load(Db *db, void *flow, Error *error);

/* The key may be used: connected, taken by Clockify when last tried, given for this server.
 * Otherwise *error. */
int intent_check_account(const IntentFlow *f, const FlowIo *io, Error *error);

/* A result was read (r of a read function). When the answer leaves open whether there was an
 * effect, notes the doubt. Returns r. */
int intent_note_doubt(IntentFlow *f, const FlowIo *io, int r);

/* "Come back later": doubt has not settled and nothing was found. */
int intent_not_settled(FlowIo *io);

/* In store work, before the entry's row is written: what callers asked of the entry while the flow
 * was under way (a stop, its comment, a discard) stands; the flow read the row before that. */
int intent_take_meanwhile(Db *db, Entry *entry, Error *error);

/* In store work: puts Clockify's answer into the entry's row. */
void intent_take_answer(Entry *entry, const ClockifyEntry *answer);

/* In store work, last: the worklog when one is due, the intent's end, the result. */
int intent_finish(Db *db, IntentFlow *f, Error *error);
