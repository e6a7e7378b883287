/* SPDX-License-Identifier: Apache-2.0 */

/* Reads the configuration file and checks it as text; what the settings mean is not known here. */

#include "base/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

typedef struct Scan {
    const char *path;
    char *at, *end;
    unsigned line;
    Buffer *faults;
} Scan;

static int open_regular(const char *path, Buffer *faults);
static int read_all(int fd, const char *path, Buffer *text, Buffer *faults);
static unsigned find_garbage(const char *text, size_t length);
static bool scan_word(Scan *scan);
static void skip_line(Scan *scan);
static bool skip_comment(Scan *scan);
static bool skip_string(Scan *scan);
static void skip_name(Scan *scan);
static void tame_number(Scan *scan);
static bool scan_fault(Scan *scan, unsigned line, const char *message);
static bool starts(const Scan *scan, const char *text);
static bool is_digit(char c);
static bool is_hex_digit(char c);
static bool is_letter(char c);

int config_file_read(const char *path, char **ret, Buffer *faults)
{
    Buffer text = BUFFER_EMPTY;
    _cleanup_close_ int fd = open_regular(path, faults);
    if (fd < 0)
        return -1;
    int r = read_all(fd, path, &text, faults);
    if (r >= 0 && text.length > 0)
        r = config_file_check(path, text.data, text.length, faults);
    if (r >= 0)
        *ret = buffer_steal(&text);
    buffer_done(&text);
    return r;
}

int config_file_check(const char *path, char *text, size_t length, Buffer *faults)
{
    Scan scan = {.path = path, .at = text, .end = text + length, .line = 1, .faults = faults};
    unsigned line = find_garbage(text, length);
    if (line > 0) {
        scan_fault(&scan, line, "a NUL byte or invalid UTF-8");
        return -1;
    }
    while (scan.at < scan.end)
        if (!scan_word(&scan))
            return -1;
    return 0;
}

void config_file_fault(Buffer *faults, const char *path, unsigned line, const char *name,
                       const char *format, ...)
{
    _cleanup_free_ char *message = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&message, format, args);
    va_end(args);
    if (length < 0)
        abort();
    text_neutralize(message);
    buffer_add_text(faults, path);
    if (line > 0)
        buffer_addf(faults, ":%u", line);
    buffer_add_text(faults, ": ");
    if (name)
        buffer_addf(faults, "%s: ", name);
    buffer_addf(faults, "%s\n", message);
}

/* Without O_NONBLOCK the opening of a FIFO would wait for a writer. */
static int open_regular(const char *path, Buffer *faults)
{
    struct stat status;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        const char *why =
            errno == ELOOP ? "a symbolic link; a regular file is allowed" : strerror(errno);
        config_file_fault(faults, path, 0, NULL, "cannot be opened: %s", why);
        return -1;
    }
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        config_file_fault(faults, path, 0, NULL, "not a regular file");
        return -1;
    }
    int opened = fd;
    fd = -1; /* the caller's now */
    return opened;
}

static int read_all(int fd, const char *path, Buffer *text, Buffer *faults)
{
    char chunk[8192];
    while (text->length <= CONFIG_FILE_MOST) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            config_file_fault(faults, path, 0, NULL, "cannot be read: %s", strerror(errno));
            return -1;
        }
        if (got == 0)
            return 0;
        buffer_add(text, chunk, (size_t)got);
    }
    config_file_fault(faults, path, 0, NULL, "too large; at most 1 MiB is allowed");
    return -1;
}

/* The first line that is no text, 0 if there is none. */
static unsigned find_garbage(const char *text, size_t length)
{
    unsigned line = 1;
    for (const char *at = text, *end = text + length; at < end; line++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t count = (size_t)((line_end ? line_end : end) - at);
        if (memchr(at, '\0', count) || !text_is_utf8(at, count))
            return line;
        at += count + 1;
    }
    return 0;
}

/* The words as libconfig's manual defines them. */
static bool scan_word(Scan *scan)
{
    char c = *scan->at;
    if (c == '#' || starts(scan, "//"))
        skip_line(scan);
    else if (starts(scan, "/*"))
        return skip_comment(scan);
    else if (c == '"')
        return skip_string(scan);
    else if (c == '@')
        return scan_fault(scan, scan->line,
                          "@include: not allowed; all settings stand in one file");
    else if (is_letter(c))
        skip_name(scan);
    else if (is_digit(c))
        tame_number(scan);
    else
        scan->line += *scan->at++ == '\n';
    return true;
}

static void skip_line(Scan *scan)
{
    while (scan->at < scan->end && *scan->at != '\n')
        scan->at++;
}

static bool skip_comment(Scan *scan)
{
    unsigned first = scan->line;
    for (scan->at += 2; scan->at < scan->end; scan->at++) {
        if (starts(scan, "*/")) {
            scan->at += 2;
            return true;
        }
        scan->line += *scan->at == '\n';
    }
    return scan_fault(scan, first, "a comment without end");
}

static bool skip_string(Scan *scan)
{
    unsigned first = scan->line;
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (starts(scan, "\\x00"))
            return scan_fault(scan, scan->line, "a NUL character in a text");
        if (*scan->at == '\\' && scan->end - scan->at > 1)
            scan->at++;
        scan->line += *scan->at == '\n';
    }
    return scan_fault(scan, first, "a text without end");
}

static void skip_name(Scan *scan)
{
    while (scan->at < scan->end &&
           (is_letter(*scan->at) || is_digit(*scan->at) || *scan->at == '-' || *scan->at == '_'))
        scan->at++;
}

/* libconfig 1.5 reads a whole number with atoi() and the like, so that 4294967297 comes out as 1.
 * One that is long enough for that is replaced, and found out of range under the name of its
 * setting. */
static void tame_number(Scan *scan)
{
    bool hexadecimal = starts(scan, "0x") || starts(scan, "0X");
    char *digits = scan->at + (hexadecimal ? 2 : 0), *end = digits;
    while (end < scan->end && (hexadecimal ? is_hex_digit(*end) : is_digit(*end)))
        end++;
    scan->at = end;
    if (end - digits < (hexadecimal ? 8 : 10))
        return;
    if (!hexadecimal && end < scan->end && strchr(".eE", *end))
        return; /* no whole number */
    memset(digits, ' ', (size_t)(end - digits));
    memcpy(digits, hexadecimal ? "3b9ac9ff" : "999999999", hexadecimal ? 8 : 9);
    while (scan->at < scan->end && *scan->at == 'L')
        *scan->at++ = ' ';
}

static bool scan_fault(Scan *scan, unsigned line, const char *message)
{
    config_file_fault(scan->faults, scan->path, line, NULL, "%s", message);
    return false;
}

static bool starts(const Scan *scan, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(scan->end - scan->at) >= length && memcmp(scan->at, text, length) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}
