/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The server on a real socket in a directory of its own: how bytes become lines, limits, callers
 * that are slow, silent, deaf or many, and the socket's file. Callers and server share one thread:
 * the loop is turned until what a test waits for is there, or a few seconds are over.
 */

#include "rpc/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/time.h"
#include "rpc_check.h"

#define WAIT_MS   5000
#define LINE_MOST (4 * 1024)
#define CALLERS   1000

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

static void on_line(void *context, const Peer *peer, const char *line, size_t length)
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

static void on_too_long(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->too_long++;
    server_send(fixture->server, peer->connection, "too long");
}

static void on_too_slow(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->too_slow++;
    server_send(fixture->server, peer->connection, "too slow");
}

static void on_ended(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->ended++;
    fixture->last = *peer;
}

static void on_closed(void *context, const Peer *peer)
{
    Fixture *fixture = context;
    fixture->closed++;
    fixture->last = *peer;
}

static char *on_refusal(void *context _unused_)
{
    return xstrdup("refused");
}

static int start(Fixture *fixture, Error *error)
{
    return server_new(fixture->event, fixture->config, &fixture->hooks, &fixture->server, error);
}

static void start_well(Fixture *fixture)
{
    Error error;
    if (start(fixture, &error) < 0)
        fail_msg("%s", error.message);
}

static char *own_group(void)
{
    const struct group *group = getgrgid(getegid());
    return xstrdup(group ? group->gr_name : "");
}

static int set_up(void **state)
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

static int set_up_started(void **state)
{
    set_up(state);
    start_well(*state);
    return 0;
}

static int tear_down(void **state)
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
static void turn(Fixture *fixture)
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

static void turn_for(Fixture *fixture, int64_t ms)
{
    for (int64_t end = time_monotonic_ms() + ms; time_monotonic_ms() < end;)
        turn(fixture);
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    return fd;
}

static void connect_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static int new_caller(Fixture *fixture)
{
    int fd = new_socket();
    connect_to(fd, fixture->path);
    return fd;
}

/* Writes all, turning the loop where the socket is full. */
static void say_bytes(Fixture *fixture, int fd, const char *bytes, size_t length)
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

static void say(Fixture *fixture, int fd, const char *text)
{
    say_bytes(fixture, fd, text, strlen(text));
}

/* Reads on until `length` bytes are there, or the end; returns how many there are. */
static size_t hear(Fixture *fixture, int fd, Buffer *heard, size_t length, bool *ret_end)
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

static void expect_text(Fixture *fixture, int fd, const char *wanted)
{
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    hear(fixture, fd, &heard, strlen(wanted), &end);
    assert_string_equal(buffer_text(&heard), wanted);
}

static void expect_end(Fixture *fixture, int fd)
{
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    hear(fixture, fd, &heard, 1, &end);
    assert_string_equal(buffer_text(&heard), "");
    assert_true(end);
}

static char *long_line(size_t length, const char *end)
{
    size_t end_length = strlen(end);
    char *line = xcalloc(length + end_length + 1, 1);
    memset(line, 'a', length);
    memcpy(line + length, end, end_length);
    return line;
}

static void lines_are_put_together(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    const char *text = "one\ntwo\r\n\nfour\r\r\n";
    for (const char *c = text; *c; c++)
        say_bytes(fixture, fd, c, 1);
    wait_until(fixture, fixture->line_count == 4);
    assert_string_equal(buffer_text(&fixture->lines), "one|two||four\r|");
}

static void many_lines_come_at_once(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;
    for (int i = 0; i < 10000; i++)
        buffer_addf(&text, "%d\n", i);
    buffer_add_text(&text, "not ended");
    say_bytes(fixture, fd, text.data, text.length);
    wait_until(fixture, fixture->line_count == 10000);
    assert_true(text_starts_with(buffer_text(&fixture->lines), "0|1|2|3|"));
    assert_true(text_ends_with(buffer_text(&fixture->lines), "|9998|9999|"));
}

static void the_kernel_says_who_calls(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int first = new_caller(fixture), second = new_caller(fixture);
    say(fixture, first, "x\n");
    wait_until(fixture, fixture->line_count == 1);
    assert_int_equal(fixture->last.uid, getuid());
    assert_int_equal(fixture->last.gid, getgid());
    assert_int_equal(fixture->last.pid, getpid());
    uint64_t connection = fixture->last.connection;
    say(fixture, second, "x\n");
    wait_until(fixture, fixture->line_count == 2);
    assert_int_not_equal(fixture->last.connection, connection);
}

