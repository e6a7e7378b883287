/* SPDX-License-Identifier: Apache-2.0 */
/* Is a service up? See upstream.h. */

#include "flow/upstream.h"

#include <stdio.h>

#include "base/backoff.h"
#include "base/time.h"

/* A server error may be one request's bad luck; a refused connection or silence is the service's
 * state. */
#define SERVER_ERRORS_TO_BE_DOWN 2

void upstream_init(Upstream *upstream)
{
    *upstream = (Upstream){.last_ok_ms = -1, .last_ok = TIME_NONE};
}

void upstream_reset(Upstream *upstream)
{
    upstream->failures = 0;
    upstream->down = upstream->probing = false;
    upstream->retry_ms = upstream->limited_ms = 0;
    upstream->problem[0] = '\0';
}

bool upstream_is_open(const Upstream *upstream, int64_t now_ms)
{
    return !upstream->down && now_ms >= upstream->limited_ms;
}

int64_t upstream_wait_ms(const Upstream *upstream, int64_t now_ms)
{
    int64_t until = upstream->limited_ms;

    if (upstream->down && upstream->retry_ms > until)
        until = upstream->retry_ms;
    if (until > now_ms)
        return until - now_ms;
    /* A probe is out: its outcome comes soon and wakes whoever waits. */
    return upstream->down && upstream->probing ? BACKOFF_FIRST_MS : 0;
}

bool upstream_admit(Upstream *upstream, int64_t now_ms)
{
    if (upstream_wait_ms(upstream, now_ms) > 0)
        return false;
    if (upstream->down)
        upstream->probing = true;
    return true;
}

static bool succeeded(const RestAnswer *answer)
{
    return answer->outcome == REST_ANSWERED && answer->status < 500;
}

static bool note_success(Upstream *upstream, int64_t now_ms)
{
    bool was_down = upstream->down;

    upstream->failures = 0;
    upstream->down = upstream->probing = false;
    upstream->last_ok_ms = now_ms;
    upstream->last_ok = time_now();
    upstream->problem[0] = '\0';
    return was_down;
}

static void describe(Upstream *upstream, const RestAnswer *answer)
{
    if (answer->outcome == REST_ANSWERED)
        snprintf(upstream->problem, sizeof(upstream->problem), "answered with HTTP status %d",
                 answer->status);
    else
        snprintf(upstream->problem, sizeof(upstream->problem), "%s", answer->problem);
}

bool upstream_note(Upstream *upstream, const RestAnswer *answer, int64_t sent_ms, int64_t now_ms,
                   uint32_t random)
{
    bool was_down = upstream->down;

    if (succeeded(answer))
        return note_success(upstream, now_ms);
    /* Something succeeded since, or it was sent before the service went down: nothing new. */
    if (upstream->last_ok_ms >= sent_ms || (was_down && sent_ms < upstream->down_ms))
        return false;

    describe(upstream, answer);
    upstream->probing = false;
    upstream->failures++;
    if (answer->outcome == REST_NOT_SENT || answer->timed_out ||
        upstream->failures >= SERVER_ERRORS_TO_BE_DOWN)
        upstream->down = true;
    if (upstream->down && !was_down)
        upstream->down_ms = now_ms;
    if (upstream->down)
        upstream->retry_ms =
            now_ms + backoff_ms(upstream->failures, BACKOFF_FIRST_MS, BACKOFF_MOST_MS, random);
    return upstream->down != was_down;
}

void upstream_limit(Upstream *upstream, int64_t until_ms)
{
    if (until_ms > upstream->limited_ms)
        upstream->limited_ms = until_ms;
}
