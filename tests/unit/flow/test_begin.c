/* SPDX-License-Identifier: Apache-2.0 */
/* How a bridge comes up: from whatever its store holds, and when the store fails. */

#include "tests/unit/flow/bridge_check.h"

#include "store/setting.h"

#define SERVER "https://time.example.com"
#define BOOT   "GET " SERVER "/web/boot"

static void put_setting(BridgeCheck *check, const char *name, const char *value)
{
    Error error = {0};

    assert_int_equal(setting_put(check->world.db, name, value, &error), 0);
}

static BridgeCheck *lay_configured(void **state, const char *url)
{
    BridgeCheck *check = *state;

    check->world.no_server = true;
    check->key = "";
    set_string(&check->world.config->clockify.url, url);
    return check;
}

static void check_server(BridgeCheck *check, const char *wanted)
{
    uint64_t caller = bridge_ask(check, ask_server_get, "{}");

    check_json("server.get", bridge_reply_to(check, caller), wanted);
}

/* None of them is passed over: a bridge that knows half of its journal would do the wrong things.
 */
static void whichever_statement_fails_it_does_not_come_up(void **state)
{
    BridgeCheck *check = *state;
    Error error = {0};
    int64_t number = 1;

    world_run_timer(&check->world);
    world_ask(&check->world, INTENT_STOP, "{}", TEN + 1800);
    bridge_lay(check);
    for (;; number++) {
        statement_fails_at(number);
        if (bridge_try(check, &error) == 0)
            break;
        assert_int_equal(error.reason, ERROR_STORE);
    }
    /* What fails from here on is work of a bridge that is up: its own all came before. */
    for (int64_t later = number + 1; later < number + 4; later++) {
        bridge_kill(check);
        statement_fails_at(later);
        assert_int_equal(bridge_try(check, &error), 0);
    }
    statement_fails_at(0);
    bridge_begin_again(check);
    assert_true(number > 5); /* instance, server, discovered, paused, the journal */
    bridge_expect(check, 1); /* the stop is looked into */
}

static void a_stored_server_that_cannot_be_read_stops_the_start(void **state)
{
    static const char *const texts[] = {"not JSON", "{}", "[]", "{'api_url':1}"};
    BridgeCheck *check = *state;

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        Error error = {0};

        if (i == 0) {
            check->world.no_server = true;
            put_setting(check, SETTING_CLOCKIFY, texts[i]);
            bridge_lay(check);
        } else {
            _cleanup_free_ char *sql = xasprintf(
                "UPDATE setting SET value = \"%s\" WHERE name = '" SETTING_CLOCKIFY "'", texts[i]);

            bridge_exec(check, sql);
        }
        assert_int_equal(bridge_try(check, &error), -1);
        assert_true(error.message[0]);
    }
}

static void a_configured_address_that_is_none_stops_the_start(void **state)
{
    BridgeCheck *check = lay_configured(state, "ftp://time.example.com");
    Error error = {0};

    bridge_lay(check);
    assert_int_equal(bridge_try(check, &error), -1);
    assert_int_equal(error.reason, ERROR_INVALID_PARAMS);
}

static void what_another_server_said_does_not_count(void **state)
{
    BridgeCheck *check = lay_configured(state, SERVER);
    _cleanup_(clockify_server_done) ClockifyServer other = {0};
    _cleanup_json_ Json *json = NULL;
    _cleanup_free_ char *text = NULL;
    Error error = {0};

    assert_int_equal(clockify_server_from_url("https://other.example.com", &other, &error), 0);
    json = clockify_server_to_json(&other);
    text = json_text(json);
    put_setting(check, SETTING_DISCOVERED, text);
    bridge_begin(check);
    TURN(check, .ask = BOOT, .status = NOT_SENT);
    check_server(check, "{'result':{'api_url':'" SERVER "/api/v1'}}");
}

static void what_was_discovered_and_cannot_be_read_is_asked_for_again(void **state)
{
    BridgeCheck *check = lay_configured(state, SERVER);

    put_setting(check, SETTING_DISCOVERED, "half a tex");
    bridge_begin(check);
    TURN(check, .ask = BOOT, .says = "{'endpoint':'/clockify/api','selfHosted':true}");
    bridge_settle(check);
    check_server(check, "{'result':{'api_url':'" SERVER "/clockify/api/v1'}}");
}

