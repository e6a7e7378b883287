/* SPDX-License-Identifier: Apache-2.0 */

/* A growing run of bytes; knows nothing of what they mean. */

#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_unreserved(unsigned char c);

void buffer_done(Buffer *buffer)
{
    free(buffer->data);
    *buffer = BUFFER_EMPTY;
}

void buffer_clear(Buffer *buffer)
{
    buffer->length = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

/* Doubles, so that adding byte by byte stays linear in the end. */
void buffer_reserve(Buffer *buffer, size_t more)
{
    if (more >= SIZE_MAX / 4 - buffer->length)
        abort(); /* no machine has it: the same end as out of memory */
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity)
        return;
    size_t capacity = buffer->capacity ? buffer->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    buffer->data = xrealloc(buffer->data, capacity);
    buffer->capacity = capacity;
    buffer->data[buffer->length] = '\0';
}

void buffer_add(Buffer *buffer, const void *bytes, size_t length)
{
    if (!length)
        return;
    buffer_reserve(buffer, length);
    memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_add_text(Buffer *buffer, const char *text)
{
    if (text)
        buffer_add(buffer, text, strlen(text));
}

void buffer_add_char(Buffer *buffer, char c)
{
    buffer_add(buffer, &c, 1);
}

void buffer_addf(Buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        abort(); /* only a format that our compilers would have refused */
    buffer_reserve(buffer, (size_t)length);
    vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
    va_end(again);
    buffer->length += (size_t)length;
}

void buffer_add_url(Buffer *buffer, const char *text)
{
    for (; text && *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_unreserved(c))
            buffer_add_char(buffer, *text);
        else
            buffer_addf(buffer, "%%%02X", c);
    }
}

void buffer_consume(Buffer *buffer, size_t length)
{
    if (length >= buffer->length) {
        buffer_clear(buffer);
        return;
    }
    buffer->length -= length;
    memmove(buffer->data, buffer->data + length, buffer->length + 1);
}

const char *buffer_text(const Buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

char *buffer_steal(Buffer *buffer)
{
    char *text = buffer->data ? buffer->data : xstrdup("");
    *buffer = BUFFER_EMPTY;
    return text;
}

/* RFC 3986, section 2.3. Not isalnum(): that follows the locale. */
static bool is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}
