/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* backup and restore of clockify-bridgectl: files of whole databases. What is in them is the
 * bridge's business: it makes the copy, and its program puts one back. */

#include "app/ctl_commands.h"

int ctl_run_backup(Ctl *ctl, const CtlCommand *command, Json *params);
int ctl_run_restore(Ctl *ctl, const CtlCommand *command, Json *params);
