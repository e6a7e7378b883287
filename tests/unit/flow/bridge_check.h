/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The bridge whole but for the network: a real event loop, a real store with its thread, a database
 * in memory; only rest_send is a stub (linked with --wrap=rest_send). Requests wait here until the
 * test answers them, in whatever order it likes. Every wait is bounded.
 */

#include "tests/unit/flow/flow_check.h"

#include "flow/ask.h"
#include "flow/bridge.h"

#define CLOCKIFY_KEY "clockify-key-of-ada"
#define JIRA_TOKEN   "jira-token-of-ada"
#define CALLS_MOST   64

typedef struct BridgeCheck {
    World world; /* its database belongs to the store from bridge_begin on */
    sd_event *event;
    Store *store;
    Bridge *bridge;
    Json *replies[CALLS_MOST]; /* by caller: {"result"} or {"error"}; NULL = none yet */
    uint64_t calls;
    const char *key; /* what Clockify's requests must carry; "" = nothing */
    const char *token;
    Json *reload_says; /* names that bridge.reload has changed; NULL = the file is bad */
} BridgeCheck;

/* cmocka setup and teardown for tests whose *state is the BridgeCheck: not begun, so that the test
 * can change world first. */
int bridge_check_make(void **state);
int bridge_check_drop(void **state);

void bridge_begin(BridgeCheck *check);
/* The same in two steps, for a bridge that may not come up: everything it needs; then 0, or -1 with
 * *error. */
void bridge_lay(BridgeCheck *check);
int bridge_try(BridgeCheck *check, Error *error);
/* What was under way is gone, the journal is there. */
void bridge_kill(BridgeCheck *check);
/* As after kill -9. */
void bridge_begin_again(BridgeCheck *check);

uint64_t bridge_ask(BridgeCheck *check, AskFunction *function, const char *params);
/* Waits for the answer to this call; it stays with the check. */
const Json *bridge_reply_to(BridgeCheck *check, uint64_t caller);
bool bridge_was_answered(const BridgeCheck *check, uint64_t caller);
size_t bridge_waiting(void); /* requests without an answer yet */

/* Waits until so many requests are there, and no more come. */
void bridge_expect(BridgeCheck *check, size_t waiting);
/* Waits for the next request, compares it, answers. */
void bridge_turn(BridgeCheck *check, const Turn *turn);
/* The same for the `index`th that waits, from 0. */
void bridge_turn_at(BridgeCheck *check, size_t index, const Turn *turn);
/* Asks, plays the turns, and gives the reply. */
const Json *bridge_converse(BridgeCheck *check, AskFunction *function, const char *params,
                            const Turn *turns, size_t count);
#define CONVERSE(check, function, params, ...)                                                     \
    bridge_converse(check, function, params, (const Turn[]){__VA_ARGS__},                          \
                    ARRAY_SIZE(((const Turn[]){__VA_ARGS__})))
#define TURN(check, ...) bridge_turn(check, &(const Turn){__VA_ARGS__})

/* Lets everything happen that waits for nothing but the loop and the store. */
void bridge_settle(BridgeCheck *check);
void bridge_turn_loop(BridgeCheck *check, int64_t for_ms); /* lets timers pass */
int64_t bridge_number(BridgeCheck *check, const char *sql);
void bridge_exec(BridgeCheck *check, const char *sql);
