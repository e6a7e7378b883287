/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the database, what a bridge does on a restored one, and the audit trail where the store
 * or a stranger has harmed it. */

#include "tests/unit/flow/bridge_steps.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "store/copy.h"
#include "store/setting.h"

#define LONG_AFTER  "9999999999"
#define LONG_BEFORE "1000"

static void put_setting(BridgeCheck *check, const char *name, const char *value)
{
    Error error = {0};

    assert_int_equal(setting_put(check->world.db, name, value, &error), 0);
}

/* ---- copies ---- */

typedef struct Folder {
    char path[32];
} Folder;

static Folder begin_in_folder(BridgeCheck *check)
{
    Folder folder = {"/tmp/flow-copy-XXXXXX"};

    assert_non_null(mkdtemp(folder.path));
    _cleanup_free_ char *database = xasprintf("%s/bridge.db", folder.path);
    set_string(&check->world.config->store.path, database);
    bridge_begin(check);
    return folder;
}

static void remove_folder(Folder *folder)
{
    assert_int_equal(rmdir(folder->path), 0); /* nothing was left in it */
}

static void a_copy_is_made_beside_the_database(void **state)
{
    BridgeCheck *check = *state;
    _cleanup_(remove_folder) Folder folder _unused_ = begin_in_folder(check);
    uint64_t first = bridge_ask(check, ask_backup, "{}"), second;
    struct stat info;
    const char *file;

    second = bridge_ask(check, ask_backup, "{}");
    check_reply(check, second, "{'error':{'data':{'reason':'busy','retry_after_s':5}}}");
    const Json *result = json_child(bridge_reply_to(check, first), "result");
    file = json_string(result, "file");
    assert_non_null(file);
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_size, json_int(result, "size", 0));
    assert_int_equal(
        bridge_number(check, "SELECT count(*) FROM audit WHERE action = 'store.backup'"), 1);
    unlink(file);
}

static void where_it_cannot_be_made_the_next_one_can(void **state)
{
    BridgeCheck *check = *state;
    _cleanup_(remove_folder) Folder folder _unused_ = begin_in_folder(check);
    _cleanup_free_ char *good = xstrdup(check->world.config->store.path);
    uint64_t caller;

    set_string(&check->world.config->store.path, "/nonexistent/bridge.db");
    check_reply(check, bridge_ask(check, ask_backup, "{}"),
                "{'error':{'data':{'reason':'store'}}}");
    set_string(&check->world.config->store.path, good);
    statement_fails_at(1);
    check_reply(check, bridge_ask(check, ask_backup, "{}"),
                "{'error':{'data':{'reason':'store'}}}");
    statement_fails_at(0);
    caller = bridge_ask(check, ask_backup, "{}");
    const Json *result = json_child(bridge_reply_to(check, caller), "result");
    assert_int_equal(unlink(json_string(result, "file")), 0);
}

/* Several pieces; at the end of the process the rest is not made, and nothing is left behind. */
static void one_that_is_cut_off_by_the_end_leaves_nothing(void **state)
{
    BridgeCheck *check = *state;
    Folder folder = begin_in_folder(check);

    bridge_exec(check, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                       "6000) INSERT INTO setting SELECT 'n' || i, hex(zeroblob(500)) FROM n");
    bridge_ask(check, ask_backup, "{}");
    bridge_check_drop(state);
    remove_folder(&folder);
    bridge_check_make(state); /* for the one who tidies up */
}

/* ---- on a restored database ---- */

/* The stop is new, the worklog is not. */
static void a_worklog_of_before_is_looked_for_at_its_first_attempt(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop;

    world_run_timer(&check->world);
    all_remembered(&check->world);
    put_setting(check, SETTING_RESTORED, LONG_AFTER);
    bridge_begin(check);
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[" IN_JIRA "]}");
    check_reply(check, stop, "{'result':{'entry':{'worklog':{'state':'written','jira_id':'77'}}}}");
    bridge_expect(check, 0);
}

