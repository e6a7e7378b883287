/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira's projects and issues. An issue's document is the simulator's own (summary, type, labels,
 * status, parentId ...); the answer is built from it. Its switches:
 *
 *   _workers    names of those who have Work On Issues; null = everybody
 *   _viewers    names of those who may see it; null = everybody
 *   _anonymous  those who are not logged in may see it too
 *   _editable   false = closed, in a workflow state that cannot be edited
 *   _remaining, _original  estimates in seconds, or null
 *
 * and a project's: _viewers, _anonymous, _logWorkHidden.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"
#include "when.h"

static void upper(const char *text, char out[static 64])
{
    size_t n = 0;
    for (; n < 63 && text[n]; n++)
        out[n] = (char)toupper((unsigned char)text[n]);
    out[n] = '\0';
}

void jira_issue_index(Sim *sim, struct json_object *issue)
{
    char key[64];
    upper(js_text(issue, "key"), key);
    table_alias_set(&sim->table[JIRA_ISSUES], key, issue);
}

struct json_object *jira_make_project(Sim *sim, struct json_object *from)
{
    struct json_object *project =
        sim_document(sim,
                     "{\"id\":\"\",\"key\":\"\",\"name\":\"\",\"_viewers\":"
                     "null,\"_anonymous\":false,\"_logWorkHidden\":false}",
                     from, true);

    table_add(&sim->table[JIRA_PROJECTS], project);
    table_alias_set(&sim->table[JIRA_PROJECTS], js_text(project, "key"), project);
    return project;
}

struct json_object *jira_make_issue(Sim *sim, const char *project, const char *parent,
                                    struct json_object *from)
{
    struct json_object *issue = sim_document(
        sim,
        "{\"id\":\"\",\"key\":\"\",\"projectId\":\"\",\"parentId\":null,\"summary\":\"\",\"type\":"
        "\"Task\",\"labels\":[],"
        "\"status\":\"To "
        "Do\",\"_editable\":true,\"_workers\":null,\"_viewers\":null,\"_anonymous\":false,"
        "\"_remaining\":null,\"_original\":null}",
        from, true);
    char created[WHEN_SIZE];

    when_jira(sim_now_ms(sim), "+0000", created);
    js_set_str(issue, "created", created);
    js_set_str(issue, "updated", created);
    js_set_str(issue, "projectId", project);
    js_set_str(issue, "parentId", parent);
    table_add(&sim->table[JIRA_ISSUES], issue);
    jira_issue_index(sim, issue);
    return issue;
}

static bool sees(const Request *request, const struct json_object *doc)
{
    if (!request->user)
        return js_bool(doc, "_anonymous", false);
    return jira_listed(js_get(doc, "_viewers"), request->user);
}

struct json_object *jira_project(const Request *request, const char *id_or_key)
{
    const Table *projects = &request->sim->table[JIRA_PROJECTS];
    struct json_object *project = table_get(projects, id_or_key);

    if (!project)
        project = table_alias_get(projects, id_or_key);
    return project && sees(request, project) ? project : NULL;
}

/* Under anonymousMayWork nobody in particular sees everything: that is the trap which a dead token
 * falls into. */
struct json_object *jira_issue(const Request *request, const char *id_or_key)
{
    const Table *table = request->sim->table;
    struct json_object *issue = table_get(&table[JIRA_ISSUES], id_or_key);
    const struct json_object *project;
    char key[64];

    upper(id_or_key, key);
    if (!issue)
        issue = table_alias_get(&table[JIRA_ISSUES], key);
    if (!issue)
        return NULL;
    if (!request->user && js_bool(jira_options(request), "anonymousMayWork", false))
        return issue;
    project = table_get(&table[JIRA_PROJECTS], js_text(issue, "projectId"));
    if (!request->user)
        return sees(request, project) || sees(request, issue) ? issue : NULL;
    return sees(request, project) && sees(request, issue) ? issue : NULL;
}

bool jira_may_work(const Request *request, const struct json_object *issue)
{
    if (!request->user)
        return js_bool(jira_options(request), "anonymousMayWork", false);
    return jira_listed(js_get(issue, "_workers"), request->user);
}

static struct json_object *project_wire(const Request *request, const struct json_object *project)
{
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

int jira_project_get(Request *request, Reply *reply)
{
    const struct json_object *project = jira_project(request, request->param[0]);
    struct json_object *out;

    if (!project)
        return jira_fail(reply, 404, "No project could be found with that key.", NULL, NULL);
    out = project_wire(request, project);
    js_set_str(out, "expand", "description,lead,url,projectKeys");
    js_set_str(out, "description", "");
    js_set(out, "components", js_array());
    js_set(out, "issueTypes", js_array());
    js_set_str(out, "assigneeType", "PROJECT_LEAD");
    js_set(out, "versions", js_array());
    js_set(out, "roles", js_new());
    js_set_bool(out, "archived", false);
    return reply_json(reply, 200, out);
}

int jira_projects_list(Request *request, Reply *reply)
{
    const List *all = &request->sim->table[JIRA_PROJECTS].all;
    struct json_object *out = js_array();

    for (size_t i = 0; i < all->n; i++)
        if (sees(request, all->item[i]))
            js_push(out, project_wire(request, all->item[i]));
    return reply_json(reply, 200, out);
}

int64_t jira_time_spent(const Request *request, const struct json_object *issue)
{
    const List *all = table_group(&request->sim->table[JIRA_WORKLOGS], js_text(issue, "id"));
    int64_t seconds = 0;

    for (size_t i = 0; i < all->n; i++)
        seconds += js_int(all->item[i], "timeSpentSeconds", 0);
    return seconds;
}
