/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira's users, the server itself, and what one may do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"
#include "when.h"

const struct json_object *jira_options(const Request *request)
{
    return request->sim->option[SERVICE_JIRA];
}

const char *jira_base_url(const Request *request)
{
    return js_text(jira_options(request), "baseUrl");
}

struct json_object *jira_make_user(Sim *sim, struct json_object *from)
{
    struct json_object *user = js_literal("{\"key\":\"\",\"name\":\"\",\"emailAddress\":\"\","
                                          "\"displayName\":\"\",\"active\":true,\"deleted\":false,"
                                          "\"timeZone\":\"Etc/UTC\",\"locale\":\"en_US\"}");

    js_merge(user, from);
    if (!*js_text(user, "key")) {
        char number[25], key[40];
        sim_new_number(sim, number);
        snprintf(key, sizeof key, "JIRAUSER%s", number);
        js_set_str(user, "key", key);
    }
    if (!*js_text(user, "displayName"))
        js_set_str(user, "displayName", js_text(user, "name"));
    table_add(&sim->table[JIRA_USERS], user);
    if (!table_get(&sim->table[JIRA_USERS], js_text(user, "name")))
        table_alias_set(&sim->table[JIRA_USERS], js_text(user, "name"), user);
    return user;
}

static struct json_object *avatars(void)
{
    return js_literal("{\"48x48\":\"https://www.gravatar.com/avatar/0?d=mm&s=48\",\"24x24\":"
                      "\"https://www.gravatar.com/avatar/0?d=mm&s=24\",\"16x16\":"
                      "\"https://www.gravatar.com/avatar/0?d=mm&s=16\",\"32x32\":"
                      "\"https://www.gravatar.com/avatar/0?d=mm&s=32\"}");
}

struct json_object *jira_person(const Request *request, const struct json_object *user)
{
    struct json_object *out = js_new();
    char self[512];

    snprintf(self, sizeof self, "%s/rest/api/2/user?username=%s", jira_base_url(request),
             js_text(user, "name"));
    js_set_str(out, "self", self);
    js_set_str(out, "name", js_text(user, "name"));
    js_set_str(out, "key", js_text(user, "key"));
    js_set_str(out, "emailAddress", js_text(user, "emailAddress"));
    js_set(out, "avatarUrls", avatars());
    js_set_str(out, "displayName", js_text(user, "displayName"));
    js_set_bool(out, "active", js_bool(user, "active", true));
    js_set_str(out, "timeZone", js_text(user, "timeZone"));
    return out;
}

bool jira_listed(const struct json_object *list, const struct json_object *user)
{
    return !list || js_contains(list, js_text(user, "name")) ||
           js_contains(list, js_text(user, "key"));
}

/* There is no `username` in it. */
int jira_myself(Request *request, Reply *reply)
{
    struct json_object *out;

    if (!request->user)
        return jira_message(reply, 401, "Client must be authenticated to access this resource.");
    out = jira_person(request, request->user);
    js_set_bool(out, "deleted", js_bool(request->user, "deleted", false));
    js_set_str(out, "locale", js_text(request->user, "locale"));
    js_set(out, "groups", js_literal("{\"size\":1,\"items\":[]}"));
    js_set(out, "applicationRoles", js_literal("{\"size\":1,\"items\":[]}"));
    js_set_str(out, "expand", "groups,applicationRoles");
    return reply_json(reply, 200, out);
}

int jira_status(Request *request, Reply *reply)
{
    struct json_object *out = js_new();
    js_set_str(out, "state", js_text(jira_options(request), "state"));
    return reply_json(reply, 200, out);
}

