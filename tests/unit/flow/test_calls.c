/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are a single dialogue: accounts, lists, the server, what runs, the journal's lists.
 * Each script is one call, asked of the bridge whole. */

#include "tests/unit/flow/call_script.h"

#define NEW_KEY   "the-new-key-of-ada"
#define KEY_URL   "https://app.clockify.me/user/preferences#advanced"
#define GONE_SAYS "{'code':501,'message':'Project doesn\u2019t belong to Workspace'}"

#define USER_SAYS                                                                                  \
    "{'id':'u7','name':'Ada L.','email':'ada@example.com','activeWorkspace':'w2',"                 \
    "'defaultWorkspace':'w1'}"
#define WORKSPACES_SAY "[{'id':'w1','name':'Team'},{'id':'w2','name':'Club'}]"

/* ---- what is known before ---- */

static void no_key(World *world)
{
    world_without(world, SERVICE_CLOCKIFY);
}

static void dead_key(World *world)
{
    world_reject(world, SERVICE_CLOCKIFY);
}

static void no_token(World *world)
{
    world_without(world, SERVICE_JIRA);
}

static void no_accounts(World *world)
{
    no_key(world);
    no_token(world);
}

static void no_server(World *world)
{
    world->no_server = true;
}

static void node_unknown(World *world)
{
    world->no_jira = true;
}

/* A finished entry with a worklog in the given state, and one that runs. */
static void with_worklog(World *world, WorklogState state, const char *reason)
{
    Worklog worklog = {.entry_id = 1,
                       .user = (char *)USER,
                       .issue = (char *)"PZ-1",
                       .started = TEN,
                       .seconds = 1800,
                       .state = state};
    Error error = {0};

    world_run_timer(world);
    assert_int_equal(
        db_exec(world->db, "UPDATE entry SET state = 'stopped', ended = started + 1800", &error),
        0);
    worklog.entry_id = world->entry;
    if (reason) {
        worklog.problem = json_new_object();
        json_put_string(worklog.problem, "reason", reason);
    }
    assert_int_equal(journal_worklog_insert(world->db, &worklog, &error), 0);
    json_object_put(worklog.problem);
    world_run_timer(world);
}

static void worklog_needs_token(World *world)
{
    with_worklog(world, WORKLOG_BLOCKED, "jira_token_required");
    no_token(world);
}

static void worklog_is_blocked(World *world)
{
    with_worklog(world, WORKLOG_BLOCKED, "refused");
}

static void worklog_is_written(World *world)
{
    with_worklog(world, WORKLOG_WRITTEN, NULL);
}

static void elsewhere_counts(World *world)
{
    world_run_timer(world);
    world->config->worklog.stopped_elsewhere = true;
}

static void jira_is_silent_and_elsewhere_counts(World *world)
{
    elsewhere_counts(world);
    no_token(world);
}

