/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Requests that are not answered yet: who asked, and how the answer finds its way back, alone or as
 * part of a batch. Knows the form of an answer, and neither methods nor roles.
 */

#include <sys/types.h>

#include "rpc/idmap.h"
#include "rpc/jsonrpc.h"
#include "rpc/server.h"

typedef struct Call Call;
typedef struct CallBatch CallBatch;

/* A connection that has asked something. */
typedef struct Client {
    uint64_t connection;
    Call *calls;    /* unanswered ones */
    size_t pending; /* number of them */
    uid_t uid;      /* of its process */
    bool ended;     /* asks nothing more: its connection is closed after the last answer */
} Client;

typedef struct Calls {
    Server *server; /* borrowed; answers go there */
    IdMap by_id;
    IdMap clients;
    uint64_t last_id;
} Calls;

void calls_done(Calls *calls); /* a zeroed Calls is an empty one */

/* Owned by `calls`; gone with calls_gone. */
Client *calls_client(Calls *calls, uint64_t connection);

/* The answers of a batch of `count` requests, sent as one array once batch_close was called and all
 * are there. */
CallBatch *calls_batch_open(const Client *client, size_t count);
void calls_batch_close(Calls *calls, CallBatch *batch);

/* Makes a call of a request, and takes over its id; `batch` NULL = answered alone, else as its item
 * `index`. Returns the number under which it is answered. */
uint64_t calls_open(Calls *calls, Client *client, CallBatch *batch, size_t index,
                    RpcRequest *request);

/* The uid of whoever made this call; false when it is no more. */
bool calls_uid(const Calls *calls, uint64_t id, uid_t *ret);

/* Takes over `result`. Numbers of calls that are no more are ignored. */
void calls_answer(Calls *calls, uint64_t id, Json *result, const Error *error);

/* An answer to a line in which no request could be found: with the id null. */
void calls_answer_line(Calls *calls, uint64_t connection, const Error *error);

/* The caller asks nothing more. */
void calls_ended(Calls *calls, uint64_t connection);

/* The connection is no more: forgets its calls, and names each to `gone`. */
void calls_gone(Calls *calls, uint64_t connection, void (*gone)(void *context, uint64_t id),
                void *context);
