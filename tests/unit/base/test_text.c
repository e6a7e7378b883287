/* SPDX-License-Identifier: Apache-2.0 */

/* UTF-8, cutting, folding, and growing buffers. */

#include "check.h"

#include <locale.h>
#include <stdio.h>
#include <wchar.h>
#include <wctype.h>

#include "base/buffer.h"
#include "base/text.h"

static void utf8(void **state _unused_)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"", true},
        {"abc", true},
        {"\x7f", true},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xe0\xa0\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true},
        {"\xf0\x90\x80\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false},
        {"\xbf", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xed\xa0\x80", false},
        {"\xed\xbf\xbf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xff", false},
        {"\xc3", false},
        {"\xe2\x82", false},
        {"\xf0\x9f\x98", false},
        {"\xc3\x28", false},
        {"\xe2\x28\xa1", false},
        {"ok\xe2\x82\xac\xff", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_row(text_is_utf8(rows[i].text, strlen(rows[i].text)) == rows[i].good, rows[i].text);
    assert_true(text_is_utf8("a\0b", 3));
    assert_false(text_is_utf8("\xc3\xa9", 1)); /* the second byte is beyond the length */
}

static void walking(void **state _unused_)
{
    static const uint32_t wanted[] = {'a', 0xe9, 0x20ac, 0x1f600, TEXT_BAD_BYTE + 0xff, 0xe9, 0, 0};
    const char *at = "aé€😀\xffé";
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
        assert_int_equal(text_next(&at), wanted[i]);
}

static void counting_and_cutting(void **state _unused_)
{
    static const struct {
        const char *text;
        size_t characters, cut_at;
        const char *cut;
    } rows[] = {
        {"", 0, 0, ""},       {"", 0, 5, ""},      {"abc", 3, 2, "ab"}, {"abc", 3, 3, "abc"},
        {"abc", 3, 4, "abc"}, {"äöü", 3, 2, "äö"}, {"€€", 2, 1, "€"},   {"😀a", 2, 1, "😀"},
        {"😀a", 2, 2, "😀a"},   {"abc", 3, 0, ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *cut = text_cut(rows[i].text, rows[i].cut_at);
        check_row_int((int64_t)text_length(rows[i].text), (int64_t)rows[i].characters,
                      rows[i].text);
        check_row_text(cut, rows[i].cut, rows[i].text);
        check_row_int((int64_t)text_prefix(rows[i].text, rows[i].cut_at),
                      (int64_t)strlen(rows[i].cut), rows[i].text);
    }
}

static void copying(void **state _unused_)
{
    static const struct {
        const char *from;
        size_t size;
        const char *copy;
    } rows[] = {
        {"abc", 4, "abc"}, {"abc", 3, "ab"}, {"abc", 1, ""}, {"", 1, ""},   {NULL, 4, ""},
        {"aé", 4, "aé"},   {"aé", 3, "a"},   {"aé", 2, "a"}, {"😀", 5, "😀"}, {"😀", 4, ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char buffer[8] = "#######";
        const char *label = rows[i].from ? rows[i].from : "NULL";
        check_row_text(text_copy(buffer, rows[i].size, rows[i].from), rows[i].copy, label);
        check_row_int(buffer[rows[i].size], '#', label);
    }
}

static void white_space(void **state _unused_)
{
    static const struct {
        const char *text, *folded;
    } rows[] = {
        {"", ""},
        {"   ", ""},
        {"a", "a"},
        {"  a  b ", "a b"},
        {"a\r\n\tb", "a b"},
        {"a\xc2\xa0 b", "a b"},
        {"\xe3\x80\x80 a\xe2\x80\xa8", "a"},
        {"a\xe2\x80\x8b"
         "b",
         "a\xe2\x80\x8b"
         "b"}, /* the zero width space is none */
        {"é\xc2\x85é", "é é"},
        {"\xff \xff", "\xff \xff"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *folded = text_fold_space(rows[i].text);
        check_row_text(folded, rows[i].folded, rows[i].text);
    }
}

static void neutralizing(void **state _unused_)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"", ""},
        {"plain é 😀", "plain é 😀"},
        {"a\nb\r\tc", "a?b??c"},
        {"\x1b[31m\x7f", "?[31m?"},
        {"\xc2\x9b"
         "31m",
         "?31m"},
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xae"
         "c\xe2\x81\xa6",
         "a?b?c?"},
        {"\xff\xc3", "??"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[32];
        strcpy(text, rows[i].text);
        text_neutralize(text);
        check_row_text(text, rows[i].shown, rows[i].text);
    }
}

static void letter_case(void **state _unused_)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"", "", true},          {"a", "", false},
        {"", "a", false},        {"Bug", "bUG", true},
        {"Bug", "Bugs", false},  {"ÄÖÜ", "äöü", true},
        {"À×÷", "à×÷", true},    {"×", "÷", false},
        {"ŁÓDŹ", "łódź", true},  {"ŠŽŸ", "šžÿ", true},
        {"Ș Ț", "ș ț", true},    {"ΟΔΟΣ", "οδος", true},
        {"Ώρα", "ώΡΑ", true},    {"ЗАДАЧА Ё Ђ", "задача ё ђ", true},
        {"ԲԱ", "բա", true},      {"VIỆT", "việt", true},
        {"İ", "i", true},        {"ẞ", "ß", true},
        {"ß", "ss", false},      {"课题", "课题", true},
        {"课题", "课提", false}, {"\xff", "\xfe", false},
        {"\xc3", "Ã", false},    {"[", "{", false},
        {"@", "`", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *a = text_lower(rows[i].a), *b = text_lower(rows[i].b);
        check_row(text_equal_nocase(rows[i].a, rows[i].b) == rows[i].equal, rows[i].a);
        check_row(text_equal_nocase(rows[i].b, rows[i].a) == rows[i].equal, rows[i].a);
        check_row(streq(a, b) == rows[i].equal, rows[i].a);
    }
}

