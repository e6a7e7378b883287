/* SPDX-License-Identifier: Apache-2.0 */
/* Clicks and worklogs on their way through the bridge whole: what the main job costs, what goes in
 * order and what side by side, and who is answered when and with what. */

#include "tests/unit/flow/bridge_steps.h"

#include "base/time.h"

/* ---- the main job ---- */

static void a_warm_start_and_stop_cost_one_request_each(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}"), stop;

    turn_issue(check);
    bridge_expect(check, 1);
    assert_false(bridge_was_answered(check, start)); /* it waits for Clockify */
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e1"));
    check_reply(check, start,
                "{'result':{'entry':{'clockify_id':'e1','delivery':'done'},"
                "'stopped':null}}");
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    TURN(check, MYSELF);
    bridge_expect(check, 1);
    assert_false(bridge_was_answered(check, stop)); /* it waits for the worklog */
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    check_reply(check, stop,
                "{'result':{'entry':{'state':'stopped','delivery':'done',"
                "'worklog':{'state':'written','jira_id':'77'}}}}");
    bridge_expect(check, 0);
}

static void accepted_is_answered_before_anything_is_sent(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start =
        bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1','wait':'accepted'}");

    check_reply(check, start, "{'result':{'entry':{'delivery':'queued','clockify_id':null}}}");
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'done','clockify_id':'e1'}]}}");
}

static void a_second_start_stops_and_saves_the_first(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    /* Is there such an issue? Only then the first is stopped. */
    TURN(check, ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"));
    turn_stopped(check);
    /* Both now: the worklog of the first, and the second. */
    bridge_expect(check, 2);
    bridge_turn_at(check, 0, &(const Turn){MYSELF});
    bridge_turn_at(
        check, 0,
        &(const Turn){.ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e2")});
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    check_reply(check, start,
                "{'result':{'entry':{'clockify_id':'e2','state':'running'},"
                "'stopped':{'clockify_id':'e1','state':'stopped',"
                "'delivery':'done'}}}");
}

static void added_time_and_its_worklog(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t add = bridge_ask(check, ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':1800}");

    turn_made(check, ENDED("e1"));
    check_reply(check, add,
                "{'result':{'entry':{'state':'stopped','delivery':'done',"
                "'worklog':{'state':'pending'}}}}");
    turn_written(check);
    bridge_expect(check, 0);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM worklog WHERE state = 'written'"),
                     1);
}

static void an_edit_and_a_discard(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t edit = bridge_ask(check, ask_timer_edit, "{" ME ",'billable':true}"), discard;

    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    TURN(check, .ask = "PUT clockify/workspaces/w1/time-entries/e1", .with = ANY_BODY,
         .says = ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL ",'billable':true"));
    check_reply(check, edit, "{'result':{'entry':{'billable':true,'delivery':'done'}}}");
    discard = bridge_ask(check, ask_timer_discard, "{" ME "}");
    TURN(check, .ask = "DELETE clockify/workspaces/w1/time-entries/e1", .status = 204);
    check_reply(check, discard, "{'result':{'entry':{'state':'discarded','worklog':null}}}");
    bridge_expect(check, 0);
}

/* ---- order ---- */

static void one_users_clicks_go_in_order_anothers_beside_them(void **state)
{
    BridgeCheck *check = *state;
    uint64_t first, second, bob;

    world_connect_other(&check->world);
    begin_warm(state);
    first = bridge_ask(check, ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':1800}");
    second = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    bob = bridge_ask(check, ask_timer_start, "{" BOB ",'issue':'PZ-1'}");
    bridge_expect(check, 2); /* Ada's first and Bob's */
    bridge_turn_at(check, 1,
                   &(const Turn){ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"), .as = "bob"});
    bridge_turn_at(check, 1, &(const Turn){ASK_MAKE, ANY_BODY, 201, RUNS("b1")});
    check_reply(check, bob, "{'result':{'entry':{'clockify_id':'b1'}}}");
    assert_false(bridge_was_answered(check, first));
    turn_made(check, ENDED("e1"));
    check_reply(check, first, "{'result':{'entry':{'clockify_id':'e1'}}}");
    bridge_expect(check, 2); /* the worklog, and Ada's second */
    assert_false(bridge_was_answered(check, second));
}

static void worklogs_of_one_issue_go_one_after_the_other(void **state)
{
    BridgeCheck *check = *state;
    Worklog worklog = {.user = (char *)USER,
                       .issue = (char *)"PZ-1",
                       .issue_id = (char *)"20001",
                       .comment = (char *)"PZ-1 Oven is cold",
                       .started = TEN,
                       .seconds = 1800,
                       .next_attempt = TIME_NONE};
    Error error = {0};

    check->world.config->journal.settle_s = 0;
    for (worklog.entry_id = 1; worklog.entry_id <= 3; worklog.entry_id++) {
        worklog.issue = (char *)(worklog.entry_id < 3 ? "PZ-1" : "PZ-2");
        worklog.issue_id = (char *)(worklog.entry_id < 3 ? "20001" : "20002");
        assert_int_equal(journal_worklog_insert(check->world.db, &worklog, &error), 0);
    }
    bridge_begin(check);
    bridge_expect(check, 2); /* one of each issue */
    bridge_turn_at(check, 0, &(const Turn){MYSELF});
    bridge_turn_at(check, 0, &(const Turn){MYSELF});
    /* Of before this process: looked for first. */
    bridge_expect(check, 2);
    bridge_turn_at(check, 0, &(const Turn){ASK_READ, .says = "{'total':0,'worklogs':[]}"});
    bridge_turn_at(check, 0,
                   &(const Turn){"GET jira/issue/20002/worklog", .says = "{'worklogs':[]}"});
    bridge_expect(check, 2);
    bridge_turn_at(check, 0, &(const Turn){ASK_WRITE, ANY_BODY, 201, IN_JIRA});
    bridge_expect(check, 2); /* the second of PZ-1 begins; whose the token is is asked anew */
    bridge_turn_at(check, 1, &(const Turn){MYSELF});
    /* What the issue held has been seen. */
    bridge_turn_at(check, 1, &(const Turn){ASK_WRITE, ANY_BODY, 201, IN_JIRA});
    bridge_turn_at(check, 0,
                   &(const Turn){"POST jira/issue/20002/worklog?*", ANY_BODY, 201, IN_JIRA});
    bridge_expect(check, 0);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM worklog WHERE state = 'written'"),
                     3);
}

/* ---- waiting, and asking again ---- */

static void the_deadline_answers_what_is_durable(void **state)
{
    BridgeCheck *check = *state;
    uint64_t start;

    check->world.config->rpc.deadline_s = 1;
    begin_warm(state);
    start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1','request_id':'r1'}");
    bridge_expect(check, 1);
    check_reply(check, start, "{'result':{'entry':{'delivery':'queued','clockify_id':null}}}");
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'done'}]}}");
}

