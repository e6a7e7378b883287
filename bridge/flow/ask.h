/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Everything that may be asked of the bridge: one function a method, all of one shape. `params`
 * were checked against the table of methods (borrowed during the call). Each is answered exactly
 * once through the bridge's reply function, at once or later, on the loop's thread; answers come in
 * any order.
 *
 * `caller` is a number, never a pointer: the caller may be gone by the time its answer is there.
 */

#include "base/error.h"

typedef struct Bridge Bridge;

/* Takes over `result`; exactly one of result and error is given. Unknown callers are ignored. */
typedef void (*BridgeReply)(void *context, uint64_t caller, Json *result, const Error *error);

/* The account on this host that made the call, borrowed; NULL when it is no more. */
typedef const char *(*BridgeAccount)(void *context, uint64_t caller);

typedef void AskFunction(Bridge *bridge, uint64_t caller, const Json *params);

/* Nobody listens for this answer any more. What was taken on is carried out all the same. */
void bridge_caller_gone(Bridge *bridge, uint64_t caller);

AskFunction ask_status, ask_metrics;
AskFunction ask_pause, ask_resume, ask_reload, ask_rotate;
AskFunction ask_audit_list, ask_audit_verify, ask_backup;
AskFunction ask_server_get, ask_server_test, ask_server_set;
AskFunction ask_account_get, ask_connect_clockify, ask_connect_jira, ask_disconnect,
    ask_set_workspace;
AskFunction ask_workspaces, ask_projects, ask_tasks, ask_tags;
AskFunction ask_timer_get, ask_timer_start, ask_timer_stop, ask_timer_edit, ask_timer_discard;
AskFunction ask_entry_preview, ask_entry_add, ask_entry_list, ask_entry_retry;
AskFunction ask_worklog_list, ask_worklog_retry, ask_worklog_retry_all, ask_worklog_abandon;
