/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a lane is: the pending worklogs of one issue, and the attempt at the first of them. Known to
 * lanes.c and lane_attempt.c alone.
 */

#include <systemd/sd-event.h>

#include "base/map.h"
#include "flow/lanes.h"
#include "flow/worklog.h"

typedef struct LaneAttempt LaneAttempt;

typedef struct LaneItem {
    int64_t id;
    unsigned failures;
    int64_t next_ms;
    bool in_doubt;
    int64_t doubt_until_ms;
    Waiter *waiters;
    struct LaneItem *next;
} LaneItem;

typedef struct Lane {
    Lanes *lanes;
    char *issue;
    LaneItem *items, **end;
    LaneAttempt *attempt; /* under way; owned here, since the runner may be gone before it ends */
    WorklogLook *look;    /* what the issue held, as one attempt saw it; for the next ones */
    int64_t look_ms;      /* not asked for before then */
    bool ready;           /* in lanes->ready */
    struct Lane *next_ready;
    sd_event_source *timer;
} Lane;

struct Lanes {
    Bridge *bridge;
    Map *issues; /* issue -> Lane */
    Map *items;  /* worklog id -> LaneItem */
    Lane *ready, **ready_end;
    size_t running;
    int64_t settled_ms; /* what was sent until now has turned up by then, or never will */
    bool pumping;
    sd_event_source *timer; /* when Jira may be tried again */
    sd_event_source *sweep;
};

/* Tries the lane's first worklog; nothing is being tried in it. */
void lane_attempt_start(Lane *lane);

/* ---- lanes.c's, for attempts ---- */

void lane_remove_first(Lane *lane);
/* Its attempt is over and released: the next worklog, or, when there is none, no lane any more. */
void lane_go_on(Lane *lane);
