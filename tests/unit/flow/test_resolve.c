/* SPDX-License-Identifier: Apache-2.0 */
/* From an issue to project and task: what is found, what is made, what the entry has to be made
 * without. Told by scripts of timer.start; whatever else makes or edits an entry goes the same way.
 */

#include "tests/unit/flow/resolve_turns.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/time.h"

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

/* ---- what is known afterwards ---- */

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
