/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Memory and cleanup helpers. Running out of memory aborts the process: systemd starts it again and
 * the journal holds every click, so no caller has to carry a half-made object around.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define _cleanup_(function)  __attribute__((cleanup(function)))
#define _cleanup_free_       _cleanup_(freep)
#define _cleanup_close_      _cleanup_(closep)
#define _printf_(text, args) __attribute__((format(printf, text, args)))
#define _unused_             __attribute__((unused))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Takes a pointer out of a variable, which is left NULL: marks the place where ownership moves. */
#define STEAL(pointer)                                                                             \
    ({                                                                                             \
        __typeof__(pointer) stolen_ = (pointer);                                                   \
        (pointer) = NULL;                                                                          \
        stolen_;                                                                                   \
    })

/* Defines FREEp, the function that _cleanup_(FREEp) calls for a TYPE* variable. */
#define DEFINE_CLEANUP(type, free_function)                                                        \
    static inline void free_function##p(type **pointer)                                            \
    {                                                                                              \
        free_function(*pointer);                                                                   \
    }

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text); /* NULL gives NULL */
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) _printf_(1, 2);

/* Replaces an owned string: frees *target, stores a copy of text (NULL allowed, may be *target). */
void set_string(char **target, const char *text);

void freep(void *pointer); /* for _cleanup_free_ */
void closep(int *fd);      /* for _cleanup_close_; ignores negative values */

static inline bool streq(const char *a, const char *b)
{
    return (!a || !b) ? a == b : strcmp(a, b) == 0;
}