static void one_that_is_not_there_is_written_at_once(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop;

    world_run_timer(&check->world);
    all_remembered(&check->world);
    put_setting(check, SETTING_RESTORED, LONG_AFTER);
    bridge_begin(check);
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[]}");
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    check_reply(check, stop, "{'result':{'entry':{'worklog':{'state':'written','jira_id':'77'}}}}");
    bridge_expect(check, 0);
}

static void one_of_after_it_costs_no_look(void **state)
{
    BridgeCheck *check = *state;

    world_run_timer(&check->world);
    all_remembered(&check->world);
    put_setting(check, SETTING_RESTORED, LONG_BEFORE);
    bridge_begin(check);
    bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_WRITE, .with = ANY_BODY, .status = 201, .says = IN_JIRA);
    bridge_expect(check, 0);
}

/* Nothing of it was resolved when the copy was made; made it was all the same. */
static void a_start_that_was_not_resolved_is_looked_for(void **state)
{
    BridgeCheck *check = *state;

    all_remembered(&check->world);
    check->world.config->journal.settle_s = 0;
    world_ask(&check->world, INTENT_START, "{'issue':'PZ-1'}", TEN);
    put_setting(check, SETTING_RESTORED, LONG_AFTER);
    bridge_begin(check);
    turn_issue(check);
    TURN(check, .ask = ASK_LOOK, .says = "[" RUNS("e1") "]");
    bridge_expect(check, 0);
    check_reply(check, bridge_ask(check, ask_entry_list, "{" ME "}"),
                "{'result':{'items':[{'clockify_id':'e1','delivery':'done'}]}}");
}

static void and_made_where_it_is_not_found(void **state)
{
    BridgeCheck *check = *state;

    all_remembered(&check->world);
    check->world.config->journal.settle_s = 0;
    world_ask(&check->world, INTENT_START, "{'issue':'PZ-1'}", TEN);
    put_setting(check, SETTING_RESTORED, LONG_AFTER);
    bridge_begin(check);
    turn_issue(check);
    TURN(check, .ask = ASK_LOOK, .says = "[]");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e1"));
    bridge_expect(check, 0);
}

static void who_restored_it_stands_in_the_trail_once(void **state)
{
    static const char *const texts[] = {"{\"account\":\"root\",\"file\":\"/b\"}", "half a tex"};
    static const char *const wanted[] = {
        "{'result':{'items':[{'action':'store.restore','account':'root','details':{'file':'/"
        "b'}}]}}",
        "{'result':{'items':[{'action':'store.restore','account':null,'details':{}}]}}"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        BridgeCheck *check;

        bridge_check_make(state);
        check = *state;
        put_setting(check, SETTING_RESTORED_BY, texts[i]);
        bridge_begin(check);
        check_reply(check, bridge_ask(check, ask_audit_list, "{}"), wanted[i]);
        bridge_begin_again(check);
        check_reply(check, bridge_ask(check, ask_audit_list, "{}"), wanted[i]);
        bridge_check_drop(state);
    }
}

/* ---- the trail ---- */

static void a_reload_is_in_effect_whatever_becomes_of_its_row(void **state)
{
    BridgeCheck *check = *state;
    _cleanup_json_ Json *changed = json_of("['log.level']");

    bridge_begin(check);
    check->reload_says = json_of("['log.level']");
    bridge_settle(check);
    statement_fails_at(1);
    check_reply(check, bridge_ask(check, ask_reload, "{}"), "{'result':{'changed':['log.level']}}");
    statement_fails_at(0);
    check_reply(check, bridge_ask(check, ask_audit_verify, "{}"),
                "{'result':{'ok':true,'count':0,'head':null}}");
    bridge_note_reload(check->bridge, changed);
    bridge_settle(check);
    check_reply(check, bridge_ask(check, ask_audit_list, "{}"),
                "{'result':{'items':[{'action':'bridge.reload','account':null,"
                "'details':{'changed':['log.level']}}]}}");
}

