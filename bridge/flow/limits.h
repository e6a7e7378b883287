/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Workspaces that answered 429 and how long each wants to be left alone. A new free workspace of
 * Clockify takes 30 requests an hour (Clockify's help page "Webhook and API limitations"), so one
 * user's 429 speaks for everybody in it.
 */

#include "base/util.h"

typedef struct Limits Limits;

#define LIMITS_FIRST_MS 30000 /* when the answer names no time; doubles with every further 429 */

Limits *limits_new(void);
void limits_free(Limits *limits);
void limits_clear(Limits *limits);

/* Notes a 429; retry_after_s < 1 = not told. Milliseconds to wait from now. */
int64_t limits_add(Limits *limits, const char *workspace, int64_t retry_after_s, int64_t now_ms);
/* It answered something else: no longer limited, unless the time it asked for is not over yet. */
void limits_forget(Limits *limits, const char *workspace, int64_t now_ms);
int64_t limits_wait_ms(const Limits *limits, const char *workspace, int64_t now_ms); /* 0 = none */
