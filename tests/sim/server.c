/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd around the handlers: collects a request, lets the faults have their say, asks the
 * service's handler with the lock held, and sends the reply. It must not know what any route means.
 */
#include "server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"
#include "listen.h"
#include "timer.h"

struct Server {
    Sim *sim;
    Service service;
    struct MHD_Daemon *daemon;
    Listener *listener;
    Timers *timers;
};

static enum MHD_Result keep_query(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    Request *request = cls;
    (void)kind;
    if (request->n_query < SIM_QUERY)
        request->query[request->n_query++] = (Pair){name, value ? value : ""};
    return MHD_YES;
}

static enum MHD_Result keep_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    Request *request = cls;
    (void)kind;
    if (request->n_header < SIM_HEADERS)
        request->header[request->n_header++] = (Pair){name, value ? value : ""};
    return MHD_YES;
}

/* The URI comes first of all, and with it begins what we keep of a request. */
static void *begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
    Server *server = cls;
    return exchange_new(server->sim, server->service, server->timers, connection, uri);
}

static void complete(void *cls, struct MHD_Connection *connection, void **con_cls,
                     enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)connection, (void)code;
    exchange_free(*con_cls);
    *con_cls = NULL;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **con_cls)
{
    Exchange *exchange = *con_cls;
    (void)cls, (void)version;

    if (!exchange_started(exchange)) {
        Request *request = exchange_start(exchange, method, url);
        MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, keep_query, request);
        MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, request);
        return MHD_YES;
    }
    if (*size) {
        exchange_body(exchange, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return exchange_go_on(exchange) ? MHD_YES : MHD_NO;
}

static void accepted(void *context, int fd, const struct sockaddr *address, socklen_t size)
{
    Server *server = context;
    /* On failure libmicrohttpd closes the socket itself. */
    MHD_add_connection(server->daemon, fd, address, size);
}

Server *server_new(Sim *sim, Service service)
{
    Server *server = calloc(1, sizeof *server);

    if (!server)
        abort();
    *server = (Server){.sim = sim, .service = service, .timers = timers_new()};
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
            MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
        0, NULL, NULL, handle, server, MHD_OPTION_URI_LOG_CALLBACK, begin, server,
        MHD_OPTION_NOTIFY_COMPLETED, complete, server, MHD_OPTION_CONNECTION_LIMIT, 30000u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 * 1024, MHD_OPTION_END);
    if (server->daemon)
        server->listener = listener_new(sim->port[service], accepted, server);
    if (!server->daemon || !server->listener)
        return NULL; /* the program ends */
    sim->port[service] = listener_port(server->listener);
    return server;
}

void server_listen(Server *server, bool open)
{
    listener_open(server->listener, open);
}

void server_free(Server *server)
{
    listener_free(server->listener);
    timers_stop(server->timers);
    MHD_stop_daemon(server->daemon);
    timers_free(server->timers);
    free(server);
}
