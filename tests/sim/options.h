/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switches of the two services as a whole (PATCH /options/clockify, /options/jira).
 */
#pragma once

#include "sim.h"

struct json_object *options_default(Service service, const char *context);
