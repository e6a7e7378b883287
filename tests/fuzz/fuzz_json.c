/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON and JSON-RPC out of any bytes. What is taken must come back as the same value when it is
 * written and read again, and a request's id must come back as it was.
 */

#include "base/error.h"
#include "fuzz.h"
#include "rpc/jsonrpc.h"

#define DEPTH_MOST 32

static void check_round_trip(const Json *json);
static void check_answer(const RpcRequest *request);

static const FuzzSeed seeds[] = {
    {"values", "[null,true,false,0,-1,1.5e-7,9223372036854775807,-9223372036854775808,\"\"]"},
    {"escapes", "{\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\":\"\\u0001\"}"},
    {"nested", "[[[[[[[[{\"a\":[{\"a\":{}}]}]]]]]]]]"},
    {"deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"},
    {"twice", "{\"a\":1,\"b\":{\"a\":2},\"a\":3}"},
    {"request", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bridge.hello\",\"params\":{}}"},
    {"batch", "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"m\"},1,{\"jsonrpc\":\"2.0\","
              "\"method\":\"m\",\"params\":[]},{\"id\":null}]"},
    {"surrogate", "\"\\ud800\""},
    {"infinite", "[NaN,Infinity,-Infinity,1e999]"},
    {"blanks", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const RpcLimits limits = {.max_depth = DEPTH_MOST, .max_batch = 8};
    _cleanup_json_ Json *json = NULL;
    Error error = {0};
    RpcBatch batch;
    if (json_parse((const char *)bytes, length, DEPTH_MOST, &json, &error) == 0)
        check_round_trip(json);
    else
        require(error.reason == ERROR_PARSE || error.reason == ERROR_INVALID_REQUEST);
    if (rpc_read((const char *)bytes, length, &limits, &batch, &error) < 0)
        return 0;
    require(batch.count > 0 && batch.count <= limits.max_batch);
    for (size_t i = 0; i < batch.count; i++)
        check_answer(&batch.items[i]);
    rpc_batch_done(&batch);
    return 0;
}

static void check_round_trip(const Json *json)
{
    _cleanup_free_ char *text = json_text(json), *canonical = json_canonical(json);
    _cleanup_json_ Json *again = NULL, *copy = json_copy(json);
    require(!strchr(text, '\n'));
    require(json_parse(text, strlen(text), DEPTH_MOST, &again, NULL) == 0);
    _cleanup_free_ char *canonical_again = json_canonical(again);
    _cleanup_free_ char *canonical_copy = json_canonical(copy);
    require(streq(canonical, canonical_again));
    require(streq(canonical, canonical_copy));
}

static void check_answer(const RpcRequest *request)
{
    _cleanup_json_ Json *answer =
        rpc_answer(request->id, NULL, request->valid ? NULL : &request->error);
    _cleanup_free_ char *asked = json_text(request->id), *told = json_text(json_get(answer, "id"));
    require(request->valid ? request->method != NULL : request->error.reason != ERROR_NONE);
    require(streq(asked, told));
    check_round_trip(answer);
}
