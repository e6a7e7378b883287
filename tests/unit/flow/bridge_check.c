/* SPDX-License-Identifier: Apache-2.0 */
/* See bridge_check.h. A failure in here fails the test that called. */

#include "tests/unit/flow/bridge_check.h"

#include <stdio.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "store/setting.h"

#define PATIENCE_MS 10000
#define INSTANCE    "0123456789abcdef"

/* ---- the network that is none ---- */

/* One request that waits for its answer. */
typedef struct Pending {
    RestRequest request;
    RestDone done;
    void *arg;
    struct Pending *next;
} Pending;

/* A stub has no context of its own. */
static Pending *pending;

void __wrap_rest_send(RestClient *client, RestRequest *request, RestDone done, void *arg);

void __wrap_rest_send(RestClient *client _unused_, RestRequest *request, RestDone done, void *arg)
{
    Pending *added = xcalloc(1, sizeof(*added)), **place = &pending;

    added->request = *request;
    *request = (RestRequest){0};
    added->done = done;
    added->arg = arg;
    while (*place)
        place = &(*place)->next;
    *place = added;
}

size_t bridge_waiting(void)
{
    size_t count = 0;

    for (const Pending *p = pending; p; p = p->next)
        count++;
    return count;
}

static Pending *take_pending(size_t index)
{
    Pending **place = &pending, *taken;

    while (index-- > 0)
        place = &(*place)->next;
    taken = *place;
    *place = taken->next;
    return taken;
}

static void drop_pending(void)
{
    while (pending) {
        Pending *dropped = take_pending(0);

        rest_request_done(&dropped->request);
        free(dropped);
    }
}

/* ---- beginning and end ---- */

static Keyring *make_keyring(void)
{
    const char line[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    char path[] = "/tmp/flow-check-key-XXXXXX";
    int fd = mkstemp(path);
    Keyring *keyring = NULL;
    Error error = {0};
    int r;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, line, sizeof(line) - 1), sizeof(line) - 1);
    close(fd);
    r = keyring_load(path, &keyring, &error);
    unlink(path);
    if (r < 0)
        fail_msg("%s", error.message);
    return keyring;
}

/* The accounts of the world hold no secret that opens: now they do. */
static void seal_account(World *world, const Keyring *keyring, const char *user, Service service)
{
    const char *text = service == SERVICE_CLOCKIFY ? CLOCKIFY_KEY : JIRA_TOKEN;
    SealContext context = {
        .instance = INSTANCE, .user = user, .service = service_name(service), .version = 1};
    _cleanup_(account_done) Account account = {0};
    _cleanup_secret_ Secret *secret = secret_from_token(text);
    Error error = {0};

    if (account_get(world->db, user, service, &account, &error) == 0)
        return; /* not connected */
    sealed_done(&account.sealed);
    assert_int_equal(keyring_seal(keyring, &context, secret, &account.sealed, &error), 0);
    assert_int_equal(account_put(world->db, &account, &error), 0);
}

static void store_world(World *world, const Keyring *keyring)
{
    static const char *const users[] = {USER, OTHER};
    _cleanup_json_ Json *server = clockify_server_to_json(&world->server);
    _cleanup_free_ char *text = json_text(server);
    Error error = {0};

    assert_int_equal(setting_put(world->db, SETTING_INSTANCE, INSTANCE, &error), 0);
    if (!world->no_server)
        assert_int_equal(setting_put(world->db, SETTING_CLOCKIFY, text, &error), 0);
    for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
        seal_account(world, keyring, users[i], SERVICE_CLOCKIFY);
        seal_account(world, keyring, users[i], SERVICE_JIRA);
    }
}

static int results_wait(sd_event_source *source _unused_, int fd _unused_, uint32_t events _unused_,
                        void *userdata)
{
    store_dispatch(((BridgeCheck *)userdata)->store);
    return 0;
}

static void keep_reply(void *context, uint64_t caller, Json *result, const Error *error)
{
    BridgeCheck *check = context;
    Json *reply = json_new_object();

    assert_true(caller < CALLS_MOST);
    assert_null(check->replies[caller]); /* each call is answered once */
    assert_true(!result != !error);
    json_put(reply, error ? "error" : "result", error ? error_to_json(error) : result);
    check->replies[caller] = reply;
}

