/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Small values kept in the database: what the Configure page sets, and this installation's own
 * name. */

#include "store/db.h"

#define SETTING_INSTANCE "instance" /* random word made once */
#define SETTING_CLOCKIFY                                                                           \
    "clockify" /* JSON: the Clockify server in use, see remote/clockify_url.h */
#define SETTING_DISCOVERED "discovered" /* the same, as the configured server said of itself */
/* When this database was put in the place of another: what it takes for not done may have been done
 * before that. */
#define SETTING_RESTORED    "restored"
#define SETTING_RESTORED_BY "restored_by" /* JSON, until it stands in the audit trail */
#define SETTING_PAUSED      "paused"      /* "1" with the reason behind a blank, else absent */

int setting_get(Db *db, const char *name, char **ret,
                Error *error); /* 1 and *ret owned by the caller, 0 not there */
/* Whether a moment lies before the database was put in the place of another: 1, 0, negative. */
int setting_before_restore(Db *db, int64_t moment, Error *error);
int setting_put(Db *db, const char *name, const char *value, Error *error); /* NULL removes it */
