/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Taking up a changed configuration file while running: all of it or nothing. */

#include "app/daemon.h"

/* Reads the file again and applies it; for SIGHUP and for bridge.reload alike. `daemon` is a
 * Daemon. Returns 0 and *ret_changed, the names of the settings that differ from before (owned by
 * the caller); or -1 with *error, and nothing has changed. */
int reload_config(void *daemon, Json **ret_changed, Error *error);
