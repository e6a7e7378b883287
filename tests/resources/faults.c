/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A library to be preloaded into the bridge: calls of the C library that fail at a chosen moment,
 * and a clock that jumps. What is to fail stands in a file that both sides map (FAULTS_CONTROL, see
 * faults.py), so that a test can count calls, arm a fault and take it away while the process runs.
 * Calls on files count for the database alone: those whose path begins with FAULTS_PATH. With
 * FAULTS_TRACE in the environment each call that fails says on standard error whence it came.
 * Without a control file it changes nothing. The kernel is called directly, which is the same on
 * every 64-bit Linux.
 */

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What may fail; the same bits as in faults.py. */
#define CALL_ALLOC    1u
#define CALL_WRITE    2u
#define CALL_SYNC     4u
#define CALL_TRUNCATE 8u
#define CALL_READ     16u
#define CALL_OPEN     32u

#define FDS 4096

/* The layout is that of faults.py. */
typedef struct Control {
    int64_t clock_jump_ns;
    int64_t fail_at; /* the how-manieth call fails first; 0 = only count */
    int64_t fail_for;
    int64_t calls; /* of the kinds in `kinds` */
    int64_t failed;
    uint32_t kinds;
    int32_t error; /* 0 = the call does not fail, it hangs until the fault is taken away */
} Control;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

int open64(const char *path, int flags, ...);
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset);
ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset);
int ftruncate64(int fd, off64_t size);

static Control *control;
static const char *watched_path;
static bool traces;
static bool watched[FDS]; /* descriptors of files at watched_path */

static void start(void) __attribute__((constructor));

static void start(void)
{
    const char *path = getenv("FAULTS_CONTROL");
    int fd = path ? (int)openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    void *memory = MAP_FAILED;

    watched_path = getenv("FAULTS_PATH");
    traces = getenv("FAULTS_TRACE") != NULL;
    if (fd >= 0)
        memory = mmap(NULL, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (memory != MAP_FAILED)
        control = memory;
}

static void trace(void)
{
    void *callers[32];

    traces = false; /* it allocates */
    backtrace_symbols_fd(callers, backtrace(callers, 32), STDERR_FILENO);
    traces = true;
}

static bool fails(uint32_t kind)
{
    int64_t call;

    if (!control || !(__atomic_load_n(&control->kinds, __ATOMIC_ACQUIRE) & kind))
        return false;
    call = __atomic_add_fetch(&control->calls, 1, __ATOMIC_ACQ_REL);
    if (control->fail_at == 0 || call < control->fail_at ||
        call - control->fail_at >= control->fail_for)
        return false;
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_ACQ_REL);
    if (control->error == 0) {
        while (__atomic_load_n(&control->kinds, __ATOMIC_ACQUIRE) & kind)
            usleep(1000);
        return false;
    }
    if (traces)
        trace();
    errno = control->error;
    return true;
}

static bool file_fails(int fd, uint32_t kind)
{
    return fd >= 0 && fd < FDS && watched[fd] && fails(kind);
}

/* ---- memory ---- */

void *malloc(size_t size)
{
    return fails(CALL_ALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(CALL_ALLOC) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(CALL_ALLOC) ? NULL : __libc_realloc(memory, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
    void *memory = fails(CALL_ALLOC) ? NULL : __libc_memalign(alignment, size);

    if (!memory)
        return ENOMEM;
    *ret = memory;
    return 0;
}

/* ---- the database's files ---- */

static int opened(const char *path, int fd)
{
    if (fd >= 0 && fd < FDS)
        watched[fd] = watched_path && strncmp(path, watched_path, strlen(watched_path)) == 0;
    return fd;
}

static int open_at(const char *path, int flags, mode_t mode)
{
    return fails(CALL_OPEN) ? -1 : opened(path, openat(AT_FDCWD, path, flags, mode));
}

static mode_t mode_of(int flags, va_list arguments)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(path, flags, mode);
}

int close(int fd)
{
    if (fd >= 0 && fd < FDS)
        watched[fd] = false;
    return (int)syscall(SYS_close, fd);
}

/* Half of it is written first, as a disk does that is full in the middle. */
static ssize_t write_at(int fd, const void *bytes, size_t count, off64_t offset)
{
    int error = control ? control->error : 0;

    if (!file_fails(fd, CALL_WRITE))
        return syscall(SYS_pwrite64, fd, bytes, count, offset);
    if (syscall(SYS_pwrite64, fd, bytes, count / 2, offset) < 0)
        error = errno;
    errno = error;
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
    return write_at(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
    return write_at(fd, bytes, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    return file_fails(fd, CALL_WRITE) ? -1 : syscall(SYS_write, fd, bytes, count);
}

ssize_t pread(int fd, void *bytes, size_t count, off_t offset)
{
    return pread64(fd, bytes, count, offset);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset)
{
    return file_fails(fd, CALL_READ) ? -1 : syscall(SYS_pread64, fd, bytes, count, offset);
}

int fsync(int fd)
{
    return file_fails(fd, CALL_SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return file_fails(fd, CALL_SYNC) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return file_fails(fd, CALL_TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

/* ---- the clock ---- */

int clock_gettime(clockid_t clock, struct timespec *ret)
{
    int r = (int)syscall(SYS_clock_gettime, clock, ret);

    if (r == 0 && control && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t jump = control->clock_jump_ns;
        int64_t nanoseconds = ret->tv_nsec + jump % 1000000000;

        ret->tv_sec += jump / 1000000000 + nanoseconds / 1000000000;
        ret->tv_nsec = nanoseconds % 1000000000;
        if (ret->tv_nsec < 0) {
            ret->tv_nsec += 1000000000;
            ret->tv_sec--;
        }
    }
    return r;
}

int gettimeofday(struct timeval *ret, void *zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    ret->tv_sec = now.tv_sec;
    ret->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *ret)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (ret)
        *ret = now.tv_sec;
    return now.tv_sec;
}
