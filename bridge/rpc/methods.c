/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The table of methods, one row each; their params are in methods_params.c. Data only: it decides
 * nothing and calls nothing, so that the command line and the manual can be made from it.
 */

#include "rpc/methods.h"

#include "rpc/methods_params.h"

#define PARAMS(list) .params = (list), .param_count = ARRAY_SIZE(list)
#define ERRORS(...)                                                                                \
    .errors = (const ErrorReason[])                                                                \
    {                                                                                              \
        __VA_ARGS__, ERROR_NONE                                                                    \
    }

/* What every call that asks Clockify at once can meet. */
#define FROM_CLOCKIFY                                                                              \
    ERROR_CLOCKIFY_KEY_REQUIRED, ERROR_CLOCKIFY_KEY_REJECTED, ERROR_REFUSED, ERROR_UNAVAILABLE,    \
        ERROR_RATE_LIMITED, ERROR_NOT_CONFIGURED, ERROR_STORE

/* What a journalled call can meet: an upstream out of reach queues it instead. */
#define FROM_JOURNAL                                                                               \
    ERROR_INVALID_PARAMS, ERROR_CLOCKIFY_KEY_REQUIRED, ERROR_CLOCKIFY_KEY_REJECTED,                \
        ERROR_NOT_FOUND, ERROR_REFUSED, ERROR_NOT_CONFIGURED, ERROR_STORE

#define STATUS_RESULT                                                                              \
    "{version, node, uptime_s, store:{backend, ok}, clockify:{url, ok, last_ok, problem}, "        \
    "jira:{url, ok, last_ok, problem}, paused, entries:{queued, blocked}, "                        \
    "worklogs:{pending, blocked, oldest_pending_s}}"
#define SERVER_RESULT "{kind, region, url, api_url, key_url}"
#define ACCOUNT_RESULT                                                                             \
    "{clockify: null or {id, name, email, workspace, key_hint}, jira: null or {user, name, "       \
    "expires}, key_url}"

static const ErrorReason no_errors[] = {ERROR_NONE};

