/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The process's own memory holds keys: no core dump of it, and nobody but root may look into it.
 * Called first thing in main. A build with --enable-debuggable leaves the door open for a debugger;
 * the environment cannot, since whoever sets it is whom this is about.
 */

void harden_process(void);
