/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What becomes of an intent, as work for the store's thread: carried out, blocked until a person
 * acts, or taken back because its caller can be told so. Each writes the answer that a repeat of
 * the request will get, in the same transaction.
 */

#include "store/journal.h"

/* Whose result: what a caller of timer.* or entry.add is shown. */
typedef struct OutcomeOf {
    const char *user;
    const char *request_id; /* NULL = the caller gave none */
    int64_t entry_id;
    int64_t stopped_id; /* 0 = none */
    bool is_start;
    bool stopped_elsewhere;
    bool told_later; /* its caller waits for the worklog: this counts more than what was kept before
                      */
} OutcomeOf;

/* {entry, stopped?}, remembered for a repeat unless something was told before. Negative: failed; an
 * entry that is gone is ERROR_NOT_FOUND. */
int outcome_result(Db *db, const OutcomeOf *of, Json **ret, Error *error);
int outcome_remember_error(Db *db, const char *user, const char *request_id, const Error *what,
                           Error *error);

/* Carried out: the intent goes, the entry's delivery follows. */
int outcome_done(Db *db, const Intent *intent, Error *error);

/* A person has to act: the intent stays, the entry shows why. next_attempt: when it is tried again
 * by itself. */
int outcome_block(Db *db, int64_t intent_id, const Error *why, int64_t next_attempt, Error *error);

/* 1: a caller was answered for this intent (queued, or accepted), so it must not vanish. */
int outcome_was_told(Db *db, int64_t intent_id, Error *error);

/* As if it had never been asked: a start or add leaves no entry, a stop leaves the entry running,
 * an edit or discard leaves it as it was. *why is what the caller is told, now and when it repeats;
 * so are those who asked something of an entry that is gone with its start.
 */
int outcome_take_back(Db *db, int64_t intent_id, const Error *why, Error *error);
