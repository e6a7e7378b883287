/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path to the row of a routing table that answers it.
 */
#pragma once

#include "sim.h"

extern const Route clockify_routes[], jira_routes[],
    control_routes[]; /* each ends with a row without method */

/* Fills route, param and path_known. */
void route_find(Request *request);
void route_done(Request *request);
