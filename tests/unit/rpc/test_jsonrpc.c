/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON-RPC 2.0 as its specification has it: the specification's own examples answered by a small
 * set of methods, ids of every type, batches, and the limits at their last good and first bad
 * value. Opens no socket.
 */

#include "rpc/jsonrpc.h"

#include <stdio.h>

#include "base/buffer.h"
#include "rpc_check.h"

static const RpcLimits limits = {.max_depth = 32, .max_batch = 100};

static int64_t number_of(const Json *json)
{
    return json_object_get_int64(json);
}

static Json *subtract(const Json *params)
{
    if (json_count(params) == 2)
        return json_object_new_int64(number_of(json_at(params, 0)) - number_of(json_at(params, 1)));
    return json_object_new_int64(json_int(params, "minuend", 0) -
                                 json_int(params, "subtrahend", 0));
}

static Json *sum(const Json *params)
{
    int64_t total = 0;
    for (size_t i = 0; i < json_count(params); i++)
        total += number_of(json_at(params, i));
    return json_object_new_int64(total);
}

/* The methods that the specification's examples call. */
static Json *answer_of(const RpcRequest *request)
{
    Error error;
    if (!request->valid)
        return rpc_answer(request->id, NULL, &request->error);
    if (!request->has_id)
        return NULL;
    if (streq(request->method, "subtract"))
        return rpc_answer(request->id, subtract(request->params), NULL);
    if (streq(request->method, "sum"))
        return rpc_answer(request->id, sum(request->params), NULL);
    if (streq(request->method, "get_data"))
        return rpc_answer(request->id, json_of("[\"hello\",5]"), NULL);
    error_set(&error, ERROR_METHOD_NOT_FOUND, "Method not found");
    return rpc_answer(request->id, NULL, &error);
}

/* Messages are ours, so that an error is compared by its number. */
static Json *shortened(Json *answer)
{
    if (json_has(answer, "error"))
        json_put_int(answer, "error", json_int(json_child(answer, "error"), "code", 0));
    assert_string_equal(json_string(answer, "jsonrpc"), "2.0");
    json_object_object_del(answer, "jsonrpc");
    return answer;
}

/* The whole answer to a line; NULL for none. */
static Json *answer_line(const char *line, size_t length)
{
    RpcBatch batch;
    Error error;
    if (rpc_read(line, length, &limits, &batch, &error) < 0)
        return shortened(rpc_answer(NULL, NULL, &error));
    Json *list = json_new_array(), *one = NULL;
    for (size_t i = 0; i < batch.count; i++) {
        Json *answer = answer_of(&batch.items[i]);
        if (answer)
            json_add(list, shortened(answer));
    }
    if (!batch.is_array || json_count(list) == 0) {
        one = json_ref(json_at(list, 0));
        json_object_put(list);
        list = one;
    }
    rpc_batch_done(&batch);
    return list;
}

static void check_answer(const char *line, const char *wanted)
{
    _cleanup_json_ Json *answer = answer_line(line, strlen(line));
    if (wanted)
        check_json(answer, wanted);
    else
        assert_null(answer);
}

