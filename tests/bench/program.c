/* SPDX-License-Identifier: Apache-2.0 */

/* One program under measurement. It must leave nothing running. */

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    START_LIMIT_US = 10 * 1000 * 1000,
    POLL_US = 200,
    STOP_POLLS = 500, /* ten milliseconds each */
};

static const char question[] =
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bridge.hello\",\"params\":{}}\n";

static int64_t clock_us(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t cpu_us(pid_t pid)
{
    clockid_t clock;

    return clock_getcpuclockid(pid, &clock) == 0 ? clock_us(clock) : 0;
}

static void become(const Program *program, const char *log)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the measurement is killed */
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    /* exec wants char *, and leaves it as it is. */
    execv(program->argv[0], (char *const *)program->argv);
    _exit(127);
}

static int connected(const char *path)
{
    const struct timeval limit = {.tv_sec = 5};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Whether an answer with a result came. */
static int asks(const char *path)
{
    char answer[4096];
    ssize_t got = -1;
    int fd = connected(path);

    if (fd < 0)
        return 0;
    if (send(fd, question, sizeof question - 1, MSG_NOSIGNAL) > 0)
        got = recv(fd, answer, sizeof answer - 1, 0);
    close(fd);
    if (got <= 0)
        return 0;
    answer[got] = '\0';
    return strstr(answer, "\"result\"") != NULL;
}

int program_start(Program *program, const char *log, StartTime *ret_time)
{
    const int64_t begin = clock_us(CLOCK_MONOTONIC);
    int failure = -ETIMEDOUT;

    program->pid = fork();
    if (program->pid < 0)
        return -errno;
    if (program->pid == 0)
        become(program, log);
    while (clock_us(CLOCK_MONOTONIC) - begin < START_LIMIT_US) {
        if (asks(program->socket)) {
            ret_time->wall = clock_us(CLOCK_MONOTONIC) - begin;
            ret_time->cpu = cpu_us(program->pid);
            return 0;
        }
        if (waitpid(program->pid, NULL, WNOHANG) == program->pid) {
            program->pid = 0;
            failure = -ECHILD;
            break;
        }
        usleep(POLL_US);
    }
    program_stop(program);
    return failure;
}

void program_stop(Program *program)
{
    if (program->pid > 0) {
        int left = STOP_POLLS;

        kill(program->pid, SIGTERM);
        while (waitpid(program->pid, NULL, WNOHANG) == 0 && left-- > 0)
            usleep(10000);
        if (left < 0) {
            kill(program->pid, SIGKILL);
            waitpid(program->pid, NULL, 0);
        }
    }
    program->pid = 0;
    unlink(program->socket);
}

int program_memory(const Program *program, Memory *ret_memory)
{
    char path[64], line[256];
    Memory memory = {.rss = -1, .private_dirty = -1};
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)program->pid);
    file = fopen(path, "re");
    if (!file)
        return -errno;
    while (fgets(line, sizeof line, file)) {
        (void)sscanf(line, "Rss: %" SCNd64, &memory.rss);
        (void)sscanf(line, "Private_Dirty: %" SCNd64, &memory.private_dirty);
    }
    fclose(file);
    if (memory.rss < 0 || memory.private_dirty < 0)
        return -EACCES; /* the kernel opens it and then refuses the read */
    *ret_memory = memory;
    return 0;
}