static int reload(void *context, Json **ret_changed, Error *error)
{
    BridgeCheck *check = context;

    if (!check->reload_says)
        return error_set(error, ERROR_INVALID_PARAMS, "The file is bad.");
    *ret_changed = json_ref(check->reload_says);
    return 0;
}

static const char *account(void *context _unused_, uint64_t caller)
{
    return caller ? "root" : NULL;
}

int bridge_try(BridgeCheck *check, Error *error)
{
    const BridgeParts parts = {.event = check->event,
                               .config = check->world.config,
                               .store = check->store,
                               .keyring = make_keyring(),
                               .node = "node-1",
                               .version = "1.2.3",
                               .reply = keep_reply,
                               .reply_context = check,
                               .account = account,
                               .reload = reload,
                               .reload_context = check};

    return bridge_new(&parts, &check->bridge, error);
}

static void start_bridge(BridgeCheck *check)
{
    Error error = {0};

    if (bridge_try(check, &error) < 0)
        fail_msg("%s", error.message);
}

void bridge_lay(BridgeCheck *check)
{
    Keyring *keyring = make_keyring();
    Error error = {0};

    store_world(&check->world, keyring);
    keyring_free(keyring);
    set_string(&check->world.config->jira.url, check->world.no_jira ? "" : JIRA_URL);
    assert_true(sd_event_new(&check->event) >= 0);
    assert_int_equal(store_new(STEAL(check->world.db), &check->store, &error), 0);
    assert_true(sd_event_add_io(check->event, NULL, store_fd(check->store), 1 /* EPOLLIN */,
                                results_wait, check) >= 0);
}

void bridge_begin(BridgeCheck *check)
{
    bridge_lay(check);
    start_bridge(check);
}

void bridge_kill(BridgeCheck *check)
{
    bridge_stop(check->bridge);
    bridge_settle(check); /* what is with the store comes back */
    drop_pending();
    bridge_free(STEAL(check->bridge));
    for (size_t i = 0; i < CALLS_MOST; i++)
        json_object_put(STEAL(check->replies[i]));
}

void bridge_begin_again(BridgeCheck *check)
{
    bridge_kill(check);
    start_bridge(check);
}

int bridge_check_make(void **state)
{
    BridgeCheck *check = xcalloc(1, sizeof(*check));

    log_setup(LOG_LEVEL_ERROR, LOG_TARGET_STDERR);
    world_init(&check->world);
    set_string(&check->world.config->jira.install_dir, "/nonexistent");
    check->key = CLOCKIFY_KEY;
    check->token = JIRA_TOKEN;
    check->calls = 1;
    *state = check;
    return 0;
}

int bridge_check_drop(void **state)
{
    BridgeCheck *check = *state;

    if (check->bridge)
        bridge_stop(check->bridge);
    store_free(check->store);
    bridge_free(check->bridge);
    drop_pending();
    sd_event_unref(check->event);
    for (size_t i = 0; i < CALLS_MOST; i++)
        json_object_put(check->replies[i]);
    json_object_put(check->reload_says);
    world_done(&check->world);
    free(check);
    return 0;
}

/* ---- the loop ---- */

static void run_once(BridgeCheck *check)
{
    assert_true(sd_event_run(check->event, 5000) >= 0);
}

static int do_nothing(Db *db _unused_, void *arg _unused_, Error *error _unused_)
{
    return 0;
}

void bridge_settle(BridgeCheck *check)
{
    int64_t until = time_monotonic_ms() + PATIENCE_MS;
    int quiet = 0;

    /* Once nothing is done, what was given to the store before is done, too. */
    while (quiet < 2) {
        assert_int_equal(store_call(check->store, do_nothing, NULL, NULL), 0);
        quiet++;
        while (sd_event_run(check->event, 1000) > 0)
            quiet = 0;
        assert_true(time_monotonic_ms() < until);
    }
}

