/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The file or credential with the master keys: checks who may read it and reads it once. Part of
 * the keyring. */

#include "base/error.h"

#define KEYRING_FILE_MAX (16 * 1024)

/* Reads the key file `file` ("" = the systemd credential "master-key") into `buffer` of
 * KEYRING_FILE_MAX bytes, which the caller wipes. *ret_path is what messages call it; the caller
 * frees it. Errors: ERROR_STORE. */
int keyring_file_read(const char *file, char *buffer, size_t *ret_length, char **ret_path,
                      Error *error);
