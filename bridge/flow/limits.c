/* SPDX-License-Identifier: Apache-2.0 */
/* Workspaces that answered 429; see limits.h. */

#include "flow/limits.h"

#include "base/backoff.h"
#include "base/map.h"

typedef struct Limit {
    int64_t until_ms;
    int64_t step_ms; /* the last wait that was ours to choose */
} Limit;

struct Limits {
    Map *workspaces; /* id -> Limit */
};

Limits *limits_new(void)
{
    Limits *limits = xcalloc(1, sizeof(*limits));

    limits->workspaces = map_new();
    return limits;
}

void limits_clear(Limits *limits)
{
    void *value;
    size_t position = 0;

    while (map_next(limits->workspaces, &position, NULL, &value))
        free(value);
    map_free(limits->workspaces);
    limits->workspaces = map_new();
}

void limits_free(Limits *limits)
{
    if (!limits)
        return;
    limits_clear(limits);
    map_free(limits->workspaces);
    free(limits);
}

int64_t limits_add(Limits *limits, const char *workspace, int64_t retry_after_s, int64_t now_ms)
{
    Limit *limit = map_get(limits->workspaces, workspace);
    int64_t wait = retry_after_s * 1000;

    if (!limit) {
        limit = xcalloc(1, sizeof(*limit));
        map_put(limits->workspaces, workspace, limit);
    }
    if (retry_after_s < 1) {
        /* Requests that were under way together are one refusal, not several. */
        if (now_ms >= limit->until_ms)
            limit->step_ms = limit->step_ms ? limit->step_ms * 2 : LIMITS_FIRST_MS;
        if (limit->step_ms > BACKOFF_MOST_MS)
            limit->step_ms = BACKOFF_MOST_MS;
        wait = limit->step_ms;
    }
    if (now_ms + wait > limit->until_ms)
        limit->until_ms = now_ms + wait;
    return limit->until_ms - now_ms;
}

void limits_forget(Limits *limits, const char *workspace, int64_t now_ms)
{
    if (limits_wait_ms(limits, workspace, now_ms) == 0)
        free(map_remove(limits->workspaces, workspace));
}

int64_t limits_wait_ms(const Limits *limits, const char *workspace, int64_t now_ms)
{
    const Limit *limit = map_get(limits->workspaces, workspace);

    return limit && limit->until_ms > now_ms ? limit->until_ms - now_ms : 0;
}