/* The Configure page was quicker than the answer: what the admin set there stands. */
static void an_answer_that_is_no_longer_wanted_changes_nothing(void **state)
{
    BridgeCheck *check = lay_configured(state, SERVER);
    uint64_t caller;

    bridge_begin(check);
    bridge_expect(check, 1);
    caller = bridge_ask(check, ask_server_set,
                        "{'url':'https://api.clockify.me','by':'" USER "','force':true}");
    while (!bridge_was_answered(check, caller)) {
        bridge_settle(check);
        if (bridge_waiting() > 1)
            bridge_turn_at(check, 1, &(const Turn){.ask = "GET *", .status = NOT_SENT});
    }
    TURN(check, .ask = BOOT, .says = "{'endpoint':'/clockify/api','selfHosted':true}");
    bridge_settle(check);
    check_server(check, "{'result':{'api_url':'https://api.clockify.me/api/v1'}}");
}

static void paused_before_paused_after(void **state)
{
    BridgeCheck *check = *state;
    uint64_t caller;

    put_setting(check, SETTING_PAUSED, "upgrade of Jira");
    bridge_begin(check);
    caller = bridge_ask(check, ask_status, "{}");
    check_json("status", bridge_reply_to(check, caller),
               "{'result':{'paused':true,'pause_reason':'upgrade of Jira'}}");
}

/* ---- another configuration ---- */

static void other_timeout(Config *config)
{
    config->clockify.timeout_s = 33;
}

static void other_jira_timeout(Config *config)
{
    config->jira.timeout_s = 33;
}

static void other_proxy(Config *config)
{
    set_string(&config->clockify.proxy, "http://127.0.0.1:3128");
}

static void missing_ca(Config *config)
{
    set_string(&config->clockify.ca_file, "/nonexistent/ca.pem");
}

static void other_cert(Config *config)
{
    set_string(&config->clockify.client_cert, "/nonexistent/cert.pem");
}

static void other_key(Config *config)
{
    set_string(&config->clockify.client_key, "/nonexistent/key.pem");
}

/* Each time something that is not known yet. */
static void look_something_up(BridgeCheck *check, size_t number)
{
    _cleanup_free_ char *params = xasprintf("{'user':'" USER "','search':'%zu'}", number);
    uint64_t caller = bridge_ask(check, ask_tags, params);

    TURN(check, .ask = "GET clockify/workspaces/w1/tags?*", .says = "[{'id':'g1','name':'Bug'}]");
    check_json("tags", bridge_reply_to(check, caller), "{'result':{'items':[{'id':'g1'}]}}");
}

/* What is asked for next goes through clients that were made with it; the world stays the same. */
static void each_setting_of_the_clients_takes_effect(void **state)
{
    static void (*const changes[])(Config *) = {other_timeout, other_jira_timeout, other_proxy,
                                                missing_ca,    other_cert,         other_key};
    BridgeCheck *check = *state;

    bridge_begin(check);
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        Config *old = check->world.config, *config = config_default();
        Error error = {0};

        set_string(&config->jira.url, JIRA_URL);
        changes[i](config);
        if (bridge_set_config(check->bridge, config, &error) < 0) {
            assert_true(error.message[0]);
            config_free(config);
        } else {
            check->world.config = config;
            config_free(old);
        }
        look_something_up(check, i);
    }
}

int main(void)
{
#define WITH_BRIDGE(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, bridge_check_make, bridge_check_drop)
    const struct CMUnitTest tests[] = {
        WITH_BRIDGE(whichever_statement_fails_it_does_not_come_up),
        WITH_BRIDGE(a_stored_server_that_cannot_be_read_stops_the_start),
        WITH_BRIDGE(a_configured_address_that_is_none_stops_the_start),
        WITH_BRIDGE(what_another_server_said_does_not_count),
        WITH_BRIDGE(what_was_discovered_and_cannot_be_read_is_asked_for_again),
        WITH_BRIDGE(an_answer_that_is_no_longer_wanted_changes_nothing),
        WITH_BRIDGE(paused_before_paused_after),
        WITH_BRIDGE(each_setting_of_the_clients_takes_effect),
    };

    return cmocka_run_group_tests_name("flow/begin", tests, NULL, NULL);
}