/* The longest line and one byte more, with each line end, whole and in two parts. */
static void lines_have_a_most_length(void **state)
{
    static const char *const ends[] = {"\n", "\r\n"};
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        for (size_t more = 0; more < 2; more++) {
            _cleanup_free_ char *line = long_line(LINE_MOST + more, ends[i]);
            size_t good = fixture->line_count, bad = fixture->too_long;
            say(fixture, fd, line);
            say_bytes(fixture, fd, line, LINE_MOST + more);
            say(fixture, fd, ends[i]);
            wait_until(fixture, fixture->line_count + fixture->too_long == good + bad + 2);
            assert_int_equal(fixture->too_long, bad + 2 * more);
        }
    say(fixture, fd, "good\n");
    wait_until(fixture, fixture->line_count == 5);
    assert_true(text_ends_with(buffer_text(&fixture->lines), "|good|"));
    expect_text(fixture, fd, "too long\ntoo long\ntoo long\ntoo long\n");
}

static void a_far_too_long_line_is_skipped(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_free_ char *line = long_line(3 << 20, "\ngood\n");
    say(fixture, fd, line);
    wait_until(fixture, fixture->line_count == 1);
    assert_int_equal(fixture->too_long, 1);
    assert_string_equal(buffer_text(&fixture->lines), "good|");
}

static void a_reload_changes_the_most_length(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_free_ char *line = long_line(2 * LINE_MOST, "\n");
    fixture->config->rpc.max_request_kib = 2 * LINE_MOST / 1024;
    server_set_limits(fixture->server, fixture->config);
    say(fixture, fd, line);
    wait_until(fixture, fixture->line_count == 1);
    assert_int_equal(fixture->too_long, 0);
}

static void a_thousand_callers(void **state)
{
    Fixture *fixture = *state;
    struct rlimit limit;
    static const rlim_t needed = 2 * CALLERS + 64;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    if (limit.rlim_cur < needed)
        skip(); /* this host lets no process have so many descriptors */
    _cleanup_free_ int *fds = xcalloc(CALLERS, sizeof(*fds));
    fixture->echo = true;
    for (int i = 0; i < CALLERS; i++) {
        fds[i] = new_caller(fixture);
        turn(fixture);
    }
    wait_until(fixture, server_connections(fixture->server) == CALLERS);
    for (int i = 0; i < CALLERS; i++) {
        _cleanup_free_ char *line = xasprintf("caller %d\n", i);
        say(fixture, fds[i], line);
    }
    for (int i = 0; i < CALLERS; i++) {
        _cleanup_free_ char *line = xasprintf("caller %d\n", i);
        expect_text(fixture, fds[i], line);
        closep(&fds[i]);
    }
    wait_until(fixture, server_connections(fixture->server) == 0);
    assert_int_equal(fixture->closed, CALLERS);
}

static void one_connection_too_many(void **state)
{
    Fixture *fixture = *state;
    int fds[8];
    fixture->config->rpc.max_connections = (int64_t)ARRAY_SIZE(fds);
    server_set_limits(fixture->server, fixture->config);
    fixture->echo = true;
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        fds[i] = new_caller(fixture);
    wait_until(fixture, server_connections(fixture->server) == ARRAY_SIZE(fds));
    _cleanup_close_ int refused = new_caller(fixture);
    expect_text(fixture, refused, "refused\n");
    expect_end(fixture, refused);
    closep(&fds[0]);
    wait_until(fixture, server_connections(fixture->server) == ARRAY_SIZE(fds) - 1);
    fds[0] = new_caller(fixture);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        say(fixture, fds[i], "still here\n");
        expect_text(fixture, fds[i], "still here\n");
        closep(&fds[i]);
    }
}

