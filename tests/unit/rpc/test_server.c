/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The server's connections on a real socket: how bytes become lines, limits, and callers that are
 * slow, silent, deaf or many. What is in the lines does not matter here.
 */

#include <sys/resource.h>

#include "server_fixture.h"

#define CALLERS 1000

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

/* A caller with a thousand requests is no reason for another to wait for all of them. */
static void callers_take_turns(void **state)
{
    enum { LOUD = 1000, SOON = 64 };
    Fixture *fixture = *state;
    _cleanup_close_ int loud = new_caller(fixture), quiet = new_caller(fixture);
    _cleanup_free_ char *lines = xcalloc(2 * LOUD + 1, 1);
    wait_until(fixture, server_connections(fixture->server) == 2);
    for (size_t i = 0; i < LOUD; i++)
        memcpy(lines + 2 * i, "l\n", 2);
    assert_int_equal(send(loud, lines, 2 * LOUD, MSG_NOSIGNAL), 2 * LOUD);
    assert_int_equal(send(quiet, "q\n", 2, MSG_NOSIGNAL), 2);
    wait_until(fixture, fixture->line_count == LOUD + 1);
    const char *heard = buffer_text(&fixture->lines);
    assert_true(strchr(heard, 'q') - heard <= 2 * SOON);
}

/* It has hung up behind its last line, and there is more than one turn's work before that. */
static void what_is_left_over_is_heard_to_its_end(void **state)
{
    enum { LINES = 100 };
    Fixture *fixture = *state;
    int fd = new_caller(fixture);
    fixture->echo = true;
    for (int i = 0; i < LINES; i++)
        assert_int_equal(send(fd, "more\n", 5, MSG_NOSIGNAL), 5);
    assert_int_equal(send(fd, "half", 4, MSG_NOSIGNAL), 4);
    closep(&fd);
    wait_until(fixture, fixture->closed == 1);
    assert_int_equal(fixture->line_count, LINES);
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

/* The longest line and one byte more, with each line end: whole, and in two parts cut before and
 * within the end. */
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
            say_bytes(fixture, fd, line, strlen(line) - 1);
            say(fixture, fd, "\n");
            wait_until(fixture, fixture->line_count + fixture->too_long == good + bad + 3);
            assert_int_equal(fixture->too_long, bad + 3 * more);
        }
    say(fixture, fd, "good\n");
    wait_until(fixture, fixture->line_count == 7);
    assert_true(text_ends_with(buffer_text(&fixture->lines), "|good|"));
    expect_text(fixture, fd, "too long\ntoo long\ntoo long\ntoo long\ntoo long\ntoo long\n");
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
    while (fixture->too_slow < 2 && time_monotonic_ms() < begun + WAIT_MS) {
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
    if (getenv("UNDER_VALGRIND"))
        skip(); /* which has descriptors of its own below the limit */
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up_started, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_put_together),
        TEST(many_lines_come_at_once),
        TEST(callers_take_turns),
        TEST(what_is_left_over_is_heard_to_its_end),
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
    };
    return cmocka_run_group_tests_name("rpc/server", tests, NULL, NULL);
}
