/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The socket's server where the system fails it: one call after the other, once. Whoever the fault
 * hits may lose its connection; the server goes on, and the next caller is served.
 */

#include "server_fixture.h"

#include <sys/epoll.h>

/* The fault to come. Calls on the callers' own ends are left alone. */
static struct {
    const char *call;
    const char *then; /* the call to fail next, the first of that name */
    int left;         /* the call of that name to fail, counted down */
    int error;        /* what errno then says */
    int spared;       /* descriptor */
    int times;        /* how often it came */
} fault;

static bool fails(const char *call, int fd)
{
    if (!fault.call || !streq(fault.call, call) || (fd >= 0 && fd == fault.spared))
        return false;
    if (--fault.left != 0)
        return false;
    fault.times++;
    fault.call = fault.then;
    fault.then = NULL;
    fault.left = 1;
    errno = fault.error;
    return true;
}

/* NAME fails as the kernel's calls do, and as those of sd-event do. */
#define KERNEL(type, name, fd, params, arguments)                                                  \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return fails(#name, fd) ? -1 : __real_##name arguments;                                    \
    }
#define EVENT(name, params, arguments)                                                             \
    int __real_##name params;                                                                      \
    int __wrap_##name params;                                                                      \
    int __wrap_##name params                                                                       \
    {                                                                                              \
        return fails(#name, -1) ? -fault.error : __real_##name arguments;                          \
    }

KERNEL(int, accept4, fd, (int fd, struct sockaddr *address, socklen_t *length, int flags),
       (fd, address, length, flags))
KERNEL(int, getsockopt, fd, (int fd, int level, int name, void *value, socklen_t *length),
       (fd, level, name, value, length))
KERNEL(ssize_t, recv, fd, (int fd, void *bytes, size_t length, int flags),
       (fd, bytes, length, flags))
KERNEL(ssize_t, send, fd, (int fd, const void *bytes, size_t length, int flags),
       (fd, bytes, length, flags))
EVENT(sd_event_add_io,
      (sd_event * event, sd_event_source **ret, int fd, uint32_t events,
       sd_event_io_handler_t handler, void *context),
      (event, ret, fd, events, handler, context))
EVENT(sd_event_add_time,
      (sd_event * event, sd_event_source **ret, clockid_t clock, uint64_t usec, uint64_t accuracy,
       sd_event_time_handler_t handler, void *context),
      (event, ret, clock, usec, accuracy, handler, context))
EVENT(sd_event_add_defer,
      (sd_event * event, sd_event_source **ret, sd_event_handler_t handler, void *context),
      (event, ret, handler, context))
EVENT(sd_event_source_set_enabled, (sd_event_source * source, int enabled), (source, enabled))
EVENT(sd_event_source_set_io_events, (sd_event_source * source, uint32_t events), (source, events))
EVENT(sd_event_source_set_time_relative, (sd_event_source * source, uint64_t usec), (source, usec))

static void arm(const char *call, int left, int error, int spared)
{
    fault.call = call;
    fault.left = left;
    fault.error = error;
    fault.spared = spared;
    fault.times = 0;
}

static int disarm(void)
{
    fault.call = fault.then = NULL;
    return fault.times;
}

static int tear_down_armed(void **state)
{
    disarm();
    return tear_down(state);
}

/* A caller of whom nobody has heard before. */
static void expect_service(Fixture *fixture)
{
    _cleanup_close_ int fd = new_caller(fixture);
    fixture->echo = true;
    say(fixture, fd, "hello\n");
    expect_text(fixture, fd, "hello\n");
}

typedef struct Fault {
    const char *call;
    int nth, error;
} Fault;

static void no_server_where_nothing_can_be_watched(void **state)
{
    static const Fault faults[] = {
        {"sd_event_add_io", 1, ENOMEM},
        {"sd_event_add_time", 1, ENOMEM},
        {"sd_event_add_defer", 1, EPERM},
        {"sd_event_source_set_enabled", 1, ENOMEM},
        {"sd_event_source_set_enabled", 2, ENOMEM},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        Error error = {0};
        arm(faults[i].call, faults[i].nth, faults[i].error, -1);
        assert_int_equal(start(fixture, &error), -1);
        assert_int_equal(disarm(), 1);
        assert_int_equal(error.reason, ERROR_INTERNAL);
        assert_null(fixture->server);
        assert_int_not_equal(access(fixture->path, F_OK), 0); /* its file is gone with it */
    }
    start_well(fixture);
    expect_service(fixture);
}

static void a_connection_that_cannot_be_taken(void **state)
{
    static const Fault faults[] = {
        {"getsockopt", 1, ENOTCONN},
        {"sd_event_add_io", 1, ENOMEM},
        {"sd_event_add_time", 1, ENOMEM},
        {"sd_event_source_set_enabled", 1, ENOMEM},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        _cleanup_close_ int fd = new_caller(fixture);
        arm(faults[i].call, faults[i].nth, faults[i].error, fd);
        expect_end(fixture, fd);
        assert_int_equal(disarm(), 1);
        assert_int_equal(server_connections(fixture->server), 0);
        expect_service(fixture);
        wait_until(fixture, server_connections(fixture->server) == 0);
    }
    assert_int_equal(fixture->closed, ARRAY_SIZE(faults)); /* of those who were served */
}

/* It is tried again: at once, or after a pause where the machine lacks something. */
static void a_caller_waits_at_the_door(void **state)
{
    static const int errors[] = {EINTR, ECONNABORTED, EAGAIN, ENOBUFS, EMFILE, ENFILE};
    Fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        _cleanup_close_ int first = new_caller(fixture);
        arm("accept4", 1, errors[i], -1);
        if (errors[i] == EMFILE || errors[i] == ENFILE)
            expect_text(fixture, first, "refused\n"); /* by the descriptor in reserve */
        else
            wait_until(fixture, server_connections(fixture->server) == 1);
        assert_int_equal(disarm(), 1);
        expect_service(fixture);
        closep(&first);
        wait_until(fixture, server_connections(fixture->server) == 0);
    }
}

