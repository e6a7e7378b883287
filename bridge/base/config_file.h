/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The configuration file as text, before libconfig sees it. Answers for what libconfig would do
 * quietly: follow an @include, stop at a NUL, wrap a large number around. Knows no setting.
 */

#include "base/buffer.h"

#define CONFIG_FILE_MOST (1024 * 1024)

/* A number that no setting allows; stands in the text for every one that libconfig might misread.
 */
#define CONFIG_FILE_TOO_LARGE 999999999

/* Reads a file. Returns 0 and *ret (caller frees), or -1 with faults filled. */
int config_file_read(const char *path, char **ret, Buffer *faults);

/* Checks text in place, and makes the numbers in it safe for libconfig. `path` is for messages. */
int config_file_check(const char *path, char *text, size_t length, Buffer *faults);

/* Adds one line to faults: "path:line: name: message"; line 0 and name NULL leave their part out.
 */
void config_file_fault(Buffer *faults, const char *path, unsigned line, const char *name,
                       const char *format, ...) _printf_(5, 6);