static void specification_examples(void **state _unused_)
{
    static const struct {
        const char *line, *answer;
    } examples[] = {
        {"{\"jsonrpc\": \"2.0\", \"method\": \"subtract\", \"params\": [42, 23], \"id\": 1}",
         "{\"result\":19,\"id\":1}"},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"subtract\", \"params\": [23, 42], \"id\": 2}",
         "{\"result\":-19,\"id\":2}"},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"subtract\", \"params\": {\"subtrahend\": 23, "
         "\"minuend\": 42}, \"id\": 3}",
         "{\"result\":19,\"id\":3}"},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"subtract\", \"params\": {\"minuend\": 42, "
         "\"subtrahend\": 23}, \"id\": 4}",
         "{\"result\":19,\"id\":4}"},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"update\", \"params\": [1,2,3,4,5]}", NULL},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"foobar\"}", NULL},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"foobar\", \"id\": \"1\"}",
         "{\"error\":-32601,\"id\":\"1\"}"},
        {"{\"jsonrpc\": \"2.0\", \"method\": \"foobar, \"params\": \"bar\", \"baz]",
         "{\"error\":-32700,\"id\":null}"},
        {"{\"jsonrpc\": \"2.0\", \"method\": 1, \"params\": \"bar\"}",
         "{\"error\":-32600,\"id\":null}"},
        {"[{\"jsonrpc\": \"2.0\", \"method\": \"sum\", \"params\": [1,2,4], \"id\": "
         "\"1\"},{\"jsonrpc\": \"2.0\", \"method\"]",
         "{\"error\":-32700,\"id\":null}"},
        {"[]", "{\"error\":-32600,\"id\":null}"},
        {"[1]", "[{\"error\":-32600,\"id\":null}]"},
        {"[1,2,3]", "[{\"error\":-32600,\"id\":null},{\"error\":-32600,\"id\":null},{\"error\":-"
                    "32600,\"id\":null}]"},
        {"[{\"jsonrpc\": \"2.0\", \"method\": \"sum\", \"params\": [1,2,4], \"id\": \"1\"},"
         "{\"jsonrpc\": \"2.0\", \"method\": \"notify_hello\", \"params\": [7]},"
         "{\"jsonrpc\": \"2.0\", \"method\": \"subtract\", \"params\": [42,23], \"id\": \"2\"},"
         "{\"foo\": \"boo\"},"
         "{\"jsonrpc\": \"2.0\", \"method\": \"foo.get\", \"params\": {\"name\": \"myself\"}, "
         "\"id\": \"5\"},"
         "{\"jsonrpc\": \"2.0\", \"method\": \"get_data\", \"id\": \"9\"}]",
         "[{\"result\":7,\"id\":\"1\"},{\"result\":19,\"id\":\"2\"},{\"error\":-32600,\"id\":null},"
         "{\"error\":-32601,\"id\":\"5\"},{\"result\":[\"hello\",5],\"id\":\"9\"}]"},
        {"[{\"jsonrpc\": \"2.0\", \"method\": \"notify_sum\", \"params\": [1,2,4]},"
         "{\"jsonrpc\": \"2.0\", \"method\": \"notify_hello\", \"params\": [7]}]",
         NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
        check_answer(examples[i].line, examples[i].answer);
}

static void ids_come_back_as_they_were(void **state _unused_)
{
    static const char *const ids[] = {
        "\"\"", "\"a\"", "\"\\u00e4\"",         "\"\xc3\xa4\"",
        "0",    "-1",    "9223372036854775807", "-9223372036854775808",
        "null",
    };
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        _cleanup_free_ char *line =
            xasprintf("{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1],\"id\":%s}", ids[i]);
        _cleanup_free_ char *wanted = xasprintf("{\"result\":1,\"id\":%s}", ids[i]);
        check_answer(line, wanted);
    }
}

static void ids_of_other_types_are_refused(void **state _unused_)
{
    static const char *const ids[] = {"1.5", "1e3", "true", "{}", "[]", "[1]"};
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        _cleanup_free_ char *line =
            xasprintf("{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1],\"id\":%s}", ids[i]);
        check_answer(line, "{\"error\":-32600,\"id\":null}");
    }
}

/* Where the id could be told, a bad request is answered with it. */
static void bad_requests(void **state _unused_)
{
    static const struct {
        const char *line, *answer;
    } rows[] = {
        {"{\"method\":\"sum\",\"id\":7}", "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":\"1.0\",\"method\":\"sum\",\"id\":7}", "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":2.0,\"method\":\"sum\",\"id\":7}", "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":\"2.0\\u0000\",\"method\":\"sum\",\"id\":7}",
         "{\"error\":-32700,\"id\":null}"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7}", "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":\"2.0\",\"method\":null,\"id\":7}", "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"sum\\u0000x\",\"id\":7}",
         "{\"error\":-32700,\"id\":null}"},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":null,\"id\":7}",
         "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":3,\"id\":7}",
         "{\"error\":-32600,\"id\":7}"},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":3}", "{\"error\":-32600,\"id\":null}"},
        {"", "{\"error\":-32700,\"id\":null}"},
        {" ", "{\"error\":-32700,\"id\":null}"},
        {"null", "{\"error\":-32600,\"id\":null}"},
        {"1", "{\"error\":-32600,\"id\":null}"},
        {"\"x\"", "{\"error\":-32600,\"id\":null}"},
        {"{} {}", "{\"error\":-32700,\"id\":null}"},
        {"\"\xff\"", "{\"error\":-32700,\"id\":null}"},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"id\":1,\"id\":2}",
         "{\"error\":-32700,\"id\":null}"},
        {"[[{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"id\":1}]]",
         "[{\"error\":-32600,\"id\":null}]"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_answer(rows[i].line, rows[i].answer);
}

