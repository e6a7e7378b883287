/* SPDX-License-Identifier: Apache-2.0 */
/* See flow_check.h. A failure in here fails the test that called. */

#include "tests/unit/flow/flow_check.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time.h"
#include "flow/render.h"
#include "store/schema.h"

/* ---- the world ---- */

static void connect_account(World *world, const char *user, Service service);

void world_init(World *world)
{
    Error error = {0};

    *world = (World){.config = config_default()};
    if (db_open_sqlite(":memory:", &world->db, &error) < 0 ||
        schema_migrate(world->db, &error) < 0 ||
        clockify_server_from_url("https://api.clockify.me", &world->server, &error) < 0)
        fail_msg("%s", error.message);
    connect_account(world, USER, SERVICE_CLOCKIFY);
    connect_account(world, USER, SERVICE_JIRA);
}

void world_connect_other(World *world)
{
    connect_account(world, OTHER, SERVICE_CLOCKIFY);
    connect_account(world, OTHER, SERVICE_JIRA);
}

static void connect_account(World *world, const char *user, Service service)
{
    bool ada = streq(user, USER), clockify = service == SERVICE_CLOCKIFY;
    unsigned char blob[] = "sealed";
    const Account account = {
        .user = (char *)user,
        .service = service,
        .sealed = {blob, sizeof(blob)},
        .version = 1,
        .server = (char *)(clockify ? KNOWN_URL : ""),
        .remote_id = (char *)(!clockify ? user
                              : ada     ? "u1"
                                        : "u2"),
        .name = (char *)(clockify ? "Ada L."
                         : ada    ? "ada"
                                  : "bob"),
        .workspace_id = (char *)(clockify ? "w1" : NULL),
        .workspace_name = (char *)(clockify ? "Team" : NULL),
        .expires = TIME_NONE,
    };
    Error error = {0};

    if (account_put(world->db, &account, &error) < 0)
        fail_msg("%s", error.message);
}

void world_done(World *world)
{
    db_close(world->db);
    config_free(world->config);
    clockify_server_done(&world->server);
    rest_request_done(&world->io.request);
}

/* ---- store work, and statements that fail ---- */

/* The stubs know no world but the one whose work is being done, and beside it a store's thread. */
static World *working;
static atomic_int_fast64_t thread_fails_at, thread_failed, thread_fails_on;

void statement_fails_at(int64_t number)
{
    atomic_store(&thread_failed, 0);
    atomic_store(&thread_fails_on, 0);
    atomic_store(&thread_fails_at, number);
}

void statements_fail_from(int64_t number)
{
    statement_fails_at(number);
    atomic_store(&thread_fails_on, 1);
}

bool statement_has_failed(void)
{
    return atomic_load(&thread_failed) > 0;
}

static bool fails_in_thread(void)
{
    if (atomic_load(&thread_failed) > 0 && atomic_load(&thread_fails_on) > 0)
        return true;
    if (atomic_load(&thread_fails_at) == 0 || atomic_fetch_sub(&thread_fails_at, 1) > 1)
        return false;
    atomic_store(&thread_failed, 1);
    return true;
}

static bool fails_in_world(World *world)
{
    if (world->fail_at == 0 || --world->fail_at > 0)
        return false;
    world->failed = true;
    return true;
}

static int fail_now(Error *error)
{
    if (working ? fails_in_world(working) : fails_in_thread())
        return error_set(error, ERROR_STORE, "The disk is full.");
    return 0;
}

int __real_db_next(DbQuery *query, Error *error);
int __wrap_db_next(DbQuery *query, Error *error);
int __real_db_run(DbQuery *query, Error *error);
int __wrap_db_run(DbQuery *query, Error *error);

int __wrap_db_next(DbQuery *query, Error *error)
{
    return fail_now(error) < 0 ? -1 : __real_db_next(query, error);
}

