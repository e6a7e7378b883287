/* SPDX-License-Identifier: Apache-2.0 */

/* The table of errors against the protocol, and what of an error is shown. */

#include "check.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"

static const struct {
    ErrorReason reason;
    const char *name;
    int code;
    ErrorAction action;
} protocol[] = {
    {ERROR_PARSE, "parse_error", -32700, ERROR_ACTION_GIVE_UP},
    {ERROR_INVALID_REQUEST, "invalid_request", -32600, ERROR_ACTION_GIVE_UP},
    {ERROR_METHOD_NOT_FOUND, "method_not_found", -32601, ERROR_ACTION_GIVE_UP},
    {ERROR_INVALID_PARAMS, "invalid_params", -32602, ERROR_ACTION_GIVE_UP},
    {ERROR_INTERNAL, "internal", -32603, ERROR_ACTION_GIVE_UP},
    {ERROR_FORBIDDEN, "forbidden", -32001, ERROR_ACTION_GIVE_UP},
    {ERROR_CLOCKIFY_KEY_REQUIRED, "clockify_key_required", -32002, ERROR_ACTION_BLOCK},
    {ERROR_CLOCKIFY_KEY_REJECTED, "clockify_key_rejected", -32003, ERROR_ACTION_BLOCK},
    {ERROR_JIRA_TOKEN_REQUIRED, "jira_token_required", -32004, ERROR_ACTION_BLOCK},
    {ERROR_JIRA_TOKEN_REJECTED, "jira_token_rejected", -32005, ERROR_ACTION_BLOCK},
    {ERROR_NOT_FOUND, "not_found", -32006, ERROR_ACTION_BLOCK},
    {ERROR_REFUSED, "refused", -32007, ERROR_ACTION_BLOCK},
    {ERROR_UNAVAILABLE, "unavailable", -32008, ERROR_ACTION_RETRY},
    {ERROR_RATE_LIMITED, "rate_limited", -32009, ERROR_ACTION_RETRY},
    {ERROR_NOT_CONFIGURED, "not_configured", -32010, ERROR_ACTION_BLOCK},
    {ERROR_BUSY, "busy", -32011, ERROR_ACTION_RETRY},
    {ERROR_STORE, "store", -32012, ERROR_ACTION_RETRY},
};

static void check_json(Json *json, const char *wanted)
{
    _cleanup_json_ Json *owned = json;
    _cleanup_free_ char *text = json_canonical(owned);
    check_row_text(text, wanted, "json");
}

static void table_is_the_protocol(void **state _unused_)
{
    assert_int_equal(ARRAY_SIZE(protocol), ERROR_REASON_COUNT - 1);
    for (size_t i = 0; i < ARRAY_SIZE(protocol); i++) {
        const ErrorInfo *info = error_info(protocol[i].reason);
        check_row_text(info->name, protocol[i].name, protocol[i].name);
        check_row_int(info->code, protocol[i].code, protocol[i].name);
        check_row_int(info->action, protocol[i].action, protocol[i].name);
        check_row_int(error_from_name(protocol[i].name), protocol[i].reason, protocol[i].name);
        check_row(info->when[0] != '\0' && info->data != NULL, protocol[i].name);
    }
}

static void unknown_reasons(void **state _unused_)
{
    assert_int_equal(error_from_name("no_such"), ERROR_NONE);
    assert_int_equal(error_from_name("none"), ERROR_NONE);
    assert_int_equal(error_from_name(NULL), ERROR_NONE);
    assert_ptr_equal(error_info(ERROR_REASON_COUNT), error_info(ERROR_INTERNAL));
    assert_ptr_equal(error_info((ErrorReason)-1), error_info(ERROR_INTERNAL));
}

static void setting_clears_what_was_there(void **state _unused_)
{
    Error error = {.missing = FIELD_TASK, .upstream_status = 400, .retry_after_s = 5};
    assert_int_equal(error_param(&error, "user", "missing %s", "user"), -1);
    assert_int_equal(error.reason, ERROR_INVALID_PARAMS);
    assert_string_equal(error.message, "missing user");
    assert_string_equal(error.param, "user");
    assert_int_equal(error.missing, 0);
    assert_int_equal(error.upstream_status, 0);
    assert_int_equal(error.retry_after_s, 0);

    assert_int_equal(error_set(&error, ERROR_REFUSED, "again: %s", error.message), -1);
    assert_string_equal(error.message, "again: missing user");
    assert_string_equal(error.param, "");
    assert_int_equal(error_param(&error, "first", "x"), -1);
    assert_int_equal(error_param(&error, error.param, "y"), -1);
    assert_string_equal(error.param, "first");
}

static void nobody_has_to_listen(void **state _unused_)
{
    assert_int_equal(error_set(NULL, ERROR_BUSY, "busy"), -1);
    assert_int_equal(error_param(NULL, "p", "busy"), -1);
    assert_int_equal(error_limit(NULL, "l", "busy"), -1);
    assert_int_equal(error_not_found(NULL, "w", "busy"), -1);
}

static void long_texts_are_cut_between_characters(void **state _unused_)
{
    enum { ROOM = sizeof(((Error *)0)->message) };
    char text[ROOM + 2];
    Error error;

    memset(text, 'a', sizeof(text));
    text[ROOM - 1] = '\0';
    error_set(&error, ERROR_STORE, "%s", text);
    assert_int_equal(strlen(error.message), ROOM - 1);

    text[ROOM - 1] = 'a';
    text[ROOM] = '\0';
    error_set(&error, ERROR_STORE, "%s", text);
    assert_int_equal(strlen(error.message), ROOM - 1);

    memcpy(text + ROOM - 2, "é", 2); /* would end one byte beyond */
    error_set(&error, ERROR_STORE, "%s", text);
    assert_int_equal(strlen(error.message), ROOM - 2);
    assert_string_equal(error.message + ROOM - 4, "aa");
}

