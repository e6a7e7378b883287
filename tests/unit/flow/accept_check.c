/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of taking a click on have in common; see accept_check.h. */

#include "tests/unit/flow/accept_check.h"

#include "flow/outcome.h"

int make_world(void **state)
{
    World *world = xcalloc(1, sizeof(*world));

    world_init(world);
    *state = world;
    return 0;
}

int drop_world(void **state)
{
    world_done(*state);
    free(*state);
    return 0;
}

Accept *accepted(World *world, IntentKind kind, const char *params, int64_t asked)
{
    Error error = {0};
    Accept *accept = world_accept(world, kind, params, asked, &error);

    if (!accept || accept->refused)
        fail_msg("%s: refused: %s", params, error.message);
    return accept;
}

void check_refused(World *world, IntentKind kind, const char *params, const char *error_json)
{
    _cleanup_json_ Json *json = NULL;
    Error error = {0};
    Accept *accept = world_accept(world, kind, params, TEN, &error);
    int64_t intents = SQL("SELECT count(*) FROM intent");

    if (accept && accept->refused)
        error = accept->refusal;
    else if (accept)
        fail_msg("%s: was taken on", params);
    json = error_to_json(&error);
    check_json(params, json, error_json);
    accept_free(accept);
    assert_int_equal(SQL("SELECT count(*) FROM intent"), intents);
}

Entry stored_entry(World *world, int64_t id)
{
    Entry entry = {0};
    Error error = {0};

    assert_int_equal(journal_entry_get(world->db, id, &entry, &error), 1);
    return entry;
}

Intent stored_intent(World *world, int64_t id)
{
    Intent intent = {0};
    Error error = {0};

    assert_int_equal(journal_intent_get(world->db, id, &intent, &error), 1);
    return intent;
}

void check_entry(World *world, int64_t id, const char *wanted)
{
    _cleanup_json_ Json *json = world_entry(world, id);

    check_json("entry", json, wanted);
}

void block(World *world, int64_t intent)
{
    Error why = {0}, error = {0};

    error_set(&why, ERROR_REFUSED, "A project is required.");
    assert_int_equal(outcome_block(world->db, intent, &why, TEN + 900, &error), 0);
}
