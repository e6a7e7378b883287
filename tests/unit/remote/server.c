/* SPDX-License-Identifier: Apache-2.0 */
/* The misbehaving server; see server.h. Blocking calls and a thread a connection keep it plain. */

#include "tests/unit/remote/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"

#define CONNECTIONS_MOST 2048
#define REQUESTS_MOST    8192
#define ENDLESS          2000 /* steps after which even "without end" ends */

typedef struct Connection {
    Server *server;
    int fd; /* -1 once closed by its thread */
    pthread_t thread;
    size_t answered;
} Connection;

struct Server {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock;
    bool stopping;
    Connection connections[CONNECTIONS_MOST];
    char *requests[REQUESTS_MOST];
    ServerCounts counts;
};

static void *accept_all(void *arg);
static void *serve(void *arg);
static bool read_request(int fd, Buffer *request);
static bool answer(Connection *connection, const char *request);
static bool answer_path(Connection *connection, const char *request, const char *path);
static const char *argument(const char *path, const char *prefix);
static bool send_json(int fd, int status, const char *headers, const char *body);
static bool send_header(int fd, const char *name, const char *encoded);
static bool send_html(int fd);
static bool send_echo(int fd, const char *request);
static bool send_cut(int fd);
static bool send_trickle(int fd);
static bool send_big(int fd, size_t size);
static bool send_headers(int fd, size_t count, size_t size);
static bool send_all(int fd, const char *bytes, size_t length);
static void note_request(Server *server, const char *request);
static void note_end(Server *server);
static void sleep_ms(long ms);
static int listen_on_loopback(int *ret_port);

Server *server_start(void)
{
    Server *server = xcalloc(1, sizeof(*server));

    server->fd = listen_on_loopback(&server->port);
    pthread_mutex_init(&server->lock, NULL);
    if (server->fd < 0 || pthread_create(&server->thread, NULL, accept_all, server) != 0)
        abort();
    return server;
}

