/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Clockify's resources share: roles, names and their lengths, query values, paging.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clockify.h"
#include "js.h"

const char *clockify_role(const struct json_object *workspace, const char *user_id)
{
    return js_str(js_get(workspace, "_roles"), user_id);
}

static const char *own_role(const Request *request)
{
    const char *role = clockify_role(request->workspace, js_text(request->user, "id"));
    return role ? role : "";
}

bool clockify_is_admin(const Request *request)
{
    return strcmp(own_role(request), "OWNER") == 0 ||
           strcmp(own_role(request), "WORKSPACE_ADMIN") == 0;
}

bool clockify_may_create(const Request *request, const char *permission)
{
    const char *who =
        js_text(js_get(clockify_settings(request), "entityCreationPermissions"), permission);

    if (clockify_is_admin(request) || strcmp(who, "EVERYONE") == 0)
        return true;
    return strcmp(who, "ADMINS_AND_PROJECT_MANAGERS") == 0 &&
           strcmp(own_role(request), "PROJECT_MANAGER") == 0;
}

const struct json_object *clockify_settings(const Request *request)
{
    return js_get(request->workspace, "workspaceSettings");
}

size_t clockify_length(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        if (((unsigned char)*text & 0xc0) != 0x80)
            n += (unsigned char)*text >= 0xf0 ? 2 : 1;
    return n;
}

bool clockify_has_angle(const char *text)
{
    return text && strpbrk(text, "<>");
}

bool clockify_name_fits(Request *request, Reply *reply, const char *what, size_t least, size_t most)
{
    const char *name = js_str(request_json(request), "name");
    size_t n = name ? clockify_length(name) : 0;

    if (!name || (least && !n))
        clockify_fail(request, reply, 400, 501, "%s name is required", what);
    else if (n < least || n > most)
        clockify_fail(request, reply, 400, 501,
                      "%s name has to be between %zu and %zu characters long", what, least, most);
    else if (clockify_has_angle(name))
        clockify_fail(request, reply, 400, 501,
                      "%s name is not valid. Don't use \"<\" and \">\" characters", what);
    else
        return true;
    return false;
}

int clockify_query_bool(Request *request, Reply *reply, const char *name)
{
    const char *text = request_query(request, name);

    if (!text || !*text)
        return -1;
    if (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0)
        return 1;
    if (strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0)
        return 0;
    clockify_fail(request, reply, 400, 3000,
                  "Method parameter '%s': Failed to convert value of type 'java.lang.String' to "
                  "required type "
                  "'java.lang.Boolean'; Invalid boolean value [%s]",
                  name, text);
    return -2;
}

bool clockify_name_matches(const Request *request, bool strict, const char *name)
{
    const char *want = request_query(request, "name");

    if (!want || !*want)
        return true;
    return strict ? strcmp(name, want) == 0 : strcasestr(name, want) != NULL;
}

static bool query_number(Request *request, Reply *reply, const char *name, int64_t *number,
                         int64_t most)
{
    const char *text = request_query(request, name);
    char *end = NULL;
    long long value;

    if (!text)
        return true;
    value = strtoll(text, &end, 10);
    if (end == text || *end)
        clockify_fail(request, reply, 400, 3000,
                      "Method parameter '%s': Failed to convert value of type 'java.lang.String' "
                      "to required type "
                      "'int'; For input string: \"%s\"",
                      name, text);
    else if (value < 1 || value > most)
        clockify_fail(request, reply, 400, 501, "%s must be between 1 and %lld", name,
                      (long long)most);
    else {
        *number = value;
        return true;
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct json_object *x = *(struct json_object *const *)a,
                             *y = *(struct json_object *const *)b;
    return strcasecmp(js_text(x, "name"), js_text(y, "name"));
}

/* ?sort-column=NAME|ID and ?sort-order=ASCENDING|DESCENDING; as they stand documents are in the
 * order of their ids. */
static void sort(const Request *request, struct json_object *all)
{
    const char *column = request_query(request, "sort-column"),
               *order = request_query(request, "sort-order");
    size_t n = js_length(all);

    if (column && strcmp(column, "NAME") == 0)
        json_object_array_sort(all, by_name);
    if (!order || strcmp(order, "DESCENDING") != 0)
        return;
    for (size_t i = 0; i < n / 2; i++) {
        struct json_object *first = js_share(js_at(all, i)),
                           *last = js_share(js_at(all, n - 1 - i));
        json_object_array_put_idx(all, i, last);
        json_object_array_put_idx(all, n - 1 - i, first);
    }
}

int clockify_page(Request *request, Reply *reply, struct json_object *all, int64_t size,
                  int64_t most)
{
    struct json_object *out = js_array();
    int64_t page = 1, n = (int64_t)js_length(all), first;
    bool endless = js_bool(request->sim->option[SERVICE_CLOCKIFY], "lastPageNever", false);

    if (!query_number(request, reply, "page-size", &size, most) ||
        !query_number(request, reply, "page", &page, INT32_MAX)) {
        json_object_put(all);
        json_object_put(out);
        return 400;
    }
    sort(request, all);
    first = (page - 1) * size;
    for (int64_t i = first; i < n && i < first + size; i++)
        js_push(out, js_share(js_at(all, (size_t)i)));
    json_object_put(all);
    reply_header(reply, "Last-Page", "%s", first + size >= n && !endless ? "true" : "false");
    return reply_json(reply, 200, out);
}
