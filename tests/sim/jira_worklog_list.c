/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading Jira's worklogs: an issue's, without paging and oldest first; and what was changed or
 * deleted since, where the last minute is not told.
 */
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"

#define SINCE_LIMIT 1000
#define BLIND_MS    60000

static bool hidden(const Request *request, const struct json_object *issue)
{
    const struct json_object *project =
        table_get(&request->sim->table[JIRA_PROJECTS], js_text(issue, "projectId"));
    return js_bool(project, "_logWorkHidden", false);
}

int jira_worklogs_list(Request *request, Reply *reply)
{
    const struct json_object *issue = jira_issue(request, request->param[0]);
    struct json_object *out, *list;
    const List *all;

    if (!issue)
        return jira_fail(reply, 404, jira_text(request, TEXT_NO_ISSUE), NULL, NULL);
    all = table_group(&request->sim->table[JIRA_WORKLOGS], js_text(issue, "id"));
    out = js_new();
    list = js_array();
    for (size_t i = 0; i < all->n && !hidden(request, issue); i++)
        js_push(list, jira_worklog_wire(request, all->item[i]));
    js_set_int(out, "startAt", 0);
    js_set_int(out, "maxResults", (int64_t)js_length(list));
    js_set_int(out, "total", (int64_t)js_length(list));
    js_set(out, "worklogs", list);
    return reply_json(reply, 200, out);
}

int jira_worklog_get(Request *request, Reply *reply)
{
    const struct json_object *issue = jira_issue(request, request->param[0]);
    const struct json_object *worklog =
        table_get(&request->sim->table[JIRA_WORKLOGS], request->param[1]);

    if (!issue)
        return jira_fail(reply, 404, jira_text(request, TEXT_NO_ISSUE), NULL, NULL);
    if (!worklog || strcmp(js_text(worklog, "issueId"), js_text(issue, "id")) != 0)
        return jira_fail(reply, 404, "Cannot find worklog", NULL, NULL);
    return reply_json(reply, 200, jira_worklog_wire(request, worklog));
}

/* Takes over the list: [{worklogId, updatedTime}], oldest change first. */
static int answer_since(Request *request, Reply *reply, struct json_object *all, int64_t since,
                        int64_t until)
{
    struct json_object *out = js_new(), *values = js_array();

    for (size_t i = 0; i < js_length(all) && js_length(values) < SINCE_LIMIT; i++) {
        int64_t at = js_int(js_at(all, i), "updatedTime", 0);
        if (at >= since && at <= until)
            js_push(values, js_share(js_at(all, i)));
    }
    json_object_put(all);
    js_set_bool(out, "isLastPage", js_length(values) < SINCE_LIMIT);
    js_set_bool(out, "lastPage", js_length(values) < SINCE_LIMIT);
    js_set_int(out, "since", since);
    js_set_int(out, "until", until);
    js_set_str(out, "self", jira_base_url(request));
    js_set(out, "values", values);
    return reply_json(reply, 200, out);
}

static int64_t since_of(const Request *request)
{
    const char *text = request_query(request, "since");
    return text ? strtoll(text, NULL, 10) : 0;
}

static int by_time(const void *a, const void *b)
{
    int64_t p = js_int(*(struct json_object *const *)a, "updatedTime", 0);
    int64_t q = js_int(*(struct json_object *const *)b, "updatedTime", 0);
    return (p > q) - (p < q);
}

int jira_worklogs_updated(Request *request, Reply *reply)
{
    const List *all = &request->sim->table[JIRA_WORKLOGS].all;
    struct json_object *list = js_array();

    for (size_t i = 0; i < all->n; i++) {
        struct json_object *change = js_new();
        js_set_int(change, "worklogId", strtoll(js_text(all->item[i], "id"), NULL, 10));
        js_set_int(change, "updatedTime", js_int(all->item[i], "_updated", 0));
        js_push(list, change);
    }
    json_object_array_sort(list, by_time);
    return answer_since(request, reply, list, since_of(request),
                        sim_now_ms(request->sim) - BLIND_MS);
}

int jira_worklogs_deleted(Request *request, Reply *reply)
{
    return answer_since(request, reply, js_share(request->sim->deleted_worklogs), since_of(request),
                        sim_now_ms(request->sim) - BLIND_MS);
}

int jira_worklogs_by_id(Request *request, Reply *reply)
{
    const struct json_object *ids = js_get(request_json(request), "ids");
    struct json_object *out;

    if (!ids || js_length(ids) > SINCE_LIMIT)
        return jira_fail(reply, 400, "Between 1 and 1000 ids are expected", NULL, NULL);
    out = js_array();
    for (size_t i = 0; i < js_length(ids); i++) {
        const struct json_object *worklog =
            table_get(&request->sim->table[JIRA_WORKLOGS], json_object_get_string(js_at(ids, i)));
        if (worklog)
            js_push(out, jira_worklog_wire(request, worklog));
    }
    return reply_json(reply, 200, out);
}
