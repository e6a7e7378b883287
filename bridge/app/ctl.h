/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * clockify-bridgectl, the operator's tool: what its files share. It speaks the socket's protocol
 * and nothing else: it opens no database, no configuration and no key of the bridge. Only the
 * doctor and what else has to work where no bridge runs (app/doctor.h) look at these themselves.
 */

#include "app/ctl_client.h"
#include "base/error.h"

#define CTL_DEFAULT_SOCKET "/run/clockify-bridge/bridge.sock"

enum {
    CTL_OK = 0,
    CTL_FAILED = 1,      /* the bridge answered with an error */
    CTL_USAGE = 2,       /* nothing was asked */
    CTL_UNREACHABLE = 3, /* no bridge, or no answer in time */
};

typedef struct Ctl {
    const char *socket;
    const char *user; /* --user; NULL = not given */
    bool json;        /* print the raw result */
    int64_t timeout_s;
    CtlClient *client; /* NULL until something has to be asked */
} Ctl;

/* Asks the bridge. `params` is taken over. Returns CTL_OK with *ret_result (owned by the caller),
 * or another status after the error was printed. */
int ctl_ask(Ctl *ctl, const char *method, Json *params, Json **ret_result);

/* Prints "clockify-bridgectl: …" on standard error. */
void ctl_complain(const char *format, ...) _printf_(1, 2);
