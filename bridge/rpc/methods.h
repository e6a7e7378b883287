/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * THE table of methods: names, roles, params with their types and limits, words for the manual,
 * results, errors and examples. Checking, bridge.describe, the command line's help, the manual and
 * the generated tests all walk it, so that they cannot disagree. Data only: what a method does is
 * in handlers.c, so that the command line can link this alone.
 */

#include "base/error.h"

typedef enum Role {
    ROLE_ANY,
    ROLE_PLUGIN,
    ROLE_OPERATOR
} Role;                           /* an operator may call everything */
const char *role_name(Role role); /* "any", "plugin", "operator" */

typedef enum MethodId {
    METHOD_BRIDGE_HELLO,
    METHOD_BRIDGE_DESCRIBE,
    METHOD_WEB_CALL,
    METHOD_BRIDGE_STATUS,
    METHOD_BRIDGE_METRICS,
    METHOD_BRIDGE_PAUSE,
    METHOD_BRIDGE_RESUME,
    METHOD_BRIDGE_RELOAD,
    METHOD_SECRET_ROTATE,
    METHOD_AUDIT_LIST,
    METHOD_AUDIT_VERIFY,
    METHOD_STORE_BACKUP,
    METHOD_SERVER_GET,
    METHOD_SERVER_TEST,
    METHOD_SERVER_SET,
    METHOD_ACCOUNT_GET,
    METHOD_ACCOUNT_CONNECT_CLOCKIFY,
    METHOD_ACCOUNT_CONNECT_JIRA,
    METHOD_ACCOUNT_DISCONNECT,
    METHOD_ACCOUNT_SET_WORKSPACE,
    METHOD_WORKSPACE_LIST,
    METHOD_PROJECT_LIST,
    METHOD_TASK_LIST,
    METHOD_TAG_LIST,
    METHOD_TIMER_GET,
    METHOD_TIMER_START,
    METHOD_TIMER_STOP,
    METHOD_TIMER_EDIT,
    METHOD_TIMER_DISCARD,
    METHOD_ENTRY_PREVIEW,
    METHOD_ENTRY_ADD,
    METHOD_ENTRY_LIST,
    METHOD_ENTRY_RETRY,
    METHOD_WORKLOG_LIST,
    METHOD_WORKLOG_RETRY,
    METHOD_WORKLOG_LIST_ALL,
    METHOD_WORKLOG_RETRY_ALL,
    METHOD_WORKLOG_ABANDON,
    METHOD_COUNT
} MethodId;

typedef enum ParamType {
    PARAM_TEXT,      /* string of least..most characters */
    PARAM_USER,      /* Jira user key: 1..255 characters, no control characters */
    PARAM_ISSUE,     /* issue key */
    PARAM_ID,        /* a Clockify id: 1..64 letters and digits */
    PARAM_NUMBER_ID, /* an id of this bridge: decimal digits in a string */
    PARAM_SECRET,    /* a key or token; never echoed in an error */
    PARAM_TIME,      /* RFC 3339 */
    PARAM_INTEGER,   /* least..most */
    PARAM_BOOLEAN,
    PARAM_WORD,        /* one of `choices` */
    PARAM_IDS,         /* array of PARAM_ID, at most `most` */
    PARAM_DETAILS,     /* what the page knows of an issue, see details_params */
    PARAM_NULLABLE_ID, /* PARAM_ID or null (clears) */
    PARAM_TEXTS,   /* only inside details: array of at most `most` texts of 1..LABEL_MOST characters
                    */
    PARAM_PROJECT, /* only inside details: what the page knows of the project, see project_params */
    PARAM_TYPE_COUNT
} ParamType;
const char *param_type_name(ParamType type); /* "text", "user", ... as bridge.describe says it */

#define LABEL_MOST 255 /* characters of a label, as in Jira */

typedef struct MethodParam {
    const char *name;
    ParamType type;
    bool required;
    int64_t least, most;        /* of length, number or count; 0, 0 = the type's own */
    const char *const *choices; /* PARAM_WORD; NULL-terminated */
    const char *doc;            /* one sentence */
} MethodParam;

typedef struct Method {
    MethodId id;
    const char *name; /* "timer.start" */
    Role role;
    bool web;       /* a page may call it through web.call */
    bool web_admin; /* then only with sysadmin and websudo */
    bool changes;   /* takes request_id and wait */
    const MethodParam *params;
    size_t param_count;
    const char *doc;           /* what it does, one or two sentences */
    const char *result;        /* the shape of the result, as in the manual */
    const ErrorReason *errors; /* the reasons peculiar to it, ended by ERROR_NONE */
    const char *example;       /* params as JSON text that passes the check */
} Method;

/* The members of PARAM_DETAILS and of the project within it; all are optional, others are refused.
 */
const MethodParam *details_params(size_t *ret_count);
const MethodParam *project_params(size_t *ret_count);

/* The limits that hold for a param: its own, else those of its type; 0, 0 where the type has none.
 */
void param_limits(const MethodParam *param, int64_t *ret_least, int64_t *ret_most);

const Method *methods_all(void);             /* METHOD_COUNT rows, in order of MethodId */
const Method *method_find(const char *name); /* NULL */

/* Checks params against the table: unknown, missing, wrong type, out of range: ERROR_INVALID_PARAMS
 * with data.param
 * ("details.project.key" within details; "params" where they are no object). `params` NULL stands
 * for {}. */
int method_check(const Method *method, const Json *params, Error *error);

/* bridge.describe: the whole table, with the errors' table, as JSON; the caller owns it. */
Json *methods_describe(void);
