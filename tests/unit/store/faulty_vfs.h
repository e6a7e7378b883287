/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A layer between SQLite and its files that counts and fails calls, to see what a bad disk does to
 * us. */

#include <stdint.h>

typedef struct FaultyVfs {
    int writes, syncs; /* since the last faulty_reset; truncations count as writes */
    int fail_at;       /* the how-manieth of them fails (1 = the next); 0 = none */
    int fail_for;      /* and how many from there on */
    int code;          /* SQLITE_FULL, SQLITE_IOERR_FSYNC, ... */
    int failed;        /* how many were made to fail */
} FaultyVfs;

FaultyVfs *faulty_install(void); /* makes it SQLite's default; the same object each time */
void faulty_reset(FaultyVfs *vfs);
