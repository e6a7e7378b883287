/* SPDX-License-Identifier: Apache-2.0 */
/* entry.preview: says what a start would record, by the same looks, and makes nothing. Each script
 * names every request that may leave, so that none that makes something can. */

#include "tests/unit/flow/call_script.h"

#define PREVIEW(params_) .ask = ask_entry_preview, .params = "{" ME ",'issue':'PZ-1'" params_ "}"

#define NOTHING_RUNS                                                                               \
    {                                                                                              \
        ASK_RUNNING, .says = "[]"                                                                  \
    }
#define ASK_ISSUE "GET jira/issue/PZ-1?fields=summary,issuetype,labels,project,parent"
#define ISSUE_WITH(labels)                                                                         \
    {                                                                                              \
        ASK_ISSUE, .says = "{'id':'20001','key':'PZ-1','fields':{'summary':'Oven is cold',"        \
                           "'issuetype':{'name':'Bug','subtask':false},'labels':" labels ","       \
                           "'project':{'id':'10000','key':'PZ','name':'Pizza'}}}"                  \
    }
#define ISSUE ISSUE_WITH("[]")
#define DETAILS                                                                                    \
    ",'details':{'summary':'Oven is cold','type':'Bug','project':{'id':'10000',"                   \
    "'key':'PZ','name':'Pizza'}}"

#define PROJECTS   "GET clockify/workspaces/w1/projects?name=Pizza&*"
#define TASKS      "GET clockify/workspaces/w1/projects/p1/tasks?name=PZ-1&*"
#define TAGS       "GET clockify/workspaces/w1/tags?name=Bug&*"
#define ALL_TAGS   "GET clockify/workspaces/w1/tags?archived=false&*"
#define WORKSPACES "GET clockify/workspaces"

#define NOTHING_MATCHED "SELECT count(*) FROM matched WHERE kind <> 'forbidden'"
#define JOURNAL_ROWS    "SELECT (SELECT count(*) FROM entry) + (SELECT count(*) FROM intent)"
#define FAR_AWAY        "4102444800" /* 2100 */

/* ---- what is known before ---- */

static void all_matched(World *world)
{
    world_remember(world, "project", "10000", "p1", "Pizza");
    world_remember(world, "task", "p1/20001", "t1", "PZ-1");
    world_remember(world, "tag", "bug", "g1", "Bug");
}

static void matched_by_the_page(World *world)
{
    world_remember(world, "project", "10000", "p1", "Pizza");
    world_remember(world, "task", "p1/PZ-1", "t1", "PZ-1");
    world_remember(world, "tag", "bug", "g1", "Bug");
    world_without(world, SERVICE_JIRA);
}

static void may_make_no_task(World *world)
{
    world_remember(world, "forbidden", USER "/task", FAR_AWAY, "");
}

static void nothing_is_made(World *world)
{
    world->config->entry.create = 0;
}

static void another_template(World *world)
{
    set_string(&world->config->entry.description, "[{project}] {summary} ({type})");
    world->config->entry.tags = 0;
    all_matched(world);
}

static void matched_and_running(World *world)
{
    all_matched(world);
    world_run_timer(world);
}

/* ---- the scripts ---- */

