/* SPDX-License-Identifier: Apache-2.0 */
/* timer.edit: Clockify's change is a full replace, so what is not changed has to be sent back as it
 * was. And timer.discard. */

#include "tests/unit/flow/script.h"

#define EDIT(name_)    .name = name_, .before = world_run_timer, .kind = INTENT_EDIT
#define DISCARD(name_) .name = name_, .before = world_run_timer, .kind = INTENT_DISCARD

#define READ    "GET clockify/workspaces/w1/time-entries/e1?hydrated=true"
#define REPLACE "PUT clockify/workspaces/w1/time-entries/e1"
#define DELETE  "DELETE clockify/workspaces/w1/time-entries/e1"
#define HAS_TAG                                                                                    \
    {                                                                                              \
        "GET clockify/workspaces/w1/tags?name=Bug&*", .says = "[{'id':'g1','name':'Bug'}]"         \
    }
#define HAS_PROJECT                                                                                \
    {                                                                                              \
        "GET clockify/workspaces/w1/projects?name=Pizza&*", .says = "[{'id':'p1','name':'Pizza'}]" \
    }
#define HAS_TASK                                                                                   \
    {                                                                                              \
        "GET clockify/workspaces/w1/projects/p1/tasks?*", .says = "[{'id':'t1','name':'PZ-1'}]"    \
    }

/* The entry as it is read: hydrated, with everything that a replace must not lose. */
#define CURRENT                                                                                    \
    {                                                                                              \
        READ, .says =                                                                              \
                  "{'id':'e1','userId':'u1','workspaceId':'w1','description':'said elsewhere',"    \
                  "'billable':true,'type':'REGULAR','project':{'id':'p1','name':'Pizza'},"         \
                  "'task':{'id':'t1','name':'PZ-1'},'tags':[{'id':'g1','name':'Bug'},"             \
                  "{'id':'g4','name':'extra'}],"                                                   \
                  "'customFieldValues':[{'customFieldId':'c1','timeEntryId':'e1',"                 \
                  "'value':'soup','name':'Dish','sourceType':'WORKSPACE'}],"                       \
                  "'timeInterval':{'start':'2026-11-23T10:00:00Z','end':null}}"                    \
    }
#define KEPT_FIELDS                                                                                \
    "'start':'2026-11-23T10:00:00Z','type':'REGULAR',"                                             \
    "'customFields':[{'customFieldId':'c1','sourceType':'WORKSPACE','value':'soup'}]"
#define REPLACED(rest)                                                                             \
    "{'id':'e1','userId':'u1','workspaceId':'w1','billable':true,"                                 \
    "'timeInterval':{'start':'2026-11-23T10:00:00Z','end':null}" rest "}"

#define AS_BEFORE                                                                                  \
    "{'state':'running','delivery':'queued','description':'PZ-1 Oven is cold',"                    \
    "'project':{'id':'p1'},'task':{'id':'t1'},'tags':[{'id':'g1'}]}"
#define GONE_SAYS "{'code':501,'message':'Time entry doesn\u2019t belong to Workspace'}"

/* ---- what is known before and afterwards ---- */

static void warm_timer(World *world)
{
    all_remembered(world);
    world_run_timer(world);
}

/* A start that is not carried out yet. */
static void only_asked_for(World *world)
{
    world_ask(world, INTENT_START, "{'issue':'PZ-1'," DETAILS ",'project':'p8','task':'t8'}", TEN);
}

static void edit_is_asked(World *world)
{
    world_run_timer(world);
    world_ask(world, INTENT_EDIT, "{'billable':true}", TEN + 60);
    world_ask(world, INTENT_EDIT, "{'billable':false}", TEN + 90);
}

