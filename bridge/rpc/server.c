/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Accepts connections and keeps them by their number. Connections end in one place, from the loop,
 * never below a hook or a send: whoever holds a connection within a call keeps it for that call.
 */

#include "rpc/server.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/log.h"
#include "rpc/connection.h"
#include "rpc/idmap.h"
#include "rpc/listen.h"

#define ACCEPTS_A_WAKE  64
#define ACCEPT_PAUSE_US 250000

struct Server {
    sd_event *event; /* borrowed */
    Listening listening;
    sd_event_source *accepting;
    sd_event_source *resume; /* timer: accepts again after a pause */
    sd_event_source *reaper; /* frees the doomed ones */
    int reserve;             /* a descriptor to let go of when there are no more */
    ConnectionOwner owner;
    IdMap connections;
    Connection *doomed;
    uint64_t last_number;
    size_t max_connections;
    bool full_logged;
    bool draining;
};

static int add_sources(Server *server);
static int on_accept(sd_event_source *source, int fd, uint32_t events, void *context);
static int accept_one(Server *server);
static int no_descriptors(Server *server);
static void pause_accepting(Server *server);
static int on_resume(sd_event_source *source, uint64_t now, void *context);
static void welcome(Server *server, int fd);
static void refuse(Server *server, int fd);
static int get_peer(int fd, Peer *ret);
static void on_doomed(void *context, Connection *connection);
static int on_reap(sd_event_source *source, void *context);
static int open_reserve(void);

int server_new(sd_event *event, const Config *config, const ServerHooks *hooks, Server **ret,
               Error *error)
{
    _cleanup_(server_freep) Server *server = xcalloc(1, sizeof(*server));
    server->event = event;
    server->listening.fd = -1;
    server->reserve = open_reserve();
    server->owner = (ConnectionOwner){.hooks = *hooks, .context = server, .doomed = on_doomed};
    server_set_limits(server, config);
    if (listening_init(&server->listening, config, error) < 0)
        return -1;
    int r = add_sources(server);
    if (r < 0)
        return error_set(error, ERROR_INTERNAL, "cannot watch the socket: %s", strerror(-r));
    *ret = STEAL(server);
    return 0;
}

static int add_sources(Server *server)
{
    int r = sd_event_add_io(server->event, &server->accepting, server->listening.fd, EPOLLIN,
                            on_accept, server);
    if (r >= 0)
        r = sd_event_add_time(server->event, &server->resume, CLOCK_MONOTONIC, UINT64_MAX, 0,
                              on_resume, server);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->resume, SD_EVENT_OFF);
    if (r >= 0)
        r = sd_event_add_defer(server->event, &server->reaper, on_reap, server);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->reaper, SD_EVENT_OFF);
    return r;
}

void server_free(Server *server)
{
    size_t cursor = 0;
    if (!server)
        return;
    for (Connection *connection; (connection = idmap_next(&server->connections, &cursor));)
        connection_free(connection);
    idmap_done(&server->connections);
    sd_event_source_disable_unref(server->accepting);
    sd_event_source_disable_unref(server->resume);
    sd_event_source_disable_unref(server->reaper);
    listening_done(&server->listening);
    closep(&server->reserve);
    free(server);
}

void server_set_limits(Server *server, const Config *config)
{
    server->owner.line_most = (size_t)config->rpc.max_request_kib * 1024;
    server->max_connections = (size_t)config->rpc.max_connections;
}

static int on_accept(sd_event_source *source _unused_, int fd _unused_, uint32_t events _unused_,
                     void *context)
{
    Server *server = context;
    for (int i = 0; i < ACCEPTS_A_WAKE; i++)
        if (accept_one(server) < 0)
            break;
    return 0;
}

static int accept_one(Server *server)
{
    int fd = accept4(server->listening.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        if (server->connections.count < server->max_connections)
            welcome(server, fd);
        else
            refuse(server, fd);
        return 0;
    }
    if (errno == EMFILE || errno == ENFILE)
        return no_descriptors(server);
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        log_error("cannot accept a connection: %s", strerror(errno));
        pause_accepting(server);
    }
    return -1;
}

