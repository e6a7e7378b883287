/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the simulator's state.
 */
#pragma once

#include "sim.h"

/* Adds what the seed says. The answer has the same shape and holds the documents made; NULL with a
 * reason (static or valid until the next call) when a reference leads nowhere: what came before it
 * stays. */
struct json_object *seed_add(Sim *sim, struct json_object *seed, const char **ret_reason);

/* Makes one document; NULL with the name of the member that leads nowhere. It may change the spec.
 */
typedef struct json_object *(*SeedMaker)(Sim *sim, struct json_object *spec,
                                         const char **ret_reason);

struct json_object *seed_clockify_user(Sim *sim, struct json_object *spec, const char **ret_reason);
struct json_object *seed_clockify_workspace(Sim *sim, struct json_object *spec,
                                            const char **ret_reason);
struct json_object *seed_clockify_client(Sim *sim, struct json_object *spec,
                                         const char **ret_reason);
struct json_object *seed_clockify_project(Sim *sim, struct json_object *spec,
                                          const char **ret_reason);
struct json_object *seed_clockify_task(Sim *sim, struct json_object *spec, const char **ret_reason);
struct json_object *seed_clockify_tag(Sim *sim, struct json_object *spec, const char **ret_reason);
struct json_object *seed_clockify_entry(Sim *sim, struct json_object *spec,
                                        const char **ret_reason);
struct json_object *seed_jira_user(Sim *sim, struct json_object *spec, const char **ret_reason);
struct json_object *seed_jira_project(Sim *sim, struct json_object *spec, const char **ret_reason);
struct json_object *seed_jira_issue(Sim *sim, struct json_object *spec, const char **ret_reason);

/* The document that the spec's member names by id, key, name or e-mail. */
struct json_object *seed_refer(Sim *sim, TableId table, const struct json_object *spec,
                               const char *member, const char **ret_reason);