/* One that this edit says anew in part, and one that it says anew in whole. */
static void edits_are_blocked(World *world)
{
    Error error = {0};

    warm_timer(world);
    world_ask(world, INTENT_EDIT, "{'task':'t5','billable':false}", TEN + 60);
    world_ask(world, INTENT_EDIT, "{'description':'old'}", TEN + 90);
    assert_int_equal(db_exec(world->db, "UPDATE intent SET state = 'blocked'", &error), 0);
}

static void stop_is_asked(World *world)
{
    int64_t intent = world->intent;

    world_ask(world, INTENT_STOP, "{'comment':'done'}", HALF_PAST);
    world->intent = intent;
}

static void key_is_taken_away(World *world)
{
    world_without(world, SERVICE_CLOCKIFY);
}

static void choice_has(World *world, const char *wanted)
{
    Entry entry = {0};
    Error error = {0};

    assert_int_equal(journal_entry_get(world->db, world->entry, &entry, &error), 1);
    check_whole_json("choice", entry.choice, wanted);
    entry_done(&entry);
}

static void task_is_no_longer_chosen(World *world)
{
    choice_has(world, "{'project':'p9'}");
}

static void description_is_chosen(World *world)
{
    choice_has(world, "{'project':'p8','task':'t8','description':'mended'}");
}

static void nothing_is_chosen(World *world)
{
    choice_has(world, "{}");
}

static void only_billable_is_left(World *world)
{
    Intent intent = {0};
    Error error = {0};

    assert_int_equal(world_number(world, "SELECT count(*) FROM intent"), 1);
    assert_int_equal(journal_intent_get(world->db, world_number(world, "SELECT id FROM intent"),
                                        &intent, &error),
                     1);
    check_whole_json("earlier edit", intent.params, "{'billable':false}");
    intent_done(&intent);
}

static void only_the_discard_was_left(World *world)
{
    assert_int_equal(world_number(world, "SELECT count(*) FROM intent"), 0);
    assert_int_equal(world_number(world, "SELECT count(*) FROM worklog"), 0);
}

/* ---- the scripts ---- */

