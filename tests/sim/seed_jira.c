/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a seed says of Jira, made into documents; see seed.c for the shapes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"
#include "seed.h"

struct json_object *seed_jira_user(Sim *sim, struct json_object *spec, const char **ret_reason)
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

struct json_object *seed_jira_project(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    (void)ret_reason;
    return jira_make_project(sim, spec);
}

struct json_object *seed_jira_issue(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    const char *key = js_text(spec, "key");
    char project_key[64];
    const struct json_object *project, *parent = NULL;
    struct json_object *issue;

    snprintf(project_key, sizeof project_key, "%.*s", (int)strcspn(key, "-"), key);
    if (!js_str(spec, "project"))
        js_set_str(spec, "project", project_key);
    project = seed_refer(sim, JIRA_PROJECTS, spec, "project", ret_reason);
    if (project && js_str(spec, "parent"))
        parent = seed_refer(sim, JIRA_ISSUES, spec, "parent", ret_reason);
    if (!project || (js_str(spec, "parent") && !parent))
        return NULL;
    issue = jira_make_issue(sim, js_text(project, "id"), js_str(parent, "id"), spec);
    json_object_object_del(issue, "project");
    json_object_object_del(issue, "parent");
    return issue;
}
