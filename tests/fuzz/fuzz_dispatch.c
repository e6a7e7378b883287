/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines of three kinds of callers before the dispatcher; the flows behind it stand here and answer
 * at once, later or never. Every request that is owed an answer must get exactly one, each in the
 * form of JSON-RPC, and a stranger must reach no flow.
 */

#include "fuzz.h"

#include "rpc/dispatch.h"
#include "rpc/handlers.h"
#include "rpc/jsonrpc.h"

#define DEPTH_MOST   32
#define BATCH_MOST   8
#define PENDING_MOST 16
#define LATE_MOST    4096
#define STRANGER     ((uid_t)4294000000)

/* The server of this program: counts answers. */
struct Server {
    size_t answers;
};

/* The flows of this program. */
struct Bridge {
    Dispatch *dispatch;
    uint8_t how; /* by its two lowest bits: at once, with an error, later, never */
    size_t asked, gone;
    uint64_t late[LATE_MOST];
    size_t late_count;
};

typedef struct World {
    Bridge bridge;
    Server server;
    Config *config;
    ServerHooks hooks;
    size_t owed;
} World;

static void add_method(const Method *method, FuzzAdd *add, void *context);
static void add_web_call(const Method *method, FuzzAdd *add, void *context);
static void set_up(World *world);
static void say(World *world, const Peer *peer, const char *line, size_t length);
static size_t count_owed(const char *line, size_t length);
static void check_answer(const Json *answer);
static void answer_late(Bridge *bridge);
static void ask(Bridge *bridge, uint64_t caller, const Json *params);

static const FuzzSeed seeds[] = {
    {"batch",
     "0[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bridge.hello\"},{\"jsonrpc\":\"2.0\","
     "\"method\":\"bridge.status\"},7,{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"x\"}]"},
    {"params",
     "2{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"timer.get\",\"params\":[]}\n"
     "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"timer.get\",\"params\":{\"user\":7}}"},
    {"stranger", "8{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bridge.describe\"}\nnonsense\n[]"},
};

/* Every method's own example, and each that a page may call within a web.call. */
void fuzz_seeds(FuzzAdd *add, void *context)
{
    const Method *methods = methods_all();
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        add_method(&methods[i], add, context);
        if (methods[i].web)
            add_web_call(&methods[i], add, context);
    }
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

static void add_method(const Method *method, FuzzAdd *add, void *context)
{
    _cleanup_free_ char *text =
        xasprintf("0{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method->name,
                  method->example);
    add(context, method->name, text, strlen(text));
}

static void add_web_call(const Method *method, FuzzAdd *add, void *context)
{
    _cleanup_json_ Json *params = json_new_object(), *request = json_new_object();
    _cleanup_free_ char *name = xasprintf("web.call-%s", method->name);
    _cleanup_free_ char *body =
        xasprintf("{\"method\":\"%s\",\"params\":{\"issue\":\"ABC-1\"}}", method->name);
    json_put_string(params, "user", "JIRAUSER10100");
    json_put_string(params, "body", body);
    json_put_bool(params, "sysadmin", true);
    json_put_bool(params, "websudo", true);
    json_put_string(request, "jsonrpc", "2.0");
    json_put_int(request, "id", 1);
    json_put_string(request, "method", "web.call");
    json_put(request, "params", json_ref(params));
    _cleanup_free_ char *text = json_text(request), *line = xasprintf("0%s", text);
    add(context, name, line, strlen(line));
}

/* One byte for the flows and the caller; then the lines. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    World world = {.bridge.how = fuzz_byte(&input)};
    Peer peer = {.connection = 7, .uid = world.bridge.how & 8 ? STRANGER : 0};
    set_up(&world);
    const char *at = (const char *)input.bytes, *end = at + input.length, *stop;
    for (; at < end; at = stop < end ? stop + 1 : end) {
        stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        say(&world, &peer, at, (size_t)(stop - at));
    }
    require(!(world.bridge.how & 8) || world.bridge.asked == 0);
    answer_late(&world.bridge);
    if ((world.bridge.how & 3) != 3)
        require(world.server.answers == world.owed && dispatch_pending(world.bridge.dispatch) == 0);
    require(world.server.answers <= world.owed);
    world.hooks.ended(world.hooks.context, &peer);
    world.hooks.closed(world.hooks.context, &peer);
    require(dispatch_pending(world.bridge.dispatch) == 0);
    dispatch_free(world.bridge.dispatch);
    config_free(world.config);
    return 0;
}

static void set_up(World *world)
{
    world->config = config_default();
    set_string(&world->config->socket.plugin_users[0], NULL); /* of whom this host may know none */
    world->config->rpc.max_depth = DEPTH_MOST;
    world->config->rpc.max_batch = BATCH_MOST;
    world->config->rpc.max_pending = PENDING_MOST;
    require(dispatch_new(&world->bridge, world->config, &world->bridge.dispatch, NULL) == 0);
    dispatch_set_server(world->bridge.dispatch, &world->server);
    world->hooks = dispatch_hooks(world->bridge.dispatch);
}

