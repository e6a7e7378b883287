/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The help of clockify-bridgectl, all of it from the tables of commands and of methods. */

#include "app/ctl_commands.h"

void ctl_help_overview(void);                                        /* --help */
int ctl_help_run(Ctl *ctl, const CtlCommand *command, Json *params); /* help [COMMAND | METHOD] */

/* Help on the command, the group of commands or the method that the words begin with; on all where
 * there is none. Returns the exit status. */
int ctl_help_about(char *const *words, size_t count);

/* What an operator can do about an error with this reason; NULL = nothing to add. */
const char *ctl_help_hint(const char *reason);