static const CallScript scripts[] = {
    {
        "all is known: Jira is asked, and what runs",
        .before = all_matched,
        PREVIEW(""),
        .turns = {NOTHING_RUNS, ISSUE},
        .reply = "{'result':{'issue':'PZ-1','workspace':{'id':'w1','name':'Team'},"
                 "'project':{'id':'p1','name':'Pizza'},'task':{'id':'t1','name':'PZ-1'},"
                 "'tags':[{'id':'g1','name':'Bug'}],'description':'PZ-1 Oven is cold',"
                 "'billable':null,'left_out':[],'problem':null,'running':null,'stale':false}}",
        .sql = JOURNAL_ROWS,
        .number = 0,
    },
    {
        "what is found is remembered for the start",
        PREVIEW(""),
        .turns = {NOTHING_RUNS,
                  ISSUE,
                  {PROJECTS, .says = "[{'id':'p1','name':'Pizza'}]"},
                  {TASKS, .says = "[{'id':'t1','name':'PZ-1'}]"},
                  {TAGS, .says = "[{'id':'g1','name':'Bug'}]"}},
        .reply = "{'result':{'project':{'id':'p1','name':'Pizza'},"
                 "'task':{'id':'t1','name':'PZ-1'},'tags':[{'id':'g1','name':'Bug'}]}}",
        .sql = NOTHING_MATCHED,
        .number = 3,
    },
    {
        "nothing is there: named without an id, and not made",
        PREVIEW(""),
        .turns = {NOTHING_RUNS, ISSUE, {PROJECTS, .says = "[]"}, {TAGS, .says = "[]"}},
        .reply = "{'result':{'project':{'id':null,'name':'Pizza'},"
                 "'task':{'id':null,'name':'PZ-1'},'tags':[{'id':null,'name':'Bug'}],"
                 "'left_out':[],'problem':null}}",
        .sql = NOTHING_MATCHED,
        .number = 0,
    },
    {
        "a task and a tag are not there",
        PREVIEW(""),
        .turns = {NOTHING_RUNS,
                  ISSUE_WITH("['oven']"),
                  {PROJECTS, .says = "[{'id':'p1','name':'Pizza'}]"},
                  {TASKS, .says = "[]"},
                  {ALL_TAGS, .says = "[{'id':'g2','name':'Oven'}]"}},
        .reply = "{'result':{'project':{'id':'p1'},'task':{'id':null,'name':'PZ-1'},"
                 "'tags':[{'id':'g2','name':'Oven'},{'id':null,'name':'Bug'}]}}",
        .sql = NOTHING_MATCHED,
        .number = 2,
    },
    {
        "who may make no task is told that it will be missing, of a new project, too",
        .before = may_make_no_task,
        PREVIEW(""),
        .turns = {NOTHING_RUNS,
                  ISSUE,
                  {PROJECTS, .says = "[]"},
                  {TAGS, .says = "[{'id':'g1','name':'Bug'}]"},
                  {WORKSPACES, .says = "[{'id':'w1','name':'Team'}]"}},
        .reply = "{'result':{'project':{'id':null},'task':null,'problem':null,"
                 "'left_out':[{'what':'task','name':'PZ-1','reason':'not_allowed'}]}}",
    },
    {
        "what the workspace requires and the entry would not have",
        .before = nothing_is_made,
        PREVIEW(""),
        .turns = {NOTHING_RUNS,
                  ISSUE,
                  {PROJECTS, .says = "[]"},
                  {TAGS, .says = "[]"},
                  {WORKSPACES, .says = "[{'id':'w1','name':'Team','workspaceSettings':{"
                                       "'forceProjects':true,'forceDescription':true}}]"}},
        .reply = "{'result':{'project':null,'task':null,'tags':[],"
                 "'problem':{'reason':'refused','missing':['project']}}}",
    },
    {
        "requirements that cannot be read are no problem",
        .before = nothing_is_made,
        PREVIEW(""),
        .turns = {NOTHING_RUNS,
                  ISSUE,
                  {PROJECTS, .says = "[]"},
                  {TAGS, .says = "[]"},
                  {WORKSPACES, .status = 500}},
        .reply = "{'result':{'project':null,'problem':null}}",
    },
    {
        "by the site's own template, without tags",
        .before = another_template,
        PREVIEW(""),
        .turns = {NOTHING_RUNS, ISSUE, {WORKSPACES, .says = "[{'id':'w1','name':'Team'}]"}},
        .reply = "{'result':{'description':'[Pizza] Oven is cold (Bug)','tags':[],"
                 "'problem':null}}",
    },
    {
        "what was chosen goes before",
        .before = all_matched,
        PREVIEW(",'project':'p2','task':'t2','tags':['g3'],'description':'Dough','billable':true"),
        .turns = {NOTHING_RUNS,
                  ISSUE,
                  {"GET clockify/workspaces/w1/projects/p2", .says = "{'id':'p2','name':'Pasta'}"},
                  {"GET clockify/workspaces/w1/projects/p2/tasks/t2",
                   .says = "{'id':'t2','name':'Cook'}"},
                  {"GET clockify/workspaces/w1/tags/g3", .says = "{'id':'g3','name':'late'}"}},
        .reply = "{'result':{'project':{'id':'p2','name':'Pasta'},'task':{'id':'t2'},"
                 "'tags':[{'id':'g1'},{'id':'g3','name':'late'}],'description':'Dough',"
                 "'billable':true,'problem':null}}",
    },
    {
        "a chosen project that is not there",
        PREVIEW(",'project':'p9'"),
        .turns = {NOTHING_RUNS,
                  ISSUE,
                  {"GET clockify/workspaces/w1/projects/p9", .status = 400,
                   .says = "{'code':501,'message':'Project doesn\u2019t belong to Workspace'}"}},
        .reply = "{'result':{'description':'PZ-1 Oven is cold',"
                 "'problem':{'reason':'not_found'}}}",
    },
    {
        "without a token by what the page knows",
        .before = matched_by_the_page,
        PREVIEW(DETAILS),
        .turns = {NOTHING_RUNS},
        .reply = "{'result':{'project':{'id':'p1'},'task':{'id':'t1'},'tags':[{'id':'g1'}],"
                 "'description':'PZ-1 Oven is cold','problem':null}}",
    },
    {
        "without a token, and the page knows nothing",
        .before = no_token,
        PREVIEW(""),
        .turns = {NOTHING_RUNS},
        .reply = "{'result':{'workspace':{'id':'w1'},'project':null,'description':'',"
                 "'problem':{'reason':'jira_token_required'},'running':null}}",
    },
    {
        "Jira does not know the issue",
        PREVIEW(DETAILS),
        .turns = {NOTHING_RUNS,
                  {ASK_ISSUE, .status = 404,
                   .says = "{'errorMessages':['Issue Does Not Exist'],'errors':{}}"}},
        .reply = "{'result':{'problem':{'reason':'not_found'},'running':null}}",
    },
    {
        "Clockify is away: what is known without it",
        .before = matched_and_running,
        PREVIEW(DETAILS),
        .turns = {{ASK_RUNNING, .status = NOT_SENT}, ISSUE},
        .reply = "{'result':{'project':{'id':'p1'},'description':'PZ-1 Oven is cold',"
                 "'problem':null,'stale':true,'running':{'issue':'PZ-1'}}}",
    },
    {
        "Clockify goes away meanwhile",
        PREVIEW(DETAILS),
        .turns = {NOTHING_RUNS, ISSUE, {PROJECTS, .status = NOT_SENT}},
        .reply = "{'result':{'workspace':{'id':'w1','name':'Team'},'project':null,"
                 "'description':'PZ-1 Oven is cold','problem':{'reason':'unavailable'}}}",
    },
    {
        "the timer that would end",
        .before = matched_and_running,
        PREVIEW(""),
        .turns = {{ASK_RUNNING, .says = "[{'id':'e1','userId':'u1','timeInterval':{"
                                        "'start':'2026-11-23T10:00:00Z','end':null}}]"},
                  ISSUE},
        .reply = "{'result':{'running':{'issue':'PZ-1','clockify_id':'e1'},'stale':false}}",
        .sql = JOURNAL_ROWS,
        .number = 1,
    },
    {
        "no key",
        .before = no_key,
        PREVIEW(DETAILS),
        .reply = "{'error':{'data':{'reason':'clockify_key_required'}}}",
    },
    {
        "a dead key",
        .before = dead_key,
        PREVIEW(DETAILS),
        .reply = "{'error':{'data':{'reason':'clockify_key_rejected'}}}",
    },
    {
        "a key that died just now",
        PREVIEW(DETAILS),
        .turns = {{ASK_RUNNING, .status = 401,
                   .says = "{'code':4003,'message':'Api key does not exist'}"}},
        .reply = "{'error':{'data':{'reason':'clockify_key_rejected'}}}",
    },
    {
        "no server",
        .before = no_server,
        PREVIEW(DETAILS),
        .reply = "{'error':{'data':{'reason':'not_configured'}}}",
    },
};

int main(void)
{
    static const CallGroup groups[] = {{scripts, ARRAY_SIZE(scripts)}};

    return run_call_scripts("flow/preview", groups, ARRAY_SIZE(groups));
}