void bridge_turn_loop(BridgeCheck *check, int64_t for_ms)
{
    int64_t until = time_monotonic_ms() + for_ms;

    while (time_monotonic_ms() < until)
        run_once(check);
}

static void wait_for_requests(BridgeCheck *check, size_t count, const char *what)
{
    int64_t until = time_monotonic_ms() + PATIENCE_MS;

    while (bridge_waiting() < count) {
        run_once(check);
        if (time_monotonic_ms() > until)
            fail_msg("never asked: %s", what);
    }
}

void bridge_expect(BridgeCheck *check, size_t waiting)
{
    wait_for_requests(check, waiting, "as much as expected");
    bridge_settle(check);
    for (const Pending *p = pending; p && bridge_waiting() != waiting; p = p->next)
        print_message("# waits: %s\n", p->request.url);
    assert_int_equal(bridge_waiting(), waiting);
}

uint64_t bridge_ask(BridgeCheck *check, AskFunction *function, const char *params)
{
    _cleanup_json_ Json *json = json_of(params);

    assert_true(check->calls < CALLS_MOST);
    function(check->bridge, check->calls, json);
    return check->calls++;
}

bool bridge_was_answered(const BridgeCheck *check, uint64_t caller)
{
    return check->replies[caller] != NULL;
}

const Json *bridge_reply_to(BridgeCheck *check, uint64_t caller)
{
    int64_t until = time_monotonic_ms() + PATIENCE_MS;

    while (!check->replies[caller]) {
        run_once(check);
        if (time_monotonic_ms() > until)
            fail_msg("call %llu was never answered", (unsigned long long)caller);
    }
    return check->replies[caller];
}

/* ---- requests ---- */

static void check_secret(const BridgeCheck *check, const RestRequest *request, const char *name)
{
    bool jira = strncmp(request->url, JIRA_URL, strlen(JIRA_URL)) == 0;
    const char *wanted = jira ? check->token : check->key;

    if (!wanted[0]) {
        check_row(!request->secret, name);
        return;
    }
    check_row_int(request->auth, jira ? REST_AUTH_BEARER : REST_AUTH_API_KEY, name);
    check_row(request->secret, name);
    check_row_int(secret_length(request->secret), strlen(wanted), name);
    check_row(memcmp(secret_bytes(request->secret), wanted, strlen(wanted)) == 0, name);
}

void bridge_turn_at(BridgeCheck *check, size_t index, const Turn *turn)
{
    Pending *asked;
    RestAnswer answer;

    wait_for_requests(check, index + 1, turn->ask);
    asked = take_pending(index);
    answer = turn_answer(turn, turn->ask, &asked->request);
    check_secret(check, &asked->request, turn->ask);
    asked->done(asked->arg, &answer);
    rest_answer_done(&answer);
    rest_request_done(&asked->request);
    free(asked);
}

void bridge_turn(BridgeCheck *check, const Turn *turn)
{
    bridge_turn_at(check, 0, turn);
}

const Json *bridge_converse(BridgeCheck *check, AskFunction *function, const char *params,
                            const Turn *turns, size_t count)
{
    uint64_t caller = bridge_ask(check, function, params);

    for (size_t i = 0; i < count && turns[i].ask; i++)
        bridge_turn(check, &turns[i]);
    return bridge_reply_to(check, caller);
}

/* ---- the database ---- */

typedef struct Sql {
    const char *text;
    int64_t number;
} Sql;

static int read_number(Db *db, void *arg, Error *error)
{
    Sql *sql = arg;
    _cleanup_query_ DbQuery *query = db_query(db, sql->text);
    int r = db_next(query, error);

    sql->number = r > 0 ? db_column_int(query, 0) : -1;
    return r < 0 ? -1 : 0;
}

int64_t bridge_number(BridgeCheck *check, const char *sql)
{
    Sql work = {.text = sql};
    Error error = {0};

    if (store_call(check->store, read_number, &work, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
    return work.number;
}

static int exec(Db *db, void *arg, Error *error)
{
    return db_exec(db, arg, error);
}

void bridge_exec(BridgeCheck *check, const char *sql)
{
    Error error = {0};

    if (store_call(check->store, exec, (void *)sql, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
}
