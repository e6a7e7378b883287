/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bytes of one caller. Each wake reads one chunk and takes a few lines, so that a loud caller
 * cannot starve the others; each byte is searched for the line end once; what is still to be
 * written is moved only when more than half of it is gone.
 */

#include "rpc/connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/secret.h"

#define CHUNK_SIZE   (32 * 1024)
#define LINES_A_WAKE 8
#define LINE_US      ((uint64_t)SERVER_LINE_S * 1000000)

struct Connection {
    const ConnectionOwner *owner;
    Peer peer;
    int fd;
    sd_event_source *io;
    sd_event_source *timer; /* of the line that has begun, or of the last bytes before the close */
    bool timing;
    sd_event_source *again; /* takes the lines that were left over; made when it is first needed */
    bool left_over;         /* there may be whole lines in `in` */
    uint32_t watched;       /* events */
    Buffer in;
    size_t searched; /* bytes of `in` without a line end in them */
    bool skipping;   /* within a line that is too long */
    Buffer out;
    size_t sent;  /* of `out` */
    bool deaf;    /* reads no more: its end was seen, it is closing, or the server drains */
    bool closing; /* goes once `out` is written */
    bool broken;  /* takes no more bytes; what it has sent is read all the same */
    bool doomed;
    Connection *next;
};

static int on_io(sd_event_source *source, int fd, uint32_t events, void *context);
static int on_again(sd_event_source *source, void *context);
static void settle(Connection *connection, size_t lines_taken);
static void come_again(Connection *connection);
static bool is_paused(const Connection *connection);
static size_t backlog(const Connection *connection);
static void read_chunk(Connection *connection);
static void end_of_input(Connection *connection);
static size_t take_lines(Connection *connection, size_t most);
static void take_line(Connection *connection, const char *line, size_t length);
static void consume(Connection *connection, size_t length);
static void skip_if_too_long(Connection *connection);
static void forget_input(Connection *connection);
static void time_line(Connection *connection, size_t lines_taken);
static void start_timer(Connection *connection);
static void stop_timer(Connection *connection);
static int on_timer(sd_event_source *source, uint64_t now, void *context);
static void flush(Connection *connection);
static void give_up_writing(Connection *connection);
static void watch(Connection *connection);
static void doom(Connection *connection);

int connection_new(sd_event *event, int fd, const Peer *peer, const ConnectionOwner *owner,
                   Connection **ret)
{
    Connection *connection = xcalloc(1, sizeof(*connection));
    connection->owner = owner;
    connection->peer = *peer;
    connection->fd = fd;
    connection->watched = EPOLLIN;
    int r = sd_event_add_io(event, &connection->io, fd, EPOLLIN, on_io, connection);
    if (r >= 0)
        r = sd_event_add_time(event, &connection->timer, CLOCK_MONOTONIC, UINT64_MAX, 0, on_timer,
                              connection);
    if (r >= 0)
        r = sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
    if (r < 0) {
        connection_free(connection);
        return r;
    }
    *ret = connection;
    return 0;
}

void connection_free(Connection *connection)
{
    if (!connection)
        return;
    sd_event_source_disable_unref(connection->io);
    sd_event_source_disable_unref(connection->timer);
    sd_event_source_disable_unref(connection->again);
    forget_input(connection);
    buffer_done(&connection->out);
    closep(&connection->fd);
    free(connection);
}

const Peer *connection_peer(const Connection *connection)
{
    return &connection->peer;
}

Connection *connection_next(const Connection *connection)
{
    return connection->next;
}

void connection_set_next(Connection *connection, Connection *next)
{
    connection->next = next;
}

/* A caller that hangs up is heard to its end first: it may have asked for something that needs no
 * answer. */
