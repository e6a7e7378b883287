/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What runs for a user, as callers are told it: by Clockify's word, be the timer started here or in
 * another app; without that word by the journal's, as stale.
 */

#include "flow/observe.h"
#include "flow/state.h"

typedef struct TimerLook {
    Place place;
    Observe observe;
    bool asked; /* Clockify answered */
} TimerLook;

void timer_look_done(TimerLook *look);

/* Store work part. */
int timer_look_load(Db *db, const char *user, TimerLook *look, Error *error);

/* Fails only where Clockify does not take the key. */
int timer_look_step(TimerLook *look, const Account *clockify, FlowIo *io);

/* running, as_of and stale. */
void timer_look_render(const TimerLook *look, int64_t now, Json *result);

/* A timer that was stopped in another app has left a worklog to be written. */
void timer_look_follow(const TimerLook *look, Bridge *bridge);
