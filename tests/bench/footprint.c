/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Prints what clockify-bridged costs when it idles: memory, start-up time and size, beside a bare
 * program with the same libraries (bare.c), as figures and ratios. It must not judge them.
 */

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STARTS = 10,
    SETTLE_S = 2, /* what the start leaves to do is done by then */
    PATHS = 512,
};

typedef struct Place {
    char directory[64], config[PATHS], key[PATHS], log[PATHS], stripped[PATHS];
    char daemon_socket[PATHS], bare_socket[PATHS], database[PATHS];
} Place;

typedef struct Figures {
    Memory memory;
    int64_t wall[STARTS], cpu[STARTS]; /* of the starts, microseconds; sorted */
    int64_t size, stripped;            /* bytes; stripped -1 where no tool strips */
    int memory_failure;
} Figures;

static int measure(const Place *place, Program programs[2], Figures figures[2]);
static void print_figures(const Figures *daemon, const Figures *bare);

static void usage(FILE *out)
{
    fprintf(out,
            "Usage: footprint [DAEMON]\n"
            "Idle memory, time from the start to the first answer (median of %d starts) and size\n"
            "of clockify-bridged, beside the bare program in this program's folder.\n"
            "DAEMON is by default ../../clockify-bridged as seen from that folder.\n"
            "Memory is readable to root alone, because the daemon is not dumpable.\n",
            STARTS);
}

static int write_file(const char *path, mode_t mode, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    const size_t length = strlen(text);

    if (fd < 0)
        return -1;
    const ssize_t written = write(fd, text, length);
    close(fd);
    return written == (ssize_t)length ? 0 : -1;
}

static int place_init(Place *place)
{
    char text[4 * PATHS];
    const struct passwd *user = getpwuid(geteuid());

    snprintf(place->directory, sizeof place->directory, "/tmp/footprint-XXXXXX");
    if (!user || !mkdtemp(place->directory))
        return -1;
    snprintf(place->config, PATHS, "%s/bridge.conf", place->directory);
    snprintf(place->key, PATHS, "%s/master.key", place->directory);
    snprintf(place->log, PATHS, "%s/log", place->directory);
    snprintf(place->stripped, PATHS, "%s/stripped", place->directory);
    snprintf(place->daemon_socket, PATHS, "%s/bridge.sock", place->directory);
    snprintf(place->bare_socket, PATHS, "%s/bare.sock", place->directory);
    snprintf(place->database, PATHS, "%s/bridge.db", place->directory);
    snprintf(text, sizeof text,
             "socket: { path = \"%s\"; group = \"\"; operators = [ \"%s\" ]; };\n"
             "jira: { url = \"http://127.0.0.1:1\"; };\n"
             "store: { path = \"%s\"; };\n"
             "secrets: { master_key_file = \"%s\"; };\n"
             "log: { level = \"warning\"; target = \"stderr\"; };\n",
             place->daemon_socket, user->pw_name, place->database, place->key);
    if (write_file(place->config, 0600, text) < 0)
        return -1;
    return write_file(place->key, 0400,
                      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
}

static void place_remove(const Place *place)
{
    const char *const endings[] = {"", "-wal", "-shm"};
    char path[PATHS + 8];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%s%s", place->database, endings[i]);
        unlink(path);
    }
    unlink(place->config);
    unlink(place->key);
    unlink(place->log);
    unlink(place->stripped);
    if (rmdir(place->directory) < 0)
        fprintf(stderr, "footprint: %s is left: %s\n", place->directory, strerror(errno));
}

static void print_log(const Place *place)
{
    char line[512];
    FILE *file = fopen(place->log, "re");

    while (file && fgets(line, sizeof line, file))
        fputs(line, stderr);
    if (file)
        fclose(file);
}

int main(int argc, char **argv)
{
    char here[PATH_MAX], daemon_path[PATH_MAX + 32], bare_path[PATH_MAX + 32];
    Place place;

    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        const int help = argc == 2 && strcmp(argv[1], "--help") == 0;
        usage(help ? stdout : stderr);
        return help ? 0 : 2;
    }
    if (!realpath("/proc/self/exe", here))
        return 1;
    *strrchr(here, '/') = '\0';
    snprintf(bare_path, sizeof bare_path, "%s/bare", here);
    snprintf(daemon_path, sizeof daemon_path, "%s/../../clockify-bridged", here);
    if (place_init(&place) < 0) {
        perror("footprint: its directory");
        return 1;
    }

    const char *const daemon_argv[] = {argc == 2 ? argv[1] : daemon_path, "--config", place.config,
                                       NULL};
    const char *const bare_argv[] = {bare_path, place.bare_socket, NULL};
    Program programs[] = {{.argv = daemon_argv, .socket = place.daemon_socket},
                          {.argv = bare_argv, .socket = place.bare_socket}};
    Figures figures[2] = {0};
    const int failed = measure(&place, programs, figures) < 0;
    if (failed)
        print_log(&place);
    else
        print_figures(&figures[0], &figures[1]);
    place_remove(&place);
    return failed;
}

