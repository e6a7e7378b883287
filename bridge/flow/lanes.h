/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Worklogs on their way into Jira: those of one issue one after the other (each changes the issue's
 * remaining estimate), those of different issues side by side. Blocked ones are in the journal
 * only, until they are due again or mended.
 */

#include "flow/waiting.h"

typedef struct Bridge Bridge;
typedef struct Lanes Lanes;

Lanes *lanes_new(Bridge *bridge);
void lanes_free(Lanes *lanes);

/* Where a worklog comes from tells what may have been sent before: nothing; anything, a moment ago,
 * by the process before this one; anything, long ago. */
typedef enum LanesOrigin { LANES_NEW, LANES_RECOVERED, LANES_UNBLOCKED } LanesOrigin;

typedef struct LanesAdd {
    int64_t worklog_id;
    const char *issue;
    LanesOrigin origin;
} LanesAdd;

/* Takes on a pending worklog; one that is there already is left alone. */
void lanes_add(Lanes *lanes, const LanesAdd *what);
/* The list of those who wait for it; it must have been added just before. */
Waiter **lanes_waiters(Lanes *lanes, int64_t worklog_id);

void lanes_pump(Lanes *lanes);
/* Jira went down: whoever waits is told what is done by now. */
void lanes_answer_all(Lanes *lanes);

/* Nothing new is started any more: whoever waits for what is not under way is told how it stands.
 */
void lanes_drain(Lanes *lanes);

/* Reads pending worklogs from the journal that are not here yet. */
void lanes_reload(Lanes *lanes, LanesOrigin origin);
