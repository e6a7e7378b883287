/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts of single calls; see call_script.h. */

#include "tests/unit/flow/call_script.h"

#include <assert.h>

/* ---- what is known before ---- */

void no_key(World *world)
{
    world_without(world, SERVICE_CLOCKIFY);
}

void dead_key(World *world)
{
    world_reject(world, SERVICE_CLOCKIFY);
}

void no_token(World *world)
{
    world_without(world, SERVICE_JIRA);
}

void no_server(World *world)
{
    world->no_server = true;
}

/* A finished entry with a worklog in the given state, and one that runs. */
void with_worklog(World *world, WorklogState state, const char *reason)
{
    Worklog worklog = {.entry_id = 1,
                       .user = (char *)USER,
                       .issue = (char *)"PZ-1",
                       .started = TEN,
                       .seconds = 1800,
                       .state = state};
    Error error = {0};

    world_run_timer(world);
    assert_int_equal(
        db_exec(world->db, "UPDATE entry SET state = 'stopped', ended = started + 1800", &error),
        0);
    worklog.entry_id = world->entry;
    if (reason) {
        worklog.problem = json_new_object();
        json_put_string(worklog.problem, "reason", reason);
    }
    assert_int_equal(journal_worklog_insert(world->db, &worklog, &error), 0);
    json_object_put(worklog.problem);
    world_run_timer(world);
}

void worklog_needs_token(World *world)
{
    with_worklog(world, WORKLOG_BLOCKED, "jira_token_required");
    no_token(world);
}

void an_edit_is_blocked(World *world)
{
    Error error = {0};

    world_run_timer(world);
    world_ask(world, INTENT_EDIT, "{'billable':true}", TEN);
    assert_int_equal(db_exec(world->db,
                             "UPDATE intent SET state = 'blocked', next_attempt = 4102444800",
                             &error),
                     0);
}

/* ---- how they are run ---- */

static BridgeCheck *begin(const CallScript *script)
{
    void *made;
    BridgeCheck *check;

    bridge_check_make(&made);
    check = made;
    if (script->before)
        script->before(&check->world);
    bridge_begin(check);
    check->key = script->key ? script->key : CLOCKIFY_KEY;
    check->token = script->token ? script->token : JIRA_TOKEN;
    return check;
}

static void end(BridgeCheck *check)
{
    void *made = check;

    bridge_check_drop(&made);
}

static void check_effect(const CallScript *script, BridgeCheck *check, const Json *reply)
{
    check_json(script->name, reply, script->reply);
    if (script->sql)
        check_row_int(bridge_number(check, script->sql), script->number, script->name);
}

static void run_script(void **state)
{
    const CallScript *script = *state;
    BridgeCheck *check = begin(script);
    const Json *reply;

    reply = bridge_converse(check, script->ask, script->params, script->turns, CALL_TURNS_MOST);
    check_effect(script, check, reply);
    end(check);
}

static const char *reason_of(const Json *reply)
{
    const char *reason = json_string(json_child(json_child(reply, "error"), "data"), "reason");

    return reason ? reason : "";
}

/* Either it says so, or all that it says is true: then what failed came after it, such as looking
 * for worklogs that a new token sets going. Those that look at what runs tell of the journal's
 * timer when what they saw cannot be noted, and that this is no news. */
static void check_is_told(const CallScript *script, BridgeCheck *check, const Json *reply)
{
    if (streq(reason_of(reply), "store"))
        return;
    if (!json_flag(json_child(reply, "result"), "stale", false))
        check_effect(script, check, reply);
}

/* false: there are not so many statements. */
static bool fail_statement(const CallScript *script, int64_t number)
{
    BridgeCheck *check = begin(script);
    uint64_t caller;
    bool failed;

    bridge_settle(check);
    statement_fails_at(number);
    caller = bridge_ask(check, script->ask, script->params);
    for (size_t i = 0; i < CALL_TURNS_MOST && script->turns[i].ask; i++) {
        bridge_settle(check);
        if (bridge_waiting() > 0 && !bridge_was_answered(check, caller))
            bridge_turn(check, &script->turns[i]);
    }
    bridge_reply_to(check, caller);
    failed = statement_has_failed();
    statement_fails_at(0);
    if (failed)
        check_is_told(script, check, check->replies[caller]);
    end(check);
    return failed;
}

static void a_statement_that_fails_is_told(void **state)
{
    const CallGroup *group = *state;

    for (size_t i = 0; i < group->count; i++)
        for (int64_t number = 1; fail_statement(&group->scripts[i], number);)
            number++;
}

int run_call_scripts(const char *name, const CallGroup *groups, size_t count)
{
    struct CMUnitTest tests[200] = {0};
    size_t made = 0;

    for (size_t g = 0; g < count; g++) {
        assert(made + groups[g].count < ARRAY_SIZE(tests));
        for (size_t i = 0; i < groups[g].count; i++)
            tests[made++] = (struct CMUnitTest){.name = groups[g].scripts[i].name,
                                                .test_func = run_script,
                                                .initial_state = (void *)&groups[g].scripts[i]};
        tests[made++] = (struct CMUnitTest){.name = "a statement that fails is told",
                                            .test_func = a_statement_that_fails_is_told,
                                            .initial_state = (void *)&groups[g]};
    }
    return _cmocka_run_group_tests(name, tests, made, NULL, NULL);
}
