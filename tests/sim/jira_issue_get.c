/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET issue: the fields that were asked for, in Jira's shapes. `parent` is absent, not null, where
 * there is none, and the worklog field holds twenty at most.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jira.h"
#include "js.h"

#define WORKLOGS_EMBEDDED 20

static struct json_object *issue_type(const Request *request, const struct json_object *issue)
{
    static const char *const known[] = {"Epic", "Story", "Task", "Sub-task", "Bug"};
    struct json_object *out = js_new();
    const char *name = js_text(issue, "type");
    char id[16], self[256];
    int number = 10099;

    for (int i = 0; i < 5; i++)
        if (strcmp(known[i], name) == 0)
            number = 10000 + i;
    snprintf(id, sizeof id, "%d", number);
    snprintf(self, sizeof self, "%s/rest/api/2/issuetype/%s", jira_base_url(request), id);
    js_set_str(out, "self", self);
    js_set_str(out, "id", id);
    js_set_str(out, "description", "");
    js_set_str(out, "iconUrl", jira_base_url(request));
    js_set_str(out, "name", name);
    js_set_bool(out, "subtask", js_str(issue, "parentId") != NULL);
    return out;
}

static struct json_object *project_of(const Request *request, const struct json_object *issue)
{
    const struct json_object *project =
        table_get(&request->sim->table[JIRA_PROJECTS], js_text(issue, "projectId"));
    struct json_object *out = js_new();
    char self[256];

    snprintf(self, sizeof self, "%s/rest/api/2/project/%s", jira_base_url(request),
             js_text(project, "id"));
    js_set_str(out, "self", self);
    js_set_str(out, "id", js_text(project, "id"));
    js_set_str(out, "key", js_text(project, "key"));
    js_set_str(out, "name", js_text(project, "name"));
    js_set_str(out, "projectTypeKey", "software");
    js_set(out, "avatarUrls", js_new());
    return out;
}

static struct json_object *status_of(const Request *request, const struct json_object *issue)
{
    struct json_object *out = js_new();
    char self[256];

    snprintf(self, sizeof self, "%s/rest/api/2/status/10000", jira_base_url(request));
    js_set_str(out, "self", self);
    js_set_str(out, "description", "");
    js_set_str(out, "name", js_text(issue, "status"));
    js_set_str(out, "id", "10000");
    js_set(out, "statusCategory",
           js_literal("{\"id\":2,\"key\":\"new\",\"colorName\":\"blue-gray\",\"name\":\"To Do\"}"));
    return out;
}

static void both_forms(const Request *request, struct json_object *out, const char *name,
                       int64_t seconds)
{
    char key[64], text[64];

    jira_duration(request, seconds, text);
    js_set_str(out, name, text);
    snprintf(key, sizeof key, "%sSeconds", name);
    js_set_int(out, key, seconds);
}

static struct json_object *time_tracking(const Request *request, const struct json_object *issue)
{
    struct json_object *out = js_new();

    if (js_get(issue, "_original"))
        both_forms(request, out, "originalEstimate", js_int(issue, "_original", 0));
    if (js_get(issue, "_remaining"))
        both_forms(request, out, "remainingEstimate", js_int(issue, "_remaining", 0));
    if (jira_time_spent(request, issue))
        both_forms(request, out, "timeSpent", jira_time_spent(request, issue));
    return out;
}

/* An issue as it stands within another: parent and sub-tasks. */
static struct json_object *brief(const Request *request, const struct json_object *issue)
{
    struct json_object *out = js_new(), *fields = js_new();
    char self[256];

    snprintf(self, sizeof self, "%s/rest/api/2/issue/%s", jira_base_url(request),
             js_text(issue, "id"));
    js_set_str(out, "id", js_text(issue, "id"));
    js_set_str(out, "key", js_text(issue, "key"));
    js_set_str(out, "self", self);
    js_set_str(fields, "summary", js_text(issue, "summary"));
    js_set(fields, "status", status_of(request, issue));
    js_set(fields, "issuetype", issue_type(request, issue));
    js_set(out, "fields", fields);
    return out;
}

