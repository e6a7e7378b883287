/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The table of methods, walked: what every row must have, and for every param of every method what
 * is taken and what is refused, made from the table itself. A new row is tested by being there.
 * Calls no method.
 */

#include "rpc/methods.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "rpc_check.h"

/* Where a param stands: in a method, or within its details. */
typedef struct Place {
    const Method *method;
    const char *prefix; /* "", "details.", "details.project." */
    const MethodParam *param;
} Place;

static Json *valid_params(const Method *method);
static Json *valid_value(const MethodParam *param);

static const char *const protocol_methods[] = {
    "bridge.hello",
    "bridge.describe",
    "web.call",
    "bridge.status",
    "bridge.metrics",
    "bridge.pause",
    "bridge.resume",
    "bridge.reload",
    "secret.rotate",
    "audit.list",
    "audit.verify",
    "store.backup",
    "server.get",
    "server.test",
    "server.set",
    "account.get",
    "account.connect_clockify",
    "account.connect_jira",
    "account.disconnect",
    "account.set_workspace",
    "workspace.list",
    "project.list",
    "task.list",
    "tag.list",
    "timer.get",
    "timer.start",
    "timer.stop",
    "timer.edit",
    "timer.discard",
    "entry.preview",
    "entry.add",
    "entry.list",
    "entry.retry",
    "worklog.list",
    "worklog.retry",
    "worklog.list_all",
    "worklog.retry_all",
    "worklog.abandon",
};

static bool is_sentence(const char *text)
{
    return text && strlen(text) > 10 && text_ends_with(text, ".") && !text_ends_with(text, "..");
}

static bool has_param(const Method *method, const char *name)
{
    for (size_t i = 0; i < method->param_count; i++)
        if (streq(method->params[i].name, name))
            return true;
    return false;
}

static void table_has_all_methods(void **state _unused_)
{
    assert_int_equal(ARRAY_SIZE(protocol_methods), METHOD_COUNT);
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        assert_int_equal(method->id, i);
        assert_string_equal(method->name, protocol_methods[i]);
        assert_ptr_equal(method_find(method->name), method);
    }
    assert_null(method_find("timer"));
    assert_null(method_find("timer.start "));
    assert_null(method_find(""));
}

static void check_errors_once(const Method *method)
{
    bool seen[ERROR_REASON_COUNT] = {false};
    for (const ErrorReason *reason = method->errors; *reason != ERROR_NONE; reason++) {
        assert_true(*reason > ERROR_NONE && *reason < ERROR_REASON_COUNT);
        if (seen[*reason])
            fail_msg("%s names %s twice", method->name, error_info(*reason)->name);
        seen[*reason] = true;
    }
}

static void check_params_row(const char *where, const MethodParam *params, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t least, most;
        param_limits(&params[i], &least, &most);
        if (!is_sentence(params[i].doc) || least > most)
            fail_msg("%s %s: doc or limits", where, params[i].name);
        assert_int_equal(params[i].type == PARAM_WORD, params[i].choices != NULL);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(params[i].name, params[j].name);
    }
}

static void rows_are_whole(void **state _unused_)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        if (!is_sentence(method->doc) || !method->result || !*method->result)
            fail_msg("%s: doc or result", method->name);
        check_errors_once(method);
        check_params_row(method->name, method->params, method->param_count);
        assert_int_equal(method->changes,
                         has_param(method, "request_id") && has_param(method, "wait"));
        assert_int_equal(has_param(method, "request_id"), has_param(method, "wait"));
        assert_true(method->web || !method->web_admin);
        assert_true(!method->web || method->role == ROLE_PLUGIN);
    }
    size_t count;
    const MethodParam *params = details_params(&count);
    check_params_row("details", params, count);
    params = project_params(&count);
    check_params_row("project", params, count);
}

