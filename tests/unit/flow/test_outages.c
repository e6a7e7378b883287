/* SPDX-License-Identifier: Apache-2.0 */
/* Clockify, Jira or the store fails: what waits, what is looked for afterwards, and what the
 * callers are told. The bridge whole. */

#include "tests/unit/flow/bridge_steps.h"

#include "base/time.h"

/* ---- outages ---- */

static void while_clockify_is_down_calls_are_queued_at_once(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t first = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}"), second;

    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = NOT_SENT);
    check_reply(check, first, "{'result':{'entry':{'delivery':'queued','problem':null}}}");
    second = bridge_ask(check, ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':1800}");
    check_reply(check, second, "{'result':{'entry':{'delivery':'queued'}}}");
    bridge_expect(check, 0); /* nothing was tried for the second */
    /* A list cannot wait; it is told so without a request. */
    check_reply(check, bridge_ask(check, ask_tags, "{" ME "}"),
                "{'error':{'data':{'reason':'unavailable','service':'clockify'}}}");

    /* The back-off ends: one probe, then all in order. */
    bridge_expect(check, 1);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e1"));
    turn_made(check, ENDED("e2"));
    turn_written(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'clockify_id':'e2','delivery':'done'},"
                      "{'clockify_id':'e1','delivery':'done'}]}}");
}

static void jira_down_is_no_matter_of_clockifys(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");

    turn_stopped(check);
    TURN(check, .ask = "GET jira/myself", .status = NOT_SENT);
    check_reply(check, stop,
                "{'result':{'entry':{'delivery':'done',"
                "'worklog':{'state':'pending','attempts':1}}}}");
    bridge_expect(check, 1); /* after the back-off */
    turn_written(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'worklog':{'state':'written'}}]}}");
}

static void no_answer_is_looked_for_and_its_caller_still_waits(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");

    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = LOST);
    bridge_expect(check, 1); /* after the back-off */
    assert_false(bridge_was_answered(check, start));
    /* It is there, to the second. */
    {
        char time[TIME_TEXT_SIZE];
        _cleanup_free_ char *says =
            xasprintf("[{'id':'e1','userId':'u1','description':'PZ-1 Oven is cold',"
                      "'timeInterval':{'start':'%s','end':null}}]",
                      time_format(bridge_number(check, "SELECT started FROM entry"), time));

        TURN(check, .ask = ASK_LOOK, .says = says);
    }
    check_reply(check, start, "{'result':{'entry':{'clockify_id':'e1','delivery':'done'}}}");
    bridge_expect(check, 0);
}

static void a_worklog_without_an_answer_is_looked_for(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");

    turn_stopped(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = LOST);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[" IN_JIRA "]}");
    check_reply(check, stop, "{'result':{'entry':{'worklog':{'state':'written','jira_id':'77'}}}}");
    bridge_expect(check, 0);
}

static void a_full_workspace_is_left_alone_by_everybody_in_it(void **state)
{
    BridgeCheck *check = *state;
    uint64_t tags, bob;

    world_connect_other(&check->world);
    begin_warm(state);
    tags = bridge_ask(check, ask_tags, "{" ME "}");
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .status = 429, .retry_after_s = 2);
    check_reply(check, tags, "{'error':{'data':{'reason':'rate_limited','retry_after_s':2}}}");
    bob = bridge_ask(check, ask_projects, "{" BOB "}");
    check_reply(check, bob, "{'error':{'data':{'reason':'rate_limited','service':'clockify'}}}");
    bridge_expect(check, 0);
    /* Another workspace is another matter. */
    bob = bridge_ask(check, ask_projects, "{" BOB ",'workspace':'w2'}");
    TURN(check, .ask = "GET clockify/workspaces/w2/projects?*", .says = "[]");
    bridge_reply_to(check, bob);
    bridge_turn_loop(check, 2050);
    tags = bridge_ask(check, ask_tags, "{" ME "}");
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[]");
    check_reply(check, tags, "{'result':{'items':[]}}");
}

static void jira_wants_fewer_requests(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");

    turn_stopped(check);
    TURN(check, .ask = "GET jira/myself", .status = 429, .retry_after_s = 1);
    check_reply(check, stop, "{'result':{'entry':{'worklog':{'state':'pending'}}}}");
    turn_written(check);
    bridge_expect(check, 0);
}

static void a_secret_that_does_not_open_is_sent_nowhere(void **state)
{
    BridgeCheck *check = begin_warm(state);

    bridge_exec(check, "UPDATE account SET version = 2 WHERE service = 'clockify'");
    check_reply(check, bridge_ask(check, ask_tags, "{" ME "}"),
                "{'error':{'data':{'reason':'clockify_key_rejected'}}}");
    bridge_expect(check, 0);
}

/* ---- the store fails ---- */

