/* SPDX-License-Identifier: Apache-2.0 */
/* Who a token belongs to, and what is recorded of an issue. The key in an answer is the current
 * one, whatever was asked for. */

#include "remote/jira_request.h"

#include "base/text.h"

#define ISSUE_KEY_MOST 255
#define ISSUE_FIELDS   "summary,issuetype,labels,project,parent"

static Json *read_details(const Json *fields);
static Json *read_project(const Json *project);
static bool is_digits(const char *text);
static bool is_letter(char c);

void jira_user_done(JiraUser *user)
{
    free(user->key);
    free(user->name);
    free(user->display_name);
    free(user->time_zone);
    *user = (JiraUser){0};
}

void jira_myself_request(const char *base, RestRequest *ret)
{
    Buffer url = jira_request_url(base, "/myself");

    jira_request_make(REST_GET, &url, NULL, ret);
}

int jira_myself_read(const RestAnswer *answer, JiraUser *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (jira_check(answer, NULL, error) < 0 ||
        answer_parse_object(answer, "jira", &json, error) < 0)
        return -1;
    if (!json_string(json, "key") || !json_string(json, "name"))
        return answer_fail_unreadable(answer, "jira", error);
    if (answer->user_name && jira_check(answer, json_string(json, "name"), error) < 0)
        return -1;
    *ret = (JiraUser){
        .key = xstrdup(json_string(json, "key")),
        .name = xstrdup(json_string(json, "name")),
        .display_name = xstrdup(json_string(json, "displayName")),
        .time_zone = xstrdup(json_string(json, "timeZone")),
    };
    return 0;
}

void jira_issue_done(JiraIssue *issue)
{
    free(issue->id);
    free(issue->key);
    json_freep(&issue->details);
    *issue = (JiraIssue){0};
}

bool jira_is_issue_key(const char *text)
{
    const char *number;

    if (!text || !text[0] || strlen(text) > ISSUE_KEY_MOST)
        return false;
    if (is_digits(text))
        return true;
    if (!is_letter(text[0]))
        return false;
    for (number = text; is_letter(*number) || *number == '_' || (*number >= '0' && *number <= '9');)
        number++;
    return *number == '-' && is_digits(number + 1);
}

static bool is_digits(const char *text)
{
    return text[0] && text[strspn(text, "0123456789")] == '\0';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void jira_issue_request(const char *base, const char *issue, RestRequest *ret)
{
    Buffer url = jira_request_url(base, "/issue");

    answer_add_segment(&url, issue);
    buffer_add_text(&url, "?fields=" ISSUE_FIELDS);
    jira_request_make(REST_GET, &url, NULL, ret);
}

int jira_issue_read(const RestAnswer *answer, const char *user_name, JiraIssue *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (jira_check(answer, user_name, error) < 0 ||
        answer_parse_object(answer, "jira", &json, error) < 0)
        return -1;
    if (!answer_id(json, "id") || !json_string(json, "key") || !json_child(json, "fields"))
        return answer_fail_unreadable(answer, "jira", error);
    *ret = (JiraIssue){
        .id = xstrdup(json_string(json, "id")),
        .key = xstrdup(json_string(json, "key")),
        .details = read_details(json_child(json, "fields")),
    };
    return 0;
}

/* `parent` is absent on what is no sub-task. An epic is known by its type's name: its own fields
 * have other ids in every Jira. */
static Json *read_details(const Json *fields)
{
    const Json *type = json_child(fields, "issuetype");
    const char *type_name = json_string(type, "name"), *summary = json_string(fields, "summary");
    Json *details = json_new_object(), *labels = json_new_array();

    for (size_t i = 0; i < json_count(json_list(fields, "labels")); i++)
        if (json_string_at(json_list(fields, "labels"), i))
            json_add_string(labels, json_string_at(json_list(fields, "labels"), i));
    json_put_string(details, "summary", summary ? summary : "");
    json_put_string(details, "type", type_name ? type_name : "");
    json_put_bool(details, "subtask",
                  json_flag(type, "subtask", json_child(fields, "parent") != NULL));
    json_put_bool(details, "epic", type_name && text_equal_nocase(type_name, "Epic"));
    json_put(details, "labels", labels);
    json_put(details, "project", read_project(json_child(fields, "project")));
    return details;
}

static Json *read_project(const Json *project)
{
    static const char *const names[] = {"id", "key", "name"};
    Json *copy = json_new_object();

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        json_put_string(copy, names[i],
                        json_string(project, names[i]) ? json_string(project, names[i]) : "");
    return copy;
}
