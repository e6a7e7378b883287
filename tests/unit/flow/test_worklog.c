/* SPDX-License-Identifier: Apache-2.0 */
/* One worklog on its way into Jira. */

#include "tests/unit/flow/flow_check.h"

#include "base/time.h"
#include "flow/render.h"
#include "flow/worklog.h"

#define TURNS_MOST 5

/* The worklog of PZ-1 (id 20001), ten to half past ten, "PZ-1 Oven is cold", waits to be written.
 */
typedef struct WorklogScript {
    const char *name;
    void (*before)(World *world);
    bool good_token; /* the owner is asked for first, and is the user */
    Turn turns[TURNS_MOST];
    Turn then[TURNS_MOST]; /* a second attempt; the first left its effect unknown */
    bool settled;
    ErrorReason fails;
    const char *error;
    const char *worklog; /* as it is shown afterwards, in part */
    void (*after)(World *world);
    bool statements_fail; /* played again and again, each time with the next statement failing */
} WorklogScript;

#define WRITE(adjust) "POST jira/issue/20001/worklog?adjustEstimate=" adjust
#define READ          "GET jira/issue/20001/worklog"
#define BODY                                                                                       \
    "{'comment':'PZ-1 Oven is cold','started':'2026-11-23T10:00:00.000+0000',"                     \
    "'timeSpentSeconds':1800}"
#define IN_JIRA(id, author, started, seconds, comment)                                             \
    "{'id':'" id "','author':{'key':'" author "'},'comment':'" comment "','started':'" started     \
    "','timeSpentSeconds':" seconds "}"
#define OURS(id)  IN_JIRA(id, USER, "2026-11-23T11:00:00.000+0100", "1800", "PZ-1 Oven is cold")
#define LIST(...) "{'total':1,'worklogs':[" __VA_ARGS__ "]}"

#define MYSELF                                                                                     \
    {                                                                                              \
        "GET jira/myself", .says = "{'key':'" USER "','name':'ada'}"                               \
    }
#define WRITTEN                                                                                    \
    {                                                                                              \
        WRITE("auto"), BODY, 201, OURS("77")                                                       \
    }
#define UNKNOWN                                                                                    \
    {                                                                                              \
        WRITE("auto"), BODY, LOST                                                                  \
    }

#define IS_WRITTEN "{'state':'written','jira_id':'77','problem':null,'next_attempt':null}"
#define IS_PENDING "{'state':'pending','jira_id':null}"

/* ---- what is known before and afterwards ---- */

static int64_t add_worklog(World *world, WorklogState state, const char *jira_id)
{
    Worklog worklog = {.entry_id = world->entry,
                       .user = (char *)USER,
                       .issue = (char *)"PZ-1",
                       .issue_id = (char *)"20001",
                       .started = TEN,
                       .seconds = 1800,
                       .comment = (char *)"PZ-1 Oven is cold",
                       .state = state,
                       .jira_id = (char *)jira_id,
                       .next_attempt = TIME_NONE};
    Error error = {0};

    assert_int_equal(journal_worklog_insert(world->db, &worklog, &error), 0);
    return worklog.id;
}

static void no_token(World *world)
{
    world_without(world, SERVICE_JIRA);
}

static void dead_token(World *world)
{
    world_reject(world, SERVICE_JIRA);
}

static void node_unknown(World *world)
{
    world->no_jira = true;
}

static void estimate_is_left(World *world)
{
    world->config->worklog.adjust_estimate = ADJUST_LEAVE;
}

/* The same words at the same time, but of another entry; written by us as "77". */
static void same_was_written(World *world)
{
    int64_t entry = world->entry;

    world->entry = entry + 1;
    add_worklog(world, WORKLOG_WRITTEN, "77");
    world->entry = entry;
}

static void is_abandoned(World *world)
{
    Error error = {0};

    assert_int_equal(db_exec(world->db, "UPDATE worklog SET state = 'abandoned'", &error), 0);
}

static void only_the_key(World *world)
{
    Error error = {0};

    assert_int_equal(db_exec(world->db, "UPDATE worklog SET issue_id = NULL", &error), 0);
}

