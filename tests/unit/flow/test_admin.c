/* SPDX-License-Identifier: Apache-2.0 */
/* Which server is used, the journal's lists, and the operator's calls. Calls that are a single
 * dialogue, of the bridge whole. */

#include "tests/unit/flow/call_script.h"

#define KEY_URL "https://app.clockify.me/user/preferences#advanced"

/* ---- what is known before ---- */

static void worklog_is_blocked(World *world)
{
    with_worklog(world, WORKLOG_BLOCKED, "refused");
}

static void worklog_is_written(World *world)
{
    with_worklog(world, WORKLOG_WRITTEN, NULL);
}

static void who_paused_and_connected(World *world)
{
    Error error = {0};

    assert_int_equal(
        db_exec(world->db,
                "INSERT INTO audit (id, moment, action, user_key, account, details, mac) VALUES"
                " (1, 5, 'bridge.pause', NULL, 'root', '{}', x'00'),"
                " (2, 6, 'account.connect_jira', '" USER "', 'root', '{\"name\":\"ada\"}', x'00')",
                &error),
        0);
}

/* ---- the server ---- */

#define PROBE_SAYS "{'code':1000,'message':'Full authentication is required'}"

static const CallScript server_scripts[] = {
    {
        "server.get",
        .ask = ask_server_get,
        .params = "{}",
        .reply = "{'result':{'kind':'cloud','region':null,'api_url':'" KNOWN_URL "',"
                 "'key_url':'" KEY_URL "'}}",
    },
    {
        "server.get: none is set",
        .before = no_server,
        .ask = ask_server_get,
        .params = "{}",
        .reply = "{'error':{'data':{'reason':'not_configured'}}}",
    },
    {
        "server.test: no key goes along, nothing is kept",
        .before = no_server,
        .ask = ask_server_test,
        .params = "{'url':'https://api.clockify.me'}",
        .key = "",
        .turns = {{"GET clockify/user", .status = 401, .says = PROBE_SAYS}},
        .reply = "{'result':{'kind':'cloud','checks':[{'name':'name','ok':true},"
                 "{'name':'connection','ok':true},{'name':'tls','ok':true},"
                 "{'name':'api','ok':true},{'name':'version','ok':true}]}}",
        .sql = "SELECT count(*) FROM setting WHERE name = 'clockify'",
        .number = 0,
    },
    {
        "server.test: something else answers there",
        .ask = ask_server_test,
        .params = "{'url':'https://api.clockify.me'}",
        .key = "",
        .turns = {{"GET clockify/user", .status = 200, .says = "<html>Welcome</html>"}},
        .reply = "{'result':{'checks':[{},{},{},{'name':'api','ok':false},"
                 "{'name':'version','ok':false}]}}",
    },
    {
        "server.test: no connection, so nothing more is looked at",
        .ask = ask_server_test,
        .params = "{'url':'https://api.clockify.me'}",
        .key = "",
        .turns = {{"GET clockify/user", .status = NOT_SENT}},
        .reply = "{'result':{'checks':[{'name':'name','ok':true},"
                 "{'name':'connection','ok':false,'detail':'gone'}]}}",
    },
    {
        "server.set by region",
        .ask = ask_server_set,
        .params = "{'region':'eu','by':'JIRAUSER1'}",
        .key = "",
        .turns = {{"GET https://euc1.clockify.me/api/v1/user", .status = 401, .says = PROBE_SAYS}},
        .reply = "{'result':{'kind':'region','region':'euc1',"
                 "'api_url':'https://euc1.clockify.me/api/v1'}}",
        .sql = "SELECT count(*) FROM setting WHERE name = 'clockify' AND value LIKE '%euc1%'",
        .number = 1,
    },
    {
        "server.set: a self-hosted server says where its API is, and its version",
        .ask = ask_server_set,
        .params = "{'url':'https://time.example.com','by':'JIRAUSER1'}",
        .key = "",
        .turns = {{"GET https://time.example.com/web/boot",
                   .says = "{'endpoint':'https://api.example.com/clockify','version':'2.9',"
                           "'selfHosted':true}"},
                  {"GET https://api.example.com/clockify/v1/user", .status = 401,
                   .says = PROBE_SAYS}},
        .reply = "{'result':{'kind':'self_hosted',"
                 "'api_url':'https://api.example.com/clockify/v1','checks':[{},{},{},{},"
                 "{'name':'version','ok':true,'detail':'Clockify 2.9, API v1.'}]}}",
    },
    {
        "server.set: a self-hosted server that does not say",
        .ask = ask_server_set,
        .params = "{'url':'https://time.example.com','by':'JIRAUSER1'}",
        .key = "",
        .turns = {{"GET https://time.example.com/web/boot", .status = 404},
                  {"GET https://time.example.com/api/v1/user", .status = 401, .says = PROBE_SAYS}},
        .reply = "{'result':{'api_url':'https://time.example.com/api/v1'}}",
    },
    {
        "server.set: out of reach, refused with the first thing that is wrong",
        .ask = ask_server_set,
        .params = "{'url':'https://time.example.com','by':'JIRAUSER1'}",
        .key = "",
        .turns = {{"GET https://time.example.com/web/boot", .status = NOT_SENT}},
        .reply = "{'error':{'message':'connection: gone','data':{'reason':'unavailable',"
                 "'service':'clockify'}}}",
        .sql = "SELECT count(*) FROM setting WHERE name = 'clockify' AND value LIKE '%api.cl%'",
        .number = 1,
    },
    {
        "server.set: out of reach, but the admin insists",
        .ask = ask_server_set,
        .params = "{'url':'https://time.example.com','by':'JIRAUSER1','force':true}",
        .key = "",
        .turns = {{"GET https://time.example.com/web/boot", .status = NOT_SENT}},
        .reply = "{'result':{'api_url':'https://time.example.com/api/v1',"
                 "'checks':[{},{'ok':false}]}}",
        .sql = "SELECT count(*) FROM setting WHERE name = 'clockify' AND value LIKE '%time.ex%'",
        .number = 1,
    },
    {
        "server.set: a loopback address needs no TLS",
        .ask = ask_server_set,
        .params = "{'url':'http://127.0.0.1:8090','by':'JIRAUSER1'}",
        .key = "",
        .turns = {{"GET http://127.0.0.1:8090/web/boot", .status = 404},
                  {"GET http://127.0.0.1:8090/api/v1/user", .status = 401, .says = PROBE_SAYS}},
        .reply = "{'result':{'checks':[{},{},{'name':'tls','ok':true,"
                 "'detail':'Not used: a loopback address.'},{},{}]}}",
    },
    {
        "server.test: both url and region",
        .ask = ask_server_test,
        .params = "{'url':'https://api.clockify.me','region':'eu'}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'region'}}}",
    },
    {
        "server.test: neither",
        .ask = ask_server_test,
        .params = "{}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'url'}}}",
    },
    {
        "server.test: an address that may not be",
        .ask = ask_server_test,
        .params = "{'url':'http://time.example.com'}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'url'}}}",
    },
    {
        "server.test: a region that there is not",
        .ask = ask_server_test,
        .params = "{'region':'moon'}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'region'}}}",
    },
};

