/* SPDX-License-Identifier: Apache-2.0 */

/* Closes the process to debuggers and core dumps; decides nothing else. */

#include "app/harden.h"

#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void harden_process(void)
{
#ifndef BRIDGE_DEBUGGABLE
    const struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
#endif
}
