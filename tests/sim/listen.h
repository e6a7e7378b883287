/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listening socket on 127.0.0.1 whose connections are handed to a function, and which can refuse
 * for a while.
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

typedef struct Listener Listener;
typedef void (*Accepted)(void *context, int fd, const struct sockaddr *address, socklen_t size);

/* port 0 = any free one. NULL with errno set when it cannot be had. */
Listener *listener_new(int port, Accepted accepted, void *context);
int listener_port(const Listener *listener);
/* Closed: connections are refused by the kernel, and the port stays ours. */
void listener_open(Listener *listener, bool open);
void listener_free(Listener *listener);
