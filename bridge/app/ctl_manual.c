/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as parts of the manual; see ctl_manual.h. */

#include "app/ctl_manual.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/ctl.h"
#include "app/ctl_commands.h"
#include "app/doctor.h"
#include "base/mdoc.h"

static void add_commands(Buffer *page)
{
    size_t count;
    const CtlCommand *commands = ctl_commands_all(&count);

    mdoc_line(page, "Bl -tag -width Ds");
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *takes = xasprintf("It takes %s.", commands[i].synopsis);

        mdoc_macro(page, "It Ic", commands[i].name);
        mdoc_text(page, commands[i].doc);
        if (*commands[i].synopsis)
            mdoc_text(page, takes);
    }
    mdoc_line(page, "El");
}

/* "text of 1 to 255" */
static void add_type(Buffer *text, const MethodParam *param)
{
    int64_t least, most;

    param_limits(param, &least, &most);
    buffer_addf(text, "(%s", param_type_name(param->type));
    for (size_t i = 0; param->choices && param->choices[i]; i++)
        buffer_addf(text, "%s%s", i == 0 ? ": " : ", ", param->choices[i]);
    if (most > 0)
        buffer_addf(text, ", %" PRId64 " to %" PRId64, least, most);
    buffer_addf(text, "%s) ", param->required ? ", required" : "");
}

static void add_params(Buffer *page, const MethodParam *params, size_t count)
{
    if (count == 0)
        return;
    mdoc_line(page, "Bl -tag -width Ds");
    for (size_t i = 0; i < count; i++) {
        _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;

        add_type(&text, &params[i]);
        buffer_add_text(&text, params[i].doc);
        mdoc_macro(page, "It Va", params[i].name);
        mdoc_text(page, text.data);
    }
    mdoc_line(page, "El");
}

static void add_reasons(Buffer *page, const ErrorReason *errors)
{
    _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;

    if (!errors || *errors == ERROR_NONE)
        return;
    for (; *errors != ERROR_NONE; errors++)
        buffer_addf(&text, "%s%s",
                    text.length ? ", " : "Its own errors: ", error_info(*errors)->name);
    buffer_add_char(&text, '.');
    mdoc_text(page, text.data);
}

static void add_method(Buffer *page, const Method *method)
{
    _cleanup_free_ char *role =
        xasprintf("For %s%s%s.", method->role == ROLE_ANY ? "any caller" : "the role ",
                  method->role == ROLE_ANY ? "" : role_name(method->role),
                  method->web_admin ? ", and for administrators on a page"
                  : method->web     ? ", and for a page"
                                    : "");
    _cleanup_free_ char *result = xasprintf("Result: %s.", method->result);
    _cleanup_free_ char *example = xasprintf("call %s '%s'", method->name, method->example);

    mdoc_macro(page, "Ss", method->name);
    mdoc_text(page, method->doc);
    mdoc_text(page, role);
    add_params(page, method->params, method->param_count);
    mdoc_line(page, "Pp");
    mdoc_text(page, result);
    add_reasons(page, method->errors);
    mdoc_macro(page, "Dl", example);
}

static void add_details(Buffer *page)
{
    size_t count;
    const MethodParam *params = details_params(&count);

    mdoc_macro(page, "Ss", "details");
    mdoc_text(page, "What a page knows of an issue; every member may be left out.");
    add_params(page, params, count);
    mdoc_line(page, "Pp");
    mdoc_text(page, "Members of its project:");
    params = project_params(&count);
    add_params(page, params, count);
}

static void add_methods(Buffer *page)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        add_method(page, &methods_all()[i]);
    add_details(page);
}

static void add_errors(Buffer *page)
{
    mdoc_line(page, "Bl -tag -width Ds");
    for (unsigned reason = ERROR_NONE + 1; reason < ERROR_REASON_COUNT; reason++) {
        const ErrorInfo *info = error_info((ErrorReason)reason);
        _cleanup_free_ char *head = xasprintf("%s (%d)", info->name, info->code);
        _cleanup_free_ char *data = xasprintf("Beside reason, data may have %s.", info->data);

        mdoc_macro(page, "It Er", head);
        mdoc_text(page, info->when);
        if (*info->data)
            mdoc_text(page, data);
    }
    mdoc_line(page, "El");
}

static void add_checks(Buffer *page)
{
    size_t count;
    const DoctorCheck *checks = doctor_checks_all(&count);

    mdoc_line(page, "Bl -tag -width Ds");
    for (size_t i = 0; i < count; i++) {
        mdoc_macro(page, "It Ic", doctor_check_name(checks, i));
        mdoc_text(page, doctor_check_doc(checks, i));
    }
    mdoc_line(page, "El");
}

static const struct {
    const char *name;
    void (*add)(Buffer *page);
} tables[] = {
    {"checks", add_checks},
    {"commands", add_commands},
    {"methods", add_methods},
    {"errors", add_errors},
};

int ctl_manual_print(const char *table)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        _cleanup_(buffer_done) Buffer page = BUFFER_EMPTY;

        if (!streq(tables[i].name, table))
            continue;
        tables[i].add(&page);
        fputs(buffer_text(&page), stdout);
        return CTL_OK;
    }
    ctl_complain("no table \"%s\" for the manual", table);
    return CTL_USAGE;
}
