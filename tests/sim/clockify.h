/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Clockify's resources share: errors, paging, roles, names.
 */
#pragma once

#include "sim.h"

/* {"message": ..., "code": n}; code 0 = no code. */
int clockify_fail(const Request *request, Reply *reply, int status, int code, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));
int clockify_missing(const Request *request, Reply *reply, const char *what, const char *where);
int clockify_denied(const Request *request, Reply *reply);

/* "OWNER", "WORKSPACE_ADMIN", "PROJECT_MANAGER", "MEMBER", or NULL for strangers. */
const char *clockify_role(const struct json_object *workspace, const char *user_id);
bool clockify_is_admin(const Request *request);
/* permission: a member of entityCreationPermissions. */
bool clockify_may_create(const Request *request, const char *permission);
const struct json_object *clockify_settings(const Request *request);

/* Whether a string in the body is of that length, in UTF-16 units as Java counts, and without < and
 * >; answers 400/501 when it is not. */
bool clockify_name_fits(Request *request, Reply *reply, const char *what, size_t least,
                        size_t most);
size_t clockify_length(const char *text);
bool clockify_has_angle(const char *text);
/* A boolean of the query: -1 absent, 0, 1; anything else is answered 400/3000, and -2 returned. */
int clockify_query_bool(Request *request, Reply *reply, const char *name);
/* The document's name against ?name= and ?strict-name-search=. */
bool clockify_name_matches(const Request *request, bool strict, const char *name);
/* Answers one page of the list with the header Last-Page; takes over the array. */
int clockify_page(Request *request, Reply *reply, struct json_object *all, int64_t size,
                  int64_t most);

/* The project if it is in the workspace and the caller may see it. */
struct json_object *clockify_project(const Request *request, const char *id);
bool clockify_sees_project(const Request *request, const struct json_object *project);
/* Makes a project document with every member that goes over the wire. */
struct json_object *clockify_make_project(Sim *sim, const char *workspace,
                                          struct json_object *from);
struct json_object *clockify_make_task(Sim *sim, const char *project, struct json_object *from);
struct json_object *clockify_make_tag(Sim *sim, const char *workspace, struct json_object *from);
struct json_object *clockify_make_client(Sim *sim, const char *workspace, struct json_object *from);
struct json_object *clockify_make_user(Sim *sim, struct json_object *from);
struct json_object *clockify_make_workspace(Sim *sim, struct json_object *from);

/* The handlers of the routing table. */
int clockify_boot(Request *request, Reply *reply);
int clockify_health(Request *request, Reply *reply);
int clockify_user_get(Request *request, Reply *reply);
int clockify_users_list(Request *request, Reply *reply);
int clockify_workspaces_list(Request *request, Reply *reply);
int clockify_workspace_get(Request *request, Reply *reply);
int clockify_clients_list(Request *request, Reply *reply);
int clockify_client_post(Request *request, Reply *reply);
int clockify_projects_list(Request *request, Reply *reply);
int clockify_project_get(Request *request, Reply *reply);
int clockify_project_post(Request *request, Reply *reply);
int clockify_project_put(Request *request, Reply *reply);
int clockify_project_delete(Request *request, Reply *reply);
int clockify_tasks_list(Request *request, Reply *reply);
int clockify_task_get(Request *request, Reply *reply);
int clockify_task_post(Request *request, Reply *reply);
int clockify_task_put(Request *request, Reply *reply);
int clockify_task_delete(Request *request, Reply *reply);
int clockify_tags_list(Request *request, Reply *reply);
int clockify_tag_get(Request *request, Reply *reply);
int clockify_tag_post(Request *request, Reply *reply);
int clockify_tag_put(Request *request, Reply *reply);
int clockify_tag_delete(Request *request, Reply *reply);
int clockify_entry_post(Request *request, Reply *reply);
int clockify_entry_stop(Request *request, Reply *reply);
int clockify_entry_get(Request *request, Reply *reply);
int clockify_entry_put(Request *request, Reply *reply);
int clockify_entries_put(Request *request, Reply *reply);
int clockify_entry_delete(Request *request, Reply *reply);
int clockify_entries_delete(Request *request, Reply *reply);
int clockify_entries_list(Request *request, Reply *reply);
int clockify_running_list(Request *request, Reply *reply);
