/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer of Clockify means. Its statuses alone say little (400 code 501 is anything from
 * "gone" to "a required field is missing"), its texts are for people: decisions are made on status
 * and code, from the tables of its OpenAPI document, its browser extension and recorded answers.
 */

#include "remote/clockify.h"

#include "base/text.h"
#include "remote/answer.h"

#define CODE_DOMAIN       501
#define CODE_NO_ROUTE     3000
#define CODE_BANNED       406
#define CODE_NOT_VERIFIED 4019
#define CODE_NOT_RUNNING  404

static int fail(const RestAnswer *answer, Error *error);
static ErrorReason reason_for(int status, int64_t code);
static int fail_with(const RestAnswer *answer, ErrorReason reason, int64_t code,
                     const char *message, Error *error);
static const char *sentence_for(int status, int64_t code, ErrorReason reason);
static const char *message_of(const Json *body);
static unsigned missing_fields(const char *message);
static bool domain_message_has(const RestAnswer *answer, const char *words);

int clockify_check(const RestAnswer *answer, Error *error)
{
    if (answer->outcome != REST_ANSWERED)
        return answer_fail_unanswered(answer, "clockify", error);
    if (answer->status >= 200 && answer->status <= 299)
        return answer_is_own(answer) ? 0 : answer_fail_status(answer, "clockify", error);
    return fail(answer, error);
}

bool clockify_unclear(const RestAnswer *answer)
{
    return answer_unclear(answer);
}

bool clockify_nothing_running(const RestAnswer *answer)
{
    _cleanup_json_ Json *body = answer_error_body(answer);

    return answer->status == 404 && json_int(body, "code", 0) == CODE_NOT_RUNNING;
}

bool clockify_not_there(const RestAnswer *answer)
{
    return domain_message_has(answer, "belong to");
}

bool clockify_already_exists(const RestAnswer *answer)
{
    return domain_message_has(answer, "already exist");
}

static int fail(const RestAnswer *answer, Error *error)
{
    _cleanup_json_ Json *body = NULL;
    int64_t code;

    if (answer->status == 429)
        return answer_fail_rate_limited(answer, "clockify", error);
    if (answer->status < 400 || answer->status == 407 || answer->status == 408 ||
        answer->status >= 500)
        return answer_fail_status(answer, "clockify", error);
    body = answer_error_body(answer);
    if (!json_object_is_type(body, json_type_object) && answer->length > 0)
        return answer_fail_status(answer, "clockify", error);
    code = json_int(body, "code", 0);
    return fail_with(answer, reason_for(answer->status, code), code, message_of(body), error);
}

/* 401 code 4019 asks for a verified e-mail address: the key itself is good. */
static ErrorReason reason_for(int status, int64_t code)
{
    if (code == CODE_BANNED && (status == 401 || status == 403 || status == 406))
        return ERROR_CLOCKIFY_KEY_REJECTED;
    if (status == 401 && code != CODE_NOT_VERIFIED)
        return ERROR_CLOCKIFY_KEY_REJECTED;
    return ERROR_REFUSED;
}

static int fail_with(const RestAnswer *answer, ErrorReason reason, int64_t code,
                     const char *message, Error *error)
{
    answer_fail(answer, "clockify", reason, error, "%s",
                sentence_for(answer->status, code, reason));
    if (!error)
        return -1;
    error->upstream_code = code;
    text_copy(error->upstream_message, sizeof(error->upstream_message), message);
    if (answer->status == 400 && code == CODE_DOMAIN)
        error->missing = missing_fields(message);
    return -1;
}

static const char *sentence_for(int status, int64_t code, ErrorReason reason)
{
    static const struct {
        int64_t code;
        const char *sentence;
    } known[] = {
        {CODE_NOT_VERIFIED, "Clockify wants this account's e-mail address verified first."},
        {4030, "Clockify's workspace allows only the timer: adding or changing time by hand is "
               "switched off."},
        {1003, "Clockify's workspace has locked this period."},
        {4005, "This Clockify entry is approved already and cannot be changed."},
        {4033, "The plan of this Clockify workspace does not allow it."},
        {CODE_NOT_RUNNING, "No timer is running in Clockify."},
        {CODE_BANNED, "Clockify has disabled this account or suspended the workspace."},
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (known[i].code == code)
            return known[i].sentence;
    if (reason == ERROR_CLOCKIFY_KEY_REJECTED)
        return "Clockify does not take this API key.";
    if (status == 403)
        return "Clockify does not allow it to this account.";
    if (status == 404 && code != CODE_NO_ROUTE)
        return "Clockify does not know this workspace.";
    return "Clockify refused the request.";
}

/* Servers of 2019 wrote "description". */
static const char *message_of(const Json *body)
{
    const char *message = json_string(body, "message");

    if (!message)
        message = json_string(body, "description");
    return message ? message : "";
}

/*
 * "... can't be stopped until you add a project and tag", "Project is either required field or
 * ...". Only to show a person what to fill in. The same code says that a thing is gone, exists
 * already or has a bad name; those name fields too and mean none.
 */
static unsigned missing_fields(const char *message)
{
    static const struct {
        const char *word;
        unsigned field;
    } words[] = {{"project", FIELD_PROJECT},
                 {"task", FIELD_TASK},
                 {"tag", FIELD_TAGS},
                 {"description", FIELD_DESCRIPTION}};
    static const char *const other_causes[] = {"belong",    "exist",  "name",
                                               "character", "delete", "archived t"};
    _cleanup_free_ char *lower = text_lower(message);
    unsigned missing = 0;

    for (size_t i = 0; i < ARRAY_SIZE(other_causes); i++)
        if (strstr(lower, other_causes[i]))
            return 0;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strstr(lower, words[i].word))
            missing |= words[i].field;
    return missing;
}

static bool domain_message_has(const RestAnswer *answer, const char *words)
{
    _cleanup_json_ Json *body = NULL;

    if (answer->outcome != REST_ANSWERED || answer->status != 400)
        return false;
    body = answer_error_body(answer);
    return json_int(body, "code", 0) == CODE_DOMAIN && strstr(message_of(body), words);
}
