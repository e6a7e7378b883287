/* SPDX-License-Identifier: Apache-2.0 */
/* entry.add: a finished entry at Clockify, and its worklog. */

#include "flow/make.h"

int add_step(Flow *flow, FlowIo *io)
{
    return make_step(flow, io);
}
