/* SPDX-License-Identifier: Apache-2.0 */
/* From an issue to project, task and tags: what is found, what is made, what the entry has to be
 * made without. Told by scripts of timer.start; whatever else makes or edits an entry goes the same
 * way. */

#include <stdio.h>

#include "base/buffer.h"
#include "base/time.h"
#include "tests/unit/flow/script.h"

#define START(name_) .name = name_, .kind = INTENT_START

/* ---- turns ---- */

#define PROJECTS "GET clockify/workspaces/w1/projects?name=Pizza&*"
#define TASKS    "GET clockify/workspaces/w1/projects/p1/tasks?name=PZ-1&*"
#define TAGS     "GET clockify/workspaces/w1/tags?name=Bug&*"
#define ALL_TAGS "GET clockify/workspaces/w1/tags?archived=false&*"

#define PIZZA "{'id':'p1','name':'Pizza'}"
#define FIND(ask_)                                                                                 \
    {                                                                                              \
        ask_, .says = "[]"                                                                         \
    }
#define HAS_PROJECT                                                                                \
    {                                                                                              \
        PROJECTS, .says = "[" PIZZA "]"                                                            \
    }
#define HAS_TASK                                                                                   \
    {                                                                                              \
        TASKS, .says = "[{'id':'t1','name':'PZ-1'}]"                                               \
    }
#define HAS_TAG                                                                                    \
    {                                                                                              \
        TAGS, .says = "[{'id':'g1','name':'Bug'}]"                                                 \
    }

#define MAKE_PROJECT "POST clockify/workspaces/w1/projects"
#define MAKE_TASK    "POST clockify/workspaces/w1/projects/p1/tasks"
#define MAKE_TAG     "POST clockify/workspaces/w1/tags"
#define NEW_PROJECT  "{'name':'Pizza','isPublic':true}"
#define PUBLIC                                                                                     \
    {                                                                                              \
        "GET clockify/workspaces", .says = "[{'id':'w1','name':'Team'}]"                           \
    }

/* The entry, made with what there is: the rest of its body after the description. */
#define MADE_WITH(rest)                                                                            \
    {                                                                                              \
        MAKE_ENTRY, "{'start':'2026-11-23T10:00:00Z','description':'PZ-1 Oven is cold'" rest "}",  \
            201, ENTRY_SAYS("e1", SINCE_TEN, rest)                                                 \
    }
#define MADE MADE_WITH(WITH_ALL)

#define EXISTS_SAYS                  "{'code':501,'message':'Project with name Pizza already exists'}"
#define TAG_EXISTS_SAYS              "{'code':501,'message':'Tag with name Bug already exists'}"
#define FORBIDDEN_SAYS               "{'code':1000,'message':'Access Denied'}"
#define LEFT_OUT(what, name, reason) "{'what':'" what "','name':'" name "','reason':'" reason "'}"

#define FIFTY    "12345678901234567890123456789012345678901234567890"
#define TOO_LONG FIFTY FIFTY FIFTY FIFTY FIFTY "1"
#define HUNDRED  FIFTY FIFTY
#define FAR_AWAY "4102444800" /* 2100 */
#define LONG_AGO "1000000000"

/* Two hundred projects, the size of a page, none of them Pizza; filled in by main. */
static char full_page[16000];

/* ---- what is known before ---- */

static void refused_before(World *world)
{
    world_remember(world, "forbidden", USER "/project", FAR_AWAY, "");
    world_remember(world, "forbidden", USER "/task", FAR_AWAY, "");
    world_remember(world, "forbidden", USER "/tag", FAR_AWAY, "");
}

static void refused_long_ago(World *world)
{
    world_remember(world, "forbidden", USER "/project", LONG_AGO, "");
}

static void nothing_is_made(World *world)
{
    world->config->entry.create = 0;
}

static void no_tags(World *world)
{
    world->config->entry.tags = 0;
}

static void only_labels(World *world)
{
    world->config->entry.tags = TAG_FROM_LABELS;
}

static void tag_remembered(World *world)
{
    world_remember(world, "tag", "bug", "g1", "Bug");
}

static void project_remembered_by_key(World *world)
{
    world_remember(world, "project", "key:PZ", "p1", "Pizza");
    world_remember(world, "tag", "bug", "g1", "Bug");
    world_without(world, SERVICE_JIRA);
}

/* ---- what is known afterwards ---- */

static void all_are_remembered(World *world)
{
    assert_int_equal(world_number(world,
                                  "SELECT count(*) FROM matched WHERE"
                                  " (kind = 'project' AND source = '10000' AND remote_id = 'p1')"
                                  " OR (kind = 'task' AND source = 'p1/20001' AND remote_id = 't1')"
                                  " OR (kind = 'tag' AND source = 'bug' AND remote_id = 'g1')"),
                     3);
}

