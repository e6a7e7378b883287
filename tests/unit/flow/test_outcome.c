/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an intent: done, blocked or taken back leave exactly the rows that they should.
 */

#include "tests/unit/flow/flow_check.h"

#include "base/time.h"
#include "flow/outcome.h"

#define LATER     (TEN + 1800)
#define SQL(text) world_number(world, text)

static int make_world(void **state)
{
    World *world = xcalloc(1, sizeof(*world));

    world_init(world);
    *state = world;
    return 0;
}

static int drop_world(void **state)
{
    world_done(*state);
    free(*state);
    return 0;
}

static void check_entry(World *world, const char *wanted)
{
    _cleanup_json_ Json *json = world_entry(world, world->entry);

    check_json("entry", json, wanted);
}

static Error refusal(void)
{
    Error why = {0};

    error_set(&why, ERROR_REFUSED, "A project is required.");
    why.missing = FIELD_PROJECT;
    return why;
}

static void block(World *world, int64_t intent)
{
    Error why = refusal(), error = {0};

    assert_int_equal(outcome_block(world->db, intent, &why, TEN + 900, &error), 0);
}

static void take_back(World *world, int64_t intent)
{
    Error why = refusal(), error = {0};

    assert_int_equal(outcome_take_back(world->db, intent, &why, &error), 0);
}

static void done(World *world, int64_t id)
{
    Intent intent = {0};
    Error error = {0};

    assert_int_equal(journal_intent_get(world->db, id, &intent, &error), 1);
    assert_int_equal(outcome_done(world->db, &intent, &error), 0);
    intent_done(&intent);
}

/* What a repeat of the request is told; the caller owns it. */
static Json *told(World *world, const char *request_id)
{
    Request request = {0};
    Error error = {0};
    Json *json = NULL;

    assert_int_equal(journal_request_get(world->db, USER, request_id, &request, &error), 1);
    if (request.answer)
        json = json_of(request.answer);
    request_done(&request);
    return json;
}

/* ---- done ---- */

static void done_leaves_the_entry_in_order(void **state)
{
    World *world = *state;

    world_run_timer(world);
    world_ask(world, INTENT_STOP, "{}", LATER);
    block(world, world->intent);
    done(world, world->intent);
    check_entry(world, "{'delivery':'done','problem':null}");
    assert_int_equal(SQL("SELECT count(*) FROM intent"), 0);
}

static void done_with_others_open_leaves_their_state(void **state)
{
    World *world = *state;
    int64_t stop;

    world_run_timer(world);
    world_ask(world, INTENT_STOP, "{}", LATER);
    stop = world->intent;
    block(world, stop);
    world_ask(world, INTENT_EDIT, "{'billable':true}", LATER);
    done(world, world->intent);
    check_entry(world, "{'delivery':'blocked','problem':{'reason':'refused'}}");
    assert_int_equal(SQL("SELECT count(*) FROM intent"), 1);
    done(world, stop);
    check_entry(world, "{'delivery':'done','problem':null}");
}

/* ---- blocked ---- */

static void blocked_shows_why_and_counts(void **state)
{
    World *world = *state;
    Intent intent = {0};
    Error error = {0};

    world_run_timer(world);
    world_ask(world, INTENT_STOP, "{}", LATER);
    block(world, world->intent);
    block(world, world->intent);
    assert_int_equal(journal_intent_get(world->db, world->intent, &intent, &error), 1);
    assert_true(intent.state == INTENT_BLOCKED && intent.attempts == 2);
    assert_int_equal(intent.next_attempt, TEN + 900);
    check_json("problem", intent.problem, "{'reason':'refused','missing':['project']}");
    check_entry(world, "{'state':'stopped','delivery':'blocked','end':'2026-11-23T10:30:00Z',"
                       "'problem':{'reason':'refused','message':'A project is required.',"
                       "'missing':['project']}}");
    intent_done(&intent);
}

static void an_intent_that_is_gone_is_left_alone(void **state)
{
    World *world = *state;

    world_run_timer(world);
    block(world, 99);
    take_back(world, 99);
    check_entry(world, "{'state':'running','delivery':'done','problem':null}");
}

/* ---- taken back ---- */

