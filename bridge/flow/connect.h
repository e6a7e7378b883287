/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the account.* calls have in common: connect.c stores a secret, account.c shows, forgets and
 * chooses. */

#include "flow/query.h"
#include "remote/clockify.h"
#include "remote/jira.h"

typedef struct ConnectQuery {
    Query query;
    Secret *secret;
    ClockifyUser clockify_user;
    ClockifyWorkspaces workspaces;
    JiraUser jira_user;
    const Keyring *keyring;
    const char *instance;
    char *server; /* API base the key is given for */
    char *key_url;
    int64_t unblocked;
} ConnectQuery;

/* A query whose answer is the account as it then stands (account_render). */
ConnectQuery *connect_query_new(Bridge *bridge, uint64_t caller, const Json *params,
                                FlowStep *step);

/* What the store's thread may need of the world is copied while the loop has it. */
void connect_note_world(ConnectQuery *f, const FlowIo *io);

/* Store work, last in every account.* call: {clockify, jira, key_url} into the query's result. */
int connect_render(Db *db, void *f, Error *error);

/* The user's workspaces from Clockify's answer. */
int connect_read_workspaces(ConnectQuery *f, FlowIo *io);