static void roles_are_those_of_the_protocol(void **state _unused_)
{
    static const MethodId operators[] = {
        METHOD_BRIDGE_PAUSE, METHOD_BRIDGE_RESUME, METHOD_BRIDGE_RELOAD, METHOD_SECRET_ROTATE,
        METHOD_AUDIT_LIST,   METHOD_AUDIT_VERIFY,  METHOD_STORE_BACKUP,  METHOD_WORKLOG_ABANDON};
    static const char *const pages[] = {"account.",     "server.",       "workspace.",   "project.",
                                        "task.",        "tag.",          "timer.",       "entry.",
                                        "worklog.list", "worklog.retry", "bridge.status"};
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        bool admin = false, page = false;
        for (size_t j = 0; j < ARRAY_SIZE(operators); j++)
            admin |= operators[j] == method->id;
        for (size_t j = 0; j < ARRAY_SIZE(pages); j++)
            page |= text_starts_with(method->name, pages[j]);
        bool any = method->id == METHOD_BRIDGE_HELLO || method->id == METHOD_BRIDGE_DESCRIBE;
        assert_int_equal(method->role, admin ? ROLE_OPERATOR : any ? ROLE_ANY : ROLE_PLUGIN);
        assert_int_equal(method->web, page);
        assert_int_equal(method->web_admin, method->id == METHOD_BRIDGE_STATUS ||
                                                method->id == METHOD_SERVER_SET ||
                                                method->id == METHOD_SERVER_TEST ||
                                                method->id == METHOD_WORKLOG_LIST_ALL ||
                                                method->id == METHOD_WORKLOG_RETRY_ALL);
    }
}

static void check_taken(const Method *method, const Json *params)
{
    Error error = {0};
    if (method_check(method, params, &error) < 0) {
        _cleanup_free_ char *text = json_text(params);
        fail_msg("%s: %s (%s) %.300s", method->name, error.message, error.param, text);
    }
}

static void check_refused(const Method *method, const Json *params, const char *param)
{
    Error error = {0};
    if (method_check(method, params, &error) == 0) {
        _cleanup_free_ char *text = json_text(params);
        fail_msg("%s takes %.300s", method->name, text);
    }
    assert_int_equal(error.reason, ERROR_INVALID_PARAMS);
    assert_string_equal(error.param, param);
    assert_true(*error.message != '\0');
}

static void examples_pass(void **state _unused_)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        _cleanup_json_ Json *example = json_of(methods_all()[i].example);
        check_taken(&methods_all()[i], example);
    }
}

static char *repeat(const char *unit, size_t count)
{
    Buffer text = BUFFER_EMPTY;
    for (size_t i = 0; i < count; i++)
        buffer_add_text(&text, unit);
    return buffer_steal(&text);
}

/* A string of the param's form that is `length` characters long. */
static char *text_long(const MethodParam *param, size_t length)
{
    _cleanup_free_ char *filling = NULL;
    switch (param->type) {
    case PARAM_TEXT:
        return repeat("\xc3\xa4", length); /* two bytes, one character */
    case PARAM_ISSUE:
        filling = repeat("A", length > 2 ? length - 2 : 0);
        return xasprintf("%s-1", filling);
    case PARAM_TIME:
        filling = repeat("0", length - strlen("2026-11-23T10:00:00.Z"));
        return xasprintf("2026-11-23T10:00:00.%sZ", filling);
    default:
        return repeat("1", length);
    }
}

