/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the running system and Jira's own files tell of the Jira installed in a folder. */

#include <sys/types.h>

#include "base/util.h"

/* The process whose JVM was started with that folder as catalina.home or catalina.base. true with
 * its user and, where it was told, its -Djira.home= (owned by the caller; else NULL). */
bool proc_find_jira(const char *install_dir, uid_t *ret_user, char **ret_home);

/* jira.home of its jira-application.properties; jira.shared.home of the home's cluster.properties.
 * NULL where there is none; the caller frees it. */
char *proc_jira_home(const char *install_dir);
char *proc_jira_shared_home(const char *home);
