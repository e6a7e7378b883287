/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the simulator's state. A seed is:
 *
 *   {"clockify": {
 *      "users":      [{"email", "name", "apiKeys": ["..."], "timeZone": "Europe/Amsterdam",
 *                      "_unverified", "_banned"}],
 *      "workspaces": [{"name", "settings": {members of workspaceSettings},
 *                      "members": [{"user", "role": OWNER|WORKSPACE_ADMIN|PROJECT_MANAGER|MEMBER}],
 *                      "_hourlyLimit", "_secondLimit", "_retryAfter", "_noCustomFields"}],
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

#include "js.h"

struct json_object *seed_refer(Sim *sim, TableId table, const struct json_object *spec,
                               const char *member, const char **ret_reason)
{
    struct json_object *doc =
        js_str(spec, member) ? table_find(&sim->table[table], js_text(spec, member)) : NULL;
    if (!doc)
        *ret_reason = member;
    return doc;
}

/* In the order in which references need them. */
static const struct {
    const char *service, *list;
    SeedMaker make;
} lists[] = {
    {"clockify", "users", seed_clockify_user},
    {"clockify", "workspaces", seed_clockify_workspace},
    {"clockify", "clients", seed_clockify_client},
    {"clockify", "projects", seed_clockify_project},
    {"clockify", "tasks", seed_clockify_task},
    {"clockify", "tags", seed_clockify_tag},
    {"clockify", "entries", seed_clockify_entry},
    {"jira", "users", seed_jira_user},
    {"jira", "projects", seed_jira_project},
    {"jira", "issues", seed_jira_issue},
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

static struct json_object *make_all(Sim *sim, SeedMaker make, const struct json_object *specs,
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