static Json *valid_value(const MethodParam *param)
{
    size_t count;
    Json *json;
    const MethodParam *members;
    switch (param->type) {
    case PARAM_INTEGER:
        return json_object_new_int64(param->least);
    case PARAM_BOOLEAN:
        return json_object_new_boolean(true);
    case PARAM_WORD:
        return json_object_new_string(param->choices[0]);
    case PARAM_IDS:
        return json_of("[\"64c777ddd3fcab07cfbb210c\"]");
    case PARAM_TEXTS:
        return json_of("[\"web\",\"a b\"]");
    case PARAM_DETAILS:
    case PARAM_PROJECT:
        members = param->type == PARAM_DETAILS ? details_params(&count) : project_params(&count);
        json = json_new_object();
        for (size_t i = 0; i < count; i++)
            json_put(json, members[i].name, valid_value(&members[i]));
        return json;
    case PARAM_TIME:
        return json_object_new_string("2026-11-23T10:00:00Z");
    default: {
        _cleanup_free_ char *text = text_long(param, 8);
        return json_object_new_string(param->type == PARAM_ISSUE ? "ABC-1" : text);
    }
    }
}

static Json *valid_params(const Method *method)
{
    Json *params = json_new_object();
    for (size_t i = 0; i < method->param_count; i++)
        json_put(params, method->params[i].name, valid_value(&method->params[i]));
    return params;
}

/* The whole params with this one value put in its place. */
static Json *params_with(const Place *place, Json *value)
{
    Json *params = valid_params(place->method), *object = params;
    if (text_starts_with(place->prefix, "details."))
        object = json_child(object, "details");
    if (text_ends_with(place->prefix, "project."))
        object = json_child(object, "project");
    assert_non_null(object);
    json_put(object, place->param->name, value);
    return params;
}

static void takes(const Place *place, Json *value)
{
    _cleanup_json_ Json *params = params_with(place, value);
    check_taken(place->method, params);
}

static void refuses(const Place *place, Json *value)
{
    _cleanup_json_ Json *params = params_with(place, value);
    _cleanup_free_ char *path = xasprintf("%s%s", place->prefix, place->param->name);
    check_refused(place->method, params, path);
}

static void refuses_text(const Place *place, const char *text)
{
    refuses(place, json_object_new_string(text));
}

static void takes_text_long(const Place *place, int64_t length)
{
    _cleanup_free_ char *text = text_long(place->param, (size_t)length);
    takes(place, json_object_new_string(text));
}

static void refuses_text_long(const Place *place, int64_t length)
{
    _cleanup_free_ char *text = text_long(place->param, (size_t)length);
    refuses_text(place, text);
}

/* Every kind of JSON value that is not the param's own. */
static void check_wrong_types(const Place *place)
{
    ParamType type = place->param->type;
    bool array = type == PARAM_IDS || type == PARAM_TEXTS;
    bool object = type == PARAM_DETAILS || type == PARAM_PROJECT;
    if (type == PARAM_NULLABLE_ID)
        takes(place, NULL);
    else
        refuses(place, NULL);
    if (type != PARAM_BOOLEAN)
        refuses(place, json_object_new_boolean(true));
    if (type != PARAM_INTEGER)
        refuses(place, json_object_new_int64(1));
    refuses(place, json_object_new_double(1.5));
    if (!array)
        refuses(place, json_of("[]"));
    refuses(place, json_of("[1]"));
    refuses(place, json_of("[null]"));
    if (!object)
        refuses(place, json_of("{}"));
    if (array || object || type == PARAM_BOOLEAN || type == PARAM_INTEGER)
        refuses_text(place, "1");
    if (!array && !object)
        refuses(place, json_object_new_string_len("12345678\0x", 10));
}

static void check_text_limits(const Place *place)
{
    int64_t least, most;
    param_limits(place->param, &least, &most);
    takes_text_long(place, most);
    refuses_text_long(place, most + 1);
    if (place->param->type == PARAM_TIME)
        return; /* its form asks for more than its least length */
    takes_text_long(place, least);
    if (least > 0)
        refuses_text_long(place, least - 1);
}

static void check_integer_limits(const Place *place)
{
    int64_t least, most;
    param_limits(place->param, &least, &most);
    takes(place, json_object_new_int64(least));
    takes(place, json_object_new_int64(most));
    refuses(place, json_object_new_int64(least - 1));
    refuses(place, json_object_new_int64(most + 1));
}

