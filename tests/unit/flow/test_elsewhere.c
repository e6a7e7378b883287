/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for timers that were stopped in another Clockify app: whose is looked for, and what may
 * come between. */

#include "tests/unit/flow/bridge_check.h"

#include "tests/unit/flow/script.h"

#define ASK_RUNNING "GET clockify/workspaces/w1/user/u1/time-entries?in-progress=true*"
#define ASK_OURS    "GET clockify/workspaces/w1/time-entries/e1?hydrated=true"
#define STATES(state)                                                                              \
    "SELECT count(*) FROM entry WHERE state = '" state "' AND user_key = '" USER "'"

static void exec_in(World *world, const char *sql)
{
    Error error = {0};

    if (db_exec(world->db, sql, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
}

static void look_every_second(BridgeCheck *check)
{
    check->world.config->worklog.stopped_elsewhere = true;
    check->world.config->worklog.stopped_elsewhere_poll_s = 1;
}

/* A running timer of `user`, with Ada's account as `account` changes it ("" = none at all). */
static void add_timer(World *world, const char *user, const char *account)
{
    _cleanup_free_ char *owner =
        xasprintf("UPDATE entry SET user_key = '%s' WHERE user_key = '" USER "'", user);
    _cleanup_free_ char *copy =
        xasprintf("INSERT INTO account (user_key, service, sealed, version, server, remote_id, "
                  "rejected, connected)"
                  " SELECT '%s', service, sealed, version, %s connected FROM account"
                  " WHERE user_key = '" USER "' AND service = 'clockify'",
                  user, account);

    world_run_timer(world);
    if (account[0])
        exec_in(world, copy);
    exec_in(world, owner);
}

/* Nobody can be asked for these. More of them than are read at a time. */
static void add_timers_that_are_left_alone(World *world)
{
    for (int i = 0; i < 60; i++) {
        _cleanup_free_ char *user = xasprintf("NOBODY%d", i);

        add_timer(world, user, "");
    }
    add_timer(world, "REJECTED", "server, remote_id, 1,");
    add_timer(world, "MOVED", "'https://other.example.com/api/v1', remote_id, 0,");
}

static void who_cannot_be_asked_is_left_alone(void **state)
{
    BridgeCheck *check = *state;

    add_timers_that_are_left_alone(&check->world);
    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    bridge_expect(check, 1);
    TURN(check, .ask = ASK_RUNNING, .says = "[]");
    TURN(check, .ask = ASK_OURS, .says = ENTRY_SAYS("e1", TEN_TO_HALF_PAST, WITH_ALL));
    bridge_settle(check);
    assert_int_equal(bridge_number(check, STATES("stopped")), 1);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM entry WHERE state = 'running'"),
                     62);
}

static void what_still_runs_is_left_alone(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    TURN(check, .ask = ASK_RUNNING, .says = "[" ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL) "]");
    bridge_settle(check);
    assert_int_equal(bridge_number(check, STATES("running")), 1);
}

static void what_was_deleted_elsewhere_gets_no_worklog(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    TURN(check, .ask = ASK_RUNNING, .says = "[]");
    TURN(check, .ask = ASK_OURS, .status = 400,
         .says = "{'code':501,'message':'Time entry doesn\u2019t belong to Workspace'}");
    bridge_expect(check, 0);
    assert_int_equal(bridge_number(check, STATES("discarded")), 1);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM worklog"), 0);
}

/* What was pressed here while it was looked into is stronger than what was seen there. */
static void a_stop_pressed_meanwhile_goes_its_way(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop;

    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    TURN(check, .ask = ASK_RUNNING, .says = "[]");
    bridge_expect(check, 1);
    stop = bridge_ask(check, ask_timer_stop, "{'user':'" USER "','wait':'accepted'}");
    bridge_reply_to(check, stop);
    bridge_turn_at(
        check, 0,
        &(const Turn){.ask = ASK_OURS, .says = ENTRY_SAYS("e1", TEN_TO_HALF_PAST, WITH_ALL)});
    bridge_settle(check);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM intent WHERE kind = 'stop'"), 1);
    assert_int_equal(bridge_number(check, "SELECT count(*) FROM worklog"), 0);
}

static void while_clockify_is_down_nobody_is_looked_for(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    TURN(check, .ask = ASK_RUNNING,
         .status = NOT_SENT); /* as good as down, once it is tried again */
    bridge_turn_loop(check, 1500);
    assert_int_equal(bridge_number(check, STATES("running")), 1);
}

static void a_store_that_fails_is_asked_again(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    bridge_settle(check);
    statement_fails_at(1);
    TURN(check, .ask = ASK_RUNNING, .says = "[]"); /* a second later */
    assert_true(statement_has_failed());
}

static void switched_off_while_it_runs(void **state)
{
    BridgeCheck *check = *state;
    Config *old = check->world.config, *config;
    Error error = {0};

    world_run_timer(&check->world);
    look_every_second(check);
    bridge_begin(check);
    config = config_default();
    set_string(&config->jira.url, JIRA_URL);
    assert_int_equal(bridge_set_config(check->bridge, config, &error), 0);
    check->world.config = config;
    config_free(old);
    bridge_turn_loop(check, 1200);
    bridge_expect(check, 0);
}

int main(void)
{
#define WITH_BRIDGE(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, bridge_check_make, bridge_check_drop)
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(who_cannot_be_asked_is_left_alone),
        WITH_BRIDGE(what_still_runs_is_left_alone),
        WITH_BRIDGE(what_was_deleted_elsewhere_gets_no_worklog),
        WITH_BRIDGE(a_stop_pressed_meanwhile_goes_its_way),
        WITH_BRIDGE(while_clockify_is_down_nobody_is_looked_for),
        WITH_BRIDGE(a_store_that_fails_is_asked_again),
        WITH_BRIDGE(switched_off_while_it_runs),
    };

    return cmocka_run_group_tests_name("flow/elsewhere", tests, NULL, NULL);
}
