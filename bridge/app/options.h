/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The command line of clockify-bridged, and the exit statuses that it documents (those of
 * sysexits.h, so that a unit file can tell a fault that a restart may heal from one that a person
 * has to mend).
 */

#include "base/util.h"

#define OPTIONS_DEFAULT_CONFIG SYSCONFDIR "/clockify-bridge/bridge.conf"

typedef struct Options {
    const char *config; /* borrowed from argv or the default */
    bool check_config;
    const char *restore;             /* the backup that is to be restored; NULL = none */
    bool dry_run, yes, no_key_check; /* with it */
} Options;

#define OPTIONS_GO_ON (-1)

/* Returns OPTIONS_GO_ON with *ret, or the status to exit with (after --help, --version, or a usage
 * error, which was printed). */
int options_parse(int argc, char **argv, Options *ret);
