/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the tests of the bridge whole have in common: its requests by name, answers to them, and
 * steps that many tests take. */

#include "tests/unit/flow/bridge_check.h"
#include "tests/unit/flow/script.h"

#define ME  "'user':'" USER "'"
#define BOB "'user':'" OTHER "'"

/* Times are of today here, so bodies are compared where no time stands in them. */
#define ASK_MAKE  "POST clockify/workspaces/w1/time-entries"
#define ASK_STOP  "PATCH clockify/workspaces/w1/user/u1/time-entries"
#define ASK_OURS  "GET clockify/workspaces/w1/time-entries/e1?hydrated=true"
#define ASK_LOOK  "GET clockify/workspaces/w1/user/u1/time-entries?description=*"
#define ASK_WRITE "POST jira/issue/20001/worklog?adjustEstimate=auto"
#define ASK_READ  "GET jira/issue/20001/worklog"
#define MYSELF    "GET jira/myself", .says = "{'key':'" USER "','name':'ada'}"

#define RUNS(id)  ENTRY_SAYS(id, SINCE_TEN, WITH_ALL)
#define ENDED(id) ENTRY_SAYS(id, TEN_TO_HALF_PAST, WITH_ALL)
#define REQUIRED                                                                                   \
    400, .says = "{'code':501,'message':'can\u2019t be stopped until you add a project'}"
#define IN_JIRA                                                                                    \
    "{'id':'77','author':{'key':'" USER "'},'comment':'PZ-1 Oven is cold',"                        \
    "'started':'2026-11-23T10:00:00.000+0000','timeSpentSeconds':1800}"

/* A bridge that has matched PZ-1 before and makes anew at once what was not found. */
BridgeCheck *begin_warm(void **state);
/* The same, with a timer on PZ-1 that runs since ten o'clock. */
BridgeCheck *begin_running(void **state);

/* Requests that have to come next, each with its usual answer. */
void turn_issue(BridgeCheck *check);
void turn_made(BridgeCheck *check, const char *says);
void turn_stopped(BridgeCheck *check);
void turn_written(BridgeCheck *check);

/* The reply to a call; and the user's entries as entry.list has them. */
void check_reply(BridgeCheck *check, uint64_t caller, const char *wanted);
void check_list(BridgeCheck *check, const char *wanted);

#define WITH_BRIDGE(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, bridge_check_make, bridge_check_drop)