static void a_repeat_waits_for_the_same_outcome(void **state)
{
    BridgeCheck *check = begin_warm(state);
    const char *params = "{" ME ",'issue':'PZ-1','request_id':'r1'}";
    uint64_t first = bridge_ask(check, ask_timer_start, params), second, third;

    bridge_expect(check, 1);
    second = bridge_ask(check, ask_timer_start, params);
    bridge_expect(check, 1);
    turn_made(check, RUNS("e1"));
    bridge_reply_to(check, first);
    check_reply(check, second, "{'result':{'entry':{'clockify_id':'e1'}}}");
    third = bridge_ask(check, ask_timer_start, params);
    assert_true(json_object_equal((Json *)bridge_reply_to(check, third),
                                  (Json *)bridge_reply_to(check, first)));
    bridge_expect(check, 0);
}

static void a_repeat_of_what_was_refused_is_refused(void **state)
{
    BridgeCheck *check = begin_warm(state);
    const char *params = "{" ME ",'issue':'PZ-1','request_id':'r1'}";
    uint64_t first = bridge_ask(check, ask_timer_start, params), second;

    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = REQUIRED);
    /* The remembered ids may have been the cause: one look anew. */
    TURN(check, .ask = "GET clockify/workspaces/w1/projects?*",
         .says = "[{'id':'p1','name':'Pizza'}]");
    TURN(check, .ask = "GET clockify/workspaces/w1/projects/p1/tasks?*",
         .says = "[{'id':'t1','name':'PZ-1'}]");
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[{'id':'g1','name':'Bug'}]");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = REQUIRED);
    bridge_reply_to(check, first);
    second = bridge_ask(check, ask_timer_start, params);
    assert_true(json_object_equal((Json *)bridge_reply_to(check, second),
                                  (Json *)bridge_reply_to(check, first)));
    check_reply(check, second, "{'error':{'data':{'reason':'refused'}}}");
    bridge_expect(check, 0);
}

static void a_repeat_of_what_is_only_accepted(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t first =
                 bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1','request_id':'r1'}"),
             second;

    bridge_expect(check, 1);
    second = bridge_ask(check, ask_timer_start,
                        "{" ME ",'issue':'PZ-1','request_id':'r1','wait':'accepted'}");
    check_reply(check, second, "{'result':{'entry':{'delivery':'queued'}}}");
    assert_false(bridge_was_answered(check, first));
    turn_made(check, RUNS("e1"));
    bridge_reply_to(check, first);
}