int jira_server_info(Request *request, Reply *reply)
{
    struct json_object *out = js_new(), *numbers = js_array();
    const char *version = js_text(jira_options(request), "version");
    char now[WHEN_SIZE];
    int n[3] = {0};

    if (sscanf(version, "%d.%d.%d", &n[0], &n[1], &n[2]) < 2)
        n[0] = 0;
    for (int i = 0; i < 3; i++)
        js_push(numbers, json_object_new_int(n[i]));
    when_jira(sim_now_ms(request->sim), "+0000", now);
    js_set_str(out, "baseUrl", jira_base_url(request));
    js_set_str(out, "version", version);
    js_set(out, "versionNumbers", numbers);
    js_set_str(out, "deploymentType", "Server"); /* on Data Center too */
    js_set_int(out, "buildNumber", n[0] * 100000 + n[1] * 1000 + n[2]);
    js_set_str(out, "buildDate", "2025-11-20T00:00:00.000+0000");
    js_set_int(out, "databaseBuildNumber", n[0] * 100000 + n[1] * 1000 + n[2]);
    if (request->user)
        js_set_str(out, "serverTime", now);
    js_set_str(out, "scmInfo", "0000000000000000000000000000000000000000");
    js_set_str(out, "serverTitle", "Simulated Jira");
    return reply_json(reply, 200, out);
}

int jira_configuration(Request *request, Reply *reply)
{
    struct json_object *out, *tracking;

    if (!request->user)
        return jira_message(reply, 401, "Client must be authenticated to access this resource.");
    out = js_literal(
        "{\"votingEnabled\":true,\"watchingEnabled\":true,\"unassignedIssuesAllowed\":true,"
        "\"subTasksEnabled\":true,\"issueLinkingEnabled\":true,\"attachmentsEnabled\":true}");
    js_set_bool(out, "timeTrackingEnabled", js_bool(jira_options(request), "timeTracking", true));
    tracking = js_literal("{\"timeFormat\":\"pretty\",\"defaultUnit\":\"minute\"}");
    js_set(tracking, "workingHoursPerDay",
           json_object_new_double(js_double(jira_options(request), "hoursPerDay", 8)));
    js_set(tracking, "workingDaysPerWeek",
           json_object_new_double(js_double(jira_options(request), "daysPerWeek", 5)));
    js_set(out, "timeTrackingConfiguration", tracking);
    return reply_json(reply, 200, out);
}

int jira_readonly_mode(Request *request, Reply *reply)
{
    struct json_object *out = js_new();
    js_set_bool(out, "enabled", js_bool(jira_options(request), "readOnly", false));
    return reply_json(reply, 200, out);
}

static void permission(struct json_object *all, int id, const char *key, const char *name,
                       bool have)
{
    struct json_object *out = js_new();
    char text[16];

    snprintf(text, sizeof text, "%d", id);
    js_set_str(out, "id", text);
    js_set_str(out, "key", key);
    js_set_str(out, "name", name);
    js_set_str(out, "type", "PROJECT");
    js_set_str(out, "description", name);
    js_set_bool(out, "havePermission", have);
    js_set(all, key, out);
}

/* All keys at once, whatever ?permissions= says. */
int jira_permissions(Request *request, Reply *reply)
{
    const char *key = request_query(request, "issueKey"), *id = request_query(request, "issueId");
    struct json_object *issue = NULL, *out, *all;
    bool user = request->user != NULL;

    if (key || id) {
        issue = jira_issue(request, key ? key : id);
        if (!issue)
            return jira_fail(reply, 404, jira_text(request, TEXT_NO_ISSUE), NULL, NULL);
    }
    all = js_new();
    permission(all, 10, "BROWSE_PROJECTS", "Browse Projects", issue || user);
    permission(all, 20, "WORK_ON_ISSUES", "Work On Issues",
               issue ? jira_may_work(request, issue) : user);
    permission(all, 11, "CREATE_ISSUES", "Create Issues", user);
    permission(all, 12, "EDIT_ISSUES", "Edit Issues", user);
    permission(all, 15, "ADD_COMMENTS", "Add Comments", user);
    permission(all, 40, "EDIT_OWN_WORKLOGS", "Edit Own Worklogs", user);
    permission(all, 41, "EDIT_ALL_WORKLOGS", "Edit All Worklogs", false);
    permission(all, 42, "DELETE_OWN_WORKLOGS", "Delete Own Worklogs", user);
    permission(all, 43, "DELETE_ALL_WORKLOGS", "Delete All Worklogs", false);
    permission(all, 0, "ADMINISTER", "Administer Jira", js_bool(request->user, "_admin", false));
    out = js_new();
    js_set(out, "permissions", all);
    return reply_json(reply, 200, out);
}
