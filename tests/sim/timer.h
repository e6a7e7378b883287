/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suspended connections that shall go on at a given time: one thread and a heap for all of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;
typedef struct Timers Timers;

Timers *timers_new(void);
/* Suspends the connection for so long. False, and nothing done, once timers_stop() was called. */
bool timers_suspend(Timers *timers, struct MHD_Connection *connection, int64_t ms);
/* Wakes all of them at once. */
void timers_stop(Timers *timers);
void timers_free(Timers *timers);
int64_t timers_now_ms(void); /* monotonic */
