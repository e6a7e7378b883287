/* SPDX-License-Identifier: Apache-2.0 */

/* The parts of clockify-bridgectl: words to params, tables on a terminal, and a bridge that answers
 * oddly. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/ctl.h"
#include "app/ctl_args.h"
#include "app/ctl_table.h"

static char complaint[256];

/* In place of the tool's own. */
void ctl_complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(complaint, sizeof(complaint), format, args);
    va_end(args);
}

static const CtlArg args[] = {
    {.param = "user", .required = true},
    {.option = "--limit", .param = "limit", .type = CTL_NUMBER},
    {.option = "--all", .param = "all", .type = CTL_FLAG},
    {.option = "--blocked", .param = "state", .type = CTL_FLAG, .flag_text = "blocked"},
    {.option = "--why", .param = "why"},
    {0},
};

static void words_become_params(void **state _unused_)
{
    static const struct {
        const char *words[6];
        const char *user;
        const char *params; /* NULL = refused with `complaint` */
        const char *complaint;
    } rows[] = {
        {{"U"}, NULL, "{\"user\":\"U\"}", NULL},
        {{NULL}, "K", "{\"user\":\"K\"}", NULL},
        {{"--limit", "5", "U"}, NULL, "{\"limit\":5,\"user\":\"U\"}", NULL},
        {{"--limit=5", "--all", "U"}, NULL, "{\"all\":true,\"limit\":5,\"user\":\"U\"}", NULL},
        {{"U", "--blocked"}, NULL, "{\"state\":\"blocked\",\"user\":\"U\"}", NULL},
        {{"-", "--why=--all"}, NULL, "{\"user\":\"-\",\"why\":\"--all\"}", NULL},
        {{NULL}, NULL, NULL, "missing: user"},
        {{"U", "V"}, NULL, NULL, "unexpected argument: V"},
        {{"U"}, "K", NULL, "unexpected argument: U"},
        {{"U", "--nope"}, NULL, NULL, "unexpected argument: --nope"},
        {{"U", "--limit"}, NULL, NULL, "--limit wants a value"},
        {{"U", "--limit", "x"}, NULL, NULL, "--limit wants a number, not \"x\""},
        {{"U", "--all=yes"}, NULL, NULL, "--all takes no value"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_json_ Json *params = NULL;
        size_t count = 0;
        while (rows[i].words[count])
            count++;
        complaint[0] = '\0';
        int r = ctl_args_read(args, rows[i].user, (char *const *)rows[i].words, count, &params);
        assert_int_equal(r, rows[i].params ? 0 : -1);
        assert_string_equal(complaint, rows[i].complaint ? rows[i].complaint : "");
        if (rows[i].params) {
            _cleanup_free_ char *text = json_canonical(params);
            assert_string_equal(text, rows[i].params);
        }
    }
}

static void user_means_nothing_to_some(void **state _unused_)
{
    static const CtlArg none[] = {{0}};
    Json *params = NULL;
    assert_int_equal(ctl_args_read(none, "K", NULL, 0, &params), -1);
    assert_null(params);
    assert_string_equal(complaint, "--user means nothing to this command");
}

/* What the table prints on a terminal of `columns`, or into a file where that is 0. */
static char *print_table(const CtlTable *table, unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    int ends[2], out = dup(STDOUT_FILENO);
    char *text = xcalloc(1, 4096);
    fflush(stdout);
    if (columns > 0)
        assert_int_equal(openpty(&ends[0], &ends[1], NULL, NULL, &size), 0);
    else
        assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDOUT_FILENO);
    ctl_table_print(table);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    assert_true(read(ends[0], text, 4095) > 0);
    close(ends[0]);
    close(ends[1]);
    close(out);
    return text;
}

static const char *const titles[] = {"ID", "NAME", "TEXT"};

static void columns_are_aligned(void **state _unused_)
{
    _cleanup_(ctl_table_freep) CtlTable *table = ctl_table_new(titles, ARRAY_SIZE(titles));
    ctl_table_add(table, xstrdup("1"));
    ctl_table_add(table, xstrdup("J\xc3\xb6rg")); /* one character of two bytes */
    ctl_table_add(table, NULL);
    ctl_table_add(table, xstrdup("22"));
    ctl_table_add(table, xstrdup("\xe6\x97\xa5\xe6\x9c\xac")); /* two characters of two cells */
    ctl_table_add(table, xstrdup("red \x1b[31m"));
    _cleanup_free_ char *text = print_table(table, 0);
    assert_string_equal(text, "ID  NAME  TEXT\n"
                              "1   J\xc3\xb6rg  -\n"
                              "22  \xe6\x97\xa5\xe6\x9c\xac  red ?[31m\n");
}

