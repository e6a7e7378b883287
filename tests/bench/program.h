/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One program under measurement: started, asked over its socket, read in /proc, ended. It must end
 * only what it started. Functions give 0 or a negative errno value.
 */

#include <stdint.h>
#include <sys/types.h>

typedef struct Program {
    const char *const *argv;
    const char *socket; /* where it listens once it is up */
    pid_t pid;
} Program;

/* Kilobytes. */
typedef struct Memory {
    int64_t rss;
    int64_t private_dirty;
} Memory;

/* Starts it (standard error into the file `log`) and asks bridge.hello until the first answer.
 * ret_us: microseconds from before the fork to that answer. -ETIMEDOUT after ten seconds, -ECHILD
 * when it ended instead. On failure it is ended again. */
int program_start(Program *program, const char *log, int64_t *ret_us);

/* SIGTERM, then SIGKILL after five seconds; removes what is left of the socket. */
void program_stop(Program *program);

/* From /proc/PID/smaps_rollup, which the kernel shows to root alone when the process is not
 * dumpable: -EACCES or -EPERM then. */
int program_memory(const Program *program, Memory *ret_memory);
