/* SPDX-License-Identifier: Apache-2.0 */

/* bridge.describe: the table of methods and the table of errors as JSON. Adds no word of its own.
 */

#include "rpc/methods.h"

static Json *describe_methods(void);
static Json *describe_method(const Method *method);
static Json *describe_params(const MethodParam *params, size_t count);
static Json *describe_param(const MethodParam *param);
static Json *describe_choices(const char *const *choices);
static Json *describe_reasons(const ErrorReason *reasons);
static Json *describe_errors(void);

Json *methods_describe(void)
{
    size_t details, project;
    const MethodParam *of_details = details_params(&details),
                      *of_project = project_params(&project);
    Json *json = json_new_object();
    json_put(json, "methods", describe_methods());
    json_put(json, "details", describe_params(of_details, details));
    json_put(json, "project", describe_params(of_project, project));
    json_put(json, "errors", describe_errors());
    return json;
}

static Json *describe_methods(void)
{
    Json *list = json_new_array();
    for (size_t i = 0; i < METHOD_COUNT; i++)
        json_add(list, describe_method(&methods_all()[i]));
    return list;
}

static Json *describe_method(const Method *method)
{
    Json *json = json_new_object();
    json_put_string(json, "name", method->name);
    json_put_string(json, "doc", method->doc);
    json_put_string(json, "role", role_name(method->role));
    json_put_bool(json, "web", method->web);
    json_put_bool(json, "web_admin", method->web_admin);
    json_put_bool(json, "changes", method->changes);
    json_put(json, "params", describe_params(method->params, method->param_count));
    json_put_string(json, "result", method->result);
    json_put(json, "errors", describe_reasons(method->errors));
    json_put_string(json, "example", method->example);
    return json;
}

static Json *describe_params(const MethodParam *params, size_t count)
{
    Json *list = json_new_array();
    for (size_t i = 0; i < count; i++)
        json_add(list, describe_param(&params[i]));
    return list;
}

static Json *describe_param(const MethodParam *param)
{
    int64_t least, most;
    param_limits(param, &least, &most);
    Json *json = json_new_object();
    json_put_string(json, "name", param->name);
    json_put_string(json, "type", param_type_name(param->type));
    json_put_bool(json, "required", param->required);
    if (least != 0 || most != 0) {
        json_put_int(json, "least", least);
        json_put_int(json, "most", most);
    }
    if (param->choices)
        json_put(json, "choices", describe_choices(param->choices));
    json_put_string(json, "doc", param->doc);
    return json;
}

static Json *describe_choices(const char *const *choices)
{
    Json *list = json_new_array();
    for (; *choices; choices++)
        json_add_string(list, *choices);
    return list;
}

static Json *describe_reasons(const ErrorReason *reasons)
{
    Json *list = json_new_array();
    for (; *reasons != ERROR_NONE; reasons++)
        json_add_string(list, error_info(*reasons)->name);
    return list;
}

static Json *describe_errors(void)
{
    Json *list = json_new_array();
    for (unsigned reason = ERROR_NONE + 1; reason < ERROR_REASON_COUNT; reason++) {
        const ErrorInfo *info = error_info((ErrorReason)reason);
        Json *json = json_new_object();
        json_put_string(json, "reason", info->name);
        json_put_int(json, "code", info->code);
        json_put_string(json, "when", info->when);
        json_put_string(json, "data", info->data);
        json_add(list, json);
    }
    return list;
}
