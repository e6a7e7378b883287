/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JSON-RPC 2.0 in bytes: one line in, requests out; answers in, one line out. Knows nothing of
 * sockets or methods. Specification: https://www.jsonrpc.org/specification
 */

#include "base/buffer.h"
#include "base/error.h"

typedef struct RpcRequest {
    Json *id;    /* owned; string or integer; NULL with has_id = JSON null */
    bool has_id; /* false: a notification, no answer is sent */
    char *method;
    Json *params; /* owned; NULL = absent. Object or, by the specification, array: methods refuse
                     that one by one */
    bool valid;   /* false: `error` says why; answered with it, whether has_id or not */
    Error error;
} RpcRequest;

typedef struct RpcBatch {
    RpcRequest *items;
    size_t count;
    bool is_array; /* answered as an array, in which notifications are left out */
} RpcBatch;

typedef struct RpcLimits {
    int max_depth;
    size_t max_batch;
} RpcLimits;

/* Reads one line. Returns 0 with *ret (items may be invalid one by one), or -1 with *error when the
 * whole line is answered with one error and id null (not JSON, empty batch, too many in the batch,
 * too deep). */
int rpc_read(const char *line, size_t length, const RpcLimits *limits, RpcBatch *ret, Error *error);
void rpc_batch_done(RpcBatch *batch);

/* One request that has been parsed: fills *ret, valid or not. */
void rpc_request_read(const Json *json, RpcRequest *ret);

/* The answer object {jsonrpc, id, result|error}; `id` is copied (NULL = null), result taken over
 * (NULL = null). Owned by the caller. */
Json *rpc_answer(const Json *id, Json *result, const Error *error);
