/* SPDX-License-Identifier: Apache-2.0 */
/* timer.start: from a click to a running entry, when all goes as it should and when it does not.
 * What of the issue becomes project, task and tags has a test of its own. */

#include <stdio.h>

#include "base/buffer.h"
#include "base/time.h"
#include "tests/unit/flow/script.h"

#define START(name_) .name = name_, .kind = INTENT_START

#define MADE                                                                                       \
    {                                                                                              \
        MAKE_ENTRY, WHOLE_BODY, 201, ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL)                         \
    }
#define NOT_KNOWN                                                                                  \
    {                                                                                              \
        MAKE_ENTRY, WHOLE_BODY, LOST                                                               \
    }
#define LOOK_AT(page)                                                                              \
    "GET clockify/workspaces/w1/user/u1/time-entries?description=PZ-1%20Oven%20is%20cold"          \
    "&page=" page "&page-size=200"
#define LOOK LOOK_AT("1")

#define RUNS                                                                                       \
    "{'issue':'PZ-1','state':'running','delivery':'done','clockify_id':'e1',"                      \
    "'project':{'id':'p1','name':'Pizza'},'task':{'id':'t1','name':'PZ-1'},"                       \
    "'tags':[{'id':'g1','name':'Bug'}],'start':'2026-11-23T10:00:00Z','end':null,'left_out':[],"   \
    "'worklog':null,'description':'PZ-1 Oven is cold'}"
#define QUEUED "{'state':'running','delivery':'queued','clockify_id':null}"

#define GONE_SAYS "{'code':501,'message':'Project doesn\u2019t belong to Workspace'}"

/* Two hundred entries, the size of a page, of the hour before eleven and the hour before ten;
 * filled in by main. */
static char newer_page[40000], older_page[40000];

/* ---- what is known before ---- */

static void all_remembered_no_token(World *world)
{
    all_remembered(world);
    world_without(world, SERVICE_JIRA);
}

static void key_goes_dead(World *world)
{
    world_reject(world, SERVICE_CLOCKIFY);
}

static void key_is_taken_away(World *world)
{
    world_without(world, SERVICE_CLOCKIFY);
}

static void token_is_taken_away(World *world)
{
    world_without(world, SERVICE_JIRA);
}

static void token_goes_dead(World *world)
{
    world_reject(world, SERVICE_JIRA);
}

static void node_is_lost(World *world)
{
    world->no_jira = true;
}

/* Stopped while its start was blocked; then the next timer began. */
static void stopped_and_another_runs(World *world)
{
    int64_t entry = world->entry, intent = world->intent;

    world_ask(world, INTENT_STOP, "{}", HALF_PAST);
    world_run_timer(world);
    world->entry = entry;
    world->intent = intent;
}

static void server_is_taken_away(World *world)
{
    world->no_server = true;
}

static void other_server(World *world)
{
    clockify_server_done(&world->server);
    clockify_server_from_url("https://euc1.clockify.me", &world->server, NULL);
}

static void other_account(World *world)
{
    Error error = {0};
    Account account = {0};

    assert_int_equal(account_get(world->db, USER, SERVICE_CLOCKIFY, &account, &error), 1);
    set_string(&account.remote_id, "u2");
    assert_int_equal(account_put(world->db, &account, &error), 0);
    account_done(&account);
}

/* An entry that looks the same, but of another click. */
static void e1_is_known(World *world)
{
    int64_t entry = world->entry;

    world_run_timer(world);
    world->entry = entry;
}

static void is_taken_back(World *world)
{
    Error error = {0};

    assert_int_equal(journal_entry_delete(world->db, world->entry, &error), 0);
}

/* ---- what is known afterwards ---- */

static void token_is_remembered_as_dead(World *world)
{
    assert_int_equal(world_number(world, "SELECT rejected FROM account WHERE service = 'jira'"), 1);
}

static void name_is_up_to_date(World *world)
{
    assert_int_equal(
        world_number(world, "SELECT count(*) FROM account WHERE service = 'jira' AND name = 'eve'"),
        1);
    assert_int_equal(world_number(world, "SELECT rejected FROM account WHERE service = 'jira'"), 0);
}

static void one_entry_is_e2(World *world)
{
    assert_int_equal(world_number(world, "SELECT count(*) FROM entry WHERE clockify_id = 'e2'"), 1);
    assert_int_equal(world_number(world, "SELECT count(*) FROM entry WHERE clockify_id = 'e1'"), 1);
}

static void no_worklog(World *world)
{
    assert_int_equal(world_number(world, "SELECT count(*) FROM worklog"), 0);
}

