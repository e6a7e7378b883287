/* SPDX-License-Identifier: Apache-2.0 */
/* Clicks that are not taken on: refused, asked before, or while the store fails. */

#include "tests/unit/flow/accept_check.h"

/* ---- refusals ---- */

static void a_change_needs_a_timer_and_a_change(void **state)
{
    World *world = *state;

    check_refused(world, INTENT_STOP, "{}", "{'data':{'reason':'not_found','what':'timer'}}");
    check_refused(world, INTENT_EDIT, "{'billable':true}",
                  "{'data':{'reason':'not_found','what':'timer'}}");
    check_refused(world, INTENT_DISCARD, "{}", "{'data':{'reason':'not_found','what':'timer'}}");
    world_run_timer(world);
    check_refused(world, INTENT_EDIT, "{}", "{'data':{'reason':'invalid_params'}}");
}

static void added_time_needs_times(void **state)
{
    check_refused(*state, INTENT_ADD, "{'issue':'PZ-1'}",
                  "{'data':{'reason':'invalid_params','param':'seconds'}}");
}

static void a_server_has_to_be_set(void **state)
{
    World *world = *state;

    world->no_server = true;
    check_refused(world, START, "{'data':{'reason':'not_configured'}}");
    check_refused(world, INTENT_ADD, "{'issue':'PZ-1','seconds':60}",
                  "{'data':{'reason':'not_configured'}}");
}

static void a_key_has_to_be_there(void **state)
{
    World *world = *state;
    const char *key_url = "{'data':{'reason':'clockify_key_required',"
                          "'key_url':'https://app.clockify.me/user/preferences#advanced'}}";

    world_without(world, SERVICE_CLOCKIFY);
    check_refused(world, START, key_url);
    check_refused(world, INTENT_ADD, "{'issue':'PZ-1','seconds':60}", key_url);
    assert_int_equal(SQL("SELECT count(*) FROM entry"), 0);
}

static void a_key_has_to_be_good(void **state)
{
    World *world = *state;

    world_reject(world, SERVICE_CLOCKIFY);
    check_refused(world, START,
                  "{'data':{'reason':'clockify_key_rejected',"
                  "'key_url':'https://app.clockify.me/user/preferences#advanced'}}");
}

static void a_key_has_to_be_for_this_server(void **state)
{
    World *world = *state;

    clockify_server_done(&world->server);
    clockify_server_from_url("https://euc1.clockify.me", &world->server, NULL);
    check_refused(world, START, "{'data':{'reason':'clockify_key_required'}}");
}

static void the_issue_has_to_be_known_from_somewhere(void **state)
{
    World *world = *state;

    world_reject(world, SERVICE_JIRA);
    check_refused(world, START, "{'data':{'reason':'jira_token_rejected'}}");
    world_without(world, SERVICE_JIRA);
    check_refused(world, START, "{'data':{'reason':'jira_token_required'}}");
    check_refused(world, INTENT_ADD, "{'issue':'PZ-1','seconds':60}",
                  "{'data':{'reason':'jira_token_required'}}");
    accept_free(
        accepted(world, INTENT_START, "{'issue':'PZ-1','details':{'summary':'Oven'}}", TEN));
}

/* ---- asked before ---- */

static void a_repeat_is_recognised(void **state)
{
    World *world = *state;
    Accept *first = accepted(world, INTENT_START, "{'issue':'PZ-1','request_id':'r1'}", TEN);
    Accept *again =
        accepted(world, INTENT_START, "{'wait':'worklog','request_id':'r1','issue':'PZ-1'}", LATER);

    assert_false(first->repeat);
    assert_true(again->repeat);
    assert_null(again->answer); /* not answered yet */
    assert_int_equal(again->intent.id, first->intent.id);
    assert_int_equal(again->entry_id, first->entry_id);
    assert_int_equal(SQL("SELECT count(*) FROM entry"), 1);
    assert_int_equal(SQL("SELECT count(*) FROM intent"), 1);
    accept_free(first);
    accept_free(again);
}

static void a_repeat_is_told_the_same(void **state)
{
    World *world = *state;
    const char *params = "{'issue':'PZ-1','request_id':'r1','wait':'accepted'}";
    Accept *first = accepted(world, INTENT_START, params, TEN);
    Accept *again = accepted(world, INTENT_START, params, LATER);
    _cleanup_json_ Json *told = json_of(again->answer);

    assert_true(json_object_equal(json_get(told, "result"), first->result));
    assert_null(again->result);
    accept_free(first);
    accept_free(again);
}

