/* SPDX-License-Identifier: Apache-2.0 */
/* Which intent of a user is next: each rule of line.h by a small line and what is expected of it.
 */

#include "tests/unit/base/check.h"

#include "flow/line.h"

#define NOW   1000
#define LATER 5000
#define NEVER INT64_MAX

/* An intent in a line. ids are 1, 2, 3 ... in order. */
typedef struct Item {
    IntentKind kind;
    int64_t entry;
    int64_t after;
    int64_t next_ms;
    bool blocked, in_doubt;
} Item;

typedef struct Row {
    const char *name;
    Item items[4];
    int64_t next; /* id; 0 = none */
    int64_t wake_ms;
} Row;

#define PENDING(kind_, entry_)                                                                     \
    {                                                                                              \
        .kind = INTENT_##kind_, .entry = entry_                                                    \
    }
#define BLOCKED(kind_, entry_)                                                                     \
    {                                                                                              \
        .kind = INTENT_##kind_, .entry = entry_, .blocked = true, .next_ms = LATER                 \
    }

static const Row rows[] = {
    {"an empty line", .next = 0, .wake_ms = NEVER},
    {"the first asked is the first done",
     {PENDING(START, 1), PENDING(STOP, 1), PENDING(START, 2)},
     .next = 1},
    {"one that has to wait holds up all behind it",
     {{INTENT_START, 1, .next_ms = LATER}, PENDING(ADD, 2)},
     .next = 0,
     .wake_ms = LATER},
    {"due exactly now is due", {{INTENT_START, 1, .next_ms = NOW}}, .next = 1},
    {"a millisecond to go is not", {{INTENT_START, 1, .next_ms = NOW + 1}}, .wake_ms = NOW + 1},

    {"what is blocked is passed over", {BLOCKED(ADD, 1), PENDING(STOP, 2)}, .next = 2},
    {"and tried again in its time",
     {{INTENT_STOP, 1, .blocked = true, .next_ms = NOW}, PENDING(ADD, 2)},
     .next = 1},
    {"alone it wakes the line in its time", {BLOCKED(STOP, 1)}, .wake_ms = LATER},
    {"the earliest of several wakes the line",
     {BLOCKED(STOP, 1), {INTENT_ADD, 2, .blocked = true, .next_ms = LATER - 1}},
     .wake_ms = LATER - 1},
    {"it holds up what is asked later of the same entry",
     {BLOCKED(START, 1), PENDING(STOP, 1)},
     .wake_ms = LATER},
    {"but not an edit, which may mend it", {BLOCKED(START, 1), PENDING(EDIT, 1)}, .next = 2},
    {"nor a discard", {BLOCKED(STOP, 1), PENDING(DISCARD, 1)}, .next = 2},
    {"an edit passes the stop that is held up, too",
     {BLOCKED(START, 1), PENDING(STOP, 1), PENDING(EDIT, 1)},
     .next = 3},
    {"in doubt it holds up the edit as well: the entry may stand in Clockify unseen",
     {{INTENT_START, 1, .blocked = true, .next_ms = LATER, .in_doubt = true}, PENDING(EDIT, 1)},
     .wake_ms = LATER},
    {"and the discard",
     {{INTENT_ADD, 1, .blocked = true, .next_ms = LATER, .in_doubt = true}, PENDING(DISCARD, 1)},
     .wake_ms = LATER},
    {"a stop in doubt as well: sent back as it was read, the entry would run again",
     {{INTENT_STOP, 1, .blocked = true, .next_ms = LATER, .in_doubt = true}, PENDING(EDIT, 1)},
     .wake_ms = LATER},

    {"a start in doubt that has to wait holds up its edit, too: it is looked for by what was sent",
     {{INTENT_START, 1, .blocked = true, .next_ms = LATER, .in_doubt = true},
      PENDING(STOP, 1),
      {INTENT_START, 2, .in_doubt = true},
      PENDING(EDIT, 2)},
     .wake_ms = LATER},
    {"a stop from before that has nothing to stop yet does not",
     {BLOCKED(START, 1), {INTENT_STOP, 1, .in_doubt = true}, PENDING(EDIT, 1)},
     .next = 3},

    {"what has to come after another waits for it",
     {BLOCKED(STOP, 1), {INTENT_START, 2, .after = 1}},
     .wake_ms = LATER},
    {"even where it is an edit",
     {BLOCKED(STOP, 1), {INTENT_EDIT, 2, .after = 1}},
     .wake_ms = LATER},
    {"other entries go on meanwhile",
     {BLOCKED(STOP, 1), {INTENT_START, 2, .after = 1}, PENDING(ADD, 3)},
     .next = 3},
    {"once the other is done, nothing holds it up", {{INTENT_START, 2, .after = 9}}, .next = 1},
    {"a start waits for every stop before it, or it would end a timer silently",
     {BLOCKED(STOP, 1), PENDING(START, 2)},
     .wake_ms = LATER},
    {"time added by hand does not", {BLOCKED(STOP, 1), PENDING(ADD, 2)}, .next = 2},
    {"a stop stands in nobody's way while its start is blocked: Clockify has nothing to stop",
     {BLOCKED(START, 1), PENDING(STOP, 1), {INTENT_START, 2, .after = 2}},
     .next = 3},
    {"unless that start may have had its effect",
     {{INTENT_START, 1, .blocked = true, .next_ms = LATER, .in_doubt = true},
      PENDING(STOP, 1),
      {INTENT_START, 2, .after = 2}},
     .wake_ms = LATER},
};

