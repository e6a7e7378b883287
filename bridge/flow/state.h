/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The bridge object from the inside: for the files of flow/ that tie flows to callers. Flows
 * themselves do not include it. */

#include "flow/bridge.h"
#include "flow/lanes.h"
#include "flow/lines.h"
#include "flow/runner.h"
#include "flow/waiting.h"
#include "store/audit.h"

typedef struct NodeWatch NodeWatch;
typedef struct Elsewhere Elsewhere;

struct Bridge {
    BridgeParts parts;
    Keyring *keyring;
    char *instance;
    Audit *audit;
    Runner *runner;
    Lines *lines;         /* the intents of each user, in order */
    Lanes *lanes;         /* the worklogs of each issue, in order */
    Waiting *waiting;     /* callers that wait for an outcome */
    NodeWatch *node;      /* where the Jira node listens */
    Elsewhere *elsewhere; /* notices timers stopped in another app */
    char *pause_reason;   /* NULL = not paused */
    bool draining;
    bool backing_up;
    int64_t started_ms;
    size_t asks; /* store work under way for callers */
};

const char *bridge_account(const Bridge *bridge, uint64_t caller); /* NULL = not known */

/* Answers a caller. Takes over `result`. */
void bridge_reply(Bridge *bridge, uint64_t caller, Json *result);
void bridge_reply_error(Bridge *bridge, uint64_t caller, const Error *error);
