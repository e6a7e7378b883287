/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* --check-config: everything about a configuration that can be found out without changing anything.
 */

/* Prints every fault to standard error, or "OK" to standard output. Returns the exit status. */
int check_config(const char *path);
