/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to look-ups, kept for a short while; see cache.h. */

#include "flow/cache.h"

#include "base/map.h"
#include "base/text.h"

typedef struct Kept {
    RestAnswer answer;
    int64_t put_ms;
} Kept;

struct Cache {
    Map *entries; /* key -> Kept */
    size_t most_entries;
    size_t most_bytes;
    size_t bytes;
};

Cache *cache_new(size_t most_entries, size_t most_bytes)
{
    Cache *cache = xcalloc(1, sizeof(*cache));

    cache->entries = map_new();
    cache->most_entries = most_entries;
    cache->most_bytes = most_bytes;
    return cache;
}

void cache_free(Cache *cache)
{
    if (!cache)
        return;
    cache_forget(cache, "", "");
    map_free(cache->entries);
    free(cache);
}

void rest_answer_copy(RestAnswer *target, const RestAnswer *source)
{
    *target = *source;
    target->body = xmalloc(source->length + 1);
    memcpy(target->body, source->body ? source->body : "", source->length);
    target->body[source->length] = '\0';
    target->user_name = xstrdup(source->user_name);
}

static void drop(Cache *cache, const char *key)
{
    Kept *kept = map_remove(cache->entries, key);

    if (!kept)
        return;
    cache->bytes -= kept->answer.length;
    rest_answer_done(&kept->answer);
    free(kept);
}

const RestAnswer *cache_get(Cache *cache, const char *key, int64_t age_s, int64_t now_ms)
{
    const Kept *kept = map_get(cache->entries, key);

    return kept && now_ms - kept->put_ms <= age_s * 1000 ? &kept->answer : NULL;
}

/* Full: the oldest goes. Rare enough for a walk. */
static void drop_oldest(Cache *cache)
{
    const char *key, *oldest_key = NULL;
    const Kept *oldest = NULL;
    void *value;
    size_t position = 0;

    while (map_next(cache->entries, &position, &key, &value)) {
        const Kept *kept = value;

        if (!oldest || kept->put_ms < oldest->put_ms) {
            oldest = kept;
            oldest_key = key;
        }
    }
    if (oldest_key) {
        _cleanup_free_ char *copy = xstrdup(oldest_key);

        drop(cache, copy);
    }
}

void cache_put(Cache *cache, const char *key, const RestAnswer *answer, int64_t now_ms)
{
    Kept *kept;

    drop(cache, key);
    if (answer->length > cache->most_bytes / 4)
        return;
    while (map_count(cache->entries) >= cache->most_entries ||
           (cache->bytes + answer->length > cache->most_bytes && map_count(cache->entries) > 0))
        drop_oldest(cache);

    kept = xcalloc(1, sizeof(*kept));
    rest_answer_copy(&kept->answer, answer);
    kept->put_ms = now_ms;
    cache->bytes += answer->length;
    map_put(cache->entries, key, kept);
}

void cache_forget(Cache *cache, const char *prefix, const char *part)
{
    const char *key;
    void *value;
    size_t position = 0;

    while (map_next(cache->entries, &position, &key, &value)) {
        if (text_starts_with(key, prefix) && strstr(key, part)) {
            _cleanup_free_ char *copy = xstrdup(key);

            drop(cache, copy);
        }
    }
}
