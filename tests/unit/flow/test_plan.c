/* SPDX-License-Identifier: Apache-2.0 */
/* What gets recorded, as functions of the settings; how it is shown; how params are read. */

#include "tests/unit/flow/flow_check.h"

#include "base/time.h"
#include "flow/params.h"
#include "flow/plan.h"
#include "flow/render.h"

#define DETAILS                                                                                    \
    "{'summary':'Oven is cold','type':'Bug','subtask':true,'epic':true,"                           \
    "'labels':['hot','Bug','HOT',''],'project':{'id':'10000','key':'PZ','name':'Pizza'}}"

/* ---- descriptions ---- */

static void templates_are_filled(void **state _unused_)
{
    const struct {
        const char *template, *text;
    } rows[] = {
        {"{key} {summary}", "PZ-1 Oven is cold"},
        {"{type}/{project}: {description}", "Bug/Pizza: said"},
        {"{keys} {key} {KEY} {", "{keys} PZ-1 {KEY} {"},
        {"{{key}}", "{PZ-1}"},
        {"", ""},
        {"plain", "plain"},
    };
    _cleanup_json_ Json *details = json_of(DETAILS);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *text = plan_template(rows[i].template, "PZ-1", details, "said");

        check_row_text(text, rows[i].text, rows[i].template);
    }
}

static void what_is_not_known_fills_with_nothing(void **state _unused_)
{
    _cleanup_free_ char *text =
        plan_template("<{key}|{summary}|{type}|{project}|{description}>", NULL, NULL, NULL);

    assert_string_equal(text, "<||||>");
}

static void descriptions_come_by_choice_or_by_template(void **state _unused_)
{
    const struct {
        const char *details, *choice, *text;
    } rows[] = {
        {DETAILS, "{}", "PZ-1 Oven is cold"},
        {DETAILS, "{'description':'mine  own'}", "mine  own"},
        {DETAILS, "{'description':''}", ""},
        {DETAILS, "{'description':'<b>'}", "\u2039b\u203a"},
        {"{'summary':'a <b>  c\\nd'}", "{}", "PZ-1 a \u2039b\u203a c d"},
        {"{}", "{}", "PZ-1"}, /* no blank is left behind */
    };
    _cleanup_(config_freep) Config *config = config_default();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Entry entry = {.issue = (char *)"PZ-1",
                       .details = json_of(rows[i].details),
                       .choice = json_of(rows[i].choice)};
        _cleanup_free_ char *text = plan_description(config, &entry);

        json_object_put(entry.details);
        json_object_put(entry.choice);
        check_row_text(text, rows[i].text, rows[i].choice);
    }
}

static void a_description_is_cut_to_what_clockify_takes(void **state _unused_)
{
    _cleanup_(config_freep) Config *config = config_default();
    _cleanup_free_ char *text = NULL;
    char summary[4001];
    Entry entry = {.issue = (char *)"PZ-1", .details = json_new_object()};

    memset(summary, 'x', sizeof(summary) - 1);
    summary[sizeof(summary) - 1] = '\0';
    json_put_string(entry.details, "summary", summary);
    text = plan_description(config, &entry);
    json_object_put(entry.details);
    assert_int_equal(strlen(text), CLOCKIFY_DESCRIPTION_MOST);
}

/* ---- tags ---- */

static void tags_come_from_what_the_settings_name(void **state _unused_)
{
    const struct {
        unsigned from;
        const char *details, *names;
    } rows[] = {
        {0, DETAILS, "[]"},
        {TAG_FROM_TYPE, DETAILS, "['Bug']"},
        {TAG_FROM_SUBTASK, DETAILS, "['Subtask']"},
        {TAG_FROM_EPIC, DETAILS, "['Epic']"},
        {TAG_FROM_LABELS, DETAILS, "['hot','Bug']"},
        {~0u, DETAILS, "['Bug','Subtask','Epic','hot']"},
        {~0u, "{'type':'Epic','subtask':false,'epic':true}", "['Epic']"},
        {~0u, "{'subtask':false,'epic':false,'labels':['a  b','a b']}", "['a b']"},
        {~0u, "{}", "[]"},
        {~0u, "{'labels':[1,null]}", "[]"},
    };
    _cleanup_(config_freep) Config *config = config_default();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_json_ Json *details = json_of(rows[i].details);
        _cleanup_json_ Json *names = NULL;

        config->entry.tags = rows[i].from;
        names = plan_tags(config, details);
        check_whole_json(rows[i].details, names, rows[i].names);
    }
}

