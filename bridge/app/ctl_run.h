/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The commands that are more than one call: each takes its row of the table and the params read by
 * it, and returns the exit status. */

#include "app/ctl_commands.h"

int ctl_run_server_set(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_account_connect(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_worklogs_retry(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_audit_verify(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_metrics(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_describe(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_call(Ctl *ctl, const CtlCommand *command, Json *params);
