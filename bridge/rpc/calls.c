/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Calls by their number, each in the list of its client. A call is taken out of both before anybody
 * else is told, so that nobody can meet it half gone.
 */

#include "rpc/calls.h"

struct Call {
    uint64_t id;
    Client *client;
    CallBatch *batch;
    size_t index; /* in the batch */
    Json *rpc_id;
    bool silent; /* a notification */
    Call *previous, *next;
};

struct CallBatch {
    uint64_t connection;
    Json **answers; /* NULL for a notification */
    size_t count;
    size_t open; /* calls without an answer, and one until batch_close */
};

static Call *take(Calls *calls, uint64_t id);
static void answer_batch(Calls *calls, const Call *call, Json *answer);
static void send_batch(Calls *calls, CallBatch *batch);
static void drop_first(Calls *calls, const Client *client);
static void batch_free(CallBatch *batch);
static void call_free(Call *call);
static void send_json(Calls *calls, uint64_t connection, const Json *json);
static void close_if_owed_nothing(Calls *calls, const Client *client);

void calls_done(Calls *calls)
{
    size_t cursor = 0;
    for (Client *client; (client = idmap_next(&calls->clients, &cursor)); free(client))
        while (client->calls)
            drop_first(calls, client);
    idmap_done(&calls->clients);
    idmap_done(&calls->by_id);
}

Client *calls_client(Calls *calls, uint64_t connection)
{
    Client *client = idmap_get(&calls->clients, connection);
    if (client)
        return client;
    client = xcalloc(1, sizeof(*client));
    client->connection = connection;
    idmap_put(&calls->clients, connection, client);
    return client;
}

CallBatch *calls_batch_open(const Client *client, size_t count)
{
    CallBatch *batch = xmalloc(sizeof(*batch));
    *batch = (CallBatch){
        .connection = client->connection,
        .answers = xcalloc(count, sizeof(Json *)),
        .count = count,
        .open = 1,
    };
    return batch;
}

void calls_batch_close(Calls *calls, CallBatch *batch)
{
    if (--batch->open == 0)
        send_batch(calls, batch);
}

uint64_t calls_open(Calls *calls, Client *client, CallBatch *batch, size_t index,
                    RpcRequest *request)
{
    Call *call = xmalloc(sizeof(*call));
    *call = (Call){
        .id = ++calls->last_id,
        .client = client,
        .batch = batch,
        .index = index,
        .rpc_id = request->id,
        .silent = request->valid && !request->has_id,
        .next = client->calls,
    };
    request->id = NULL; /* consumed */
    if (call->next)
        call->next->previous = call;
    client->calls = call;
    client->pending++;
    if (batch)
        batch->open++;
    idmap_put(&calls->by_id, call->id, call);
    return call->id;
}

bool calls_uid(const Calls *calls, uint64_t id, uid_t *ret)
{
    const Call *call = idmap_get(&calls->by_id, id);
    if (call)
        *ret = call->client->uid;
    return call != NULL;
}

void calls_answer(Calls *calls, uint64_t id, Json *result, const Error *error)
{
    Call *call = take(calls, id);
    _cleanup_json_ Json *answer = NULL;
    if (!call || call->silent)
        json_freep(&result);
    else
        answer = rpc_answer(call->rpc_id, result, error);
    if (!call)
        return;
    if (call->batch)
        answer_batch(calls, call, STEAL(answer));
    else if (answer)
        send_json(calls, call->client->connection, answer);
    close_if_owed_nothing(calls, call->client);
    call_free(call);
}

static Call *take(Calls *calls, uint64_t id)
{
    Call *call = idmap_take(&calls->by_id, id);
    if (!call)
        return NULL;
    if (call->next)
        call->next->previous = call->previous;
    if (call->previous)
        call->previous->next = call->next;
    else
        call->client->calls = call->next;
    call->client->pending--;
    return call;
}

static void answer_batch(Calls *calls, const Call *call, Json *answer)
{
    call->batch->answers[call->index] = answer;
    if (--call->batch->open == 0)
        send_batch(calls, call->batch);
}

/* In the order in which they were asked; a batch of notifications alone is answered by nothing, not
 * by an empty array. */
static void send_batch(Calls *calls, CallBatch *batch)
{
    _cleanup_json_ Json *list = json_new_array();
    for (size_t i = 0; i < batch->count; i++)
        if (batch->answers[i])
            json_add(list, STEAL(batch->answers[i]));
    if (json_count(list) > 0)
        send_json(calls, batch->connection, list);
    batch_free(batch);
}

/* gcc's analyser loses count of the calls that share a batch, and takes the last one's release for
 * the first one's. */
#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-use-after-free"
#pragma GCC diagnostic ignored "-Wanalyzer-null-dereference"
#endif
/* Nobody is left to hear the answer. */
static void drop_first(Calls *calls, const Client *client)
{
    Call *call = take(calls, client->calls->id);
    if (call->batch && --call->batch->open == 0)
        batch_free(call->batch);
    call_free(call);
}
#pragma GCC diagnostic pop

static void batch_free(CallBatch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        json_freep(&batch->answers[i]);
    free(batch->answers);
    free(batch);
}

static void call_free(Call *call)
{
    json_freep(&call->rpc_id);
    free(call);
}

void calls_answer_line(Calls *calls, uint64_t connection, const Error *error)
{
    _cleanup_json_ Json *answer = rpc_answer(NULL, NULL, error);
    send_json(calls, connection, answer);
}

static void send_json(Calls *calls, uint64_t connection, const Json *json)
{
    _cleanup_free_ char *text = json_text(json);
    server_send(calls->server, connection, text);
}

void calls_ended(Calls *calls, uint64_t connection)
{
    Client *client = calls_client(calls, connection);
    client->ended = true;
    close_if_owed_nothing(calls, client);
}

static void close_if_owed_nothing(Calls *calls, const Client *client)
{
    if (client->ended && client->pending == 0)
        server_close(calls->server, client->connection);
}

void calls_gone(Calls *calls, uint64_t connection, void (*gone)(void *context, uint64_t id),
                void *context)
{
    Client *client = idmap_take(&calls->clients, connection);
    while (client && client->calls) {
        uint64_t id = client->calls->id;
        drop_first(calls, client);
        gone(context, id);
    }
    free(client);
}