/* A byte now and then keeps no line alive; a caller that says nothing at all is left alone. */
static void slow_and_silent_callers(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int silent = new_caller(fixture), slow = new_caller(fixture),
                        skipped = new_caller(fixture);
    _cleanup_close_ int good = new_caller(fixture);
    _cleanup_free_ char *endless = long_line(2 * LINE_MOST, "");
    fixture->echo = true;
    say(fixture, skipped, endless);
    int64_t begun = time_monotonic_ms();
    while (!fixture->too_slow && time_monotonic_ms() < begun + WAIT_MS) {
        assert_int_equal(send(slow, "x", 1, MSG_NOSIGNAL), 1);
        say(fixture, good, "quick\n");
        expect_text(fixture, good, "quick\n");
        turn_for(fixture, 100);
    }
    int64_t took = time_monotonic_ms() - begun;
    assert_true(took >= SERVER_LINE_S * 1000 - 100 && took < SERVER_LINE_S * 1000 + 1500);
    wait_until(fixture, fixture->closed == 2);
    assert_int_equal(fixture->too_slow, 2);
    expect_text(fixture, slow, "too slow\n");
    expect_end(fixture, slow);
    expect_text(fixture, skipped, "too slow\n");
    say(fixture, silent, "awake\n");
    expect_text(fixture, silent, "awake\n");
    say(fixture, good, "quick\n");
    expect_text(fixture, good, "quick\n");
}

static void a_line_in_time_is_no_slow_one(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    for (int i = 0; i < 6; i++) {
        say(fixture, fd, "begun, ");
        turn_for(fixture, SERVER_LINE_S * 300);
        say(fixture, fd, "ended\nnext ");
    }
    wait_until(fixture, fixture->line_count == 6);
    assert_int_equal(fixture->too_slow, 0);
}

/* It stops being read, others are served all the same, and once it reads it gets everything. */
static void a_caller_that_does_not_read(void **state)
{
    enum { REQUESTS = 40, ANSWER = 256 * 1024 };
    Fixture *fixture = *state;
    _cleanup_close_ int deaf = new_caller(fixture), other = new_caller(fixture);
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    fixture->big = ANSWER;
    for (int i = 0; i < REQUESTS; i++)
        say(fixture, deaf, "more\n");
    turn_for(fixture, 100);
    size_t read = fixture->line_count;
    assert_true(read >= 4 && read * ANSWER <= SERVER_BACKLOG_PAUSES + (size_t)3 * ANSWER);
    fixture->echo = true;
    say(fixture, other, "served\n");
    expect_text(fixture, other, "served\n");
    fixture->echo = false;
    assert_int_equal(fixture->line_count, read + 1);
    hear(fixture, deaf, &heard, (size_t)REQUESTS * (ANSWER + 1), &end);
    assert_false(end);
    assert_int_equal(heard.length, REQUESTS * (ANSWER + 1));
    assert_int_equal(fixture->line_count, REQUESTS + 1);
    assert_int_equal(fixture->closed, 0);
}

static void a_backlog_has_an_end(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_free_ char *text = long_line(SERVER_BACKLOG_MOST / 8, "");
    say(fixture, fd, "x\n");
    wait_until(fixture, fixture->line_count == 1);
    uint64_t connection = fixture->last.connection;
    for (int i = 0; i < 7; i++)
        server_send(fixture->server, connection, text);
    turn_for(fixture, 20);
    assert_int_equal(fixture->closed, 0);
    for (int i = 0; i < 3; i++)
        server_send(fixture->server, connection, text);
    assert_int_equal(fixture->closed, 0); /* never from within a send */
    wait_until(fixture, fixture->closed == 1);
    assert_int_equal(fixture->last.connection, connection);
    server_send(fixture->server, connection, "nobody is there");
    server_close(fixture->server, connection);
}

static void a_large_answer_arrives_whole(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    fixture->big = SERVER_BACKLOG_MOST - 1024;
    say(fixture, fd, "more\n");
    hear(fixture, fd, &heard, fixture->big + 1, &end);
    assert_int_equal(heard.length, fixture->big + 1);
    assert_int_equal(heard.data[heard.length - 1], '\n');
}

static void a_half_closed_caller_is_answered(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    say(fixture, fd, "ask\nand a rest");
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    wait_until(fixture, fixture->ended == 1);
    assert_string_equal(buffer_text(&fixture->lines), "ask|");
    turn_for(fixture, 50);
    assert_int_equal(fixture->closed, 0);
    server_send(fixture->server, fixture->last.connection, "late");
    server_close(fixture->server, fixture->last.connection);
    expect_text(fixture, fd, "late\n");
    expect_end(fixture, fd);
    wait_until(fixture, fixture->closed == 1);
}

static void what_was_said_before_hanging_up_counts(void **state)
{
    Fixture *fixture = *state;
    _cleanup_free_ char *rest = long_line(LINE_MOST, "\n");
    int fd = new_socket();
    connect_to(fd, fixture->path);
    for (int i = 0; i < 20; i++)
        assert_int_equal(send(fd, rest, LINE_MOST + 1, MSG_NOSIGNAL), LINE_MOST + 1);
    closep(&fd);
    wait_until(fixture, fixture->closed == 1);
    assert_int_equal(fixture->line_count, 20);
    assert_int_equal(server_connections(fixture->server), 0);
}