static void a_request_id_means_one_request(void **state)
{
    World *world = *state;
    const char *refusal = "{'data':{'reason':'invalid_params','param':'request_id'}}";
    Accept *other;

    accept_free(accepted(world, INTENT_START, "{'issue':'PZ-1','request_id':'r1'}", TEN));
    check_refused(world, INTENT_START, "{'issue':'PZ-2','request_id':'r1'}", refusal);
    check_refused(world, INTENT_ADD, "{'issue':'PZ-1','request_id':'r1'}", refusal);
    /* Another user's is another. */
    world_without(world, SERVICE_CLOCKIFY);
    check_refused(world, INTENT_START, "{'issue':'PZ-2','request_id':'r1','user':'JIRAUSER6'}",
                  "{'data':{'reason':'clockify_key_required'}}");
    other = world_accept(world, INTENT_STOP, "{'request_id':'r2'}", LATER, &(Error){0});
    assert_false(other->repeat);
    accept_free(other);
}

static void a_refusal_is_remembered_too(void **state)
{
    World *world = *state;
    Error error = {0};
    Accept *first = world_accept(world, INTENT_STOP, "{'request_id':'r1'}", TEN, &error);
    Accept *again;
    _cleanup_json_ Json *told = NULL;

    assert_non_null(first);
    assert_true(first->refused && first->refusal.reason == ERROR_NOT_FOUND);
    world_run_timer(world); /* this one the repeat must not stop */
    again = world_accept(world, INTENT_STOP, "{'request_id':'r1'}", LATER, &error);
    assert_non_null(again);
    assert_true(again->repeat);
    told = json_of(again->answer);
    check_json("told", told, "{'error':{'data':{'reason':'not_found','what':'timer'}}}");
    check_entry(world, world->entry, "{'state':'running'}");
    accept_free(first);
    accept_free(again);
}

static void a_mistake_in_the_params_is_not(void **state)
{
    World *world = *state;

    check_refused(world, INTENT_ADD, "{'issue':'PZ-1','request_id':'r1'}",
                  "{'data':{'param':'seconds'}}");
    accept_free(
        accepted(world, INTENT_ADD, "{'issue':'PZ-1','request_id':'r1','seconds':60}", TEN));
}

/* ---- the store fails ---- */

static int64_t count_rows(World *world)
{
    return SQL("SELECT (SELECT count(*) FROM entry WHERE state = 'running')"
               " + 10 * (SELECT count(*) FROM entry) + 100 * (SELECT count(*) FROM intent)"
               " + 1000 * (SELECT count(*) FROM request)");
}

/* Whichever statement fails, the caller is told so and nothing was done. */
static void taken_on_whole_or_not_at_all(void **state)
{
    const struct {
        IntentKind kind;
        const char *params;
    } rows[] = {
        {INTENT_START, "{'issue':'PZ-2','request_id':'f0','wait':'accepted'}"},
        {INTENT_ADD, "{'issue':'PZ-2','request_id':'f1','seconds':60}"},
        {INTENT_EDIT, "{'billable':true,'request_id':'f2'}"},
        {INTENT_STOP, "{'request_id':'f3'}"},
        {INTENT_STOP, "{'request_id':'f4'}"},                 /* refused: nothing runs any more */
        {INTENT_START, "{'issue':'PZ-2','request_id':'f5'}"}, /* after a stop that is blocked */
        {INTENT_DISCARD, "{'request_id':'f6'}"},
    };
    World *world = *state;

    world_run_timer(world);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t before = count_rows(world), number = 0;
        Accept *accept = NULL;

        do {
            Error error = {0};

            accept_free(accept);
            world->fail_at = ++number;
            world->failed = false;
            accept = world_accept(world, rows[i].kind, rows[i].params, LATER, &error);
            world->fail_at = 0;
            if (!world->failed)
                break;
            check_row(!accept, rows[i].params);
            check_row_int(error.reason, ERROR_STORE, rows[i].params);
            check_row_int(count_rows(world), before, rows[i].params);
        } while (number < 100);
        check_row(accept && number > 3, rows[i].params);
        if (rows[i].kind == INTENT_STOP && !accept->refused)
            block(world, accept->intent.id);
        accept_free(accept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(a_change_needs_a_timer_and_a_change),
        WITH_WORLD(added_time_needs_times),
        WITH_WORLD(a_server_has_to_be_set),
        WITH_WORLD(a_key_has_to_be_there),
        WITH_WORLD(a_key_has_to_be_good),
        WITH_WORLD(a_key_has_to_be_for_this_server),
        WITH_WORLD(the_issue_has_to_be_known_from_somewhere),
        WITH_WORLD(a_repeat_is_recognised),
        WITH_WORLD(a_repeat_is_told_the_same),
        WITH_WORLD(a_request_id_means_one_request),
        WITH_WORLD(a_refusal_is_remembered_too),
        WITH_WORLD(a_mistake_in_the_params_is_not),
        WITH_WORLD(taken_on_whole_or_not_at_all),
    };

    return cmocka_run_group_tests_name("flow/not_accepted", tests, NULL, NULL);
}
