/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Jira's resources share: errors and their languages, people, issues.
 */
#pragma once

#include "sim.h"

/* Texts that Jira says in the language of who asks. */
typedef enum JiraText {
    TEXT_WORKLOG_NULL,
    TEXT_BAD_DURATION,
    TEXT_NO_PERMISSION, /* %s: full name */
    TEXT_NO_PERMISSION_ANON,
    TEXT_NOT_EDITABLE,
    TEXT_TRACKING_OFF,
    TEXT_NO_ISSUE,
    TEXT_BOTH_TIMES,
    TEXT_NO_WORKLOG, /* %s: id */
    TEXT_BAD_START,  /* %s: what was sent */
    TEXT_TOO_LONG,
    TEXT_BAD_ESTIMATE,
    TEXT_RATE_LIMIT,
    TEXT_COUNT
} JiraText;

const char *jira_text(const Request *request, JiraText text);
/* The same with its %s filled in. */
void jira_text_with(const Request *request, JiraText text, const char *with, char out[static 512]);

/* {"errorMessages":[message],"errors":{field: error}}; each may be NULL. */
int jira_fail(Reply *reply, int status, const char *message, const char *field, const char *error);
/* {"message": ...}: the other shape that Jira has, for 401 and 429. */
int jira_message(Reply *reply, int status, const char *message);
int jira_html(Reply *reply, int status, const char *title);
/* {"exception": ..., "error": ...}: personal access tokens have their own. */
int jira_token_fail(Reply *reply, int status, const char *exception, const char *error);

const struct json_object *jira_options(const Request *request);
const char *jira_base_url(const Request *request);
/* The shape of a person within another document. */
struct json_object *jira_person(const Request *request, const struct json_object *user);
/* list: NULL = everybody; else names or keys. */
bool jira_listed(const struct json_object *list, const struct json_object *user);

struct json_object *jira_project(const Request *request, const char *id_or_key);
/* By id, or by the key that it has or once had, whatever its case; NULL when not there or not
 * visible. */
struct json_object *jira_issue(const Request *request, const char *id_or_key);
bool jira_may_work(const Request *request, const struct json_object *issue);
/* Keeps the old key as an alias. */
void jira_issue_index(Sim *sim, struct json_object *issue);
int64_t jira_time_spent(const Request *request, const struct json_object *issue);

/* "1h 30m" and back, with the instance's hours a day and days a week. */
void jira_duration(const Request *request, int64_t seconds, char out[static 64]);
/* Seconds of whole minutes, rounded down; -1 when it is no duration. */
int64_t jira_parse_duration(const Request *request, const char *text);

struct json_object *jira_worklog_wire(const Request *request, const struct json_object *worklog);

struct json_object *jira_make_user(Sim *sim, struct json_object *from);
struct json_object *jira_make_project(Sim *sim, struct json_object *from);
/* parent: an issue's id or NULL. */
struct json_object *jira_make_issue(Sim *sim, const char *project, const char *parent,
                                    struct json_object *from);
/* raw: the secret, or NULL for a new one; days: 0 = for ever. */
struct json_object *jira_make_token(Sim *sim, const char *user_key, const char *name,
                                    const char *raw, int64_t days);

/* The handlers of the routing table. */
int jira_status(Request *request, Reply *reply);
int jira_myself(Request *request, Reply *reply);
int jira_server_info(Request *request, Reply *reply);
int jira_configuration(Request *request, Reply *reply);
int jira_permissions(Request *request, Reply *reply);
int jira_readonly_mode(Request *request, Reply *reply);
int jira_issue_get(Request *request, Reply *reply);
int jira_project_get(Request *request, Reply *reply);
int jira_projects_list(Request *request, Reply *reply);
int jira_worklogs_list(Request *request, Reply *reply);
int jira_worklog_get(Request *request, Reply *reply);
int jira_worklog_post(Request *request, Reply *reply);
int jira_worklog_put(Request *request, Reply *reply);
int jira_worklog_delete(Request *request, Reply *reply);
int jira_worklogs_updated(Request *request, Reply *reply);
int jira_worklogs_deleted(Request *request, Reply *reply);
int jira_worklogs_by_id(Request *request, Reply *reply);
int jira_tokens_list(Request *request, Reply *reply);
int jira_token_get(Request *request, Reply *reply);
int jira_token_post(Request *request, Reply *reply);
int jira_token_delete(Request *request, Reply *reply);