static void hanging_up_unread_answers(void **state)
{
    Fixture *fixture = *state;
    int fd = new_caller(fixture);
    fixture->big = 600 * 1024;
    for (int i = 0; i < 10; i++)
        say(fixture, fd, "more\n");
    closep(&fd);
    wait_until(fixture, fixture->closed == 1);
    assert_int_equal(fixture->line_count, 10);
}

static void draining_writes_and_reads_no_more(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    fixture->big = 1 << 20;
    say(fixture, fd, "more\n");
    wait_until(fixture, fixture->line_count == 1);
    server_drain(fixture->server);
    assert_false(server_drained(fixture->server));
    _cleanup_close_ int late = new_caller(fixture);
    assert_int_equal(send(late, "x\n", 2, MSG_NOSIGNAL), 2);
    assert_int_equal(send(fd, "x\n", 2, MSG_NOSIGNAL), 2);
    hear(fixture, fd, &heard, fixture->big + 1, &end);
    wait_until(fixture, server_drained(fixture->server));
    assert_int_equal(fixture->line_count, 1);
    assert_int_equal(server_connections(fixture->server), 1);
}

/* Callers have their descriptors before the limit falls, so that it is the server that runs out. */
static void no_descriptors_left(void **state)
{
    Fixture *fixture = *state;
    struct rlimit limit, low;
    int fds[6];
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        fds[i] = new_socket();
    int lowest = dup(fds[0]);
    assert_true(lowest >= 0);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    low = (struct rlimit){.rlim_cur = (rlim_t)lowest + 2, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        connect_to(fds[i], fixture->path);
    turn_for(fixture, 50);
    size_t taken = server_connections(fixture->server);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(taken, 2);
    expect_text(fixture, fds[2], "refused\n");
    fixture->echo = true;
    wait_until(fixture, server_connections(fixture->server) == ARRAY_SIZE(fds) - 1);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        if (i != 2) {
            say(fixture, fds[i], "here\n");
            expect_text(fixture, fds[i], "here\n");
        }
        closep(&fds[i]);
    }
}

static void the_file_has_its_rights(void **state)
{
    Fixture *fixture = *state;
    _cleanup_free_ char *new_path = xasprintf("%s.new", fixture->path);
    struct stat file;
    assert_int_equal(lstat(fixture->path, &file), 0);
    assert_true(S_ISSOCK(file.st_mode));
    assert_int_equal(file.st_mode & 07777, 0660);
    assert_int_equal(file.st_gid, getegid());
    assert_int_equal(access(new_path, F_OK), -1);
    server_free(fixture->server);
    fixture->server = NULL;
    assert_int_equal(lstat(fixture->path, &file), -1);
}

static void a_live_listener_stays(void **state)
{
    Fixture *fixture = *state;
    Server *second = NULL;
    Error error;
    assert_int_equal(server_new(fixture->event, fixture->config, &fixture->hooks, &second, &error),
                     -1);
    assert_non_null(strstr(error.message, fixture->path));
    assert_null(second);
    _cleanup_close_ int fd = new_caller(fixture);
    say(fixture, fd, "x\n");
    wait_until(fixture, fixture->line_count == 1);
}

static void a_dead_socket_makes_way(void **state)
{
    Fixture *fixture = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->path);
    int dead = new_socket();
    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
    closep(&dead);
    start_well(fixture);
    _cleanup_close_ int fd = new_caller(fixture);
    say(fixture, fd, "x\n");
    wait_until(fixture, fixture->line_count == 1);
}