static void a_rotation_stands_with_its_row_or_not_at_all(void **state)
{
    const char keys[] = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n"
                        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    BridgeCheck *check = *state;
    char path[] = "/tmp/flow-check-keys-XXXXXX";
    int fd = mkstemp(path);
    int64_t number = 1;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, keys, sizeof(keys) - 1), sizeof(keys) - 1);
    close(fd);
    set_string(&check->world.config->secrets.master_key_file, path);
    bridge_begin(check);
    for (;; number++) {
        const Json *reply;

        bridge_settle(check);
        statement_fails_at(number);
        reply = bridge_reply_to(check, bridge_ask(check, ask_rotate, "{}"));
        if (!statement_has_failed())
            break;
        check_json("rotate", reply, "{'error':{'data':{'reason':'store'}}}");
        assert_int_equal(bridge_number(check, "SELECT count(*) FROM audit"), 0);
    }
    statement_fails_at(0);
    unlink(path);
    assert_true(number > 5);
    check_reply(check, bridge_ask(check, ask_audit_list, "{}"),
                "{'result':{'items':[{'action':'secret.rotate','account':'root',"
                "'details':{'sealed':2}}]}}");
}

static void a_trail_whose_key_was_harmed_stops_nothing(void **state)
{
    BridgeCheck *check = *state;

    bridge_begin(check);
    check_reply(check, bridge_ask(check, ask_pause, "{}"), "{'result':{'paused':true}}");
    bridge_exec(check, "UPDATE audit_head SET sealed = x'00'");
    bridge_begin_again(check);
    check_reply(check, bridge_ask(check, ask_resume, "{}"), "{'result':{'paused':false}}");
    check_reply(check, bridge_ask(check, ask_audit_verify, "{}"),
                "{'result':{'ok':false,'broken':'1'}}");
}

static void details_that_are_no_object_are_shown_as_empty(void **state)
{
    BridgeCheck *check = *state;

    bridge_begin(check);
    bridge_reply_to(check, bridge_ask(check, ask_pause, "{}"));
    bridge_exec(check, "UPDATE audit SET details = 'half a tex'");
    check_reply(check, bridge_ask(check, ask_audit_list, "{}"),
                "{'result':{'items':[{'action':'bridge.pause','details':{}}]}}");
    check_reply(check, bridge_ask(check, ask_audit_verify, "{}"),
                "{'result':{'ok':false,'broken':'1'}}");
}

/* More than one piece of work for the store. */
static void a_long_trail_is_checked_in_pieces(void **state)
{
    BridgeCheck *check = *state;

    bridge_begin(check);
    bridge_reply_to(check, bridge_ask(check, ask_pause, "{}"));
    bridge_exec(check, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < "
                       "5000) INSERT INTO audit SELECT i, 1, 'x', NULL, NULL, '{}', x'00' FROM n");
    check_reply(check, bridge_ask(check, ask_audit_verify, "{'head':'1:00'}"),
                "{'result':{'ok':false,'count':5000,'broken':'2'}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(a_copy_is_made_beside_the_database),
        WITH_BRIDGE(where_it_cannot_be_made_the_next_one_can),
        WITH_BRIDGE(one_that_is_cut_off_by_the_end_leaves_nothing),
        WITH_BRIDGE(a_worklog_of_before_is_looked_for_at_its_first_attempt),
        WITH_BRIDGE(one_that_is_not_there_is_written_at_once),
        WITH_BRIDGE(one_of_after_it_costs_no_look),
        WITH_BRIDGE(a_start_that_was_not_resolved_is_looked_for),
        WITH_BRIDGE(and_made_where_it_is_not_found),
        cmocka_unit_test(who_restored_it_stands_in_the_trail_once),
        WITH_BRIDGE(a_reload_is_in_effect_whatever_becomes_of_its_row),
        WITH_BRIDGE(a_rotation_stands_with_its_row_or_not_at_all),
        WITH_BRIDGE(a_trail_whose_key_was_harmed_stops_nothing),
        WITH_BRIDGE(details_that_are_no_object_are_shown_as_empty),
        WITH_BRIDGE(a_long_trail_is_checked_in_pieces),
    };

    return cmocka_run_group_tests_name("flow/restore", tests, NULL, NULL);
}