/* ---- seconds ---- */

static void seconds_are_rounded_by_the_settings(void **state _unused_)
{
    const struct {
        Rounding rounding;
        int64_t step, minimum, seconds, rounded;
    } rows[] = {
        {ROUNDING_NEAREST, 60, 60, 0, 60},
        {ROUNDING_NEAREST, 60, 60, 1, 60},
        {ROUNDING_NEAREST, 60, 60, 89, 60},
        {ROUNDING_NEAREST, 60, 60, 90, 120},
        {ROUNDING_NEAREST, 60, 60, 91, 120},
        {ROUNDING_NEAREST, 60, 60, 119, 120},
        {ROUNDING_UP, 60, 60, 60, 60},
        {ROUNDING_UP, 60, 60, 61, 120},
        {ROUNDING_DOWN, 60, 60, 119, 60},
        {ROUNDING_DOWN, 60, 60, 59, 60},
        /* steps */
        {ROUNDING_NEAREST, 900, 60, 449, 60},
        {ROUNDING_NEAREST, 900, 60, 450, 900},
        {ROUNDING_NEAREST, 900, 60, 1349, 900},
        {ROUNDING_NEAREST, 900, 60, 1350, 1800},
        {ROUNDING_UP, 900, 60, 1, 900},
        {ROUNDING_UP, 900, 60, 901, 1800},
        {ROUNDING_DOWN, 900, 60, 1799, 900},
        {ROUNDING_DOWN, 900, 60, 899, 60},
        {ROUNDING_NEAREST, 86400, 60, 43200, 86400},
        /* a minimum that is no whole minute counts as the next one: Jira would drop the rest */
        {ROUNDING_NEAREST, 60, 90, 10, 120},
        {ROUNDING_NEAREST, 60, 1, 10, 60},
        {ROUNDING_DOWN, 900, 600, 700, 600},
        {ROUNDING_NEAREST, 60, 600, 601, 600},
        /* no minimum: too short is nothing */
        {ROUNDING_NEAREST, 60, 0, 29, 0},
        {ROUNDING_NEAREST, 60, 0, 30, 60},
        {ROUNDING_UP, 60, 0, 0, 0},
        {ROUNDING_UP, 60, 0, 1, 60},
        {ROUNDING_DOWN, 60, 0, 59, 0},
        {ROUNDING_DOWN, 900, 0, 899, 0},
    };
    _cleanup_(config_freep) Config *config = config_default();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *label = xasprintf("row %zu: %lld s, step %lld", i,
                                               (long long)rows[i].seconds, (long long)rows[i].step);

        config->worklog.rounding = rows[i].rounding;
        config->worklog.step_s = rows[i].step;
        config->worklog.minimum_s = rows[i].minimum;
        check_row_int(plan_seconds(config, rows[i].seconds), rows[i].rounded, label);
        assert_int_equal(plan_seconds(config, rows[i].seconds) % 60, 0);
    }
}

/* ---- the worklog of an entry ---- */