static int on_io(sd_event_source *source _unused_, int fd _unused_, uint32_t events, void *context)
{
    Connection *connection = context;
    if (events & EPOLLOUT)
        flush(connection);
    if (events & (EPOLLHUP | EPOLLERR)) {
        give_up_writing(connection);
        if (connection->deaf)
            doom(connection);
    }
    size_t lines = take_lines(connection, LINES_A_WAKE); /* those left over, also from a pause */
    if (lines < LINES_A_WAKE && !connection->deaf && !is_paused(connection) &&
        (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
        read_chunk(connection);
        lines += take_lines(connection, LINES_A_WAKE - lines);
    }
    settle(connection, lines);
    return 0;
}

static int on_again(sd_event_source *source _unused_, void *context)
{
    Connection *connection = context;
    settle(connection, take_lines(connection, LINES_A_WAKE));
    return 0;
}

/* What every wake ends with. What is left over comes up again after the others have had their turn.
 */
static void settle(Connection *connection, size_t lines_taken)
{
    connection->left_over = lines_taken == LINES_A_WAKE && connection->in.length > 0;
    if (connection->left_over && !connection->deaf)
        come_again(connection);
    skip_if_too_long(connection);
    time_line(connection, lines_taken);
    watch(connection);
}

static void come_again(Connection *connection)
{
    int r = 0;
    if (!connection->again)
        r = sd_event_add_defer(sd_event_source_get_event(connection->io), &connection->again,
                               on_again, connection);
    if (r >= 0)
        r = sd_event_source_set_enabled(connection->again, SD_EVENT_ONESHOT);
    if (r < 0)
        doom(connection);
}

static bool is_paused(const Connection *connection)
{
    return backlog(connection) > SERVER_BACKLOG_PAUSES;
}

static size_t backlog(const Connection *connection)
{
    return connection->out.length - connection->sent;
}

static void read_chunk(Connection *connection)
{
    char chunk[CHUNK_SIZE];
    ssize_t length = recv(connection->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
    if (length > 0) {
        buffer_add(&connection->in, chunk, (size_t)length);
        secret_wipe(chunk, (size_t)length);
    } else if (length == 0) {
        end_of_input(connection);
    } else if (errno != EAGAIN && errno != EINTR) {
        doom(connection);
    }
}

/* A line without its end is none: its caller cannot have meant it to be carried out. */
static void end_of_input(Connection *connection)
{
    connection->deaf = true;
    forget_input(connection);
    if (connection->broken)
        doom(connection);
    else
        connection->owner->hooks.ended(connection->owner->hooks.context, &connection->peer);
}

/* Returns how many there were. An answer may pause or doom the connection on the way: then the rest
 * waits. */
static size_t take_lines(Connection *connection, size_t most)
{
    size_t start = 0, lines = 0;
    while (lines < most && !connection->deaf && !is_paused(connection)) {
        size_t from = start > connection->searched ? start : connection->searched;
        char *text = connection->in.data, *end = NULL;
        if (from < connection->in.length)
            end = memchr(text + from, '\n', connection->in.length - from);
        connection->searched = end ? (size_t)(end - text) : connection->in.length;
        if (!end)
            break;
        take_line(connection, text + start, connection->searched - start);
        start = connection->searched + 1;
        lines++;
    }
    consume(connection, start);
    return lines;
}

static void take_line(Connection *connection, const char *line, size_t length)
{
    const ServerHooks *hooks = &connection->owner->hooks;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (connection->skipping || length > connection->owner->line_most)
        hooks->too_long(hooks->context, &connection->peer);
    else
        hooks->line(hooks->context, &connection->peer, line, length);
    connection->skipping = false;
}

/* Wipes what was read: it may have held a key. An idle connection holds no memory for its input. */
static void consume(Connection *connection, size_t length)
{
    Buffer *in = &connection->in;
    if (length == 0)
        return;
    size_t old_length = in->length;
    buffer_consume(in, length);
    secret_wipe(in->data + in->length, old_length - in->length);
    connection->searched = connection->searched > length ? connection->searched - length : 0;
    if (in->length == 0)
        buffer_done(in);
}

/* One byte more than allowed may be the '\r' of the line end. */
static void skip_if_too_long(Connection *connection)
{
    bool whole_searched = connection->searched == connection->in.length;
    if (connection->deaf || !whole_searched)
        return;
    if (connection->skipping || connection->in.length > connection->owner->line_most + 1) {
        connection->skipping = true;
        forget_input(connection);
    }
}

static void forget_input(Connection *connection)
{
    if (connection->in.data)
        secret_wipe(connection->in.data, connection->in.length);
    buffer_done(&connection->in);
    connection->searched = 0;
}

/* The clock of a line starts with its first byte. While paused, or while lines are left over, it
 * stands: then it is we who do not read. */
static void time_line(Connection *connection, size_t lines_taken)
{
    bool begun = connection->in.length > 0 || connection->skipping;
    if (connection->closing)
        return; /* the timer is that of the close */
    if (connection->deaf || is_paused(connection) || connection->left_over || !begun)
        stop_timer(connection);
    else if (!connection->timing || lines_taken > 0)
        start_timer(connection);
}

static void start_timer(Connection *connection)
{
    connection->timing = true;
    if (sd_event_source_set_time_relative(connection->timer, LINE_US) < 0 ||
        sd_event_source_set_enabled(connection->timer, SD_EVENT_ONESHOT) < 0)
        doom(connection);
}

static void stop_timer(Connection *connection)
{
    if (connection->timing)
        sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
    connection->timing = false;
}

static int on_timer(sd_event_source *source _unused_, uint64_t now _unused_, void *context)
{
    Connection *connection = context;
    const ServerHooks *hooks = &connection->owner->hooks;
    connection->timing = false;
    if (connection->closing) {
        doom(connection);
        return 0;
    }
    hooks->too_slow(hooks->context, &connection->peer);
    connection_close(connection);
    return 0;
}

void connection_send(Connection *connection, const char *text)
{
    bool idle = connection_flushed(connection);
    if (connection->broken || connection->doomed)
        return;
    buffer_add_text(&connection->out, text);
    buffer_add_char(&connection->out, '\n');
    if (idle)
        flush(connection);
    if (backlog(connection) > SERVER_BACKLOG_MOST) {
        log_warning("a caller (pid %d, uid %u) does not read its answers: closed",
                    (int)connection->peer.pid, (unsigned)connection->peer.uid);
        doom(connection);
    }
    watch(connection);
}

static void flush(Connection *connection)
{
    Buffer *out = &connection->out;
    while (connection->sent < out->length) {
        ssize_t length = send(connection->fd, out->data + connection->sent, backlog(connection),
                              MSG_NOSIGNAL | MSG_DONTWAIT);
        if (length >= 0)
            connection->sent += (size_t)length;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            give_up_writing(connection);
    }
    if (connection_flushed(connection)) {
        buffer_done(out);
        connection->sent = 0;
        if (connection->closing)
            doom(connection);
    } else if (connection->sent > out->length / 2) {
        buffer_consume(out, connection->sent);
        connection->sent = 0;
    }
}

static void give_up_writing(Connection *connection)
{
    connection->broken = true;
    connection->sent = 0;
    buffer_done(&connection->out);
}

/* What was read stays until the end: the hook that closes may still be looking at it. */
void connection_close(Connection *connection)
{
    if (connection->doomed)
        return;
    connection_drain(connection);
    connection->closing = true;
    if (connection_flushed(connection))
        doom(connection);
    else
        start_timer(connection);
}

void connection_drain(Connection *connection)
{
    connection->deaf = true;
    stop_timer(connection);
    watch(connection);
}

bool connection_flushed(const Connection *connection)
{
    return backlog(connection) == 0;
}

/* A hang-up is reported whatever is watched. */
static void watch(Connection *connection)
{
    uint32_t events = 0;
    if (connection->doomed)
        return;
    if (!connection->deaf && !is_paused(connection))
        events |= EPOLLIN;
    if (!connection_flushed(connection))
        events |= EPOLLOUT;
    if (events == connection->watched)
        return;
    if (sd_event_source_set_io_events(connection->io, events) < 0)
        doom(connection);
    connection->watched = events;
}

static void doom(Connection *connection)
{
    if (connection->doomed)
        return;
    connection->doomed = connection->deaf = true;
    stop_timer(connection);
    sd_event_source_set_enabled(connection->io, SD_EVENT_OFF);
    if (connection->again)
        sd_event_source_set_enabled(connection->again, SD_EVENT_OFF);
    connection->owner->doomed(connection->owner->context, connection);
}
