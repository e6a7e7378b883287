/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge whole from its start to its end: paused, stopped, killed, and what it does by itself.
 */

#include "tests/unit/flow/bridge_steps.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- pause, end, kill ---- */

static void paused_takes_clicks_and_sends_nothing(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t start;

    bridge_reply_to(check, bridge_ask(check, ask_pause, "{}"));
    start = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    check_reply(check, start, "{'result':{'entry':{'delivery':'queued'}}}");
    check_reply(check, bridge_ask(check, ask_tags, "{" ME "}"),
                "{'error':{'data':{'reason':'unavailable'}}}");
    bridge_expect(check, 0);
    bridge_reply_to(check, bridge_ask(check, ask_resume, "{}"));
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
}

static void at_the_end_nothing_new_begins(void **state)
{
    BridgeCheck *check = begin_warm(state);
    uint64_t first = bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}"), second;

    bridge_expect(check, 1);
    second = bridge_ask(check, ask_entry_add, "{" ME ",'issue':'PZ-1','seconds':1800}");
    bridge_settle(check);
    bridge_drain(check->bridge);
    check_reply(check, second, "{'result':{'entry':{'delivery':'queued'}}}");
    assert_false(bridge_drained(check->bridge)); /* the first is under way */
    turn_made(check, RUNS("e1"));
    check_reply(check, first, "{'result':{'entry':{'delivery':'done'}}}");
    bridge_expect(check, 0);
    assert_true(bridge_drained(check->bridge));
}

static void killed_before_the_answer_looked_for_after(void **state)
{
    BridgeCheck *check = begin_warm(state);

    bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    turn_issue(check);
    bridge_expect(check, 1);
    bridge_begin_again(check);
    TURN(check, .ask = ASK_LOOK, .says = "[]");
    TURN(check, .ask = ASK_MAKE, .with = ANY_BODY, .status = 201, .says = RUNS("e1"));
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'clockify_id':'e1','delivery':'done'}]}}");
}

static void killed_before_anything_was_sent(void **state)
{
    BridgeCheck *check = begin_warm(state);

    bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    bridge_expect(check, 1);
    bridge_begin_again(check);
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
}

static void killed_while_a_worklog_was_written(void **state)
{
    BridgeCheck *check = begin_running(state);

    bridge_ask(check, ask_timer_stop, "{" ME "}");
    turn_stopped(check);
    TURN(check, MYSELF);
    bridge_expect(check, 1);
    bridge_begin_again(check);
    TURN(check, MYSELF);
    TURN(check, .ask = ASK_READ, .says = "{'worklogs':[" IN_JIRA "]}");
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'worklog':{'state':'written','jira_id':'77'}}]}}");
}

static void what_was_blocked_stays_aside_after_a_kill(void **state)
{
    BridgeCheck *check = begin_running(state);
    uint64_t stop = bridge_ask(check, ask_timer_stop, "{" ME "}");

    TURN(check, .ask = ASK_STOP, .with = ANY_BODY, .status = REQUIRED);
    TURN(check, .ask = ASK_OURS, .says = RUNS("e1"));
    bridge_reply_to(check, stop);
    bridge_begin_again(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'delivery':'blocked'}]}}");
}

/* ---- what the bridge does by itself ---- */

static void a_timer_stopped_elsewhere_is_noticed(void **state)
{
    BridgeCheck *check = *state;

    check->world.config->worklog.stopped_elsewhere = true;
    check->world.config->worklog.stopped_elsewhere_poll_s = 1;
    begin_running(state);
    bridge_expect(check, 1);
    TURN(check, .ask = "GET clockify/workspaces/w1/user/u1/time-entries?in-progress=true*",
         .says = "[]");
    TURN(check, .ask = ASK_OURS, .says = ENDED("e1"));
    turn_written(check);
    bridge_expect(check, 0);
    check_list(check, "{'result':{'items':[{'state':'stopped','worklog':{'state':'written',"
                      "'seconds':1800}}]}}");
}

static void a_configured_server_is_asked_where_its_api_is(void **state)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    set_string(&check->world.config->clockify.url, "https://time.example.com");
    check->key = "";
    bridge_begin(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot",
         .says = "{'endpoint':'/clockify/api','selfHosted':true}");
    bridge_settle(check);
    check_reply(check, bridge_ask(check, ask_server_get, "{}"),
                "{'result':{'api_url':'https://time.example.com/clockify/api/v1'}}");
    bridge_expect(check, 0);
}

static void a_configured_server_that_cannot_be_reached_stays_as_it_is(void **state)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    set_string(&check->world.config->clockify.url, "https://time.example.com");
    check->key = "";
    bridge_begin(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot", .status = NOT_SENT);
    bridge_expect(check, 0); /* asked again in a minute */
    check_reply(check, bridge_ask(check, ask_server_get, "{}"),
                "{'result':{'api_url':'https://time.example.com/api/v1'}}");
}

static void what_a_configured_server_said_is_remembered(void **state)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    set_string(&check->world.config->clockify.url, "https://time.example.com");
    check->key = "";
    bridge_begin(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot", .says = "{'endpoint':'/else/api'}");
    bridge_expect(check, 0);
    bridge_begin_again(check);
    TURN(check, .ask = "GET https://time.example.com/web/boot", .status = NOT_SENT);
    check_reply(check, bridge_ask(check, ask_server_get, "{}"),
                "{'result':{'api_url':'https://time.example.com/else/api/v1'}}");
}

