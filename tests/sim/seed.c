/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the simulator's state. A seed is:
 *
 *   {"clockify": {
 *      "users":      [{"email", "name", "apiKeys": ["..."], "timeZone": "Europe/Amsterdam",
 *                      "_unverified", "_banned"}],
 *      "workspaces": [{"name", "settings": {members of workspaceSettings},
 *                      "members": [{"user", "role": OWNER|WORKSPACE_ADMIN|PROJECT_MANAGER|MEMBER}],
 *                      "_hourlyLimit", "_secondLimit", "_retryAfter"}],
 *      "clients":    [{"workspace", "name"}],
 *      "projects":   [{"workspace", "name", "client", "members": [user], "public", "archived",
 *                      "billable"}],
 *      "tasks":      [{"project", "name", "status"}],
 *      "tags":       [{"workspace", "name", "archived"}],
 *      "entries":    [{"workspace", "user", "start", "end", "description", "projectId",
 *                      "_approved"}]},
 *    "jira": {
 *      "users":      [{"key", "name", "displayName", "emailAddress", "locale", "active", "_admin",
 *                      "tokens": [raw | {"raw", "name", "days"}]}],
 *      "projects":   [{"key", "name", "_viewers", "_anonymous", "_logWorkHidden"}],
 *      "issues":     [{"key", "project", "summary", "type", "labels", "parent", "_editable",
 *                      "_workers", "_viewers", "_anonymous", "_remaining"}]},
 *    "options": {"clockify": {...}, "jira": {...}}}
 *
 * A reference (workspace, user, project, client, parent) is an id, key, name or e-mail. "id" may
 * be given anywhere and is made otherwise; an issue's project is otherwise the one whose key its
 * own begins with; the first workspace with a member becomes that user's active one. "count": n
 * makes n of one, "{n}" in each text being 1..n, or from "from" on.
 */
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clockify.h"
#include "entry.h"
#include "jira.h"
#include "js.h"
#include "when.h"

typedef struct json_object *(*Maker)(Sim *sim, struct json_object *spec, const char **ret_reason);

static struct json_object *refer(Sim *sim, TableId table, const struct json_object *spec,
                                 const char *member, const char **ret_reason)
{
    struct json_object *doc =
        js_str(spec, member) ? table_find(&sim->table[table], js_text(spec, member)) : NULL;
    if (!doc)
        *ret_reason = member;
    return doc;
}

static void add_key(Sim *sim, const char *user, const char *key)
{
    struct json_object *doc = js_new();
    js_set_str(doc, "key", key);
    js_set_str(doc, "userId", user);
    js_set_bool(doc, "active", true);
    table_add(&sim->table[CLOCKIFY_KEYS], doc);
}

static struct json_object *clockify_user(Sim *sim, struct json_object *spec,
                                         const char **ret_reason)
{
    struct json_object *keys = js_get(spec, "apiKeys"), *user;

    (void)ret_reason;
    user = clockify_make_user(sim, spec);
    json_object_object_del(user, "apiKeys");
    json_object_object_del(user, "timeZone");
    if (js_str(spec, "timeZone"))
        js_set_str(js_get(user, "settings"), "timeZone", js_text(spec, "timeZone"));
    for (size_t i = 0; i < js_length(keys); i++)
        add_key(sim, js_text(user, "id"), json_object_get_string(js_at(keys, i)));
    table_alias_set(&sim->table[CLOCKIFY_USERS], js_text(user, "email"), user);
    return user;
}

static bool add_member(Sim *sim, struct json_object *workspace, struct json_object *member,
                       const char **ret_reason)
{
    struct json_object *user = refer(sim, CLOCKIFY_USERS, member, "user", ret_reason);

    if (!user)
        return false;
    js_set_str(js_get(workspace, "_roles"), js_text(user, "id"),
               js_str(member, "role") ? js_text(member, "role") : "MEMBER");
    if (!*js_text(user, "activeWorkspace")) {
        js_set_str(user, "activeWorkspace", js_text(workspace, "id"));
        js_set_str(user, "defaultWorkspace", js_text(workspace, "id"));
    }
    return true;
}

