/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One connection to the bridge's socket: a request goes out, its answer comes back, or time runs
 * out. */

#include "base/error.h"

typedef struct CtlClient CtlClient;

/* Connects. Errors: ERROR_UNAVAILABLE, with what to do in the message. */
int ctl_client_new(const char *path, int64_t timeout_s, CtlClient **ret, Error *error);
void ctl_client_free(CtlClient *client);
DEFINE_CLEANUP(CtlClient, ctl_client_free)

/* Sends one request and waits for its answer, at most the time-out. `params` is taken over. Returns
 * 0 with *ret_result, 1 with *ret_error (the `error` member of the answer), both owned by the
 * caller, or -1 with *error (ERROR_UNAVAILABLE). Says on a terminal that it waits once that takes
 * longer than a second. */
int ctl_client_call(CtlClient *client, const char *method, Json *params, Json **ret_result,
                    Json **ret_error, Error *error);