/* Writes conf/server.xml with a connector on this port into the directory. */
static void write_server_xml(const char *directory, int port)
{
    _cleanup_free_ char *conf = xasprintf("%s/conf", directory);
    _cleanup_free_ char *path = xasprintf("%s/conf/server.xml", directory);
    FILE *file;

    mkdir(conf, 0755);
    file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file,
            "<Server port=\"8005\"><Service name=\"Catalina\">"
            "<Connector port=\"%d\" protocol=\"HTTP/1.1\"/><Engine name=\"Catalina\" "
            "defaultHost=\"localhost\"><Host name=\"localhost\"><Context path=\"/jira\" "
            "docBase=\"${catalina.home}/atlassian-jira\"/></Host></Engine></Service></Server>",
            port);
    fclose(file);
}

static void remove_server_xml(const char *directory)
{
    _cleanup_free_ char *conf = xasprintf("%s/conf", directory);
    _cleanup_free_ char *path = xasprintf("%s/conf/server.xml", directory);

    unlink(path);
    rmdir(conf);
    rmdir(directory);
}

static const char *jira_url(BridgeCheck *check)
{
    const Json *reply = bridge_reply_to(check, bridge_ask(check, ask_status, "{}"));

    return json_string(json_child(json_child(reply, "result"), "jira"), "url");
}

static void the_node_is_found_and_found_again_when_it_moves(void **state)
{
    BridgeCheck *check = *state;
    char directory[] = "/tmp/flow-check-jira-XXXXXX";

    assert_non_null(mkdtemp(directory));
    write_server_xml(directory, 8080);
    check->world.no_jira = true; /* no address in the configuration */
    set_string(&check->world.config->jira.install_dir, directory);
    begin_warm(state);
    assert_string_equal(jira_url(check), "http://127.0.0.1:8080/jira");
    write_server_xml(directory, 8090);
    for (int i = 0; i < 40 && !streq(jira_url(check), "http://127.0.0.1:8090/jira"); i++)
        bridge_turn_loop(check, 100);
    assert_string_equal(jira_url(check), "http://127.0.0.1:8090/jira");
    remove_server_xml(directory);
}

static void a_node_that_is_not_there_yet_leaves_worklogs_pending(void **state)
{
    BridgeCheck *check = *state;
    uint64_t stop;

    check->world.no_jira = true;
    begin_running(state);
    stop = bridge_ask(check, ask_timer_stop, "{" ME ",'wait':'worklog'}");
    turn_stopped(check);
    check_reply(check, stop,
                "{'result':{'entry':{'delivery':'done',"
                "'worklog':{'state':'pending'}}}}");
    bridge_expect(check, 0);
}

/* ---- another configuration, another key ---- */

static void another_configuration_takes_effect(void **state)
{
    BridgeCheck *check = begin_warm(state);
    Config *old = check->world.config;
    Config *config = config_default();
    Error error = {0};

    set_string(&config->jira.url, JIRA_URL);
    config->clockify.timeout_s = 33; /* new clients; what is under way with the old ones ends */
    assert_int_equal(bridge_set_config(check->bridge, config, &error), 0);
    check->world.config = config;
    config_free(old);
    bridge_ask(check, ask_timer_start, "{" ME ",'issue':'PZ-1'}");
    turn_made(check, RUNS("e1"));
    bridge_expect(check, 0);
    check->reload_says = json_of("['clockify.timeout_s']");
    check_reply(check, bridge_ask(check, ask_reload, "{}"),
                "{'result':{'changed':['clockify.timeout_s']}}");
}

static void secrets_are_sealed_anew(void **state)
{
    const char keys[] = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n"
                        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    BridgeCheck *check = begin_warm(state);
    char path[] = "/tmp/flow-check-keys-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, keys, sizeof(keys) - 1), sizeof(keys) - 1);
    close(fd);
    set_string(&check->world.config->secrets.master_key_file, path);
    check_reply(check, bridge_ask(check, ask_rotate, "{}"), "{'result':{'sealed':2}}");
    unlink(path);
    /* And they open. */
    bridge_ask(check, ask_tags, "{" ME "}");
    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(paused_takes_clicks_and_sends_nothing),
        WITH_BRIDGE(at_the_end_nothing_new_begins),
        WITH_BRIDGE(killed_before_the_answer_looked_for_after),
        WITH_BRIDGE(killed_before_anything_was_sent),
        WITH_BRIDGE(killed_while_a_worklog_was_written),
        WITH_BRIDGE(what_was_blocked_stays_aside_after_a_kill),
        WITH_BRIDGE(a_timer_stopped_elsewhere_is_noticed),
        WITH_BRIDGE(a_configured_server_is_asked_where_its_api_is),
        WITH_BRIDGE(a_configured_server_that_cannot_be_reached_stays_as_it_is),
        WITH_BRIDGE(what_a_configured_server_said_is_remembered),
        WITH_BRIDGE(the_node_is_found_and_found_again_when_it_moves),
        WITH_BRIDGE(a_node_that_is_not_there_yet_leaves_worklogs_pending),
        WITH_BRIDGE(another_configuration_takes_effect),
        WITH_BRIDGE(secrets_are_sealed_anew),
    };

    return cmocka_run_group_tests_name("flow/life", tests, NULL, NULL);
}
