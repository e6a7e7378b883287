/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Projects, tasks and tags: three lists of one shape. Traps from Clockify's OpenAPI document and
 * recorded answers: "archived" left out gives both kinds, "page-size" in any other spelling is
 * ignored, the strict search is looser than it says.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "remote/clockify_request.h"

static Buffer list_url(const char *api, ClockifyList list, const char *workspace,
                       const char *project);
static void add_number(Buffer *url, const char *name, int64_t number);
static bool read_item(const Json *json, ClockifyList list, ClockifyItem *ret);
static bool is_closed(const Json *json, ClockifyList list);
static bool names_match(ClockifyList list, const char *name, const char *wanted);

void clockify_item_done(ClockifyItem *item)
{
    free(item->id);
    free(item->name);
    free(item->client);
    free(item->color);
    *item = (ClockifyItem){0};
}

void clockify_items_done(ClockifyItems *items)
{
    for (size_t i = 0; i < items->count; i++)
        clockify_item_done(&items->items[i]);
    free(items->items);
    *items = (ClockifyItems){0};
}

void clockify_list_request(const char *api, const ClockifyListQuery *query, RestRequest *ret)
{
    Buffer url = list_url(api, query->list, query->workspace, query->project);

    if (query->name)
        clockify_request_query(&url, "name", query->name);
    if (query->name && query->whole_name)
        clockify_request_query(&url, "strict-name-search", "true");
    if (!query->with_closed)
        clockify_request_query(&url, query->list == LIST_TASKS ? "is-active" : "archived",
                               query->list == LIST_TASKS ? "true" : "false");
    clockify_request_query(&url, "sort-column", "NAME");
    clockify_request_query(&url, "sort-order", "ASCENDING");
    add_number(&url, "page", query->page);
    add_number(&url, "page-size", query->page_size);
    clockify_request_make(REST_GET, &url, NULL, ret);
    ret->max_body = ANSWER_LARGE_MOST;
}

static Buffer list_url(const char *api, ClockifyList list, const char *workspace,
                       const char *project)
{
    Buffer url = clockify_request_url(api, "/workspaces");

    answer_add_segment(&url, workspace);
    if (list == LIST_TAGS) {
        buffer_add_text(&url, "/tags");
        return url;
    }
    buffer_add_text(&url, "/projects");
    if (list == LIST_TASKS) {
        answer_add_segment(&url, project);
        buffer_add_text(&url, "/tasks");
    }
    return url;
}

static void add_number(Buffer *url, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, number);
    clockify_request_query(url, name, text);
}

/* The header alone is no end: a server may say "false" for ever. */
int clockify_list_read(const RestAnswer *answer, const ClockifyListQuery *query, ClockifyItems *ret,
                       Error *error)
{
    _cleanup_json_ Json *json = NULL;
    ClockifyItems items = {0};

    if (clockify_check(answer, error) < 0 ||
        answer_parse_array(answer, "clockify", &json, error) < 0)
        return -1;
    items.items = xcalloc(json_count(json) + 1, sizeof(*items.items));
    for (size_t i = 0; i < json_count(json); i++)
        if (read_item(json_at(json, i), query->list, &items.items[items.count]))
            items.count++;
    items.last_page = answer->last_page == 1 || (int64_t)json_count(json) < query->page_size;
    *ret = items;
    return 0;
}

static bool read_item(const Json *json, ClockifyList list, ClockifyItem *ret)
{
    if (!answer_id(json, "id") || !json_string(json, "name"))
        return false;
    *ret = (ClockifyItem){
        .id = xstrdup(json_string(json, "id")),
        .name = xstrdup(json_string(json, "name")),
        .client = list == LIST_PROJECTS ? xstrdup(clockify_text_of(json, "clientName")) : NULL,
        .color = list == LIST_PROJECTS ? xstrdup(clockify_text_of(json, "color")) : NULL,
        .billable = list == LIST_PROJECTS ? json_tristate(json, "billable") : -1,
        .closed = is_closed(json, list),
    };
    return true;
}

static bool is_closed(const Json *json, ClockifyList list)
{
    if (list == LIST_TASKS)
        return streq(json_string(json, "status"), "DONE");
    return json_flag(json, "archived", false);
}

const ClockifyItem *clockify_items_match(const ClockifyItems *items, ClockifyList list,
                                         const char *name, size_t *ret_count)
{
    _cleanup_free_ char *wanted = text_fold_space(name);
    const ClockifyItem *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < items->count; i++) {
        if (items->items[i].closed || !names_match(list, items->items[i].name, wanted))
            continue;
        if (!found)
            found = &items->items[i];
        count++;
    }
    if (ret_count)
        *ret_count = count;
    return found;
}

static bool names_match(ClockifyList list, const char *name, const char *wanted)
{
    _cleanup_free_ char *folded = text_fold_space(name);

    return list == LIST_TAGS ? text_equal_nocase(folded, wanted) : streq(folded, wanted);
}

void clockify_item_request(const char *api, ClockifyList list, const char *workspace,
                           const char *project, const char *id, RestRequest *ret)
{
    Buffer url = list_url(api, list, workspace, project);

    answer_add_segment(&url, id);
    clockify_request_make(REST_GET, &url, NULL, ret);
    ret->max_body = ANSWER_LARGE_MOST; /* a project comes with its memberships */
}

int clockify_item_read(const RestAnswer *answer, ClockifyList list, ClockifyItem *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (clockify_check(answer, error) < 0 ||
        answer_parse_object(answer, "clockify", &json, error) < 0)
        return -1;
    return read_item(json, list, ret) ? 0 : answer_fail_unreadable(answer, "clockify", error);
}

/* "isPublic" on the way in, "public" on the way out; left out it makes a private project that the
 * next user cannot see. */
void clockify_create_request(const char *api, ClockifyList list, const char *workspace,
                             const char *project, const char *name, bool is_public,
                             RestRequest *ret)
{
    Buffer url = list_url(api, list, workspace, project);
    Json *body = json_new_object();

    json_put_string(body, "name", name);
    if (list == LIST_PROJECTS)
        json_put_bool(body, "isPublic", is_public);
    clockify_request_make(REST_POST, &url, body, ret);
}
