/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clockify's users and workspaces, and what a self-hosted server says of itself without being asked
 * who.
 */
#include <stdlib.h>
#include <string.h>

#include "clockify.h"
#include "js.h"

static const char user_defaults[] =
    "{\"id\":\"\",\"email\":\"\",\"name\":\"\",\"memberships\":[],\"profilePicture\":\"https://"
    "img.clockify.me/"
    "no-user-image.png\",\"activeWorkspace\":\"\",\"defaultWorkspace\":\"\",\"settings\":{"
    "\"weekStart\":\"MONDAY\","
    "\"timeZone\":\"Etc/UTC\",\"timeFormat\":\"HOUR24\",\"dateFormat\":\"DD/MM/"
    "YYYY\",\"sendNewsletter\":false,"
    "\"weeklyUpdates\":false,\"longRunning\":false,\"scheduledReports\":false,\"approval\":false,"
    "\"pto\":false,"
    "\"alerts\":false,\"reminders\":false,\"timeTrackingManual\":false,\"summaryReportSettings\":{"
    "\"group\":"
    "\"Project\",\"subgroup\":\"Time "
    "Entry\"},\"isCompactViewOn\":false,\"dashboardSelection\":\"ME\","
    "\"dashboardViewType\":\"PROJECT\",\"dashboardPinToTop\":false,\"projectListCollapse\":50,"
    "\"collapseAllProjectLists\":false,\"groupSimilarEntriesDisabled\":false,\"myStartOfDay\":\"09:"
    "00\","
    "\"projectPickerTaskFilter\":false,\"lang\":\"EN\",\"multiFactorEnabled\":false,\"theme\":"
    "\"DEFAULT\","
    "\"scheduling\":false},\"status\":\"ACTIVE\",\"customFields\":[]}";

static const char workspace_defaults[] =
    "{\"id\":\"\",\"name\":\"\",\"hourlyRate\":{\"amount\":0,\"currency\":\"USD\"},\"costRate\":{"
    "\"amount\":0,"
    "\"currency\":\"USD\"},\"memberships\":[],\"workspaceSettings\":{\"timeRoundingInReports\":"
    "false,"
    "\"onlyAdminsSeeBillableRates\":true,\"onlyAdminsCreateProject\":true,"
    "\"onlyAdminsSeeDashboard\":false,"
    "\"defaultBillableProjects\":true,\"lockTimeEntries\":null,\"lockTimeZone\":null,\"round\":{"
    "\"round\":"
    "\"Round to nearest\",\"minutes\":\"15\"},\"projectFavorites\":true,\"canSeeTimeSheet\":false,"
    "\"canSeeTracker\":true,\"projectPickerSpecialFilter\":false,\"forceProjects\":false,"
    "\"forceTasks\":false,"
    "\"forceTags\":false,\"forceDescription\":false,\"onlyAdminsSeeAllTimeEntries\":false,"
    "\"onlyAdminsSeePublicProjectsEntries\":false,\"trackTimeDownToSecond\":true,"
    "\"projectGroupingLabel\":"
    "\"client\",\"projectLabel\":\"Project\",\"taskLabel\":\"Task\",\"adminOnlyPages\":[],"
    "\"automaticLock\":null,"
    "\"onlyAdminsCreateTag\":false,\"onlyAdminsCreateTask\":true,\"timeTrackingMode\":\"DEFAULT\","
    "\"multiFactorEnabled\":false,\"numberFormat\":\"COMMA_PERIOD\",\"currencyFormat\":\"CURRENCY_"
    "SPACE_VALUE\","
    "\"durationFormat\":\"FULL\",\"isProjectPublicByDefault\":false,"
    "\"onlyAdminsCanChangeBillableStatus\":false,"
    "\"featureSubscriptionType\":null,\"activeBillableHours\":true,\"decimalFormat\":false,"
    "\"entityCreationPermissions\":{\"whoCanCreateProjectsAndClients\":\"ADMINS\","
    "\"whoCanCreateTags\":\"EVERYONE\","
    "\"whoCanCreateTasks\":\"ADMINS\"}},\"imageUrl\":\"\",\"featureSubscriptionType\":null,"
    "\"features\":"
    "[\"TIME_TRACKING\",\"WEEKLY_OVERTIME_CALCULATION_PERIOD\"],\"currencies\":[{\"id\":"
    "\"5b9b8b8bb0798739acd9a7e1\","
    "\"code\":\"USD\",\"isDefault\":true}],\"subdomain\":{\"name\":null,\"enabled\":false},"
    "\"cakeOrganizationId\":"
    "\"667281cdb634b1cad1d4e2c2\",\"_roles\":{}}";