void server_stop(Server *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    for (size_t i = 0; i < server->counts.connections; i++)
        if (server->connections[i].fd >= 0)
            shutdown(server->connections[i].fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    for (size_t i = 0; i < server->counts.connections; i++)
        pthread_join(server->connections[i].thread, NULL);
    for (size_t i = 0; i < server->counts.requests; i++)
        free(server->requests[i]);
    close(server->fd);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int server_port(const Server *server)
{
    return server->port;
}

ServerCounts server_counts(Server *server)
{
    ServerCounts counts;

    pthread_mutex_lock(&server->lock);
    counts = server->counts;
    pthread_mutex_unlock(&server->lock);
    return counts;
}

const char *server_request(Server *server, size_t index)
{
    const char *request;

    pthread_mutex_lock(&server->lock);
    request = index < server->counts.requests ? server->requests[index] : NULL;
    pthread_mutex_unlock(&server->lock);
    return request;
}

size_t server_seen(Server *server, const char *request)
{
    size_t seen = 0;

    for (size_t i = 0; server_request(server, i); i++)
        seen += streq(server_request(server, i), request);
    return seen;
}

int server_closed_port(void)
{
    int port = 0, fd = listen_on_loopback(&port);

    close(fd);
    return port;
}

static int listen_on_loopback(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 1024) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        abort();
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void *accept_all(void *arg)
{
    Server *server = arg;

    for (;;) {
        int one = 1, fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        Connection *connection;

        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return NULL;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        pthread_mutex_lock(&server->lock);
        if (server->stopping || server->counts.connections == CONNECTIONS_MOST) {
            pthread_mutex_unlock(&server->lock);
            close(fd);
            return NULL;
        }
        connection = &server->connections[server->counts.connections];
        *connection = (Connection){.server = server, .fd = fd};
        if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
            abort();
        server->counts.connections++;
        pthread_mutex_unlock(&server->lock);
    }
}

static void *serve(void *arg)
{
    Connection *connection = arg;
    Buffer request = BUFFER_EMPTY;
    bool going_on = true;

    while (going_on && read_request(connection->fd, &request)) {
        note_request(connection->server, buffer_text(&request));
        going_on = answer(connection, buffer_text(&request));
        note_end(connection->server);
        connection->answered++;
        buffer_clear(&request);
    }
    pthread_mutex_lock(&connection->server->lock);
    close(connection->fd);
    connection->fd = -1;
    pthread_mutex_unlock(&connection->server->lock);
    buffer_done(&request);
    return NULL;
}

/* Headers and as much body as Content-Length says. */
static bool read_request(int fd, Buffer *request)
{
    char bytes[4096];

    for (;;) {
        const char *end = request->length > 0 ? strstr(request->data, "\r\n\r\n") : NULL;
        const char *length = end ? strcasestr(request->data, "\r\nContent-Length:") : NULL;
        size_t body =
            length && length < end ? strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) : 0;
        ssize_t n;

        if (end && request->length >= (size_t)(end + 4 - request->data) + body)
            return true;
        n = recv(fd, bytes, sizeof(bytes), 0);
        if (n <= 0)
            return false;
        buffer_add(request, bytes, (size_t)n);
    }
}

static bool answer(Connection *connection, const char *request)
{
    _cleanup_free_ char *path = NULL;
    const char *start = strchr(request, ' ') + 1;

    path = xstrndup(start, strcspn(start, " "));
    return answer_path(connection, request, path);
}

static bool answer_path(Connection *connection, const char *request, const char *path)
{
    int fd = connection->fd;
    const char *rest;

    if ((rest = argument(path, "/wait/")))
        sleep_ms(strtol(rest, NULL, 10));
    if ((rest = argument(path, "/retry/")))
        return send_header(fd, "Retry-After", rest);
    if ((rest = argument(path, "/page/")))
        return send_header(fd, "last-page", rest);
    if ((rest = argument(path, "/user/")))
        return send_header(fd, "X-AUSERNAME", rest);
    if ((rest = argument(path, "/big/")))
        return send_big(fd, strtoul(rest, NULL, 10));
    if ((rest = argument(path, "/headers/")))
        return send_headers(fd, strtoul(rest, NULL, 10), 1);
    if ((rest = argument(path, "/status/")))
        return send_json(fd, atoi(rest), "", "{\"message\":\"told so\",\"code\":501}");
    if ((rest = argument(path, "/redirect/"))) {
        _cleanup_free_ char *location = xasprintf("Location: http://127.0.0.1:%s/ok\r\n", rest);

        return send_json(fd, 302, location, "{}");
    }
    if (streq(path, "/long-headers"))
        return send_headers(fd, ENDLESS, 8000);
    if (streq(path, "/html"))
        return send_html(fd);
    if (streq(path, "/echo"))
        return send_echo(fd, request);
    if (streq(path, "/cut"))
        return send_cut(fd);
    if (streq(path, "/trickle"))
        return send_trickle(fd);
    if (streq(path, "/silent") || (streq(path, "/die") && connection->answered > 0))
        return false;
    return send_json(fd, 200, "", "{\"id\":\"1\"}");
}

static const char *argument(const char *path, const char *prefix)
{
    return strncmp(path, prefix, strlen(prefix)) == 0 ? path + strlen(prefix) : NULL;
}

static bool send_json(int fd, int status, const char *headers, const char *body)
{
    _cleanup_free_ char *text =
        xasprintf("HTTP/1.1 %d Said\r\nContent-Type: application/json;charset=UTF-8\r\n%s"
                  "Content-Length: %zu\r\n\r\n%s",
                  status, headers, strlen(body), body);

    return send_all(fd, text, strlen(text));
}

static bool send_header(int fd, const char *name, const char *encoded)
{
    _cleanup_free_ char *header = NULL;
    Buffer value = BUFFER_EMPTY;

    for (const char *c = encoded; *c; c++) {
        unsigned byte = (unsigned char)*c;

        if (*c == '%' && sscanf(c + 1, "%2x", &byte) == 1)
            c += 2;
        buffer_add_char(&value, (char)byte);
    }
    header = xasprintf("%s: %s\r\n", name, buffer_text(&value));
    buffer_done(&value);
    return send_json(fd, 200, header, "{}");
}

static bool send_html(int fd)
{
    const char *text =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>";

    return send_all(fd, text, strlen(text));
}

static bool send_echo(int fd, const char *request)
{
    _cleanup_json_ Json *json = json_new_object();
    _cleanup_free_ char *body = NULL;

    json_put_string(json, "request", request);
    body = json_text(json);
    return send_json(fd, 200, "", body);
}

static bool send_cut(int fd)
{
    const char *text = "HTTP/1.1 201 Made\r\nContent-Type: application/json\r\nContent-Length: "
                       "100\r\n\r\n{\"id\":\"1";

    send_all(fd, text, strlen(text));
    return false;
}

static bool send_trickle(int fd)
{
    const char *text =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
    bool sent = send_all(fd, text, strlen(text));

    for (int i = 0; sent && i < ENDLESS; i++) {
        sleep_ms(20);
        sent = send_all(fd, " ", 1);
    }
    return false;
}

static bool send_big(int fd, size_t size)
{
    _cleanup_free_ char *body = xmalloc(size + 1);
    _cleanup_free_ char *head = xasprintf(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", size);

    memset(body, ' ', size);
    return send_all(fd, head, strlen(head)) && send_all(fd, body, size);
}

static bool send_headers(int fd, size_t count, size_t size)
{
    _cleanup_free_ char *value = xcalloc(1, size + 1);
    bool sent = send_all(fd, "HTTP/1.1 200 OK\r\n", 17);

    memset(value, 'x', size);
    for (size_t i = 0; sent && i < count; i++) {
        _cleanup_free_ char *line = xasprintf("X-Header-%zu: %s\r\n", i, value);

        sent = send_all(fd, line, strlen(line));
    }
    return sent && send_all(fd, "Content-Length: 0\r\n\r\n", 21);
}

static bool send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static void note_request(Server *server, const char *request)
{
    size_t method = strcspn(request, " ");
    size_t length = method + 1 + strcspn(request + method + 1, " ");

    pthread_mutex_lock(&server->lock);
    if (server->counts.requests < REQUESTS_MOST)
        server->requests[server->counts.requests++] = xstrndup(request, length);
    if (++server->counts.now > server->counts.most)
        server->counts.most = server->counts.now;
    pthread_mutex_unlock(&server->lock);
}

static void note_end(Server *server)
{
    pthread_mutex_lock(&server->lock);
    server->counts.now--;
    pthread_mutex_unlock(&server->lock);
}

static void sleep_ms(long ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&wait, NULL);
}
