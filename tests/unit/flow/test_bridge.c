/* SPDX-License-Identifier: Apache-2.0 */
/* Clicks and worklogs on their way through the bridge whole: who is answered when and with what,
 * what goes in order and what side by side, and what an outage, a refusal or a kill leaves behind.
 */

#include "tests/unit/flow/bridge_check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
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

/* ---- steps that many tests take ---- */

static BridgeCheck *begin_warm(void **state)
{
    BridgeCheck *check = *state;

    all_remembered(&check->world);
    check->world.config->journal.settle_s = 0;
    bridge_begin(check);
    return check;
}

static BridgeCheck *begin_running(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    return begin_warm(state);
}

static void turn_issue(BridgeCheck *check)
{
    TURN(check, .ask = ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"));
}

static void turn_made(BridgeCheck *check, const char *says)
{
    turn_issue(check);
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = says);
}

static void turn_stopped(BridgeCheck *check)
{
    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .says = ENDED("e1"));
}

static void turn_written(BridgeCheck *check)
{
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
}

static void check_reply(BridgeCheck *check, uint64_t caller, const char *wanted)
{
    _cleanup_free_ char *label = xasprintf("reply %llu", (unsigned long long)caller);

    check_json(label, bridge_reply_to(check, caller), wanted);
}

static void check_list(BridgeCheck *check, const char *wanted)
{
    check_reply(check, bridge_ask(check, ask_entry_list, "{" ME "}"), wanted);
}

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

/* ---- pause, end, kill ---- */

static void paused_takes_clicks_and_sends_nothing(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start;

    bridge_reply_to(check, bridge_ask(check, ask_pause, "{}"));
    start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    check_reply(check, start, "{'result':{'entry':{'delivery':'queued'}}}");
    check_reply(check, bridge_ask(check, ask_tags, "{" ME "}"),
                "{'error':{'data':{'reason':'unavailable'}}}");
    bridge_expect(check, 0);
    bridge_reply_to(check, bridge_ask(check, ask_resume, "{}"));
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
}

static void at_the_end_nothing_new_begins(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t first = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}"), second;

    bridge_expect(check, 1);
    second = bridge_ask(check, ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':1800}");
    bridge_settle(check);
    bridge_drain(check->bridge);
    check_reply(check, second, "{'result':{'entry':{'delivery':'queued'}}}");
    assert_false(bridge_drained(check->bridge)); /* the first is under way */
    turn_made(check, RUNS("e1"));
    check_reply(check, first, "{'result':{'entry':{'delivery':'done'}}}");
    bridge_expect(check, 0);
    assert_true(bridge_drained(check->bridge));
}

static void killed_before_the_answer_looked_for_after(void **state)
{
    BridgeCheck *check = begin_warm(state);

    bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    turn_issue(check);
    bridge_expect(check, 1);
    bridge_begin_again(check);
    TURN(check, .ask = ASK_LOOK, .says = "[]");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e1"));
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'clockify_id':'e1','delivery':'done'}]}}");
}

static void killed_before_anything_was_sent(void **state)
{
    BridgeCheck *check = begin_warm(state);

    bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    bridge_expect(check, 1);
    bridge_begin_again(check);
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
}

static void killed_while_a_worklog_was_written(void **state)
{
    BridgeCheck *check = begin_running(state);

    bridge_ask(check, ask_timer_stop, "{" ME "}");
    turn_stopped(check);
    TURN(check, MYSELF);
    bridge_expect(check, 1);
    bridge_begin_again(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[" IN_JIRA "]}");
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'worklog':{'state':'written','jira_id':'77'}}]}}");
}

static void what_was_blocked_stays_aside_after_a_kill(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME "}");

    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = REQUIRED);
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    bridge_reply_to(check, stop);
    bridge_begin_again(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'blocked'}]}}");
}

/* ---- what the bridge does by itself ---- */

