/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal by Clockify or Jira does, with and without a caller who waits, and what sets going
 * again what is blocked. The bridge whole. */

#include "tests/unit/flow/bridge_steps.h"

/* ---- refusals ---- */

static void a_refused_start_leaves_nothing_while_its_caller_waits(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 403, .says = "{'code':1003}");
    check_reply(check, start, "{'error':{'data':{'reason':'refused'}}}");
    check_list(check, "{'result':{'items':[]}}");
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM intent"), 0);
    bridge_expect(check, 0);
}

static void after_the_answer_it_is_blocked_and_goes_on_once_mended(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start =
        bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1','wait':'accepted'}");

    bridge_reply_to(check, start);
    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 403, .says = "{'code':1003}");
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'blocked','state':'running',"
                      "'problem':{'reason':'refused'}}]}}");
    check_reply(check, bridge_ask(check, ask_entry_retry, "{" ME "}"), "{'result':{'count':1}}");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e1"));
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'done','problem':null}]}}");
}

static void a_refused_stop_keeps_its_moment_and_an_edit_mends_it(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME "}"), edit;

    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = REQUIRED);
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    check_reply(check, stop,
                "{'result':{'entry':{'state':'stopped','delivery':'blocked',"
                "'problem':{'reason':'refused','missing':['project']}}}}");
    edit = bridge_ask(check, ask_timer_edit, "{" ME ",'billable':true}");
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    TURN(check, .ask = "PUT clockify/workspaces/w1/time-entries/e1", .with = ANY_BODY,
         .says = RUNS("e1"));
    check_reply(check, edit, "{'result':{'entry':{'state':'stopped'}}}");
    turn_stopped(check); /* by itself */
    turn_written(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'done','worklog':{'state':'written'}}]}}");
}

static void a_start_and_the_stop_that_made_room_go_back_together(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    TURN(check, ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"));
    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = REQUIRED);
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    check_reply(check, start, "{'error':{'data':{'reason':'refused','missing':['project']}}}");
    check_list(check, "{'result':{'items':[{'issue':'PZ-1','state':'running','delivery':'done',"
                      "'end':null,'problem':null}]}}");
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM intent"), 0);
    bridge_expect(check, 0);
}

static void a_start_that_cannot_be_stops_nothing(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    TURN(check, ASK_ISSUE, .status = 404, .says = "{'errorMessages':['gone'],'errors':{}}");
    check_reply(check, start, "{'error':{'data':{'reason':'not_found','what':'issue'}}}");
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'state':'running','delivery':'done','end':null}]}}");
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM intent"), 0);
}

static void a_blocked_worklog_waits_for_a_person(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");

    turn_stopped(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 403, .says = "no");
    check_reply(check, stop,
                "{'result':{'entry':{'delivery':'done',"
                "'worklog':{'state':'blocked','problem':{'reason':'refused'},"
                "'attempts':1}}}}");
    bridge_expect(check, 0);
    check_reply(check, bridge_ask(check, ask_worklog_retry, "{" ME "}"), "{'result':{'count':1}}");
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[]}"); /* blocked long ago, for all we know */
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'worklog':{'state':'written','problem':null}}]}}");
}

static void what_is_blocked_is_tried_again_by_itself(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop;

    check->world.config->journal.blocked_retry_s = 1;
    begin_running(state);
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = REQUIRED);
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    check_reply(check, stop, "{'result':{'entry':{'delivery':'blocked'}}}");
    turn_stopped(check); /* a second later, with the moment of then */
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 403, .says = "no");
    /* What Jira refused may have been mended there. */
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[]}");
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'done','worklog':{'state':'written'}}]}}");
}

static void a_discard_takes_a_blocked_stop_with_it(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME "}"), discard;

    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = REQUIRED);
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    bridge_reply_to(check, stop);
    discard = bridge_ask(check, ask_timer_discard, "{" ME "}");
    TURN(check, .ask = "DELETE clockify/workspaces/w1/time-entries/e1", .status = 204);
    check_reply(check, discard, "{'result':{'entry':{'state':'discarded','delivery':'done'}}}");
    check_reply(check, bridge_ask(check, ask_entry_retry, "{" ME "}"), "{'result':{'count':0}}");
    bridge_expect(check, 0);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM intent"), 0);
}

