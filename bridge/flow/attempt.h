/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One attempt at an intent, and what it leaves in its user's line: done, to be tried later, waiting
 * aside for a person, or taken back. What a line is stands here, since lines.c and attempt.c alone
 * know it.
 */

#include <systemd/sd-event.h>

#include "base/map.h"
#include "flow/line.h"
#include "flow/lines.h"

typedef struct Attempt Attempt;

typedef struct Line {
    Lines *lines;
    char *user;
    LineItem *items;  /* in order of asking */
    LineItem *busy;   /* being tried */
    Attempt *attempt; /* at busy; owned here, since the runner may be gone before it ends */
    sd_event_source *timer;
    bool ready; /* in lines->ready */
    struct Line *next_ready;
} Line;

struct Lines {
    Bridge *bridge;
    Map *users; /* user -> Line */
    Line *ready, **ready_end;
    size_t running;
    sd_event_source *timer; /* when the service may be tried again */
    bool pumping;
};

/* Tries `item` of the line, in which nothing is being tried. */
void attempt_start(Line *line, LineItem *item);

/* ---- lines.c's, for attempts ---- */

/* Its attempt is over: the next intent, or, when nothing is left in it, no line any more. */
void line_go_on(Line *line);
/* Nothing in this line happens before `until_ms`; `why` says for want of which service. */
void line_answer_who_cannot_wait(Line *line, int64_t until_ms, const Error *why);
