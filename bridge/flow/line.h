/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The intents of one user in order of asking, and the rule which is next. Pure: the time is an
 * argument. */

#include "flow/waiting.h"
#include "store/journal.h"

typedef struct LineItem {
    int64_t id; /* of the intent */
    IntentKind kind;
    int64_t entry_id;
    int64_t after;   /* carried out first; 0 = none */
    bool makes_room; /* a stop that a start brought with it */
    bool prepared;   /* that start was tried as far as it goes before the stop */
    bool blocked;
    unsigned failures; /* in a row */
    int64_t next_ms;   /* not before (monotonic); 0 = at once */
    bool in_doubt;     /* an attempt may have had its effect */
    int64_t doubt_until_ms;
    Waiter *waiters;
    struct LineItem *next;
} LineItem;

LineItem *line_append(LineItem **items, const Intent *intent);
void line_remove(LineItem **items, LineItem *item);    /* nobody may wait for it any more */
LineItem *line_find(LineItem *items, int64_t id);      /* NULL */
LineItem *line_dependent(LineItem *items, int64_t id); /* the one that comes after it; NULL */

/* false: others may have been told of this entry that it will be there (a later stop or edit of it
 * was answered), so it cannot be taken back. */
bool line_may_vanish(LineItem *items, const LineItem *item);

/* Blocked items of an entry (0 = any), or one item by id (0 = any), are due at once. How many. */
int64_t line_retry(LineItem *items, int64_t entry_id, int64_t id);

/* The start whose room `item` makes, when it has to be tried first: its caller waits and would have
 * it taken back together with the stop. NULL otherwise. */
LineItem *line_to_prepare(LineItem *items, const LineItem *item);

/*
 * The next item to try, or NULL with *ret_wake_ms (INT64_MAX = only when something changes).
 *  - What is pending goes in order; one that has to wait for its time holds up all behind it.
 *  - What is blocked is passed over until it is due again, and holds up only later intents of the
 * same entry, save the edit or discard that may mend it, and what has to come after it. In doubt it
 * holds up those as well: what was sent for it may yet arrive, or stand in Clockify unseen.
 *  - A start waits for every earlier stop.
 *  - A stop stands in nobody's way while its entry's start is blocked: Clockify has nothing to
 * stop.
 */
LineItem *line_next(LineItem *items, int64_t now_ms, int64_t *ret_wake_ms);
