/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Making an entry at Clockify, running or finished: what start and add have in common. */

#include "flow/intent.h"

FlowStep make_step;
