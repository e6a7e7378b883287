/* SPDX-License-Identifier: Apache-2.0 */
/* Callers that wait for an outcome; see waiting.h. */

#include "flow/waiting.h"

#include <systemd/sd-event.h>

#include "base/time.h"
#include "flow/outcome.h"
#include "flow/state.h"

#define READ_MS 5000 /* a store that takes longer to read one entry is stuck */

struct Waiter {
    Waiting *waiting;
    Waiter **list; /* head of the list it hangs in */
    Waiter *next;
    uint64_t caller;
    WaitLevel level;
    char *user, *request_id;
    int64_t entry_id, stopped_id;
    bool is_start;
    int64_t deadline_ms;
    sd_event_source *timer;
    Waiter *previous_of_all, *next_of_all;
    Json *result; /* while the store reads what it is to be told */
    bool unkept;  /* the answer could not be remembered: it is only read */
    bool told;    /* that it was taken on, while the store was stuck */
};

struct Waiting {
    Bridge *bridge;
    Waiter *all;
    size_t reading; /* waiters lent to the store's thread */
};

WaitLevel wait_level(const Json *params)
{
    const char *word = json_string(params, "wait");

    if (streq(word, "accepted"))
        return WAIT_ACCEPTED;
    return streq(word, "worklog") ? WAIT_WORKLOG : WAIT_CLOCKIFY;
}

Waiting *waiting_new(Bridge *bridge)
{
    Waiting *waiting = xcalloc(1, sizeof(*waiting));

    waiting->bridge = bridge;
    return waiting;
}

static void waiter_free(Waiter *waiter)
{
    Waiting *waiting = waiter->waiting;

    if (waiter->previous_of_all)
        waiter->previous_of_all->next_of_all = waiter->next_of_all;
    else
        waiting->all = waiter->next_of_all;
    if (waiter->next_of_all)
        waiter->next_of_all->previous_of_all = waiter->previous_of_all;
    sd_event_source_disable_unref(waiter->timer);
    free(waiter->user);
    free(waiter->request_id);
    json_object_put(waiter->result);
    free(waiter);
}

void waiting_free(Waiting *waiting)
{
    if (!waiting)
        return;
    while (waiting->all)
        waiter_free(waiting->all);
    free(waiting);
}

static Waiter *waiter_new(Waiting *waiting, const WaitFor *what)
{
    Waiter *waiter = xcalloc(1, sizeof(*waiter));

    waiter->waiting = waiting;
    waiter->caller = what->caller;
    waiter->level = what->level;
    waiter->user = xstrdup(what->user);
    waiter->request_id = xstrdup(what->request_id);
    waiter->entry_id = what->entry_id;
    waiter->stopped_id = what->stopped_id;
    waiter->is_start = what->is_start;
    waiter->next_of_all = waiting->all;
    if (waiting->all)
        waiting->all->previous_of_all = waiter;
    waiting->all = waiter;
    return waiter;
}

static void hang(Waiter *waiter, Waiter **list)
{
    waiter->list = list;
    waiter->next = *list;
    *list = waiter;
}

static void unhang(Waiter *waiter)
{
    Waiter **place = waiter->list;

    while (*place != waiter)
        place = &(*place)->next;
    *place = waiter->next;
    waiter->list = NULL;
}

/* ---- the entry as it stands ---- */

static int read_entry(Db *db, void *arg, Error *error)
{
    Waiter *waiter = arg;
    OutcomeOf of = {.user = waiter->user,
                    .request_id = waiter->unkept ? NULL : waiter->request_id,
                    .entry_id = waiter->entry_id,
                    .stopped_id = waiter->stopped_id,
                    .is_start = waiter->is_start,
                    .told_later = waiter->level == WAIT_WORKLOG};

    return outcome_result(db, &of, &waiter->result, error);
}

static void entry_read(void *arg, int r, const Error *error);

/* What is asked for is durable and will be done: the store's own error would deny it. */
static void say_taken_on(const Waiter *waiter, const Error *why)
{
    Error error = {0};

    error_internal(&error, "entry %lld of %s was taken on, but how it stands cannot be read: %s",
                   (long long)waiter->entry_id, waiter->user, why->message);
    bridge_reply_error(waiter->waiting->bridge, waiter->caller, &error);
}