static void a_nul_byte_is_no_json(void **state _unused_)
{
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"id\":1}\0";
    _cleanup_json_ Json *answer = answer_line(line, sizeof(line) - 1);
    check_json(answer, "{\"error\":-32700,\"id\":null}");
}

static char *batch_of(size_t count)
{
    Buffer line = BUFFER_EMPTY;
    for (size_t i = 0; i < count; i++)
        buffer_addf(&line, "%c{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":%zu}", i ? ',' : '[', i);
    buffer_add_char(&line, ']');
    return buffer_steal(&line);
}

static void batch_limit(void **state _unused_)
{
    RpcBatch batch;
    Error error;
    _cleanup_free_ char *most = batch_of(limits.max_batch), *more = batch_of(limits.max_batch + 1);
    assert_int_equal(rpc_read(most, strlen(most), &limits, &batch, &error), 0);
    assert_int_equal(batch.count, limits.max_batch);
    assert_true(batch.is_array);
    for (size_t i = 0; i < batch.count; i++)
        assert_int_equal(json_object_get_int64(batch.items[i].id), i);
    rpc_batch_done(&batch);
    assert_int_equal(rpc_read(more, strlen(more), &limits, &batch, &error), -1);
    assert_int_equal(error.reason, ERROR_INVALID_REQUEST);
    assert_string_equal(error.limit, "batch");
}

/* The request itself is the first level. */
static char *nested(int levels)
{
    Buffer line = BUFFER_EMPTY;
    buffer_add_text(&line, "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":1,\"params\":");
    for (int i = 1; i < levels; i++)
        buffer_add_char(&line, '[');
    for (int i = 1; i < levels; i++)
        buffer_add_char(&line, ']');
    buffer_add_char(&line, '}');
    return buffer_steal(&line);
}

static void nesting_limit(void **state _unused_)
{
    RpcBatch batch;
    Error error;
    _cleanup_free_ char *most = nested(limits.max_depth), *more = nested(limits.max_depth + 1);
    assert_int_equal(rpc_read(most, strlen(most), &limits, &batch, &error), 0);
    assert_true(batch.items[0].valid);
    rpc_batch_done(&batch);
    assert_int_equal(rpc_read(more, strlen(more), &limits, &batch, &error), -1);
    assert_int_equal(error.reason, ERROR_INVALID_REQUEST);
    assert_string_equal(error.limit, "nesting");
}

static void a_million_brackets(void **state _unused_)
{
    RpcBatch batch;
    Error error;
    size_t length = 1000000;
    _cleanup_free_ char *line = xmalloc(length);
    memset(line, '[', length);
    assert_int_equal(rpc_read(line, length, &limits, &batch, &error), -1);
    assert_string_equal(error.limit, "nesting");
}

static void answers_have_one_of_result_and_error(void **state _unused_)
{
    Error error;
    error_param(&error, "issue", "issue is missing");
    _cleanup_json_ Json *id = json_of("\"x\"");
    _cleanup_json_ Json *bad = rpc_answer(id, NULL, &error), *good = rpc_answer(id, NULL, NULL);
    check_json(good, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":null}");
    check_json(bad, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-32602,\"message\":"
                    "\"issue is missing\","
                    "\"data\":{\"reason\":\"invalid_params\",\"param\":\"issue\"}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specification_examples),
        cmocka_unit_test(ids_come_back_as_they_were),
        cmocka_unit_test(ids_of_other_types_are_refused),
        cmocka_unit_test(bad_requests),
        cmocka_unit_test(a_nul_byte_is_no_json),
        cmocka_unit_test(batch_limit),
        cmocka_unit_test(nesting_limit),
        cmocka_unit_test(a_million_brackets),
        cmocka_unit_test(answers_have_one_of_result_and_error),
    };
    return cmocka_run_group_tests_name("rpc/jsonrpc", tests, NULL, NULL);
}
