/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From an issue to what gets recorded: the facts (from Jira, else from the page),
 * workspace, project, task, tags and description. Found by exact name, made where missing and
 * allowed, remembered once matched. What cannot be had is left out and said so (entry.left_out);
 * the entry is made all the same. A flow within the flow of an intent, see FLOW_RUN.
 */

#include "flow/flow.h"
#include "flow/identity.h"
#include "remote/clockify.h"
#include "store/journal.h"

typedef struct IntentFlow IntentFlow;

typedef struct Resolve {
    Place place, facts, find, make, all_tags, choose; /* of the functions below */
    bool preview;     /* nothing is made: what would be has a name and no id */
    bool fresh;       /* what was remembered did not hold: look everything up anew */
    bool asked_again; /* Jira was asked again after the token's owner was looked up */
    Identity identity;

    /* the thing being looked for, see resolve_find_step */
    ClockifyList list;
    char *source; /* what it stands for in Jira, see match_get */
    char *name;   /* the name it has to have */
    NamedId found;
    bool forbidden; /* Clockify refused this user to make one not long ago */
    bool tried;     /* making one was answered "already exists" */
    bool denied;    /* just now */
    bool is_public;

    Json *names;      /* tags still to be found */
    bool no_tags;     /* the user may make none */
    bool tags_denied; /* said so just now */
    Json *tags;       /* tags found: array of {id, name} */
    size_t index;
    int64_t page;
    ClockifyItems items;
} Resolve;

void resolve_done(Resolve *resolve);

/* Fills f->entry and, but for a preview, stores it. Does nothing when it was resolved before. */
int resolve_step(IntentFlow *f, FlowIo *io);

/* ---- its parts ---- */

/* Finds resolve->name in resolve->list, or makes it: resolve->found, id NULL when it had to be left
 * out. */
int resolve_find_step(IntentFlow *f, FlowIo *io);
/* Makes it without looking. found.id NULL with `tried` set: it exists, look again. */
int resolve_make_step(IntentFlow *f, FlowIo *io);
/* Finds or makes the tags in resolve->names, into resolve->tags. */
int resolve_tags_step(IntentFlow *f, FlowIo *io);

/* Starts looking for another thing. */
void resolve_look_for(Resolve *resolve, ClockifyList list, const char *source, const char *name);

/* Notes that the entry is made without something. */
void resolve_leave_out(Entry *entry, ClockifyList list, const char *name, const char *reason);
