/* SPDX-License-Identifier: Apache-2.0 */
/* Who a key belongs to, and the workspaces with what may be done in them. Nothing is remembered
 * here. */

#include "base/time.h"
#include "remote/clockify_request.h"

static void read_workspace(const Json *json, ClockifyWorkspace *ret);
static void read_permissions(const Json *settings, ClockifyWorkspace *ret);
static ClockifyWho read_who(const Json *settings, const char *permission, const char *old_flag);
static unsigned read_required(const Json *settings);
static void workspace_done(ClockifyWorkspace *workspace);

void clockify_user_done(ClockifyUser *user)
{
    free(user->id);
    free(user->name);
    free(user->email);
    free(user->active_workspace);
    free(user->default_workspace);
    *user = (ClockifyUser){0};
}

void clockify_user_request(const char *api, RestRequest *ret)
{
    Buffer url = clockify_request_url(api, "/user");

    clockify_request_make(REST_GET, &url, NULL, ret);
}

int clockify_user_read(const RestAnswer *answer, ClockifyUser *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (clockify_check(answer, error) < 0 ||
        answer_parse_object(answer, "clockify", &json, error) < 0)
        return -1;
    if (!answer_id(json, "id"))
        return answer_fail_unreadable(answer, "clockify", error);
    *ret = (ClockifyUser){
        .id = xstrdup(json_string(json, "id")),
        .name =
            xstrdup(clockify_text_of(json, "name")), /* null until the person has first logged in */
        .email = xstrdup(json_string(json, "email") ? json_string(json, "email") : ""),
        .active_workspace = xstrdup(answer_id(json, "activeWorkspace")),
        .default_workspace = xstrdup(answer_id(json, "defaultWorkspace")),
    };
    return 0;
}

void clockify_workspaces_done(ClockifyWorkspaces *workspaces)
{
    for (size_t i = 0; i < workspaces->count; i++)
        workspace_done(&workspaces->items[i]);
    free(workspaces->items);
    *workspaces = (ClockifyWorkspaces){0};
}

static void workspace_done(ClockifyWorkspace *workspace)
{
    free(workspace->id);
    free(workspace->name);
}

const ClockifyWorkspace *clockify_workspace_find(const ClockifyWorkspaces *workspaces,
                                                 const char *id)
{
    for (size_t i = 0; i < workspaces->count; i++)
        if (streq(workspaces->items[i].id, id))
            return &workspaces->items[i];
    return NULL;
}

/* Every workspace comes with all its memberships, so a large company's list is large. */
void clockify_workspaces_request(const char *api, const char *role, RestRequest *ret)
{
    Buffer url = clockify_request_url(api, "/workspaces");

    if (role)
        clockify_request_query(&url, "roles", role);
    clockify_request_make(REST_GET, &url, NULL, ret);
    ret->max_body = ANSWER_LARGE_MOST;
}

int clockify_workspaces_read(const RestAnswer *answer, ClockifyWorkspaces *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;
    ClockifyWorkspaces all = {0};

    if (clockify_check(answer, error) < 0 ||
        answer_parse_array(answer, "clockify", &json, error) < 0)
        return -1;
    all.items = xcalloc(json_count(json) + 1, sizeof(*all.items));
    for (size_t i = 0; i < json_count(json); i++)
        if (answer_id(json_at(json, i), "id"))
            read_workspace(json_at(json, i), &all.items[all.count++]);
    *ret = all;
    return 0;
}

static void read_workspace(const Json *json, ClockifyWorkspace *ret)
{
    const Json *settings = json_child(json, "workspaceSettings");
    const char *name = json_string(json, "name");

    ret->id = xstrdup(json_string(json, "id"));
    ret->name = xstrdup(name ? name : "");
    ret->required = read_required(settings);
    ret->manual_entry = !streq(json_string(settings, "timeTrackingMode"), "STOPWATCH_ONLY");
    ret->public_projects = json_flag(settings, "isProjectPublicByDefault", true);
    ret->locked_before = json_time(settings, "lockTimeEntries");
    read_permissions(settings, ret);
}

static void read_permissions(const Json *settings, ClockifyWorkspace *ret)
{
    ret->may_create_project =
        read_who(settings, "whoCanCreateProjectsAndClients", "onlyAdminsCreateProject");
    ret->may_create_task = read_who(settings, "whoCanCreateTasks", "onlyAdminsCreateTask");
    ret->may_create_tag = read_who(settings, "whoCanCreateTags", "onlyAdminsCreateTag");
}

/* The old flags stay beside the new object and may disagree with it; they count only where a server
 * knows no object. What is not said is for admins, as in Clockify's own extension. */
static ClockifyWho read_who(const Json *settings, const char *permission, const char *old_flag)
{
    const Json *permissions = json_child(settings, "entityCreationPermissions");
    const char *who = json_string(permissions, permission);

    if (!permissions)
        return json_flag(settings, old_flag, true) ? WHO_ADMINS : WHO_EVERYONE;
    if (streq(who, "EVERYONE"))
        return WHO_EVERYONE;
    return streq(who, "ADMINS_AND_PROJECT_MANAGERS") ? WHO_MANAGERS : WHO_ADMINS;
}

static unsigned read_required(const Json *settings)
{
    return (json_flag(settings, "forceProjects", false) ? FIELD_PROJECT : 0u) |
           (json_flag(settings, "forceTasks", false) ? FIELD_TASK : 0u) |
           (json_flag(settings, "forceTags", false) ? FIELD_TAGS : 0u) |
           (json_flag(settings, "forceDescription", false) ? FIELD_DESCRIPTION : 0u);
}

/* An API without a key says 401 in Clockify's own form; anything else that answers there is
 * something else. */
void clockify_probe_request(const char *api, RestRequest *ret)
{
    clockify_user_request(api, ret);
    ret->auth = REST_AUTH_NONE;
}

int clockify_probe_read(const RestAnswer *answer, Error *error)
{
    _cleanup_json_ Json *body = NULL;
    bool refused_key;

    if (answer->outcome != REST_ANSWERED || answer->status == 429 || answer->status >= 500)
        return clockify_check(answer, error);
    body = answer_error_body(answer);
    refused_key = answer->status == 401 || answer->status == 403 || answer->status == 406;
    if (refused_key && json_int(body, "code", -1) >= 0 &&
        (json_string(body, "message") || json_string(body, "description")))
        return 0;
    if (answer->status >= 300 && answer->status <= 399)
        return answer_fail_status(answer, "clockify", error);
    return answer_fail(
        answer, "clockify", ERROR_UNAVAILABLE, error,
        "Something answers at this address (HTTP status %d), but it is not Clockify's API.",
        answer->status);
}