struct json_object *clockify_make_user(Sim *sim, struct json_object *from)
{
    return table_add(&sim->table[CLOCKIFY_USERS], sim_document(sim, user_defaults, from, false));
}

struct json_object *clockify_make_workspace(Sim *sim, struct json_object *from)
{
    return table_add(&sim->table[CLOCKIFY_WORKSPACES],
                     sim_document(sim, workspace_defaults, from, false));
}

int clockify_boot(Request *request, Reply *reply)
{
    struct json_object *boot = js_get(request->sim->option[SERVICE_CLOCKIFY], "boot");

    if (!boot)
        return reply_text(reply, 404, "text/html", "<html><body>Not Found</body></html>\n");
    return reply_json(reply, 200, js_share(boot));
}

int clockify_health(Request *request, Reply *reply)
{
    struct json_object *body = js_new();
    (void)request;
    js_set_str(body, "status", "UP");
    return reply_json(reply, 200, body);
}

static struct json_object *membership(const char *user, const char *target, const char *type)
{
    struct json_object *out = js_new();
    js_set_str(out, "userId", user);
    js_set_null(out, "hourlyRate");
    js_set_null(out, "costRate");
    js_set_str(out, "targetId", target);
    js_set_str(out, "membershipType", type);
    js_set_str(out, "membershipStatus", "ACTIVE");
    return out;
}

static struct json_object *memberships_of_user(const Request *request)
{
    const List *all = &request->sim->table[CLOCKIFY_WORKSPACES].all;
    const char *user = js_text(request->user, "id");
    struct json_object *out = js_array();

    for (size_t i = 0; i < all->n; i++)
        if (clockify_role(all->item[i], user))
            js_push(out, membership(user, js_text(all->item[i], "id"), "WORKSPACE"));
    return out;
}

/* Memberships only on request: the default is an empty list. */
int clockify_user_get(Request *request, Reply *reply)
{
    int with = clockify_query_bool(request, reply, "include-memberships");
    struct json_object *out;

    if (with == -2)
        return 400;
    out = js_wire(request->user);
    js_set(out, "memberships", with == 1 ? memberships_of_user(request) : js_array());
    return reply_json(reply, 200, out);
}

int clockify_users_list(Request *request, Reply *reply)
{
    struct json_object *out = js_array();

    json_object_object_foreach(js_get(request->workspace, "_roles"), id, role)
    {
        struct json_object *user = table_get(&request->sim->table[CLOCKIFY_USERS], id);
        (void)role;
        if (user && clockify_name_matches(request, false, js_text(user, "name")))
            js_push(out, js_wire(user));
    }
    return clockify_page(request, reply, out, 50, 5000);
}

static struct json_object *workspace_wire(struct json_object *workspace)
{
    struct json_object *out = js_wire(workspace), *members = js_array();

    json_object_object_foreach(js_get(workspace, "_roles"), id, role)
    {
        (void)role;
        js_push(members, membership(id, js_text(workspace, "id"), "WORKSPACE"));
    }
    js_set(out, "memberships", members);
    return out;
}

/* ?roles=A,B or ?roles=A&roles=B. */
static bool role_wanted(const Request *request, const char *role)
{
    bool asked = false;

    for (int i = 0; i < request->n_query; i++) {
        const char *at = request->query[i].value;
        if (strcmp(request->query[i].name, "roles") != 0)
            continue;
        asked = true;
        for (; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
            if (strlen(role) == strcspn(at, ",") && strncmp(at, role, strlen(role)) == 0)
                return true;
    }
    return !asked;
}

int clockify_workspaces_list(Request *request, Reply *reply)
{
    const List *all = &request->sim->table[CLOCKIFY_WORKSPACES].all;
    struct json_object *out = js_array();

    for (size_t i = 0; i < all->n; i++) {
        const char *role = clockify_role(all->item[i], js_text(request->user, "id"));
        if (role && role_wanted(request, role))
            js_push(out, workspace_wire(all->item[i]));
    }
    return reply_json(reply, 200, out);
}

int clockify_workspace_get(Request *request, Reply *reply)
{
    return reply_json(reply, 200, workspace_wire(request->workspace));
}
