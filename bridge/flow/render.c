/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the journal as the protocol shows them. */

#include "flow/render.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"

/* Ids are text, so that no JavaScript number can round one. */
static void put_id(Json *object, const char *key, int64_t id)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, id);
    json_put_string(object, key, text);
}

Json *render_named(const NamedId *named)
{
    Json *object;

    if (!named->id)
        return NULL;
    object = json_new_object();
    json_put_string(object, "id", named->id);
    json_put_string(object, "name", named->name);
    return object;
}

Json *render_worklog(const Worklog *worklog)
{
    Json *object = json_new_object();

    put_id(object, "id", worklog->id);
    put_id(object, "entry", worklog->entry_id);
    json_put_string(object, "issue", worklog->issue);
    json_put_string(object, "user", worklog->user);
    json_put_time(object, "started", worklog->started);
    json_put_int(object, "seconds", worklog->seconds);
    json_put_string(object, "comment", worklog->comment);
    json_put_string(object, "state", worklog_state_name(worklog->state));
    json_put_string(object, "jira_id", worklog->jira_id);
    json_put_int(object, "attempts", worklog->attempts);
    json_put_time(object, "next_attempt",
                  worklog->state == WORKLOG_PENDING ? worklog->next_attempt : TIME_NONE);
    json_put(object, "problem", json_copy(worklog->problem));
    return object;
}

static void put_times(Json *object, int64_t start, int64_t end)
{
    json_put_time(object, "start", start);
    json_put_time(object, "end", end);
    if (end == TIME_NONE)
        json_put(object, "seconds", NULL);
    else
        json_put_int(object, "seconds", end - start);
}

Json *render_entry(const Entry *entry, const Worklog *worklog)
{
    Json *object = json_new_object();

    put_id(object, "id", entry->id);
    json_put_string(object, "issue", entry->issue);
    json_put(object, "workspace", render_named(&entry->workspace));
    json_put(object, "project", render_named(&entry->project));
    json_put(object, "task", render_named(&entry->task));
    json_put(object, "tags", entry->tags ? json_copy(entry->tags) : json_new_array());
    json_put_string(object, "description", entry->description ? entry->description : "");
    json_put_tristate(object, "billable", entry->billable);
    put_times(object, entry->start, entry->end);
    json_put_string(object, "clockify_id", entry->clockify_id);
    json_put_string(object, "state", entry_state_name(entry->state));
    json_put_string(object, "delivery", delivery_name(entry->delivery));
    json_put(object, "problem", json_copy(entry->problem));
    json_put(object, "left_out", entry->left_out ? json_copy(entry->left_out) : json_new_array());
    json_put(object, "worklog", worklog ? render_worklog(worklog) : NULL);
    return object;
}

Json *render_foreign(const ClockifyEntry *entry, const NamedId *workspace)
{
    _cleanup_free_ char *id = xasprintf("clockify:%s", entry->id);
    NamedId project = {entry->project_id, entry->project_name};
    NamedId task = {entry->task_id, entry->task_name};
    Json *object = json_new_object();

    json_put_string(object, "id", id);
    json_put(object, "issue", NULL);
    json_put(object, "workspace", render_named(workspace));
    json_put(object, "project", render_named(&project));
    json_put(object, "task", render_named(&task));
    json_put(object, "tags", json_copy(entry->tags));
    json_put_string(object, "description", entry->description ? entry->description : "");
    json_put_tristate(object, "billable", entry->billable);
    put_times(object, entry->start, entry->end);
    json_put_string(object, "clockify_id", entry->id);
    json_put_string(object, "state", "running");
    json_put_string(object, "delivery", "done");
    json_put(object, "problem", NULL);
    json_put(object, "left_out", json_new_array());
    json_put(object, "worklog", NULL);
    return object;
}

int render_stored_entry(Db *db, int64_t id, Json **ret, Error *error)
{
    _cleanup_(entry_done) Entry entry = {0};
    _cleanup_(worklog_done) Worklog worklog = {0};
    int r = journal_entry_get(db, id, &entry, error);
    int has_worklog;

    if (r <= 0)
        return r;
    has_worklog = journal_worklog_of_entry(db, id, &worklog, error);
    if (has_worklog < 0)
        return -1;
    *ret = render_entry(&entry, has_worklog ? &worklog : NULL);
    return 1;
}
