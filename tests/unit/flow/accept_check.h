/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the tests of taking a click on have in common; each has a world of its own. */

#include "tests/unit/flow/flow_check.h"

#define START            INTENT_START, "{'issue':'PZ-1'}"
#define LATER            (TEN + 1800)
#define SQL(text)        world_number(world, text)
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)

int make_world(void **state);
int drop_world(void **state);

/* Taken on, or the test fails; the caller frees it. */
Accept *accepted(World *world, IntentKind kind, const char *params, int64_t asked);
/* Not taken on: no intent is left, and the caller is told this error. */
void check_refused(World *world, IntentKind kind, const char *params, const char *error_json);

/* The rows; the caller releases them. */
Entry stored_entry(World *world, int64_t id);
Intent stored_intent(World *world, int64_t id);
void check_entry(World *world, int64_t id, const char *wanted);

/* As if Clockify had refused it. */
void block(World *world, int64_t intent);
