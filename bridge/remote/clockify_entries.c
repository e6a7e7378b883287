/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time entries. Times go out and come back in UTC and whole seconds; a PUT replaces everything, so
 * it is built from the whole of what was read. Sources: Clockify's OpenAPI document and recorded
 * answers.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time.h"
#include "remote/clockify_request.h"

#define ENTRIES_PAGE_SIZE 200
#define DESCRIPTION_FILTER_MOST                                                                    \
    200 /* characters: percent-encoded, a whole description would not fit into a URL */

static Buffer entries_url(const char *api, const char *workspace, const char *id);
static Buffer user_url(const char *api, const char *workspace, const char *user_id);
static int read_entry(const RestAnswer *answer, Json *json, ClockifyEntry *ret, Error *error);
static Json *read_tags(const Json *json);
static const char *id_of(const Json *json, const char *object, const char *key);

void clockify_entry_done(ClockifyEntry *entry)
{
    free(entry->id);
    free(entry->description);
    free(entry->user_id);
    free(entry->workspace_id);
    free(entry->project_id);
    free(entry->project_name);
    free(entry->task_id);
    free(entry->task_name);
    json_freep(&entry->tags);
    json_freep(&entry->raw);
    *entry = (ClockifyEntry){0};
}

void clockify_entries_done(ClockifyEntries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        clockify_entry_done(&entries->items[i]);
    free(entries->items);
    *entries = (ClockifyEntries){0};
}

void clockify_entry_create_request(const char *api, const ClockifyNewEntry *entry, RestRequest *ret)
{
    Buffer url = entries_url(api, entry->workspace, NULL);
    _cleanup_free_ char *description = clockify_description(entry->description);
    Json *body = json_new_object();

    json_put_time(body, "start", entry->start);
    if (entry->end != TIME_NONE)
        json_put_time(body, "end", entry->end);
    if (entry->description)
        json_put_string(body, "description", description);
    if (entry->project_id)
        json_put_string(body, "projectId", entry->project_id);
    if (entry->task_id)
        json_put_string(body, "taskId", entry->task_id);
    if (json_count(entry->tags) > 0)
        json_put(body, "tagIds", clockify_request_ids(entry->tags));
    if (entry->billable >= 0)
        json_put_bool(body, "billable", entry->billable);
    clockify_request_make(REST_POST, &url, body, ret);
}

/* There is no stop by the entry's id: it is "whatever runs of this user in this workspace". */
void clockify_entry_stop_request(const char *api, const char *workspace, const char *user_id,
                                 int64_t end, RestRequest *ret)
{
    Buffer url = user_url(api, workspace, user_id);
    Json *body = json_new_object();

    json_put_time(body, "end", end);
    clockify_request_make(REST_PATCH, &url, body, ret);
}

void clockify_entry_get_request(const char *api, const char *workspace, const char *id,
                                RestRequest *ret)
{
    Buffer url = entries_url(api, workspace, id);

    clockify_request_query(&url, "hydrated", "true");
    clockify_request_make(REST_GET, &url, NULL, ret);
}

void clockify_entry_delete_request(const char *api, const char *workspace, const char *id,
                                   RestRequest *ret)
{
    Buffer url = entries_url(api, workspace, id);

    clockify_request_make(REST_DELETE, &url, NULL, ret);
}

static Buffer entries_url(const char *api, const char *workspace, const char *id)
{
    Buffer url = clockify_request_url(api, "/workspaces");

    answer_add_segment(&url, workspace);
    buffer_add_text(&url, "/time-entries");
    if (id)
        answer_add_segment(&url, id);
    return url;
}

static Buffer user_url(const char *api, const char *workspace, const char *user_id)
{
    Buffer url = clockify_request_url(api, "/workspaces");

    answer_add_segment(&url, workspace);
    buffer_add_text(&url, "/user");
    answer_add_segment(&url, user_id);
    buffer_add_text(&url, "/time-entries");
    return url;
}

void clockify_running_request(const char *api, const char *workspace, const char *user_id,
                              RestRequest *ret)
{
    Buffer url = user_url(api, workspace, user_id);

    clockify_request_query(&url, "in-progress", "true");
    clockify_request_query(&url, "hydrated", "true");
    clockify_request_make(REST_GET, &url, NULL, ret);
}

