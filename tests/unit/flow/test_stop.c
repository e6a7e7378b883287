/* SPDX-License-Identifier: Apache-2.0 */
/* timer.stop, and entry.add, whose end is the same: a finished entry and its worklog. */

#include "tests/unit/flow/script.h"

#define STOP(name_) .name = name_, .before = world_run_timer, .kind = INTENT_STOP
#define ADD(name_)  .name = name_, .before = all_remembered, .kind = INTENT_ADD

#define ASK_STOP "PATCH clockify/workspaces/w1/user/u1/time-entries"
#define ASK_OURS "GET clockify/workspaces/w1/time-entries/e1?hydrated=true"
#define AT_HALF  "{'end':'2026-11-23T10:30:00Z'}"

#define STOPPED_SAYS ENTRY_SAYS("e1", TEN_TO_HALF_PAST, WITH_ALL)
#define RUNNING_SAYS ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL)
#define STOPPED                                                                                    \
    {                                                                                              \
        ASK_STOP, AT_HALF, .says = STOPPED_SAYS                                                    \
    }
#define NONE_RUNS                                                                                  \
    {                                                                                              \
        ASK_STOP, AT_HALF, 404, "{'code':404,'message':'not running'}"                             \
    }
#define EARLIER_SAYS                                                                               \
    ENTRY_SAYS("e1", "'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:12:00Z'", WITH_ALL)
#define GONE_SAYS "{'code':501,'message':'Time entry doesn\u2019t belong to Workspace'}"

#define IS_STOPPED                                                                                 \
    "{'state':'stopped','delivery':'done','end':'2026-11-23T10:30:00Z','seconds':1800,"            \
    "'worklog':{'issue':'PZ-1','started':'2026-11-23T10:00:00Z','seconds':1800,"                   \
    "'state':'pending','comment':'PZ-1 Oven is cold'}}"
#define IS_QUEUED                                                                                  \
    "{'state':'stopped','delivery':'queued','end':'2026-11-23T10:30:00Z','worklog':null}"

#define REQUIRED_SAYS                                                                              \
    "{'code':501,'message':'This time entry can\u2019t be stopped until you add a project and "    \
    "tag'}"

/* A timer of another app: what of it has to come back when it is set running again. */
#define OTHER_SAYS                                                                                 \
    "{'id':'x1','userId':'u1','workspaceId':'w1','description':'lunch','billable':true,"           \
    "'type':'REGULAR','projectId':'p9','tagIds':['g9'],"                                           \
    "'customFieldValues':[{'customFieldId':'c1','value':'soup','name':'Dish'}],"                   \
    "'timeInterval':{'start':'2026-11-23T10:20:00Z','end':'2026-11-23T10:30:00Z'}}"
#define OTHER_CHANGED_SAYS                                                                         \
    "{'id':'x1','userId':'u1','workspaceId':'w1','description':'dinner',"                          \
    "'timeInterval':{'start':'2026-11-23T10:20:00Z','end':'2026-11-23T10:45:00Z'}}"
#define NOT_THERE_SAYS "{'code':501,'message':'Time entry doesn\u2019t belong to Workspace'}"
#define ASK_OTHER      "GET clockify/workspaces/w1/time-entries/x1?hydrated=true"
#define PUT_OTHER      "PUT clockify/workspaces/w1/time-entries/x1"
#define PUT_FAILS                                                                                  \
    {                                                                                              \
        PUT_OTHER, .with = ANY_BODY, .status = 503                                                 \
    }
#define PUT_BACK                                                                                   \
    {                                                                                              \
        PUT_OTHER,                                                                                 \
            "{'start':'2026-11-23T10:20:00Z','description':'lunch','projectId':'p9',"              \
            "'tagIds':['g9'],'billable':true,'type':'REGULAR',"                                    \
            "'customFields':[{'customFieldId':'c1','value':'soup'}]}",                             \
            .says = OTHER_SAYS                                                                     \
    }

/* ---- what is known before and afterwards ---- */

static void elsewhere_counts(World *world)
{
    world_run_timer(world);
    world->config->worklog.stopped_elsewhere = true;
}

