/* SPDX-License-Identifier: Apache-2.0 */
/* See script.h. */

#include "tests/unit/flow/script.h"

#include "base/time.h"

static void run_script(void **state);

int run_scripts(const char *name, const Script *scripts, size_t count)
{
    struct CMUnitTest *tests = xcalloc(count, sizeof(*tests));
    int failed;

    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){
            .name = scripts[i].name, .test_func = run_script, .initial_state = (void *)&scripts[i]};
    failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    free(tests);
    return failed;
}

void all_remembered(World *world)
{
    world_remember(world, "project", "10000", "p1", "Pizza");
    world_remember(world, "task", "p1/20001", "t1", "PZ-1");
    world_remember(world, "tag", "bug", "g1", "Bug");
}

static size_t count_turns(const Turn *turns)
{
    size_t count = 0;

    while (count < TURNS_MOST && turns[count].ask)
        count++;
    return count;
}

static void check_failure(const Script *script, const Error *error)
{
    _cleanup_json_ Json *json = error_to_json(error);

    check_row_text(error_info(error->reason)->name, error_info(script->fails)->name, script->name);
    if (script->error)
        check_json(script->name, json, script->error);
}

static void check_success(const Script *script, World *world, const IntentFlow *f)
{
    _cleanup_json_ Json *entry = world_entry(world, world->entry);

    /* What its caller is told is what the journal now holds. */
    assert_non_null(f->result);
    check_row(json_object_equal(json_get(f->result, "entry"), entry), script->name);
    if (script->result)
        check_json(script->name, f->result, script->result);
}

/* The intent is gone when it was carried out, and only then. */
static void check_intent(const Script *script, World *world)
{
    _cleanup_free_ char *sql =
        xasprintf("SELECT count(*) FROM intent WHERE id = %lld", (long long)world->intent);

    check_row_int(world_number(world, sql), script->fails && !script->gone, script->name);
}

static void check_intent_is_there(const Script *script, World *world)
{
    _cleanup_free_ char *sql =
        xasprintf("SELECT count(*) FROM intent WHERE id = %lld", (long long)world->intent);

    check_row_int(world_number(world, sql), 1, script->name);
}

static IntentFlow *attempt(const Script *script, World *world, const Turn *turns,
                           const Doubt *doubt, int *ret)
{
    Flow *flow = intent_flow_new(script->kind, world->intent, doubt);

    *ret = play(world, script->name, flow, turns, count_turns(turns));
    return (IntentFlow *)flow;
}

static void free_flow(IntentFlow *f)
{
    f->flow.free(&f->flow);
}

/* The first of two attempts: how it ended must be open, unless the script says otherwise. */
static void attempt_in_vain(const Script *script, World *world)
{
    int r = 0;
    IntentFlow *f = attempt(script, world, script->turns, &(Doubt){0}, &r);

    check_row_int(r, FLOW_FAILED, script->name);
    check_row_int(f->doubt.fresh, !script->no_doubt, script->name);
    free_flow(f);
}

static void ask(const Script *script, World *world)
{
    bool makes = script->kind == INTENT_START || script->kind == INTENT_ADD;
    const char *otherwise = makes ? "{'issue':'PZ-1'}" : "{}";

    world_ask(world, script->kind, script->params ? script->params : otherwise,
              script->kind == INTENT_START ? TEN : HALF_PAST);
}

static bool is_played_twice(const Script *script)
{
    return script->again || script->then[0].ask;
}

static void begin(const Script *script, World *world)
{
    world_init(world);
    if (script->before)
        script->before(world);
    ask(script, world);
    if (is_played_twice(script))
        attempt_in_vain(script, world);
    if (script->between)
        script->between(world);
}

/* The statement fails that is the so-manyth of the last attempt. What was made by then has to be
 * found by the next, and the click is still there. false: there are not so many. */
static bool fail_statement(const Script *script, int64_t number)
{
    bool twice = is_played_twice(script);
    const Doubt doubt = {.any = twice && !script->no_doubt, .settled = script->settled};
    World world;
    IntentFlow *f;
    bool failed;
    int r;

    begin(script, &world);
    world.fail_at = number;
    f = attempt(script, &world, twice ? script->then : script->turns, &doubt, &r);
    failed = world.failed;
    if (failed) {
        check_row_int(r, FLOW_FAILED, script->name);
        check_row_int(world.io.error.reason, ERROR_STORE, script->name);
        check_row(!f->result, script->name);
        check_row(!f->made.id || f->doubt.fresh || script->kind == INTENT_EDIT, script->name);
        check_intent_is_there(script, &world);
    }
    free_flow(f);
    world_done(&world);
    return failed;
}

static void run_script(void **state)
{
    const Script *script = *state;
    bool twice = is_played_twice(script);
    const Doubt doubt = {.any = twice && !script->no_doubt, .settled = script->settled};
    _cleanup_json_ Json *entry = NULL;
    World world;
    IntentFlow *f;
    int r;

    begin(script, &world);
    f = attempt(script, &world, twice ? script->then : script->turns, &doubt, &r);
    check_row_int(r, script->fails ? FLOW_FAILED : FLOW_FINISHED, script->name);
    if (r == FLOW_FAILED)
        check_failure(script, &world.io.error);
    else
        check_success(script, &world, f);
    check_intent(script, &world);
    entry = world_entry(&world, world.entry);
    check_row(!entry == script->gone, script->name);
    if (script->entry)
        check_json(script->name, entry, script->entry);
    if (script->after)
        script->after(&world);
    free_flow(f);
    world_done(&world);
    for (int64_t number = 1; script->statements_fail && fail_statement(script, number);)
        number++;
}
