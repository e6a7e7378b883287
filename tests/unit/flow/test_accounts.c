/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: connected, tried, refused, forgotten. Calls that are a single dialogue, of the bridge
 * whole. */

#include "tests/unit/flow/call_script.h"

#define NEW_KEY "the-new-key-of-ada"
#define KEY_URL "https://app.clockify.me/user/preferences#advanced"
#define USER_SAYS                                                                                  \
    "{'id':'u7','name':'Ada L.','email':'ada@example.com','activeWorkspace':'w2',"                 \
    "'defaultWorkspace':'w1'}"
#define WORKSPACES_SAY "[{'id':'w1','name':'Team'},{'id':'w2','name':'Club'}]"

/* ---- what is known before ---- */

static void no_accounts(World *world)
{
    no_key(world);
    no_token(world);
}

static void node_unknown(World *world)
{
    world->no_jira = true;
}

/* ---- accounts ---- */

static const CallScript account_scripts[] = {
    {
        "account.get: both",
        .ask = ask_account_get,
        .params = "{" ME "}",
        .reply = "{'result':{'clockify':{'id':'u1','name':'Ada L.','workspace':{'id':'w1',"
                 "'name':'Team'}},'jira':{'user':'" USER "','name':'ada','expires':null},"
                 "'key_url':'" KEY_URL "'}}",
    },
    {
        "account.get: neither",
        .before = no_accounts,
        .ask = ask_account_get,
        .params = "{" ME "}",
        .reply = "{'result':{'clockify':null,'jira':null,'key_url':'" KEY_URL "'}}",
    },
    {
        "account.get: no server is set",
        .before = no_server,
        .ask = ask_account_get,
        .params = "{" ME "}",
        .reply = "{'result':{'clockify':null,'key_url':null}}",
    },
    {
        "connect Clockify: the key is tried, then kept with its last four characters",
        .before = no_key,
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'" NEW_KEY "'}",
        .key = NEW_KEY,
        .turns = {{"GET clockify/user", .says = USER_SAYS},
                  {"GET clockify/workspaces", .says = WORKSPACES_SAY}},
        .reply = "{'result':{'clockify':{'id':'u7','email':'ada@example.com',"
                 "'workspace':{'id':'w2','name':'Club'},'key_hint':'\u2026-ada',"
                 "'rejected':false}}}",
        .sql = "SELECT version FROM account WHERE service = 'clockify' AND remote_id = 'u7'",
        .number = 1,
    },
    {
        "connect Clockify: the active workspace is not among them, so the first",
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'" NEW_KEY "'}",
        .key = NEW_KEY,
        .turns = {{"GET clockify/user", .says = "{'id':'u7','name':null,'email':'a@b.c'}"},
                  {"GET clockify/workspaces", .says = WORKSPACES_SAY}},
        .reply = "{'result':{'clockify':{'name':null,'workspace':{'id':'w1'}}}}",
    },
    {
        "connect Clockify: a user in no workspace",
        .before = no_key,
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'" NEW_KEY "'}",
        .key = NEW_KEY,
        .turns = {{"GET clockify/user", .says = USER_SAYS},
                  {"GET clockify/workspaces", .says = "[]"}},
        .reply = "{'error':{'data':{'reason':'refused'}}}",
        .sql = "SELECT count(*) FROM account WHERE service = 'clockify'",
        .number = 0,
    },
    {
        "connect Clockify: a key that it does not take is not kept",
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'" NEW_KEY "'}",
        .key = NEW_KEY,
        .turns = {{"GET clockify/user", .status = 401, .says = "{'code':4003,'message':'no'}"}},
        .reply = "{'error':{'data':{'reason':'clockify_key_rejected','key_url':'" KEY_URL "'}}}",
        .sql = "SELECT count(*) FROM account WHERE service = 'clockify' AND remote_id = 'u1'",
        .number = 1,
    },
    {
        "connect Clockify: rejected at the second question",
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'" NEW_KEY "'}",
        .key = NEW_KEY,
        .turns = {{"GET clockify/user", .says = USER_SAYS},
                  {"GET clockify/workspaces", .status = 500}},
        .reply = "{'error':{'data':{'reason':'unavailable','service':'clockify'}}}",
    },
    {
        "connect Clockify: what is no key is sent nowhere",
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'no key'}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'api_key'}}}",
    },
    {
        "connect Clockify: no server is set",
        .before = no_server,
        .ask = ask_connect_clockify,
        .params = "{" ME ",'api_key':'" NEW_KEY "'}",
        .reply = "{'error':{'data':{'reason':'not_configured'}}}",
    },
    {
        "connect Jira: the token is the user's own, and what waited for it goes on",
        .before = worklog_needs_token,
        .ask = ask_connect_jira,
        .params = "{" ME ",'token':'" NEW_KEY "','expires':'2027-01-01T00:00:00Z'}",
        .token = NEW_KEY,
        .turns = {{"GET jira/myself", .says = "{'key':'" USER "','name':'ada'}"}},
        .reply = "{'result':{'jira':{'user':'" USER "','name':'ada',"
                 "'expires':'2027-01-01T00:00:00Z','rejected':false}}}",
        .sql = "SELECT count(*) FROM worklog WHERE state = 'pending'",
        .number = 1,
    },
    {
        "connect Jira: another's token is refused",
        .ask = ask_connect_jira,
        .params = "{" ME ",'token':'" NEW_KEY "'}",
        .token = NEW_KEY,
        .turns = {{"GET jira/myself", .says = "{'key':'JIRAUSER6','name':'mallory'}",
                   .as = "mallory"}},
        .reply = "{'error':{'data':{'reason':'jira_token_rejected'}}}",
        .sql = "SELECT rejected FROM account WHERE service = 'jira'", /* the stored one is fine */
        .number = 0,
    },
    {
        "connect Jira: a token that Jira does not take",
        .ask = ask_connect_jira,
        .params = "{" ME ",'token':'" NEW_KEY "'}",
        .token = NEW_KEY,
        .turns = {{"GET jira/myself", .status = 401, .as = ""}},
        .reply = "{'error':{'data':{'reason':'jira_token_rejected'}}}",
    },
    {
        "connect Jira: the node is not known",
        .before = node_unknown,
        .ask = ask_connect_jira,
        .params = "{" ME ",'token':'" NEW_KEY "'}",
        .reply = "{'error':{'data':{'reason':'unavailable','service':'jira'}}}",
    },
    {
        "connect Jira: what is no token is sent nowhere",
        .ask = ask_connect_jira,
        .params = "{" ME ",'token':'short'}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'token'}}}",
    },
    {
        "disconnect one",
        .ask = ask_disconnect,
        .params = "{" ME ",'service':'clockify'}",
        .reply = "{'result':{'clockify':null,'jira':{'name':'ada'}}}",
        .sql = "SELECT count(*) FROM account",
        .number = 1,
    },
    {
        "disconnect both",
        .ask = ask_disconnect,
        .params = "{" ME "}",
        .reply = "{'result':{'clockify':null,'jira':null}}",
        .sql = "SELECT count(*) FROM account",
        .number = 0,
    },
    {
        "another workspace",
        .ask = ask_set_workspace,
        .params = "{" ME ",'workspace':'w2'}",
        .turns = {{"GET clockify/workspaces", .says = WORKSPACES_SAY}},
        .reply = "{'result':{'clockify':{'workspace':{'id':'w2','name':'Club'}}}}",
    },
    {
        "a workspace that the user is not in",
        .ask = ask_set_workspace,
        .params = "{" ME ",'workspace':'w9'}",
        .turns = {{"GET clockify/workspaces", .says = WORKSPACES_SAY}},
        .reply = "{'error':{'data':{'reason':'not_found','what':'workspace'}}}",
        .sql = "SELECT count(*) FROM account WHERE workspace_id = 'w1'",
        .number = 1,
    },
    {
        "another workspace, without a key",
        .before = no_key,
        .ask = ask_set_workspace,
        .params = "{" ME ",'workspace':'w2'}",
        .reply = "{'error':{'data':{'reason':'clockify_key_required','key_url':'" KEY_URL "'}}}",
    },
    {
        "another workspace, and Clockify does not answer",
        .ask = ask_set_workspace,
        .params = "{" ME ",'workspace':'w2'}",
        .turns = {{"GET clockify/workspaces", .status = LOST}},
        .reply = "{'error':{'data':{'reason':'unavailable'}}}",
    },
};

int main(void)
{
    static const CallGroup groups[] = {
        {account_scripts, ARRAY_SIZE(account_scripts)},
    };

    return run_call_scripts("flow/accounts", groups, ARRAY_SIZE(groups));
}
