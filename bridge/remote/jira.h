/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Jira Data Center's REST API (version 2) as pure functions: "build this request" and "read that
 * answer". Requests come without a token; whoever sends them adds it. `base` is the node's own
 * address with the context path, e.g. "http://127.0.0.1:8080/jira". Location and self in answers
 * name the load balancer and are ignored.
 */

#include "base/error.h"
#include "remote/rest.h"

/*
 * 0 for 2xx answered to `user_name`: X-AUSERNAME is compared, since a dead token is answered as
 * anonymous, with 200s (NULL = do not compare). Otherwise *error, with service "jira":
 *
 * - ERROR_UNAVAILABLE: no answer, 5xx, 408, 3xx, 404 that is none of Jira's REST (it is starting,
 * or it is no Jira), no JSON where it was due
 * - ERROR_RATE_LIMITED: 429, with retry_after_s
 * - ERROR_JIRA_TOKEN_REJECTED: 401, or another X-AUSERNAME than expected (with a 2xx: or none)
 * - ERROR_NOT_FOUND: 404 with errorMessages; what is "issue"
 * - ERROR_REFUSED: 400, 403 (read-only mode, XSRF), 405, 409, 413, and a 401 that X-AUSERNAME says
 * was given to the very user: upstream_* holds the status and the first message
 *
 * Texts are localised by Jira and never compared.
 */
int jira_check(const RestAnswer *answer, const char *user_name, Error *error);
/* May a request have had its effect, of whose answer the reader could make nothing? */
bool jira_unclear(const RestAnswer *answer);

typedef struct JiraUser {
    char *key; /* "JIRAUSER10100": what stays when a user is renamed */
    char *name;
    char *display_name;
    char *time_zone;
} JiraUser;
void jira_user_done(JiraUser *user);
void jira_myself_request(const char *base, RestRequest *ret);
int jira_myself_read(const RestAnswer *answer, JiraUser *ret, Error *error);

/* What is recorded of an issue, as the protocol's `details`: {summary, type, subtask, epic, labels,
 * project:{id,key,name}}. */
typedef struct JiraIssue {
    char *id;  /* survives a move */
    char *key; /* the current key */
    Json *details;
} JiraIssue;
void jira_issue_done(JiraIssue *issue);
/* An issue key: letters, digits, underscore, "-", digits; at most 255 characters. Also decimal ids.
 */
bool jira_is_issue_key(const char *text);
void jira_issue_request(const char *base, const char *issue, RestRequest *ret);
int jira_issue_read(const RestAnswer *answer, const char *user_name, JiraIssue *ret, Error *error);

typedef struct JiraWorklog {
    char *id;
    char *author_key;
    char *comment;
    int64_t started;
    int64_t seconds;
} JiraWorklog;
typedef struct JiraWorklogs {
    JiraWorklog *items;
    size_t count;
} JiraWorklogs;
void jira_worklog_done(JiraWorklog *worklog);
void jira_worklogs_done(JiraWorklogs *worklogs);
/* issue: id or key. seconds: a multiple of 60, >= 60 (Jira floors to minutes and refuses less).
 * adjust: "auto" or "leave". */
void jira_worklog_create_request(const char *base, const char *issue, int64_t started,
                                 int64_t seconds, const char *comment, const char *adjust,
                                 RestRequest *ret);
int jira_worklog_read(const RestAnswer *answer, const char *user_name, JiraWorklog *ret,
                      Error *error);
/* All worklogs of an issue: Data Center pages them not at all, so up to 32 MiB are accepted. */
void jira_worklogs_request(const char *base, const char *issue, RestRequest *ret);
int jira_worklogs_read(const RestAnswer *answer, const char *user_name, JiraWorklogs *ret,
                       Error *error);

/* Afterwards explains a refused worklog (400 is also "no permission", in the user's language). */
void jira_permissions_request(const char *base, const char *issue, RestRequest *ret);
int jira_permissions_read(const RestAnswer *answer, const char *user_name, bool *ret_may_work,
                          Error *error);
void jira_configuration_request(const char *base, RestRequest *ret);
int jira_configuration_read(const RestAnswer *answer, const char *user_name,
                            bool *ret_time_tracking, Error *error);

/* Alive? GET /status: {"state":"RUNNING"}; without a token. */
void jira_status_request(const char *base, RestRequest *ret);