static void no_comment(World *world)
{
    Error error = {0};

    assert_int_equal(db_exec(world->db, "UPDATE worklog SET comment = NULL", &error), 0);
}

static void token_is_dead(World *world)
{
    assert_int_equal(world_number(world, "SELECT rejected FROM account WHERE service = 'jira'"), 1);
}

static void token_is_good(World *world)
{
    assert_int_equal(world_number(world, "SELECT rejected FROM account WHERE service = 'jira'"), 0);
}

static void name_is_eve(World *world)
{
    assert_int_equal(
        world_number(world, "SELECT count(*) FROM account WHERE service = 'jira' AND name = 'eve'"),
        1);
}

/* ---- the scripts ---- */

static const WorklogScript scripts[] = {
    {
        "the owner is asked for, then it is written",
        .turns = {MYSELF, WRITTEN},
        .worklog = IS_WRITTEN,
        .after = token_is_good,
        .statements_fail = true,
    },
    {
        "the estimate is left alone where the settings say so",
        .before = estimate_is_left,
        .good_token = true,
        .turns = {{WRITE("leave"), BODY, 201, OURS("77")}},
        .worklog = IS_WRITTEN,
    },
    {
        "an issue of which only the key is known",
        .before = only_the_key,
        .good_token = true,
        .turns = {{"POST jira/issue/PZ-1/worklog?adjustEstimate=auto", BODY, 201, OURS("77")}},
        .worklog = IS_WRITTEN,
    },
    {
        "no comment is an empty one",
        .before = no_comment,
        .good_token = true,
        .turns =
            {{WRITE("auto"),
              "{'comment':'','started':'2026-11-23T10:00:00.000+0000','timeSpentSeconds':1800}",
              201, OURS("77")}},
        .worklog = IS_WRITTEN,
    },
    {
        "given up meanwhile: nothing is sent",
        .before = is_abandoned,
        .worklog = "{'state':'abandoned'}",
    },

    /* Whose token? */
    {
        "no token",
        .before = no_token,
        .fails = ERROR_JIRA_TOKEN_REQUIRED,
        .worklog = IS_PENDING,
    },
    {
        "a token known to be dead",
        .before = dead_token,
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .worklog = IS_PENDING,
    },
    {
        "the node's address is not known: later",
        .before = node_unknown,
        .fails = ERROR_UNAVAILABLE,
        .error = "{'data':{'service':'jira'}}",
        .worklog = IS_PENDING,
    },
    {
        "a dead token is found out before anything is written",
        .turns = {{"GET jira/myself", .status = 401, .as = ""}},
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .worklog = IS_PENDING,
        .after = token_is_dead,
        .statements_fail = true,
    },
    {
        "a token that became another user's",
        .turns = {{"GET jira/myself", .says = "{'key':'JIRAUSER6','name':'mallory'}",
                   .as = "mallory"}},
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .after = token_is_dead,
    },
    {
        "Jira is down when the owner is asked for: later, and the token is not blamed",
        .turns = {{"GET jira/myself", .status = NOT_SENT}},
        .fails = ERROR_UNAVAILABLE,
        .after = token_is_good,
    },
    {
        "a renamed user goes on under the new name",
        .turns = {{"GET jira/myself", .says = "{'key':'" USER "','name':'eve'}", .as = "eve"},
                  {WRITE("auto"), BODY, 201, OURS("77"), .as = "eve"}},
        .worklog = IS_WRITTEN,
        .after = name_is_eve,
        .statements_fail = true,
    },
    {
        "answered to another name than the owner's",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 401, .as = "anonymous"}},
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .worklog = IS_PENDING,
    },

    /* Refused. */
    {
        "400 may be the permission: Jira is asked, and says no",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 400, "{'errorMessages':['Nix da.']}"},
                  {"GET jira/mypermissions?issueKey=PZ-1",
                   .says = "{'permissions':{'WORK_ON_ISSUES':{'havePermission':false}}}"}},
        .fails = ERROR_REFUSED,
        .error = "{'message':'You may not log work on PZ-1 in Jira (permission "
                 "\\\"Work On Issues\\\").','data':{'upstream':{'message':'Nix da.'}}}",
        .worklog = IS_PENDING,
    },
    {
        "a closed issue: permission there is, so Jira's own words stand",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 400, "{'errorMessages':['Vorgang ist geschlossen.']}"},
                  {"GET jira/mypermissions?issueKey=PZ-1",
                   .says = "{'permissions':{'WORK_ON_ISSUES':{'havePermission':true}}}"}},
        .fails = ERROR_REFUSED,
        .error = "{'message':'Jira refused it.',"
                 "'data':{'upstream':{'status':400,'message':'Vorgang ist geschlossen.'}}}",
        .worklog = IS_PENDING,
    },
    {
        "the question for the permission fails: the refusal stands",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 400, "{'errorMessages':['Nix da.']}"},
                  {"GET jira/mypermissions?issueKey=PZ-1", .status = LOST}},
        .fails = ERROR_REFUSED,
        .error = "{'message':'Jira refused it.'}",
    },
    {
        "403 is not asked about: Jira may be read-only",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 403, "XSRF check failed"}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'upstream':{'status':403}}}",
    },
    {
        "the issue is gone",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 404, "{'errorMessages':['Vorgang weg']}"}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'issue'}}",
    },
    {
        "Jira wants fewer requests",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 429, .retry_after_s = 5}},
        .fails = ERROR_RATE_LIMITED,
        .error = "{'data':{'service':'jira','retry_after_s':5}}",
    },

    /* Find, else make. */
    {
        "no answer, then found: adopted",
        .good_token = true,
        .turns = {UNKNOWN},
        .then = {{READ, .says = LIST(OURS("77"))}},
        .worklog = IS_WRITTEN,
        .statements_fail = true,
    },
    {
        "a server error leaves it as open as no answer",
        .good_token = true,
        .turns = {{WRITE("auto"), BODY, 500, "{}"}},
        .then = {{READ, .says = LIST(OURS("77"))}},
        .worklog = IS_WRITTEN,
    },
    {
        "no answer, not there so soon: not written, later",
        .good_token = true,
        .turns = {UNKNOWN},
        .then = {{READ, .says = "{'total':0,'worklogs':[]}"}},
        .fails = ERROR_UNAVAILABLE,
        .error = "{'data':{'service':'jira'}}",
        .worklog = IS_PENDING,
    },
    {
        "no answer, not there long after: written",
        .good_token = true,
        .turns = {UNKNOWN},
        .then = {{READ, .says = "{'total':0,'worklogs':[]}"}, WRITTEN},
        .settled = true,
        .worklog = IS_WRITTEN,
    },
    {
        "no answer, and the list is not whole: nothing is written blindly",
        .good_token = true,
        .turns = {UNKNOWN},
        .then = {{READ, .says = "{'total':9,'worklogs':[]}"}},
        .settled = true,
        .fails = ERROR_UNAVAILABLE,
    },
    {
        "the same words of another entry are not adopted",
        .before = same_was_written,
        .good_token = true,
        .turns = {UNKNOWN},
        .then = {{READ, .says = LIST(OURS("77"))}, {WRITE("auto"), BODY, 201, OURS("78")}},
        .settled = true,
        .worklog = "{'state':'written','jira_id':'78'}",
    },
    {
        "another author, moment, length or comment: not what was sent",
        .good_token = true,
        .turns = {UNKNOWN},
        .then =
            {{READ,
              .says =
                  "{'total':4,'worklogs':[" IN_JIRA("1", "JIRAUSER6", "2026-11-23T10:00:00.000+0000", "1800", "PZ-1 Oven is cold") "," IN_JIRA(
                      "2", USER, "2026-11-23T10:01:00.000+0000",
                      "1800",
                      "PZ-1 Oven is cold") "," IN_JIRA("3", USER, "2026-11-23T10:00:00.000+0000",
                                                       "1860",
                                                       "PZ-1 Oven is cold") "," IN_JIRA("4", USER,
                                                                                        "2026-11-"
                                                                                        "23T10:00:"
                                                                                        "00.000+"
                                                                                        "0000",
                                                                                        "1800",
                                                                                        "Oven") "]"
                                                                                                "}"},
             WRITTEN},
        .settled = true,
        .worklog = IS_WRITTEN,
    },
};