static void entry_read(void *arg, int r, const Error *error)
{
    Waiter *waiter = arg;
    Bridge *bridge = waiter->waiting->bridge;

    if (r < 0 && error->reason == ERROR_STORE && !waiter->unkept && !waiter->told) {
        waiter->unkept = true;
        json_freep(&waiter->result); /* of a transaction that was undone */
        store_submit(bridge->parts.store, read_entry, entry_read, waiter);
        return;
    }
    waiter->waiting->reading--;
    if (waiter->told)
        ; /* nobody waits any more */
    else if (r >= 0)
        bridge_reply(bridge, waiter->caller, json_ref(waiter->result));
    else if (error->reason == ERROR_STORE)
        say_taken_on(waiter, error);
    else
        bridge_reply_error(bridge, waiter->caller, error);
    waiter_free(waiter);
}

static int reading_takes_too_long(sd_event_source *source _unused_, uint64_t usec _unused_,
                                  void *userdata)
{
    Waiter *waiter = userdata;
    Error why = {0};

    error_set(&why, ERROR_STORE, "the store is stuck");
    waiter->told = true;
    say_taken_on(waiter, &why);
    return 0;
}

static void answer_as_it_stands(Waiter *waiter)
{
    const BridgeParts *parts = &waiter->waiting->bridge->parts;

    if (waiter->list)
        unhang(waiter);
    sd_event_source_disable_unref(waiter->timer);
    if (sd_event_add_time_relative(parts->event, &waiter->timer, CLOCK_MONOTONIC,
                                   (uint64_t)READ_MS * 1000, 1000, reading_takes_too_long,
                                   waiter) < 0)
        abort(); /* out of memory */
    waiter->waiting->reading++;
    store_submit(parts->store, read_entry, entry_read, waiter);
}

static int deadline_passed(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    answer_as_it_stands(userdata);
    return 0;
}

Waiter *waiting_add(Waiting *waiting, Waiter **list, const WaitFor *what)
{
    Bridge *bridge = waiting->bridge;
    int64_t wait_ms = bridge->parts.config->rpc.deadline_s * 1000;
    Waiter *waiter = waiter_new(waiting, what);

    waiter->deadline_ms = time_monotonic_ms() + wait_ms;
    hang(waiter, list);
    if (sd_event_add_time_relative(bridge->parts.event, &waiter->timer, CLOCK_MONOTONIC,
                                   (uint64_t)wait_ms * 1000, 1000, deadline_passed, waiter) < 0)
        abort(); /* out of memory */
    return waiter;
}

void waiting_move_to_worklog(Waiter **from, Waiter **to)
{
    for (Waiter *waiter = *from, *next; waiter; waiter = next) {
        next = waiter->next;
        if (waiter->level == WAIT_WORKLOG) {
            unhang(waiter);
            hang(waiter, to);
        }
    }
}

void waiting_answer(Waiter **list, const Json *result)
{
    while (*list) {
        Waiter *waiter = *list;

        unhang(waiter);
        bridge_reply(waiter->waiting->bridge, waiter->caller, json_copy(result));
        waiter_free(waiter);
    }
}

void waiting_fail(Waiter **list, const Error *error)
{
    while (*list) {
        Waiter *waiter = *list;

        unhang(waiter);
        bridge_reply_error(waiter->waiting->bridge, waiter->caller, error);
        waiter_free(waiter);
    }
}

void waiting_answer_as_it_stands(Waiter **list)
{
    while (*list)
        answer_as_it_stands(*list);
}

void waiting_answer_before(Waiter **list, int64_t until_ms)
{
    for (Waiter *waiter = *list, *next; waiter; waiter = next) {
        next = waiter->next;
        if (waiter->deadline_ms <= until_ms)
            answer_as_it_stands(waiter);
    }
}

void waiting_caller_gone(Waiting *waiting, uint64_t caller)
{
    for (Waiter *waiter = waiting->all; waiter; waiter = waiter->next_of_all) {
        if (waiter->caller != caller)
            continue;
        /* One without a list is with the store's thread and ends by itself. */
        if (waiter->list) {
            unhang(waiter);
            waiter_free(waiter);
        }
        return;
    }
}

void waiting_answer_entry(Waiting *waiting, const WaitFor *what)
{
    answer_as_it_stands(waiter_new(waiting, what));
}

size_t waiting_reading(const Waiting *waiting)
{
    return waiting->reading;
}
