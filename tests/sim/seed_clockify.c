/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a seed says of Clockify, made into documents; see seed.c for the shapes.
 */
#include <stdlib.h>
#include <string.h>

#include "clockify.h"
#include "entry.h"
#include "js.h"
#include "seed.h"
#include "when.h"

static void add_key(Sim *sim, const char *user, const char *key)
{
    struct json_object *doc = js_new();
    js_set_str(doc, "key", key);
    js_set_str(doc, "userId", user);
    js_set_bool(doc, "active", true);
    table_add(&sim->table[CLOCKIFY_KEYS], doc);
}

struct json_object *seed_clockify_user(Sim *sim, struct json_object *spec, const char **ret_reason)
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
    struct json_object *user = seed_refer(sim, CLOCKIFY_USERS, member, "user", ret_reason);

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

struct json_object *seed_clockify_workspace(Sim *sim, struct json_object *spec,
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

struct json_object *seed_clockify_client(Sim *sim, struct json_object *spec,
                                         const char **ret_reason)
{
    const struct json_object *workspace =
        seed_refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
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

struct json_object *seed_clockify_project(Sim *sim, struct json_object *spec,
                                          const char **ret_reason)
{
    const struct json_object *workspace =
        seed_refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    const struct json_object *client =
        js_str(spec, "client") ? seed_refer(sim, CLOCKIFY_CLIENTS, spec, "client", ret_reason)
                               : NULL;
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

struct json_object *seed_clockify_task(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    const struct json_object *project =
        seed_refer(sim, CLOCKIFY_PROJECTS, spec, "project", ret_reason);
    struct json_object *task;

    if (!project)
        return NULL;
    task = clockify_make_task(sim, js_text(project, "id"), spec);
    json_object_object_del(task, "project");
    return task;
}

struct json_object *seed_clockify_tag(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    const struct json_object *workspace =
        seed_refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    struct json_object *tag;

    if (!workspace)
        return NULL;
    tag = clockify_make_tag(sim, js_text(workspace, "id"), spec);
    json_object_object_del(tag, "workspace");
    return tag;
}

struct json_object *seed_clockify_entry(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    const struct json_object *workspace =
        seed_refer(sim, CLOCKIFY_WORKSPACES, spec, "workspace", ret_reason);
    const struct json_object *user = seed_refer(sim, CLOCKIFY_USERS, spec, "user", ret_reason);
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