static void a_worklog_follows_from_its_entry(void **state _unused_)
{
    const struct {
        const char *name;
        int64_t seconds, minimum;
        bool elsewhere, recorded;
        const char *comment, *worklog;
    } rows[] = {
        {"by template", 600, 60, false, false, NULL,
         "{'state':'pending','seconds':600,'comment':'PZ-1 Oven is cold','problem':null}"},
        {"the caller's comment", 600, 60, false, false, "Done.", "{'comment':'Done.'}"},
        {"too short", 20, 0, false, false, NULL,
         "{'state':'skipped','problem':{'reason':'too_short'}}"},
        {"stopped elsewhere", 600, 60, true, false, NULL,
         "{'state':'skipped','problem':{'reason':'stopped_elsewhere'}}"},
        {"stopped elsewhere, recorded all the same", 600, 60, true, true, NULL,
         "{'state':'pending','seconds':600}"},
        {"too short and elsewhere", 20, 0, true, false, NULL, "{'problem':{'reason':'too_short'}}"},
    };
    _cleanup_(config_freep) Config *config = config_default();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const Entry entry = {.id = 5,
                             .user = (char *)USER,
                             .issue = (char *)"PZ-1",
                             .issue_id = (char *)"20001",
                             .description = (char *)"PZ-1 Oven is cold",
                             .comment = (char *)rows[i].comment,
                             .start = TEN,
                             .end = TEN + rows[i].seconds};
        _cleanup_(worklog_done) Worklog worklog = {0};
        _cleanup_json_ Json *json = NULL;

        config->worklog.minimum_s = rows[i].minimum;
        config->worklog.stopped_elsewhere = rows[i].recorded;
        plan_worklog(config, &entry, rows[i].elsewhere, &worklog);
        json = render_worklog(&worklog);
        check_json(rows[i].name, json, rows[i].worklog);
        check_json(rows[i].name, json,
                   "{'entry':'5','issue':'PZ-1','user':'" USER
                   "','started':'2026-11-23T10:00:00Z','jira_id':null,'attempts':0}");
        assert_string_equal(worklog.issue_id, "20001");
    }
}

static void a_worklog_is_planned_once(void **state _unused_)
{
    World world;
    Entry entry = {0};
    Error error = {0};
    int64_t first = 0, second = -1;

    world_init(&world);
    world_run_timer(&world);
    assert_int_equal(journal_entry_get(world.db, world.entry, &entry, &error), 1);
    entry.end = TEN + 600;
    assert_int_equal(plan_write_worklog(world.db, world.config, &entry, false, &first, &error), 0);
    assert_true(first > 0);
    assert_int_equal(plan_write_worklog(world.db, world.config, &entry, false, &second, &error), 0);
    assert_int_equal(second, 0);
    assert_int_equal(world_number(&world, "SELECT count(*) FROM worklog"), 1);
    entry_done(&entry);
    world_done(&world);
}

static void a_skipped_worklog_waits_for_nobody(void **state _unused_)
{
    World world;
    Entry entry = {0};
    Error error = {0};
    int64_t pending = -1;

    world_init(&world);
    world_run_timer(&world);
    assert_int_equal(journal_entry_get(world.db, world.entry, &entry, &error), 1);
    entry.end = TEN + 600;
    assert_int_equal(plan_write_worklog(world.db, world.config, &entry, true, &pending, &error), 0);
    assert_int_equal(pending, 0);
    assert_int_equal(world_number(&world, "SELECT count(*) FROM worklog WHERE state = 'skipped'"),
                     1);
    entry_done(&entry);
    world_done(&world);
}

/* ---- as the protocol shows it ---- */

static void an_entry_is_shown_whole(void **state _unused_)
{
    World world;
    _cleanup_json_ Json *json = NULL;
    _cleanup_free_ char *wanted = NULL;

    world_init(&world);
    world_run_timer(&world);
    json = world_entry(&world, world.entry);
    wanted = xasprintf(
        "{'id':'%lld','issue':'PZ-1','workspace':{'id':'w1','name':'Team'},"
        "'project':{'id':'p1','name':'Pizza'},'task':{'id':'t1','name':'PZ-1'},"
        "'tags':[{'id':'g1','name':'Bug'}],'description':'PZ-1 Oven is cold','billable':null,"
        "'start':'2026-11-23T10:00:00Z','end':null,'seconds':null,'clockify_id':'e1',"
        "'state':'running','delivery':'done','problem':null,'left_out':[],'worklog':null}",
        (long long)world.entry);
    check_whole_json("entry", json, wanted);
    assert_null(world_entry(&world, world.entry + 1));
    world_done(&world);
}

