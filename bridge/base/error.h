/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Errors are values: a function that fails returns a negative number and fills the Error that its
 * caller owns. One table (error_info) gives for every reason its name and number in the protocol,
 * what the journal does about it, and its words in the manual; nothing else decides on an error.
 */

#include "base/json.h"
#include "base/util.h"

typedef enum ErrorReason {
    ERROR_NONE = 0,
    ERROR_PARSE,
    ERROR_INVALID_REQUEST,
    ERROR_METHOD_NOT_FOUND,
    ERROR_INVALID_PARAMS,
    ERROR_INTERNAL,
    ERROR_FORBIDDEN,
    ERROR_CLOCKIFY_KEY_REQUIRED,
    ERROR_CLOCKIFY_KEY_REJECTED,
    ERROR_JIRA_TOKEN_REQUIRED,
    ERROR_JIRA_TOKEN_REJECTED,
    ERROR_NOT_FOUND,
    ERROR_REFUSED,
    ERROR_UNAVAILABLE,
    ERROR_RATE_LIMITED,
    ERROR_NOT_CONFIGURED,
    ERROR_BUSY,
    ERROR_STORE,
    ERROR_REASON_COUNT
} ErrorReason;

/* What the journal does with an intent or a worklog that ended in this error. */
typedef enum ErrorAction {
    ERROR_ACTION_GIVE_UP, /* the caller's fault or ours: trying again changes nothing */
    ERROR_ACTION_RETRY,   /* a matter of time: back off and go on */
    ERROR_ACTION_BLOCK,   /* a person has to act; shown to that person, goes on once mended */
} ErrorAction;

typedef struct ErrorInfo {
    const char *name; /* "invalid_params": what callers branch on */
    int code;         /* -32602: the JSON-RPC number */
    ErrorAction action;
    const char *when; /* one sentence for the manual */
    const char *data; /* the members of `data` beside reason, for the manual; "" for none */
} ErrorInfo;

/* Required fields of a workspace that an entry lacks: a set of bits, "missing" in the protocol. */
enum {
    FIELD_PROJECT = 1 << 0,
    FIELD_TASK = 1 << 1,
    FIELD_TAGS = 1 << 2,
    FIELD_DESCRIPTION = 1 << 3,
};

/* No pointer in it is owned: it can be copied and dropped freely. Text too long is cut. */
typedef struct Error {
    ErrorReason reason;
    char message[320]; /* one sentence for a person, naming no secret */
    char param[64];    /* invalid_params: which */
    char limit[32];    /* invalid_request: the limit that was passed */
    char what[16];     /* not_found: issue, workspace, project, task, tag, timer, entry, worklog */
    char service[16];  /* clockify or jira */
    unsigned missing;  /* refused: FIELD_ bits */
    int upstream_status;        /* HTTP status; 0 = no answer to report */
    int64_t upstream_code;      /* Clockify's own code; 0 = none */
    char upstream_message[200]; /* what the upstream said, cut; may echo what a user typed */
    int64_t retry_after_s;      /* > 0 where known */
    char key_url[256];
    char incident[24]; /* internal: the word to look for in the log */
} Error;

const ErrorInfo *error_info(ErrorReason reason);
ErrorReason error_from_name(const char *name); /* ERROR_NONE when unknown */

/* Clears *error, sets reason and message, returns -1: "return error_set(error, ...)". error may be
 * NULL. */
int error_set(Error *error, ErrorReason reason, const char *format, ...) _printf_(3, 4);

/* The same for the reasons that always name something. */
int error_param(Error *error, const char *param, const char *format, ...) _printf_(3, 4);
int error_limit(Error *error, const char *limit, const char *format, ...) _printf_(3, 4);
int error_not_found(Error *error, const char *what, const char *format, ...) _printf_(3, 4);

/* A defect of ours: gives it a fresh incident word and logs the details under it; the message for
 * the caller names the incident alone. */
int error_internal(Error *error, const char *format, ...) _printf_(2, 3);

/* That they fail is plain at the place of the call, so that a compiler or analyser knows that what
 * follows a failure never runs. */
static inline int error_failed(int r _unused_)
{
    return -1;
}
#define error_set(...)       error_failed(error_set(__VA_ARGS__))
#define error_param(...)     error_failed(error_param(__VA_ARGS__))
#define error_limit(...)     error_failed(error_limit(__VA_ARGS__))
#define error_not_found(...) error_failed(error_not_found(__VA_ARGS__))
#define error_internal(...)  error_failed(error_internal(__VA_ARGS__))

/* The `error` member of a JSON-RPC answer: {code, message, data:{reason, ...}}. The caller owns it.
 */
Json *error_to_json(const Error *error);

/* The other way: what was once told to a caller and is told again. */
void error_from_json(const Json *json, Error *ret);

/* A problem as entries and worklogs show it: {reason, message, missing?, what?, service?,
 * upstream?}. Owned by the caller. */
Json *error_to_problem(const Error *error);

/* ["project","tags"] for FIELD_ bits. Owned by the caller. */
Json *error_missing_to_json(unsigned missing);