static void a_caller_that_is_gone_changes_nothing(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    bridge_expect(check, 1);
    bridge_caller_gone(check->bridge, start);
    bridge_caller_gone(check->bridge, 99);
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
    assert_false(bridge_was_answered(check, start));
    check_list(check, "{'result':{'items':[{'clockify_id':'e1'}]}}");
}

static void a_refusal_with_nobody_waiting_blocks(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    turn_issue(check);
    bridge_expect(check, 1);
    bridge_caller_gone(check->bridge, start);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 403, .says = "{'code':1003}");
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'blocked'}]}}");
}

/* ---- look-ups ---- */

static void look_ups_at_the_same_time_share_a_request(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t first = bridge_ask(check, ask_tags, "{" ME "}"), second, third, text;
    const char *metrics;

    second = bridge_ask(check, ask_tags, "{" ME "}");
    bridge_expect(check, 1);
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[{'id':'g1','name':'Bug'}]");
    check_reply(check, first, "{'result':{'items':[{'id':'g1'}]}}");
    check_reply(check, second, "{'result':{'items':[{'id':'g1'}]}}");
    third = bridge_ask(check, ask_tags, "{" ME "}");
    check_reply(check, third, "{'result':{'items':[{'id':'g1'}]}}");
    bridge_expect(check, 0);
    text = bridge_ask(check, ask_metrics, "{}");
    metrics = json_string(json_child(bridge_reply_to(check, text), "result"), "text");
    assert_non_null(strstr(metrics, "lookups_saved_total 2\n"));
}

static void nobody_is_shown_what_another_may_see(void **state)
{
    BridgeCheck *check = *state;

    world_connect_other(&check->world);
    begin_warm(state);
    bridge_ask(check, ask_tags, "{" ME "}");
    bridge_ask(check, ask_tags, "{" BOB "}");
    bridge_expect(check, 2);
}

static void a_failed_look_up_is_not_kept(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t first = bridge_ask(check, ask_tags, "{" ME "}"), second;

    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .status = 403, .says = "{'code':1000}");
    check_reply(check, first, "{'error':{'data':{'reason':'refused'}}}");
    second = bridge_ask(check, ask_tags, "{" ME "}");
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[]");
    check_reply(check, second, "{'result':{'items':[]}}");
}

static void another_server_makes_all_forgotten(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t tags = bridge_ask(check, ask_tags, "{" ME "}"), set;

    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[]");
    bridge_reply_to(check, tags);
    check->key = "";
    set = bridge_ask(check, ask_server_set, "{'region':'eu','by':'JIRAUSER1'}");
    TURN(check, .ask = "GET https://euc1.clockify.me/api/v1/user", .status = 401,
         .says = "{'code':1000,'message':'no'}");
    bridge_reply_to(check, set);
    /* The key was given for the other server. */
    tags = bridge_ask(check, ask_tags, "{" ME "}");
    check_reply(check, tags, "{'error':{'data':{'reason':'clockify_key_required'}}}");
    bridge_expect(check, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(a_warm_start_and_stop_cost_one_request_each),
        WITH_BRIDGE(accepted_is_answered_before_anything_is_sent),
        WITH_BRIDGE(a_second_start_stops_and_saves_the_first),
        WITH_BRIDGE(added_time_and_its_worklog),
        WITH_BRIDGE(an_edit_and_a_discard),
        WITH_BRIDGE(one_users_clicks_go_in_order_anothers_beside_them),
        WITH_BRIDGE(worklogs_of_one_issue_go_one_after_the_other),
        WITH_BRIDGE(the_deadline_answers_what_is_durable),
        WITH_BRIDGE(a_repeat_waits_for_the_same_outcome),
        WITH_BRIDGE(a_repeat_of_what_was_refused_is_refused),
        WITH_BRIDGE(a_repeat_of_what_is_only_accepted),
        WITH_BRIDGE(a_caller_that_is_gone_changes_nothing),
        WITH_BRIDGE(a_refusal_with_nobody_waiting_blocks),
        WITH_BRIDGE(look_ups_at_the_same_time_share_a_request),
        WITH_BRIDGE(nobody_is_shown_what_another_may_see),
        WITH_BRIDGE(a_failed_look_up_is_not_kept),
        WITH_BRIDGE(another_server_makes_all_forgotten),
    };

    return cmocka_run_group_tests_name("flow/bridge", tests, NULL, NULL);
}
