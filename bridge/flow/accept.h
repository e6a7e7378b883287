/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Taking a click on: the one transaction in which what was asked for becomes durable, before
 * anything is sent. It also recognises a repeat, and refuses what cannot be taken on. Store work;
 * what to do next is the caller's (timer.c).
 */

#include "flow/waiting.h"
#include "store/account.h"
#include "store/journal.h"

typedef struct Accept {
    /* what is asked */
    Bridge *bridge;
    uint64_t caller;
    WaitLevel level;
    IntentKind kind;
    const char *method;
    Json *params;                  /* owned */
    const char *user, *request_id; /* within params; request_id NULL = none */
    int64_t asked;
    char *server; /* api_url of the Clockify server; NULL = none is set */
    char *key_url;
    struct sd_event_source *deadline; /* the loop's; the store may be stuck */
    bool told;                        /* the loop's: its caller was answered at the deadline */

    /* what came of it */
    bool repeat;  /* asked before */
    char *answer; /* what was answered then; NULL = not yet */
    bool refused; /* it cannot be taken on: `refusal`, remembered for a repeat */
    Error refusal;
    Intent room; /* a stop that makes room for the start; id 0 = none */
    Intent intent;
    int64_t entry_id;
    int64_t stopped_id; /* entry that `room` stops */
    Json *result;       /* for WAIT_ACCEPTED */
} Accept;

void accept_free(Accept *accept);

/* Store work; the argument is the Accept. */
int accept_work(Db *db, void *accept, Error *error);

/* What the caller chose for the entry: project, task, tags and so on, where given. The caller owns
 * it. */
Json *accept_choice(const Json *params);

/* Start and end of entry.add from two of start, end, seconds, or from seconds alone.
 * ERROR_INVALID_PARAMS otherwise. */
int accept_times(const Json *params, int64_t now, int64_t *ret_start, int64_t *ret_end,
                 Error *error);
