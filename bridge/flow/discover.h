/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Asks a server that the configuration names (self-hosted or a subdomain) where its API is, once,
 * and remembers what it said. server.set does its own asking.
 */

#include "remote/clockify_url.h"

typedef struct Bridge Bridge;

/* Asks, and asks again later while the server cannot be reached. */
void discover_start(Bridge *bridge, const ClockifyServer *server);
