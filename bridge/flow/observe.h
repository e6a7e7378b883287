/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What runs at Clockify, and what that says of our running entry: still running, stopped in another
 * app, or deleted there. Marks the entry only while nothing unfinished is asked of it: a stop
 * pressed here finds out by itself.
 */

#include "flow/flow.h"
#include "remote/clockify.h"
#include "store/journal.h"

typedef struct Observe {
    Place place;
    const Config *config;
    const Account *account;
    Entry entry;        /* ours that runs by the journal; id 0 = none */
    bool settled;       /* Clockify has it, and nothing unfinished is asked of it */
    NamedId workspace;  /* looked at */
    ClockifyEntry seen; /* what runs there; id NULL = nothing */
    ClockifyEntry ours; /* our entry when it is not what runs */
    bool gone;          /* deleted in Clockify */
    int64_t worklog_id; /* a worklog that waits to be written now; 0 = none */
} Observe;

void observe_done(Observe *observe);

/* Store work part: the user's running entry. */
int observe_load(Db *db, const char *user, Observe *observe, Error *error);

int observe_step(Observe *observe, FlowIo *io);
