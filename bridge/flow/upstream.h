/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Is a service up? A state machine without I/O that takes the time as an argument. While a service
 * is down nothing is sent to it but one probe at a time, spaced by the back-off, so that callers
 * are told "queued" at once instead of after a time-out each.
 *
 * A failure counts only when nothing succeeded since that request was sent: a slow answer to one
 * says nothing against a service that meanwhile answers others.
 */

#include "base/error.h"
#include "remote/rest.h"

typedef struct Upstream {
    unsigned failures; /* in a row */
    bool down;
    bool probing;       /* the one request that may pass while down is under way */
    int64_t down_ms;    /* down: since when (monotonic) */
    int64_t retry_ms;   /* down: when the next probe may go */
    int64_t last_ok_ms; /* monotonic; -1 = never */
    int64_t last_ok;    /* wall clock; TIME_NONE = never */
    int64_t limited_ms; /* told to wait until then (429); 0 = not */
    char problem[200];  /* of the last failure; "" = none */
} Upstream;

void upstream_init(Upstream *upstream);
void upstream_reset(Upstream *upstream); /* another server, or a person says try again */

bool upstream_is_open(const Upstream *upstream, int64_t now_ms);
/* May a request be sent now? true marks the probe when it is one. */
bool upstream_admit(Upstream *upstream, int64_t now_ms);
/* Milliseconds until a request may be sent; 0 = now. */
int64_t upstream_wait_ms(const Upstream *upstream, int64_t now_ms);

/* Takes note of an answer to a request sent at `sent_ms`. true: the state went from up to down or
 * back. */
bool upstream_note(Upstream *upstream, const RestAnswer *answer, int64_t sent_ms, int64_t now_ms,
                   uint32_t random);

/* Obeys 429 for all of it. */
void upstream_limit(Upstream *upstream, int64_t until_ms);