/* What pauses the accepting fails too: then it is tried again at once. */
static void no_pause_can_be_had(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    assert_true(fd >= 0);
    arm("accept4", 1, ENOBUFS, -1);
    fault.then = "sd_event_source_set_time_relative";
    wait_until(fixture, server_connections(fixture->server) == 1);
    assert_int_equal(disarm(), 2);
    expect_service(fixture);
}

static void what_is_read_after_an_interruption(void **state)
{
    static const int errors[] = {EINTR, EAGAIN};
    Fixture *fixture = *state;
    fixture->echo = true;
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        _cleanup_close_ int fd = new_caller(fixture);
        arm("recv", 1, errors[i], fd);
        say(fixture, fd, "heard\n");
        expect_text(fixture, fd, "heard\n");
        assert_int_equal(disarm(), 1);
    }
}

static void what_is_written_after_an_interruption(void **state)
{
    static const int errors[] = {EINTR, EAGAIN};
    Fixture *fixture = *state;
    fixture->echo = true;
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        _cleanup_close_ int fd = new_caller(fixture);
        arm("send", 1, errors[i], fd);
        say(fixture, fd, "heard\n");
        expect_text(fixture, fd, "heard\n");
        assert_int_equal(disarm(), 1);
    }
}

/* It takes no more answers, but what it goes on to say is heard. */
static void a_caller_that_cannot_be_written_to(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    fixture->echo = true;
    arm("send", 1, EPIPE, fd);
    say(fixture, fd, "one\n");
    wait_until(fixture, fixture->line_count == 1);
    assert_int_equal(disarm(), 1);
    say(fixture, fd, "two\n");
    wait_until(fixture, fixture->line_count == 2);
    assert_string_equal(buffer_text(&fixture->lines), "one|two|");
    shutdown(fd, SHUT_WR);
    wait_until(fixture, fixture->closed == 1); /* it is owed nothing that it could be given */
    assert_int_equal(fixture->ended, 0);
    expect_service(fixture);
}