static int by_value(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int64_t file_size(const char *path)
{
    struct stat status;

    return stat(path, &status) < 0 ? -1 : (int64_t)status.st_size;
}

/* exec wants char *, and leaves it as it is. */
static int run(const char *const argv[])
{
    int status = -1;
    const pid_t pid = fork();

    if (pid == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return status == 0 ? 0 : -1;
}

static int64_t stripped_size(const Place *place, const char *path)
{
    const char *to = place->stripped;
    const char *const objcopy[] = {"objcopy", "--strip-all", path, to, NULL};
    const char *const strip[] = {"strip", "-o", to, path, NULL};

    unlink(to);
    return run(objcopy) == 0 || run(strip) == 0 ? file_size(to) : -1;
}

/* One start; the memory after it has settled, where `memory` is wanted. */
static int measure_start(const Place *place, Program *program, int memory, StartTime *time,
                         Figures *figures)
{
    const int failure = program_start(program, place->log, time);

    if (failure < 0) {
        fprintf(stderr, "footprint: %s: %s\n", program->argv[0],
                failure == -ECHILD ? "it ended before it answered" : strerror(-failure));
        return failure;
    }
    if (memory) {
        sleep(SETTLE_S);
        figures->memory_failure = program_memory(program, &figures->memory);
    }
    program_stop(program);
    return 0;
}

/* The two take turns, so that what else the machine does falls on both. The first start makes the
 * database and warms the page cache: it is not counted. */
static int measure(const Place *place, Program programs[2], Figures figures[2])
{
    StartTime time = {0};

    for (int i = -1; i < STARTS; i++)
        for (int which = 0; which < 2; which++) {
            Figures *of = &figures[which];
            if (measure_start(place, &programs[which], i == STARTS - 1, &time, of) < 0)
                return -1;
            if (i >= 0) {
                of->wall[i] = time.wall;
                of->cpu[i] = time.cpu;
            }
        }
    for (int which = 0; which < 2; which++) {
        qsort(figures[which].wall, STARTS, sizeof(int64_t), by_value);
        qsort(figures[which].cpu, STARTS, sizeof(int64_t), by_value);
        figures[which].size = file_size(programs[which].argv[0]);
        figures[which].stripped = stripped_size(place, programs[which].argv[0]);
    }
    return 0;
}

static void print_row(const char *what, double daemon, double bare, const char *unit)
{
    printf("%-26s %12.1f %12.1f %-4s %8.2f\n", what, daemon, bare, unit, daemon / bare);
}

static double median_ms(const int64_t sorted[STARTS])
{
    return (double)(sorted[STARTS / 2 - 1] + sorted[STARTS / 2]) / 2000.0;
}

static void print_figures(const Figures *daemon, const Figures *bare)
{
    printf("%-26s %12s %12s %-4s %8s\n", "", "daemon", "bare", "unit", "ratio");
    if (daemon->memory_failure < 0 || bare->memory_failure < 0) {
        const int failure = daemon->memory_failure ? daemon->memory_failure : bare->memory_failure;
        printf("memory: smaps_rollup cannot be read: %s%s\n", strerror(-failure),
               geteuid() ? " (the daemon is not dumpable: run this as root)" : "");
    } else {
        print_row("idle RSS", (double)daemon->memory.rss, (double)bare->memory.rss, "KiB");
        print_row("idle private dirty", (double)daemon->memory.private_dirty,
                  (double)bare->memory.private_dirty, "KiB");
    }
    print_row("start to first answer", median_ms(daemon->wall), median_ms(bare->wall), "ms");
    print_row("CPU to first answer", median_ms(daemon->cpu), median_ms(bare->cpu), "ms");
    print_row("slowest start", (double)daemon->wall[STARTS - 1] / 1000.0,
              (double)bare->wall[STARTS - 1] / 1000.0, "ms");
    print_row("size as built", (double)daemon->size / 1024.0, (double)bare->size / 1024.0, "KiB");
    if (daemon->stripped < 0 || bare->stripped < 0)
        puts("size stripped: neither objcopy nor strip is here");
    else
        print_row("size stripped", (double)daemon->stripped / 1024.0,
                  (double)bare->stripped / 1024.0, "KiB");
}
