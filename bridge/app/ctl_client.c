/* SPDX-License-Identifier: Apache-2.0 */

/* The bytes between clockify-bridgectl and the bridge; knows no command and no method. */

#include "app/ctl_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/time.h"

#define ANSWER_DEPTH 64
#define ANSWER_MOST  ((size_t)64 * 1024 * 1024)
#define PROGRESS_MS  1000

struct CtlClient {
    int fd;
    int64_t timeout_s;
    int64_t last_id;
    Buffer received;
};

/* One wait: when it began, when it ends, whether a progress line stands on the terminal. */
typedef struct Wait {
    const char *method;
    int64_t began_ms;
    int64_t ends_ms;
    bool shown;
} Wait;

static int connect_until(int fd, const char *path, int64_t ends_ms, Error *error);

int ctl_client_new(const char *path, int64_t timeout_s, CtlClient **ret, Error *error)
{
    _cleanup_(ctl_client_freep) CtlClient *client = xcalloc(1, sizeof(*client));
    client->timeout_s = timeout_s;
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return error_set(error, ERROR_UNAVAILABLE, "no socket: %m");
    if (connect_until(client->fd, path, time_monotonic_ms() + timeout_s * 1000, error) < 0)
        return -1;
    *ret = STEAL(client);
    return 0;
}

void ctl_client_free(CtlClient *client)
{
    if (!client)
        return;
    closep(&client->fd);
    buffer_done(&client->received);
    free(client);
}

/* A Unix socket whose queue of callers is full says EAGAIN at once and cannot be polled for. */
static int connect_until(int fd, const char *path, int64_t ends_ms, Error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return error_set(error, ERROR_UNAVAILABLE, "the path of the socket is too long: %s", path);
    strcpy(address.sun_path, path);
    while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return error_set(error, ERROR_UNAVAILABLE, "cannot connect to %s: %m", path);
        if (time_monotonic_ms() >= ends_ms)
            return error_set(error, ERROR_UNAVAILABLE, "%s takes no more callers", path);
        poll(NULL, 0, 50);
    }
    return 0;
}

static char *request_line(int64_t id, const char *method, Json *params);
static int send_until(CtlClient *client, const char *line, Wait *wait, Error *error);
static int receive_until(CtlClient *client, Wait *wait, Json **ret, Error *error);
static void clear_progress(Wait *wait);

int ctl_client_call(CtlClient *client, const char *method, Json *params, Json **ret_result,
                    Json **ret_error, Error *error)
{
    int64_t now_ms = time_monotonic_ms();
    Wait wait = {method, now_ms, now_ms + client->timeout_s * 1000, false};
    _cleanup_free_ char *line = request_line(++client->last_id, method, params);
    _cleanup_json_ Json *answer = NULL;
    int r = send_until(client, line, &wait, error);
    if (r >= 0)
        r = receive_until(client, &wait, &answer, error);
    clear_progress(&wait);
    if (r < 0)
        return r;
    Json *failure = json_child(answer, "error");
    if (failure)
        *ret_error = json_ref(failure);
    else
        *ret_result = json_ref(json_get(answer, "result"));
    return failure ? 1 : 0;
}

static char *request_line(int64_t id, const char *method, Json *params)
{
    _cleanup_json_ Json *request = json_new_object();
    json_put_string(request, "jsonrpc", "2.0");
    json_put_int(request, "id", id);
    json_put_string(request, "method", method);
    json_put(request, "params", params ? params : json_new_object());
    _cleanup_free_ char *text = json_text(request);
    return xasprintf("%s\n", text);
}

static int wait_for(CtlClient *client, short events, Wait *wait, Error *error);

static int send_until(CtlClient *client, const char *line, Wait *wait, Error *error)
{
    size_t left = strlen(line);
    while (left > 0) {
        ssize_t sent = send(client->fd, line, left, MSG_NOSIGNAL);
        if (sent >= 0) {
            line += sent;
            left -= (size_t)sent;
        } else if (errno != EAGAIN && errno != EINTR) {
            return error_set(error, ERROR_UNAVAILABLE, "the bridge closed the connection: %m");
        } else if (wait_for(client, POLLOUT, wait, error) < 0) {
            return -1;
        }
    }
    return 0;
}

static int take_answer(CtlClient *client, Json **ret, Error *error);

static int receive_until(CtlClient *client, Wait *wait, Json **ret, Error *error)
{
    char bytes[16384];
    int r;
    while ((r = take_answer(client, ret, error)) == 0) {
        ssize_t got = recv(client->fd, bytes, sizeof(bytes), 0);
        if (got > 0)
            buffer_add(&client->received, bytes, (size_t)got);
        else if (got == 0)
            return error_set(error, ERROR_UNAVAILABLE,
                             "the bridge closed the connection before it answered");
        else if (errno != EAGAIN && errno != EINTR)
            return error_set(error, ERROR_UNAVAILABLE, "the answer cannot be read: %m");
        else if (wait_for(client, POLLIN, wait, error) < 0)
            return -1;
        if (client->received.length > ANSWER_MOST)
            return error_set(error, ERROR_UNAVAILABLE, "the answer is too long");
    }
    return r < 0 ? r : 0;
}

/* 1 with *ret, the answer to the last request or one without an id (the connection was refused); 0
 * not there yet. An answer to an earlier request, given up for time, is dropped. */
static int take_answer(CtlClient *client, Json **ret, Error *error)
{
    char *end;
    while (client->received.length > 0 &&
           (end = memchr(client->received.data, '\n', client->received.length))) {
        size_t length = (size_t)(end - client->received.data);
        _cleanup_json_ Json *answer = NULL;
        int r = json_parse(client->received.data, length, ANSWER_DEPTH, &answer, NULL);
        buffer_consume(&client->received, length + 1);
        if (r < 0)
            return error_set(error, ERROR_UNAVAILABLE, "what answers there is no bridge");
        if (!json_get(answer, "id") || json_int(answer, "id", 0) == client->last_id) {
            *ret = STEAL(answer);
            return 1;
        }
    }
    return 0;
}

static void show_progress(Wait *wait, int64_t now_ms);

static int wait_for(CtlClient *client, short events, Wait *wait, Error *error)
{
    struct pollfd item = {.fd = client->fd, .events = events};
    for (;;) {
        int64_t now_ms = time_monotonic_ms();
        if (now_ms >= wait->ends_ms)
            return error_set(error, ERROR_UNAVAILABLE, "no answer to %s within %lld s",
                             wait->method, (long long)client->timeout_s);
        if (now_ms - wait->began_ms >= PROGRESS_MS)
            show_progress(wait, now_ms);
        int64_t left_ms = wait->ends_ms - now_ms;
        if (poll(&item, 1, (int)(left_ms < PROGRESS_MS ? left_ms : PROGRESS_MS)) > 0)
            return 0;
    }
}

static void show_progress(Wait *wait, int64_t now_ms)
{
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[Kwaiting for %s: %lld s of %lld s", wait->method,
            (long long)(now_ms - wait->began_ms) / 1000,
            (long long)(wait->ends_ms - wait->began_ms) / 1000);
    wait->shown = true;
}

static void clear_progress(Wait *wait)
{
    if (wait->shown)
        fputs("\r\033[K", stderr);
    wait->shown = false;
}
