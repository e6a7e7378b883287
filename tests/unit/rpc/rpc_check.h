/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the tests of bridge/rpc share: cmocka with what it wants included before it, and JSON made
 * of text. Nothing here may hide a failure.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

#define TEST_DEPTH 64

static inline Json *json_of(const char *text)
{
    Json *json = NULL;
    Error error = {0};
    if (json_parse(text, strlen(text), TEST_DEPTH, &json, &error) < 0)
        fail_msg("%s: %s", error.message, text);
    return json;
}

/* Equal as values: the order of members does not count. */
static inline void check_json(const Json *got, const char *wanted)
{
    _cleanup_json_ Json *json = json_of(wanted);
    _cleanup_free_ char *got_text = json_canonical(got), *wanted_text = json_canonical(json);
    assert_string_equal(got_text, wanted_text);
}