static void quarter_hours(World *world)
{
    world_run_timer(world);
    world->config->worklog.rounding = ROUNDING_UP;
    world->config->worklog.step_s = 2700;
}

static void worklog_is_there(World *world)
{
    Worklog worklog = {.entry_id = world->entry,
                       .user = (char *)USER,
                       .issue = (char *)"PZ-1",
                       .started = TEN,
                       .seconds = 60,
                       .state = WORKLOG_WRITTEN,
                       .jira_id = (char *)"77"};
    Error error = {0};

    assert_int_equal(journal_worklog_insert(world->db, &worklog, &error), 0);
}

static void discard_is_asked(World *world)
{
    int64_t intent = world->intent;

    world_ask(world, INTENT_DISCARD, "{}", HALF_PAST);
    world->intent = intent;
}

static void another_runs(World *world)
{
    int64_t entry = world->entry;

    world_run_timer(world);
    world->entry = entry;
}

static void no_worklog(World *world)
{
    assert_int_equal(world_number(world, "SELECT count(*) FROM worklog"), 0);
}

static void written_stays(World *world)
{
    assert_int_equal(world_number(world, "SELECT seconds FROM worklog WHERE state = 'written'"),
                     60);
    assert_int_equal(world_number(world, "SELECT count(*) FROM worklog"), 1);
}

/* ---- the scripts ---- */