void clockify_entries_request(const char *api, const char *workspace, const char *user_id,
                              const char *description, int64_t page, RestRequest *ret)
{
    Buffer url = user_url(api, workspace, user_id);
    char number[24];

    if (description) {
        _cleanup_free_ char *part = text_cut(description, DESCRIPTION_FILTER_MOST);

        clockify_request_query(&url, "description", part);
    }
    snprintf(number, sizeof(number), "%" PRId64, page);
    clockify_request_query(&url, "page", number);
    snprintf(number, sizeof(number), "%d", ENTRIES_PAGE_SIZE);
    clockify_request_query(&url, "page-size", number);
    clockify_request_make(REST_GET, &url, NULL, ret);
    ret->max_body = ANSWER_LARGE_MOST;
}

int clockify_entry_read(const RestAnswer *answer, ClockifyEntry *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (clockify_check(answer, error) < 0 ||
        answer_parse_object(answer, "clockify", &json, error) < 0)
        return -1;
    return read_entry(answer, json, ret, error);
}

int clockify_entries_read(const RestAnswer *answer, ClockifyEntries *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;
    _cleanup_(clockify_entries_done) ClockifyEntries all = {0};

    if (clockify_check(answer, error) < 0 ||
        answer_parse_array(answer, "clockify", &json, error) < 0)
        return -1;
    all.items = xcalloc(json_count(json) + 1, sizeof(*all.items));
    for (size_t i = 0; i < json_count(json); i++) {
        if (read_entry(answer, json_at(json, i), &all.items[all.count], error) < 0)
            return -1;
        all.count++;
    }
    all.last_page = answer->last_page == 1 || all.count < ENTRIES_PAGE_SIZE;
    *ret = all;
    all = (ClockifyEntries){0}; /* moved */
    return 0;
}

/* One that cannot be read spoils a list: what is looked for might be just that one. */
static int read_entry(const RestAnswer *answer, Json *json, ClockifyEntry *ret, Error *error)
{
    const Json *interval = json_child(json, "timeInterval");
    const char *description = json_string(json, "description");
    int64_t start = json_time(interval, "start"), end = json_time(interval, "end");

    if (!answer_id(json, "id") || start == TIME_NONE ||
        (end == TIME_NONE && json_get(interval, "end")))
        return answer_fail_unreadable(answer, "clockify", error);
    *ret = (ClockifyEntry){
        .id = xstrdup(json_string(json, "id")),
        .description = xstrdup(description ? description : ""),
        .user_id = xstrdup(id_of(json, "user", "userId")),
        .workspace_id = xstrdup(answer_id(json, "workspaceId")),
        .project_id = xstrdup(id_of(json, "project", "projectId")),
        .project_name = xstrdup(clockify_text_of(json_child(json, "project"), "name")),
        .task_id = xstrdup(id_of(json, "task", "taskId")),
        .task_name = xstrdup(clockify_text_of(json_child(json, "task"), "name")),
        .tags = read_tags(json),
        .billable = json_tristate(json, "billable"),
        .start = start,
        .end = end,
        .raw = json_ref(json),
    };
    return 0;
}

/* A hydrated answer has the object and may lack the id beside it. */
static const char *id_of(const Json *json, const char *object, const char *key)
{
    const char *id = answer_id(json, key);

    return id ? id : answer_id(json_child(json, object), "id");
}

static Json *read_tags(const Json *json)
{
    const Json *list =
        json_list(json, "tags") ? json_list(json, "tags") : json_list(json, "tagIds");
    Json *tags = json_new_array();

    for (size_t i = 0; i < json_count(list); i++) {
        const char *id = json_string_at(list, i);
        Json *tag;

        if (!id)
            id = json_string(json_at(list, i), "id");
        if (!id)
            continue;
        tag = json_new_object();
        json_put_string(tag, "id", id);
        json_put_string(tag, "name", json_string(json_at(list, i), "name"));
        json_add(tags, tag);
    }
    return tags;
}
