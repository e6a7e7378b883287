/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whose token is it? Jira lets a request with a dead token go on as anonymous, and answers it; so
 * before something is written, and whenever an answer was given to another name than expected, Jira
 * is asked who the token's owner is.
 */

#include "flow/flow.h"

typedef struct Identity {
    Place place;
    const char *user; /* the Jira user key it has to be */
    Account *account; /* SERVICE_JIRA; its name is brought up to date when the user was renamed */
    char *name;       /* as Jira says today */
    bool rejected;
} Identity;

void identity_done(Identity *identity);

/* ERROR_JIRA_TOKEN_REJECTED when the token is dead or another's (remembered with the account);
 * other errors as they come. */
int identity_step(Identity *identity, FlowIo *io);
