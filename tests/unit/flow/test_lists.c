/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of a page's pickers, and what runs. Calls that are a single dialogue, of the bridge
 * whole. */

#include "tests/unit/flow/call_script.h"

#define KEY_URL        "https://app.clockify.me/user/preferences#advanced"
#define GONE_SAYS      "{'code':501,'message':'Project doesn\u2019t belong to Workspace'}"
#define WORKSPACES_SAY "[{'id':'w1','name':'Team'},{'id':'w2','name':'Club'}]"

/* ---- what is known before ---- */

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

int main(void)
{
    static const CallGroup groups[] = {
        {list_scripts, ARRAY_SIZE(list_scripts)},
        {timer_scripts, ARRAY_SIZE(timer_scripts)},
    };

    return run_call_scripts("flow/lists", groups, ARRAY_SIZE(groups));
}
