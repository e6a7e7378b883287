/* SPDX-License-Identifier: Apache-2.0 */

/* What is JSON and what is not, and reading without conversion. */

#include "check.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "base/time.h"

#define DEPTH 32
#define MIB   ((size_t)1 << 20)

static Json *parse(const char *text)
{
    Json *json = NULL;
    Error error = {0};
    if (json_parse(text, strlen(text), DEPTH, &json, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    return json;
}

/* Each comes back as written on the right, or as it is where that is NULL. */
static void good_texts(void **state _unused_)
{
    static const struct {
        const char *text, *back;
    } rows[] = {
        {"null", NULL},
        {"true", NULL},
        {"false", NULL},
        {"0", NULL},
        {"-0", "0"},
        {"12", NULL},
        {"-9223372036854775808", NULL},
        {"9223372036854775807", NULL},
        {"1.5", NULL},
        {"-0.25e-3", NULL},
        {"1E+2", NULL},
        {"1e400", NULL},
        {"123456789012345678901234567890.0", NULL},
        {"\"\"", NULL},
        {"\"a/b\"", NULL},
        {"\"\\u0041\\n\\\"\\\\\\/\"", "\"A\\n\\\"\\\\/\""},
        {"\"\\ud83d\\ude00\"", "\"😀\""},
        {"\"\\ud800\"", "\"\uFFFD\""}, /* half a character, as a text cut by a browser ends */
        {"\"\\udc00\\ud83dA\"", "\"\uFFFD\uFFFDA\""},
        {"\"\x7f\xc3\xa9\"", NULL},
        {"[]", NULL},
        {"{}", NULL},
        {" \t\r\n[ 1 , 2 ] \r\n", "[1,2]"},
        {"12 ", "12"},
        {"{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}", NULL},
        {"{\"a\":\":\",\"b\":\"{\\\"a\\\":1}\"}", NULL},
        {"{\"a\":1,\"A\":2,\"\":3}", NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_json_ Json *json = parse(rows[i].text);
        _cleanup_free_ char *back = json_text(json);
        check_row_text(back, rows[i].back ? rows[i].back : rows[i].text, rows[i].text);
    }
}

static void bad_texts(void **state _unused_)
{
    static const char *const rows[] = {
        "",
        " ",
        "nul",
        "nulll",
        "True",
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x10",
        "1 2",
        "{} {}",
        "[] x",
        "9223372036854775808",
        "-9223372036854775809",
        "[18446744073709551616]",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u0000\"",
        "{\"a\\u0000b\":1}",
        "\"a\tb\"",
        "\"a\nb\"",
        "'a'",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "[}",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\"::1}",
        "[1:2]",
        "[1]/* c */",
        "// c\n1",
        "\xef\xbb\xbf{}",
        "\"\xc3\"",
        "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"x\":{\"a\":1,\"b\":2,\"a\":{\"c\":1}}}]",
        "{\"a\":{\"b\":1},\"a\":{\"c\":1,\"d\":2}}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Json *json = (Json *)&rows;
        Error error = {0};
        check_row_int(json_parse(rows[i], strlen(rows[i]), DEPTH, &json, &error), -1, rows[i]);
        check_row_int(error.reason, ERROR_PARSE, rows[i]);
        check_row(error.message[0] != '\0', rows[i]);
        check_row(json == (Json *)&rows, rows[i]); /* left alone */
    }
}

static void bytes_that_are_no_c_string(void **state _unused_)
{
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {{"1\0", 2}, {"\"a\0b\"", 5}, {"\0", 1}, {"[1]\0]", 5}};
    Json *json = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_row_int(json_parse(rows[i].bytes, rows[i].length, DEPTH, &json, NULL), -1,
                      rows[i].bytes);
    /* and what follows the text is not looked at */
    assert_int_equal(json_parse("12345", 2, DEPTH, &json, NULL), 0);
    assert_int_equal(json_object_get_int(json), 12);
    json_object_put(json);
}

static void nest(Buffer *text, int levels, const char *open, const char *inner, const char *close)
{
    buffer_clear(text);
    for (int i = 0; i < levels; i++)
        buffer_add_text(text, open);
    buffer_add_text(text, inner);
    for (int i = 0; i < levels; i++)
        buffer_add_text(text, close);
}

/* An array of so many items, as text; in memory of json-c's one "{}" is four hundred times as long.
 */
static Buffer array_of(const char *item, size_t length)
{
    Buffer text = BUFFER_EMPTY;
    buffer_add_char(&text, '[');
    while (text.length + strlen(item) + 2 < length) {
        buffer_add_text(&text, item);
        buffer_add_char(&text, ',');
    }
    buffer_add_text(&text, item);
    buffer_add_char(&text, ']');
    return text;
}

static void no_text_becomes_many_times_its_size(void **state _unused_)
{
    static const char *const items[] = {"{}", "[]", "\"\"", "{\"a\":1}", "0", "1.5", "[[{}]]"};
    for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
        _cleanup_(buffer_done) Buffer text = array_of(items[i], 3 * MIB);
        Json *json = NULL;
        Error error = {0};
        check_row_int(json_parse(text.data, text.length, DEPTH, &json, &error), -1, items[i]);
        check_row_int(error.reason, ERROR_INVALID_REQUEST, items[i]);
        check_row_text(error.limit, "memory", items[i]);
    }
}

/* What a service says at the most: a page of 5,000 small things, and many megabytes of larger ones.
 */
static void large_answers_are_taken(void **state _unused_)
{
    static const struct {
        const char *item;
        size_t length;
    } rows[] = {
        {"{}", 20000},
        {"{\"id\":\"0123456789abcdef01234567\",\"name\":\"x\",\"archived\":false}", MIB},
        {"{\"userId\":\"0123456789abcdef01234567\",\"hourlyRate\":null,\"costRate\":null,"
         "\"targetId\":\"0123456789abcdef01234567\",\"membershipType\":\"PROJECT\"}",
         4 * MIB},
        {"\"0123456789abcdef01234567\"", 2 * MIB},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(buffer_done) Buffer text = array_of(rows[i].item, rows[i].length);
        _cleanup_json_ Json *json = NULL;
        check_row_int(json_parse(text.data, text.length, DEPTH, &json, NULL), 0, rows[i].item);
    }
}

static void nesting(void **state _unused_)
{
    static const struct {
        const char *open, *inner, *close;
    } rows[] = {{"[", "", "]"}, {"[", "1", "]"}, {"{\"a\":", "{}", "}"}, {"{\"a\":[", "", "]}"}};
    static const int depths[] = {1, 2, 8, 32, 64};
    Buffer text = BUFFER_EMPTY;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        for (size_t d = 0; d < ARRAY_SIZE(depths); d++) {
            int each = strlen(rows[i].close) > 1 ? 2 : 1, inner = *rows[i].inner == '{';
            int levels = (depths[d] - inner) / each;
            Json *json = NULL;
            Error error = {0};
            nest(&text, levels, rows[i].open, rows[i].inner, rows[i].close);
            check_row_int(json_parse(text.length ? text.data : "0", text.length ? text.length : 1,
                                     depths[d], &json, &error),
                          0, buffer_text(&text));
            json_object_put(json);
            nest(&text, levels + 1, rows[i].open, rows[i].inner, rows[i].close);
            check_row_int(json_parse(text.data, text.length, depths[d], &json, &error), -1,
                          text.data);
            check_row_int(error.reason, ERROR_INVALID_REQUEST, text.data);
            check_row_text(error.limit, "nesting", text.data);
        }
    }
    nest(&text, 100000, "[", "", "]");
    assert_int_equal(json_parse(text.data, text.length, 64, &(Json *){NULL}, NULL), -1);
    buffer_done(&text);
}

static void reading_converts_nothing(void **state _unused_)
{
    _cleanup_json_ Json *json =
        parse("{\"s\":\"7\",\"i\":7,\"d\":7.0,\"t\":true,\"f\":false,\"n\":null,"
              "\"o\":{},\"a\":[\"x\",1,null],\"when\":\"2026-11-23T10:00:00Z\"}");
    assert_string_equal(json_string(json, "s"), "7");
    assert_null(json_string(json, "i"));
    assert_null(json_string(json, "n"));
    assert_null(json_string(json, "absent"));
    assert_int_equal(json_int(json, "i", -1), 7);
    assert_int_equal(json_int(json, "s", -1), -1);
    assert_int_equal(json_int(json, "d", -1), -1);
    assert_int_equal(json_int(json, "t", -1), -1);
    assert_true(json_flag(json, "t", false));
    assert_false(json_flag(json, "f", true));
    assert_true(json_flag(json, "i", true));
    assert_false(json_flag(json, "absent", false));
    assert_int_equal(json_tristate(json, "t"), 1);
    assert_int_equal(json_tristate(json, "f"), 0);
    assert_int_equal(json_tristate(json, "n"), -1);
    assert_int_equal(json_tristate(json, "i"), -1);
    assert_non_null(json_child(json, "o"));
    assert_null(json_child(json, "a"));
    assert_non_null(json_list(json, "a"));
    assert_null(json_list(json, "o"));
    assert_true(json_has(json, "n"));
    assert_false(json_has(json, "absent"));
    assert_null(json_get(json, "n"));
    assert_int_equal(json_time(json, "when"), 1795428000);
    assert_true(json_time(json, "s") == TIME_NONE);
    assert_true(json_time(json, "absent") == TIME_NONE);
}

static void reading_takes_anything(void **state _unused_)
{
    _cleanup_json_ Json *array = parse("[\"x\",1,null]");
    Json *const none[] = {NULL, array};
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        assert_null(json_get(none[i], "a"));
        assert_false(json_has(none[i], "a"));
        assert_null(json_string(none[i], "a"));
        assert_int_equal(json_int(none[i], "a", 5), 5);
        assert_null(json_child(none[i], "a"));
        assert_null(json_list(none[i], "a"));
    }
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_at(NULL, 0));
    assert_int_equal(json_count(array), 3);
    assert_string_equal(json_string_at(array, 0), "x");
    assert_null(json_string_at(array, 1));
    assert_null(json_string_at(array, 2));
    assert_null(json_string_at(array, 3));
    assert_null(json_at(array, SIZE_MAX));
    assert_null(json_ref(NULL));
    assert_null(json_copy(NULL));
}

