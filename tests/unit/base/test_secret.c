/* SPDX-License-Identifier: Apache-2.0 */

/* Secrets, and the log that must never show one or be led astray by a text. */

#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/secret.h"

static void lengths(void **state _unused_)
{
    static const struct {
        size_t length;
        bool good;
    } rows[] = {{0, false}, {1, true}, {32, true}, {4096, true}, {4097, false}};
    unsigned char bytes[4097];
    memset(bytes, 'k', sizeof(bytes));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_secret_ Secret *secret = secret_new(bytes, rows[i].length);
        assert_int_equal(secret != NULL, rows[i].good);
        if (!secret)
            continue;
        assert_int_equal(secret_length(secret), rows[i].length);
        assert_memory_equal(secret_bytes(secret), bytes, rows[i].length);
        assert_int_equal(secret_bytes(secret)[rows[i].length], 0);
    }
}

static void copies(void **state _unused_)
{
    _cleanup_secret_ Secret *secret = secret_new("\0\xff\n", 3);
    _cleanup_secret_ Secret *copy = secret_copy(secret);
    assert_ptr_not_equal(secret_bytes(copy), secret_bytes(secret));
    assert_int_equal(secret_length(copy), 3);
    assert_memory_equal(secret_bytes(copy), "\0\xff\n", 3);
    assert_null(secret_copy(NULL));
    secret_free(NULL);
}

static void tokens(void **state _unused_)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"1234567", false},
        {"12345678", true},
        {"!~abcdEF+/=09", true},
        {"", false},
        {"1234 5678", false},
        {" 12345678", false},
        {"12345678 ", false},
        {"12345678\n", false},
        {"1234\r\n5678", false},
        {"1234\t5678", false},
        {"12345678\x7f", false},
        {"12345678é", false},
        {"\x01"
         "12345678",
         false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_secret_ Secret *secret = secret_from_token(rows[i].text);
        check_row((secret != NULL) == rows[i].good, rows[i].text);
    }
    char text[514];
    memset(text, 'x', sizeof(text));
    text[512] = '\0';
    _cleanup_secret_ Secret *longest = secret_from_token(text);
    assert_non_null(longest);
    text[512] = 'x';
    text[513] = '\0';
    assert_null(secret_from_token(text));
    assert_null(secret_from_token(NULL));
}

static void hints(void **state _unused_)
{
    static const struct {
        const char *token, *hint;
    } rows[] = {{"12345678", ""}, {"123456789", "…6789"}, {"abcdefghijklMNOP", "…MNOP"}};
    char buffer[SECRET_HINT_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_secret_ Secret *secret = secret_from_token(rows[i].token);
        check_row_text(secret_hint(secret, buffer), rows[i].hint, rows[i].token);
    }
    _cleanup_secret_ Secret *binary = secret_new("0123456789\n\0\xff", 13);
    assert_string_equal(secret_hint(binary, buffer), "");
    assert_string_equal(secret_hint(NULL, buffer), "");
}

static void wiping(void **state _unused_)
{
    char text[] = "secret", zero[sizeof(text)] = {0};
    secret_wipe(text, 3);
    assert_memory_equal(text, "\0\0\0ret", 7);
    secret_wipe(text, sizeof(text));
    assert_memory_equal(text, zero, sizeof(text));
    secret_wipe(NULL, 0);
}

/* What `write_lines` brings to standard error; the caller frees it. */
static char *logged(LogLevel level, void (*write_lines)(void))
{
    Buffer text = BUFFER_EMPTY;
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO), c;
    assert_non_null(file);
    assert_true(kept >= 0);
    dup2(fileno(file), STDERR_FILENO);
    log_setup(level, LOG_TARGET_STDERR);
    write_lines();
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    while ((c = fgetc(file)) != EOF)
        buffer_add_char(&text, (char)c);
    fclose(file);
    return buffer_steal(&text);
}

static void one_line_a_level(void)
{
    log_error("e %d", 1);
    log_warning("w");
    log_info("i");
    log_debug("d");
}

static void levels(void **state _unused_)
{
    static const struct {
        LogLevel level;
        const char *lines;
    } rows[] = {
        {LOG_LEVEL_ERROR, "<3>e 1\n"},
        {LOG_LEVEL_WARNING, "<3>e 1\n<4>w\n"},
        {LOG_LEVEL_INFO, "<3>e 1\n<4>w\n<6>i\n"},
        {LOG_LEVEL_DEBUG, "<3>e 1\n<4>w\n<6>i\n<7>d\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *lines = logged(rows[i].level, one_line_a_level);
        check_row_text(lines, rows[i].lines, rows[i].lines);
    }
}

static void hostile_lines(void)
{
    log_error("user said: %s", "x\n<0>forged\r\x1b[2J\xff");
    log_error("%s", "");
}

static void one_line_stays_one_line(void **state _unused_)
{
    _cleanup_free_ char *lines = logged(LOG_LEVEL_INFO, hostile_lines);
    assert_string_equal(lines, "<3>user said: x?<0>forged??[2J?\n<3>\n");
}

static void error_number_lines(void)
{
    errno = ENOENT;
    log_debug("not written");
    log_error("%m");
    assert_int_equal(errno, ENOENT);
}

static void error_number_survives(void **state _unused_)
{
    _cleanup_free_ char *lines = logged(LOG_LEVEL_INFO, error_number_lines);
    assert_string_equal(lines, "<3>No such file or directory\n");
}

static void long_line(void)
{
    char text[20001];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_info("%s", text);
}

static void long_lines_are_whole(void **state _unused_)
{
    _cleanup_free_ char *lines = logged(LOG_LEVEL_INFO, long_line);
    assert_int_equal(strlen(lines), 20000 + strlen("<6>\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths),
        cmocka_unit_test(copies),
        cmocka_unit_test(tokens),
        cmocka_unit_test(hints),
        cmocka_unit_test(wiping),
        cmocka_unit_test(levels),
        cmocka_unit_test(one_line_stays_one_line),
        cmocka_unit_test(error_number_survives),
        cmocka_unit_test(long_lines_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