static void terminal_cuts_the_widest(void **state _unused_)
{
    int ends[2];
    if (openpty(&ends[0], &ends[1], NULL, NULL, NULL) < 0)
        skip(); /* a container without /dev/pts */
    close(ends[0]);
    close(ends[1]);
    _cleanup_(ctl_table_freep) CtlTable *table = ctl_table_new(titles, ARRAY_SIZE(titles));
    ctl_table_add(table, xstrdup("1"));
    ctl_table_add(table, xstrdup("anna"));
    ctl_table_add(table, xstrdup("a sentence that is longer than the terminal"));
    _cleanup_free_ char *narrow = print_table(table, 24);
    assert_string_equal(narrow, "ID  NAME  TEXT\r\n"
                                "1   anna  a sentence th\xe2\x80\xa6\r\n");
    _cleanup_free_ char *wide = print_table(table, 60);
    assert_non_null(strstr(wide, "a sentence that is longer than the terminal\r\n"));
}

/* A process that takes one connection and one line, answers with `bytes`, and ends. */
static pid_t answer_with(const char *path, const char *bytes, unsigned hold_s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[1024];
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    unlink(path);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = accept(listener, NULL, NULL);
        if (read(fd, line, sizeof(line)) > 0 && *bytes)
            (void)!write(fd, bytes, strlen(bytes));
        sleep(hold_s);
        _exit(0);
    }
    close(listener);
    return child;
}

static void odd_answers(void **state)
{
    static const struct {
        const char *bytes;
        int r;
        const char *words; /* of the error, or the result */
    } rows[] = {
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1}}\n", 0, "{\"a\":1}"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":1}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"
         "\n",
         0, "{}"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001}}\n", 1, "{\"code\":-32001}"},
        {"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32011}}\n", 1, "{\"code\":-32011}"},
        {"hello\n", -1, "no bridge"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,", -1, "closed the connection"},
        {"", -1, "closed the connection"},
    };
    const char *path = *state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_json_ Json *result = NULL, *failure = NULL;
        _cleanup_(ctl_client_freep) CtlClient *client = NULL;
        Error error = {0};
        pid_t child = answer_with(path, rows[i].bytes, 0);
        assert_int_equal(ctl_client_new(path, 5, &client, &error), 0);
        assert_int_equal(ctl_client_call(client, "x.y", NULL, &result, &failure, &error),
                         rows[i].r);
        waitpid(child, NULL, 0);
        if (rows[i].r < 0) {
            assert_non_null(strstr(error.message, rows[i].words));
        } else {
            _cleanup_free_ char *text = json_text(rows[i].r == 0 ? result : failure);
            assert_string_equal(text, rows[i].words);
        }
    }
}

static void silence_ends_in_time(void **state)
{
    _cleanup_json_ Json *result = NULL, *failure = NULL;
    _cleanup_(ctl_client_freep) CtlClient *client = NULL;
    Error error = {0};
    pid_t child = answer_with(*state, "", 2);
    assert_int_equal(ctl_client_new(*state, 1, &client, &error), 0);
    assert_int_equal(ctl_client_call(client, "x.y", NULL, &result, &failure, &error), -1);
    assert_string_equal(error.message, "no answer to x.y within 1 s");
    waitpid(child, NULL, 0);
}

static void nobody_there(void **state)
{
    CtlClient *client = NULL;
    Error error = {0};
    unlink(*state);
    assert_int_equal(ctl_client_new(*state, 1, &client, &error), -1);
    assert_null(client);
    assert_int_equal(error.reason, ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.message, *state));
}

static int setup(void **state)
{
    char directory[] = "/tmp/test_ctl.XXXXXX";
    if (!mkdtemp(directory))
        return -1;
    *state = xasprintf("%s/socket", directory);
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static int teardown(void **state)
{
    char *path = *state;
    unlink(path);
    *strrchr(path, '/') = '\0';
    int r = rmdir(path);
    free(path);
    return r;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_params), cmocka_unit_test(user_means_nothing_to_some),
        cmocka_unit_test(columns_are_aligned), cmocka_unit_test(terminal_cuts_the_widest),
        cmocka_unit_test(odd_answers),         cmocka_unit_test(silence_ends_in_time),
        cmocka_unit_test(nobody_there),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