static void canonical_text_ignores_order(void **state _unused_)
{
    static const struct {
        const char *text, *canonical;
    } rows[] = {
        {"{\"b\":[{\"d\":1,\"c\":2}],\"a\":null}", "{\"a\":null,\"b\":[{\"c\":2,\"d\":1}]}"},
        {"{ \"a\" : null, \"b\":[{\"c\":2,\"d\":1}]}", "{\"a\":null,\"b\":[{\"c\":2,\"d\":1}]}"},
        {"[3,1,2]", "[3,1,2]"},
        {"{\"\\u00e9\\\"\":1,\"z\":\"/\"}", "{\"z\":\"/\",\"é\\\"\":1}"},
        {"{}", "{}"},
        {"null", "null"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_json_ Json *json = parse(rows[i].text);
        _cleanup_free_ char *canonical = json_canonical(json);
        check_row_text(canonical, rows[i].canonical, rows[i].text);
    }
}

static void writing(void **state _unused_)
{
    _cleanup_json_ Json *json = json_new_object();
    Json *list = json_new_array();
    json_put_string(json, "s", "é\n");
    json_put_string(json, "none", NULL);
    json_put_int(json, "i", INT64_MIN);
    json_put_bool(json, "b", true);
    json_put_tristate(json, "t1", 1);
    json_put_tristate(json, "t0", 0);
    json_put_tristate(json, "t", -1);
    json_put_time(json, "when", 0);
    json_put_time(json, "never", TIME_NONE);
    json_add_string(list, "x");
    json_add_string(list, NULL);
    json_put(json, "l", list);
    json_put_string(json, "s", "again"); /* replaces */
    _cleanup_free_ char *text = json_text(json);
    assert_string_equal(text,
                        "{\"s\":\"again\",\"none\":null,\"i\":-9223372036854775808,\"b\":true,"
                        "\"t1\":true,\"t0\":false,\"t\":null,\"when\":\"1970-01-01T00:00:00Z\","
                        "\"never\":null,\"l\":[\"x\",null]}");
}

static void copies_are_apart(void **state _unused_)
{
    _cleanup_json_ Json *json = parse("{\"a\":{\"n\":1.10},\"l\":[1]}");
    _cleanup_json_ Json *copy = json_copy(json);
    json_put_int(json_child(json, "a"), "n", 2);
    _cleanup_free_ char *text = json_text(copy);
    assert_string_equal(text, "{\"a\":{\"n\":1.10},\"l\":[1]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts),
        cmocka_unit_test(bad_texts),
        cmocka_unit_test(bytes_that_are_no_c_string),
        cmocka_unit_test(no_text_becomes_many_times_its_size),
        cmocka_unit_test(large_answers_are_taken),
        cmocka_unit_test(nesting),
        cmocka_unit_test(reading_converts_nothing),
        cmocka_unit_test(reading_takes_anything),
        cmocka_unit_test(canonical_text_ignores_order),
        cmocka_unit_test(writing),
        cmocka_unit_test(copies_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
