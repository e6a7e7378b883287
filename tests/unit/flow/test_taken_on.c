/* SPDX-License-Identifier: Apache-2.0 */
/* A click and a store that fails in the middle of it: "store" is said of what was not taken on, and
 * of nothing else. */

#include "tests/unit/flow/bridge_check.h"

#include "tests/unit/flow/script.h"

#define ME       "'user':'" USER "'"
#define ACCEPTED ",'wait':'accepted'"

typedef struct Click {
    const char *name;
    bool running; /* a timer runs before */
    AskFunction *ask;
    const char *params;
    const char *taken; /* number of what it leaves in the journal */
} Click;

#define INTENTS(kind) "SELECT count(*) FROM intent WHERE kind = '" kind "'"

static const Click clicks[] = {
    {"start", false, ask_timer_start, "{" ME ",'issue':'PZ-1','request_id':'r1'" ACCEPTED "}",
     INTENTS("start")},
    {"switch", true, ask_timer_start, "{" ME ",'issue':'PZ-2','request_id':'r1'" ACCEPTED "}",
     INTENTS("start")},
    {"stop", true, ask_timer_stop, "{" ME ",'request_id':'r1'" ACCEPTED "}", INTENTS("stop")},
    {"edit", true, ask_timer_edit, "{" ME ",'billable':true" ACCEPTED "}", INTENTS("edit")},
    {"discard", true, ask_timer_discard, "{" ME ",'request_id':'r1'" ACCEPTED "}",
     INTENTS("discard")},
    {"add", false, ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':600" ACCEPTED "}",
     INTENTS("add")},
};

static bool says(const Json *reply, const char *reason)
{
    const char *said = json_string(json_child(json_child(reply, "error"), "data"), "reason");

    return said && streq(said, reason);
}

static BridgeCheck *begin(const Click *click)
{
    void *made;
    BridgeCheck *check;

    bridge_check_make(&made);
    check = made;
    if (click->running)
        world_run_timer(&check->world);
    bridge_begin(check);
    bridge_settle(check);
    return check;
}

static void end(BridgeCheck *check)
{
    void *made = check;

    bridge_check_drop(&made);
}

/* false: there are not so many statements. */
static bool fails(const Click *click, void (*arm)(int64_t), int64_t number)
{
    BridgeCheck *check = begin(click);
    const Json *reply;
    bool failed;

    arm(number);
    reply = bridge_reply_to(check, bridge_ask(check, click->ask, click->params));
    failed = statement_has_failed();
    statement_fails_at(0);
    check_row(!json_has(reply, "error") || says(reply, "store") || says(reply, "internal"),
              click->name);
    check_row_int(bridge_number(check, click->taken), !says(reply, "store"), click->name);
    end(check);
    return failed;
}

static void whichever_statement_fails(void **state _unused_)
{
    static void (*const arms[])(int64_t) = {statement_fails_at, statements_fail_from};

    for (size_t i = 0; i < ARRAY_SIZE(clicks); i++)
        for (size_t a = 0; a < ARRAY_SIZE(arms); a++)
            for (int64_t number = 1; fails(&clicks[i], arms[a], number); number++)
                assert_true(number < 100);
}

/* Clockify is out of reach while the click's caller waits for it, and how the click stands cannot
 * be read or remembered: it was taken on all the same. */
static bool fails_when_queued(void (*arm)(int64_t), int64_t number)
{
    static const Click click = {"stop", true, NULL, NULL, INTENTS("stop")};
    BridgeCheck *check = begin(&click);
    uint64_t caller = bridge_ask(check, ask_timer_stop, "{" ME ",'request_id':'r1'}");
    const Json *reply;
    bool failed;

    bridge_expect(check, 1);
    arm(number);
    TURN(check, .ask = "PATCH *", .with = ANY_BODY, .status = NOT_SENT);
    reply = bridge_reply_to(check, caller);
    failed = statement_has_failed();
    statement_fails_at(0);
    check_row(!json_has(reply, "error") || says(reply, "internal"), click.name);
    check_row_int(bridge_number(check, click.taken), 1, click.name);
    end(check);
    return failed;
}

static void what_waits_is_not_denied(void **state _unused_)
{
    int64_t number;

    for (number = 1; fails_when_queued(statement_fails_at, number); number++)
        assert_true(number < 100);
    assert_true(number > 1);
    for (number = 1; fails_when_queued(statements_fail_from, number); number++)
        assert_true(number < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whichever_statement_fails),
        cmocka_unit_test(what_waits_is_not_denied),
    };

    return cmocka_run_group_tests_name("flow/taken_on", tests, NULL, NULL);
}