static const Script scripts[] = {
    {
        .name = "other words: everything else goes back as it was, custom fields too",
        .before = warm_timer,
        .kind = INTENT_EDIT,
        .params = "{'description':'mended'}",
        .turns = {CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'mended','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1','g4'],'billable':true}",
                   .says = REPLACED(",'description':'mended','projectId':'p1','taskId':'t1',"
                                    "'tagIds':['g1','g4']")}},
        .entry = "{'state':'running','delivery':'done','description':'mended',"
                 "'project':{'id':'p1','name':'Pizza'},'task':{'id':'t1','name':'PZ-1'},"
                 "'tags':[{'id':'g1','name':'Bug'},{'id':'g4'}],'billable':true}",
    },
    {
        EDIT("another project: the task of the old one is left behind, found anew in the new one"),
        .params = "{'project':'p9'}",
        .turns = {{"GET clockify/workspaces/w1/projects/p9", .says = "{'id':'p9','name':'Rome'}"},
                  {"GET clockify/workspaces/w1/projects/p9/tasks?name=PZ-1&*",
                   .says = "[{'id':'t9','name':'PZ-1'}]"},
                  HAS_TAG,
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'said elsewhere','projectId':'p9',"
                   "'taskId':'t9','tagIds':['g1','g4'],'billable':true}",
                   .says = REPLACED(",'projectId':'p9','taskId':'t9','tagIds':['g1','g4']")}},
        .entry = "{'project':{'id':'p9','name':'Rome'},'task':{'id':'t9','name':'PZ-1'}}",
        .after = task_is_no_longer_chosen,
        .statements_fail = true,
    },
    {
        EDIT("another project, its task chosen too"),
        .params = "{'project':'p9','task':'t5'}",
        .turns = {{"GET clockify/workspaces/w1/projects/p9", .says = "{'id':'p9','name':'Rome'}"},
                  {"GET clockify/workspaces/w1/projects/p9/tasks/t5",
                   .says = "{'id':'t5','name':'Talk'}"},
                  HAS_TAG,
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'said elsewhere','projectId':'p9',"
                   "'taskId':'t5','tagIds':['g1','g4'],'billable':true}",
                   .says = REPLACED(",'projectId':'p9','taskId':'t5'")}},
        .entry = "{'project':{'id':'p9'},'task':{'id':'t5','name':'Talk'},'tags':[]}",
    },
    {
        .name = "no project: no task either",
        .before = warm_timer,
        .kind = INTENT_EDIT,
        .params = "{'project':null}",
        .turns = {CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'said elsewhere','tagIds':['g1','g4'],"
                   "'billable':true}",
                   .says = REPLACED(",'description':'said elsewhere'")}},
        .entry = "{'project':null,'task':null}",
    },
    {
        .name = "no task, in the same project",
        .before = warm_timer,
        .kind = INTENT_EDIT,
        .params = "{'task':null,'billable':false}",
        .turns = {CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'said elsewhere','projectId':'p1',"
                   "'tagIds':['g1','g4'],'billable':false}",
                   .says = REPLACED(",'projectId':'p1'")}},
        .entry = "{'project':{'id':'p1','name':'Pizza'},'task':null}",
    },
    {
        .name = "other tags: those named are all",
        .before = warm_timer,
        .kind = INTENT_EDIT,
        .params = "{'tags':['g7']}",
        .turns = {{"GET clockify/workspaces/w1/tags/g7", .says = "{'id':'g7','name':'night'}"},
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'said elsewhere','projectId':'p1',"
                   "'taskId':'t1','tagIds':['g7'],'billable':true}",
                   .says = REPLACED(",'projectId':'p1','taskId':'t1','tagIds':['g7']")}},
        .entry = "{'tags':[{'id':'g7','name':'night'}]}",
    },

    /* What an edit must leave as it was when it does not succeed. */
    {
        EDIT("refused: the journal stays as it was"),
        .params = "{'description':'mended'}",
        .turns = {HAS_PROJECT,
                  HAS_TASK,
                  HAS_TAG,
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'mended','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1','g4'],'billable':true}",
                   403, "{'code':4005,'message':'approved'}"}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'upstream':{'status':403,'code':4005}}}",
        .entry = AS_BEFORE,
        .after = nothing_is_chosen,
    },
    {
        EDIT("no answer to the replace: long after, the same again does no harm"),
        .params = "{'description':'mended'}",
        .turns = {HAS_PROJECT,
                  HAS_TASK,
                  HAS_TAG,
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'mended','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1','g4'],'billable':true}",
                   LOST}},
        .then = {CURRENT,
                 {REPLACE,
                  "{" KEPT_FIELDS ",'description':'mended','projectId':'p1','taskId':'t1',"
                  "'tagIds':['g1','g4'],'billable':true}",
                  .says = REPLACED(",'description':'mended'")}},
        .settled = true,
        .entry = "{'delivery':'done','description':'mended'}",
    },
    {
        EDIT("no answer to the replace: not so soon, what is on its way may undo what comes next"),
        .params = "{'description':'mended'}",
        .turns = {HAS_PROJECT,
                  HAS_TASK,
                  HAS_TAG,
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'mended','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1','g4'],'billable':true}",
                   502, "<html>"}},
        .again = true,
        .fails = ERROR_UNAVAILABLE,
        .entry = AS_BEFORE,
    },
    {
        .name = "an earlier edit that is blocked does not undo this one one day",
        .before = edits_are_blocked,
        .kind = INTENT_EDIT,
        .params = "{'project':null,'description':'mended'}",
        .turns = {CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'mended','tagIds':['g1','g4'],"
                   "'billable':true}",
                   .says = REPLACED(",'description':'mended'")}},
        .entry = "{'description':'mended','project':null}",
        .after = only_billable_is_left,
        .statements_fail = true,
    },
    {
        EDIT("a chosen project that is not there"),
        .params = "{'project':'p0'}",
        .turns = {{"GET clockify/workspaces/w1/projects/p0", .status = 400,
                   .says = "{'code':501,'message':'Project doesn\u2019t belong to Workspace'}"}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'project'}}",
        .entry = AS_BEFORE,
    },
    {
        EDIT("deleted in Clockify meanwhile"),
        .params = "{'description':'mended'}",
        .turns = {HAS_PROJECT, HAS_TASK, HAS_TAG, {READ, .status = 400, .says = GONE_SAYS}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'timer'}}",
        .entry = AS_BEFORE,
    },
    {
        EDIT("no key any more"),
        .params = "{'description':'mended'}",
        .between = key_is_taken_away,
        .fails = ERROR_CLOCKIFY_KEY_REQUIRED,
        .entry = AS_BEFORE,
    },
    {
        EDIT("a stop that was asked for meanwhile stands"),
        .params = "{'billable':true}",
        .between = stop_is_asked,
        .turns = {HAS_PROJECT,
                  HAS_TASK,
                  HAS_TAG,
                  CURRENT,
                  {REPLACE,
                   "{" KEPT_FIELDS ",'description':'said elsewhere','projectId':'p1',"
                   "'taskId':'t1','tagIds':['g1','g4'],'billable':true}",
                   .says = REPLACED("")}},
        .entry = "{'state':'stopped','delivery':'queued','end':'2026-11-23T10:30:00Z'}",
    },
    {
        .name = "an entry that Clockify has not yet is changed in the journal alone",
        .before = only_asked_for,
        .kind = INTENT_EDIT,
        .params = "{'description':'mended'}",
        .entry = "{'delivery':'queued','clockify_id':null}",
        .after = description_is_chosen,
        .statements_fail = true,
    },
    {
        .name = "and another project takes the chosen task away",
        .before = only_asked_for,
        .kind = INTENT_EDIT,
        .params = "{'project':'p9'}",
        .after = task_is_no_longer_chosen,
    },

    /* ---- discard ---- */
    {
        DISCARD("one request; no worklog"),
        .turns = {{DELETE, .status = 204}},
        .entry = "{'state':'discarded','delivery':'done','worklog':null}",
        .after = only_the_discard_was_left,
    },
    {
        .name = "what else was asked of it goes with it",
        .before = edit_is_asked,
        .kind = INTENT_DISCARD,
        .turns = {{DELETE, .status = 204}},
        .entry = "{'state':'discarded','delivery':'done'}",
        .after = only_the_discard_was_left,
        .statements_fail = true,
    },
    {
        DISCARD("gone already: as if it had been done now"),
        .turns = {{DELETE, .status = 400, .says = GONE_SAYS}},
        .entry = "{'state':'discarded','delivery':'done'}",
    },
    {
        DISCARD("no answer: the same again, and gone counts"),
        .turns = {{DELETE, .status = LOST}},
        .then = {{DELETE, .status = 400, .says = GONE_SAYS}},
        .entry = "{'state':'discarded','delivery':'done'}",
    },
    {
        DISCARD("approved entries cannot be deleted"),
        .turns = {{DELETE, .status = 403, .says = "{'code':4005,'message':'approved'}"}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'upstream':{'status':403,'code':4005}}}",
    },
    {
        DISCARD("no key any more"),
        .between = key_is_taken_away,
        .fails = ERROR_CLOCKIFY_KEY_REQUIRED,
    },
    {
        .name = "an entry that Clockify never had is discarded without a word to it",
        .before = only_asked_for,
        .kind = INTENT_DISCARD,
        .entry = "{'state':'discarded','delivery':'done','clockify_id':null}",
        .after = only_the_discard_was_left,
    },
};

int main(void)
{
    return run_scripts("flow/edit and discard", scripts, ARRAY_SIZE(scripts));
}
