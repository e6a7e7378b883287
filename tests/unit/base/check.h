/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * cmocka with what it wants included before it, and comparisons that say which row of a table
 * failed. A failed comparison ends the test, so nothing here may hide one.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"

/* `label` tells the row: cmocka itself would only tell the line, which is the same for all rows. */
#define check_row(condition, label)                                                                \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: %s", #condition, (label));                                               \
    } while (0)

#define check_row_text(got, wanted, label)                                                         \
    do {                                                                                           \
        const char *got_ = (got), *wanted_ = (wanted);                                             \
        if (!streq(got_, wanted_))                                                                 \
            fail_msg("%s: got >%s<, wanted >%s<", (label), got_, wanted_);                         \
    } while (0)

#define check_row_int(got, wanted, label)                                                          \
    do {                                                                                           \
        int64_t got_ = (got), wanted_ = (wanted);                                                  \
        if (got_ != wanted_)                                                                       \
            fail_msg("%s: got %lld, wanted %lld", (label), (long long)got_, (long long)wanted_);   \
    } while (0)
