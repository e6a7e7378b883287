/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Puts a backup in the place of the database, while no bridge runs: says what is in it, checks it
 * and its keys, keeps what was there beside it. */

#include "app/options.h"

#define RESTORE_REFUSED 1

/* Returns the exit status; what happened or went wrong was printed. */
int restore_run(const Options *options);