static const Script scripts[] = {
    {
        STOP("one request, and the worklog waits to be written"),
        .turns = {STOPPED},
        .entry = IS_STOPPED,
        .result = "{'entry':{'clockify_id':'e1'}}",
        .statements_fail = true,
    },
    {
        STOP("the caller's own comment"),
        .params = "{'comment':'Lit it again.'}",
        .turns = {STOPPED},
        .entry = "{'worklog':{'comment':'Lit it again.'}}",
    },
    {
        STOP("Clockify's clock counts, not ours"),
        .turns = {{ASK_STOP, AT_HALF,
                   .says = ENTRY_SAYS("e1",
                                      "'start':'2026-11-23T10:01:00Z','end':'2026-11-23T10:28:00Z'",
                                      WITH_ALL)}},
        .entry = "{'start':'2026-11-23T10:01:00Z','end':'2026-11-23T10:28:00Z',"
                 "'worklog':{'started':'2026-11-23T10:01:00Z','seconds':1620}}",
    },
    {
        .name = "rounded as the settings say",
        .before = quarter_hours,
        .kind = INTENT_STOP,
        .turns = {STOPPED},
        .entry = "{'seconds':1800,'worklog':{'seconds':2700}}",
    },
    {
        STOP("an entry has one worklog, whatever happens"),
        .between = worklog_is_there,
        .turns = {STOPPED},
        .after = written_stays,
    },

    /* Nothing runs. */
    {
        STOP("stopped elsewhere: told so, no second stop, no worklog"),
        .turns = {NONE_RUNS, {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'state':'stopped','delivery':'done','end':'2026-11-23T10:12:00Z',"
                 "'worklog':{'state':'skipped','problem':{'reason':'stopped_elsewhere'}}}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("stopped elsewhere in the very second: nothing of ours was sent, so it was not us"),
        .turns = {NONE_RUNS, {ASK_OURS, .says = STOPPED_SAYS}},
        .entry = "{'worklog':{'state':'skipped'}}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        .name = "stopped elsewhere, and such entries get a worklog",
        .before = elsewhere_counts,
        .kind = INTENT_STOP,
        .turns = {NONE_RUNS, {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'worklog':{'state':'pending','seconds':720}}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("deleted in Clockify: discarded, no worklog"),
        .turns = {NONE_RUNS, {ASK_OURS, .status = 400, .says = GONE_SAYS}},
        .entry = "{'state':'discarded','delivery':'done'}",
        .after = no_worklog,
        .statements_fail = true,
    },
    {
        STOP("Clockify contradicts itself: later"),
        .turns = {NONE_RUNS, {ASK_OURS, .says = RUNNING_SAYS}},
        .fails = ERROR_UNAVAILABLE,
        .entry = IS_QUEUED,
    },
    {
        STOP("nothing runs, and no answer to what became of ours: later"),
        .turns = {NONE_RUNS, {ASK_OURS, .status = LOST}},
        .fails = ERROR_UNAVAILABLE,
        .entry = IS_QUEUED,
    },

    {
        STOP("another of ours runs by now, since this one was made as a finished entry: only "
             "looked at"),
        .between = another_runs,
        .turns = {{ASK_OURS, .says = STOPPED_SAYS}},
        .entry = IS_STOPPED,
    },

    /* Another app's timer runs, and was hit. */
    {
        STOP("a timer of another app was hit: set running again, whole"),
        .turns = {{ASK_STOP, AT_HALF, .says = OTHER_SAYS},
                  PUT_BACK,
                  {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'clockify_id':'e1','end':'2026-11-23T10:12:00Z',"
                 "'worklog':{'state':'skipped'}}",
        .result = "{'stopped_elsewhere':true}",
        .statements_fail = true,
    },

    {
        STOP("it could not be set running again: that is tried again, and it is not hit once more"),
        .turns = {{ASK_STOP, AT_HALF, .says = OTHER_SAYS}, PUT_FAILS},
        .no_doubt = true,
        .then = {{ASK_OTHER, .says = OTHER_SAYS}, PUT_BACK, {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'clockify_id':'e1','end':'2026-11-23T10:12:00Z'}",
        .result = "{'stopped_elsewhere':true}",
        .statements_fail = true,
    },
    {
        STOP("somebody changed it meanwhile: it is left alone"),
        .turns = {{ASK_STOP, AT_HALF, .says = OTHER_SAYS}, PUT_FAILS},
        .no_doubt = true,
        .then = {{ASK_OTHER, .says = OTHER_CHANGED_SAYS}, {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'end':'2026-11-23T10:12:00Z'}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("somebody deleted it meanwhile"),
        .turns = {{ASK_STOP, AT_HALF, .says = OTHER_SAYS}, PUT_FAILS},
        .no_doubt = true,
        .then = {{ASK_OTHER, .status = 400, .says = NOT_THERE_SAYS},
                 {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'end':'2026-11-23T10:12:00Z'}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("Clockify will not have it running again: ours is stopped all the same"),
        .turns = {{ASK_STOP, AT_HALF, .says = OTHER_SAYS},
                  {PUT_OTHER, .with = ANY_BODY, .status = 400, .says = REQUIRED_SAYS},
                  {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'end':'2026-11-23T10:12:00Z'}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("another app's was hit, and ours is said to run as well"),
        .turns = {{ASK_STOP, AT_HALF, .says = OTHER_SAYS}, PUT_FAILS},
        .no_doubt = true,
        .then = {{ASK_OTHER, .says = OTHER_SAYS}, PUT_BACK, {ASK_OURS, .says = RUNNING_SAYS}},
        .fails = ERROR_UNAVAILABLE,
        .entry = IS_QUEUED,
    },

    /* Refused. */
    {
        STOP("required fields: what is missing is named, the moment is kept"),
        .turns = {{ASK_STOP, AT_HALF, 400, REQUIRED_SAYS}, {ASK_OURS, .says = RUNNING_SAYS}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'missing':['project','tags'],'upstream':{'status':400,'code':501}}}",
        .entry = IS_QUEUED,
    },
    {
        STOP("the refusal was about another timer: ours had ended"),
        .turns = {{ASK_STOP, AT_HALF, 400, REQUIRED_SAYS}, {ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'state':'stopped','end':'2026-11-23T10:12:00Z'}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("too many requests: later"),
        .turns = {{ASK_STOP, AT_HALF, 429, .retry_after_s = 7}},
        .fails = ERROR_RATE_LIMITED,
        .error = "{'data':{'retry_after_s':7}}",
        .entry = IS_QUEUED,
    },
    {
        STOP("a dead key"),
        .turns = {{ASK_STOP, AT_HALF, 401, "{'code':4003,'message':'no such key'}"}},
        .fails = ERROR_CLOCKIFY_KEY_REJECTED,
        .entry = IS_QUEUED,
    },

    /* Find, else make. */
    {
        STOP("no answer, then found ended at our moment: it was us, the worklog is due"),
        .turns = {{ASK_STOP, AT_HALF, LOST}},
        .then = {{ASK_OURS, .says = STOPPED_SAYS}},
        .entry = IS_STOPPED,
        .statements_fail = true,
    },
    {
        STOP("no answer, then found ended at another moment: it was another app"),
        .turns = {{ASK_STOP, AT_HALF, LOST}},
        .then = {{ASK_OURS, .says = EARLIER_SAYS}},
        .entry = "{'worklog':{'state':'skipped'}}",
        .result = "{'stopped_elsewhere':true}",
    },
    {
        STOP("no answer, still running so soon: what is on its way may not hit another timer"),
        .turns = {{ASK_STOP, AT_HALF, LOST}},
        .then = {{ASK_OURS, .says = RUNNING_SAYS}},
        .fails = ERROR_UNAVAILABLE,
        .entry = IS_QUEUED,
    },
    {
        STOP("no answer, still running long after: stopped again, at the first moment"),
        .turns = {{ASK_STOP, AT_HALF, 502, "<html>"}},
        .then = {{ASK_OURS, .says = RUNNING_SAYS}, STOPPED},
        .settled = true,
        .entry = IS_STOPPED,
    },
    {
        STOP("no answer, then deleted"),
        .turns = {{ASK_STOP, AT_HALF, LOST}},
        .then = {{ASK_OURS, .status = 400, .says = GONE_SAYS}},
        .entry = "{'state':'discarded'}",
        .after = no_worklog,
    },
    {
        STOP("a discard that was asked for meanwhile stands"),
        .between = discard_is_asked,
        .turns = {STOPPED},
        .entry = "{'state':'discarded','worklog':null}",
        .after = no_worklog,
    },

    /* Time added by hand. */
    {
        ADD("added with its end; the worklog waits to be written"),
        .params = "{'issue':'PZ-1','start':'2026-11-23T10:00:00Z','seconds':1800,"
                  "'comment':'By hand.'}",
        .turns = {ISSUE,
                  {MAKE_ENTRY,
                   "{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:30:00Z',"
                   "'description':'PZ-1 Oven is cold','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1']}",
                   201, STOPPED_SAYS}},
        .entry = "{'state':'stopped','delivery':'done','seconds':1800,'clockify_id':'e1',"
                 "'worklog':{'state':'pending','seconds':1800,'comment':'By hand.'}}",
        .statements_fail = true,
    },
    {
        ADD("manual entry is switched off in this workspace"),
        .params = "{'issue':'PZ-1','seconds':1800}",
        .turns = {ISSUE,
                  {"POST clockify/workspaces/w1/time-entries",
                   "{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:30:00Z',"
                   "'description':'PZ-1 Oven is cold','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1']}",
                   403, "{'code':4030,'message':'Manual time tracking disabled'}"}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'upstream':{'status':403,'code':4030}}}",
        .entry = "{'delivery':'queued','worklog':null}",
    },
    {
        ADD("no answer; one of the same start but another end is not it"),
        .params = "{'issue':'PZ-1','seconds':1800}",
        .turns = {ISSUE,
                  {"POST clockify/workspaces/w1/time-entries",
                   "{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:30:00Z',"
                   "'description':'PZ-1 Oven is cold','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1']}",
                   LOST}},
        .then = {{"GET clockify/workspaces/w1/user/u1/time-entries?description=*",
                  .says = "[" EARLIER_SAYS "," ENTRY_SAYS("e2", TEN_TO_HALF_PAST, WITH_ALL) "]"}},
        .entry = "{'clockify_id':'e2','end':'2026-11-23T10:30:00Z',"
                 "'worklog':{'seconds':1800}}",
    },
};

int main(void)
{
    return run_scripts("flow/stop and add", scripts, ARRAY_SIZE(scripts));
}