static void a_timer_stopped_elsewhere_is_noticed(void **state)
{
    BridgeCheck *check = *state;

    check->world.config->worklog.stopped_elsewhere = true;
    check->world.config->worklog.stopped_elsewhere_poll_s = 1;
    begin_running(state);
    bridge_expect(check, 1);
    TURN(check, .ask = "GET clockify/workspaces/w1/user/u1/time-entries?in-progress=true*",
         .says = "[]");
    TURN(check, .ask = ASK_OURS, .says = ENDED("e1"));
    turn_written(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'state':'stopped','worklog':{'state':'written',"
                      "'seconds':1800}}]}}");
}

static void a_configured_server_is_asked_where_its_api_is(void **state)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    set_string(&check->world.config->clockify.url, "https://time.example.com");
    check->key = "";
    bridge_begin(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot",
         .says = "{'endpoint':'/clockify/api','selfHosted':true}");
    bridge_settle(check);
    check_reply(check, bridge_ask(check, ask_server_get, "{}"),
                "{'result':{'api_url':'https://time.example.com/clockify/api/v1'}}");
    bridge_expect(check, 0);
}

static void a_configured_server_that_cannot_be_reached_stays_as_it_is(void **state)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    set_string(&check->world.config->clockify.url, "https://time.example.com");
    check->key = "";
    bridge_begin(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot", .status = NOT_SENT);
    bridge_expect(check, 0); /* asked again in a minute */
    check_reply(check, bridge_ask(check, ask_server_get, "{}"),
                "{'result':{'api_url':'https://time.example.com/api/v1'}}");
}

static void what_a_configured_server_said_is_remembered(void **state)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    set_string(&check->world.config->clockify.url, "https://time.example.com");
    check->key = "";
    bridge_begin(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot", .says = "{'endpoint':'/else/api'}");
    bridge_expect(check, 0);
    bridge_begin_again(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot", .status = NOT_SENT);
    check_reply(check, bridge_ask(check, ask_server_get, "{}"),
                "{'result':{'api_url':'https://time.example.com/else/api/v1'}}");
}

/* Writes conf/server.xml with a connector on this port into the directory. */
static void write_server_xml(const char *directory, int port)
{
    _cleanup_free_ char *conf = xasprintf("%s/conf", directory);
    _cleanup_free_ char *path = xasprintf("%s/conf/server.xml", directory);
    FILE *file;

    mkdir(conf, 0755);
    file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file,
            "<Server port=\"8005\"><Service name=\"Catalina\">"
            "<Connector port=\"%d\" protocol=\"HTTP/1.1\"/><Engine name=\"Catalina\" "
            "defaultHost=\"localhost\"><Host name=\"localhost\"><Context path=\"/jira\" "
            "docBase=\"${catalina.home}/atlassian-jira\"/></Host></Engine></Service></Server>",
            port);
    fclose(file);
}

static void remove_server_xml(const char *directory)
{
    _cleanup_free_ char *conf = xasprintf("%s/conf", directory);
    _cleanup_free_ char *path = xasprintf("%s/conf/server.xml", directory);

    unlink(path);
    rmdir(conf);
    rmdir(directory);
}

static const char *jira_url(BridgeCheck *check)
{
    const Json *reply = bridge_reply_to(check, bridge_ask(check, ask_status, "{}"));

    return json_string(json_child(json_child(reply, "result"), "jira"), "url");
}

static void the_node_is_found_and_found_again_when_it_moves(void **state)
{
    BridgeCheck *check = *state;
    char directory[] = "/tmp/flow-check-jira-XXXXXX";

    assert_non_null(mkdtemp(directory));
    write_server_xml(directory, 8080);
    check->world.no_jira = true; /* no address in the configuration */
    set_string(&check->world.config->jira.install_dir, directory);
    begin_warm(state);
    assert_string_equal(jira_url(check), "http://127.0.0.1:8080/jira");
    write_server_xml(directory, 8090);
    for (int i = 0; i < 40 && !streq(jira_url(check), "http://127.0.0.1:8090/jira"); i++)
        bridge_turn_loop(check, 100);
    assert_string_equal(jira_url(check), "http://127.0.0.1:8090/jira");
    remove_server_xml(directory);
}

