/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three HTTP servers.
 */
#pragma once

#include "sim.h"

typedef struct Server Server;

/* Starts the service on 127.0.0.1; sim->port holds the port wanted (0 = any), then the one it has.
 * NULL when it cannot. */
Server *server_new(Sim *sim, Service service);
void server_listen(Server *server, bool open);
/* Ends waiting requests at once. */
void server_free(Server *server);