static void a_start_taken_back_takes_its_stop_along(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}"), stop;

    turn_issue(check);
    bridge_expect(check, 1);
    stop = bridge_ask(check, ask_timer_stop, "{" ME "}");
    bridge_expect(check, 1);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 403, .says = "{'code':1003}");
    check_reply(check, start, "{'error':{'data':{'reason':'refused'}}}");
    check_reply(check, stop, "{'error':{'data':{'reason':'refused'}}}");
    check_list(check, "{'result':{'items':[]}}");
    bridge_expect(check, 0);
}

static void the_outcome_cannot_be_written_at_once(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    turn_issue(check);
    bridge_expect(check, 1);
    bridge_exec(check, "CREATE TRIGGER full BEFORE DELETE ON entry"
                       " BEGIN SELECT RAISE(ABORT, 'full'); END");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 403, .says = "{'code':1003}");
    bridge_settle(check);
    assert_false(bridge_was_answered(check, start)); /* it is neither in nor out */
    bridge_exec(check, "DROP TRIGGER full");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 403, .says = "{'code':1003}");
    check_reply(check, start, "{'error':{'data':{'reason':'refused'}}}");
    check_list(check, "{'result':{'items':[]}}");
}

static void a_new_token_sets_going_what_waited_for_it(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop, connect;

    world_without(&check->world, SERVICE_JIRA);
    begin_running(state);
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    check_reply(check, stop,
                "{'result':{'entry':{'worklog':{'state':'blocked',"
                "'problem':{'reason':'jira_token_required'}}}}}");
    connect = bridge_ask(check, ask_connect_jira, "{" ME ",'token':'" JIRA_TOKEN "'}");
    TURN(check, MYSELF);
    bridge_reply_to(check, connect);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[]}");
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'worklog':{'state':'written'}}]}}");
}

static void a_new_key_sets_going_what_waited_for_it(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME "}"), connect;

    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = 401, .says = "{'code':4003}");
    check_reply(check, stop,
                "{'result':{'entry':{'delivery':'blocked',"
                "'problem':{'reason':'clockify_key_rejected'}}}}");
    connect = bridge_ask(check, ask_connect_clockify, "{" ME ",'api_key':'" CLOCKIFY_KEY "'}");
    TURN(check, .ask = "GET clockify/user",
         .says = "{'id':'u1','email':'a@b.c','activeWorkspace':'w1'}");
    TURN(check, .ask = "GET clockify/workspaces", .says = "[{'id':'w1','name':'Team'}]");
    bridge_reply_to(check, connect);
    turn_stopped(check);
    turn_written(check);
    bridge_expect(check, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(a_refused_start_leaves_nothing_while_its_caller_waits),
        WITH_BRIDGE(after_the_answer_it_is_blocked_and_goes_on_once_mended),
        WITH_BRIDGE(a_refused_stop_keeps_its_moment_and_an_edit_mends_it),
        WITH_BRIDGE(a_start_and_the_stop_that_made_room_go_back_together),
        WITH_BRIDGE(a_start_that_cannot_be_stops_nothing),
        WITH_BRIDGE(a_blocked_worklog_waits_for_a_person),
        WITH_BRIDGE(what_is_blocked_is_tried_again_by_itself),
        WITH_BRIDGE(a_discard_takes_a_blocked_stop_with_it),
        WITH_BRIDGE(a_start_taken_back_takes_its_stop_along),
        WITH_BRIDGE(the_outcome_cannot_be_written_at_once),
        WITH_BRIDGE(a_new_token_sets_going_what_waited_for_it),
        WITH_BRIDGE(a_new_key_sets_going_what_waited_for_it),
    };

    return cmocka_run_group_tests_name("flow/refusals", tests, NULL, NULL);
}