/* Each ends the connection, once, and nothing else. */
static void a_connection_that_is_lost(void **state)
{
    static const Fault faults[] = {
        {"recv", 1, ECONNRESET},
        {"sd_event_source_set_time_relative", 1, ENOMEM}, /* of a line that has begun */
        {"sd_event_source_set_enabled", 1, ENOMEM},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        _cleanup_close_ int fd = new_caller(fixture);
        wait_until(fixture, server_connections(fixture->server) == 1);
        arm(faults[i].call, faults[i].nth, faults[i].error, fd);
        say(fixture, fd, "half a line");
        expect_end(fixture, fd);
        assert_int_equal(disarm(), 1);
        assert_int_equal(server_connections(fixture->server), 0);
        expect_service(fixture);
        wait_until(fixture, server_connections(fixture->server) == 0);
        assert_int_equal(fixture->closed, 2 * (i + 1));
    }
}

/* The answer is too large to go at once, and the loop cannot be told to wait for more room. */
static void an_answer_that_cannot_be_waited_for(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    wait_until(fixture, server_connections(fixture->server) == 1);
    fixture->big = 600 * 1024;
    arm("sd_event_source_set_io_events", 1, ENOMEM, fd);
    say(fixture, fd, "more\n");
    wait_until(fixture, fixture->closed == 1);
    assert_int_equal(disarm(), 1);
    server_send(fixture->server, fixture->last.connection, "to nobody");
    server_close(fixture->server, fixture->last.connection);
    fixture->big = 0;
    expect_service(fixture);
}

/* A caller that is gone before it can be told that there are too many. */
static void a_refusal_that_nobody_hears(void **state)
{
    Fixture *fixture = *state;
    fixture->config->rpc.max_connections = 1;
    server_set_limits(fixture->server, fixture->config);
    _cleanup_close_ int only = new_caller(fixture);
    wait_until(fixture, server_connections(fixture->server) == 1);
    _cleanup_close_ int second = new_caller(fixture);
    arm("send", 1, EPIPE, only);
    expect_end(fixture, second);
    assert_int_equal(disarm(), 1);
    fixture->echo = true;
    say(fixture, only, "still here\n");
    expect_text(fixture, only, "still here\n");
}

/* The server closes it while there is still something to write, and again while it does. */
static void closed_once_all_is_written(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int fd = new_caller(fixture);
    _cleanup_(buffer_done) Buffer heard = BUFFER_EMPTY;
    bool end;
    fixture->big = 1 << 20;
    say(fixture, fd, "more\n");
    wait_until(fixture, fixture->line_count == 1);
    server_close(fixture->server, fixture->last.connection);
    server_close(fixture->server, fixture->last.connection);
    assert_int_equal(hear(fixture, fd, &heard, 2 * fixture->big, &end), fixture->big + 1);
    assert_true(end);
    wait_until(fixture, fixture->closed == 1);
}

/* The server ends with callers that are paused, doomed and in the middle of a line. */
static void the_end_of_a_server_in_the_middle_of_things(void **state)
{
    Fixture *fixture = *state;
    _cleanup_close_ int half = new_caller(fixture), deaf = new_caller(fixture);
    _cleanup_close_ int doomed = new_caller(fixture);
    fixture->big = 3 << 20;
    say(fixture, half, "s");
    say(fixture, deaf, "more\nsecond\n");
    say(fixture, doomed, "s\n");
    wait_until(fixture, fixture->line_count == 2);
    server_close(fixture->server, fixture->last.connection);
    server_free(STEAL(fixture->server));
    server_free(NULL);
    expect_end(fixture, half);
    assert_int_equal(fixture->closed, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up_started, tear_down_armed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_server_where_nothing_can_be_watched, set_up,
                                        tear_down_armed),
        TEST(a_connection_that_cannot_be_taken),
        TEST(a_caller_waits_at_the_door),
        TEST(no_pause_can_be_had),
        TEST(what_is_read_after_an_interruption),
        TEST(what_is_written_after_an_interruption),
        TEST(a_caller_that_cannot_be_written_to),
        TEST(a_connection_that_is_lost),
        TEST(an_answer_that_cannot_be_waited_for),
        TEST(a_refusal_that_nobody_hears),
        TEST(closed_once_all_is_written),
        TEST(the_end_of_a_server_in_the_middle_of_things),
    };
    return cmocka_run_group_tests_name("rpc/server-faults", tests, NULL, NULL);
}
