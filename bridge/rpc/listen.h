/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The listening socket: handed over by systemd, or made in the file system with exactly the rights
 * it shall have. Internal to the server; accepts nothing.
 */

#include <sys/types.h>

#include "base/config.h"
#include "base/error.h"

typedef struct Listening {
    int fd;
    char *path; /* NULL where systemd owns the file */
    dev_t device;
    ino_t inode;
} Listening;

/* Errors as server_new says. */
int listening_init(Listening *listening, const Config *config, Error *error);

/* Closes the socket, and removes its file if it is still the one that was made. */
void listening_done(Listening *listening);