static void an_edit_is_blocked(World *world)
{
    Error error = {0};

    world_run_timer(world);
    world_ask(world, INTENT_EDIT, "{'billable':true}", TEN);
    assert_int_equal(db_exec(world->db,
                             "UPDATE intent SET state = 'blocked', next_attempt = 4102444800",
                             &error),
                     0);
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

/* ---- lists ---- */

#define LIST_QUERY(page, size)                                                                     \
    "&sort-column=NAME&sort-order=ASCENDING&page=" page "&page-size=" size

static const CallScript list_scripts[] = {
    {
        "projects: the first page, fifty a page",
        .ask = ask_projects,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces/w1/projects?archived=false" LIST_QUERY("1", "50"),
                   .says = "[{'id':'p1','name':'Pizza','clientName':'Rome','color':'#f00',"
                           "'billable':true},{'id':'p2','name':'Oven','clientName':''}]"}},
        .reply = "{'result':{'items':[{'id':'p1','name':'Pizza','client':'Rome','color':'#f00',"
                 "'billable':true},{'id':'p2','name':'Oven','client':null,'color':null,"
                 "'billable':null}],'page':1,'last_page':true}}",
    },
    {
        "projects: searched, a full page of the caller's size",
        .ask = ask_projects,
        .params = "{" ME ",'search':'piz za','page':3,'page_size':1,'workspace':'w2'}",
        .turns = {{"GET clockify/workspaces/w2/projects?name=piz%20za&archived=false" LIST_QUERY(
                       "3", "1"),
                   .says = "[{'id':'p1','name':'Pizza'}]"}},
        .reply = "{'result':{'items':[{'id':'p1'}],'page':3,'last_page':false}}",
    },
    {
        "tasks of a project",
        .ask = ask_tasks,
        .params = "{" ME ",'project':'p1'}",
        .turns = {{"GET clockify/workspaces/w1/projects/p1/tasks?is-active=true" LIST_QUERY("1",
                                                                                            "50"),
                   .says = "[{'id':'t1','name':'PZ-1'}]"}},
        .reply = "{'result':{'items':[{'id':'t1','name':'PZ-1'}],'last_page':true}}",
    },
    {
        "tags",
        .ask = ask_tags,
        .params = "{" ME ",'search':'b'}",
        .turns = {{"GET clockify/workspaces/w1/tags?name=b&archived=false" LIST_QUERY("1", "50"),
                   .says = "[]"}},
        .reply = "{'result':{'items':[],'page':1,'last_page':true}}",
    },
    {
        "tasks of a project that is not there",
        .ask = ask_tasks,
        .params = "{" ME ",'project':'p9'}",
        .turns = {{"GET clockify/workspaces/w1/projects/p9/tasks?*", .status = 400,
                   .says = GONE_SAYS}},
        .reply = "{'error':{'data':{'reason':'not_found','what':'project'}}}",
    },
    {
        "projects of a workspace that is not there",
        .ask = ask_projects,
        .params = "{" ME ",'workspace':'w9'}",
        .turns = {{"GET clockify/workspaces/w9/projects?*", .status = 404}},
        .reply = "{'error':{'data':{'reason':'not_found','what':'workspace'}}}",
    },
    {
        "Clockify is out of reach: a list cannot wait",
        .ask = ask_tags,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces/w1/tags?*", .status = NOT_SENT}},
        .reply = "{'error':{'data':{'reason':'unavailable','service':'clockify'}}}",
    },
    {
        "Clockify wants fewer requests",
        .ask = ask_tags,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces/w1/tags?*", .status = 429, .retry_after_s = 12}},
        .reply = "{'error':{'data':{'reason':'rate_limited','retry_after_s':12}}}",
    },
    {
        "no key",
        .before = no_key,
        .ask = ask_tags,
        .params = "{" ME "}",
        .reply = "{'error':{'data':{'reason':'clockify_key_required','key_url':'" KEY_URL "'}}}",
    },
    {
        "a dead key",
        .before = dead_key,
        .ask = ask_workspaces,
        .params = "{" ME "}",
        .reply = "{'error':{'data':{'reason':'clockify_key_rejected','key_url':'" KEY_URL "'}}}",
    },
    {
        "no server",
        .before = no_server,
        .ask = ask_projects,
        .params = "{" ME "}",
        .reply = "{'error':{'data':{'reason':'not_configured'}}}",
    },
    {
        "workspaces: everybody may do everything, so roles are not asked for",
        .ask = ask_workspaces,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces",
                   .says =
                       "[{'id':'w1','name':'Team','workspaceSettings':{"
                       "'entityCreationPermissions':{'whoCanCreateProjectsAndClients':'EVERYONE',"
                       "'whoCanCreateTasks':'EVERYONE','whoCanCreateTags':'EVERYONE'},"
                       "'forceProjects':true,'forceTags':true,"
                       "'timeTrackingMode':'STOPWATCH_ONLY',"
                       "'lockTimeEntries':'2026-11-01T00:00:00Z'}}]"}},
        .reply = "{'result':{'items':[{'id':'w1','name':'Team','active':true,"
                 "'can':{'create_project':true,'create_task':true,'create_tag':true},"
                 "'requires':{'project':true,'task':false,'tags':true,'description':false},"
                 "'manual_entry':false,'locked_before':'2026-11-01T00:00:00Z'}]}}",
    },
    {
        "workspaces: the user's roles decide",
        .ask = ask_workspaces,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces",
                   .says =
                       "[{'id':'w1','name':'A','workspaceSettings':{"
                       "'entityCreationPermissions':{'whoCanCreateProjectsAndClients':'ADMINS',"
                       "'whoCanCreateTasks':'ADMINS_AND_PROJECT_MANAGERS',"
                       "'whoCanCreateTags':'EVERYONE'}}},"
                       "{'id':'w2','name':'B','workspaceSettings':{"
                       "'entityCreationPermissions':{'whoCanCreateProjectsAndClients':'ADMINS'}}},"
                       "{'id':'w3','name':'C','workspaceSettings':{'onlyAdminsCreateTag':false}}]"},
                  {"GET clockify/workspaces?roles=WORKSPACE_ADMIN", .says = "[]"},
                  {"GET clockify/workspaces?roles=OWNER", .says = "[{'id':'w2'}]"},
                  {"GET clockify/workspaces?roles=PROJECT_MANAGER", .says = "[{'id':'w1'}]"}},
        .reply = "{'result':{'items':["
                 "{'id':'w1','can':{'create_project':false,'create_task':true,'create_tag':true}},"
                 "{'id':'w2','can':{'create_project':true,'create_task':true,'create_tag':true},"
                 "'active':false},"
                 "{'id':'w3','can':{'create_project':false,'create_task':false,'create_tag':true},"
                 "'manual_entry':true,'locked_before':null}]}}",
    },
    {
        "workspaces: no answer to the roles",
        .ask = ask_workspaces,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces", .says = WORKSPACES_SAY},
                  {"GET clockify/workspaces?roles=WORKSPACE_ADMIN", .status = LOST}},
        .reply = "{'error':{'data':{'reason':'unavailable'}}}",
    },
    {
        "workspaces: no answer at all",
        .ask = ask_workspaces,
        .params = "{" ME "}",
        .turns = {{"GET clockify/workspaces", .status = 502, .says = "<html>"}},
        .reply = "{'error':{'data':{'reason':'unavailable'}}}",
    },
};