static struct json_object *subtasks(const Request *request, const struct json_object *issue)
{
    const List *all = table_group(&request->sim->table[JIRA_ISSUES], js_text(issue, "projectId"));
    struct json_object *out = js_array();

    for (size_t i = 0; i < all->n; i++)
        if (strcmp(js_text(all->item[i], "parentId"), js_text(issue, "id")) == 0)
            js_push(out, brief(request, all->item[i]));
    return out;
}

static struct json_object *worklog_field(const Request *request, const struct json_object *issue)
{
    const List *all = table_group(&request->sim->table[JIRA_WORKLOGS], js_text(issue, "id"));
    struct json_object *out = js_new(), *list = js_array();

    for (size_t i = 0; i < all->n && i < WORKLOGS_EMBEDDED; i++)
        js_push(list, jira_worklog_wire(request, all->item[i]));
    js_set_int(out, "startAt", 0);
    js_set_int(out, "maxResults", WORKLOGS_EMBEDDED);
    js_set_int(out, "total", (int64_t)all->n);
    js_set(out, "worklogs", list);
    return out;
}

/* ?fields=a,b or *all or *navigable, or with a minus what to leave out. */
static bool wanted(const char *list, const char *name)
{
    bool any = !list || !*list, positive = false, all = false;
    size_t size = strlen(name);

    while (list && *list) {
        size_t n = strcspn(list, ",");
        bool minus = *list == '-';
        if (n - minus == size && strncmp(list + minus, name, size) == 0)
            return !minus;
        positive |= !minus;
        all |= *list == '*';
        list += n + (list[n] == ',');
    }
    return any || all || !positive;
}

typedef struct json_object *(*Maker)(const Request *request, const struct json_object *issue);

static struct json_object *fields_of(const Request *request, const struct json_object *issue)
{
    static const struct {
        const char *name;
        Maker make;
    } made[] = {{"issuetype", issue_type},  {"project", project_of},
                {"status", status_of},      {"subtasks", subtasks},
                {"worklog", worklog_field}, {"timetracking", time_tracking}};
    static const char *const copied[] = {"summary", "labels", "created", "updated"};
    static const char *const lists[] = {"components", "fixVersions", "versions", "issuelinks",
                                        "attachment"};
    static const char *const nothing[] = {"resolution", "resolutiondate", "assignee", "description",
                                          "customfield_10100"};
    const char *list = request_query(request, "fields");
    struct json_object *out = js_new();
    const struct json_object *parent =
        table_get(&request->sim->table[JIRA_ISSUES], js_str(issue, "parentId"));

    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (wanted(list, made[i].name))
            js_set(out, made[i].name, made[i].make(request, issue));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        if (wanted(list, copied[i]))
            js_set(out, copied[i], js_copy(js_get(issue, copied[i])));
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (wanted(list, lists[i]))
            js_set(out, lists[i], js_array());
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (wanted(list, nothing[i]))
            js_set_null(out, nothing[i]);
    if (parent && wanted(list, "parent"))
        js_set(out, "parent", brief(request, parent));
    return out;
}

int jira_issue_get(Request *request, Reply *reply)
{
    const struct json_object *issue = jira_issue(request, request->param[0]);
    const char *expand = request_query(request, "expand");
    struct json_object *out;
    char self[256];

    if (!issue)
        return jira_fail(reply, 404, jira_text(request, TEXT_NO_ISSUE), NULL, NULL);
    out = js_new();
    snprintf(self, sizeof self, "%s/rest/api/2/issue/%s", jira_base_url(request),
             js_text(issue, "id"));
    js_set_str(
        out, "expand",
        "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations");
    js_set_str(out, "id", js_text(issue, "id"));
    js_set_str(out, "self", self);
    js_set_str(out, "key", js_text(issue, "key")); /* the current one, whatever was asked for */
    /* That one expansion takes the place of the fields. */
    if (expand && strstr(expand, "versionedRepresentations"))
        js_set(out, "versionedRepresentations", js_new());
    else
        js_set(out, "fields", fields_of(request, issue));
    return reply_json(reply, 200, out);
}