/* ---- the journal's lists, and the operator's calls ---- */

static const CallScript journal_scripts[] = {
    {
        "entry.list: newest first, with worklogs",
        .before = worklog_is_blocked,
        .ask = ask_entry_list,
        .params = "{" ME "}",
        .reply = "{'result':{'items':[{'id':'2','state':'running','worklog':null},"
                 "{'id':'1','state':'stopped','worklog':{'state':'blocked'}}]}}",
    },
    {
        "entry.list: narrowed",
        .before = worklog_is_blocked,
        .ask = ask_entry_list,
        .params = "{" ME ",'issue':'PZ-1','state':'running','delivery':'done','limit':1}",
        .reply = "{'result':{'items':[{'id':'2'}]}}",
    },
    {
        "entry.list: the next page",
        .before = worklog_is_blocked,
        .ask = ask_entry_list,
        .params = "{" ME ",'before':'2'}",
        .reply = "{'result':{'items':[{'id':'1'}]}}",
    },
    {
        "entry.retry: says how many",
        .before = an_edit_is_blocked,
        .ask = ask_entry_retry,
        .params = "{" ME ",'id':'99'}",
        .reply = "{'result':{'count':0}}",
    },
    {
        "entry.retry: which?",
        .ask = ask_entry_retry,
        .params = "{}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'all'}}}",
    },
    {
        "worklog.list",
        .before = worklog_is_blocked,
        .ask = ask_worklog_list,
        .params = "{" ME ",'state':'blocked','issue':'PZ-1'}",
        .reply = "{'result':{'items':[{'issue':'PZ-1','state':'blocked','entry':'1',"
                 "'problem':{'reason':'refused'}}]}}",
    },
    {
        "worklog.list: none in this state",
        .before = worklog_is_blocked,
        .ask = ask_worklog_list,
        .params = "{'state':'written'}",
        .reply = "{'result':{'items':[]}}",
    },
    {
        "worklog.retry: one by id",
        .before = worklog_needs_token,
        .ask = ask_worklog_retry,
        .params = "{'id':'1'}",
        .reply = "{'result':{'count':1}}",
    },
    {
        "worklog.retry: which?",
        .ask = ask_worklog_retry,
        .params = "{}",
        .reply = "{'error':{'data':{'param':'all'}}}",
    },
    {
        "worklog.abandon",
        .before = worklog_is_blocked,
        .ask = ask_worklog_abandon,
        .params = "{'id':'1','why':'The issue is gone.'}",
        .reply = "{'result':{'worklog':{'state':'abandoned','problem':{'reason':'abandoned',"
                 "'message':'The issue is gone.'}}}}",
        .sql = "SELECT count(*) FROM worklog WHERE state = 'abandoned'",
        .number = 1,
    },
    {
        "worklog.abandon: what is in Jira stays there",
        .before = worklog_is_written,
        .ask = ask_worklog_abandon,
        .params = "{'id':'1','why':'No.'}",
        .reply = "{'error':{'data':{'reason':'invalid_params','param':'id'}}}",
        .sql = "SELECT count(*) FROM worklog WHERE state = 'written'",
        .number = 1,
    },
    {
        "worklog.abandon: there is none",
        .ask = ask_worklog_abandon,
        .params = "{'id':'9','why':'No.'}",
        .reply = "{'error':{'data':{'reason':'not_found','what':'worklog'}}}",
    },
    {
        "bridge.status",
        .before = worklog_is_blocked,
        .ask = ask_status,
        .params = "{}",
        .reply = "{'result':{'version':'1.2.3','node':'node-1','paused':false,"
                 "'store':{'ok':true},'clockify':{'ok':true,'problem':null},"
                 "'entries':{'queued':0,'blocked':0},'worklogs':{'pending':0,'blocked':1,"
                 "'oldest_pending_s':0}}}",
    },
    {
        "bridge.pause is remembered",
        .ask = ask_pause,
        .params = "{'why':'upgrade'}",
        .reply = "{'result':{'paused':true,'pause_reason':'upgrade'}}",
        .sql = "SELECT count(*) FROM setting WHERE name = 'paused' AND value = 'upgrade'",
        .number = 1,
    },
    {
        "bridge.resume",
        .ask = ask_resume,
        .params = "{}",
        .reply = "{'result':{'paused':false,'pause_reason':null}}",
        .sql = "SELECT count(*) FROM setting WHERE name = 'paused'",
        .number = 0,
    },
    {
        "audit.list",
        .before = who_paused_and_connected,
        .ask = ask_audit_list,
        .params = "{" ME ",'limit':5,'before':'9'}",
        .reply = "{'result':{'items':[{'id':'2','action':'account.connect_jira',"
                 "'user':'" USER "','account':'root','details':{'name':'ada'}}]}}",
    },
    {
        "audit.verify: rows of a trail that was never begun",
        .before = who_paused_and_connected,
        .ask = ask_audit_verify,
        .params = "{}",
        .reply = "{'result':{'ok':false,'broken':'1'}}",
    },
    {
        "audit.verify: nothing happened yet",
        .ask = ask_audit_verify,
        .params = "{}",
        .reply = "{'result':{'ok':true,'count':0,'head':null,'broken':null,'why':null}}",
    },
    {
        "bridge.reload: a bad file",
        .ask = ask_reload,
        .params = "{}",
        .reply = "{'error':{'data':{'reason':'invalid_params'}}}",
    },
    {
        "secret.rotate: no key file",
        .ask = ask_rotate,
        .params = "{}",
        .reply = "{'error':{'data':{'reason':'store'}}}",
    },
};

int main(void)
{
    static const CallGroup groups[] = {
        {server_scripts, ARRAY_SIZE(server_scripts)},
        {journal_scripts, ARRAY_SIZE(journal_scripts)},
    };

    return run_call_scripts("flow/admin", groups, ARRAY_SIZE(groups));
}
