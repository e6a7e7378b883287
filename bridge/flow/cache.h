/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Answers to look-ups, kept for a short while so that a click does not ask Clockify again for what
 * it just said (a new free workspace has 30 requests an hour for everybody in it). Keys name the
 * user, so that nobody is shown what another may see.
 */

#include "remote/rest.h"

typedef struct Cache Cache;

Cache *cache_new(size_t most_entries, size_t most_bytes);
void cache_free(Cache *cache);

/* The answer under `key` if it is at most `age_s` seconds old, else NULL. Borrowed until the next
 * call. */
const RestAnswer *cache_get(Cache *cache, const char *key, int64_t age_s, int64_t now_ms);

/* Keeps a copy of a good answer. */
void cache_put(Cache *cache, const char *key, const RestAnswer *answer, int64_t now_ms);

/* Drops what begins with `prefix` and contains `part` ("" = everything): after something was made
 * or changed. */
void cache_forget(Cache *cache, const char *prefix, const char *part);

/* A copy of an answer, for keeping. */
void rest_answer_copy(RestAnswer *target, const RestAnswer *source);
