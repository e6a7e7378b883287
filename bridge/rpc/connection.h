/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One connection of the socket: bytes in to lines, lines out to bytes, and how long either may
 * take. Internal to the server. It never ends itself: it tells its owner that it is doomed, once,
 * and does nothing any more.
 */

#include "rpc/server.h"

typedef struct Connection Connection;

/* What all connections of a server share; changes here hold for all of them at once. */
typedef struct ConnectionOwner {
    ServerHooks hooks;
    size_t line_most; /* bytes of a line without its end */
    void *context;
    void (*doomed)(void *context, Connection *connection); /* must not free it at once */
} ConnectionOwner;

/* Takes over `fd`, which must be non-blocking; closes it where it fails. */
int connection_new(sd_event *event, int fd, const Peer *peer, const ConnectionOwner *owner,
                   Connection **ret);
void connection_free(Connection *connection);

const Peer *connection_peer(const Connection *connection);
void connection_send(Connection *connection, const char *text); /* adds the line end */
void connection_close(Connection *connection);                  /* once everything is written */
void connection_drain(Connection *connection);                  /* reads no more */
bool connection_flushed(const Connection *connection);          /* nothing left to write */

/* The owner's list of doomed ones. */
Connection *connection_next(const Connection *connection);
void connection_set_next(Connection *connection, Connection *next);
