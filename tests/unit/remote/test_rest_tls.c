/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates, against the server of the openssl command; without that command the whole program
 * is skipped. */

#include "tests/unit/remote/rest_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int run_openssl(const char *const arguments[], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int r;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    r = posix_spawnp(ret_pid, "openssl", &actions, NULL, (char **)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return r;
}

/* Asks until the TLS server is up: until then nobody listens. */
static RestAnswer *ask_when_up(Fixture *fixture, int port)
{
    for (int i = 0; i < 100; i++) {
        RestRequest request = {.url = xasprintf("https://localhost:%d/", port)};
        RestAnswer *answer = &fixture->got[fixture->count].answer;

        fixture_send(fixture, &request, 0);
        fixture_wait(fixture, fixture->count + 1);
        if (answer->failure != REST_NO_CONNECTION)
            return answer;
        usleep(50000);
    }
    fail_msg("openssl s_server did not start");
    return NULL;
}

/* A certificate that nobody vouches for is refused; vouched for by ca_file, for its own name only,
 * it is taken. */
static void a_private_certificate(void **state)
{
    char directory[] = "/tmp/test-rest-XXXXXX";
    _cleanup_free_ char *key = NULL, *cert = NULL, *port = NULL;
    int number = server_closed_port();
    RestOptions options = fixture_options;
    Fixture fixture;
    RestAnswer *answer;
    pid_t pid = 0;

    (void)state;
    assert_non_null(mkdtemp(directory));
    key = xasprintf("%s/key.pem", directory);
    cert = xasprintf("%s/cert.pem", directory);
    port = xasprintf("%d", number);
    {
        const char *const make[] = {"openssl",
                                    "req",
                                    "-x509",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:P-256",
                                    "-nodes",
                                    "-keyout",
                                    key,
                                    "-out",
                                    cert,
                                    "-days",
                                    "2",
                                    "-subj",
                                    "/CN=localhost",
                                    "-addext",
                                    "subjectAltName=DNS:localhost",
                                    NULL};
        const char *const serve[] = {"openssl", "s_server", "-accept", port,     "-key", key,
                                     "-cert",   cert,       "-www",    "-quiet", NULL};
        int status = 0;

        assert_int_equal(run_openssl(make, &pid), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(run_openssl(serve, &pid), 0);
    }
    fixture_start(&fixture, &options);
    answer = ask_when_up(&fixture, number);
    assert_int_equal(answer->outcome, REST_NOT_SENT);
    assert_int_equal(answer->failure, REST_NO_TLS);
    assert_non_null(strcasestr(answer->problem, "certificate"));
    fixture_stop(&fixture);

    options.ca_file = cert;
    fixture_start(&fixture, &options);
    answer = ask_when_up(&fixture, number);
    assert_int_equal(answer->outcome, REST_ANSWERED);
    assert_int_equal(answer->status, 200);
    {
        RestRequest request = {.url = xasprintf("https://127.0.0.1:%d/", number)};
        size_t before = fixture.count;

        fixture_send(&fixture, &request, 0);
        fixture_wait(&fixture, before + 1);
        assert_int_equal(fixture.got[before].answer.outcome, REST_NOT_SENT);
        assert_int_equal(fixture.got[before].answer.failure, REST_NO_TLS);
    }
    fixture_stop(&fixture);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    unlink(key);
    unlink(cert);
    rmdir(directory);
}

static bool has_openssl(void)
{
    const char *const arguments[] = {"openssl", "version", NULL};
    int status = 0;
    pid_t pid = 0;

    return run_openssl(arguments, &pid) == 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_certificate),
    };

    if (!has_openssl()) {
        puts("1..0 # SKIP the openssl command is not installed");
        return 0;
    }
    rest_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
