/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer of Jira means. Its texts are in the user's language and never looked at. A dead
 * token is no error to Jira, it goes on as "anonymous": who answered is read from X-AUSERNAME
 * (Atlassian's page on REST headers).
 */

#include "base/text.h"
#include "remote/answer.h"
#include "remote/jira.h"

static int fail(const RestAnswer *answer, const char *user_name, Error *error);
static int fail_missing(const RestAnswer *answer, const Json *body, Error *error);
static int fail_refused(const RestAnswer *answer, const Json *body, Error *error);
static int fail_token(const RestAnswer *answer, Error *error);
static bool is_user(const RestAnswer *answer, const char *user_name);
static bool is_other_user(const RestAnswer *answer, const char *user_name);
static const char *first_message(const Json *body);
static const char *first_value(const Json *object);

int jira_check(const RestAnswer *answer, const char *user_name, Error *error)
{
    if (answer->outcome != REST_ANSWERED)
        return answer_fail_unanswered(answer, "jira", error);
    if (answer->status < 200 || answer->status > 299)
        return fail(answer, user_name, error);
    if (!answer_is_own(answer))
        return answer_fail_status(answer, "jira", error);
    if (user_name && !is_user(answer, user_name))
        return fail_token(answer, error);
    return 0;
}

bool jira_unclear(const RestAnswer *answer)
{
    return answer_unclear(answer);
}

/* 403 may come as a page or as plain text (XSRF check, CAPTCHA), 404 as a page only while Jira is
 * no Jira yet. */
static int fail(const RestAnswer *answer, const char *user_name, Error *error)
{
    _cleanup_json_ Json *body = NULL;

    if (answer->status == 429)
        return answer_fail_rate_limited(answer, "jira", error);
    if (answer->status < 400 || answer->status == 407 || answer->status == 408 ||
        answer->status >= 500)
        return answer_fail_status(answer, "jira", error);
    if (answer->status == 401 && !is_user(answer, user_name))
        return fail_token(answer, error);
    if (is_other_user(answer, user_name))
        return fail_token(answer, error);
    body = answer_error_body(answer);
    if (answer->status == 404)
        return fail_missing(answer, body, error);
    return fail_refused(answer, body, error);
}

/* A resource that is not there (yet) says so as a page or as JSON without errorMessages. */
static int fail_missing(const RestAnswer *answer, const Json *body, Error *error)
{
    if (!json_list(body, "errorMessages"))
        return answer_fail_status(answer, "jira", error);
    answer_fail(answer, "jira", ERROR_NOT_FOUND, error,
                "Jira has no such issue, or this user may not see it.");
    if (error) {
        text_copy(error->what, sizeof(error->what), "issue");
        text_copy(error->upstream_message, sizeof(error->upstream_message), first_message(body));
    }
    return -1;
}

static int fail_refused(const RestAnswer *answer, const Json *body, Error *error)
{
    const char *sentence = "Jira refused it.";

    if (answer->status == 403)
        sentence = "Jira does not allow it: it may be read-only at the moment, or want this user "
                   "to log in once more.";
    answer_fail(answer, "jira", ERROR_REFUSED, error, "%s", sentence);
    if (error)
        text_copy(error->upstream_message, sizeof(error->upstream_message), first_message(body));
    return -1;
}

static int fail_token(const RestAnswer *answer, Error *error)
{
    return answer_fail(answer, "jira", ERROR_JIRA_TOKEN_REJECTED, error,
                       "Jira does not take this personal access token.");
}

/* Odd names come encoded as in a form, where "+" may stand for a blank. */
static bool is_user(const RestAnswer *answer, const char *user_name)
{
    _cleanup_free_ char *spaced = NULL;

    if (!user_name || !answer->user_name)
        return false;
    if (streq(answer->user_name, user_name))
        return true;
    spaced = xstrdup(answer->user_name);
    for (char *c = spaced; *c; c++)
        if (*c == '+')
            *c = ' ';
    return streq(spaced, user_name);
}

static bool is_other_user(const RestAnswer *answer, const char *user_name)
{
    return user_name && answer->user_name && !is_user(answer, user_name);
}

static const char *first_message(const Json *body)
{
    const char *text = json_string_at(json_list(body, "errorMessages"), 0);

    if (!text)
        text = first_value(json_child(body, "errors"));
    if (!text)
        text = json_string(body, "message");
    if (!text)
        text = json_string(body, "error");
    return text ? text : "";
}

static const char *first_value(const Json *object)
{
    if (!object)
        return NULL;
    json_object_object_foreach(
        (Json *)object, key,
        value) if (json_object_is_type(value, json_type_string)) return json_string(object, key);
    return NULL;
}
