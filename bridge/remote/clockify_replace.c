/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PUT of a time entry. It replaces the whole entry and clears what it leaves out, so everything
 * that was read goes back, under the names for writing: customFieldValues are read, customFields
 * written. It must not write less than it read.
 */

#include "base/time.h"
#include "remote/clockify_request.h"

static void put_project_and_task(Json *body, const ClockifyEntry *current, const Json *changes);
static void put_tags(Json *body, const ClockifyEntry *current, const Json *changes);
static void put_description(Json *body, const ClockifyEntry *current, const Json *changes);
static void put_billable(Json *body, const ClockifyEntry *current, const Json *changes);
static void put_type(Json *body, const ClockifyEntry *current);
static void put_custom_fields(Json *body, const ClockifyEntry *current);
static Json *custom_field(const Json *read);

void clockify_entry_replace_request(const char *api, const ClockifyEntry *current,
                                    const Json *changes, int64_t end, RestRequest *ret)
{
    Buffer url = clockify_request_url(api, "/workspaces");
    Json *body = json_new_object();

    answer_add_segment(&url, current->workspace_id);
    buffer_add_text(&url, "/time-entries");
    answer_add_segment(&url, current->id);
    json_put_time(body, "start", current->start);
    if (end != TIME_NONE)
        json_put_time(body, "end", end);
    put_project_and_task(body, current, changes);
    put_tags(body, current, changes);
    put_description(body, current, changes);
    put_billable(body, current, changes);
    put_type(body, current);
    put_custom_fields(body, current);
    clockify_request_make(REST_PUT, &url, body, ret);
}

/* A task belongs to one project: with another project the old task would be refused. */
static void put_project_and_task(Json *body, const ClockifyEntry *current, const Json *changes)
{
    const char *project =
        json_has(changes, "project") ? clockify_text_of(changes, "project") : current->project_id;
    const char *task =
        json_has(changes, "task") ? clockify_text_of(changes, "task") : current->task_id;

    if (!json_has(changes, "task") && !streq(project, current->project_id))
        task = NULL;
    if (project)
        json_put_string(body, "projectId", project);
    if (project && task)
        json_put_string(body, "taskId", task);
}

static void put_tags(Json *body, const ClockifyEntry *current, const Json *changes)
{
    const Json *tags = json_has(changes, "tags") ? json_list(changes, "tags") : current->tags;

    json_put(body, "tagIds", clockify_request_ids(tags));
}

static void put_description(Json *body, const ClockifyEntry *current, const Json *changes)
{
    const char *text = json_has(changes, "description") ? json_string(changes, "description")
                                                        : current->description;
    _cleanup_free_ char *description = clockify_description(text);

    json_put_string(body, "description", description);
}

static void put_billable(Json *body, const ClockifyEntry *current, const Json *changes)
{
    int billable =
        json_has(changes, "billable") ? json_tristate(changes, "billable") : current->billable;

    if (billable >= 0)
        json_put_bool(body, "billable", billable);
}

/* HOLIDAY and TIME_OFF are read but cannot be written. */
static void put_type(Json *body, const ClockifyEntry *current)
{
    const char *type = json_string(current->raw, "type");

    if (streq(type, "REGULAR") || streq(type, "BREAK"))
        json_put_string(body, "type", type);
}

static void put_custom_fields(Json *body, const ClockifyEntry *current)
{
    const Json *values = json_list(current->raw, "customFieldValues");
    Json *fields;

    if (json_count(values) == 0)
        return;
    fields = json_new_array();
    for (size_t i = 0; i < json_count(values); i++)
        if (json_string(json_at(values, i), "customFieldId") &&
            json_get(json_at(values, i), "value"))
            json_add(fields, custom_field(json_at(values, i)));
    json_put(body, "customFields", fields);
}

static Json *custom_field(const Json *read)
{
    Json *field = json_new_object();

    json_put_string(field, "customFieldId", json_string(read, "customFieldId"));
    if (json_string(read, "sourceType"))
        json_put_string(field, "sourceType", json_string(read, "sourceType"));
    json_put(field, "value", json_copy(json_get(read, "value")));
    return field;
}