static struct json_object *clockify_workspace(Sim *sim, struct json_object *spec,
                                              const char **ret_reason)
{
    struct json_object *workspace = clockify_make_workspace(sim, spec),
                       *members = js_get(spec, "members");

    json_object_object_del(workspace, "members");
    json_object_object_del(workspace, "settings");
    js_merge(js_get(workspace, "workspaceSettings"), js_get(spec, "settings"));
    for (size_t i = 0; i < js_length(members); i++)
        if (!add_member(sim, workspace, js_at(members, i), ret_reason))
            return NULL;
    return workspace;
}

static struct json_object *clockify_client(Sim *sim, struct json_object *spec,
                                           const char **ret_reason)
{
    const struct json_object *workspace =
        refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    struct json_object *client;

    if (!workspace)
        return NULL;
    client = clockify_make_client(sim, js_text(workspace, "id"), spec);
    json_object_object_del(client, "workspace");
    return client;
}

static struct json_object *project_members(Sim *sim, const struct json_object *names)
{
    struct json_object *out = js_array();

    for (size_t i = 0; i < js_length(names); i++) {
        const struct json_object *user =
            table_find(&sim->table[CLOCKIFY_USERS], json_object_get_string(js_at(names, i)));
        struct json_object *member =
            js_literal("{\"userId\":\"\",\"hourlyRate\":null,\"costRate\":null,\"targetId\":\"\","
                       "\"membershipType\":\"PROJECT\",\"membershipStatus\":\"ACTIVE\"}");
        js_set_str(member, "userId", js_text(user, "id"));
        js_push(out, member);
    }
    return out;
}

static struct json_object *clockify_project_of(Sim *sim, struct json_object *spec,
                                               const char **ret_reason)
{
    const struct json_object *workspace =
        refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    const struct json_object *client =
        js_str(spec, "client") ? refer(sim, CLOCKIFY_CLIENTS, spec, "client", ret_reason) : NULL;
    struct json_object *project;

    if (!workspace || (js_str(spec, "client") && !client))
        return NULL;
    if (client)
        js_set_str(spec, "clientId", js_text(client, "id"));
    js_set(spec, "memberships", project_members(sim, js_get(spec, "members")));
    project = clockify_make_project(sim, js_text(workspace, "id"), spec);
    json_object_object_del(project, "workspace");
    json_object_object_del(project, "client");
    json_object_object_del(project, "members");
    return project;
}

static struct json_object *clockify_task(Sim *sim, struct json_object *spec,
                                         const char **ret_reason)
{
    const struct json_object *project = refer(sim, CLOCKIFY_PROJECTS, spec, "project", ret_reason);
    struct json_object *task;

    if (!project)
        return NULL;
    task = clockify_make_task(sim, js_text(project, "id"), spec);
    json_object_object_del(task, "project");
    return task;
}

static struct json_object *clockify_tag(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    const struct json_object *workspace =
        refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    struct json_object *tag;

    if (!workspace)
        return NULL;
    tag = clockify_make_tag(sim, js_text(workspace, "id"), spec);
    json_object_object_del(tag, "workspace");
    return tag;
}

static struct json_object *clockify_entry(Sim *sim, struct json_object *spec,
                                          const char **ret_reason)
{
    const struct json_object *workspace =
        refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    const struct json_object *user = refer(sim, CLOCKIFY_USERS, spec, "user", ret_reason);
    struct json_object *entry;
    int64_t start, end = -1;

    if (!workspace || !user)
        return NULL;
    if (!when_parse_clockify(js_str(spec, "start"), &start) ||
        (js_get(spec, "end") && !when_parse_clockify(js_str(spec, "end"), &end))) {
        *ret_reason = "start or end";
        return NULL;
    }
    entry = entry_new(sim, js_text(workspace, "id"), js_text(user, "id"));
    js_merge(entry, spec);
    json_object_object_del(entry, "workspace");
    json_object_object_del(entry, "user");
    json_object_object_del(entry, "start");
    json_object_object_del(entry, "end");
    entry_set_times(sim, entry, start, end);
    return entry;
}