static void what_an_entry_lacks_is_shown_as_nothing(void **state _unused_)
{
    const Entry entry = {.id = INT64_MAX,
                         .billable = 0,
                         .start = TEN,
                         .end = TEN + 61,
                         .state = ENTRY_DISCARDED,
                         .delivery = DELIVERY_BLOCKED};
    const Worklog worklog = {
        .id = 1, .started = TEN, .state = WORKLOG_BLOCKED, .next_attempt = TEN, .attempts = 3};
    _cleanup_json_ Json *json = render_entry(&entry, &worklog);

    check_json("entry", json,
               "{'id':'9223372036854775807','issue':null,'workspace':null,'project':null,"
               "'task':null,'tags':[],'description':'','billable':false,'seconds':61,"
               "'end':'2026-11-23T10:01:01Z','state':'discarded','delivery':'blocked',"
               "'worklog':{'state':'blocked','attempts':3,'next_attempt':null}}");
}

static void the_next_attempt_is_shown_while_one_is_due(void **state _unused_)
{
    const Worklog worklog = {.state = WORKLOG_PENDING, .started = TEN, .next_attempt = TEN + 5};
    _cleanup_json_ Json *json = render_worklog(&worklog);

    check_json("worklog", json, "{'next_attempt':'2026-11-23T10:00:05Z'}");
}

static void a_foreign_timer_is_told_from_ours(void **state _unused_)
{
    const NamedId workspace = {(char *)"w2", (char *)"Club"};
    ClockifyEntry entry = {.id = (char *)"x1",
                           .project_id = (char *)"p9",
                           .project_name = (char *)"Rome",
                           .tags = json_new_array(),
                           .billable = 1,
                           .start = TEN,
                           .end = TIME_NONE};
    _cleanup_json_ Json *json = render_foreign(&entry, &workspace);

    json_object_put(entry.tags);
    check_whole_json("foreign", json,
                     "{'id':'clockify:x1','issue':null,'workspace':{'id':'w2','name':'Club'},"
                     "'project':{'id':'p9','name':'Rome'},'task':null,'tags':[],'description':'',"
                     "'billable':true,'start':'2026-11-23T10:00:00Z','end':null,'seconds':null,"
                     "'clockify_id':'x1','state':'running','delivery':'done','problem':null,"
                     "'left_out':[],'worklog':null}");
}

/* ---- params ---- */

static void params_are_read(void **state _unused_)
{
    static const char *const words[] = {"done", "queued", "blocked", NULL};
    _cleanup_json_ Json *params =
        json_of("{'id':'42','odd':'4x','number':42,'word':'queued','other':'never'}");

    assert_int_equal(params_id(params, "id"), 42);
    assert_int_equal(params_id(params, "odd"), 0);
    assert_int_equal(params_id(params, "number"), 0);
    assert_int_equal(params_id(params, "none"), 0);
    assert_int_equal(params_word(params, "word", words), 1);
    assert_int_equal(params_word(params, "other", words), -1);
    assert_int_equal(params_word(params, "none", words), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_are_filled),
        cmocka_unit_test(what_is_not_known_fills_with_nothing),
        cmocka_unit_test(descriptions_come_by_choice_or_by_template),
        cmocka_unit_test(a_description_is_cut_to_what_clockify_takes),
        cmocka_unit_test(tags_come_from_what_the_settings_name),
        cmocka_unit_test(seconds_are_rounded_by_the_settings),
        cmocka_unit_test(a_worklog_follows_from_its_entry),
        cmocka_unit_test(a_worklog_is_planned_once),
        cmocka_unit_test(a_skipped_worklog_waits_for_nobody),
        cmocka_unit_test(an_entry_is_shown_whole),
        cmocka_unit_test(what_an_entry_lacks_is_shown_as_nothing),
        cmocka_unit_test(the_next_attempt_is_shown_while_one_is_due),
        cmocka_unit_test(a_foreign_timer_is_told_from_ours),
        cmocka_unit_test(params_are_read),
    };

    return cmocka_run_group_tests_name("flow/plan, render, params", tests, NULL, NULL);
}
