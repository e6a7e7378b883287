/* SPDX-License-Identifier: Apache-2.0 */

/* Takes the copy that the bridge has made out of its folder, and hands a restore over to the
 * bridge's own program. Opens no database. */

#include "app/ctl_backup.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK       ".backup-"
#define MARK_DIGIT "0123456789abcdef"
#define MARK_COUNT 16
#define PROGRAM    "clockify-bridged"

/* The bridge's file, by the folder it lies in, so that nobody can put another in its place between
 * two looks. */
typedef struct Made {
    char *path, *for_folder, *for_name;
    const char *name;
    int folder;
    int fd;
} Made;

static int take(const char *from, const char *to, bool force);
static int open_made(const char *path, Made *ret);
static void made_done(Made *made);

int ctl_run_backup(Ctl *ctl, const CtlCommand *command, Json *params)
{
    const char *file = json_string(params, "file");
    bool force = json_flag(params, "force", false);
    _cleanup_json_ Json *result = NULL;
    struct stat info;
    if (!force && lstat(file, &info) == 0) {
        ctl_complain("%s is there already; --force replaces it", file);
        return CTL_USAGE;
    }
    int status = ctl_ask(ctl, methods_all()[command->method].name, NULL, &result);
    if (status != CTL_OK)
        return status;
    const char *made = json_string(result, "file");
    if (!made || take(made, file, force) < 0)
        return CTL_FAILED;
    json_put_string(result, "file", file);
    ctl_show(ctl, command, result);
    return CTL_OK;
}

static int copy_to(const Made *made, const char *to, bool force);

static int take(const char *from, const char *to, bool force)
{
    _cleanup_(made_done) Made made = {.folder = -1, .fd = -1};
    if (open_made(from, &made) < 0 || copy_to(&made, to, force) < 0)
        return -1;
    if (unlinkat(made.folder, made.name, 0) < 0)
        ctl_complain("%s cannot be removed: %m", from);
    return 0;
}

static bool has_mark(const char *name);

/* Root is asked by a program that is less than root to read a file: only one that is named like a
 * copy, is a file of its own, and no way round to another. */
static int open_made(const char *path, Made *made)
{
    struct stat info;
    made->path = xstrdup(path);
    made->for_folder = xstrdup(path);
    made->for_name = xstrdup(path);
    made->name = basename(made->for_name);
    made->folder = open(dirname(made->for_folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (made->folder >= 0)
        made->fd = openat(made->folder, made->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (made->fd < 0) {
        ctl_complain("the bridge made the copy %s, which cannot be read: %m (are you root?)", path);
        return -1;
    }
    if (!has_mark(made->name) || fstat(made->fd, &info) < 0 || !S_ISREG(info.st_mode) ||
        info.st_nlink != 1) {
        ctl_complain("%s is no copy of the bridge's; it stays untouched", path);
        return -1;
    }
    return 0;
}

static bool has_mark(const char *name)
{
    const char *mark = strstr(name, MARK);
    if (!mark)
        return false;
    mark += strlen(MARK);
    return strlen(mark) == MARK_COUNT && strspn(mark, MARK_DIGIT) == MARK_COUNT;
}

static void made_done(Made *made)
{
    closep(&made->fd);
    closep(&made->folder);
    free(made->path);
    free(made->for_folder);
    free(made->for_name);
}

static int pour(int from, int to);
static int put_in_place(const char *part, const char *to, bool force);

/* Whole or not at all: it gets its name once it is on the disk. */
static int copy_to(const Made *made, const char *to, bool force)
{
    _cleanup_free_ char *part = xasprintf("%s.part-%d", to, (int)getpid());
    _cleanup_close_ int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        ctl_complain("%s cannot be made: %m", part);
        return -1;
    }
    if (pour(made->fd, fd) < 0 || fsync(fd) < 0) {
        ctl_complain("%s cannot be written: %m", part);
        unlink(part);
        return -1;
    }
    if (put_in_place(part, to, force) < 0) {
        ctl_complain("%s cannot be given its name: %m", to);
        unlink(part);
        return -1;
    }
    return 0;
}

static int pour(int from, int to)
{
    char bytes[65536];
    ssize_t got;
    while ((got = read(from, bytes, sizeof(bytes))) > 0)
        for (ssize_t done = 0, wrote; done < got; done += wrote)
            if ((wrote = write(to, bytes + done, (size_t)(got - done))) < 0)
                return -1;
    return got < 0 ? -1 : 0;
}

static int put_in_place(const char *part, const char *to, bool force)
{
    _cleanup_free_ char *for_folder = xstrdup(to);
    if (force ? rename(part, to) < 0 : link(part, to) < 0)
        return -1;
    if (!force)
        unlink(part);
    _cleanup_close_ int folder = open(dirname(for_folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 ? -1 : fsync(folder);
}

/* The bridge's program lies where this one does. */
static char *program_path(void)
{
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
    if (length < 0)
        return xstrdup(SBINDIR "/" PROGRAM);
    own[length] = '\0';
    return xasprintf("%s/" PROGRAM, dirname(own));
}

int ctl_run_restore(Ctl *ctl _unused_, const CtlCommand *command _unused_, Json *params)
{
    static const struct {
        const char *param, *option;
    } flags[] = {{"dry_run", "--dry-run"}, {"yes", "--yes"}, {"no_key_check", "--no-key-check"}};
    _cleanup_free_ char *program = program_path();
    const char *words[10] = {PROGRAM, "--restore", json_string(params, "file")};
    size_t count = 3;
    if (json_has(params, "config")) {
        words[count++] = "--config";
        words[count++] = json_string(params, "config");
    }
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (json_flag(params, flags[i].param, false))
            words[count++] = flags[i].option;
    execv(program, (char *const *)words);
    ctl_complain("%s cannot be run: %m", program);
    return CTL_FAILED;
}
