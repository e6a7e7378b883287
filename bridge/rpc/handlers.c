/* SPDX-License-Identifier: Apache-2.0 */

/* Methods to functions, and nothing else. */

#include "rpc/handlers.h"

AskFunction *handler_of(MethodId id)
{
    static AskFunction *const handlers[METHOD_COUNT] = {
        [METHOD_BRIDGE_STATUS] = ask_status,
        [METHOD_BRIDGE_METRICS] = ask_metrics,
        [METHOD_BRIDGE_PAUSE] = ask_pause,
        [METHOD_BRIDGE_RESUME] = ask_resume,
        [METHOD_BRIDGE_RELOAD] = ask_reload,
        [METHOD_SECRET_ROTATE] = ask_rotate,
        [METHOD_AUDIT_LIST] = ask_audit_list,
        [METHOD_AUDIT_VERIFY] = ask_audit_verify,
        [METHOD_STORE_BACKUP] = ask_backup,
        [METHOD_SERVER_GET] = ask_server_get,
        [METHOD_SERVER_TEST] = ask_server_test,
        [METHOD_SERVER_SET] = ask_server_set,
        [METHOD_ACCOUNT_GET] = ask_account_get,
        [METHOD_ACCOUNT_CONNECT_CLOCKIFY] = ask_connect_clockify,
        [METHOD_ACCOUNT_CONNECT_JIRA] = ask_connect_jira,
        [METHOD_ACCOUNT_DISCONNECT] = ask_disconnect,
        [METHOD_ACCOUNT_SET_WORKSPACE] = ask_set_workspace,
        [METHOD_WORKSPACE_LIST] = ask_workspaces,
        [METHOD_PROJECT_LIST] = ask_projects,
        [METHOD_TASK_LIST] = ask_tasks,
        [METHOD_TAG_LIST] = ask_tags,
        [METHOD_TIMER_GET] = ask_timer_get,
        [METHOD_TIMER_START] = ask_timer_start,
        [METHOD_TIMER_STOP] = ask_timer_stop,
        [METHOD_TIMER_EDIT] = ask_timer_edit,
        [METHOD_TIMER_DISCARD] = ask_timer_discard,
        [METHOD_ENTRY_PREVIEW] = ask_entry_preview,
        [METHOD_ENTRY_ADD] = ask_entry_add,
        [METHOD_ENTRY_LIST] = ask_entry_list,
        [METHOD_ENTRY_RETRY] = ask_entry_retry,
        [METHOD_WORKLOG_LIST] = ask_worklog_list,
        [METHOD_WORKLOG_RETRY] = ask_worklog_retry,
        [METHOD_WORKLOG_LIST_ALL] = ask_worklog_list,
        [METHOD_WORKLOG_RETRY_ALL] = ask_worklog_retry_all,
        [METHOD_WORKLOG_ABANDON] = ask_worklog_abandon,
    };
    return handlers[id];
}