/* Every letter that the C library knows a capital of, in the blocks that we claim to know; a fold,
 * being more than a small letter, may differ where two small letters are one. */
static void letter_case_against_the_c_library(void **state _unused_)
{
    static const struct {
        uint32_t first, last;
    } blocks[] = {{0x21, 0x17f}, {0x386, 0x3ce}, {0x400, 0x52f}, {0x531, 0x556}, {0x1e00, 0x1eff}};
    static const wchar_t two_small_letters[] = {0xb5, 0x17f, 0x3c2, 0x1e9b, 0};
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    int letters = 0;
    if (locale == (locale_t)0) {
        print_message("there is no C.UTF-8 locale to compare with\n");
        skip();
    }
    for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
        for (uint32_t c = blocks[i].first; c <= blocks[i].last; c++) {
            char text[16];
            Buffer label = BUFFER_EMPTY;
            wchar_t lower = (wchar_t)towlower_l((wint_t)c, locale);
            if (wcschr(two_small_letters, (wchar_t)c))
                continue;
            letters += lower != (wchar_t)c;
            if (c < 0x80) {
                text[0] = (char)c, text[1] = '\0';
            } else if (c < 0x800) {
                snprintf(text, sizeof(text), "%c%c", (int)(0xc0 | c >> 6),
                         (int)(0x80 | (c & 0x3f)));
            } else {
                snprintf(text, sizeof(text), "%c%c%c", (int)(0xe0 | c >> 12),
                         (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
            }
            _cleanup_free_ char *folded = text_lower(text);
            const char *at = folded;
            buffer_addf(&label, "U+%04X %s", c, text);
            check_row_int((int64_t)text_next(&at), (int64_t)lower, buffer_text(&label));
            buffer_done(&label);
        }
    }
    freelocale(locale);
    assert_true(letters > 400);
}

static void beginnings_and_ends(void **state _unused_)
{
    assert_true(text_starts_with("https://x", "https://"));
    assert_true(text_starts_with("x", ""));
    assert_false(text_starts_with("http", "https"));
    assert_true(text_ends_with("a.clockify.me", ".clockify.me"));
    assert_true(text_ends_with("a", ""));
    assert_false(text_ends_with("me", ".me"));
}

static void numbers(void **state _unused_)
{
    static const struct {
        const char *text;
        int result;
        int64_t number;
    } rows[] = {
        {"0", 0, 0},
        {"007", 0, 7},
        {"9223372036854775807", 0, INT64_MAX},
        {"9223372036854775808", -1, 0},
        {"99999999999999999999999", -1, 0},
        {"", -1, 0},
        {"-1", -1, 0},
        {"+1", -1, 0},
        {" 1", -1, 0},
        {"1 ", -1, 0},
        {"0x1", -1, 0},
        {"1.0", -1, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t number = -77;
        check_row_int(text_to_int64(rows[i].text, &number), rows[i].result, rows[i].text);
        check_row_int(number, rows[i].result == 0 ? rows[i].number : -77, rows[i].text);
    }
    assert_int_equal(text_to_int64(NULL, &(int64_t){0}), -1);
}

static void buffers_grow_and_shrink(void **state _unused_)
{
    Buffer buffer = BUFFER_EMPTY;
    assert_string_equal(buffer_text(&buffer), "");
    buffer_add_text(&buffer, NULL);
    buffer_add(&buffer, "", 0);
    assert_null(buffer.data);
    for (int i = 0; i < 1000; i++)
        buffer_addf(&buffer, "%d,", i % 10);
    assert_int_equal(buffer.length, 2000);
    assert_int_equal(strlen(buffer_text(&buffer)), 2000);
    buffer_consume(&buffer, 1996);
    assert_string_equal(buffer_text(&buffer), "8,9,");
    buffer_add_char(&buffer, '!');
    buffer_consume(&buffer, 0);
    assert_string_equal(buffer_text(&buffer), "8,9,!");
    buffer_consume(&buffer, 6);
    assert_string_equal(buffer_text(&buffer), "");
    assert_int_equal(buffer.length, 0);
    buffer_add(&buffer, "a\0b", 3);
    assert_int_equal(buffer.length, 3);
    buffer_clear(&buffer);
    _cleanup_free_ char *stolen = buffer_steal(&buffer);
    assert_string_equal(stolen, "");
    assert_null(buffer.data);
    _cleanup_free_ char *empty = buffer_steal(&buffer);
    assert_string_equal(empty, "");
    buffer_consume(&buffer, 3);
    buffer_done(&buffer);
}

/* 63, 64 and 65 bytes: around the first size that is allocated. */
static void buffers_keep_room_for_the_nul(void **state _unused_)
{
    for (size_t length = 60; length < 70; length++) {
        Buffer buffer = BUFFER_EMPTY;
        char bytes[70];
        memset(bytes, 'x', sizeof(bytes));
        buffer_add(&buffer, bytes, length);
        assert_true(buffer.capacity > length);
        assert_int_equal(strlen(buffer.data), length);
        buffer_done(&buffer);
    }
}

static void url_encoding(void **state _unused_)
{
    static const struct {
        const char *text, *encoded;
    } rows[] = {
        {"", ""},
        {"AZaz09-._~", "AZaz09-._~"},
        {"a b&c=d/e?f#g%", "a%20b%26c%3Dd%2Fe%3Ff%23g%25"},
        {"é", "%C3%A9"},
        {"+\n\xff", "%2B%0A%FF"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Buffer buffer = BUFFER_EMPTY;
        buffer_add_url(&buffer, rows[i].text);
        check_row_text(buffer_text(&buffer), rows[i].encoded, rows[i].text);
        buffer_done(&buffer);
    }
    Buffer buffer = BUFFER_EMPTY;
    buffer_add_url(&buffer, NULL);
    assert_null(buffer.data);
}

static void owned_strings(void **state _unused_)
{
    _cleanup_free_ char *text = NULL;
    set_string(&text, "a");
    set_string(&text, text);
    assert_string_equal(text, "a");
    set_string(&text, NULL);
    assert_null(text);
    assert_null(xstrdup(NULL));
    assert_true(streq(NULL, NULL));
    assert_false(streq(NULL, ""));
    assert_false(streq("", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8),
        cmocka_unit_test(walking),
        cmocka_unit_test(counting_and_cutting),
        cmocka_unit_test(copying),
        cmocka_unit_test(white_space),
        cmocka_unit_test(neutralizing),
        cmocka_unit_test(letter_case),
        cmocka_unit_test(letter_case_against_the_c_library),
        cmocka_unit_test(beginnings_and_ends),
        cmocka_unit_test(numbers),
        cmocka_unit_test(buffers_grow_and_shrink),
        cmocka_unit_test(buffers_keep_room_for_the_nul),
        cmocka_unit_test(url_encoding),
        cmocka_unit_test(owned_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
