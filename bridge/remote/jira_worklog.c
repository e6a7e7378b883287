/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worklogs, and what explains a refused one. Jira takes one form of time only, floors to whole
 * minutes and has no key against writing twice: that is for the flows. Source: Atlassian's OpenAPI
 * document of Jira 10.3.
 */

#include "remote/jira_request.h"

#include "base/time.h"

static void read_worklog(const Json *json, JiraWorklog *ret);
static bool is_worklog(const Json *json);
static bool is_number(const char *text);

void jira_worklog_done(JiraWorklog *worklog)
{
    free(worklog->id);
    free(worklog->author_key);
    free(worklog->comment);
    *worklog = (JiraWorklog){0};
}

void jira_worklogs_done(JiraWorklogs *worklogs)
{
    for (size_t i = 0; i < worklogs->count; i++)
        jira_worklog_done(&worklogs->items[i]);
    free(worklogs->items);
    *worklogs = (JiraWorklogs){0};
}

/* Left out, adjustEstimate means "auto"; it is always said. */
void jira_worklog_create_request(const char *base, const char *issue, int64_t started,
                                 int64_t seconds, const char *comment, const char *adjust,
                                 RestRequest *ret)
{
    Buffer url = jira_request_url(base, "/issue");
    Json *body = json_new_object();
    char time[TIME_TEXT_SIZE];

    answer_add_segment(&url, issue);
    buffer_add_text(&url, "/worklog?adjustEstimate=");
    buffer_add_url(&url, adjust);
    json_put_string(body, "comment", comment ? comment : "");
    json_put_string(body, "started", time_format_jira(started, time));
    json_put_int(body, "timeSpentSeconds", seconds);
    jira_request_make(REST_POST, &url, body, ret);
}

int jira_worklog_read(const RestAnswer *answer, const char *user_name, JiraWorklog *ret,
                      Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (jira_check(answer, user_name, error) < 0 ||
        answer_parse_object(answer, "jira", &json, error) < 0)
        return -1;
    if (!is_worklog(json))
        return answer_fail_unreadable(answer, "jira", error);
    read_worklog(json, ret);
    return 0;
}

static bool is_worklog(const Json *json)
{
    return answer_id(json, "id") && json_time(json, "started") != TIME_NONE &&
           json_int(json, "timeSpentSeconds", -1) >= 0;
}

/* The author is missing where a user was erased or wrote anonymously; key is what stays when one is
 * renamed. */
static void read_worklog(const Json *json, JiraWorklog *ret)
{
    const char *comment = json_string(json, "comment");

    *ret = (JiraWorklog){
        .id = xstrdup(json_string(json, "id")),
        .author_key = xstrdup(json_string(json_child(json, "author"), "key")),
        .comment = xstrdup(comment ? comment : ""),
        .started = json_time(json, "started"),
        .seconds = json_int(json, "timeSpentSeconds", 0),
    };
}

void jira_worklogs_request(const char *base, const char *issue, RestRequest *ret)
{
    Buffer url = jira_request_url(base, "/issue");

    answer_add_segment(&url, issue);
    buffer_add_text(&url, "/worklog");
    jira_request_make(REST_GET, &url, NULL, ret);
    ret->max_body = ANSWER_LARGE_MOST;
}

/* Somebody looks here for a worklog before writing it anew, so a list that is not whole is no list.
 */
int jira_worklogs_read(const RestAnswer *answer, const char *user_name, JiraWorklogs *ret,
                       Error *error)
{
    _cleanup_json_ Json *json = NULL;
    const Json *list;
    JiraWorklogs all = {0};

    if (jira_check(answer, user_name, error) < 0 ||
        answer_parse_object(answer, "jira", &json, error) < 0)
        return -1;
    list = json_list(json, "worklogs");
    if (!list || json_int(json, "total", 0) > (int64_t)json_count(list))
        return answer_fail_unreadable(answer, "jira", error);
    for (size_t i = 0; i < json_count(list); i++)
        if (!is_worklog(json_at(list, i)))
            return answer_fail_unreadable(answer, "jira", error);
    all.items = xcalloc(json_count(list) + 1, sizeof(*all.items));
    for (; all.count < json_count(list); all.count++)
        read_worklog(json_at(list, all.count), &all.items[all.count]);
    *ret = all;
    return 0;
}

void jira_permissions_request(const char *base, const char *issue, RestRequest *ret)
{
    Buffer url = jira_request_url(base, is_number(issue) ? "/mypermissions?issueId="
                                                         : "/mypermissions?issueKey=");

    buffer_add_url(&url, issue);
    jira_request_make(REST_GET, &url, NULL, ret);
}

static bool is_number(const char *text)
{
    return text[0] && text[strspn(text, "0123456789")] == '\0';
}

int jira_permissions_read(const RestAnswer *answer, const char *user_name, bool *ret_may_work,
                          Error *error)
{
    _cleanup_json_ Json *json = NULL;
    const Json *permission;

    if (jira_check(answer, user_name, error) < 0 ||
        answer_parse_object(answer, "jira", &json, error) < 0)
        return -1;
    permission = json_child(json_child(json, "permissions"), "WORK_ON_ISSUES");
    if (json_tristate(permission, "havePermission") < 0)
        return answer_fail_unreadable(answer, "jira", error);
    *ret_may_work = json_flag(permission, "havePermission", false);
    return 0;
}

void jira_configuration_request(const char *base, RestRequest *ret)
{
    Buffer url = jira_request_url(base, "/configuration");

    jira_request_make(REST_GET, &url, NULL, ret);
}

int jira_configuration_read(const RestAnswer *answer, const char *user_name,
                            bool *ret_time_tracking, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (jira_check(answer, user_name, error) < 0 ||
        answer_parse_object(answer, "jira", &json, error) < 0)
        return -1;
    if (json_tristate(json, "timeTrackingEnabled") < 0)
        return answer_fail_unreadable(answer, "jira", error);
    *ret_time_tracking = json_flag(json, "timeTrackingEnabled", false);
    return 0;
}

void jira_status_request(const char *base, RestRequest *ret)
{
    *ret = (RestRequest){
        .method = REST_GET, .auth = REST_AUTH_NONE, .url = xasprintf("%s/status", base)};
}
