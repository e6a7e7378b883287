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

/* Microseconds from before the fork to the first answer: of the clock, and of CPU in all threads.
 */
typedef struct StartTime {
    int64_t wall;
    int64_t cpu;
} StartTime;

/* Kilobytes. */
typedef struct Memory {
    int64_t rss;
    int64_t private_dirty;
} Memory;

/* Starts it (standard error into the file `log`) and asks bridge.hello until the first answer.
 * -ETIMEDOUT after ten seconds, -ECHILD when it ended instead. On failure it is ended again. */
int program_start(Program *program, const char *log, StartTime *ret_time);

/* SIGTERM, then SIGKILL after five seconds; removes what is left of the socket. */
void program_stop(Program *program);

/* From /proc/PID/smaps_rollup, which the kernel shows to root alone when the process is not
 * dumpable: -EACCES or -EPERM then. */
int program_memory(const Program *program, Memory *ret_memory);
