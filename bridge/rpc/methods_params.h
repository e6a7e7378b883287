/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The params of each method, one list a method; internal to the table of methods. The sizes stand
 * here so that the rows of methods.c can count them; the compiler holds the lists to them.
 */

#include "rpc/methods.h"

extern const MethodParam params_bridge_hello[2];
extern const MethodParam params_web_call[5];
extern const MethodParam params_why[1];
extern const MethodParam params_audit_list[3];
extern const MethodParam params_audit_verify[1];
extern const MethodParam params_server_test[1];
extern const MethodParam params_server_set[4];
extern const MethodParam params_user[1];
extern const MethodParam params_connect_clockify[2];
extern const MethodParam params_connect_jira[3];
extern const MethodParam params_disconnect[2];
extern const MethodParam params_set_workspace[2];
extern const MethodParam params_project_list[5];
extern const MethodParam params_task_list[6];
extern const MethodParam params_timer_start[11];
extern const MethodParam params_timer_stop[4];
extern const MethodParam params_timer_edit[9];
extern const MethodParam params_timer_discard[4];
extern const MethodParam params_entry_preview[9];
extern const MethodParam params_entry_add[15];
extern const MethodParam params_entry_list[6];
extern const MethodParam params_retry[3];
extern const MethodParam params_worklog_list[5];
extern const MethodParam params_worklog_list_all[4];
extern const MethodParam params_retry_all[1];
extern const MethodParam params_worklog_abandon[2];
