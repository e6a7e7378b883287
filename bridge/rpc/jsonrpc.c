/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON-RPC 2.0: one line to requests, one answer to JSON. Knows no method and no socket.
 * Each request of a batch is judged by itself, so that one bad among them harms no other.
 */

#include "rpc/jsonrpc.h"

static int read_batch(const Json *json, const RpcLimits *limits, RpcBatch *ret, Error *error);
static int read_id(const Json *json, RpcRequest *request);
static int read_method(const Json *json, RpcRequest *request);
static int read_params(const Json *json, RpcRequest *request);
static void request_done(RpcRequest *request);

int rpc_read(const char *line, size_t length, const RpcLimits *limits, RpcBatch *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;
    if (json_parse(line, length, limits->max_depth, &json, error) < 0)
        return -1;
    if (json_object_is_type(json, json_type_array))
        return read_batch(json, limits, ret, error);
    RpcRequest *request = xcalloc(1, sizeof(*request));
    rpc_request_read(json, request);
    *ret = (RpcBatch){.items = request, .count = 1};
    return 0;
}

static int read_batch(const Json *json, const RpcLimits *limits, RpcBatch *ret, Error *error)
{
    size_t count = json_count(json);
    if (count == 0)
        return error_set(error, ERROR_INVALID_REQUEST, "the batch is empty");
    if (count > limits->max_batch)
        return error_limit(error, "batch", "the batch has %zu requests, %zu are allowed", count,
                           limits->max_batch);
    RpcRequest *items = xcalloc(count, sizeof(*items));
    for (size_t i = 0; i < count; i++)
        rpc_request_read(json_at(json, i), &items[i]);
    *ret = (RpcBatch){.items = items, .count = count, .is_array = true};
    return 0;
}

/* The id comes first: an answer to a bad request carries it where it can be told. */
void rpc_request_read(const Json *json, RpcRequest *ret)
{
    RpcRequest request = {.valid = true};
    if (!json_object_is_type(json, json_type_object))
        error_set(&request.error, ERROR_INVALID_REQUEST, "a request must be an object");
    else if (read_id(json, &request) == 0 && read_method(json, &request) == 0)
        read_params(json, &request);
    request.valid = request.error.reason == ERROR_NONE;
    *ret = request;
}

static int read_id(const Json *json, RpcRequest *request)
{
    Json *id = json_get(json, "id");
    if (id && !json_object_is_type(id, json_type_string) && !json_object_is_type(id, json_type_int))
        return error_set(&request->error, ERROR_INVALID_REQUEST,
                         "id must be a string, a whole number or null");
    request->has_id = json_has(json, "id");
    request->id = json_ref(id);
    return 0;
}

static int read_method(const Json *json, RpcRequest *request)
{
    if (!streq(json_string(json, "jsonrpc"), "2.0"))
        return error_set(&request->error, ERROR_INVALID_REQUEST, "jsonrpc must be \"2.0\"");
    const char *method = json_string(json, "method");
    if (!method)
        return error_set(&request->error, ERROR_INVALID_REQUEST, "method must be a string");
    request->method = xstrdup(method);
    return 0;
}

static int read_params(const Json *json, RpcRequest *request)
{
    Json *params = json_get(json, "params");
    if (!json_has(json, "params"))
        return 0;
    if (!json_object_is_type(params, json_type_object) &&
        !json_object_is_type(params, json_type_array))
        return error_set(&request->error, ERROR_INVALID_REQUEST, "params must be an object");
    request->params = json_ref(params);
    return 0;
}

void rpc_batch_done(RpcBatch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        request_done(&batch->items[i]);
    free(batch->items);
    *batch = (RpcBatch){0};
}

static void request_done(RpcRequest *request)
{
    json_freep(&request->id);
    json_freep(&request->params);
    free(request->method);
    *request = (RpcRequest){0};
}

Json *rpc_answer(const Json *id, Json *result, const Error *error)
{
    Json *answer = json_new_object();
    json_put_string(answer, "jsonrpc", "2.0");
    json_put(answer, "id", json_copy(id));
    if (error)
        json_put(answer, "error", error_to_json(error));
    else
        json_put(answer, "result", result);
    return answer;
}