static LineItem *line_of(const Row *row)
{
    LineItem *line = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(row->items) && row->items[i].entry; i++) {
        const Item *item = &row->items[i];
        const Intent intent = {.id = (int64_t)i + 1,
                               .kind = item->kind,
                               .entry_id = item->entry,
                               .after = item->after,
                               .state = item->blocked ? INTENT_BLOCKED : INTENT_PENDING};
        LineItem *added = line_append(&line, &intent);

        added->next_ms = item->next_ms;
        added->in_doubt = item->in_doubt;
    }
    return line;
}

static void free_line(LineItem *line)
{
    while (line)
        line_remove(&line, line);
}

static void the_next_is(void **state)
{
    const Row *row = *state;
    LineItem *line = line_of(row);
    int64_t wake_ms;
    const LineItem *next = line_next(line, NOW, &wake_ms);

    check_row_int(next ? next->id : 0, row->next, row->name);
    if (!next)
        check_row_int(wake_ms, row->wake_ms, row->name);
    free_line(line);
}

/* ---- the list itself ---- */

static void an_item_is_what_the_journal_says(void **state _unused_)
{
    const char text[] = "{\"makes_room\":true}";
    Intent intent = {.id = 7,
                     .kind = INTENT_STOP,
                     .entry_id = 3,
                     .after = 5,
                     .state = INTENT_BLOCKED,
                     .attempts = 4};
    LineItem *line = NULL, *item;

    assert_int_equal(json_parse(text, strlen(text), 4, &intent.params, NULL), 0);
    item = line_append(&line, &intent);
    assert_ptr_equal(line, item);
    assert_true(item->id == 7 && item->kind == INTENT_STOP && item->entry_id == 3);
    assert_true(item->after == 5 && item->makes_room && item->blocked && item->failures == 4);
    assert_true(item->next_ms == 0 && !item->in_doubt && !item->waiters);
    json_object_put(intent.params);
    free_line(line);
}

static void items_are_found_and_removed(void **state _unused_)
{
    const Row row = {.items = {PENDING(START, 1), PENDING(STOP, 1), {INTENT_START, 2, .after = 2}}};
    LineItem *line = line_of(&row);

    assert_int_equal(line_find(line, 3)->entry_id, 2);
    assert_null(line_find(line, 4));
    assert_int_equal(line_dependent(line, 2)->id, 3);
    assert_null(line_dependent(line, 3));
    line_remove(&line, line_find(line, 2));
    assert_null(line_find(line, 2));
    assert_int_equal(line->next->id, 3);
    line_remove(&line, line);
    assert_int_equal(line->id, 3);
    free_line(line);
}

static void retry_makes_blocked_items_due(void **state _unused_)
{
    const Row row = {
        .items = {BLOCKED(STOP, 1), BLOCKED(ADD, 2), {INTENT_START, 3, .next_ms = LATER}}};
    LineItem *line = line_of(&row);

    assert_int_equal(line_retry(line, 9, 0), 0);
    assert_int_equal(line_retry(line, 2, 0), 1);
    assert_true(line->next_ms == LATER && line->next->next_ms == 0);
    assert_int_equal(line_retry(line, 0, 1), 1);
    assert_int_equal(line->next_ms, 0);
    assert_int_equal(line_retry(line, 1, 2), 0);
    assert_int_equal(line_retry(line, 0, 0), 2);
    assert_int_equal(line->next->next->next_ms, LATER); /* pending: its back-off stands */
    free_line(line);
}

/* ---- may an entry vanish? ---- */

static void only_what_nobody_was_told_of_may_vanish(void **state _unused_)
{
    const Row row = {.items = {PENDING(START, 1), PENDING(STOP, 1), {INTENT_START, 2, .after = 2}}};
    LineItem *line = line_of(&row), *stop = line->next, *second = stop->next;
    Waiter *waiter = (Waiter *)line; /* never looked into */

    assert_false(line_may_vanish(line, line)); /* whoever asked for the stop was answered */
    assert_true(line_may_vanish(line, second));
    stop->waiters = waiter;
    assert_true(line_may_vanish(line, line));
    stop->waiters = NULL;
    stop->makes_room = true;
    assert_false(line_may_vanish(line, line));
    second->waiters = waiter; /* who waits for the second start waits for its stop too */
    assert_true(line_may_vanish(line, line));
    free_line(line);
}

/* ---- a start is tried before the stop that makes room for it ---- */

static void a_start_is_prepared_once_and_while_its_caller_waits(void **state _unused_)
{
    const Row row = {.items = {PENDING(STOP, 1), {INTENT_START, 2, .after = 1}}};
    LineItem *stop = line_of(&row), *start = stop->next;

    assert_null(line_to_prepare(stop, stop)); /* a stop of its own makes room for nobody */
    stop->makes_room = true;
    assert_null(line_to_prepare(stop, stop)); /* nobody waits for the start */
    start->waiters = (Waiter *)stop;          /* never looked into */
    assert_ptr_equal(line_to_prepare(stop, stop), start);
    stop->prepared = true;
    assert_null(line_to_prepare(stop, stop));
    stop->prepared = false;
    stop->blocked = true; /* it has been tried: others were told */
    assert_null(line_to_prepare(stop, stop));
    stop->blocked = false;
    stop->in_doubt = true; /* it may be stopped already */
    assert_null(line_to_prepare(stop, stop));
    free_line(stop);
}

int main(void)
{
    enum { OTHERS = 4 };
    struct CMUnitTest tests[ARRAY_SIZE(rows) + OTHERS] = {
        cmocka_unit_test(an_item_is_what_the_journal_says),
        cmocka_unit_test(items_are_found_and_removed),
        cmocka_unit_test(retry_makes_blocked_items_due),
        cmocka_unit_test(only_what_nobody_was_told_of_may_vanish),
        cmocka_unit_test(a_start_is_prepared_once_and_while_its_caller_waits),
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        tests[OTHERS + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = the_next_is, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("flow/line", tests, NULL, NULL);
}
