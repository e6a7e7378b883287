/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listening socket with a thread that accepts. To refuse, it closes the listening socket; a
 * second socket, bound to the same port but never listening, keeps the port from being taken
 * meanwhile.
 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct Listener {
    int port, keeper, wake;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool want_open, is_open, stop;
    Accepted accepted;
    void *context;
};

static int bound(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return -1;
    return ntohs(address.sin_port);
}

static void take_all(Listener *listener, int fd)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int on = 1, client;

    while ((client = accept4(fd, (struct sockaddr *)&address, &size,
                             SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        listener->accepted(listener->context, client, (struct sockaddr *)&address, size);
        size = sizeof address;
    }
}

/* Makes the socket what is wanted; false when all shall end. */
static bool settle(Listener *listener, int *fd)
{
    pthread_mutex_lock(&listener->lock);
    if (*fd >= 0 && (!listener->want_open || listener->stop)) {
        close(*fd);
        *fd = -1;
    }
    if (*fd < 0 && listener->want_open && !listener->stop) {
        *fd = bound(listener->port);
        if (*fd < 0 || listen(*fd, 4096) < 0)
            abort();
    }
    listener->is_open = *fd >= 0;
    bool go_on = !listener->stop;
    pthread_cond_broadcast(&listener->changed);
    pthread_mutex_unlock(&listener->lock);
    return go_on;
}

static void *accept_loop(void *argument)
{
    Listener *listener = argument;
    int fd = -1;
    eventfd_t value;

    for (;;) {
        if (!settle(listener, &fd))
            return NULL;
        struct pollfd wait[] = {{.fd = listener->wake, .events = POLLIN},
                                {.fd = fd, .events = POLLIN}};
        poll(wait, 2, -1);
        if (wait[0].revents)
            eventfd_read(listener->wake, &value);
        if (wait[1].revents)
            take_all(listener, fd);
    }
}

Listener *listener_new(int port, Accepted accepted, void *context)
{
    Listener *listener = calloc(1, sizeof *listener);

    if (!listener)
        abort();
    *listener = (Listener){.accepted = accepted, .context = context, .want_open = true};
    pthread_mutex_init(&listener->lock, NULL);
    pthread_cond_init(&listener->changed, NULL);
    listener->keeper = bound(port);
    listener->wake = eventfd(0, EFD_CLOEXEC);
    if (listener->keeper < 0 || listener->wake < 0) {
        free(listener);
        return NULL;
    }
    listener->port = port_of(listener->keeper);
    if (pthread_create(&listener->thread, NULL, accept_loop, listener) != 0)
        abort();
    listener_open(listener, true);
    return listener;
}

int listener_port(const Listener *listener)
{
    return listener->port;
}

void listener_open(Listener *listener, bool open)
{
    pthread_mutex_lock(&listener->lock);
    listener->want_open = open;
    eventfd_write(listener->wake, 1);
    while (listener->is_open != open && !listener->stop)
        pthread_cond_wait(&listener->changed, &listener->lock);
    pthread_mutex_unlock(&listener->lock);
}

void listener_free(Listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    listener->stop = true;
    eventfd_write(listener->wake, 1);
    pthread_mutex_unlock(&listener->lock);
    pthread_join(listener->thread, NULL);
    close(listener->keeper);
    close(listener->wake);
    pthread_mutex_destroy(&listener->lock);
    pthread_cond_destroy(&listener->changed);
    free(listener);
}
