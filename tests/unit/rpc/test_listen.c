/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where the server listens: the socket's file, its rights and its end, what may stand in its place,
 * and a socket that systemd hands over. Starts one process of its own, and waits for it.
 */

#include <sys/wait.h>

#include "server_fixture.h"

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
        TEST(the_file_has_its_rights),
        TEST(a_live_listener_stays),
        UNMADE(a_dead_socket_makes_way),
        UNMADE(another_file_stays),
        TEST(the_file_of_another_is_not_removed),
        UNMADE(places_that_cannot_be),
        UNMADE(a_group_that_is_missing),
        UNMADE(systemd_hands_over_a_socket),
    };
    return cmocka_run_group_tests_name("rpc/listen", tests, NULL, NULL);
}
