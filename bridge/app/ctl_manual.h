/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The tables of commands, methods and errors as parts of the manual, in mdoc(7), for the build. */

/* Prints the one of this name. Returns an exit status; CTL_USAGE when there is none. */
int ctl_manual_print(const char *table);
