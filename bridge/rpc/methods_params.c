/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The params of each method: types, limits and words for the manual. Data only; params that several
 * methods share stand once, as macros, so that they mean the same everywhere.
 */

#include "rpc/methods_params.h"

#define DESCRIPTION_MOST 3000  /* characters; what Clockify takes */
#define COMMENT_MOST     10000 /* characters of a worklog's comment */
#define TAGS_MOST        50
#define SUMMARY_MOST     1000
#define LABELS_MOST      200
#define WHY_MOST         1000
#define BODY_MOST                                                                                  \
    (16 << 20) /* characters; a line's own limit is lower unless raised to its most                \
                */
#define SECONDS_MOST (86400 * 31)

static const char *const regions[] = {"use2", "euc1", "euw2", "apse2", "us",
                                      "eu",   "uk",   "au",   NULL};
static const char *const services[] = {"clockify", "jira", NULL};
static const char *const waits[] = {"accepted", "clockify", "worklog", NULL};
static const char *const entry_states[] = {"running", "stopped", "discarded", NULL};
static const char *const deliveries[] = {"done", "queued", "blocked", NULL};
static const char *const worklog_states[] = {"pending", "written",   "blocked",
                                             "skipped", "abandoned", NULL};

#define USER                                                                                       \
    {                                                                                              \
        "user", PARAM_USER, true, 0, 0, NULL, "Jira user key of the person for whom this is done." \
    }
#define USER_FILTER                                                                                \
    {                                                                                              \
        "user", PARAM_USER, false, 0, 0, NULL, "Only those of this Jira user key."                 \
    }
#define ISSUE                                                                                      \
    {                                                                                              \
        "issue", PARAM_ISSUE, true, 0, 0, NULL, "Key of the Jira issue that is worked on."         \
    }
#define ISSUE_FILTER                                                                               \
    {                                                                                              \
        "issue", PARAM_ISSUE, false, 0, 0, NULL, "Only those of this Jira issue."                  \
    }
#define DETAILS                                                                                    \
    {                                                                                              \
        "details", PARAM_DETAILS, false, 0, 0, NULL,                                               \
            "What the page knows of the issue, used where Jira cannot be asked."                   \
    }
#define WORKSPACE                                                                                  \
    {                                                                                              \
        "workspace", PARAM_ID, false, 0, 0, NULL,                                                  \
            "Clockify workspace; the one that the user chose where left out."                      \
    }
#define PROJECT                                                                                    \
    {                                                                                              \
        "project", PARAM_ID, false, 0, 0, NULL,                                                    \
            "Clockify project in place of the one named as in Jira."                               \
    }
#define TASK                                                                                       \
    {                                                                                              \
        "task", PARAM_ID, false, 0, 0, NULL,                                                       \
            "Clockify task in place of the one named like the issue."                              \
    }
#define TAGS                                                                                       \
    {                                                                                              \
        "tags", PARAM_IDS, false, 0, TAGS_MOST, NULL,                                              \
            "Clockify tags that are added to those of the issue."                                  \
    }
#define DESCRIPTION                                                                                \
    {                                                                                              \
        "description", PARAM_TEXT, false, 0, DESCRIPTION_MOST, NULL,                               \
            "Text of the entry in place of the template's."                                        \
    }
#define BILLABLE                                                                                   \
    {                                                                                              \
        "billable", PARAM_BOOLEAN, false, 0, 0, NULL,                                              \
            "Whether the time is billable; Clockify decides where left out."                       \
    }
#define COMMENT                                                                                    \
    {                                                                                              \
        "comment", PARAM_TEXT, false, 0, COMMENT_MOST, NULL,                                       \
            "Comment of the worklog in place of the template's."                                   \
    }
#define REQUEST_ID                                                                                 \
    {                                                                                              \
        "request_id", PARAM_TEXT, false, 1, 64, NULL,                                              \
            "Name of this call, chosen by the caller: asked again within 24 hours, it does "       \
            "nothing new and gives the same answer."                                               \
    }
#define WAIT                                                                                       \
    {                                                                                              \
        "wait", PARAM_WORD, false, 0, 0, waits,                                                    \
            "How far the call goes before it is answered; clockify where left out."                \
    }
#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", PARAM_INTEGER, false, 1, 200, NULL, "Number of items at most; 50 where left out." \
    }
#define BEFORE                                                                                     \
    {                                                                                              \
        "before", PARAM_NUMBER_ID, false, 0, 0, NULL,                                              \
            "Only items older than this id: the last of the page before."                          \
    }