static void a_node_that_is_not_there_yet_leaves_worklogs_pending(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop;

    check->world.no_jira = true;
    begin_running(state);
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    check_reply(check, stop,
                "{'result':{'entry':{'delivery':'done',"
                "'worklog':{'state':'pending'}}}}");
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

static void another_configuration_takes_effect(void **state)
{
    BridgeCheck *check = begin_warm(state);
    Config *old = check->world.config;
    Config *config = config_default();
    Error error = {0};

    set_string(&config->jira.url, JIRA_URL);
    config->clockify.timeout_s = 33; /* new clients; what is under way with the old ones ends */
    assert_int_equal(bridge_set_config(check->bridge, config, &error), 0);
    check->world.config = config;
    config_free(old);
    bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
    check->reload_says = json_of("['clockify.timeout_s']");
    check_reply(check, bridge_ask(check, ask_reload, "{}"),
                "{'result':{'changed':['clockify.timeout_s']}}");
}

static void secrets_are_sealed_anew(void **state)
{
    const char keys[] = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n"
                        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    BridgeCheck *check = begin_warm(state);
    char path[] = "/tmp/flow-check-keys-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, keys, sizeof(keys) - 1), sizeof(keys) - 1);
    close(fd);
    set_string(&check->world.config->secrets.master_key_file, path);
    check_reply(check, bridge_ask(check, ask_rotate, "{}"), "{'result':{'sealed':2}}");
    unlink(path);
    /* And they open. */
    bridge_ask(check, ask_tags, "{" ME "}");
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[]");
}

int main(void)
{
#define WITH_BRIDGE(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, bridge_check_make, bridge_check_drop)
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(a_warm_start_and_stop_cost_one_request_each),
        WITH_BRIDGE(accepted_is_answered_before_anything_is_sent),
        WITH_BRIDGE(a_second_start_stops_and_saves_the_first),
        WITH_BRIDGE(added_time_and_its_worklog),
        WITH_BRIDGE(an_edit_and_a_discard),
        WITH_BRIDGE(one_users_clicks_go_in_order_anothers_beside_them),
        WITH_BRIDGE(worklogs_of_one_issue_go_one_after_the_other),
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
        WITH_BRIDGE(while_clockify_is_down_calls_are_queued_at_once),
        WITH_BRIDGE(jira_down_is_no_matter_of_clockifys),
        WITH_BRIDGE(no_answer_is_looked_for_and_its_caller_still_waits),
        WITH_BRIDGE(a_worklog_without_an_answer_is_looked_for),
        WITH_BRIDGE(a_full_workspace_is_left_alone_by_everybody_in_it),
        WITH_BRIDGE(jira_wants_fewer_requests),
        WITH_BRIDGE(a_secret_that_does_not_open_is_sent_nowhere),
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
        WITH_BRIDGE(paused_takes_clicks_and_sends_nothing),
        WITH_BRIDGE(at_the_end_nothing_new_begins),
        WITH_BRIDGE(killed_before_the_answer_looked_for_after),
        WITH_BRIDGE(killed_before_anything_was_sent),
        WITH_BRIDGE(killed_while_a_worklog_was_written),
        WITH_BRIDGE(what_was_blocked_stays_aside_after_a_kill),
        WITH_BRIDGE(a_timer_stopped_elsewhere_is_noticed),
        WITH_BRIDGE(a_configured_server_is_asked_where_its_api_is),
        WITH_BRIDGE(a_configured_server_that_cannot_be_reached_stays_as_it_is),
        WITH_BRIDGE(what_a_configured_server_said_is_remembered),
        WITH_BRIDGE(the_node_is_found_and_found_again_when_it_moves),
        WITH_BRIDGE(a_node_that_is_not_there_yet_leaves_worklogs_pending),
        WITH_BRIDGE(a_damaged_store_is_told_to_every_caller),
        WITH_BRIDGE(what_was_made_while_the_store_failed_is_found),
        WITH_BRIDGE(a_worklog_written_while_the_store_failed_is_found),
        WITH_BRIDGE(a_stop_done_while_the_store_failed_gets_its_worklog),
        WITH_BRIDGE(another_configuration_takes_effect),
        WITH_BRIDGE(secrets_are_sealed_anew),
    };

    return cmocka_run_group_tests_name("flow/bridge", tests, NULL, NULL);
}
