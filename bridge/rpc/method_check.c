/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Holds params to the table of methods: names, types, limits. Looks at values only, changes
 * nothing, and never repeats what it refused: it may be a secret.
 */

#include "rpc/methods.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"

#define TIME_MOST 64 /* characters of a time; a fraction may be long */

static int check_members(const MethodParam *params, size_t count, const char *prefix,
                         const Json *object, Error *error);
static const MethodParam *param_find(const MethodParam *params, size_t count, const char *name);
static int check_value(const MethodParam *param, const char *path, const Json *value, Error *error);
static int check_text(const MethodParam *param, const char *path, const Json *value, Error *error);
static int check_integer(const MethodParam *param, const char *path, const Json *value,
                         Error *error);
static int check_word(const MethodParam *param, const char *path, const Json *value, Error *error);
static int check_array(const MethodParam *param, const char *path, const Json *value, Error *error);
static int check_details(const char *path, const Json *value, Error *error);
static int check_project(const char *path, const Json *value, Error *error);
static const char *whole_text(const Json *value);
static bool text_fits(const char *text, int64_t least, int64_t most);
static bool is_user(const char *text);
static bool is_issue(const char *text);
static bool is_id(const char *text);
static bool is_number_id(const char *text);
static bool is_secret(const char *text);
static bool is_time(const char *text);
static bool is_label(const char *text);

/* The types that are a string of some form: limits in characters, the form, and how to say it. */
typedef struct TextType {
    bool (*is)(const char *text); /* NULL: any text */
    const char *form;
} TextType;

static const struct {
    const char *name;
    int64_t least, most;
    TextType text;
} types[PARAM_TYPE_COUNT] = {
    [PARAM_TEXT] = {"text", 0, 65536, {NULL, "text"}},
    [PARAM_USER] = {"user", 1, 255, {is_user, "a Jira user key without control characters"}},
    [PARAM_ISSUE] = {"issue", 3, 255, {is_issue, "an issue key such as ABC-1"}},
    [PARAM_ID] = {"id", 1, 64, {is_id, "an id of letters and digits"}},
    [PARAM_NUMBER_ID] = {"number_id", 1, 19, {is_number_id, "an id of digits, in quotes"}},
    [PARAM_SECRET] = {"secret", 8, 512, {is_secret, "visible ASCII characters"}},
    [PARAM_TIME] = {"time", 1, TIME_MOST, {is_time, "a time such as 2026-11-23T10:00:00Z"}},
    [PARAM_INTEGER] = {"integer", INT64_MIN, INT64_MAX, {NULL, NULL}},
    [PARAM_BOOLEAN] = {"boolean", 0, 0, {NULL, NULL}},
    [PARAM_WORD] = {"word", 0, 0, {NULL, NULL}},
    [PARAM_IDS] = {"ids", 0, 1000, {is_id, "ids of letters and digits"}},
    [PARAM_DETAILS] = {"details", 0, 0, {NULL, NULL}},
    [PARAM_NULLABLE_ID] = {"id_or_null", 1, 64, {is_id, "null or an id of letters and digits"}},
    [PARAM_TEXTS] = {"texts", 0, 1000, {is_label, "texts of 1 to 255 characters"}},
    [PARAM_PROJECT] = {"project", 0, 0, {NULL, NULL}},
};

const char *param_type_name(ParamType type)
{
    return types[type].name;
}

void param_limits(const MethodParam *param, int64_t *ret_least, int64_t *ret_most)
{
    bool own = param->least != 0 || param->most != 0;
    *ret_least = own ? param->least : types[param->type].least;
    *ret_most = own ? param->most : types[param->type].most;
}

int method_check(const Method *method, const Json *params, Error *error)
{
    if (params && !json_object_is_type(params, json_type_object))
        return error_param(error, "params", "params must be an object with names");
    return check_members(method->params, method->param_count, "", params, error);
}

