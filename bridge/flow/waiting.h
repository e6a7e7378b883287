/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Callers that wait for an outcome: each with how far the call goes before it is answered, and the
 * moment at which it is answered with what is durable by then. A Waiter hangs in exactly one list
 * (that of its intent or of its worklog).
 */

#include "base/error.h"
#include "store/store.h"

typedef struct Bridge Bridge;
typedef struct Waiting Waiting;

typedef enum WaitLevel { WAIT_ACCEPTED, WAIT_CLOCKIFY, WAIT_WORKLOG } WaitLevel;
WaitLevel wait_level(const Json *params); /* of the param `wait`; WAIT_CLOCKIFY when absent */

typedef struct Waiter Waiter;

/* What a caller waits for, and where its answer is remembered. */
typedef struct WaitFor {
    uint64_t caller;
    WaitLevel level;
    const char *user;
    const char *request_id; /* NULL = none */
    int64_t entry_id;
    int64_t stopped_id; /* the entry that a start stopped; 0 = none */
    bool is_start;      /* the result has a member `stopped` */
} WaitFor;

Waiting *waiting_new(Bridge *bridge);
void waiting_free(Waiting *waiting); /* every waiter must have been answered or dropped */

/* Puts a new waiter into `list`; its deadline runs from now. */
Waiter *waiting_add(Waiting *waiting, Waiter **list, const WaitFor *what);
/* Moves those of `from` that wait for the worklog to `to`. */
void waiting_move_to_worklog(Waiter **from, Waiter **to);

/* Answers every waiter of the list and empties it. `result` is copied. */
void waiting_answer(Waiter **list, const Json *result);
void waiting_fail(Waiter **list, const Error *error);
/* Answers each with its entry as it stands now, read from the store; the answer is remembered for a
 * repeat. */
void waiting_answer_as_it_stands(Waiter **list);
/* The same for those whose deadline lies before `until_ms` (monotonic). */
void waiting_answer_before(Waiter **list, int64_t until_ms);

void waiting_caller_gone(Waiting *waiting, uint64_t caller);

/* The same answer for a caller that hangs in no list. */
void waiting_answer_entry(Waiting *waiting, const WaitFor *what);
size_t waiting_reading(const Waiting *waiting); /* answers on their way through the store */
