/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the running system and Jira's own files tell of the Jira installed in a folder. */

#include <sys/types.h>

#include "base/util.h"

typedef struct ProcJira {
    uid_t user;
    char *home; /* its -Djira.home=; NULL = it was told none */
    char
        *java; /* the version in the "release" file of its Java, such as 17.0.1; NULL = not known */
} ProcJira;
void proc_jira_done(ProcJira *jira);

/* The process whose JVM was started with that folder as catalina.home or catalina.base. */
bool proc_find_jira(const char *install_dir, ProcJira *ret);

/* The first bytes of a file, up to `most`, with a NUL behind them; *ret_length counts NULs inside.
 * NULL: it cannot be read. The caller frees it. */
char *proc_read_some(const char *path, size_t most, size_t *ret_length);

/* jira.home of its jira-application.properties; jira.shared.home of the home's cluster.properties.
 * NULL where there is none; the caller frees it. */
char *proc_jira_home(const char *install_dir);
char *proc_jira_shared_home(const char *home);