/* ---- how they are run ---- */

static size_t count_turns(const Turn *turns)
{
    size_t count = 0;

    while (count < TURNS_MOST && turns[count].ask)
        count++;
    return count;
}

static int play_script(const WorklogScript *script, World *world, Flow *flow, const Turn *turns)
{
    Turn all[TURNS_MOST + 1] = {MYSELF};
    size_t first = script->good_token ? 1 : 0, count = count_turns(turns);

    memcpy(all + first, turns, count * sizeof(*turns));
    return play(world, script->name, flow, all, first + count);
}

static void attempt_in_vain(const WorklogScript *script, World *world, int64_t id)
{
    Flow *flow = worklog_flow_new(id, &(Doubt){0}, NULL);
    int r = play_script(script, world, flow, script->turns);

    check_row_int(r, FLOW_FAILED, script->name);
    check_row(((WorklogFlow *)flow)->doubt.fresh, script->name);
    flow->free(flow);
}

static void check_failure(const WorklogScript *script, const Error *error)
{
    _cleanup_json_ Json *json = error_to_json(error);

    check_row_text(error_info(error->reason)->name, error_info(script->fails)->name, script->name);
    if (script->error)
        check_json(script->name, json, script->error);
}

static void check_worklog(const WorklogScript *script, World *world, int64_t id)
{
    _cleanup_(worklog_done) Worklog worklog = {0};
    _cleanup_json_ Json *json = NULL;
    Error error = {0};

    assert_int_equal(journal_worklog_get(world->db, id, &worklog, &error), 1);
    json = render_worklog(&worklog);
    if (script->worklog)
        check_json(script->name, json, script->worklog);
}

