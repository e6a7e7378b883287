/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which role a caller has: the users that the configuration names, looked up once, against the uid
 * that the kernel reports for the connection. Group membership counts for nothing here.
 */

#include <sys/types.h>

#include "base/config.h"
#include "rpc/methods.h"

typedef struct UidList {
    uid_t *items;
    char **names; /* as the configuration has them */
    size_t count;
} UidList;

typedef struct Roles {
    UidList plugin;
    UidList operators;
} Roles;

/* Looks all names up; one that does not exist is skipped with a warning. May ask a name service: at
 * start and reload only. */
void roles_init(Roles *roles, const Config *config);
void roles_done(Roles *roles);

/* ROLE_OPERATOR (also for one who is both), ROLE_PLUGIN, or ROLE_ANY for a stranger. */
Role roles_of(const Roles *roles, uid_t uid);

/* The name by which the configuration knows this uid, borrowed; NULL for a stranger. */
const char *roles_name(const Roles *roles, uid_t uid);
