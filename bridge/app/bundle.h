/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clockify-bridgectl support-bundle: what somebody needs to help from afar, in one archive, without
 * a secret and without a person's name. */

#include "app/ctl_commands.h"

/* The command: says what it would write, asks, and writes. Never in the place of another file. */
int bundle_run(Ctl *ctl, const CtlCommand *command, Json *params);
