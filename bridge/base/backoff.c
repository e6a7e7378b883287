/* SPDX-License-Identifier: Apache-2.0 */

/* When to try again; reads no clock and no random source of its own. */

#include "base/backoff.h"

int64_t backoff_ms(unsigned failures, int64_t first_ms, int64_t most_ms, uint32_t random)
{
    int64_t wait = first_ms < most_ms ? first_ms : most_ms;
    for (unsigned i = 1; i < failures && wait > 0 && wait < most_ms; i++)
        wait = wait > most_ms / 2 ? most_ms : wait * 2;
    if (wait <= 0)
        return 0;
    uint64_t half = (uint64_t)wait / 2;
    uint64_t part = half / UINT32_MAX * random + half % UINT32_MAX * random / UINT32_MAX;
    return wait - (int64_t)(half - part);
}