static void answers_have_what_is_set(void **state _unused_)
{
    Error error;
    error_set(&error, ERROR_BUSY, "too much");
    check_json(error_to_json(&error), "{\"code\":-32011,\"data\":{\"reason\":\"busy\"},"
                                      "\"message\":\"too much\"}");
    error.retry_after_s = 3;
    check_json(error_to_json(&error), "{\"code\":-32011,\"data\":{\"reason\":\"busy\","
                                      "\"retry_after_s\":3},\"message\":\"too much\"}");
    error_limit(&error, "nesting", "deep");
    check_json(error_to_json(&error), "{\"code\":-32600,\"data\":{\"limit\":\"nesting\","
                                      "\"reason\":\"invalid_request\"},\"message\":\"deep\"}");
    error_param(&error, "", "nameless");
    check_json(error_to_json(&error), "{\"code\":-32602,\"data\":{\"param\":\"\","
                                      "\"reason\":\"invalid_params\"},\"message\":\"nameless\"}");
    error_not_found(&error, "issue", "no");
    check_json(error_to_json(&error), "{\"code\":-32006,\"data\":{\"reason\":\"not_found\","
                                      "\"what\":\"issue\"},\"message\":\"no\"}");
}

static void answers_have_everything(void **state _unused_)
{
    Error error = {
        .reason = ERROR_REFUSED,
        .message = "m",
        .param = "p",
        .limit = "l",
        .what = "w",
        .service = "clockify",
        .missing = FIELD_PROJECT | FIELD_TASK | FIELD_TAGS | FIELD_DESCRIPTION,
        .upstream_status = 400,
        .upstream_code = 501,
        .upstream_message = "u",
        .retry_after_s = 7,
        .key_url = "https://k",
        .incident = "i",
    };
    check_json(
        error_to_json(&error),
        "{\"code\":-32007,\"data\":{\"incident\":\"i\",\"key_url\":\"https://k\",\"limit\":\"l\","
        "\"missing\":[\"project\",\"task\",\"tags\",\"description\"],\"param\":\"p\","
        "\"reason\":\"refused\",\"retry_after_s\":7,\"service\":\"clockify\","
        "\"upstream\":{\"code\":501,\"message\":\"u\",\"status\":400},\"what\":\"w\"},"
        "\"message\":\"m\"}");
    check_json(error_to_problem(&error),
               "{\"message\":\"m\",\"missing\":[\"project\",\"task\",\"tags\",\"description\"],"
               "\"reason\":\"refused\",\"service\":\"clockify\","
               "\"upstream\":{\"code\":501,\"message\":\"u\",\"status\":400},\"what\":\"w\"}");
}

static void upstream_shows_what_is_unknown_as_null(void **state _unused_)
{
    Error error;
    error_set(&error, ERROR_JIRA_TOKEN_REJECTED, "m");
    check_json(error_to_problem(&error), "{\"message\":\"m\",\"reason\":\"jira_token_rejected\"}");
    error.upstream_status = 401;
    check_json(error_to_problem(&error),
               "{\"message\":\"m\",\"reason\":\"jira_token_rejected\","
               "\"upstream\":{\"code\":null,\"message\":null,\"status\":401}}");
    strcpy(error.upstream_message, "\xc3");
    check_json(error_to_problem(&error),
               "{\"message\":\"m\",\"reason\":\"jira_token_rejected\","
               "\"upstream\":{\"code\":null,\"message\":\"?\",\"status\":401}}");
}

static void missing_fields(void **state _unused_)
{
    check_json(error_missing_to_json(0), "[]");
    check_json(error_missing_to_json(FIELD_TAGS), "[\"tags\"]");
    check_json(error_missing_to_json(FIELD_DESCRIPTION | FIELD_PROJECT),
               "[\"project\",\"description\"]");
}

/* The details go to the log under the incident, the caller sees the incident alone. */
static void internal_errors_tell_the_log(void **state _unused_)
{
    Error first, second;
    char logged[512] = "";
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    log_setup(LOG_LEVEL_ERROR, LOG_TARGET_STDERR);
    error_internal(&first, "table %d broke", 7);
    error_internal(&second, "again");
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    size_t length = fread(logged, 1, sizeof(logged) - 1, file);
    fclose(file);
    logged[length] = '\0';

    assert_int_equal(strlen(first.incident), 12);
    assert_string_not_equal(first.incident, second.incident);
    assert_non_null(strstr(first.message, first.incident));
    assert_null(strstr(first.message, "table"));
    assert_non_null(strstr(logged, "table 7 broke"));
    assert_non_null(strstr(logged, first.incident));
    assert_non_null(strstr(logged, second.incident));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_the_protocol),
        cmocka_unit_test(unknown_reasons),
        cmocka_unit_test(setting_clears_what_was_there),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(answers_have_what_is_set),
        cmocka_unit_test(answers_have_everything),
        cmocka_unit_test(upstream_shows_what_is_unknown_as_null),
        cmocka_unit_test(missing_fields),
        cmocka_unit_test(internal_errors_tell_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