static struct json_object *jira_user(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    struct json_object *tokens = js_get(spec, "tokens"), *user = jira_make_user(sim, spec);

    (void)ret_reason;
    json_object_object_del(user, "tokens");
    for (size_t i = 0; i < js_length(tokens); i++) {
        struct json_object *token = js_at(tokens, i);
        bool plain = json_object_is_type(token, json_type_string);
        jira_make_token(sim, js_text(user, "key"),
                        plain || !js_str(token, "name") ? "seeded" : js_text(token, "name"),
                        plain ? json_object_get_string(token) : js_str(token, "raw"),
                        js_int(token, "days", 90));
    }
    return user;
}

static struct json_object *jira_project_of(Sim *sim, struct json_object *spec,
                                           const char **ret_reason)
{
    (void)ret_reason;
    return jira_make_project(sim, spec);
}

static struct json_object *jira_issue_of(Sim *sim, struct json_object *spec,
                                         const char **ret_reason)
{
    const char *key = js_text(spec, "key");
    char project_key[64];
    const struct json_object *project, *parent = NULL;
    struct json_object *issue;

    snprintf(project_key, sizeof project_key, "%.*s", (int)strcspn(key, "-"), key);
    if (!js_str(spec, "project"))
        js_set_str(spec, "project", project_key);
    project = refer(sim, JIRA_PROJECTS, spec, "project", ret_reason);
    if (project && js_str(spec, "parent"))
        parent = refer(sim, JIRA_ISSUES, spec, "parent", ret_reason);
    if (!project || (js_str(spec, "parent") && !parent))
        return NULL;
    issue = jira_make_issue(sim, js_text(project, "id"), js_str(parent, "id"), spec);
    json_object_object_del(issue, "project");
    json_object_object_del(issue, "parent");
    return issue;
}

/* In the order in which references need them. */
static const struct {
    const char *service, *list;
    Maker make;
} lists[] = {
    {"clockify", "users", clockify_user},     {"clockify", "workspaces", clockify_workspace},
    {"clockify", "clients", clockify_client}, {"clockify", "projects", clockify_project_of},
    {"clockify", "tasks", clockify_task},     {"clockify", "tags", clockify_tag},
    {"clockify", "entries", clockify_entry},  {"jira", "users", jira_user},
    {"jira", "projects", jira_project_of},    {"jira", "issues", jira_issue_of},
};

/* A copy of the specification with each "{n}" replaced. */
static struct json_object *numbered(struct json_object *spec, int64_t n)
{
    const char *text = js_print(spec), *at;
    struct json_object *out;
    size_t size = 0;
    char *copy = malloc(strlen(text) * 8 + 1);

    if (!copy)
        abort();
    for (; (at = strstr(text, "{n}")); text = at + 3) {
        memcpy(copy + size, text, (size_t)(at - text));
        size += (size_t)(at - text);
        size += (size_t)sprintf(copy + size, "%lld", (long long)n);
    }
    strcpy(copy + size, text);
    out = js_parse(copy, strlen(copy));
    free(copy);
    json_object_object_del(out, "count");
    json_object_object_del(out, "from");
    return out;
}

static struct json_object *make_all(Sim *sim, Maker make, const struct json_object *specs,
                                    const char **ret_reason)
{
    struct json_object *out = js_array();

    for (size_t i = 0; i < js_length(specs); i++) {
        int64_t from = js_int(js_at(specs, i), "from", 1),
                count = js_int(js_at(specs, i), "count", 1);
        for (int64_t n = from; n < from + count; n++) {
            struct json_object *spec = numbered(js_at(specs, i), n);
            struct json_object *doc = make(sim, spec, ret_reason);
            json_object_put(spec);
            if (!doc) {
                json_object_put(out);
                return NULL;
            }
            js_push(out, js_share(doc));
        }
    }
    return out;
}

struct json_object *seed_add(Sim *sim, struct json_object *seed, const char **ret_reason)
{
    struct json_object *out = js_new(), *options = js_get(seed, "options");

    js_set(out, "clockify", js_new());
    js_set(out, "jira", js_new());
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct json_object *made = make_all(
            sim, lists[i].make, js_get(js_get(seed, lists[i].service), lists[i].list), ret_reason);
        if (!made) {
            json_object_put(out);
            return NULL;
        }
        js_set(js_get(out, lists[i].service), lists[i].list, made);
    }
    js_merge(sim->option[SERVICE_CLOCKIFY], js_get(options, "clockify"));
    js_merge(sim->option[SERVICE_JIRA], js_get(options, "jira"));
    return out;
}
