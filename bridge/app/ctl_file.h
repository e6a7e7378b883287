/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Writes files so that whoever reads meanwhile sees the old text or the new one, never a part. */

#include <sys/types.h>

#include "base/error.h"

/* Puts `text` in place of the file at `path`, or makes it, with exactly this mode. It keeps its
 * owner and group as far as the caller may give files away. Errors: ERROR_STORE. */
int ctl_file_replace(const char *path, const char *text, mode_t mode, Error *error);