static void say(World *world, const Peer *peer, const char *line, size_t length)
{
    _cleanup_free_ char *copy = xmalloc(length + 1); /* as the server's memory: gone afterwards */
    memcpy(copy, line, length);
    copy[length] = '\n';
    world->owed += count_owed(copy, length);
    world->hooks.line(world->hooks.context, peer, copy, length);
}

/* One for a line that is none, else one for each request that is not a notification. A batch's
 * answers come together, but are counted one by one. */
static size_t count_owed(const char *line, size_t length)
{
    RpcLimits limits = {DEPTH_MOST, BATCH_MOST};
    RpcBatch batch;
    size_t owed = 0;
    if (rpc_read(line, length, &limits, &batch, NULL) < 0)
        return 1;
    for (size_t i = 0; i < batch.count; i++)
        owed += !batch.items[i].valid || batch.items[i].has_id;
    rpc_batch_done(&batch);
    return owed;
}

void server_send(Server *server, uint64_t connection, const char *text)
{
    _cleanup_json_ Json *json = NULL;
    require(connection == 7 && !strchr(text, '\n'));
    require(json_parse(text, strlen(text), 2 * DEPTH_MOST, &json, NULL) == 0);
    if (!json_object_is_type(json, json_type_array)) {
        check_answer(json);
        server->answers++;
        return;
    }
    require(json_count(json) > 0);
    for (size_t i = 0; i < json_count(json); i++)
        check_answer(json_at(json, i));
    server->answers += json_count(json);
}

static void check_answer(const Json *answer)
{
    const Json *error = json_child(answer, "error");
    require(streq(json_string(answer, "jsonrpc"), "2.0") && json_has(answer, "id"));
    require(json_has(answer, "result") != json_has(answer, "error"));
    if (!error)
        return;
    require(json_int(error, "code", 0) < 0 && json_string(error, "message"));
    const char *reason = json_string(json_child(error, "data"), "reason");
    require(reason && error_from_name(reason) != ERROR_NONE);
    require(json_int(error, "code", 0) == error_info(error_from_name(reason))->code);
}

void server_close(Server *server _unused_, uint64_t connection)
{
    require(connection == 7);
}

AskFunction *handler_of(MethodId id)
{
    require(id < METHOD_COUNT);
    return ask;
}

static void ask(Bridge *bridge, uint64_t caller, const Json *params)
{
    Error error;
    bridge->asked++;
    switch (bridge->how & 3) {
    case 0:
        dispatch_reply(bridge->dispatch, caller, json_copy(params), NULL);
        break;
    case 1:
        error_not_found(&error, "issue", "there is no such issue");
        dispatch_reply(bridge->dispatch, caller, NULL, &error);
        break;
    case 2:
        if (bridge->late_count < LATE_MOST)
            bridge->late[bridge->late_count++] = caller;
        else
            dispatch_reply(bridge->dispatch, caller, NULL, NULL);
        break;
    default:
        break;
    }
}

/* From behind, so that batches are completed out of order; each twice, of which one is ignored. */
static void answer_late(Bridge *bridge)
{
    while (bridge->late_count > 0) {
        uint64_t caller = bridge->late[--bridge->late_count];
        dispatch_reply(bridge->dispatch, caller, json_new_object(), NULL);
        dispatch_reply(bridge->dispatch, caller, json_new_object(), NULL);
    }
}

void bridge_caller_gone(Bridge *bridge, uint64_t caller)
{
    require(caller > 0);
    bridge->gone++;
}