/* ---- what runs ---- */

#define RUNS_HERE                                                                                  \
    "[{'id':'e1','userId':'u1','timeInterval':{'start':'2026-11-23T10:00:00Z','end':null}}]"
#define ASK_OURS "GET clockify/workspaces/w1/time-entries/e1?hydrated=true"
#define ENDED                                                                                      \
    "{'id':'e1','userId':'u1','timeInterval':{'start':'2026-11-23T10:00:00Z',"                     \
    "'end':'2026-11-23T10:12:00Z'}}"

static const CallScript timer_scripts[] = {
    {
        "nothing runs",
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .says = "[]"}},
        .reply = "{'result':{'running':null,'stale':false}}",
    },
    {
        "ours runs",
        .before = world_run_timer,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .says = RUNS_HERE}},
        .reply = "{'result':{'running':{'issue':'PZ-1','clockify_id':'e1','state':'running'},"
                 "'stale':false}}",
    },
    {
        "one of another app runs",
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING,
                   .says = "[{'id':'x1','description':'lunch','project':{'id':'p9','name':'Rome'},"
                           "'timeInterval':{'start':'2026-11-23T10:00:00Z','end':null}}]"}},
        .reply = "{'result':{'running':{'id':'clockify:x1','issue':null,'description':'lunch',"
                 "'project':{'id':'p9','name':'Rome'},'workspace':{'id':'w1'}}}}",
    },
    {
        "ours was stopped elsewhere: noted, no worklog",
        .before = world_run_timer,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .says = "[]"}, {ASK_OURS, .says = ENDED}},
        .reply = "{'result':{'running':null,'stale':false}}",
        .sql = "SELECT count(*) FROM entry JOIN worklog ON entry_id = entry.id"
               " WHERE entry.state = 'stopped' AND ended = entry.started + 720"
               " AND worklog.state = 'skipped'",
        .number = 1,
    },
    {
        "ours was stopped elsewhere, and such entries get a worklog",
        .before = jira_is_silent_and_elsewhere_counts,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .says = "[]"}, {ASK_OURS, .says = ENDED}},
        .reply = "{'result':{'running':null}}",
        .sql = "SELECT seconds FROM worklog",
        .number = 720,
    },
    {
        "ours was deleted elsewhere, another runs",
        .before = world_run_timer,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING,
                   .says = "[{'id':'x1','timeInterval':{'start':'2026-11-23T10:00:00Z'}}]"},
                  {ASK_OURS, .status = 400, .says = GONE_SAYS}},
        .reply = "{'result':{'running':{'id':'clockify:x1'}}}",
        .sql = "SELECT count(*) FROM entry WHERE state = 'discarded'",
        .number = 1,
    },
    {
        "the list lags: ours runs all the same",
        .before = world_run_timer,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .says = "[]"},
                  {ASK_OURS, .says = "{'id':'e1','timeInterval':{'start':'2026-11-23T10:00:00Z',"
                                     "'end':null}}"}},
        .reply = "{'result':{'stale':false}}",
        .sql = "SELECT count(*) FROM entry WHERE state = 'running'",
        .number = 1,
    },
    {
        "Clockify does not answer: what the journal says, as stale",
        .before = world_run_timer,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .status = LOST}},
        .reply = "{'result':{'running':{'issue':'PZ-1'},'stale':true}}",
    },
    {
        "no answer to what became of ours: stale",
        .before = world_run_timer,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .says = "[]"}, {ASK_OURS, .status = 500}},
        .reply = "{'result':{'running':{'issue':'PZ-1'},'stale':true}}",
    },
    {
        "the key is dead: that is told",
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .turns = {{ASK_RUNNING, .status = 401, .says = "{'code':4003,'message':'no'}"}},
        .reply = "{'error':{'data':{'reason':'clockify_key_rejected'}}}",
    },
    {
        "no key",
        .before = no_key,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .reply = "{'error':{'data':{'reason':'clockify_key_required'}}}",
    },
    {
        "something of ours is on its way: Clockify is not asked",
        .before = an_edit_is_blocked,
        .ask = ask_timer_get,
        .params = "{" ME "}",
        .reply = "{'result':{'running':{'issue':'PZ-1'}}}",
    },
};

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
        {account_scripts, ARRAY_SIZE(account_scripts)},
        {list_scripts, ARRAY_SIZE(list_scripts)},
        {timer_scripts, ARRAY_SIZE(timer_scripts)},
        {server_scripts, ARRAY_SIZE(server_scripts)},
        {journal_scripts, ARRAY_SIZE(journal_scripts)},
    };

    return run_call_scripts("flow/calls", groups, ARRAY_SIZE(groups));
}