int __wrap_db_run(DbQuery *query, Error *error)
{
    return fail_now(error) < 0 ? -1 : __real_db_run(query, error);
}

int world_store(World *world, StoreWork work, void *arg, Error *error)
{
    int r = db_begin(world->db, error);

    if (r < 0)
        return r;
    working = world;
    r = work(world->db, arg, error);
    working = NULL;
    if (r < 0)
        db_rollback(world->db);
    else if (db_commit(world->db, error) < 0)
        r = -1;
    return r;
}

Accept *world_accept(World *world, IntentKind kind, const char *params, int64_t asked, Error *error)
{
    static const char *const methods[] = {
        [INTENT_START] = "timer.start",     [INTENT_STOP] = "timer.stop",
        [INTENT_ADD] = "entry.add",         [INTENT_EDIT] = "timer.edit",
        [INTENT_DISCARD] = "timer.discard",
    };
    Accept *accept = xcalloc(1, sizeof(*accept));

    accept->kind = kind;
    accept->method = methods[kind];
    accept->params = json_of(params);
    accept->level = wait_level(accept->params);
    if (!json_has(accept->params, "user"))
        json_put_string(accept->params, "user", USER);
    accept->user = json_string(accept->params, "user");
    accept->request_id = json_string(accept->params, "request_id");
    accept->asked = asked;
    accept->server = world->no_server ? NULL : xstrdup(world->server.api_url);
    accept->key_url = world->no_server ? NULL : xstrdup(world->server.key_url);
    if (world_store(world, accept_work, accept, error) >= 0)
        return accept;
    accept_free(accept);
    return NULL;
}

void world_ask(World *world, IntentKind kind, const char *params, int64_t asked)
{
    Error error = {0};
    Accept *accept = world_accept(world, kind, params, asked, &error);

    if (!accept)
        fail_msg("%s was refused: %s", params, error.message);
    world->entry = accept->entry_id;
    world->intent = accept->intent.id;
    accept_free(accept);
}

void world_run_timer(World *world)
{
    Entry entry = {
        .user = (char *)USER,
        .issue = (char *)"PZ-1",
        .issue_id = (char *)"20001",
        .workspace = {(char *)"w1", (char *)"Team"},
        .project = {(char *)"p1", (char *)"Pizza"},
        .task = {(char *)"t1", (char *)"PZ-1"},
        .tags = json_of("[{'id':'g1','name':'Bug'}]"),
        .description = (char *)"PZ-1 Oven is cold",
        .billable = -1,
        .start = TEN,
        .end = TIME_NONE,
        .clockify_id = (char *)"e1",
        .clockify_user = (char *)"u1",
        .server = (char *)KNOWN_URL,
        .state = ENTRY_RUNNING,
        .delivery = DELIVERY_DONE,
        .details = json_of("{'summary':'Oven is cold','type':'Bug',"
                           "'project':{'id':'10000','key':'PZ','name':'Pizza'}}"),
        .choice = json_of("{}"),
        .resolved = true,
        .created = TEN,
    };
    Error error = {0};
    int r = journal_entry_insert(world->db, &entry, &error);

    json_object_put(entry.tags);
    json_object_put(entry.details);
    json_object_put(entry.choice);
    if (r < 0)
        fail_msg("%s", error.message);
    world->entry = entry.id;
}

void world_remember(World *world, const char *kind, const char *source, const char *id,
                    const char *name)
{
    Error error = {0};

    if (match_put(world->db, "w1", kind, source, id, name, &error) < 0)
        fail_msg("%s", error.message);
}

void world_without(World *world, Service service)
{
    Error error = {0};

    if (account_delete(world->db, USER, service, &error) < 0)
        fail_msg("%s", error.message);
}

void world_reject(World *world, Service service)
{
    Error error = {0};

    if (account_set_rejected(world->db, USER, service, 1, true, &error) < 0)
        fail_msg("%s", error.message);
}