static bool is_played_twice(const WorklogScript *script)
{
    return script->then[0].ask;
}

static int64_t begin(const WorklogScript *script, World *world)
{
    int64_t id;

    world_init(world);
    world_run_timer(world);
    id = add_worklog(world, WORKLOG_PENDING, NULL);
    if (script->before)
        script->before(world);
    if (is_played_twice(script))
        attempt_in_vain(script, world, id);
    return id;
}

static Flow *attempt(const WorklogScript *script, World *world, int64_t id, int *ret)
{
    bool twice = is_played_twice(script);
    const Doubt doubt = {.any = twice, .settled = script->settled};
    Flow *flow = worklog_flow_new(id, &doubt, NULL);

    *ret = play_script(script, world, flow, twice ? script->then : script->turns);
    return flow;
}

/* The so-manyth statement fails: the worklog still waits, and what may be in Jira is looked for.
 * false: there are not so many. */
static bool fail_statement(const WorklogScript *script, int64_t number)
{
    World world;
    int64_t id = begin(script, &world);
    bool failed;
    Flow *flow;
    int r;

    world.fail_at = number;
    flow = attempt(script, &world, id, &r);
    failed = world.failed;
    if (failed) {
        check_row_int(r, FLOW_FAILED, script->name);
        check_row_int(world.io.error.reason, ERROR_STORE, script->name);
        check_row(!((WorklogFlow *)flow)->jira_id || ((WorklogFlow *)flow)->doubt.fresh ||
                      is_played_twice(script),
                  script->name);
        assert_int_equal(
            world_number(&world, "SELECT count(*) FROM worklog WHERE state = 'pending'"), 1);
    }
    flow->free(flow);
    world_done(&world);
    return failed;
}

static void run_script(void **state)
{
    const WorklogScript *script = *state;
    World world;
    int64_t id = begin(script, &world);
    Flow *flow;
    int r;

    flow = attempt(script, &world, id, &r);
    check_row_int(r, script->fails ? FLOW_FAILED : FLOW_FINISHED, script->name);
    if (r == FLOW_FAILED)
        check_failure(script, &world.io.error);
    check_worklog(script, &world, id);
    if (script->after)
        script->after(&world);
    flow->free(flow);
    world_done(&world);
    for (int64_t number = 1; script->statements_fail && fail_statement(script, number);)
        number++;
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_SIZE(scripts)];

    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++)
        tests[i] = (struct CMUnitTest){
            .name = scripts[i].name, .test_func = run_script, .initial_state = (void *)&scripts[i]};
    return cmocka_run_group_tests_name("flow/worklog", tests, NULL, NULL);
}
