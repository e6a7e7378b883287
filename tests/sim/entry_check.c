/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Clockify refuses in a time entry: texts, times, references to what is not there, missing
 * required fields.
 */
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "js.h"
#include "when.h"

static bool time_of(Request *request, Reply *reply, const struct json_object *body,
                    const char *name, bool *has, int64_t *ms)
{
    *has = js_get(body, name) != NULL;
    if (!*has || when_parse_clockify(js_str(body, name), ms))
        return true;
    clockify_fail(request, reply, 400, 3002, "Time entry's %s is not a valid date-time", name);
    return false;
}

static bool times_fit(Request *request, Reply *reply, struct json_object *body, EntryInput *input)
{
    *input = (EntryInput){.body = body};
    if (!time_of(request, reply, body, "start", &input->has_start, &input->start_ms) ||
        !time_of(request, reply, body, "end", &input->has_end, &input->end_ms))
        return false;
    if (!input->has_start || !input->has_end || input->end_ms >= input->start_ms)
        return true;
    clockify_fail(request, reply, 400, 501, "Time entry's end must not be before its start");
    return false;
}

static bool text_fits(Request *request, Reply *reply, const struct json_object *body)
{
    const char *description = js_text(body, "description");
    const char *type = js_str(body, "type");

    if (clockify_has_angle(description))
        clockify_fail(request, reply, 400, 501,
                      "Description is not valid. Don't use \"<\" and \">\" characters");
    else if (clockify_length(description) > 3000)
        clockify_fail(request, reply, 400, 501, "Description can't be longer than 3000 characters");
    else if (js_length(js_get(body, "customFields")) &&
             js_bool(request->workspace, "_noCustomFields", false))
        clockify_fail(request, reply, 400, 4033, "Custom fields are not part of the plan");
    else if (type && strcmp(type, "REGULAR") != 0 && strcmp(type, "BREAK") != 0)
        clockify_fail(request, reply, 400, 3002, "Time entry type is not valid");
    else
        return true;
    return false;
}

/* An archived project is taken; an unseen one is as good as none. */
static bool project_and_task_fit(Request *request, Reply *reply, const struct json_object *body)
{
    const char *project = js_str(body, "projectId"), *task = js_str(body, "taskId");
    const struct json_object *doc =
        task ? table_get(&request->sim->table[CLOCKIFY_TASKS], task) : NULL;

    if (project && !clockify_project(request, project))
        clockify_missing(request, reply, "Project", "Workspace");
    else if (task && (!doc || !project || strcmp(js_text(doc, "projectId"), project) != 0))
        clockify_missing(request, reply, "Task", "Project");
    else
        return true;
    return false;
}

static bool tags_fit(Request *request, Reply *reply, const struct json_object *body)
{
    struct json_object *tags = js_get(body, "tagIds");
    bool archived = js_bool(request->sim->option[SERVICE_CLOCKIFY], "archivedTagsAccepted", false);

    if (tags && !json_object_is_type(tags, json_type_array)) {
        clockify_fail(request, reply, 400, 3002, "tagIds must be an array");
        return false;
    }
    for (size_t i = 0; i < js_length(tags); i++) {
        const struct json_object *tag =
            table_get(&request->sim->table[CLOCKIFY_TAGS], json_object_get_string(js_at(tags, i)));
        if (!tag || strcmp(js_text(tag, "workspaceId"), js_text(request->workspace, "id")) != 0)
            clockify_missing(request, reply, "Tag", "Workspace");
        else if (js_bool(tag, "archived", false) && !archived)
            clockify_fail(request, reply, 400, 501, "You can not create entities for archived tag");
        else
            continue;
        return false;
    }
    return true;
}

bool entry_read(Request *request, Reply *reply, struct json_object *body, EntryInput *input)
{
    if (body && !json_object_is_type(body, json_type_object)) {
        clockify_fail(request, reply, 400, 3002, "An object is expected");
        return false;
    }
    return times_fit(request, reply, body, input) && text_fits(request, reply, body) &&
           project_and_task_fit(request, reply, body) && tags_fit(request, reply, body);
}

bool entry_has_required(Request *request, Reply *reply, const struct json_object *fields,
                        const char *doing)
{
    const struct json_object *settings = clockify_settings(request);
    const char *missing = NULL;

    if (js_bool(settings, "forceProjects", false) && !js_str(fields, "projectId"))
        missing = "Project";
    else if (js_bool(settings, "forceTasks", false) && !js_str(fields, "taskId"))
        missing = "Task";
    else if (js_bool(settings, "forceTags", false) && !js_length(js_get(fields, "tagIds")))
        missing = "Tag";
    else if (js_bool(settings, "forceDescription", false) && !*js_text(fields, "description"))
        missing = "Description";
    if (!missing)
        return true;
    clockify_fail(request, reply, 400, 501,
                  "Time entry couldn't be %s. %s is either required field or given %s is archived.",
                  doing, missing, missing);
    return false;
}
