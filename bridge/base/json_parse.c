/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON text to values. json-c builds them, but takes more than RFC 8259 allows (comments, NaN,
 * control characters), lets the last of two members of one name win and rounds numbers that are too
 * large. So the text is scanned first: every word in it is checked here, and json-c is left with
 * the order of the words.
 */

#include "base/json.h"

#include <errno.h>
#include <limits.h>

#include "base/error.h"
#include "base/text.h"

/* What json-c takes for a value at the most, in bytes; measured, and rounded up. */
#define OBJECT_COST 800
#define ARRAY_COST  350
#define STRING_COST 90 /* and its bytes; a member's name counts as one */
#define NUMBER_COST 110
#define OTHER_COST  80

/* A text may take so many times its length, and so much more. The answers of the services stay
 * below that, while "[{},{},...]" would take more than two hundred times its length. */
#define MEMORY_TIMES 16
#define MEMORY_MORE  ((size_t)16 << 20)

/* One pass over the words of the text. */
typedef struct Scan {
    const char *start, *at, *end;
    int depth, max_depth;
    size_t words;      /* strings, numbers, literals, and brackets that open */
    size_t members;    /* colons outside strings: in well-formed text, one for each member */
    size_t memory;     /* that the values will take, estimated */
    const char *fault; /* what is wrong at `at` */
    bool too_deep, too_large;
} Scan;

static int fail(const Scan *scan, Error *error);
static bool scan_text(Scan *scan);
static bool scan_word(Scan *scan);
static bool scan_open(Scan *scan);
static bool scan_string(Scan *scan);
static bool scan_escape(Scan *scan);
static bool scan_number(Scan *scan);
static bool scan_digits(Scan *scan);
static bool scan_literal(Scan *scan, const char *literal);
static bool is_integer_in_range(const char *at, const char *end);
static int build(const Scan *scan, Json **ret, Error *error);
static enum json_tokener_error run_tokener(const Scan *scan, Json **ret);
static size_t count_values(const Json *json);
static bool refuse(Scan *scan, const char *fault);
static char peek(const Scan *scan);
static bool is_blank(char c);
static bool is_digit(char c);

int json_parse(const char *text, size_t length, int max_depth, Json **ret, Error *error)
{
    Scan scan = {.start = text, .at = text, .end = text + length, .max_depth = max_depth};
    if (length >= INT_MAX)
        return error_set(error, ERROR_PARSE, "not JSON: longer than 2 GiB");
    if (!text_is_utf8(text, length))
        return error_set(error, ERROR_PARSE, "not JSON: not valid UTF-8");
    if (!scan_text(&scan))
        return fail(&scan, error);
    return build(&scan, ret, error);
}

static int fail(const Scan *scan, Error *error)
{
    if (scan->too_deep)
        return error_limit(error, "nesting", "nested deeper than %d levels", scan->max_depth);
    if (scan->too_large)
        return error_limit(error, "memory", "too many values for a text of %zu bytes",
                           (size_t)(scan->end - scan->start));
    return error_set(error, ERROR_PARSE, "not JSON: %s at byte %zu", scan->fault,
                     (size_t)(scan->at - scan->start) + 1);
}

/* Leaves start and end around the text without the blanks before and after it: json-c differs from
 * version to version in what it makes of those. */
static bool scan_text(Scan *scan)
{
    while (scan->end > scan->start && is_blank(scan->end[-1]))
        scan->end--;
    while (is_blank(peek(scan)))
        scan->at++;
    const char *first = scan->at;
    size_t memory_most = MEMORY_TIMES * (size_t)(scan->end - first) + MEMORY_MORE;
    if (scan->at == scan->end)
        return refuse(scan, "nothing there");
    while (scan->at < scan->end && scan->memory <= memory_most)
        if (!scan_word(scan))
            return false;
    scan->too_large = scan->memory > memory_most;
    scan->start = first;
    return !scan->too_large;
}

static bool scan_word(Scan *scan)
{
    switch (peek(scan)) {
    case '{':
    case '[':
        scan->words++;
        return scan_open(scan);
    case '}':
    case ']':
        scan->depth--;
        scan->at++;
        return true;
    case ':':
        scan->members++;
        scan->at++;
        return true;
    case ',':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        scan->at++;
        return true;
    case '"':
        scan->words++;
        return scan_string(scan);
    case 't':
        scan->words++;
        return scan_literal(scan, "true");
    case 'f':
        scan->words++;
        return scan_literal(scan, "false");
    case 'n':
        scan->words++;
        return scan_literal(scan, "null");
    default:
        scan->words++;
        return scan_number(scan);
    }
}

static bool scan_open(Scan *scan)
{
    if (++scan->depth > scan->max_depth) {
        scan->too_deep = true;
        return false;
    }
    scan->memory += *scan->at == '{' ? OBJECT_COST : ARRAY_COST;
    scan->at++;
    return true;
}

static bool scan_string(Scan *scan)
{
    const char *start = scan->at++;
    while (scan->at < scan->end && *scan->at != '"') {
        if ((unsigned char)*scan->at < 0x20)
            return refuse(scan, "control character in a string");
        if (*scan->at++ == '\\' && !scan_escape(scan))
            return false;
    }
    if (scan->at == scan->end)
        return refuse(scan, "string without end");
    scan->at++;
    scan->memory += STRING_COST + (size_t)(scan->at - start);
    return true;
}

