/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Log lines, to the systemd journal or to standard error (with the <N> priority prefix that systemd
 * reads, when standard error is its pipe). Level and target are set once at start and on reload;
 * they are the one piece of process-wide state outside the bridge object, as for syslog(3). Control
 * characters in the text are replaced, so that no caller's text can forge a second line.
 */

#include "base/util.h"

typedef enum LogLevel {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
} LogLevel;
typedef enum LogTarget { LOG_TARGET_STDERR, LOG_TARGET_JOURNAL } LogTarget;

void log_setup(LogLevel level, LogTarget target);
void log_write(LogLevel level, const char *format, ...) _printf_(2, 3);

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