/* ---- the scripts ---- */

static const Script scripts[] = {
    {
        START("warm: one look at the issue, one request to Clockify"),
        .before = all_remembered,
        .turns = {ISSUE, MADE},
        .entry = RUNS,
        .result = "{'stopped':null}",
        .after = no_worklog,
    },
    {
        START("what Clockify answers is what stands"),
        .before = all_remembered,
        .turns = {ISSUE,
                  {MAKE_ENTRY, WHOLE_BODY, 201,
                   "{'id':'e1','userId':'u1','workspaceId':'w1','description':'changed',"
                   "'timeInterval':{'start':'2026-11-23T10:00:01Z','end':null},'billable':true,"
                   "'projectId':'p1','tagIds':null}"}},
        .entry = "{'start':'2026-11-23T10:00:01Z','description':'changed','billable':true,"
                 "'project':{'id':'p1','name':'Pizza'},'task':null,'tags':[]}",
    },
    {
        START("Clockify refuses: the field that is missing is named"),
        .before = all_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("P", "[]")},
                  {MAKE_ENTRY,
                   "{'start':'2026-11-23T10:00:00Z','description':'PZ-1 Oven is cold',"
                   "'tagIds':['g1']}",
                   403, "{'code':501,'message':'no'}"}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'reason':'refused','upstream':{'status':403,'code':501}}}",
        .entry = QUEUED,
    },
    {
        START("Clockify wants fewer requests"),
        .before = all_remembered,
        .turns = {ISSUE, {MAKE_ENTRY, WHOLE_BODY, 429, .retry_after_s = 30}},
        .fails = ERROR_RATE_LIMITED,
        .error = "{'data':{'service':'clockify','retry_after_s':30}}",
        .entry = QUEUED,
    },
    {
        START("Clockify takes the key no more"),
        .before = all_remembered,
        .turns = {ISSUE,
                  {MAKE_ENTRY, WHOLE_BODY, 401,
                   "{'code':4003,'message':'Api key does not exist'}"}},
        .fails = ERROR_CLOCKIFY_KEY_REJECTED,
        .entry = QUEUED,
    },

    /* What was remembered is gone in Clockify: one look anew, not two. */
    {
        START("a remembered project is gone: found anew under its name"),
        .before = all_remembered,
        .turns = {ISSUE,
                  {MAKE_ENTRY, WHOLE_BODY, 400, GONE_SAYS},
                  {"GET clockify/workspaces/w1/projects?name=Pizza&*",
                   .says = "[{'id':'p2','name':'Pizza'}]"},
                  {"GET clockify/workspaces/w1/projects/p2/tasks?name=PZ-1&*",
                   .says = "[{'id':'t2','name':'PZ-1'}]"},
                  {"GET clockify/workspaces/w1/tags?name=Bug&*",
                   .says = "[{'id':'g1','name':'Bug'}]"},
                  {MAKE_ENTRY,
                   "{'start':'2026-11-23T10:00:00Z','description':'PZ-1 Oven is cold',"
                   "'projectId':'p2','taskId':'t2','tagIds':['g1']}",
                   201, ENTRY_SAYS("e1", SINCE_TEN, ",'projectId':'p2','taskId':'t2'")}},
        .entry = "{'project':{'id':'p2','name':'Pizza'},'task':{'id':'t2'},'delivery':'done'}",
        .statements_fail = true,
    },
    {
        START("refused again after the look anew: that is the answer"),
        .before = all_remembered,
        .turns = {ISSUE,
                  {MAKE_ENTRY, WHOLE_BODY, 400, GONE_SAYS},
                  {"GET clockify/workspaces/w1/projects?*", .says = "[{'id':'p1','name':'Pizza'}]"},
                  {"GET clockify/workspaces/w1/projects/p1/tasks?*",
                   .says = "[{'id':'t1','name':'PZ-1'}]"},
                  {"GET clockify/workspaces/w1/tags?*", .says = "[{'id':'g1','name':'Bug'}]"},
                  {MAKE_ENTRY, WHOLE_BODY, 400, GONE_SAYS}},
        .fails = ERROR_REFUSED,
        .error = "{'data':{'upstream':{'status':400,'code':501}}}",
        .entry = QUEUED,
    },

    /* The account. */
    {
        START("the key was taken away meanwhile"),
        .between = key_is_taken_away,
        .fails = ERROR_CLOCKIFY_KEY_REQUIRED,
        .error = "{'data':{'key_url':'https://app.clockify.me/user/preferences#advanced'}}",
        .entry = QUEUED,
    },
    {
        START("the key is known to be dead"),
        .between = key_goes_dead,
        .fails = ERROR_CLOCKIFY_KEY_REJECTED,
        .entry = QUEUED,
    },
    {
        START("the key was given for another server: it is sent nowhere else"),
        .between = other_server,
        .fails = ERROR_CLOCKIFY_KEY_REQUIRED,
        .entry = QUEUED,
    },
    {
        START("no server is set any more"),
        .between = server_is_taken_away,
        .fails = ERROR_NOT_CONFIGURED,
        .entry = QUEUED,
    },

    /* Jira. */
    {
        START("Jira is down, the page told the issue's details"),
        .before = all_remembered,
        .params = "{'issue':'PZ-1'," DETAILS "}",
        .turns = {{ASK_ISSUE, .status = NOT_SENT},
                  /* the task is remembered under Jira's id of the issue, which the page has not */
                  {"GET clockify/workspaces/w1/projects/p1/tasks?name=PZ-1&*",
                   .says = "[{'id':'t1','name':'PZ-1'}]"},
                  MADE},
        .entry = RUNS,
    },
    {
        START("Jira is down, nothing else knows the issue: later"),
        .before = all_remembered,
        .turns = {{ASK_ISSUE, .status = 503}},
        .fails = ERROR_UNAVAILABLE,
        .error = "{'data':{'service':'jira'}}",
        .entry = QUEUED,
    },
    {
        START("no token: the page's details do"),
        .before = all_remembered_no_token,
        .params = "{'issue':'PZ-1'," DETAILS "}",
        .turns = {{"GET clockify/workspaces/w1/projects/p1/tasks?*",
                   .says = "[{'id':'t1','name':'PZ-1'}]"},
                  MADE},
        .entry = RUNS,
    },
    {
        START("Jira does not know the issue: the page's details are no help"),
        .params = "{'issue':'PZ-1'," DETAILS "}",
        .turns = {{ASK_ISSUE, .status = 404, .says = "{'errorMessages':['Vorgang weg']}"}},
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'issue'}}",
        .entry = QUEUED,
    },
    {
        START("a dead token: Jira answers as anonymous, and says so when asked"),
        .before = all_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"), .as = "anonymous"},
                  {"GET jira/myself", .status = 401, .as = ""}},
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .entry = QUEUED,
        .after = token_is_remembered_as_dead,
        .statements_fail = true,
    },
    {
        START("a dead token, but the page told the details"),
        .before = all_remembered,
        .params = "{'issue':'PZ-1'," DETAILS "}",
        .turns = {{ASK_ISSUE, .status = 401, .as = ""},
                  {"GET jira/myself", .status = 401, .as = ""},
                  {"GET clockify/workspaces/w1/projects/p1/tasks?*",
                   .says = "[{'id':'t1','name':'PZ-1'}]"},
                  MADE},
        .entry = RUNS,
        .after = token_is_remembered_as_dead,
    },
    {
        START("another's token is as good as none"),
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"), .as = "mallory"},
                  {"GET jira/myself", .says = "{'key':'JIRAUSER6','name':'mallory'}",
                   .as = "mallory"}},
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .after = token_is_remembered_as_dead,
    },
    {
        START("a renamed user: asked again under the new name"),
        .before = all_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"), .as = "eve"},
                  {"GET jira/myself", .says = "{'key':'" USER "','name':'eve'}", .as = "eve"},
                  {ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]"), .as = "eve"},
                  MADE},
        .entry = RUNS,
        .after = name_is_up_to_date,
        .statements_fail = true,
    },

    {
        START("the token was taken away meanwhile, and the page told nothing"),
        .between = token_is_taken_away,
        .fails = ERROR_JIRA_TOKEN_REQUIRED,
        .entry = QUEUED,
    },
    {
        START("the token was found dead meanwhile"),
        .between = token_goes_dead,
        .fails = ERROR_JIRA_TOKEN_REJECTED,
        .error = "{'data':{'service':'jira'}}",
        .entry = QUEUED,
    },
    {
        START("the node's address is not known: later"),
        .between = node_is_lost,
        .fails = ERROR_UNAVAILABLE,
        .error = "{'data':{'service':'jira'}}",
        .entry = QUEUED,
    },
    {
        START(
            "blocked until another timer runs: made as a finished entry, or it would end that one"),
        .before = all_remembered,
        .between = stopped_and_another_runs,
        .turns = {ISSUE,
                  {MAKE_ENTRY,
                   "{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:30:00Z',"
                   "'description':'PZ-1 Oven is cold','projectId':'p1','taskId':'t1',"
                   "'tagIds':['g1']}",
                   201, ENTRY_SAYS("e2", TEN_TO_HALF_PAST, WITH_ALL)}},
        .entry = "{'clockify_id':'e2','state':'stopped','end':'2026-11-23T10:30:00Z'}",
    },

    /* Find, else make. */
    {
        START("it stands on the second page of the list"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = newer_page, .more = true},
                 {LOOK_AT("2"), .says = "[" ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL) "]"}},
        .entry = RUNS,
    },
    {
        START("past its start nothing is looked for"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = older_page, .more = true}, MADE},
        .settled = true,
        .entry = RUNS,
    },
    {
        START("no answer, then found: adopted, nothing is made"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = "[" ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL) "]"}},
        .entry = RUNS,
        .statements_fail = true,
    },
    {
        START("no answer, then found although it was stopped elsewhere since"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = "[" ENTRY_SAYS("e1", TEN_TO_HALF_PAST, WITH_ALL) "]"}},
        .entry = RUNS,
    },
    {
        START("a server error leaves it as open as no answer"),
        .before = all_remembered,
        .turns = {ISSUE, {MAKE_ENTRY, WHOLE_BODY, 502, "<html>bad gateway</html>"}},
        .then = {{LOOK, .says = "[" ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL) "]"}},
        .entry = RUNS,
    },
    {
        START("no answer, not found so soon: not made, later"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = "[]"}},
        .fails = ERROR_UNAVAILABLE,
        .error = "{'data':{'service':'clockify'}}",
        .entry = QUEUED,
    },
    {
        START("no answer, not found long after: made"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = "[]"}, MADE},
        .settled = true,
        .entry = RUNS,
    },
    {
        START("no answer, and the look fails: nothing is made blindly"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .status = 500}},
        .settled = true,
        .fails = ERROR_UNAVAILABLE,
        .entry = QUEUED,
    },
    {
        START("what looks the same but is another click's is not adopted"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .between = e1_is_known,
        .then = {{LOOK, .says = "[" ENTRY_SAYS("e1", SINCE_TEN, WITH_ALL) "]"},
                 {MAKE_ENTRY, WHOLE_BODY, 201, ENTRY_SAYS("e2", SINCE_TEN, WITH_ALL)}},
        .settled = true,
        .entry = "{'clockify_id':'e2'}",
        .after = one_entry_is_e2,
        .statements_fail = true,
    },
    {
        START("another moment, other words, another user: not what was sent"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .then = {{LOOK, .says = "[{'id':'e7','userId':'u1','description':'PZ-1 Oven is cold',"
                                "'timeInterval':{'start':'2026-11-23T10:00:01Z'}},"
                                "{'id':'e8','userId':'u2','description':'PZ-1 Oven is cold',"
                                "'timeInterval':{'start':'2026-11-23T10:00:00Z'}},"
                                "{'id':'e9','userId':'u1','description':'PZ-1 Oven is colder',"
                                "'timeInterval':{'start':'2026-11-23T10:00:00Z'}}]"},
                 MADE},
        .settled = true,
        .entry = RUNS,
    },
    {
        START("no answer, then another person's key was given"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .between = other_account,
        .again = true,
        .fails = ERROR_CLOCKIFY_KEY_REQUIRED,
        .entry = QUEUED,
    },
    {
        START("taken back while it waited: nothing is made"),
        .before = all_remembered,
        .turns = {ISSUE, NOT_KNOWN},
        .between = is_taken_back,
        .again = true,
        .fails = ERROR_NOT_FOUND,
        .error = "{'data':{'what':'intent'}}",
        .gone = true,
    },
};

static void fill_page(char *page, size_t size, int64_t newest)
{
    Buffer text = BUFFER_EMPTY;
    char time[TIME_TEXT_SIZE];

    for (int i = 0; i < 200; i++)
        buffer_addf(&text,
                    "%s{'id':'x%d','userId':'u1','description':'PZ-1 Oven is cold',"
                    "'timeInterval':{'start':'%s','end':null}}",
                    i ? "," : "[", i, time_format(newest - i, time));
    buffer_add_text(&text, "]");
    assert_true(text.length < size);
    snprintf(page, size, "%s", buffer_text(&text));
    buffer_done(&text);
}

int main(void)
{
    fill_page(newer_page, sizeof(newer_page), TEN + 3600);
    fill_page(older_page, sizeof(older_page), TEN - 1);
    return run_scripts("flow/start", scripts, ARRAY_SIZE(scripts));
}
