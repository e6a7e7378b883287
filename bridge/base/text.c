/* SPDX-License-Identifier: Apache-2.0 */

/* UTF-8 and small text work. Letter case is in text_case.c. */

#include "base/text.h"

#include "base/buffer.h"

static size_t sequence_length(const unsigned char *bytes, size_t length);
static bool is_space(uint32_t c);
static bool is_control(uint32_t c);

bool text_is_utf8(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    while (length > 0) {
        size_t step = sequence_length(bytes, length);
        if (step == 0)
            return false;
        bytes += step;
        length -= step;
    }
    return true;
}

uint32_t text_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    if (!*bytes)
        return 0;
    size_t length = sequence_length(bytes, strnlen(*at, 4));
    *at += length ? length : 1;
    switch (length) {
    case 0:
        return TEXT_BAD_BYTE + bytes[0];
    case 1:
        return bytes[0];
    case 2:
        return (bytes[0] & 0x1fu) << 6 | (bytes[1] & 0x3fu);
    case 3:
        return (bytes[0] & 0x0fu) << 12 | (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
    default:
        return (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3fu) << 12 | (bytes[2] & 0x3fu) << 6 |
               (bytes[3] & 0x3fu);
    }
}

size_t text_length(const char *text)
{
    size_t characters = 0;
    while (text_next(&text))
        characters++;
    return characters;
}

size_t text_prefix(const char *text, size_t characters)
{
    const char *at = text;
    while (characters > 0 && text_next(&at))
        characters--;
    return (size_t)(at - text);
}

char *text_cut(const char *text, size_t characters)
{
    return xstrndup(text, text_prefix(text, characters));
}

char *text_copy(char *to, size_t size, const char *from)
{
    const char *at = from ? from : "", *start = at, *end = at;
    while (text_next(&at) && (size_t)(at - start) < size)
        end = at;
    memcpy(to, start, (size_t)(end - start));
    to[end - start] = '\0';
    return to;
}

char *text_fold_space(const char *text)
{
    Buffer folded = BUFFER_EMPTY;
    bool pending = false;
    const char *start = text;
    for (uint32_t c; (c = text_next(&text)); start = text) {
        if (is_space(c)) {
            pending = folded.length > 0;
            continue;
        }
        if (pending)
            buffer_add_char(&folded, ' ');
        pending = false;
        buffer_add(&folded, start, (size_t)(text - start));
    }
    return buffer_steal(&folded);
}

void text_neutralize(char *text)
{
    const char *at = text;
    char *to = text;
    for (const char *start = at; *at; start = at) {
        uint32_t c = text_next(&at);
        if (c >= TEXT_BAD_BYTE || is_control(c)) {
            *to++ = '?';
            continue;
        }
        memmove(to, start, (size_t)(at - start));
        to += at - start;
    }
    *to = '\0';
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

int text_to_int64(const char *text, int64_t *ret)
{
    int64_t number = 0;
    const char *at = text ? text : "";
    if (!*at)
        return -1;
    for (; *at; at++)
        if (*at < '0' || *at > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *at - '0', &number))
            return -1;
    *ret = number;
    return 0;
}

/* Bytes of the character that starts here, 0 if none does. The bounds of the second byte are those
 * of table 3-7 of the Unicode standard: they keep overlong forms, surrogates and U+110000 onward
 * out. */
static size_t sequence_length(const unsigned char *bytes, size_t length)
{
    unsigned char first = bytes[0], least = 0x80, most = 0xbf;
    size_t wanted;
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    wanted = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first == 0xe0)
        least = 0xa0;
    else if (first == 0xed)
        most = 0x9f;
    else if (first == 0xf0)
        least = 0x90;
    else if (first == 0xf4)
        most = 0x8f;
    if (length < wanted || bytes[1] < least || bytes[1] > most)
        return 0;
    for (size_t i = 2; i < wanted; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return wanted;
}

/* The characters with the Unicode property White_Space. */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

/* Also the two separators that some viewers take for a line end, and the marks that turn the
 * writing direction and so make a line read as another. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}
