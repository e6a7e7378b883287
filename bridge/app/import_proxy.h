/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clockify-bridgectl import-proxy: the proxy that Jira's JVM was told of, as a setting of the
 * bridge. */

#include "app/ctl_commands.h"

/* The command: shows the setting; with --write puts it into the configuration, keeping a copy of
 * what was there. */
int import_proxy_run(Ctl *ctl, const CtlCommand *command, Json *params);