int64_t world_number(World *world, const char *sql)
{
    _cleanup_query_ DbQuery *query = db_query(world->db, sql);
    Error error = {0};
    int r = db_next(query, &error);

    if (r < 0)
        fail_msg("%s: %s", sql, error.message);
    return r > 0 ? db_column_int(query, 0) : -1;
}

Json *world_entry(World *world, int64_t id)
{
    Json *entry = NULL;
    Error error = {0};

    if (render_stored_entry(world->db, id, &entry, &error) < 0)
        fail_msg("%s", error.message);
    return entry;
}

/* ---- JSON ---- */

static bool has_all(const Json *got, const Json *wanted);

Json *json_of(const char *text)
{
    _cleanup_free_ char *copy = xstrdup(text);
    Error error = {0};
    Json *json = NULL;

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    if (json_parse(copy, strlen(copy), 32, &json, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    return json;
}

void check_json(const char *name, const Json *got, const char *wanted)
{
    _cleanup_json_ Json *expected = json_of(wanted);
    _cleanup_free_ char *text = json_text(got);

    if (!has_all(got, expected))
        fail_msg("%s: got %s, wanted %s", name, text, wanted);
}

void check_whole_json(const char *name, const Json *got, const char *wanted)
{
    _cleanup_json_ Json *expected = json_of(wanted);
    _cleanup_free_ char *got_text = json_canonical(got);
    _cleanup_free_ char *wanted_text = json_canonical(expected);

    if (!streq(got_text, wanted_text))
        fail_msg("%s: got %s, wanted %s", name, got_text, wanted_text);
}

static bool has_all(const Json *got, const Json *wanted)
{
    if (json_object_is_type(wanted, json_type_object)) {
        json_object_object_foreach((Json *)wanted, key, value)
        {
            if (!json_has(got, key) || !has_all(json_get(got, key), value))
                return false;
        }
        return true;
    }
    if (!json_object_is_type(wanted, json_type_array))
        return json_object_equal((Json *)got, (Json *)wanted);
    if (!json_object_is_type(got, json_type_array) || json_count(got) != json_count(wanted))
        return false;
    for (size_t i = 0; i < json_count(wanted); i++)
        if (!has_all(json_at(got, i), json_at(wanted, i)))
            return false;
    return true;
}

/* ---- turns ---- */

static const char *method_name(RestMethod method)
{
    static const char *const names[] = {[REST_GET] = "GET",
                                        [REST_POST] = "POST",
                                        [REST_PUT] = "PUT",
                                        [REST_PATCH] = "PATCH",
                                        [REST_DELETE] = "DELETE"};

    return names[method];
}

/* The long beginnings of URLs by one word. What is neither stays as it is. */
static char *short_request(const RestRequest *request)
{
    static const struct {
        const char *url, *word;
    } bases[] = {{KNOWN_URL, "clockify"}, {JIRA_URL "/rest/api/2", "jira"}};

    for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
        if (text_starts_with(request->url, bases[i].url))
            return xasprintf("%s %s%s", method_name(request->method), bases[i].word,
                             request->url + strlen(bases[i].url));
    return xasprintf("%s %s", method_name(request->method), request->url);
}

static bool is_asked(const char *ask, const char *got)
{
    size_t length = strlen(ask);

    return ask[length - 1] == '*' ? strncmp(ask, got, length - 1) == 0 : streq(ask, got);
}

static void check_body(const Turn *turn, const char *name, const RestRequest *request)
{
    _cleanup_json_ Json *body = NULL;
    Error error = {0};

    if (!turn->with || !request->body) {
        check_row_text(request->body, turn->with, name);
        return;
    }
    if (streq(turn->with, ANY_BODY))
        return;
    if (json_parse(request->body, strlen(request->body), 16, &body, &error) < 0)
        fail_msg("%s: %s: the body is no JSON: %s", name, turn->ask, error.message);
    check_whole_json(name, body, turn->with);
}

static char *unquoted(const char *text)
{
    char *copy = xstrdup(text ? text : "");

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    return copy;
}

static RestAnswer answer_of(const Turn *turn)
{
    RestAnswer answer = {.last_page = turn->more ? 0 : -1, .retry_after_s = -1};

    answer.body = unquoted(turn->status < 0 ? NULL : turn->says);
    answer.length = strlen(answer.body);
    if (turn->status < 0) {
        answer.outcome = turn->status == LOST ? REST_UNCLEAR : REST_NOT_SENT;
        answer.failure = turn->status == LOST ? REST_BROKEN : REST_NO_CONNECTION;
        snprintf(answer.problem, sizeof(answer.problem), "gone");
        return answer;
    }
    answer.outcome = REST_ANSWERED;
    answer.status = turn->status ? turn->status : 200;
    answer.json = answer.body[0] == '{' || answer.body[0] == '[';
    if (turn->retry_after_s)
        answer.retry_after_s = turn->retry_after_s;
    if (strstr(turn->ask, " jira/") && !streq(turn->as, ""))
        answer.user_name = xstrdup(turn->as ? turn->as : "ada");
    return answer;
}

RestAnswer turn_answer(const Turn *turn, const char *name, const RestRequest *request)
{
    _cleanup_free_ char *got = short_request(request);

    if (!is_asked(turn->ask, got))
        fail_msg("%s: asked >%s<, expected >%s<", name, got, turn->ask);
    check_body(turn, name, request);
    return answer_of(turn);
}

/* ---- playing ---- */

/* A request is sent with the user's own key or token, and Clockify's count by workspace is told
 * which. */
static void check_whose(const FlowIo *io, const char *name)
{
    Service service = io->call == CALL_JIRA ? SERVICE_JIRA : SERVICE_CLOCKIFY;
    const char *path = strstr(io->request.url, "/workspaces/");

    check_row(io->account, name);
    check_row_text(io->account->user, USER, name);
    check_row_int(io->account->service, service, name);
    check_row(!io->request.secret, name);
    if (io->call == CALL_CLOCKIFY && path) {
        size_t length = strcspn(path + strlen("/workspaces/"), "/?");

        check_row(io->workspace, name);
        check_row(strlen(io->workspace) == length, name);
        check_row(strncmp(io->workspace, path + strlen("/workspaces/"), length) == 0, name);
    }
    check_row(io->cache_s == 0 || io->request.method == REST_GET, name);
}

static void renew_world(World *world)
{
    FlowIo *io = &world->io;

    io->config = world->config;
    io->server = world->no_server ? NULL : &world->server;
    io->jira_base = world->no_jira ? NULL : JIRA_URL;
    io->now = TEN;
    io->account = NULL;
    io->workspace = NULL;
    io->cache_s = 0;
    io->ignore_gate = false;
}

int play(World *world, const char *name, Flow *flow, const Turn *turns, size_t count)
{
    FlowIo *io = &world->io;
    RestAnswer answer = {0};
    size_t played = 0;
    int r;

    io->answer = &answer;
    for (;;) {
        renew_world(world);
        r = flow->step(flow, io);
        rest_answer_done(&answer);
        answer = (RestAnswer){0};
        if (r != FLOW_MORE)
            break;
        if (io->call == CALL_STORE) {
            io->result = world_store(world, io->work, io->work_arg, &io->error);
            continue;
        }
        if (played == count) {
            _cleanup_free_ char *got = short_request(&io->request);

            fail_msg("%s: asked >%s<, expected nothing more", name, got);
        }
        check_whose(io, name);
        answer = turn_answer(&turns[played++], name, &io->request);
        rest_request_done(&io->request);
    }
    io->answer = NULL;
    if (played < count && !world->failed)
        fail_msg("%s: never asked >%s<%s%s", name, turns[played].ask, r < 0 ? ", failed: " : "",
                 r < 0 ? io->error.message : "");
    return r;
}
