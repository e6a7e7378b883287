/* SPDX-License-Identifier: Apache-2.0 */
/* Common ground of the answers' readers. It decides nothing that depends on which service answered.
 */

#include "remote/answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"

#define MESSAGE_MOST 320 /* as much as an Error holds */

static int parse_as(const RestAnswer *answer, const char *service, enum json_type type, Json **ret,
                    Error *error);
static const char *title(const char *service);

bool answer_is_own(const RestAnswer *answer)
{
    return answer->json || answer->length == 0;
}

int answer_parse(const RestAnswer *answer, const char *service, Json **ret, Error *error)
{
    if (!answer->json || json_parse(answer->body, answer->length, ANSWER_DEPTH_MOST, ret, NULL) < 0)
        return answer_fail_unreadable(answer, service, error);
    return 0;
}

int answer_parse_array(const RestAnswer *answer, const char *service, Json **ret, Error *error)
{
    return parse_as(answer, service, json_type_array, ret, error);
}

int answer_parse_object(const RestAnswer *answer, const char *service, Json **ret, Error *error)
{
    return parse_as(answer, service, json_type_object, ret, error);
}

static int parse_as(const RestAnswer *answer, const char *service, enum json_type type, Json **ret,
                    Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (answer_parse(answer, service, &json, error) < 0)
        return -1;
    if (!json_object_is_type(json, type))
        return answer_fail_unreadable(answer, service, error);
    *ret = STEAL(json);
    return 0;
}

Json *answer_error_body(const RestAnswer *answer)
{
    Json *json = NULL;

    if (answer->json)
        json_parse(answer->body, answer->length, ANSWER_DEPTH_MOST, &json, NULL);
    return json;
}

bool answer_unclear(const RestAnswer *answer)
{
    if (answer->outcome != REST_ANSWERED)
        return answer->outcome == REST_UNCLEAR;
    return answer->status == 408 || answer->status >= 500 ||
           (answer->status >= 200 && answer->status <= 299);
}

int answer_fail(const RestAnswer *answer, const char *service, ErrorReason reason, Error *error,
                const char *format, ...)
{
    char message[MESSAGE_MOST];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    error_set(error, reason, "%s", message);
    if (error) {
        text_copy(error->service, sizeof(error->service), service);
        error->upstream_status = answer->status;
    }
    return -1;
}

/* A secret that cannot be opened is as good as a dead one: only a person can bring another. */
static int fail_secret_lost(const RestAnswer *answer, const char *service, Error *error)
{
    bool jira = streq(service, "jira");

    return answer_fail(answer, service,
                       jira ? ERROR_JIRA_TOKEN_REJECTED : ERROR_CLOCKIFY_KEY_REJECTED, error,
                       "The stored %s can no longer be opened; it has to be given again.",
                       jira ? "Jira token" : "Clockify key");
}

int answer_fail_unanswered(const RestAnswer *answer, const char *service, Error *error)
{
    if (answer->secret_lost)
        return fail_secret_lost(answer, service, error);
    return answer_fail(answer, service, ERROR_UNAVAILABLE, error, "%s cannot be reached (%s).",
                       title(service),
                       answer->problem[0]  ? answer->problem
                       : answer->timed_out ? "time-out"
                                           : "no answer");
}

int answer_fail_unreadable(const RestAnswer *answer, const char *service, Error *error)
{
    return answer_fail(answer, service, ERROR_UNAVAILABLE, error,
                       "%s's answer (HTTP status %d) cannot be read.", title(service),
                       answer->status);
}

int answer_fail_status(const RestAnswer *answer, const char *service, Error *error)
{
    const char *what = "is not working at the moment";

    if (answer->status >= 300 && answer->status <= 399)
        what = "redirected the request; redirects are not followed, check the address";
    else if (answer->status < 300 || (answer->status < 500 && answer->status != 408))
        what = "did not answer itself: a page came from a proxy, or it is still starting, or the "
               "address is wrong";
    answer_fail(answer, service, ERROR_UNAVAILABLE, error, "%s %s (HTTP status %d).",
                title(service), what, answer->status);
    if (error && answer->retry_after_s > 0)
        error->retry_after_s = answer->retry_after_s;
    return -1;
}

int answer_fail_rate_limited(const RestAnswer *answer, const char *service, Error *error)
{
    answer_fail(answer, service, ERROR_RATE_LIMITED, error,
                "%s takes no more requests for the moment.", title(service));
    if (error && answer->retry_after_s > 0)
        error->retry_after_s = answer->retry_after_s;
    return -1;
}

static const char *title(const char *service)
{
    return streq(service, "jira") ? "Jira" : "Clockify";
}

const char *answer_id(const Json *object, const char *key)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *id = json_string(object, key);
    size_t length = id ? strnlen(id, ANSWER_ID_MOST + 1) : 0;

    return length >= 1 && length <= ANSWER_ID_MOST && id[0] != '.' && strspn(id, plain) == length
               ? id
               : NULL;
}

void answer_add_segment(Buffer *url, const char *id)
{
    buffer_add_char(url, '/');
    if (!id || id[strspn(id, ".")] == '\0')
        buffer_add_char(url, '_');
    else
        buffer_add_url(url, id);
}