static int check_members(const MethodParam *params, size_t count, const char *prefix,
                         const Json *object, Error *error)
{
    char path[sizeof(error->param)];
    if (object) {
        json_object_object_foreach((Json *)object, name, value)
        {
            const MethodParam *param = param_find(params, count, name);
            snprintf(path, sizeof(path), "%s%s", prefix, name);
            if (!param)
                return error_param(error, path, "there is no param \"%s\" here", path);
            if (check_value(param, path, value, error) < 0)
                return -1;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (params[i].required && !json_has(object, params[i].name))
            return error_param(error, params[i].name, "%s is missing", params[i].name);
    return 0;
}

static const MethodParam *param_find(const MethodParam *params, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (streq(params[i].name, name))
            return &params[i];
    return NULL;
}

static int check_value(const MethodParam *param, const char *path, const Json *value, Error *error)
{
    switch (param->type) {
    case PARAM_INTEGER:
        return check_integer(param, path, value, error);
    case PARAM_BOOLEAN:
        if (!json_object_is_type(value, json_type_boolean))
            return error_param(error, path, "%s must be true or false", path);
        return 0;
    case PARAM_WORD:
        return check_word(param, path, value, error);
    case PARAM_IDS:
    case PARAM_TEXTS:
        return check_array(param, path, value, error);
    case PARAM_DETAILS:
        return check_details(path, value, error);
    case PARAM_PROJECT:
        return check_project(path, value, error);
    case PARAM_NULLABLE_ID:
        if (!value)
            return 0;
        return check_text(param, path, value, error);
    default:
        return check_text(param, path, value, error);
    }
}

static int check_text(const MethodParam *param, const char *path, const Json *value, Error *error)
{
    const TextType *type = &types[param->type].text;
    int64_t least, most;
    param_limits(param, &least, &most);
    const char *text = whole_text(value);
    if (!text)
        return error_param(error, path, "%s must be a string: %s", path, type->form);
    if (!text_fits(text, least, most))
        return error_param(error, path, "%s must have %" PRId64 " to %" PRId64 " characters", path,
                           least, most);
    if (type->is && !type->is(text))
        return error_param(error, path, "%s must be %s", path, type->form);
    return 0;
}

static int check_integer(const MethodParam *param, const char *path, const Json *value,
                         Error *error)
{
    int64_t least, most;
    param_limits(param, &least, &most);
    if (!json_object_is_type(value, json_type_int))
        return error_param(error, path, "%s must be a whole number", path);
    int64_t number = json_object_get_int64(value);
    if (number < least || number > most)
        return error_param(error, path, "%s must be %" PRId64 " to %" PRId64, path, least, most);
    return 0;
}

static int check_word(const MethodParam *param, const char *path, const Json *value, Error *error)
{
    _cleanup_(buffer_done) Buffer allowed = BUFFER_EMPTY;
    const char *text = whole_text(value);
    for (size_t i = 0; param->choices[i]; i++) {
        if (streq(param->choices[i], text))
            return 0;
        buffer_addf(&allowed, "%s%s", i > 0 ? ", " : "", param->choices[i]);
    }
    return error_param(error, path, "%s must be one of %s", path, buffer_text(&allowed));
}

static int check_array(const MethodParam *param, const char *path, const Json *value, Error *error)
{
    const TextType *type = &types[param->type].text;
    int64_t least, most;
    param_limits(param, &least, &most);
    if (!json_object_is_type(value, json_type_array))
        return error_param(error, path, "%s must be an array", path);
    if (json_count(value) > (size_t)most)
        return error_param(error, path, "%s must have at most %" PRId64 " items", path, most);
    for (size_t i = 0; i < json_count(value); i++) {
        const char *text = whole_text(json_at(value, i));
        if (!text || !type->is(text))
            return error_param(error, path, "%s: item %zu is wrong; they must be %s", path, i + 1,
                               type->form);
    }
    return 0;
}

static int check_details(const char *path, const Json *value, Error *error)
{
    size_t count;
    const MethodParam *params = details_params(&count);
    if (!json_object_is_type(value, json_type_object))
        return error_param(error, path, "%s must be an object", path);
    return check_members(params, count, "details.", value, error);
}

static int check_project(const char *path, const Json *value, Error *error)
{
    size_t count;
    const MethodParam *params = project_params(&count);
    if (!json_object_is_type(value, json_type_object))
        return error_param(error, path, "%s must be an object", path);
    return check_members(params, count, "details.project.", value, error);
}

/* NULL for what is no string, and for one with a NUL in it: what is checked must be what is used
 * later. */
static const char *whole_text(const Json *value)
{
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string((Json *)value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

static bool text_fits(const char *text, int64_t least, int64_t most)
{
    size_t length = text_length(text);
    return length >= (size_t)least && length <= (size_t)most;
}

/* Control characters of ASCII and, in UTF-8 behind the byte C2, of Latin-1. */
static bool is_user(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f))
            return false;
    return true;
}

/* Jira keeps project keys in Latin capitals, digits and "_", whatever pattern a site sets; issue
 * numbers start with no 0. */
static bool is_issue(const char *text)
{
    size_t key = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (key == 0 || text[0] < 'A' || text[0] > 'Z' || text[key] != '-')
        return false;
    const char *number = text + key + 1;
    size_t digits = strspn(number, "0123456789");
    return digits > 0 && digits <= 18 && number[0] != '0' && number[digits] == '\0';
}

static bool is_id(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return length > 0 && length <= 64 && text[length] == '\0';
}

static bool is_number_id(const char *text)
{
    int64_t number;
    return text_to_int64(text, &number) == 0 && number > 0;
}

static bool is_secret(const char *text)
{
    _cleanup_secret_ Secret *secret = secret_from_token(text);
    return secret != NULL;
}

static bool is_time(const char *text)
{
    int64_t time;
    return time_parse(text, &time) == 0;
}

static bool is_label(const char *text)
{
    return text_fits(text, 1, LABEL_MOST);
}
