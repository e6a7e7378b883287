/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What each method does: the function of the flows that is asked. The one place that joins the
 * table of methods to them.
 */

#include "flow/ask.h"
#include "rpc/methods.h"

/* NULL for the methods that are answered before the flows: bridge.hello, bridge.describe and
 * web.call. */
AskFunction *handler_of(MethodId id);
