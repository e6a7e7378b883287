/* SPDX-License-Identifier: Apache-2.0 */

/* Log lines to the journal or to standard error; decides nothing about what is worth a line. */

#define SD_JOURNAL_SUPPRESS_LOCATION

#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "base/text.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Read by both threads; a reload may change them under a line that is being written. */
static _Atomic int log_level = LOG_LEVEL_INFO;
static _Atomic int log_target = LOG_TARGET_STDERR;

static const int priorities[] = {
    [LOG_LEVEL_ERROR] = LOG_ERR,
    [LOG_LEVEL_WARNING] = LOG_WARNING,
    [LOG_LEVEL_INFO] = LOG_INFO,
    [LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

static void to_stderr(int priority, const char *text);

/* libsystemd drops what it cannot deliver to a journal that is not there (a container): say it on
 * standard error instead. */
void log_setup(LogLevel level, LogTarget target)
{
    if (target == LOG_TARGET_JOURNAL && access(JOURNAL_SOCKET, F_OK) < 0)
        target = LOG_TARGET_STDERR;
    atomic_store(&log_level, (int)level);
    atomic_store(&log_target, (int)target);
}

void log_write(LogLevel level, const char *format, ...)
{
    int saved = errno;
    if ((int)level > atomic_load(&log_level))
        return;
    _cleanup_free_ char *text = NULL;
    va_list args;
    va_start(args, format);
    errno = saved; /* for %m */
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        abort();
    text_neutralize(text);
    int priority = priorities[level];
    if (atomic_load(&log_target) != LOG_TARGET_JOURNAL ||
        sd_journal_send("MESSAGE=%s", text, "PRIORITY=%i", priority, NULL) < 0)
        to_stderr(priority, text);
    errno = saved;
}

/* One write a line, so that the lines of two threads do not mix. The prefix is for systemd, a
 * person at a terminal is spared it. */
static void to_stderr(int priority, const char *text)
{
    _cleanup_free_ char *line =
        isatty(STDERR_FILENO) ? xasprintf("%s\n", text) : xasprintf("<%d>%s\n", priority, text);
    ssize_t written;
    do
        written = write(STDERR_FILENO, line, strlen(line));
    while (written < 0 && errno == EINTR);
}
