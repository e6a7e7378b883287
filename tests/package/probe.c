/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tries, from within the sandbox of clockify-bridged.service, what the bridge needs and what nobody
 * shall be able to do there. Prints a line for each: "NAME allowed" or "NAME ERROR". Judges
 * nothing. Outside of a service, or as root, it would do harm, and refuses.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATE "/var/lib/clockify-bridge"

static void tell(const char *name, long result)
{
    printf("%s %s\n", name, result >= 0 ? "allowed" : strerrorname_np(errno));
}

static long reads(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -1 : close(fd);
}

static long writes(const char *folder)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/probe", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd < 0 ? -1 : close(fd) + unlink(path);
}

static long opens_socket(int family, int type, int protocol)
{
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    return fd < 0 ? -1 : close(fd);
}

/* What the child could not do comes back as its exit status. */
static long executes(const char *path)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        execl(path, path, "-c", ":", (char *)NULL);
        _exit(errno);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    errno = WEXITSTATUS(status);
    return errno ? -1 : 0;
}

static long maps(int protection)
{
    void *place = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return place == MAP_FAILED ? -1 : munmap(place, 4096);
}

static long locks_memory(void)
{
    static char page[65536];
    return mlock(page, sizeof(page));
}

static long makes_suid(void)
{
    int fd = open(STATE "/suid", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    long result = fd < 0 ? -1 : fchmod(fd, S_ISUID | S_IRWXU);
    int saved = errno;
    close(fd);
    unlink(STATE "/suid");
    errno = saved;
    return result;
}

static long sets_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return clock_settime(CLOCK_REALTIME, &now);
}

static long resolves(void)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    if (getaddrinfo("localhost", "443", &hints, &found) != 0)
        return -1;
    freeaddrinfo(found);
    return 0;
}

static long draws_random(void)
{
    char bytes[32];
    return getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes) ? 0 : -1;
}

static long reads_credential(void)
{
    char path[256];
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    snprintf(path, sizeof(path), "%s/master-key", folder ? folder : "/nonexistent");
    return reads(path);
}

static void try_files(void)
{
    tell("write-state", writes(STATE));
    tell("write-private-tmp", writes("/tmp"));
    tell("write-etc", writes("/etc"));
    tell("write-usr", writes("/usr"));
    tell("write-run", writes("/run"));
    tell("write-socket-folder", writes("/run/clockify-bridge"));
    tell("write-var-lib", writes("/var/lib"));
    tell("write-opt", writes("/opt"));
    tell("read-configuration", reads("/etc/clockify-bridge/bridge.conf"));
    tell("read-credential", reads_credential());
    tell("read-master-key", reads("/etc/clockify-bridge/master-key"));
    tell("read-server-xml", reads("/opt/atlassian/jira/conf/server.xml"));
    tell("read-shadow", reads("/etc/shadow"));
    tell("read-home", reads("/home/jira/private"));
    tell("read-disk", reads("/dev/vda"));
    tell("read-other-process", reads("/proc/1/environ"));
    tell("read-sysctl", reads("/proc/sys/kernel/random/boot_id"));
    tell("read-meminfo", reads("/proc/meminfo"));
    tell("make-suid", makes_suid());
    tell("execute-shell", executes("/bin/sh"));
    tell("mount", mount("probe", "/tmp", "tmpfs", 0, ""));
}

static void try_network(void)
{
    tell("socket-unix", opens_socket(AF_UNIX, SOCK_STREAM, 0));
    tell("socket-inet", opens_socket(AF_INET, SOCK_STREAM, 0));
    tell("socket-inet6", opens_socket(AF_INET6, SOCK_STREAM, 0));
    tell("socket-netlink", opens_socket(AF_NETLINK, SOCK_RAW, 0));
    tell("socket-packet", opens_socket(AF_PACKET, SOCK_RAW, 0));
    tell("socket-vsock", opens_socket(AF_VSOCK, SOCK_STREAM, 0));
    tell("socket-raw", opens_socket(AF_INET, SOCK_RAW, 1));
    tell("resolve-localhost", resolves());
}

static void try_kernel(void)
{
    tell("random", draws_random());
    tell("lock-memory", locks_memory());
    tell("memory-rw", maps(PROT_READ | PROT_WRITE));
    tell("memory-wx", maps(PROT_WRITE | PROT_EXEC));
    tell("user-namespace", unshare(CLONE_NEWUSER));
    tell("trace", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    tell("personality", personality(ADDR_NO_RANDOMIZE));
    tell("bpf", syscall(SYS_bpf, 0, NULL, 0));
    tell("keyring", syscall(SYS_keyctl, 0, -3, 0));
    tell("io-uring", syscall(SYS_io_uring_setup, 1, NULL));
    tell("load-kernel", syscall(SYS_kexec_load, 0, 0, NULL, 0));
    tell("set-clock", sets_clock());
    tell("set-host-name", sethostname("probe", 5));
    tell("become-root", setuid(0));
    tell("priority-realtime",
         sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}));
}

int main(void)
{
    if (getuid() == 0 || !getenv("CREDENTIALS_DIRECTORY")) {
        fputs("probe: only for a service that is not root's\n", stderr);
        return 64;
    }
    try_files();
    try_network();
    try_kernel();
    return 0;
}
