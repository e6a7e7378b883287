/* SPDX-License-Identifier: Apache-2.0 */
/* Whose token is it? See identity.h. */

#include "flow/identity.h"

#include "remote/jira.h"

void identity_done(Identity *identity)
{
    free(STEAL(identity->name));
}

/* Store work. */
static int note_owner(Db *db, void *arg, Error *error)
{
    Identity *identity = arg;
    Account *account = identity->account;

    if (identity->rejected)
        return account_set_rejected(db, account->user, SERVICE_JIRA, account->version, true, error);
    set_string(&account->name, identity->name);
    return account_put(db, account, error);
}

static int read_owner(Identity *identity, FlowIo *io)
{
    _cleanup_(jira_user_done) JiraUser owner = {0};

    if (jira_myself_read(io->answer, &owner, &io->error) < 0) {
        identity->rejected = io->error.reason == ERROR_JIRA_TOKEN_REJECTED;
        return -1;
    }
    if (!streq(owner.key, identity->user)) {
        identity->rejected = true;
        return error_set(&io->error, ERROR_JIRA_TOKEN_REJECTED,
                         "Jira takes the stored token for another user's, or for nobody's.");
    }
    set_string(&identity->name, owner.name);
    return 0;
}

int identity_step(Identity *identity, FlowIo *io)
{
    FLOW_BEGIN(&identity->place);
    identity->rejected = false;
    jira_myself_request(io->jira_base, &io->request);
    FLOW_JIRA(&identity->place, io, identity->account);

    if (read_owner(identity, io) < 0) {
        if (!identity->rejected)
            return FLOW_FAILED;
        FLOW_STORE(&identity->place, io, note_owner, identity);
        error_set(&io->error, ERROR_JIRA_TOKEN_REJECTED,
                  "Jira no longer takes the stored token; connect Jira again.");
        return FLOW_FAILED;
    }
    if (!streq(identity->name, identity->account->name))
        FLOW_STORE(&identity->place, io, note_owner, identity);
    FLOW_END(&identity->place);
}