static void another_file_stays(void **state)
{
    Fixture *fixture = *state;
    Error error;
    int file = open(fixture->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    closep(&file);
    assert_int_equal(start(fixture, &error), -1);
    assert_non_null(strstr(error.message, fixture->path));
    assert_int_equal(access(fixture->path, F_OK), 0);
}

static void the_file_of_another_is_not_removed(void **state)
{
    Fixture *fixture = *state;
    assert_int_equal(unlink(fixture->path), 0);
    int file = open(fixture->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    closep(&file);
    server_free(fixture->server);
    fixture->server = NULL;
    assert_int_equal(access(fixture->path, F_OK), 0);
}

static void places_that_cannot_be(void **state)
{
    Fixture *fixture = *state;
    Error error;
    _cleanup_free_ char *name = long_line(120, "");
    _cleanup_free_ char *too_long = xasprintf("%s/%s", fixture->directory, name);
    _cleanup_free_ char *nowhere = xasprintf("%s/no/s", fixture->directory);
    set_string(&fixture->config->socket.path, too_long);
    assert_int_equal(start(fixture, &error), -1);
    assert_non_null(strstr(error.message, "too long"));
    set_string(&fixture->config->socket.path, nowhere);
    assert_int_equal(start(fixture, &error), -1);
    assert_non_null(strstr(error.message, nowhere));
    assert_null(fixture->server);
}

/* Root could give the file to any group, so that a missing one is a mistake; others run for
 * themselves. */
static void a_group_that_is_missing(void **state)
{
    Fixture *fixture = *state;
    _cleanup_free_ char *new_path = xasprintf("%s.new", fixture->path);
    Error error;
    set_string(&fixture->config->socket.group, "no-such-group");
    int r = start(fixture, &error);
    if (geteuid() != 0) {
        assert_int_equal(r, 0);
        return;
    }
    assert_int_equal(r, -1);
    assert_non_null(strstr(error.message, "no-such-group"));
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_int_equal(access(new_path, F_OK), -1);
}

/* In a process of its own, because systemd hands over number 3. Its exit status says how far it
 * came. */
static int serve_handed_over(Fixture *fixture, int listening, const char *count)
{
    char pid[16];
    Error error;
    Server *server = NULL;
    sd_event *event = NULL;
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    if (listening != 3 && dup2(listening, 3) != 3)
        return 10;
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", count, 1);
    set_string(&fixture->config->socket.path, "/nowhere/at/all");
    if (sd_event_new(&event) < 0)
        return 11;
    if (server_new(event, fixture->config, &fixture->hooks, &server, &error) < 0)
        return 12;
    fixture->server = server;
    fixture->echo = true;
    for (int64_t end = time_monotonic_ms() + WAIT_MS;
         !fixture->closed && time_monotonic_ms() < end;)
        if (sd_event_run(event, 10000) < 0)
            return 13;
    server_free(server);
    sd_event_unref(event);
    return access(fixture->path, F_OK) == 0 && fixture->closed ? 0 : 14;
}

static int in_child(Fixture *fixture, int listening, const char *count, bool call)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(serve_handed_over(fixture, listening, count));
    if (call) {
        _cleanup_close_ int fd = new_caller(fixture);
        say(fixture, fd, "hello\n");
        expect_text(fixture, fd, "hello\n");
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void systemd_hands_over_a_socket(void **state)
{
    Fixture *fixture = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->path);
    _cleanup_close_ int listening = new_socket(), other = new_socket();
    assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listening, 16), 0);
    assert_int_equal(in_child(fixture, listening, "1", true), 0);
    assert_int_equal(in_child(fixture, listening, "2", false), 12);
    assert_int_equal(in_child(fixture, other, "1", false), 12);
}

#define TEST(function)   cmocka_unit_test_setup_teardown(function, set_up_started, tear_down)
#define UNMADE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_put_together),
        TEST(many_lines_come_at_once),
        TEST(the_kernel_says_who_calls),
        TEST(lines_have_a_most_length),
        TEST(a_far_too_long_line_is_skipped),
        TEST(a_reload_changes_the_most_length),
        TEST(a_thousand_callers),
        TEST(one_connection_too_many),
        TEST(slow_and_silent_callers),
        TEST(a_line_in_time_is_no_slow_one),
        TEST(a_caller_that_does_not_read),
        TEST(a_backlog_has_an_end),
        TEST(a_large_answer_arrives_whole),
        TEST(a_half_closed_caller_is_answered),
        TEST(what_was_said_before_hanging_up_counts),
        TEST(hanging_up_unread_answers),
        TEST(draining_writes_and_reads_no_more),
        TEST(no_descriptors_left),
        TEST(the_file_has_its_rights),
        TEST(a_live_listener_stays),
        UNMADE(a_dead_socket_makes_way),
        UNMADE(another_file_stays),
        TEST(the_file_of_another_is_not_removed),
        UNMADE(places_that_cannot_be),
        UNMADE(a_group_that_is_missing),
        UNMADE(systemd_hands_over_a_socket),
    };
    return cmocka_run_group_tests_name("rpc/server", tests, NULL, NULL);
}