static void a_damaged_store_is_told_to_every_caller(void **state)
{
    static const struct {
        AskFunction *ask;
        const char *params;
    } rows[] = {
        {ask_status, "{}"},
        {ask_metrics, "{}"},
        {ask_pause, "{}"},
        {ask_resume, "{}"},
        {ask_account_get, "{" ME "}"},
        {ask_disconnect, "{" ME "}"},
        {ask_set_workspace, "{" ME ",'workspace':'w1'}"},
        {ask_workspaces, "{" ME "}"},
        {ask_tags, "{" ME "}"},
        {ask_timer_get, "{" ME "}"},
        {ask_timer_start, "{" ME ",'issue':'PZ-1','request_id':'r1'}"},
        {ask_timer_stop, "{" ME "}"},
        {ask_timer_edit, "{" ME ",'billable':true}"},
        {ask_timer_discard, "{" ME "}"},
        {ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':60}"},
        {ask_entry_list, "{" ME "}"},
        {ask_worklog_list, "{" ME "}"},
        {ask_worklog_retry, "{" ME "}"},
        {ask_worklog_abandon, "{'id':'1','why':'No.'}"},
    };
    BridgeCheck *check = begin_running(state);

    bridge_exec(check, "DROP TABLE account; DROP TABLE setting; DROP TABLE worklog;"
                       " DROP TABLE entry; DROP TABLE request");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_reply(check, bridge_ask(check, rows[i].ask, rows[i].params),
                    "{'error':{'data':{'reason':'store'}}}");
    bridge_expect(check, 0);
}

/* Clockify has it, the journal could not keep it: found, not made again. */
static void what_was_made_while_the_store_failed_is_found(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    _cleanup_free_ char *says = NULL;
    char time[TIME_TEXT_SIZE];

    turn_issue(check);
    bridge_expect(check, 1);
    says = xasprintf("{'id':'e1','userId':'u1','description':'PZ-1 Oven is cold',"
                     "'timeInterval':{'start':'%s','end':null}}",
                     time_format(bridge_number(check, "SELECT started FROM entry"), time));
    bridge_exec(check, "CREATE TRIGGER full BEFORE UPDATE ON entry"
                       " BEGIN SELECT RAISE(ABORT, 'full'); END");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = says);
    bridge_settle(check);
    bridge_exec(check, "DROP TRIGGER full");
    {
        _cleanup_free_ char *list = xasprintf("[%s]", says);

        TURN(check, .ask = ASK_LOOK, .says = list);
    }
    check_reply(check, start, "{'result':{'entry':{'clockify_id':'e1','delivery':'done'}}}");
    bridge_expect(check, 0);
}

static void a_worklog_written_while_the_store_failed_is_found(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");

    turn_stopped(check);
    TURN(check, MYSELF);
    bridge_expect(check, 1);
    bridge_exec(check, "CREATE TRIGGER full BEFORE UPDATE ON worklog"
                       " BEGIN SELECT RAISE(ABORT, 'full'); END");
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    bridge_settle(check);
    bridge_exec(check, "DROP TRIGGER full");
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[" IN_JIRA "]}");
    check_reply(check, stop, "{'result':{'entry':{'worklog':{'state':'written','jira_id':'77'}}}}");
    bridge_expect(check, 0);
}

static void a_stop_done_while_the_store_failed_gets_its_worklog(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME "}");
    _cleanup_free_ char *says = NULL;
    char time[TIME_TEXT_SIZE];

    bridge_expect(check, 1);
    says = xasprintf("{'id':'e1','userId':'u1','description':'PZ-1 Oven is cold',"
                     "'timeInterval':{'start':'2026-11-23T10:00:00Z','end':'%s'}}",
                     time_format(bridge_number(check, "SELECT ended FROM entry"), time));
    bridge_exec(check, "CREATE TRIGGER full BEFORE UPDATE ON entry"
                       " BEGIN SELECT RAISE(ABORT, 'full'); END");
    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .says = says);
    bridge_settle(check);
    bridge_exec(check, "DROP TRIGGER full");
    TURN(check, .ask = ASK_OURS, .says = says);
    check_reply(check, stop,
                "{'result':{'entry':{'delivery':'done',"
                "'worklog':{'state':'pending'}}}}");
    turn_written(check);
    bridge_expect(check, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(while_clockify_is_down_calls_are_queued_at_once),
        WITH_BRIDGE(jira_down_is_no_matter_of_clockifys),
        WITH_BRIDGE(no_answer_is_looked_for_and_its_caller_still_waits),
        WITH_BRIDGE(a_worklog_without_an_answer_is_looked_for),
        WITH_BRIDGE(a_full_workspace_is_left_alone_by_everybody_in_it),
        WITH_BRIDGE(jira_wants_fewer_requests),
        WITH_BRIDGE(a_secret_that_does_not_open_is_sent_nowhere),
        WITH_BRIDGE(a_damaged_store_is_told_to_every_caller),
        WITH_BRIDGE(what_was_made_while_the_store_failed_is_found),
        WITH_BRIDGE(a_worklog_written_while_the_store_failed_is_found),
        WITH_BRIDGE(a_stop_done_while_the_store_failed_gets_its_worklog),
    };

    return cmocka_run_group_tests_name("flow/outages", tests, NULL, NULL);
}
