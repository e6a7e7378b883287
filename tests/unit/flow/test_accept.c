/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a click on: what becomes durable, and what of what runs it means. */

#include "tests/unit/flow/accept_check.h"

/* ---- times of entry.add ---- */

static void times_come_from_two_of_three(void **state _unused_)
{
    const struct {
        const char *params;
        int64_t start, end; /* from ten o'clock; 0 and 0 = refused */
        const char *param;
    } rows[] = {
        {"{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T11:00:00Z'}", 0, 3600, NULL},
        {"{'start':'2026-11-23T10:00:00Z','seconds':90}", 0, 90, NULL},
        {"{'end':'2026-11-23T10:00:00Z','seconds':90}", -90, 0, NULL},
        {"{'seconds':90}", 3600 - 90, 3600, NULL},                                /* it ends now */
        {"{'start':'2026-11-23T10:00:00Z','seconds':2678400}", 0, 2678400, NULL}, /* 31 days */
        {"{'start':'2026-11-23T11:00:00+01:00','seconds':60}", 0, 60, NULL},
        {"{'start':'2026-11-23T10:00:00Z','seconds':2678401}", 0, 0, "end"},
        {"{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:00:00Z'}", 0, 0, "end"},
        {"{'start':'2026-11-23T10:00:01Z','end':'2026-11-23T10:00:00Z'}", 0, 0, "end"},
        {"{'seconds':0}", 0, 0, "end"},
        {"{'start':'2026-11-23T10:00:00Z'}", 0, 0, "seconds"},
        {"{'end':'2026-11-23T10:00:00Z'}", 0, 0, "seconds"},
        {"{}", 0, 0, "seconds"},
        {"{'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:01:00Z','seconds':60}", 0, 0,
         "seconds"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_json_ Json *params = json_of(rows[i].params);
        int64_t start = 0, end = 0;
        Error error = {0};
        int r = accept_times(params, TEN + 3600, &start, &end, &error);

        check_row_int(r, rows[i].param ? -1 : 0, rows[i].params);
        if (rows[i].param) {
            check_row_text(error.param, rows[i].param, rows[i].params);
            check_row_int(start, 0, rows[i].params);
            continue;
        }
        check_row_int(start - TEN, rows[i].start, rows[i].params);
        check_row_int(end - TEN, rows[i].end, rows[i].params);
    }
}

/* ---- the rows ---- */

static void a_start_is_an_entry_and_an_intent(void **state)
{
    World *world = *state;
    Accept *accept = accepted(world, INTENT_START,
                              "{'issue':'PZ-1','project':'p7','task':null,'tags':['g7'],"
                              "'description':'mine','billable':false,'wait':'worklog',"
                              "'details':{'summary':'Oven'}}",
                              TEN);
    Entry entry = stored_entry(world, accept->entry_id);
    Intent intent = stored_intent(world, accept->intent.id);

    check_entry(world, entry.id,
                "{'issue':'PZ-1','state':'running','delivery':'queued','clockify_id':null,"
                "'start':'2026-11-23T10:00:00Z','end':null,'description':'mine',"
                "'billable':false,'workspace':{'id':'w1','name':'Team'},'project':null}");
    check_whole_json("choice", entry.choice,
                     "{'project':'p7','task':null,'tags':['g7'],'description':'mine',"
                     "'billable':false}");
    check_whole_json("details", entry.details, "{'summary':'Oven'}");
    assert_false(entry.resolved);
    assert_string_equal(entry.user, USER);
    assert_int_equal(entry.created, TEN);
    assert_true(intent.kind == INTENT_START && intent.state == INTENT_PENDING);
    assert_true(intent.asked == TEN && intent.after == 0 && intent.entry_id == entry.id);
    assert_null(intent.request_id);
    assert_true(accept->room.id == 0 && accept->stopped_id == 0 && !accept->result);
    assert_int_equal(accept->level, WAIT_WORKLOG);
    entry_done(&entry);
    intent_done(&intent);
    accept_free(accept);
}

static void another_workspace_is_noted_by_its_id(void **state)
{
    World *world = *state;
    Accept *accept = accepted(world, INTENT_START, "{'issue':'PZ-1','workspace':'w2'}", TEN);

    check_entry(world, accept->entry_id, "{'workspace':{'id':'w2','name':null}}");
    accept_free(accept);
}

static void added_time_is_finished_from_the_start(void **state)
{
    World *world = *state;
    Accept *accept =
        accepted(world, INTENT_ADD, "{'issue':'PZ-1','seconds':60,'comment':'By hand.'}", TEN);
    Entry entry = stored_entry(world, accept->entry_id);

    check_entry(world, entry.id,
                "{'state':'stopped','delivery':'queued','start':'2026-11-23T09:59:00Z',"
                "'end':'2026-11-23T10:00:00Z','seconds':60}");
    assert_string_equal(entry.comment, "By hand.");
    entry_done(&entry);
    accept_free(accept);
}

static void added_time_stops_no_timer(void **state)
{
    World *world = *state;
    int64_t running;
    Accept *accept;

    world_run_timer(world);
    running = world->entry;
    accept = accepted(world, INTENT_ADD, "{'issue':'PZ-2','seconds':60}", LATER);
    assert_int_equal(accept->room.id, 0);
    check_entry(world, running, "{'state':'running','delivery':'done'}");
    accept_free(accept);
}

static void a_stop_shows_at_once(void **state)
{
    World *world = *state;
    Accept *accept;
    Entry entry;

    world_run_timer(world);
    accept = accepted(world, INTENT_STOP, "{'comment':'Lit.'}", LATER);
    assert_int_equal(accept->entry_id, world->entry);
    entry = stored_entry(world, world->entry);
    check_entry(world, world->entry,
                "{'state':'stopped','delivery':'queued','end':'2026-11-23T10:30:00Z'}");
    assert_string_equal(entry.comment, "Lit.");
    entry_done(&entry);
    accept_free(accept);
}

static void no_stop_lies_before_its_start(void **state)
{
    World *world = *state;

    world_run_timer(world);
    accept_free(accepted(world, INTENT_STOP, "{}", TEN - 60)); /* our clock was set back */
    check_entry(world, world->entry, "{'end':'2026-11-23T10:00:00Z','seconds':0}");
}

static void what_is_done_at_once_is_answered_at_once(void **state)
{
    World *world = *state;
    Accept *accept =
        accepted(world, INTENT_START, "{'issue':'PZ-1','wait':'accepted','request_id':'r1'}", TEN);

    check_json("result", accept->result,
               "{'entry':{'issue':'PZ-1','delivery':'queued'},'stopped':null}");
    assert_int_equal(SQL("SELECT count(*) FROM request WHERE answer IS NOT NULL"), 1);
    accept_free(accept);
}

/* ---- one timer at a time ---- */

static void what_runs_is_stopped_first(void **state)
{
    World *world = *state;
    int64_t first;
    Accept *accept;
    Intent room, start;

    world_run_timer(world);
    first = world->entry;
    accept = accepted(world, INTENT_START, "{'issue':'PZ-2','wait':'accepted'}", LATER);
    assert_int_equal(accept->stopped_id, first);
    assert_int_equal(accept->intent.after, accept->room.id);
    assert_true(accept->room.id > 0 && accept->room.id < accept->intent.id);
    room = stored_intent(world, accept->room.id);
    assert_true(room.kind == INTENT_STOP && room.entry_id == first && room.asked == LATER);
    check_whole_json("room", room.params, "{'makes_room':true}");
    check_json("result", accept->result,
               "{'entry':{'issue':'PZ-2','state':'running'},"
               "'stopped':{'issue':'PZ-1','state':'stopped','delivery':'queued',"
               "'end':'2026-11-23T10:30:00Z'}}");
    start = stored_intent(world, accept->intent.id);
    assert_int_equal(json_int(start.params, "stopped", 0), first);
    intent_done(&room);
    intent_done(&start);
    accept_free(accept);
}

static void one_that_waits_for_clockify_is_stopped_first_too(void **state)
{
    World *world = *state;
    Accept *first = accepted(world, START, TEN);
    Accept *second = accepted(world, INTENT_START, "{'issue':'PZ-2'}", LATER);

    assert_int_equal(second->stopped_id, first->entry_id);
    assert_int_equal(second->intent.after, second->room.id);
    accept_free(first);
    accept_free(second);
}

static void one_that_clockify_never_took_is_in_nobodys_way(void **state)
{
    World *world = *state;
    Accept *first = accepted(world, START, TEN), *second;

    block(world, first->intent.id);
    second = accepted(world, INTENT_START, "{'issue':'PZ-2'}", LATER);
    assert_int_equal(second->stopped_id, first->entry_id);
    assert_int_equal(second->intent.after, 0);
    check_entry(world, first->entry_id, "{'state':'stopped','delivery':'blocked'}");
    accept_free(first);
    accept_free(second);
}

static void a_blocked_stop_comes_before_a_start(void **state)
{
    World *world = *state;
    Accept *stop, *start;

    world_run_timer(world);
    stop = accepted(world, INTENT_STOP, "{}", LATER);
    block(world, stop->intent.id);
    start = accepted(world, INTENT_START, "{'issue':'PZ-2'}", LATER + 60);
    assert_true(start->room.id == 0 && start->stopped_id == 0);
    assert_int_equal(start->intent.after, stop->intent.id);
    accept_free(stop);
    accept_free(start);
}

/* ---- which entry an edit or discard means ---- */

static void an_edit_means_the_running_entry(void **state)
{
    World *world = *state;
    Accept *accept;

    world_run_timer(world);
    accept = accepted(world, INTENT_EDIT, "{'billable':true,'tags':[],'wait':'clockify'}", LATER);
    assert_int_equal(accept->entry_id, world->entry);
    check_whole_json("params", accept->intent.params, "{'billable':true,'tags':[]}");
    check_entry(world, world->entry, "{'state':'running','delivery':'queued','billable':null}");
    accept_free(accept);
}

static void else_the_one_whose_stop_is_blocked(void **state)
{
    World *world = *state;
    Accept *stop, *edit;

    world_run_timer(world);
    stop = accepted(world, INTENT_STOP, "{}", LATER);
    block(world, stop->intent.id);
    edit = accepted(world, INTENT_EDIT, "{'project':'p2'}", LATER);
    assert_int_equal(edit->entry_id, world->entry);
    /* It goes on showing why until it is mended. */
    check_entry(world, world->entry, "{'delivery':'blocked','problem':{'reason':'refused'}}");
    accept_free(stop);
    accept_free(edit);
}

static void or_the_one_that_is_named(void **state)
{
    World *world = *state;
    _cleanup_free_ char *named = NULL;
    int64_t first;
    Accept *stop, *discard;

    world_run_timer(world);
    first = world->entry;
    stop = accepted(world, INTENT_STOP, "{}", LATER);
    block(world, stop->intent.id);
    world_run_timer(world);
    named = xasprintf("{'entry':'%lld'}", (long long)first);
    discard = accepted(world, INTENT_DISCARD, named, LATER);
    assert_int_equal(discard->entry_id, first);
    check_entry(world, first, "{'state':'discarded','delivery':'blocked'}");
    check_entry(world, world->entry, "{'state':'running'}");
    accept_free(stop);
    accept_free(discard);
}

static void entries_that_nothing_can_be_done_about(void **state)
{
    static const char *const changes[] = {
        "UPDATE entry SET user_key = 'JIRAUSER6'",
        "UPDATE entry SET state = 'discarded'",
        "UPDATE entry SET state = 'stopped', ended = started + 60",
    };
    World *world = *state;
    Error error = {0};

    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        _cleanup_free_ char *named = NULL;

        world_run_timer(world);
        named = xasprintf("{'entry':'%lld','billable':true}", (long long)world->entry);
        assert_int_equal(db_exec(world->db, changes[i], &error), 0);
        check_refused(world, INTENT_EDIT, named, "{'data':{'reason':'not_found','what':'timer'}}");
        check_refused(world, INTENT_DISCARD, named,
                      "{'data':{'reason':'not_found','what':'timer'}}");
    }
}

