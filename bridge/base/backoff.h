/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * When to try again: doubling from `first` to `most`, each wait spread over 50..100 % of itself so
 * that a thousand users do not come back in the same second. A pure function of its arguments.
 */

#include "base/util.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS  (5 * 60 * 1000)

/* `failures` >= 1 in a row; `random` any number, supplied by the caller. Milliseconds to wait. */
int64_t backoff_ms(unsigned failures, int64_t first_ms, int64_t most_ms, uint32_t random);