static void a_start_taken_back_leaves_nothing(void **state)
{
    World *world = *state;
    _cleanup_json_ Json *answer = NULL, *other = NULL;
    int64_t start;

    world_ask(world, INTENT_START, "{'issue':'PZ-1','request_id':'r1'}", TEN);
    start = world->intent;
    world_ask(world, INTENT_STOP, "{'request_id':'r2'}", LATER);
    take_back(world, start);
    assert_int_equal(SQL("SELECT count(*) FROM entry"), 0);
    assert_int_equal(SQL("SELECT count(*) FROM intent"), 0);
    answer = told(world, "r1");
    check_json("start", answer,
               "{'error':{'code':-32007,'data':{'reason':'refused','missing':['project']}}}");
    /* Whoever asked something of the entry meanwhile is told the same. */
    other = told(world, "r2");
    check_json("stop", other, "{'error':{'data':{'reason':'refused'}}}");
}

static void an_added_entry_taken_back_leaves_nothing(void **state)
{
    World *world = *state;

    world_ask(world, INTENT_ADD, "{'issue':'PZ-1','seconds':60}", TEN);
    take_back(world, world->intent);
    assert_int_equal(SQL("SELECT count(*) FROM entry"), 0);
    assert_int_equal(SQL("SELECT count(*) FROM intent"), 0);
}

static void a_stop_taken_back_lets_it_run(void **state)
{
    World *world = *state;
    Entry entry = {0};
    Error error = {0};

    world_run_timer(world);
    world_ask(world, INTENT_STOP, "{'comment':'Lit.','request_id':'r1'}", LATER);
    take_back(world, world->intent);
    check_entry(world, "{'state':'running','delivery':'done','end':null,'problem':null}");
    assert_int_equal(journal_entry_get(world->db, world->entry, &entry, &error), 1);
    assert_null(entry.comment);
    entry_done(&entry);
}

static void a_discard_taken_back_lets_it_run(void **state)
{
    World *world = *state;

    world_run_timer(world);
    world_ask(world, INTENT_DISCARD, "{}", LATER);
    take_back(world, world->intent);
    check_entry(world, "{'state':'running','delivery':'done'}");
}

static void a_discard_of_a_stopped_entry_leaves_it_stopped(void **state)
{
    World *world = *state;
    int64_t stop;

    world_run_timer(world);
    world_ask(world, INTENT_STOP, "{}", LATER);
    stop = world->intent;
    block(world, stop);
    world_ask(world, INTENT_DISCARD, "{}", LATER);
    take_back(world, world->intent);
    check_entry(world, "{'state':'stopped','delivery':'blocked','end':'2026-11-23T10:30:00Z'}");
    assert_int_equal(SQL("SELECT count(*) FROM intent"), 1);
}

static void an_edit_taken_back_changes_nothing(void **state)
{
    World *world = *state;
    _cleanup_json_ Json *before = NULL, *after = NULL;

    world_run_timer(world);
    before = world_entry(world, world->entry);
    world_ask(world, INTENT_EDIT, "{'description':'mended'}", LATER);
    take_back(world, world->intent);
    after = world_entry(world, world->entry);
    assert_true(json_object_equal(before, after));
}

/* ---- what callers are told ---- */

static void a_result_is_remembered_for_a_repeat(void **state)
{
    World *world = *state;
    OutcomeOf of = {.user = USER, .request_id = "r1", .is_start = true};
    _cleanup_json_ Json *result = NULL, *answer = NULL;
    Error error = {0};

    world_run_timer(world);
    of.stopped_id = world->entry;
    world_ask(world, INTENT_START, "{'issue':'PZ-2','request_id':'r1'}", LATER);
    of.entry_id = world->entry;
    assert_int_equal(outcome_result(world->db, &of, &result, &error), 0);
    check_json("result", result, "{'entry':{'issue':'PZ-2'},'stopped':{'issue':'PZ-1'}}");
    assert_false(json_has(result, "stopped_elsewhere"));
    answer = told(world, "r1");
    assert_true(json_object_equal(json_get(answer, "result"), result));
}

static void a_stop_has_no_member_stopped(void **state)
{
    World *world = *state;
    OutcomeOf of = {.user = USER, .stopped_elsewhere = true};
    _cleanup_json_ Json *result = NULL;
    Error error = {0};

    world_run_timer(world);
    of.entry_id = world->entry;
    assert_int_equal(outcome_result(world->db, &of, &result, &error), 0);
    assert_false(json_has(result, "stopped"));
    assert_true(json_flag(result, "stopped_elsewhere", false));
}

static void an_entry_that_is_gone_has_no_result(void **state)
{
    World *world = *state;
    const OutcomeOf of = {.user = USER, .entry_id = 99};
    Json *result = NULL;
    Error error = {0};

    assert_int_equal(outcome_result(world->db, &of, &result, &error), -1);
    assert_null(result);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_string_equal(error.what, "entry");
}

