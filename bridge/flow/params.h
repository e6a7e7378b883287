/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Reading of params that the table of methods has checked. */

#include "base/json.h"

/* An id of this bridge, written as a string of digits; 0 when absent. */
int64_t params_id(const Json *params, const char *name);

/* Position of a word param among `words` (NULL-terminated), -1 when absent. */
int params_word(const Json *params, const char *name, const char *const *words);