static void a_discard_shows_at_once(void **state)
{
    World *world = *state;

    world_run_timer(world);
    accept_free(accepted(world, INTENT_DISCARD, "{}", LATER));
    check_entry(world, world->entry, "{'state':'discarded','delivery':'queued'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_come_from_two_of_three),
        WITH_WORLD(a_start_is_an_entry_and_an_intent),
        WITH_WORLD(another_workspace_is_noted_by_its_id),
        WITH_WORLD(added_time_is_finished_from_the_start),
        WITH_WORLD(added_time_stops_no_timer),
        WITH_WORLD(a_stop_shows_at_once),
        WITH_WORLD(no_stop_lies_before_its_start),
        WITH_WORLD(what_is_done_at_once_is_answered_at_once),
        WITH_WORLD(what_runs_is_stopped_first),
        WITH_WORLD(one_that_waits_for_clockify_is_stopped_first_too),
        WITH_WORLD(one_that_clockify_never_took_is_in_nobodys_way),
        WITH_WORLD(a_blocked_stop_comes_before_a_start),
        WITH_WORLD(an_edit_means_the_running_entry),
        WITH_WORLD(else_the_one_whose_stop_is_blocked),
        WITH_WORLD(or_the_one_that_is_named),
        WITH_WORLD(entries_that_nothing_can_be_done_about),
        WITH_WORLD(a_discard_shows_at_once),
    };

    return cmocka_run_group_tests_name("flow/accept", tests, NULL, NULL);
}