static void whether_a_caller_was_told(void **state)
{
    World *world = *state;
    const Error why = refusal();
    Error error = {0};

    world_ask(world, INTENT_START, "{'issue':'PZ-1','request_id':'r1'}", TEN);
    assert_int_equal(outcome_was_told(world->db, world->intent, &error), 0);
    assert_int_equal(outcome_remember_error(world->db, USER, "r1", &why, &error), 0);
    assert_int_equal(outcome_was_told(world->db, world->intent, &error), 1);
    world_ask(world, INTENT_ADD, "{'issue':'PZ-1','seconds':60}", TEN);
    assert_int_equal(outcome_was_told(world->db, world->intent, &error), 0); /* no request_id */
    assert_int_equal(outcome_was_told(world->db, 99, &error), 0);
}

static void without_a_request_id_nothing_is_remembered(void **state)
{
    World *world = *state;
    const Error why = refusal();
    Error error = {0};

    assert_int_equal(outcome_remember_error(world->db, USER, NULL, &why, &error), 0);
    assert_int_equal(SQL("SELECT count(*) FROM request"), 0);
}

/* ---- the store fails ---- */

typedef struct What {
    int64_t intent;
    bool blocks;
} What;

static int write_outcome(Db *db, void *arg, Error *error)
{
    const What *what = arg;
    const Error why = refusal();

    if (outcome_was_told(db, what->intent, error) < 0)
        return -1;
    return what->blocks ? outcome_block(db, what->intent, &why, TEN, error)
                        : outcome_take_back(db, what->intent, &why, error);
}

/* Whichever statement fails, the entry and its intents are as they were. */
static void an_outcome_is_written_whole_or_not_at_all(void **state _unused_)
{
    static const struct {
        IntentKind kind;
        const char *params;
        bool blocks;
    } rows[] = {
        {INTENT_STOP, "{'request_id':'r1'}", true},
        {INTENT_STOP, "{'request_id':'r2'}", false},
        {INTENT_DISCARD, "{'request_id':'r3'}", false},
        {INTENT_EDIT, "{'billable':true}", false},
        {INTENT_START, "{'issue':'PZ-1','request_id':'r4'}", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        bool failed = true;

        for (int64_t number = 1; failed && number < 100; number++) {
            What what = {.blocks = rows[i].blocks};
            _cleanup_json_ Json *before = NULL, *after = NULL;
            Error error = {0};
            World world;
            int r;

            world_init(&world);
            if (rows[i].kind != INTENT_START)
                world_run_timer(&world);
            world_ask(&world, rows[i].kind, rows[i].params, LATER);
            what.intent = world.intent;
            before = world_entry(&world, world.entry);
            world.fail_at = number;
            r = world_store(&world, write_outcome, &what, &error);
            failed = world.failed;
            after = world_entry(&world, world.entry);
            check_row_int(r < 0, failed, rows[i].params);
            if (failed)
                check_row(json_object_equal(before, after), rows[i].params);
            check_row(failed || number > 2, rows[i].params);
            world_done(&world);
        }
        check_row(!failed, rows[i].params);
    }
}

int main(void)
{
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)
    const struct CMUnitTest tests[] = {
        WITH_WORLD(done_leaves_the_entry_in_order),
        WITH_WORLD(done_with_others_open_leaves_their_state),
        WITH_WORLD(blocked_shows_why_and_counts),
        WITH_WORLD(an_intent_that_is_gone_is_left_alone),
        WITH_WORLD(a_start_taken_back_leaves_nothing),
        WITH_WORLD(an_added_entry_taken_back_leaves_nothing),
        WITH_WORLD(a_stop_taken_back_lets_it_run),
        WITH_WORLD(a_discard_taken_back_lets_it_run),
        WITH_WORLD(a_discard_of_a_stopped_entry_leaves_it_stopped),
        WITH_WORLD(an_edit_taken_back_changes_nothing),
        WITH_WORLD(a_result_is_remembered_for_a_repeat),
        WITH_WORLD(a_stop_has_no_member_stopped),
        WITH_WORLD(an_entry_that_is_gone_has_no_result),
        WITH_WORLD(whether_a_caller_was_told),
        WITH_WORLD(without_a_request_id_nothing_is_remembered),
        cmocka_unit_test(an_outcome_is_written_whole_or_not_at_all),
    };

    return cmocka_run_group_tests_name("flow/outcome", tests, NULL, NULL);
}