#define SEARCH                                                                                     \
    {                                                                                              \
        "search", PARAM_TEXT, false, 0, 255, NULL, "Only those whose name contains this text."     \
    }
#define PAGE                                                                                       \
    {                                                                                              \
        "page", PARAM_INTEGER, false, 1, 100000, NULL, "Number of the page, counted from 1."       \
    }
#define PAGE_SIZE                                                                                  \
    {                                                                                              \
        "page_size", PARAM_INTEGER, false, 1, 200, NULL, "Number of items on a page."              \
    }
#define URL                                                                                        \
    {                                                                                              \
        "url", PARAM_TEXT, true, 1, 2048, NULL,                                                    \
            "Any address of the Clockify to use, as copied from a browser."                        \
    }
#define WHY                                                                                        \
    {                                                                                              \
        "why", PARAM_TEXT, false, 1, WHY_MOST, NULL,                                               \
            "Reason, kept with the state and in the audit trail."                                  \
    }
#define ENTRY                                                                                      \
    {                                                                                              \
        "entry", PARAM_NUMBER_ID, false, 0, 0, NULL,                                               \
            "A blocked entry that is to be mended; the running one where left out."                \
    }

const MethodParam params_bridge_hello[] = {
    {"protocol", PARAM_INTEGER, false, 1, 1000000, NULL,
     "Newest protocol version that the caller speaks."},
    {"client", PARAM_TEXT, false, 1, 200, NULL, "Name and version of the caller, for the log."},
};

const MethodParam params_web_call[] = {
    USER,
    {"body", PARAM_TEXT, true, 0, BODY_MOST, NULL,
     "The text of a JSON object {method, params}, exactly as the browser sent it."},
    {"name", PARAM_TEXT, false, 1, 255, NULL, "The user's name in Jira, for the log."},
    {"sysadmin", PARAM_BOOLEAN, false, 0, 0, NULL,
     "Whether the user is a system administrator of Jira."},
    {"websudo", PARAM_BOOLEAN, false, 0, 0, NULL,
     "Whether the user has confirmed the password for administration."},
};

const MethodParam params_why[] = {WHY};

const MethodParam params_audit_list[] = {USER_FILTER, LIMIT, BEFORE};

const MethodParam params_audit_verify[] = {
    {"head", PARAM_TEXT, false, 1, 96, NULL,
     "Head that an earlier audit.verify gave: the row that it names must still be there."},
};

const MethodParam params_server_test[] = {URL};

const MethodParam params_server_set[] = {
    {"url", PARAM_TEXT, false, 1, 2048, NULL,
     "Any address of the Clockify to use; this or a region."},
    {"region", PARAM_WORD, false, 0, 0, regions, "Region of Clockify's cloud; this or a URL."},
    {"by", PARAM_USER, true, 0, 0, NULL, "Jira user key of the administrator who sets it."},
    {"force", PARAM_BOOLEAN, false, 0, 0, NULL, "Store it even where the test of it fails."},
};

const MethodParam params_user[] = {USER};

const MethodParam params_connect_clockify[] = {
    USER,
    {"api_key", PARAM_SECRET, true, 0, 0, NULL,
     "The user's Clockify API key; it is stored sealed and never given back."},
};

const MethodParam params_connect_jira[] = {
    USER,
    {"token", PARAM_SECRET, true, 0, 0, NULL,
     "A personal access token of the user; it is stored sealed and never given back."},
    {"expires", PARAM_TIME, false, 0, 0, NULL, "When the token ends; shown to the user in time."},
};

const MethodParam params_disconnect[] = {
    USER,
    {"service", PARAM_WORD, false, 0, 0, services,
     "Service whose secret is forgotten; both where left out."},
};

const MethodParam params_set_workspace[] = {
    USER,
    {"workspace", PARAM_ID, true, 0, 0, NULL, "Clockify workspace in which new entries are made."},
};

const MethodParam params_project_list[] = {USER, WORKSPACE, SEARCH, PAGE, PAGE_SIZE};

const MethodParam params_task_list[] = {
    USER,      {"project", PARAM_ID, true, 0, 0, NULL, "Clockify project whose tasks are listed."},
    WORKSPACE, SEARCH,
    PAGE,      PAGE_SIZE,
};

const MethodParam params_timer_start[] = {
    USER, ISSUE, DETAILS, WORKSPACE, PROJECT, TASK, TAGS, DESCRIPTION, BILLABLE, REQUEST_ID, WAIT,
};

const MethodParam params_timer_stop[] = {USER, COMMENT, REQUEST_ID, WAIT};

