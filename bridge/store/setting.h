/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Small values kept in the database: what the Configure page sets, and this installation's own
 * name. */

#include "store/db.h"

#define SETTING_INSTANCE "instance" /* random word made once */
#define SETTING_CLOCKIFY                                                                           \
    "clockify" /* JSON: the Clockify server in use, see remote/clockify_url.h */
#define SETTING_DISCOVERED "discovered" /* the same, as the configured server said of itself */
#define SETTING_PAUSED     "paused"     /* "1" with the reason behind a blank, else absent */

int setting_get(Db *db, const char *name, char **ret,
                Error *error); /* 1 and *ret owned by the caller, 0 not there */
int setting_put(Db *db, const char *name, const char *value, Error *error); /* NULL removes it */
