/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One connection of the socket, its bytes cut anywhere. The lines that come out must be those that
 * a plain splitting of all bytes gives, however they arrive, and what is sent back must be whole.
 */

#include "fuzz.h"

#include <errno.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/buffer.h"
#include "rpc/connection.h"

#define TURNS_MOST 1000

/* The first byte of the input. */
enum {
    HOW_ECHO = 1 << 0,        /* every line is sent back */
    HOW_CLOSE = 1 << 1,       /* a line that begins with 'c' closes the connection */
    HOW_DRAIN = 1 << 2,       /* one that begins with 'd' lets it read no more */
    HOW_HALF_CLOSED = 1 << 3, /* the caller says that it sends no more; else it hangs up */
};

typedef struct Caller {
    unsigned how;
    Connection *connection;
    ConnectionOwner owner;
    sd_event *event;
    int fd;        /* the caller's end */
    Buffer lines;  /* what came out: each line, a mark, or another for one that is too long */
    Buffer wanted; /* what was to come out */
    Buffer heard;  /* by the caller */
    Buffer said;   /* to the caller */
    bool ended, doomed, closed;
} Caller;

static void set_up(Caller *caller, FuzzInput *input);
static void tear_down(Caller *caller);
static void say(Caller *caller, const uint8_t *bytes, size_t length);
static void turn(Caller *caller);
static void hear(Caller *caller);
static void split(Caller *caller, const FuzzInput *input);
static void want_line(Caller *caller, const char *line, size_t length);
static void on_line(void *context, const Peer *peer, const char *line, size_t length);
static void on_too_long(void *context, const Peer *peer);
static void on_ended(void *context, const Peer *peer);
static void on_doomed(void *context, Connection *connection);

static const FuzzSeed seeds[] = {
    {"lines", "H\020\020one\ntwo\r\nthree\n"},        {"echo", "A\020\003one\n\n\r\n\r\r\nx"},
    {"close", "C\020\177a\nb\nclose\nmore\n"},        {"drain", "M\020\177a\ndrain\nmore\n"},
    {"long", "I\002\005aaaaaaaaaaaaaaaaaaaaaa\nb\n"}, {"edge", "A\004\00612345678\r\n123\n"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

/* HOW, longest line, bytes at once; then what is sent. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    Caller caller = {.how = fuzz_byte(&input)};
    set_up(&caller, &input);
    size_t step = (size_t)fuzz_byte(&input) + 1;
    split(&caller, &input);
    for (size_t at = 0; at < input.length && !caller.doomed; at += step)
        say(&caller, input.bytes + at, input.length - at < step ? input.length - at : step);
    if (caller.how & HOW_HALF_CLOSED)
        shutdown(caller.fd, SHUT_WR);
    turn(&caller);
    require(caller.closed || caller.ended || !(caller.how & HOW_HALF_CLOSED));
    require(streq(buffer_text(&caller.lines), buffer_text(&caller.wanted)));
    require(caller.heard.length == caller.said.length);
    require(memcmp(buffer_text(&caller.heard), buffer_text(&caller.said), caller.said.length) == 0);
    tear_down(&caller);
    return 0;
}

static void set_up(Caller *caller, FuzzInput *input)
{
    int ends[2];
    caller->owner = (ConnectionOwner){
        .hooks = {.context = caller, .line = on_line, .too_long = on_too_long, .ended = on_ended},
        .line_most = fuzz_byte(input),
        .context = caller,
        .doomed = on_doomed,
    };
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    require(sd_event_new(&caller->event) >= 0);
    caller->fd = ends[0];
    require(connection_new(caller->event, ends[1], &(Peer){.connection = 1}, &caller->owner,
                           &caller->connection) >= 0);
}

/* Hanging up with answers unread is the one way in which a caller ends that is not half closed. */
static void tear_down(Caller *caller)
{
    closep(&caller->fd);
    for (int i = 0; i < TURNS_MOST && !caller->doomed; i++)
        if (sd_event_run(caller->event, 0) <= 0)
            break;
    connection_free(caller->connection);
    sd_event_unref(caller->event);
    buffer_done(&caller->lines);
    buffer_done(&caller->wanted);
    buffer_done(&caller->heard);
    buffer_done(&caller->said);
}

static void say(Caller *caller, const uint8_t *bytes, size_t length)
{
    ssize_t sent = send(caller->fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) {
        require(errno == EAGAIN); /* it no longer reads */
        require(caller->closed);
        return;
    }
    turn(caller);
}

/* Until nothing moves any more. */
static void turn(Caller *caller)
{
    int turns = 0;
    while (turns++ < TURNS_MOST && !caller->doomed && sd_event_run(caller->event, 0) > 0)
        hear(caller);
    require(turns < TURNS_MOST);
    hear(caller);
}

static void hear(Caller *caller)
{
    char chunk[4096];
    ssize_t got;
    while ((got = recv(caller->fd, chunk, sizeof(chunk), 0)) > 0)
        buffer_add(&caller->heard, chunk, (size_t)got);
}

/* What is to come out, found in the simplest way. */
static void split(Caller *caller, const FuzzInput *input)
{
    const char *at = (const char *)input->bytes, *end = at + input->length, *stop;
    bool open = true;
    for (; open && at < end && (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
        size_t length = (size_t)(stop - at);
        if (length > 0 && at[length - 1] == '\r')
            length--;
        want_line(caller, at, length);
        if (length <= caller->owner.line_most && length > 0)
            open = !((caller->how & HOW_CLOSE && *at == 'c') ||
                     (caller->how & HOW_DRAIN && *at == 'd'));
    }
}

static void want_line(Caller *caller, const char *line, size_t length)
{
    bool fits = length <= caller->owner.line_most;
    for (size_t i = 0; fits && i < length; i++)
        buffer_addf(&caller->wanted, "%02x", (unsigned char)line[i]);
    buffer_add_text(&caller->wanted, fits ? "." : "!");
}

static void on_line(void *context, const Peer *peer _unused_, const char *line, size_t length)
{
    Caller *caller = context;
    _cleanup_free_ char *text = xstrndup(line, length);
    for (size_t i = 0; i < length; i++)
        buffer_addf(&caller->lines, "%02x", (unsigned char)line[i]);
    buffer_add_text(&caller->lines, ".");
    if (caller->how & HOW_ECHO) {
        buffer_add_text(&caller->said, text); /* a text ends at a NUL, here and there */
        buffer_add_char(&caller->said, '\n');
        connection_send(caller->connection, text);
    }
    if (caller->how & HOW_CLOSE && length > 0 && *line == 'c')
        connection_close(caller->connection);
    if (caller->how & HOW_DRAIN && length > 0 && *line == 'd')
        connection_drain(caller->connection);
    if (length > 0)
        caller->closed |=
            (caller->how & HOW_CLOSE && *line == 'c') || (caller->how & HOW_DRAIN && *line == 'd');
}

static void on_too_long(void *context, const Peer *peer _unused_)
{
    Caller *caller = context;
    buffer_add_text(&caller->lines, "!");
}

static void on_ended(void *context, const Peer *peer _unused_)
{
    Caller *caller = context;
    caller->ended = true;
}

static void on_doomed(void *context, Connection *connection)
{
    Caller *caller = context;
    require(!caller->doomed && connection == caller->connection);
    caller->doomed = true;
}