static const Method methods[METHOD_COUNT] = {
    [METHOD_BRIDGE_HELLO] =
        {
            .id = METHOD_BRIDGE_HELLO,
            .name = "bridge.hello",
            .role = ROLE_ANY,
            PARAMS(params_bridge_hello),
            .doc = "Says who answers here and which role the caller has.",
            .result = "{name, version, protocol, protocols:[1], node, role}",
            .errors = no_errors,
            .example = "{\"protocol\":1,\"client\":\"jira-plugin 1.0\"}",
        },
    [METHOD_BRIDGE_DESCRIBE] =
        {
            .id = METHOD_BRIDGE_DESCRIBE,
            .name = "bridge.describe",
            .role = ROLE_ANY,
            .doc = "Gives the table of methods and the table of errors.",
            .result = "{methods:[{name, doc, role, web, changes, params, result, errors, "
                      "example}], details, project, "
                      "errors:[{reason, code, when, data}]}",
            .errors = no_errors,
            .example = "{}",
        },
    [METHOD_WEB_CALL] =
        {
            .id = METHOD_WEB_CALL,
            .name = "web.call",
            .role = ROLE_PLUGIN,
            PARAMS(params_web_call),
            .doc = "Carries out what a page asks for, as the Jira user who is signed in there. "
                   "Only what a page needs may "
                   "be called, and the body can name no other user.",
            .result = "the result of the method in the body",
            ERRORS(ERROR_PARSE, ERROR_INVALID_REQUEST, ERROR_METHOD_NOT_FOUND, ERROR_INVALID_PARAMS,
                   ERROR_FORBIDDEN),
            .example =
                "{\"user\":\"JIRAUSER10100\",\"body\":\"{\\\"method\\\":\\\"timer.get\\\"}\"}",
        },
    [METHOD_BRIDGE_STATUS] =
        {
            .id = METHOD_BRIDGE_STATUS,
            .name = "bridge.status",
            .role = ROLE_PLUGIN,
            .web = true,
            .web_admin = true,
            .doc = "Shows how the bridge, its store and both services are, and what waits.",
            .result = STATUS_RESULT,
            ERRORS(ERROR_STORE),
            .example = "{}",
        },
    [METHOD_BRIDGE_METRICS] =
        {
            .id = METHOD_BRIDGE_METRICS,
            .name = "bridge.metrics",
            .role = ROLE_PLUGIN,
            .doc = "Gives the counters for monitoring, in Prometheus' text format.",
            .result = "{text}",
            ERRORS(ERROR_STORE),
            .example = "{}",
        },
    [METHOD_BRIDGE_PAUSE] =
        {
            .id = METHOD_BRIDGE_PAUSE,
            .name = "bridge.pause",
            .role = ROLE_OPERATOR,
            PARAMS(params_why),
            .doc = "Sends nothing more to Clockify and Jira until resumed. Calls are still taken "
                   "and kept.",
            .result = STATUS_RESULT,
            ERRORS(ERROR_STORE),
            .example = "{\"why\":\"Clockify moves house\"}",
        },
    [METHOD_BRIDGE_RESUME] =
        {
            .id = METHOD_BRIDGE_RESUME,
            .name = "bridge.resume",
            .role = ROLE_OPERATOR,
            PARAMS(params_why),
            .doc = "Ends a pause: what was kept meanwhile is sent.",
            .result = STATUS_RESULT,
            ERRORS(ERROR_STORE),
            .example = "{}",
        },
    [METHOD_BRIDGE_RELOAD] =
        {
            .id = METHOD_BRIDGE_RELOAD,
            .name = "bridge.reload",
            .role = ROLE_OPERATOR,
            .doc = "Reads the configuration file again. A file with a fault in it changes nothing.",
            .result = "{changed:[name]}",
            ERRORS(ERROR_REFUSED),
            .example = "{}",
        },
    [METHOD_SECRET_ROTATE] =
        {
            .id = METHOD_SECRET_ROTATE,
            .name = "secret.rotate",
            .role = ROLE_OPERATOR,
            .doc = "Seals every stored secret anew under the first of the master keys.",
            .result = "{sealed}",
            ERRORS(ERROR_REFUSED, ERROR_STORE),
            .example = "{}",
        },
    [METHOD_AUDIT_LIST] =
        {
            .id = METHOD_AUDIT_LIST,
            .name = "audit.list",
            .role = ROLE_OPERATOR,
            PARAMS(params_audit_list),
            .doc = "Lists who connected, set, paused, rotated or gave up what, newest first.",
            .result = "{items:[{id, moment, action, user: whose it is or null, account: the "
                      "caller's on this host or null, details}]}",
            ERRORS(ERROR_STORE),
            .example = "{\"limit\":20}",
        },
    [METHOD_AUDIT_VERIFY] =
        {
            .id = METHOD_AUDIT_VERIFY,
            .name = "audit.verify",
            .role = ROLE_OPERATOR,
            PARAMS(params_audit_verify),
            .doc = "Checks that no row of the audit trail was changed, removed or put in. A head "
                   "kept elsewhere proves it also against an older copy of the whole database.",
            .result = "{ok, count, head: null or text, broken: null or id of the first bad row, "
                      "why: null or text}",
            ERRORS(ERROR_STORE),
            .example = "{}",
        },
    [METHOD_STORE_BACKUP] =
        {
            .id = METHOD_STORE_BACKUP,
            .name = "store.backup",
            .role = ROLE_OPERATOR,
            .doc = "Copies the database, while it is in use, into a file beside it. The caller "
                   "takes the file away; one that nobody took is removed before the next. The "
                   "master key is not in it.",
            .result = "{file, size}",
            ERRORS(ERROR_BUSY, ERROR_STORE),
            .example = "{}",
        },
    [METHOD_SERVER_GET] =
        {
            .id = METHOD_SERVER_GET,
            .name = "server.get",
            .role = ROLE_PLUGIN,
            .web = true,
            .doc = "Tells which Clockify is used. The kind is cloud, region, subdomain or "
                   "self_hosted.",
            .result = SERVER_RESULT,
            ERRORS(ERROR_NOT_CONFIGURED, ERROR_STORE),
            .example = "{}",
        },
    [METHOD_SERVER_TEST] =
        {
            .id = METHOD_SERVER_TEST,
            .name = "server.test",
            .role = ROLE_PLUGIN,
            .web = true,
            .web_admin = true,
            PARAMS(params_server_test),
            .doc = "Tries a Clockify address without storing it, and shows each check.",
            .result = "{kind, region, url, api_url, key_url, checks:[{name, ok, detail}]}",
            ERRORS(ERROR_INVALID_PARAMS, ERROR_UNAVAILABLE),
            .example = "{\"url\":\"https://app.clockify.me\"}",
        },
    [METHOD_SERVER_SET] =
        {
            .id = METHOD_SERVER_SET,
            .name = "server.set",
            .role = ROLE_PLUGIN,
            .web = true,
            .web_admin = true,
            PARAMS(params_server_set),
            .doc = "Sets which Clockify is used. It is tried first, and refused where the test "
                   "fails unless forced.",
            .result = SERVER_RESULT,
            ERRORS(ERROR_INVALID_PARAMS, ERROR_REFUSED, ERROR_UNAVAILABLE, ERROR_STORE),
            .example = "{\"region\":\"eu\",\"by\":\"JIRAUSER10000\"}",
        },
    [METHOD_ACCOUNT_GET] =
        {
            .id = METHOD_ACCOUNT_GET,
            .name = "account.get",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_user),
            .doc = "Shows what the user has connected; never a secret.",
            .result = ACCOUNT_RESULT,
            ERRORS(ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\"}",
        },
    [METHOD_ACCOUNT_CONNECT_CLOCKIFY] =
        {
            .id = METHOD_ACCOUNT_CONNECT_CLOCKIFY,
            .name = "account.connect_clockify",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_connect_clockify),
            .doc = "Stores the user's Clockify API key. Clockify is asked first, and a key that it "
                   "refuses is not kept.",
            .result = ACCOUNT_RESULT,
            ERRORS(ERROR_CLOCKIFY_KEY_REJECTED, ERROR_REFUSED, ERROR_UNAVAILABLE,
                   ERROR_RATE_LIMITED, ERROR_NOT_CONFIGURED, ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\",\"api_key\":\"ZXhhbXBsZS1rZXktb25seQ\"}",
        },
    [METHOD_ACCOUNT_CONNECT_JIRA] =
        {
            .id = METHOD_ACCOUNT_CONNECT_JIRA,
            .name = "account.connect_jira",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_connect_jira),
            .doc = "Stores a personal access token of the user. Jira is asked first whose it is, "
                   "and only the user's own is kept.",
            .result = ACCOUNT_RESULT,
            ERRORS(ERROR_JIRA_TOKEN_REJECTED, ERROR_REFUSED, ERROR_UNAVAILABLE, ERROR_RATE_LIMITED,
                   ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\",\"token\":\"ZXhhbXBsZS10b2tlbi1vbmx5\","
                       "\"expires\":\"2027-02-20T00:00:00Z\"}",
        },
    [METHOD_ACCOUNT_DISCONNECT] =
        {
            .id = METHOD_ACCOUNT_DISCONNECT,
            .name = "account.disconnect",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_disconnect),
            .doc = "Forgets the user's stored key, token or both.",
            .result = ACCOUNT_RESULT,
            ERRORS(ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\",\"service\":\"jira\"}",
        },
    [METHOD_ACCOUNT_SET_WORKSPACE] =
        {
            .id = METHOD_ACCOUNT_SET_WORKSPACE,
            .name = "account.set_workspace",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_set_workspace),
            .doc = "Chooses the Clockify workspace in which the user's new entries are made.",
            .result = ACCOUNT_RESULT,
            ERRORS(FROM_CLOCKIFY, ERROR_NOT_FOUND),
            .example = "{\"user\":\"JIRAUSER10100\",\"workspace\":\"64a687e29ae1f428e7ebe303\"}",
        },
    [METHOD_WORKSPACE_LIST] =
        {
            .id = METHOD_WORKSPACE_LIST,
            .name = "workspace.list",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_user),
            .doc = "Lists the user's Clockify workspaces, with what each allows and asks for.",
            .result = "{items:[{id, name, active, can:{create_project, create_task, create_tag}, "
                      "requires:{project, task, tags, description}, manual_entry, locked_before}]}",
            ERRORS(FROM_CLOCKIFY),
            .example = "{\"user\":\"JIRAUSER10100\"}",
        },
    [METHOD_PROJECT_LIST] =
        {
            .id = METHOD_PROJECT_LIST,
            .name = "project.list",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_project_list),
            .doc = "Lists the projects of a Clockify workspace, a page at a time.",
            .result = "{items:[{id, name, client, color, billable}], page, last_page}",
            ERRORS(FROM_CLOCKIFY, ERROR_NOT_FOUND),
            .example =
                "{\"user\":\"JIRAUSER10100\",\"search\":\"web\",\"page\":1,\"page_size\":50}",
        },
    [METHOD_TASK_LIST] =
        {
            .id = METHOD_TASK_LIST,
            .name = "task.list",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_task_list),
            .doc = "Lists the tasks of a Clockify project, a page at a time.",
            .result = "{items:[{id, name}], page, last_page}",
            ERRORS(FROM_CLOCKIFY, ERROR_NOT_FOUND),
            .example = "{\"user\":\"JIRAUSER10100\",\"project\":\"25b687e29ae1f428e7ebe123\"}",
        },
    [METHOD_TAG_LIST] =
        {
            .id = METHOD_TAG_LIST,
            .name = "tag.list",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_project_list),
            .doc = "Lists the tags of a Clockify workspace, a page at a time.",
            .result = "{items:[{id, name}], page, last_page}",
            ERRORS(FROM_CLOCKIFY, ERROR_NOT_FOUND),
            .example = "{\"user\":\"JIRAUSER10100\",\"search\":\"bug\"}",
        },
    [METHOD_TIMER_GET] =
        {
            .id = METHOD_TIMER_GET,
            .name = "timer.get",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_user),
            .doc = "Shows the user's running timer, wherever it was started. Where Clockify cannot "
                   "be asked, the last "
                   "known one is given and marked stale.",
            .result = "{running: null or Entry, as_of, stale}",
            ERRORS(ERROR_CLOCKIFY_KEY_REQUIRED, ERROR_CLOCKIFY_KEY_REJECTED, ERROR_NOT_CONFIGURED,
                   ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\"}",
        },
    [METHOD_TIMER_START] =
        {
            .id = METHOD_TIMER_START,
            .name = "timer.start",
            .role = ROLE_PLUGIN,
            .web = true,
            .changes = true,
            PARAMS(params_timer_start),
            .doc = "Starts a timer on an issue. One that runs already is stopped and saved first.",
            .result = "{entry, stopped: null or Entry}",
            ERRORS(FROM_JOURNAL, ERROR_JIRA_TOKEN_REQUIRED, ERROR_JIRA_TOKEN_REJECTED),
            .example = "{\"user\":\"JIRAUSER10100\",\"issue\":\"ABC-1\",\"details\":{\"summary\":"
                       "\"Fix the log-in page\","
                       "\"type\":\"Bug\",\"subtask\":false,\"epic\":false,\"labels\":[\"web\"],"
                       "\"project\":{\"id\":\"10000\",\"key\":\"ABC\",\"name\":\"Web shop\"}},"
                       "\"tags\":[\"64c777ddd3fcab07cfbb210c\"],\"billable\":true,\"request_id\":"
                       "\"5f2c\",\"wait\":\"clockify\"}",
        },
    [METHOD_TIMER_STOP] =
        {
            .id = METHOD_TIMER_STOP,
            .name = "timer.stop",
            .role = ROLE_PLUGIN,
            .web = true,
            .changes = true,
            PARAMS(params_timer_stop),
            .doc = "Stops the user's running timer; its worklog is written in Jira. The moment of "
                   "the call counts, "
                   "whatever has to be mended first.",
            .result = "{entry}",
            ERRORS(FROM_JOURNAL),
            .example =
                "{\"user\":\"JIRAUSER10100\",\"comment\":\"Found the cause\",\"wait\":\"worklog\"}",
        },
    [METHOD_TIMER_EDIT] =
        {
            .id = METHOD_TIMER_EDIT,
            .name = "timer.edit",
            .role = ROLE_PLUGIN,
            .web = true,
            .changes = true,
            PARAMS(params_timer_edit),
            .doc = "Changes the running entry, or mends a blocked one. What is left out stays as "
                   "it is.",
            .result = "{entry}",
            ERRORS(FROM_JOURNAL),
            .example = "{\"user\":\"JIRAUSER10100\",\"project\":\"25b687e29ae1f428e7ebe123\","
                       "\"task\":null,"
                       "\"description\":\"Review\"}",
        },
    [METHOD_TIMER_DISCARD] =
        {
            .id = METHOD_TIMER_DISCARD,
            .name = "timer.discard",
            .role = ROLE_PLUGIN,
            .web = true,
            .changes = true,
            PARAMS(params_timer_discard),
            .doc = "Throws the running entry or a blocked one away: it leaves Clockify and gets no "
                   "worklog.",
            .result = "{entry}",
            ERRORS(FROM_JOURNAL),
            .example = "{\"user\":\"JIRAUSER10100\",\"request_id\":\"5f2d\"}",
        },
    [METHOD_ENTRY_PREVIEW] =
        {
            .id = METHOD_ENTRY_PREVIEW,
            .name = "entry.preview",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_entry_preview),
            .doc = "Says what timer.start or entry.add with these params would record, and what "
                   "timer.get says, and makes nothing. What Clockify does not have yet and would "
                   "be made has no id; problem says what would be in the way.",
            .result = "{issue, workspace:{id, name}, project: null or {id: null or text, name}, "
                      "task: the same, tags:[{id: null or text, name}], description, billable, "
                      "left_out:[{what, name, reason}], problem: null or {reason, message, "
                      "missing?}, running: null or Entry, as_of, stale}",
            ERRORS(ERROR_CLOCKIFY_KEY_REQUIRED, ERROR_CLOCKIFY_KEY_REJECTED, ERROR_NOT_CONFIGURED,
                   ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\",\"issue\":\"ABC-1\"}",
        },
    [METHOD_ENTRY_ADD] =
        {
            .id = METHOD_ENTRY_ADD,
            .name = "entry.add",
            .role = ROLE_PLUGIN,
            .web = true,
            .changes = true,
            PARAMS(params_entry_add),
            .doc = "Adds time that was worked on an issue. Two of start, end and seconds are "
                   "given, or seconds alone for "
                   "time that ends now.",
            .result = "{entry}",
            ERRORS(FROM_JOURNAL, ERROR_JIRA_TOKEN_REQUIRED, ERROR_JIRA_TOKEN_REJECTED),
            .example = "{\"user\":\"JIRAUSER10100\",\"issue\":\"ABC-1\",\"start\":\"2026-11-23T10:"
                       "00:00Z\",\"seconds\":1800,"
                       "\"comment\":\"Call with the customer\"}",
        },
    [METHOD_ENTRY_LIST] =
        {
            .id = METHOD_ENTRY_LIST,
            .name = "entry.list",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_entry_list),
            .doc = "Lists the user's entries that the bridge knows, newest first.",
            .result = "{items:[Entry]}",
            ERRORS(ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\",\"delivery\":\"blocked\",\"limit\":20}",
        },
    [METHOD_ENTRY_RETRY] =
        {
            .id = METHOD_ENTRY_RETRY,
            .name = "entry.retry",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_retry),
            .doc = "Tries blocked entries again at once. One of id, user and all is given; a page "
                   "reaches the user's own only.",
            .result = "{count}",
            ERRORS(ERROR_INVALID_PARAMS, ERROR_NOT_FOUND, ERROR_STORE),
            .example = "{\"user\":\"JIRAUSER10100\"}",
        },
    [METHOD_WORKLOG_LIST] =
        {
            .id = METHOD_WORKLOG_LIST,
            .name = "worklog.list",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_worklog_list),
            .doc = "Lists worklogs, newest first; a page sees the user's own only.",
            .result = "{items:[Worklog]}",
            ERRORS(ERROR_STORE),
            .example = "{\"state\":\"blocked\",\"limit\":20}",
        },
    [METHOD_WORKLOG_RETRY] =
        {
            .id = METHOD_WORKLOG_RETRY,
            .name = "worklog.retry",
            .role = ROLE_PLUGIN,
            .web = true,
            PARAMS(params_retry),
            .doc = "Tries blocked worklogs again at once. One of id, user and all is given; a page "
                   "reaches the user's own only.",
            .result = "{count}",
            ERRORS(ERROR_INVALID_PARAMS, ERROR_NOT_FOUND, ERROR_STORE),
            .example = "{\"id\":\"17\"}",
        },
    [METHOD_WORKLOG_LIST_ALL] =
        {
            .id = METHOD_WORKLOG_LIST_ALL,
            .name = "worklog.list_all",
            .role = ROLE_PLUGIN,
            .web = true,
            .web_admin = true,
            PARAMS(params_worklog_list_all),
            .doc = "Lists the worklogs of every user, newest first, for the Configure page.",
            .result = "{items:[Worklog]}",
            ERRORS(ERROR_STORE),
            .example = "{\"state\":\"blocked\",\"limit\":20}",
        },
    [METHOD_WORKLOG_RETRY_ALL] =
        {
            .id = METHOD_WORKLOG_RETRY_ALL,
            .name = "worklog.retry_all",
            .role = ROLE_PLUGIN,
            .web = true,
            .web_admin = true,
            PARAMS(params_retry_all),
            .doc = "Tries the blocked worklogs of every user again at once, or one of them.",
            .result = "{count}",
            ERRORS(ERROR_STORE),
            .example = "{}",
        },
    [METHOD_WORKLOG_ABANDON] =
        {
            .id = METHOD_WORKLOG_ABANDON,
            .name = "worklog.abandon",
            .role = ROLE_OPERATOR,
            PARAMS(params_worklog_abandon),
            .doc = "Gives a worklog up for good: it will not be written.",
            .result = "{worklog}",
            ERRORS(ERROR_NOT_FOUND, ERROR_REFUSED, ERROR_STORE),
            .example = "{\"id\":\"17\",\"why\":\"The issue was deleted\"}",
        },
};

const char *role_name(Role role)
{
    static const char *const names[] = {
        [ROLE_ANY] = "any", [ROLE_PLUGIN] = "plugin", [ROLE_OPERATOR] = "operator"};
    return names[role];
}

const Method *methods_all(void)
{
    return methods;
}

const Method *method_find(const char *name)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (streq(methods[i].name, name))
            return &methods[i];
    return NULL;
}
