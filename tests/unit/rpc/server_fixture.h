/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A server on a real socket in a directory of its own, and callers of it, for the tests of the
 * server. Both share one thread: the loop is turned until what a test waits for is there, or a few
 * seconds are over.
 */

#include "rpc/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/time.h"
#include "rpc_check.h"

#define WAIT_MS   30000 /* only a failure waits that long: a busy machine under valgrind is slow */
#define LINE_MOST (4 * 1024)

typedef struct Fixture {
    char directory[32];
    char *path;
    Config *config;
    sd_event *event;
    Server *server;
    ServerHooks hooks;
    Buffer lines; /* all that came, each with '|' behind it */
    size_t line_count, too_long, too_slow, ended, closed;
    Peer last;
    bool echo;  /* each line is sent back */
    size_t big; /* each line is answered by so many bytes */
} Fixture;

static inline void on_line(void *context, const Peer *peer, const char *line, size_t length)
{
    Fixture *fixture = context;
    _cleanup_free_ char *text = xstrndup(line, length);
    fixture->last = *peer;
    fixture->line_count++;
    if (fixture->lines.length < (1 << 20)) {
        buffer_add(&fixture->lines, line, length);
        buffer_add_char(&fixture->lines, '|');
    }
    if (fixture->echo)
        server_send(fixture->server, peer->connection, text);
    if (fixture->big && *text != 's') {
        _cleanup_free_ char *answer = xcalloc(fixture->big + 1, 1);
        memset(answer, 'x', fixture->big);
        server_send(fixture->server, peer->connection, answer);
    }
}

static inline void on_too_long(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->too_long++;
    server_send(fixture->server, peer->connection, "too long");
}

static inline void on_too_slow(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->too_slow++;
    server_send(fixture->server, peer->connection, "too slow");
}

static inline void on_ended(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->ended++;
    fixture->last = *peer;
}

static inline void on_closed(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->closed++;
    fixture->last = *peer;
}

static inline char *on_refusal(void *context _unused_)
{
    return xstrdup("refused");
}

static inline int start(Fixture *fixture, Error *error)
{
    return server_new(fixture->event, fixture->config, &fixture->hooks, &fixture->server, error);
}

static inline void start_well(Fixture *fixture)
{
    Error error;
    if (start(fixture, &error) < 0)
        fail_msg("%s", error.message);
}

static inline char *own_group(void)
{
    const struct group *group = getgrgid(getegid());
    return xstrdup(group ? group->gr_name : "");
}

static inline int set_up(void **state)
{
    Fixture *fixture = xcalloc(1, sizeof(*fixture));
    snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/rpc-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    fixture->path = xasprintf("%s/s", fixture->directory);
    fixture->config = config_default();
    set_string(&fixture->config->socket.path, fixture->path);
    free(fixture->config->socket.group);
    fixture->config->socket.group = own_group();
    fixture->config->rpc.max_request_kib = LINE_MOST / 1024;
    fixture->hooks =
        (ServerHooks){fixture, on_line, on_too_long, on_too_slow, on_ended, on_closed, on_refusal};
    assert_true(sd_event_new(&fixture->event) >= 0);
    *state = fixture;
    return 0;
}

static inline int set_up_started(void **state)
{
    set_up(state);
    start_well(*state);
    return 0;
}

static inline int tear_down(void **state)
{
    Fixture *fixture = *state;
    server_free(fixture->server);
    sd_event_unref(fixture->event);
    unlink(fixture->path);
    rmdir(fixture->directory);
    config_free(fixture->config);
    buffer_done(&fixture->lines);
    free(fixture->path);
    free(fixture);
    return 0;
}

/* One turn of the loop, at most a hundredth of a second. */
static inline void turn(Fixture *fixture)
{
    assert_true(sd_event_run(fixture->event, 10000) >= 0);
}

#define wait_until(fixture, condition)                                                             \
    do {                                                                                           \
        for (int64_t end_ = time_monotonic_ms() + WAIT_MS; !(condition);) {                        \
            if (time_monotonic_ms() > end_)                                                        \
                fail_msg("waited in vain for %s", #condition);                                     \
            turn(fixture);                                                                         \
        }                                                                                          \
    } while (0)

static inline void turn_for(Fixture *fixture, int64_t ms)
{
    for (int64_t end = time_monotonic_ms() + ms; time_monotonic_ms() < end;)
        turn(fixture);
}

static inline int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    return fd;
}

static inline void connect_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static inline int new_caller(Fixture *fixture)
{
    int fd = new_socket();
    connect_to(fd, fixture->path);
    return fd;
}

/* Writes all, turning the loop where the socket is full. */
static inline void say_bytes(Fixture *fixture, int fd, const char *bytes, size_t length)
{
    int64_t end = time_monotonic_ms() + WAIT_MS;
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else {
            assert_true(errno == EAGAIN && time_monotonic_ms() < end);
        }
        turn(fixture);
    }
}

static inline void say(Fixture *fixture, int fd, const char *text)
{
    say_bytes(fixture, fd, text, strlen(text));
}

/* Reads on until `length` bytes are there, or the end; returns how many there are. */
static inline size_t hear(Fixture *fixture, int fd, Buffer *heard, size_t length, bool *ret_end)
{
    char chunk[65536];
    int64_t end = time_monotonic_ms() + WAIT_MS;
    *ret_end = false;
    while (heard->length < length) {
        ssize_t got = recv(fd, chunk, sizeof(chunk), 0);
        if (got > 0) {
            buffer_add(heard, chunk, (size_t)got);
            continue;
        }
        if (got == 0 || errno != EAGAIN) {
            *ret_end = true;
            break;
        }
        if (time_monotonic_ms() > end)
            fail_msg("heard only %zu bytes of %zu", heard->length, length);
        turn(fixture);
    }
    return heard->length;
}

static inline void expect_text(Fixture *fixture, int fd, const char *wanted)
{
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    hear(fixture, fd, &heard, strlen(wanted), &end);
    assert_string_equal(buffer_text(&heard), wanted);
}

static inline void expect_end(Fixture *fixture, int fd)
{
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    hear(fixture, fd, &heard, 1, &end);
    assert_string_equal(buffer_text(&heard), "");
    assert_true(end);
}

static inline char *long_line(size_t length, const char *end)
{
    size_t end_length = strlen(end);
    char *line = xcalloc(length + end_length + 1, 1);
    memset(line, 'a', length);
    memcpy(line + length, end, end_length);
    return line;
}