static void refusal_is_remembered(World *world)
{
    int64_t until = world_number(world, "SELECT CAST(remote_id AS INTEGER) FROM matched WHERE"
                                        " kind = 'forbidden' AND source = '" USER "/project'");

    assert_in_range(until - time_now(), 3500, 3600);
}

/* Else whoever clicks every hour would never be tried again. */
static void refusals_end_when_they_did(World *world)
{
    assert_int_equal(world_number(world, "SELECT count(*) FROM matched WHERE"
                                         " kind = 'forbidden' AND remote_id = '" FAR_AWAY "'"),
                     3);
}

static void nothing_is_remembered(World *world)
{
    assert_int_equal(world_number(world, "SELECT count(*) FROM matched WHERE kind = 'project'"), 0);
}

/* ---- the scripts ---- */

static const Script scripts[] = {
    {
        START("cold: project, task and tag are found, and remembered"),
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, HAS_TAG, MADE},
        .entry = "{'project':{'id':'p1','name':'Pizza'},'task':{'id':'t1','name':'PZ-1'},"
                 "'tags':[{'id':'g1','name':'Bug'}],'left_out':[]}",
        .after = all_are_remembered,
    },
    {
        START("the questions in full: exact names, active ones, pages of 200"),
        .turns = {ISSUE,
                  {"GET clockify/workspaces/w1/projects?name=Pizza&strict-name-search=true"
                   "&archived=false&sort-column=NAME&sort-order=ASCENDING&page=1&page-size=200",
                   .says = "[" PIZZA "]"},
                  {"GET clockify/workspaces/w1/projects/p1/tasks?name=PZ-1&strict-name-search=true"
                   "&is-active=true&sort-column=NAME&sort-order=ASCENDING&page=1&page-size=200",
                   .says = "[{'id':'t1','name':'PZ-1'}]"},
                  {"GET clockify/workspaces/w1/tags?name=Bug&archived=false&sort-column=NAME"
                   "&sort-order=ASCENDING&page=1&page-size=200",
                   .says = "[{'id':'g1','name':'Bug'}]"},
                  MADE},
        .after = all_are_remembered,
    },
    {
        START("cold: project, task and tag are made, and remembered"),
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  PUBLIC,
                  {MAKE_PROJECT, NEW_PROJECT, 201, PIZZA},
                  FIND(TASKS),
                  {MAKE_TASK, "{'name':'PZ-1'}", 201, "{'id':'t1','name':'PZ-1'}"},
                  FIND(TAGS),
                  {MAKE_TAG, "{'name':'Bug'}", 201, "{'id':'g1','name':'Bug'}"},
                  MADE},
        .entry = "{'project':{'id':'p1'},'task':{'id':'t1'},'tags':[{'id':'g1','name':'Bug'}],"
                 "'left_out':[]}",
        .after = all_are_remembered,
        .statements_fail = true,
    },
    {
        START("a workspace whose projects are private gets a private one"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  {"GET clockify/workspaces",
                   .says = "[{'id':'w1','name':'Team',"
                           "'workspaceSettings':{'isProjectPublicByDefault':false}}]"},
                  {MAKE_PROJECT, "{'name':'Pizza','isPublic':false}", 201, PIZZA},
                  HAS_TASK,
                  MADE},
    },
    {
        START("the workspaces cannot be read: a project for everybody, as Clockify's own default"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  {"GET clockify/workspaces", .status = 500},
                  {MAKE_PROJECT, NEW_PROJECT, 201, PIZZA},
                  HAS_TASK,
                  MADE},
    },
    {
        START("a name that only looks alike is not the one"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  {PROJECTS, .says = "[{'id':'p8','name':'pizza'},{'id':'p9','name':'Pizza Oven'},"
                                     "{'id':'p7','name':'Pizza','archived':true}," PIZZA "]"},
                  HAS_TASK,
                  MADE},
        .entry = "{'project':{'id':'p1'}}",
    },
    {
        START("it stands on the second page"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  {"GET clockify/workspaces/w1/projects?name=Pizza&*", .says = full_page,
                   .more = true},
                  {"GET clockify/workspaces/w1/projects?name=Pizza&strict-name-search=true"
                   "&archived=false&sort-column=NAME&sort-order=ASCENDING&page=2&page-size=200",
                   .says = "[" PIZZA "]"},
                  HAS_TASK,
                  MADE},
        .entry = "{'project':{'id':'p1'}}",
    },
    {
        START("two projects of one name: neither is guessed"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  {PROJECTS, .says = "[" PIZZA ",{'id':'p2','name':'Pizza','clientName':'Rome'}]"},
                  MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'project':null,'task':null,'left_out':[" LEFT_OUT("project", "Pizza",
                                                                     "ambiguous") "]}",
        .after = nothing_is_remembered,
    },
    {
        START("a name too short for a project"),
        .before = tag_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("P", "[]")}, MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'project':null,'left_out':[" LEFT_OUT("project", "P", "too_short") "]}",
    },
    {
        START("a name too long for a project"),
        .before = tag_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS(TOO_LONG, "[]")}, MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'project':null,'left_out':[" LEFT_OUT("project", TOO_LONG, "too_long") "]}",
    },
    {
        START("angle brackets are replaced before the name is looked for"),
        .before = tag_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("<Pizza>", "[]")},
                  {"GET clockify/workspaces/w1/projects?name=%E2%80%B9Pizza%E2%80%BA&*",
                   .says = "[{'id':'p1','name':'\u2039Pizza\u203a'}]"},
                  HAS_TASK,
                  MADE},
        .entry = "{'project':{'id':'p1','name':'\u2039Pizza\u203a'}}",
    },

    /* What may not be made. */
    {
        START("Clockify lets this user make no project: without one, and not tried again soon"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  PUBLIC,
                  {MAKE_PROJECT, NEW_PROJECT, 403, FORBIDDEN_SAYS},
                  MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'project':null,'task':null,'left_out':[" LEFT_OUT("project", "Pizza",
                                                                     "not_allowed") "]}",
        .after = refusal_is_remembered,
        .statements_fail = true,
    },
    {
        START("Clockify refuses the project for another cause: without one"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  PUBLIC,
                  {MAKE_PROJECT, NEW_PROJECT, 400, "{'code':501,'message':'odd name'}"},
                  MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'left_out':[" LEFT_OUT("project", "Pizza", "refused") "]}",
        .after = nothing_is_remembered,
    },
    {
        START("refused not long ago: looked for, not tried"),
        .before = refused_before,
        .turns = {ISSUE, FIND(PROJECTS), FIND(TAGS), MADE_WITH("")},
        .entry = "{'left_out':[" LEFT_OUT("project", "Pizza", "not_allowed") "," LEFT_OUT(
            "tag", "Bug", "not_allowed") "]}",
        .after = refusals_end_when_they_did,
    },
    {
        START("refused long ago: tried once more"),
        .before = refused_long_ago,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  PUBLIC,
                  {MAKE_PROJECT, NEW_PROJECT, 201, PIZZA},
                  HAS_TASK,
                  HAS_TAG,
                  MADE},
        .entry = "{'left_out':[]}",
    },
    {
        START("the settings let nothing be made"),
        .before = nothing_is_made,
        .turns = {ISSUE, FIND(PROJECTS), FIND(TAGS), MADE_WITH("")},
        .entry = "{'left_out':[" LEFT_OUT("project", "Pizza", "not_created") "," LEFT_OUT(
            "tag", "Bug", "not_created") "]}",
    },
    {
        START("it exists already, made by another at this moment: found at the second look"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  PUBLIC,
                  {MAKE_PROJECT, NEW_PROJECT, 400, EXISTS_SAYS},
                  HAS_PROJECT,
                  HAS_TASK,
                  MADE},
        .entry = "{'project':{'id':'p1'},'left_out':[]}",
    },
    {
        START("it exists already but this user may not see it: without it"),
        .before = tag_remembered,
        .turns = {ISSUE,
                  FIND(PROJECTS),
                  PUBLIC,
                  {MAKE_PROJECT, NEW_PROJECT, 400, EXISTS_SAYS},
                  FIND(PROJECTS),
                  MADE_WITH(",'tagIds':['g1']")},
        .entry = "{'left_out':[" LEFT_OUT("project", "Pizza", "exists_but_not_visible") "]}",
        .after = nothing_is_remembered,
    },
    {
        START("no answer to the making of a project: later, from the top"),
        .turns = {ISSUE, FIND(PROJECTS), PUBLIC, {MAKE_PROJECT, NEW_PROJECT, LOST}},
        .fails = ERROR_UNAVAILABLE,
        .entry = "{'delivery':'queued','clockify_id':null}",
    },
    {
        START("no answer to the look for a task: later"),
        .turns = {ISSUE, HAS_PROJECT, {TASKS, .status = LOST}},
        .fails = ERROR_UNAVAILABLE,
    },
    {
        START("no answer to the look for a tag: later"),
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, {TAGS, .status = LOST}},
        .fails = ERROR_UNAVAILABLE,
    },
    {
        START("no answer to the making of a tag: later"),
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, FIND(TAGS), {MAKE_TAG, "{'name':'Bug'}", LOST}},
        .fails = ERROR_UNAVAILABLE,
    },

    /* Tags. */
    {
        START("letter case makes no other tag"),
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, {TAGS, .says = "[{'id':'g1','name':'BUG'}]"}, MADE},
        .entry = "{'tags':[{'id':'g1','name':'BUG'}]}",
        .after = all_are_remembered,
    },
    {
        START("several tags: one walk over all, the missing one is made"),
        .before = only_labels,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['hot','cold','HOT']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  {"GET clockify/workspaces/w1/tags?archived=false&sort-column=NAME"
                   "&sort-order=ASCENDING&page=1&page-size=5000",
                   .says = "[{'id':'g5','name':'Cold'},{'id':'g6','name':'warm'}]"},
                  {MAKE_TAG, "{'name':'hot'}", 201, "{'id':'g7','name':'hot'}"},
                  MADE_WITH(",'projectId':'p1','taskId':'t1','tagIds':['g5','g7']")},
        .entry = "{'tags':[{'id':'g5','name':'Cold'},{'id':'g7','name':'hot'}],'left_out':[]}",
    },
    {
        START("one tag remembered, the other asked for by name"),
        .before = tag_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['hot']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  {"GET clockify/workspaces/w1/tags?name=hot&*",
                   .says = "[{'id':'g7','name':'hot'}]"},
                  MADE_WITH(",'projectId':'p1','taskId':'t1','tagIds':['g1','g7']")},
        .entry = "{'tags':[{'id':'g1','name':'Bug'},{'id':'g7','name':'hot'}]}",
    },
    {
        START("who may make no tag is asked once, not for each"),
        .before = only_labels,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['hot','cold']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  FIND(ALL_TAGS),
                  {MAKE_TAG, "{'name':'hot'}", 403, FORBIDDEN_SAYS},
                  MADE_WITH(",'projectId':'p1','taskId':'t1'")},
        .entry = "{'tags':[],'left_out':[" LEFT_OUT("tag", "hot", "not_allowed") "," LEFT_OUT(
            "tag", "cold", "not_allowed") "]}",
        .statements_fail = true,
    },
    {
        START("a tag that another made at this moment: found at the second look"),
        .turns = {ISSUE,
                  HAS_PROJECT,
                  HAS_TASK,
                  FIND(TAGS),
                  {MAKE_TAG, "{'name':'Bug'}", 400, TAG_EXISTS_SAYS},
                  HAS_TAG,
                  MADE},
        .entry = "{'tags':[{'id':'g1','name':'Bug'}],'left_out':[]}",
        .after = all_are_remembered,
        .statements_fail = true,
    },
    {
        START("a tag exists but cannot be seen: without it"),
        .turns = {ISSUE,
                  HAS_PROJECT,
                  HAS_TASK,
                  FIND(TAGS),
                  {MAKE_TAG, "{'name':'Bug'}", 400, TAG_EXISTS_SAYS},
                  FIND(TAGS),
                  MADE_WITH(",'projectId':'p1','taskId':'t1'")},
        .entry = "{'left_out':[" LEFT_OUT("tag", "Bug", "exists_but_not_visible") "]}",
    },
    {
        START("tags switched off cost no request"),
        .before = no_tags,
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, MADE_WITH(",'projectId':'p1','taskId':'t1'")},
        .entry = "{'tags':[]}",
    },
    {
        START("a label longer than a tag is cut to a hundred characters"),
        .before = only_labels,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['" HUNDRED "tail']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  {"GET clockify/workspaces/w1/tags?name=" HUNDRED "&*",
                   .says = "[{'id':'g8','name':'" HUNDRED "'}]"},
                  MADE_WITH(",'projectId':'p1','taskId':'t1','tagIds':['g8']")},
    },

    /* The caller's choice. */
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

static void fill_page(void)
{
    Buffer page = BUFFER_EMPTY;

    for (int i = 0; i < 200; i++)
        buffer_addf(&page, "%s{'id':'x%d','name':'Pizza %d'}", i ? "," : "[", i, i);
    buffer_add_text(&page, "]");
    assert_true(page.length < sizeof(full_page));
    snprintf(full_page, sizeof(full_page), "%s", buffer_text(&page));
    buffer_done(&page);
}

int main(void)
{
    fill_page();
    return run_scripts("flow/resolve", scripts, ARRAY_SIZE(scripts));
}
