/* SPDX-License-Identifier: Apache-2.0 */
/* What the caller chose goes before what the issue says; and what is known of an issue where the
 * page or Jira tells less. Told by scripts of timer.start. */

#include "tests/unit/flow/resolve_turns.h"

/* ---- what is known before ---- */

static void project_remembered_by_key(World *world)
{
    world_remember(world, "project", "key:PZ", "p1", "Pizza");
    world_remember(world, "tag", "bug", "g1", "Bug");
    world_without(world, SERVICE_JIRA);
}

/* ---- the scripts ---- */

static const Script scripts[] = {
    {
        START("project, task and tags chosen by id; the tags come beside the issue's"),
        .before = tag_remembered,
        .params = "{'issue':'PZ-1','project':'p1','task':'t1','tags':['g9','g1'],'billable':true,"
                  "'description':'by hand'}",
        .turns = {ISSUE,
                  {"GET clockify/workspaces/w1/projects/p1", .says = PIZZA},
                  {"GET clockify/workspaces/w1/projects/p1/tasks/t1",
                   .says = "{'id':'t1','name':'Baking'}"},
                  {"GET clockify/workspaces/w1/tags/g9", .says = "{'id':'g9','name':'night'}"},
                  {"GET clockify/workspaces/w1/tags/g1", .says = "{'id':'g1','name':'Bug'}"},
                  {MAKE_ENTRY,
                   "{'start':'2026-11-23T10:00:00Z','description':'by hand','projectId':'p1',"
                   "'taskId':'t1','tagIds':['g1','g9'],'billable':true}",
                   201,
                   ENTRY_SAYS("e1", SINCE_TEN,
                              ",'billable':true,'projectId':'p1','taskId':'t1',"
                              "'tagIds':['g1','g9']")}},
        .entry = "{'project':{'id':'p1','name':'Pizza'},'task':{'id':'t1','name':'Baking'},"
                 "'tags':[{'id':'g1','name':'Bug'},{'id':'g9','name':'night'}],'billable':true}",
    },
    {
        START("a chosen project: the issue's task is found in it"),
        .before = tag_remembered,
        .params = "{'issue':'PZ-1','project':'p1'}",
        .turns = {ISSUE, {"GET clockify/workspaces/w1/projects/p1", .says = PIZZA}, HAS_TASK, MADE},
        .entry = "{'task':{'id':'t1'}}",
    },
    {
        START("no project, on purpose"),
        .before = tag_remembered,
        .params = "{'issue':'PZ-1','project':null}",
        .turns = {ISSUE, MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'project':null,'task':null,'left_out':[]}",
    },
    {
        START("no task, on purpose"),
        .before = tag_remembered,
        .params = "{'issue':'PZ-1','task':null}",
        .turns = {ISSUE, HAS_PROJECT, MADE_WITH(",'projectId':'p1','tagIds':['g1']")},
        .entry = "{'project':{'id':'p1'},'task':null,'left_out':[]}",
    },
    {
        START("a chosen project that is not there"),
        .params = "{'issue':'PZ-1','project':'p9'}",
        .turns = {ISSUE,
                  {"GET clockify/workspaces/w1/projects/p9", .status = 400,
                   .says = "{'code':501,'message':'Project doesn\u2019t belong to Workspace'}"}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'project'}}",
        .entry = "{'delivery':'queued','clockify_id':null}",
    },
    {
        START("a chosen tag that is not there"),
        .before = all_remembered,
        .params = "{'issue':'PZ-1','tags':['g9']}",
        .turns = {ISSUE,
                  {"GET clockify/workspaces/w1/tags/g9", .status = 400,
                   .says = "{'code':501,'message':'Tag doesn\u2019t belong to Workspace'}"}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'tag'}}",
    },
    {
        START("a chosen project, and no answer: later"),
        .params = "{'issue':'PZ-1','project':'p1'}",
        .turns = {ISSUE, {"GET clockify/workspaces/w1/projects/p1", .status = LOST}},
        .fails = ERROR_UNAVAILABLE,
    },

    /* The workspace. */
    {
        START("the account's own workspace, chosen: nothing more is asked"),
        .before = all_remembered,
        .params = "{'issue':'PZ-1','workspace':'w1'}",
        .turns = {ISSUE, MADE},
        .entry = "{'workspace':{'id':'w1','name':'Team'}}",
    },
    {
        START("another workspace: what was matched in the first does not count"),
        .before = all_remembered,
        .params = "{'issue':'PZ-1','workspace':'w2','tags':[]}",
        .turns = {ISSUE,
                  {"GET clockify/workspaces",
                   .says = "[{'id':'w1','name':'Team'},{'id':'w2','name':'Club'}]"},
                  {"GET clockify/workspaces/w2/projects?name=Pizza&*", .says = "[" PIZZA "]"},
                  {"GET clockify/workspaces/w2/projects/p1/tasks?*",
                   .says = "[{'id':'t1','name':'PZ-1'}]"},
                  {"GET clockify/workspaces/w2/tags?name=Bug&*",
                   .says = "[{'id':'g1','name':'Bug'}]"},
                  {"POST clockify/workspaces/w2/time-entries", WHOLE_BODY, 201,
                   ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL)}},
        .entry = "{'workspace':{'id':'w2','name':'Club'}}",
        .statements_fail = true,
    },
    {
        START("a workspace that the user is not in"),
        .params = "{'issue':'PZ-1','workspace':'w3'}",
        .turns = {ISSUE, {"GET clockify/workspaces", .says = "[{'id':'w1','name':'Team'}]"}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'workspace'}}",
    },
    {
        START("another workspace, and no answer: later"),
        .params = "{'issue':'PZ-1','workspace':'w3'}",
        .turns = {ISSUE, {"GET clockify/workspaces", .status = 500}},
        .fails = ERROR_UNAVAILABLE,
    },

    /* Details from the page alone. */
    {
        START("the page knows no id of the project: its key stands for it"),
        .before = project_remembered_by_key,
        .params = "{'issue':'PZ-1','details':{'summary':'Oven is cold','type':'Bug',"
                  "'project':{'key':'PZ','name':'Pizza'}}}",
        .turns = {HAS_TASK, MADE},
        .entry = "{'project':{'id':'p1'}}",
    },
    {
        START("the page knows the summary alone: no project, no tag"),
        .before = project_remembered_by_key,
        .params = "{'issue':'PZ-1','details':{'summary':'Oven is cold'}}",
        .turns = {MADE_WITH("")},
        .entry = "{'project':null,'tags':[],'left_out':[]}",
    },
    {
        START("a moved issue is recorded under the key it has today"),
        .before = tag_remembered,
        .turns = {{ASK_ISSUE,
                   .says = "{'id':'20001','key':'BK-7','fields':{'summary':'Oven','issuetype':"
                           "{'name':'Bug','subtask':true},'project':{'id':'10000','key':'BK','name'"
                           ":'Pizza'}}}"},
                  HAS_PROJECT,
                  {"GET clockify/workspaces/w1/projects/p1/tasks?name=BK-7&*",
                   .says = "[{'id':'t1','name':'BK-7'}]"},
                  {"GET clockify/workspaces/w1/tags?name=Subtask&*",
                   .says = "[{'id':'g2','name':'Subtask'}]"},
                  {MAKE_ENTRY,
                   "{'start':'2026-11-23T10:00:00Z','description':'BK-7 Oven','projectId':'p1',"
                   "'taskId':'t1','tagIds':['g1','g2']}",
                   201, ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL)}},
        .entry = "{'issue':'BK-7'}",
    },
};

int main(void)
{
    return run_scripts("flow/choice", scripts, ARRAY_SIZE(scripts));
}