/* The first that knocks is told why with the descriptor in reserve; the others wait at the door for
 * a while. */
static int no_descriptors(Server *server)
{
    log_warning("no descriptor is left for another connection (%zu are open)",
                server->connections.count);
    closep(&server->reserve);
    int fd = accept4(server->listening.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        refuse(server, fd);
    server->reserve = open_reserve();
    pause_accepting(server);
    return -1;
}

static void pause_accepting(Server *server)
{
    if (sd_event_source_set_time_relative(server->resume, ACCEPT_PAUSE_US) < 0 ||
        sd_event_source_set_enabled(server->resume, SD_EVENT_ONESHOT) < 0)
        return; /* then it tries again at once */
    sd_event_source_set_enabled(server->accepting, SD_EVENT_OFF);
}

static int on_resume(sd_event_source *source _unused_, uint64_t now _unused_, void *context)
{
    Server *server = context;
    if (server->reserve < 0)
        server->reserve = open_reserve();
    if (!server->draining)
        sd_event_source_set_enabled(server->accepting, SD_EVENT_ON);
    return 0;
}

static void welcome(Server *server, int fd)
{
    Peer peer = {.connection = ++server->last_number};
    Connection *connection;
    int r = get_peer(fd, &peer);
    if (r < 0) {
        closep(&fd);
    } else {
        r = connection_new(server->event, fd, &peer, &server->owner, &connection);
    }
    if (r < 0) {
        log_error("cannot take a connection: %s", strerror(-r));
        return;
    }
    idmap_put(&server->connections, peer.connection, connection);
    server->full_logged = false;
}

static void refuse(Server *server, int fd)
{
    _cleanup_free_ char *text = server->owner.hooks.refusal(server->owner.hooks.context);
    _cleanup_free_ char *line = xasprintf("%s\n", text);
    if (send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("a caller was gone before it could be refused");
    if (!server->full_logged)
        log_warning("connections are refused: %zu are open", server->connections.count);
    server->full_logged = true;
    closep(&fd);
}

static int get_peer(int fd, Peer *ret)
{
    struct ucred credentials;
    socklen_t length = sizeof(credentials);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
        return -errno;
    ret->uid = credentials.uid;
    ret->gid = credentials.gid;
    ret->pid = credentials.pid;
    return 0;
}

static void on_doomed(void *context, Connection *connection)
{
    Server *server = context;
    connection_set_next(connection, server->doomed);
    server->doomed = connection;
    sd_event_source_set_enabled(server->reaper, SD_EVENT_ONESHOT);
}

/* A hook may doom others: they come onto the list while it is worked off. */
static int on_reap(sd_event_source *source _unused_, void *context)
{
    Server *server = context;
    const ServerHooks *hooks = &server->owner.hooks;
    for (Connection *connection; (connection = server->doomed);) {
        server->doomed = connection_next(connection);
        Peer peer = *connection_peer(connection);
        idmap_take(&server->connections, peer.connection);
        connection_free(connection);
        hooks->closed(hooks->context, &peer);
    }
    return 0;
}

void server_send(Server *server, uint64_t number, const char *text)
{
    Connection *connection = idmap_get(&server->connections, number);
    if (connection)
        connection_send(connection, text);
}

void server_close(Server *server, uint64_t number)
{
    Connection *connection = idmap_get(&server->connections, number);
    if (connection)
        connection_close(connection);
}

void server_drain(Server *server)
{
    size_t cursor = 0;
    server->draining = true;
    sd_event_source_set_enabled(server->accepting, SD_EVENT_OFF);
    for (Connection *connection; (connection = idmap_next(&server->connections, &cursor));)
        connection_drain(connection);
}

bool server_drained(const Server *server)
{
    size_t cursor = 0;
    for (const Connection *connection; (connection = idmap_next(&server->connections, &cursor));)
        if (!connection_flushed(connection))
            return false;
    return true;
}

size_t server_connections(const Server *server)
{
    return server->connections.count;
}

static int open_reserve(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}