/* A NUL is legal JSON, but no text that comes or goes here has one, and whatever treats the string
 * as a C string would see less of it than what checked it. */
static bool scan_escape(Scan *scan)
{
    static const char hexadecimal[] = "0123456789abcdefABCDEF";
    char kind = peek(scan);
    if (!kind || !strchr("\"\\/bfnrtu", kind))
        return refuse(scan, "unknown escape");
    scan->at++;
    if (kind != 'u')
        return true;
    for (int i = 0; i < 4; i++)
        if (scan->end - scan->at <= i || !scan->at[i] || !strchr(hexadecimal, scan->at[i]))
            return refuse(scan, "\\u without four hexadecimal digits");
    if (strncmp(scan->at, "0000", 4) == 0)
        return refuse(scan, "NUL character in a string");
    scan->at += 4;
    return true;
}

static bool scan_number(Scan *scan)
{
    const char *start = scan->at;
    bool integer = true;
    if (peek(scan) == '-')
        scan->at++;
    if (peek(scan) == '0')
        scan->at++;
    else if (!scan_digits(scan))
        return refuse(scan, "unexpected character");
    if (peek(scan) == '.') {
        integer = false;
        scan->at++;
        if (!scan_digits(scan))
            return refuse(scan, "number without digits after the point");
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        integer = false;
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        if (!scan_digits(scan))
            return refuse(scan, "number without exponent");
    }
    if (is_digit(peek(scan)))
        return refuse(scan, "number with a leading zero");
    if (integer && !is_integer_in_range(start, scan->at))
        return refuse(scan, "whole number out of range before this");
    scan->memory += NUMBER_COST;
    return true;
}

static bool scan_digits(Scan *scan)
{
    const char *start = scan->at;
    while (is_digit(peek(scan)))
        scan->at++;
    return scan->at > start;
}

static bool scan_literal(Scan *scan, const char *literal)
{
    size_t length = strlen(literal);
    if ((size_t)(scan->end - scan->at) < length || strncmp(scan->at, literal, length) != 0)
        return refuse(scan, "unexpected character");
    scan->at += length;
    scan->memory += OTHER_COST;
    return true;
}

/* json-c would quietly answer the nearest number that fits, and a request's id would come back
 * changed. */
static bool is_integer_in_range(const char *at, const char *end)
{
    int64_t number = 0, sign = 1;
    if (*at == '-') {
        sign = -1;
        at++;
    }
    for (; at < end; at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, sign * (*at - '0'), &number))
            return false;
    return true;
}

/* json-c calls it a fault of the text when it runs out of memory, or leaves out a part and says
 * nothing. So what looks wrong is tried twice, and believed the second time. */
static int build(const Scan *scan, Json **ret, Error *error)
{
    const size_t values = scan->words - scan->members; /* the other words are names */
    enum json_tokener_error result = json_tokener_continue;
    for (int attempt = 0; attempt < 2; attempt++) {
        _cleanup_json_ Json *json = NULL;
        errno = 0;
        result = run_tokener(scan, &json);
        if (result == json_tokener_success && count_values(json) == values &&
            (errno != ENOMEM || attempt > 0)) {
            *ret = STEAL(json);
            return 0;
        }
    }
    if (result != json_tokener_success)
        return error_set(error, ERROR_PARSE, "not JSON: %s",
                         result == json_tokener_continue ? "it ends too early"
                                                         : json_tokener_error_desc(result));
    /* json-c keeps one of several members of a name: then there is less than there was. */
    return error_set(error, ERROR_PARSE, "not JSON that can be trusted: a member stands twice");
}

/* The second call, with the NUL that ends the text, tells json-c that a number at its end is
 * complete. Its buffer for strings has its size beforehand, since it would cut a string short where
 * that cannot grow. */
static enum json_tokener_error run_tokener(const Scan *scan, Json **ret)
{
    int length = (int)(scan->end - scan->start);
    struct json_tokener *tokener = json_tokener_new_ex(scan->max_depth + 2);
    if (!tokener || printbuf_memset(tokener->pb, 0, 0, length) < 0)
        abort();
    printbuf_reset(tokener->pb);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    Json *json = json_tokener_parse_ex(tokener, scan->start, length);
    if (json_tokener_get_error(tokener) == json_tokener_continue)
        json = json_tokener_parse_ex(tokener, "", 1);
    enum json_tokener_error result = json_tokener_get_error(tokener);
    json_tokener_free(tokener);
    *ret = json;
    return result;
}

static size_t count_values(const Json *json)
{
    size_t values = 1;
    if (json_object_is_type(json, json_type_object)) {
        json_object_object_foreach((Json *)json, key, value)
        {
            (void)key;
            values += count_values(value);
        }
    } else {
        for (size_t i = 0; i < json_count(json); i++)
            values += count_values(json_at(json, i));
    }
    return values;
}

static bool refuse(Scan *scan, const char *fault)
{
    scan->fault = fault;
    return false;
}

static char peek(const Scan *scan)
{
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
