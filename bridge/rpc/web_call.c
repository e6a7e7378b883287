/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a page's text to a method and its params. Never takes a user's name from the page, and never
 * lets it reach what belongs to all users.
 */

#include "rpc/web_call.h"

static int check_body(const Json *body, Error *error);
static int find_method(const Json *params, const Json *body, const Method **ret, Error *error);
static int check_claims(const Method *method, const Json *inner, Error *error);
static void put_user(const Method *method, const char *user, Json *inner);
static bool takes(const Method *method, const char *param);

int web_call_read(const Json *params, int max_depth, const Method **ret_method, Json **ret_params,
                  Error *error)
{
    const char *text = json_string(params, "body");
    const Method *method = NULL;
    _cleanup_json_ Json *body = NULL;
    if (json_parse(text, strlen(text), max_depth, &body, error) < 0)
        return -1;
    if (check_body(body, error) < 0 || find_method(params, body, &method, error) < 0)
        return -1;
    _cleanup_json_ Json *inner =
        json_has(body, "params") ? json_ref(json_child(body, "params")) : json_new_object();
    if (!inner)
        return error_param(error, "params", "params in the body must be an object with names");
    if (check_claims(method, inner, error) < 0)
        return -1;
    put_user(method, json_string(params, "user"), inner);
    *ret_method = method;
    *ret_params = STEAL(inner);
    return 0;
}

/* jsonrpc and id do no harm: the plugin's own call has those that count. */
static int check_body(const Json *body, Error *error)
{
    if (!json_object_is_type(body, json_type_object))
        return error_set(error, ERROR_INVALID_REQUEST, "the body must be an object");
    json_object_object_foreach((Json *)body, name, value)
    {
        (void)value;
        if (!streq(name, "method") && !streq(name, "params") && !streq(name, "jsonrpc") &&
            !streq(name, "id"))
            return error_set(error, ERROR_INVALID_REQUEST,
                             "the body may have method and params alone");
    }
    return 0;
}

static int find_method(const Json *params, const Json *body, const Method **ret, Error *error)
{
    const char *name = json_string(body, "method");
    if (!name)
        return error_set(error, ERROR_INVALID_REQUEST, "method in the body must be a string");
    const Method *method = method_find(name);
    if (!method)
        return error_set(error, ERROR_METHOD_NOT_FOUND, "there is no such method");
    if (!method->web)
        return error_set(error, ERROR_FORBIDDEN, "%s may not be called by a page", method->name);
    if (method->web_admin &&
        (!json_flag(params, "sysadmin", false) || !json_flag(params, "websudo", false)))
        return error_set(error, ERROR_FORBIDDEN,
                         "%s is for system administrators of Jira with a confirmed session",
                         method->name);
    *ret = method;
    return 0;
}

/* `all` reaches past the user, whatever its value. */
static int check_claims(const Method *method, const Json *inner, Error *error)
{
    static const char *const names[] = {"user", "by", "all"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (json_has(inner, names[i]))
            return error_param(error, names[i], "%s may not be named by a page, in %s", names[i],
                               method->name);
    return 0;
}

static void put_user(const Method *method, const char *user, Json *inner)
{
    if (takes(method, "user"))
        json_put_string(inner, "user", user);
    if (takes(method, "by"))
        json_put_string(inner, "by", user);
}

static bool takes(const Method *method, const char *param)
{
    for (size_t i = 0; i < method->param_count; i++)
        if (streq(method->params[i].name, param))
            return true;
    return false;
}
