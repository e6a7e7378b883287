/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A script is one call that is a single dialogue, asked of the bridge whole: what is known before,
 * each request with its answer, the reply, and what the journal holds afterwards. Each script is a
 * test of its own, named after it. */

#include "tests/unit/flow/bridge_check.h"

#define CALL_TURNS_MOST 8

typedef struct CallScript {
    const char *name;
    void (*before)(World *world);
    AskFunction *ask;
    const char *params;
    Turn turns[CALL_TURNS_MOST];
    const char *reply; /* {'result'} or {'error'}, in part */
    const char *key;   /* what requests to Clockify carry; NULL = the stored key, "" = none */
    const char *token;
    const char *sql; /* afterwards gives this number */
    int64_t number;
} CallScript;

typedef struct CallGroup {
    const CallScript *scripts;
    size_t count;
} CallGroup;

/* All in one run: TAP knows one plan a program. Then again, each statement of each script failing
 * in turn: the caller is told. */
int run_call_scripts(const char *name, const CallGroup *groups, size_t count);

/* ---- what many scripts share ---- */

#define ME          "'user':'" USER "'"
#define ASK_RUNNING "GET clockify/workspaces/w1/user/u1/time-entries?in-progress=true&hydrated=true"

/* Ada has not given one of them, or Clockify no longer takes it. */
void no_key(World *world);
void dead_key(World *world);
void no_token(World *world);

/* No Clockify server is set. */
void no_server(World *world);

/* A finished entry with a worklog in that state, and one that runs. reason NULL = no problem. */
void with_worklog(World *world, WorklogState state, const char *reason);
void worklog_needs_token(World *world);

/* A timer runs, and a change of it is blocked. */
void an_edit_is_blocked(World *world);
