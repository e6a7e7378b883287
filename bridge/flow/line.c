/* SPDX-License-Identifier: Apache-2.0 */
/* The intents of one user in order of asking; see line.h. */

#include "flow/line.h"

LineItem *line_append(LineItem **items, const Intent *intent)
{
    LineItem *item = xcalloc(1, sizeof(*item));

    item->id = intent->id;
    item->kind = intent->kind;
    item->entry_id = intent->entry_id;
    item->after = intent->after;
    item->makes_room = json_flag(intent->params, "makes_room", false);
    item->blocked = intent->state == INTENT_BLOCKED;
    item->failures = (unsigned)intent->attempts;
    while (*items)
        items = &(*items)->next;
    *items = item;
    return item;
}

void line_remove(LineItem **items, LineItem *item)
{
    while (*items != item)
        items = &(*items)->next;
    *items = item->next;
    free(item);
}

LineItem *line_find(LineItem *items, int64_t id)
{
    while (items && items->id != id)
        items = items->next;
    return items;
}

LineItem *line_dependent(LineItem *items, int64_t id)
{
    while (items && items->after != id)
        items = items->next;
    return items;
}

int64_t line_retry(LineItem *items, int64_t entry_id, int64_t id)
{
    int64_t count = 0;

    for (; items; items = items->next) {
        if (!items->blocked || (entry_id && items->entry_id != entry_id) || (id && items->id != id))
            continue;
        items->next_ms = 0;
        count++;
    }
    return count;
}

/* Whoever waits for the start that a stop makes room for waits for the stop too. */
static bool is_waited_for(LineItem *items, const LineItem *item)
{
    const LineItem *start = item->makes_room ? line_dependent(items, item->id) : NULL;

    return item->waiters || (start && start->waiters);
}

bool line_may_vanish(LineItem *items, const LineItem *item)
{
    for (LineItem *other = items; other; other = other->next)
        if (other != item && other->entry_id == item->entry_id && !is_waited_for(items, other))
            return false;
    return true;
}

static bool makes_entry(const LineItem *item)
{
    return item->kind == INTENT_START || item->kind == INTENT_ADD;
}

static bool is_blocked_start(const LineItem *item)
{
    return makes_entry(item) && item->blocked;
}

/* The intent with this id is unfinished and has something to do at Clockify. */
static bool in_the_way(LineItem *items, int64_t id)
{
    const LineItem *item = line_find(items, id);

    if (!item)
        return false;
    for (; items != item; items = items->next)
        if (items->entry_id == item->entry_id && is_blocked_start(items) && !items->in_doubt)
            return false;
    return true;
}

/* A start would end silently whatever runs at Clockify, and its worklog would be lost: so every
 * earlier stop comes first, also where the intent that it was asked after is gone. */
static bool waits_for_a_stop(LineItem *items, const LineItem *start)
{
    for (LineItem *item = items; item != start; item = item->next)
        if (item->kind == INTENT_STOP && in_the_way(items, item->id))
            return true;
    return false;
}

LineItem *line_to_prepare(LineItem *items, const LineItem *item)
{
    LineItem *start = item->makes_room ? line_dependent(items, item->id) : NULL;

    if (!start || item->prepared || item->blocked || item->in_doubt || !start->waiters)
        return NULL;
    return start;
}

/* What may have been sent is looked for as it was sent: an edit would take away by what. A stop
 * that was not blocked has only been passed over together with its start. */
static bool must_be_found_first(const LineItem *item)
{
    return item->in_doubt && (item->blocked || makes_entry(item));
}

/* An earlier intent of the same entry is unfinished. All such were passed over, so they are blocked
 * or depend on one that is. */
static bool is_held_up(LineItem *items, const LineItem *item)
{
    bool mends = item->kind == INTENT_EDIT || item->kind == INTENT_DISCARD;

    if (item->after && in_the_way(items, item->after))
        return true;
    if (item->kind == INTENT_START && waits_for_a_stop(items, item))
        return true;
    for (; items != item; items = items->next)
        if (items->entry_id == item->entry_id && (!mends || must_be_found_first(items)))
            return true;
    return false;
}

LineItem *line_next(LineItem *items, int64_t now_ms, int64_t *ret_wake_ms)
{
    *ret_wake_ms = INT64_MAX;
    for (LineItem *item = items; item; item = item->next) {
        if (is_held_up(items, item))
            continue;
        if (item->next_ms <= now_ms)
            return item;
        if (item->next_ms < *ret_wake_ms)
            *ret_wake_ms = item->next_ms;
        if (!item->blocked)
            break;
    }
    return NULL;
}