static Json *items(const char *item, int64_t count)
{
    Json *list = json_new_array();
    for (int64_t i = 0; i < count; i++)
        json_add_string(list, item);
    return list;
}

static void check_array_limits(const Place *place)
{
    int64_t least, most;
    bool ids = place->param->type == PARAM_IDS;
    size_t item_most = ids ? 64 : LABEL_MOST;
    _cleanup_free_ char *longest = repeat("a", item_most), *too_long = repeat("a", item_most + 1);
    param_limits(place->param, &least, &most);
    takes(place, json_new_array());
    takes(place, items(longest, most));
    refuses(place, items(longest, most + 1));
    refuses(place, items(too_long, 1));
    refuses(place, items("", 1));
    if (ids)
        refuses(place, items("../x", 1));
}

static void check_forms(const Place *place)
{
    static const struct {
        ParamType type;
        const char *text;
    } wrong[] = {
        {PARAM_USER, "a\nb"},
        {PARAM_USER, "a\x7f"},
        {PARAM_USER, "a\xc2\x85"},
        {PARAM_ISSUE, "abc-1"},
        {PARAM_ISSUE, "ABC"},
        {PARAM_ISSUE, "ABC-"},
        {PARAM_ISSUE, "ABC-0"},
        {PARAM_ISSUE, "ABC-1x"},
        {PARAM_ISSUE, "1BC-1"},
        {PARAM_ISSUE, "-12"},
        {PARAM_ISSUE, "ABC-1/../2"},
        {PARAM_ID, "a-b"},
        {PARAM_ID, "../x"},
        {PARAM_ID, "a b"},
        {PARAM_ID, "\xc3\xa4"},
        {PARAM_NULLABLE_ID, "a/b"},
        {PARAM_NULLABLE_ID, "null "},
        {PARAM_NUMBER_ID, "-1"},
        {PARAM_NUMBER_ID, "1.0"},
        {PARAM_NUMBER_ID, "0"},
        {PARAM_NUMBER_ID, "x"},
        {PARAM_NUMBER_ID, "9223372036854775808"},
        {PARAM_SECRET, "blank in it"},
        {PARAM_SECRET, "line\nend in it"},
        {PARAM_SECRET, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"},
        {PARAM_TIME, "yesterday"},
        {PARAM_TIME, "2026-06-31T00:00:00Z"},
        {PARAM_TIME, "2026-11-23"},
        {PARAM_WORD, ""},
        {PARAM_WORD, "no such word"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        if (wrong[i].type == place->param->type)
            refuses_text(place, wrong[i].text);
}

static void check_choices(const Place *place)
{
    for (const char *const *choice = place->param->choices; *choice; choice++)
        takes(place, json_object_new_string(*choice));
}

static void check_unknown_member(const Place *place)
{
    _cleanup_free_ char *path = xasprintf("%s%s.nickname", place->prefix, place->param->name);
    _cleanup_json_ Json *params = params_with(place, json_of("{\"nickname\":1}"));
    check_refused(place->method, params, path);
    takes(place, json_of("{}"));
}

static void check_param(const Place *place);

static void check_members(const Place *place, const char *prefix, const MethodParam *members,
                          size_t count)
{
    check_unknown_member(place);
    for (size_t i = 0; i < count; i++)
        check_param(&(Place){place->method, prefix, &members[i]});
}

static void check_param(const Place *place)
{
    size_t count;
    const MethodParam *members;
    check_wrong_types(place);
    check_forms(place);
    switch (place->param->type) {
    case PARAM_BOOLEAN:
        takes(place, json_object_new_boolean(false));
        break;
    case PARAM_INTEGER:
        check_integer_limits(place);
        break;
    case PARAM_WORD:
        check_choices(place);
        break;
    case PARAM_IDS:
    case PARAM_TEXTS:
        check_array_limits(place);
        break;
    case PARAM_DETAILS:
        members = details_params(&count);
        check_members(place, "details.", members, count);
        break;
    case PARAM_PROJECT:
        members = project_params(&count);
        check_members(place, "details.project.", members, count);
        break;
    default:
        check_text_limits(place);
    }
}

static void every_param_of_every_method(void **state _unused_)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        _cleanup_json_ Json *all = valid_params(method);
        check_taken(method, all);
        for (size_t j = 0; j < method->param_count; j++)
            check_param(&(Place){method, "", &method->params[j]});
    }
}

static void required_params(void **state _unused_)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        for (size_t j = 0; j < method->param_count; j++) {
            _cleanup_json_ Json *params = valid_params(method);
            json_object_object_del(params, method->params[j].name);
            if (method->params[j].required)
                check_refused(method, params, method->params[j].name);
            else
                check_taken(method, params);
        }
    }
}