const MethodParam params_timer_edit[] = {
    USER,
    ENTRY,
    {"project", PARAM_NULLABLE_ID, false, 0, 0, NULL,
     "New Clockify project; null takes the entry out of its project."},
    {"task", PARAM_NULLABLE_ID, false, 0, 0, NULL,
     "New Clockify task; null takes the entry out of its task."},
    {"tags", PARAM_IDS, false, 0, TAGS_MOST, NULL,
     "All Clockify tags that the entry has from now on."},
    {"description", PARAM_TEXT, false, 0, DESCRIPTION_MOST, NULL, "New text of the entry."},
    {"billable", PARAM_BOOLEAN, false, 0, 0, NULL, "Whether the time is billable."},
    REQUEST_ID,
    WAIT,
};

const MethodParam params_timer_discard[] = {USER, ENTRY, REQUEST_ID, WAIT};

const MethodParam params_entry_preview[] = {
    USER, ISSUE, DETAILS, WORKSPACE, PROJECT, TASK, TAGS, DESCRIPTION, BILLABLE,
};

const MethodParam params_entry_add[] = {
    USER,
    ISSUE,
    {"start", PARAM_TIME, false, 0, 0, NULL, "When the work began."},
    {"end", PARAM_TIME, false, 0, 0, NULL,
     "When the work ended; now where only seconds are given."},
    {"seconds", PARAM_INTEGER, false, 1, SECONDS_MOST, NULL,
     "How long the work took; two of start, end and seconds are enough."},
    DETAILS,
    WORKSPACE,
    PROJECT,
    TASK,
    TAGS,
    DESCRIPTION,
    BILLABLE,
    COMMENT,
    REQUEST_ID,
    WAIT,
};

const MethodParam params_entry_list[] = {
    USER,
    ISSUE_FILTER,
    {"state", PARAM_WORD, false, 0, 0, entry_states, "Only entries in this state."},
    {"delivery", PARAM_WORD, false, 0, 0, deliveries, "Only entries that have come this far."},
    LIMIT,
    BEFORE,
};

const MethodParam params_retry[] = {
    {"id", PARAM_NUMBER_ID, false, 0, 0, NULL, "The one with this id."},
    {"user", PARAM_USER, false, 0, 0, NULL,
     "All of this Jira user key, or none but theirs beside an id."},
    {"all", PARAM_BOOLEAN, false, 0, 0, NULL, "Those of every user."},
};

const MethodParam params_worklog_list[] = {
    USER_FILTER,
    ISSUE_FILTER,
    {"state", PARAM_WORD, false, 0, 0, worklog_states, "Only worklogs in this state."},
    LIMIT,
    BEFORE,
};

const MethodParam params_worklog_list_all[] = {
    ISSUE_FILTER,
    {"state", PARAM_WORD, false, 0, 0, worklog_states, "Only worklogs in this state."},
    LIMIT,
    BEFORE,
};

const MethodParam params_retry_all[] = {
    {"id", PARAM_NUMBER_ID, false, 0, 0, NULL, "Only the one with this id."},
};

const MethodParam params_worklog_abandon[] = {
    {"id", PARAM_NUMBER_ID, true, 0, 0, NULL, "The worklog that will not be written."},
    {"why", PARAM_TEXT, true, 1, WHY_MOST, NULL,
     "Reason, kept with the worklog and in the audit trail."},
};

const MethodParam *details_params(size_t *ret_count)
{
    static const MethodParam params[] = {
        {"summary", PARAM_TEXT, false, 0, SUMMARY_MOST, NULL, "Summary of the issue."},
        {"type", PARAM_TEXT, false, 0, 255, NULL, "Name of the issue's type."},
        {"subtask", PARAM_BOOLEAN, false, 0, 0, NULL, "Whether the issue is a child of another."},
        {"epic", PARAM_BOOLEAN, false, 0, 0, NULL, "Whether the issue is an epic."},
        {"labels", PARAM_TEXTS, false, 0, LABELS_MOST, NULL, "Labels of the issue."},
        {"project", PARAM_PROJECT, false, 0, 0, NULL, "Project of the issue."},
    };
    *ret_count = ARRAY_SIZE(params);
    return params;
}

const MethodParam *project_params(size_t *ret_count)
{
    static const MethodParam params[] = {
        {"id", PARAM_TEXT, false, 1, 64, NULL, "Id of the project in Jira, in quotes."},
        {"key", PARAM_TEXT, false, 1, 255, NULL, "Key of the project in Jira."},
        {"name", PARAM_TEXT, false, 1, 255, NULL, "Name of the project in Jira."},
    };
    *ret_count = ARRAY_SIZE(params);
    return params;
}
