/* SPDX-License-Identifier: Apache-2.0 */

/* Memory that is either there or the process ends; see util.h for why. */

#include "base/util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *must(void *memory);

void *xmalloc(size_t size)
{
    return must(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return must(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *memory, size_t size)
{
    return must(realloc(memory, size ? size : 1));
}

char *xstrdup(const char *text)
{
    return text ? must(strdup(text)) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
    if (!text)
        return NULL;
    length =
        strnlen(text, length); /* it need not end there, as strndup under a sanitizer wants it to */
    char *copy = xmalloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *xasprintf(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    return must(length < 0 ? NULL : text);
}

void set_string(char **target, const char *text)
{
    char *copy = xstrdup(text);
    free(*target);
    *target = copy;
}

void freep(void *pointer)
{
    void **variable = pointer;
    free(*variable);
}

void closep(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

/* Nothing here may allocate: the message goes straight to standard error, which systemd keeps. */
static void *must(void *memory)
{
    static const char words[] = "<2>out of memory\n";
    if (!memory) {
        ssize_t written _unused_ = write(STDERR_FILENO, words, sizeof(words) - 1);
        abort();
    }
    return memory;
}
