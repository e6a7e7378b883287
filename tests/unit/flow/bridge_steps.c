/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that many tests of the bridge whole take; see bridge_steps.h. */

#include "tests/unit/flow/bridge_steps.h"

BridgeCheck *begin_warm(void **state)
{
    BridgeCheck *check = *state;

    all_remembered(&check->world);
    check->world.config->journal.settle_s = 0;
    bridge_begin(check);
    return check;
}

BridgeCheck *begin_running(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    return begin_warm(state);
}

void turn_issue(BridgeCheck *check)
{
    TURN(check, .ask = ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"));
}

void turn_made(BridgeCheck *check, const char *says)
{
    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = says);
}

void turn_stopped(BridgeCheck *check)
{
    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .says = ENDED("e1"));
}

void turn_written(BridgeCheck *check)
{
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
}

void check_reply(BridgeCheck *check, uint64_t caller, const char *wanted)
{
    _cleanup_free_ char *label = xasprintf("reply %llu", (unsigned long long)caller);

    check_json(label, bridge_reply_to(check, caller), wanted);
}

void check_list(BridgeCheck *check, const char *wanted)
{
    check_reply(check, bridge_ask(check, ask_entry_list, "{" ME "}"), wanted);
}