static void unknown_params(void **state _unused_)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        _cleanup_json_ Json *params = valid_params(&methods_all()[i]);
        json_put_string(params, "User", "x");
        check_refused(&methods_all()[i], params, "User");
    }
}

static void params_must_be_an_object(void **state _unused_)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        _cleanup_json_ Json *array = json_of("[1]"), *empty = json_of("[]");
        bool required = false;
        for (size_t j = 0; j < method->param_count; j++)
            required |= method->params[j].required;
        check_refused(method, array, "params");
        check_refused(method, empty, "params");
        assert_int_equal(method_check(method, NULL, NULL), required ? -1 : 0);
    }
}

static void a_secret_is_never_echoed(void **state _unused_)
{
    static const char *const values[] = {"canary canary", "canary",
                                         "canary\xc3\xa4\xc3\xa4\xc3\xa4"};
    Error error;
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        _cleanup_json_ Json *params = valid_params(method_find("account.connect_clockify"));
        json_put_string(params, "api_key", values[i]);
        assert_int_equal(method_check(method_find("account.connect_clockify"), params, &error), -1);
        assert_null(strstr(error.message, "canary"));
    }
}

static void description_is_the_table(void **state _unused_)
{
    _cleanup_json_ Json *json = methods_describe();
    Json *list = json_list(json, "methods"), *errors = json_list(json, "errors");
    size_t details;
    assert_int_equal(json_count(list), METHOD_COUNT);
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const Method *method = &methods_all()[i];
        Json *row = json_at(list, i), *params = json_list(row, "params");
        assert_string_equal(json_string(row, "name"), method->name);
        assert_string_equal(json_string(row, "doc"), method->doc);
        assert_string_equal(json_string(row, "role"), role_name(method->role));
        assert_int_equal(json_flag(row, "web", false), method->web);
        assert_int_equal(json_count(params), method->param_count);
        for (size_t j = 0; j < method->param_count; j++) {
            assert_string_equal(json_string(json_at(params, j), "name"), method->params[j].name);
            assert_string_equal(json_string(json_at(params, j), "type"),
                                param_type_name(method->params[j].type));
            assert_int_equal(json_flag(json_at(params, j), "required", false),
                             method->params[j].required);
        }
    }
    assert_int_equal(json_count(errors), ERROR_REASON_COUNT - 1);
    assert_string_equal(json_string(json_at(errors, 0), "reason"), "parse_error");
    assert_int_equal(json_int(json_at(errors, 0), "code", 0), -32700);
    details_params(&details);
    assert_int_equal(json_count(json_list(json, "details")), details);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_has_all_methods),
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(roles_are_those_of_the_protocol),
        cmocka_unit_test(examples_pass),
        cmocka_unit_test(every_param_of_every_method),
        cmocka_unit_test(required_params),
        cmocka_unit_test(unknown_params),
        cmocka_unit_test(params_must_be_an_object),
        cmocka_unit_test(a_secret_is_never_echoed),
        cmocka_unit_test(description_is_the_table),
    };
    return cmocka_run_group_tests_name("rpc/methods", tests, NULL, NULL);
}
