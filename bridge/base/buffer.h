/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A growing run of bytes that always ends in a NUL which is not counted. `Buffer b = BUFFER_EMPTY`
 * (or zeroed memory) is a valid empty one; buffer_done() releases it and leaves it empty.
 */

#include "base/util.h"

typedef struct Buffer {
    char *data; /* NULL while nothing was ever added */
    size_t length;
    size_t capacity;
} Buffer;

#define BUFFER_EMPTY ((Buffer){0})

void buffer_done(Buffer *buffer);
void buffer_clear(Buffer *buffer); /* keeps the memory */
void buffer_reserve(Buffer *buffer, size_t more);
void buffer_add(Buffer *buffer, const void *bytes, size_t length);
void buffer_add_text(Buffer *buffer, const char *text); /* NULL adds nothing */
void buffer_add_char(Buffer *buffer, char c);
void buffer_addf(Buffer *buffer, const char *format, ...) _printf_(2, 3);

/* Adds text percent-encoded for a URL path segment or query value (RFC 3986 unreserved kept). */
void buffer_add_url(Buffer *buffer, const char *text);

/* Removes the first `length` bytes (all if fewer). */
void buffer_consume(Buffer *buffer, size_t length);

/* The text ("" when empty), still owned by the buffer. */
const char *buffer_text(const Buffer *buffer);

/* Hands the text ("" when empty) to the caller, who frees it; the buffer is left empty. */
char *buffer_steal(Buffer *buffer);
