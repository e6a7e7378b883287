/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The Unix socket: listening (handed over by systemd, or made here), connections, who is calling
 * (SO_PEERCRED), lines, limits, and slow or silent callers. Bytes only: a whole line goes up to
 * `line`, answers come down through server_send.
 */

#include "base/config.h"
#include "base/error.h"

typedef struct sd_event sd_event;
typedef struct Server Server;

#ifndef SERVER_LINE_S    /* shorter where tests wait for it */
#define SERVER_LINE_S 30 /* how long a line may take to arrive */
#endif
#define SERVER_BACKLOG_MOST   (8 << 20) /* bytes a caller may leave unread */
#define SERVER_BACKLOG_PAUSES (1 << 20) /* bytes from which nothing more is read from it */

typedef struct Peer {
    uint64_t connection; /* number, never used twice */
    uid_t uid;
    gid_t gid;
    pid_t pid;
} Peer;

typedef struct ServerHooks {
    void *context;
    /* One request line without its end. */
    void (*line)(void *context, const Peer *peer, const char *line, size_t length);
    /* A line longer than allowed was skipped to its end. */
    void (*too_long)(void *context, const Peer *peer);
    /* A line did not end within SERVER_LINE_S of its first byte: the connection is closed once this
     * has had its say. */
    void (*too_slow)(void *context, const Peer *peer);
    /* The caller sends no more, but may still read: to be answered by server_close once it is owed
     * nothing. */
    void (*ended)(void *context, const Peer *peer);
    /* The connection is gone, for whatever reason. Called from the loop alone, never from within a
     * function below. */
    void (*closed)(void *context, const Peer *peer);
    /* One connection too many: the text sent before it is closed; the caller frees it. */
    char *(*refusal)(void *context);
} ServerHooks;

/* Takes the socket from systemd when there is one (sd_listen_fds), else makes config->socket.path:
 * the directory must exist, a dead socket file is replaced, a live one or any other file is an
 * error; mode 0660, group as configured. */
int server_new(sd_event *event, const Config *config, const ServerHooks *hooks, Server **ret,
               Error *error);
void server_free(Server *server); /* removes the socket file if it made it; calls no hook */
DEFINE_CLEANUP(Server, server_free)

void server_set_limits(Server *server, const Config *config); /* after a reload */

/* Queues one line (the line end is added). Unknown connections are ignored. A caller that does not
 * read is closed once its backlog passes 8 MiB; while it has more than 1 MiB to read, nothing more
 * is read from it. */
void server_send(Server *server, uint64_t connection, const char *text);
void server_close(
    Server *server,
    uint64_t connection); /* reads no more; what is queued is still written, within SERVER_LINE_S */

/* Stops accepting and reading; what is queued is still written. */
void server_drain(Server *server);
bool server_drained(const Server *server);
size_t server_connections(const Server *server);
