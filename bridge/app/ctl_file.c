/* SPDX-License-Identifier: Apache-2.0 */

/* A file beside the one that is meant, moved over it at the end; see ctl_file.h. */

#include "app/ctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *name_beside(const char *path);
static int fill(int fd, const char *path, const char *text, mode_t mode);

int ctl_file_replace(const char *path, const char *text, mode_t mode, Error *error)
{
    _cleanup_free_ char *beside = name_beside(path);
    _cleanup_close_ int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return error_set(error, ERROR_STORE, "%s cannot be written: %m", path);
    if (fill(fd, path, text, mode) < 0 || rename(beside, path) < 0) {
        int saved = errno;
        unlink(beside);
        errno = saved;
        return error_set(error, ERROR_STORE, "%s cannot be written: %m", path);
    }
    return 0;
}

/* Hidden, and with an end that nobody looks for: who collects "*.prom" passes it by. */
static char *name_beside(const char *path)
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash + 1 - path) : 0;
    return xasprintf("%.*s.%s.XXXXXX", folder, path, path + folder);
}

static int fill(int fd, const char *path, const char *text, mode_t mode)
{
    struct stat old;
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(fd, text, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        left -= (size_t)written;
    }
    if (stat(path, &old) == 0 && fchown(fd, old.st_uid, old.st_gid) < 0 && geteuid() == 0)
        return -1;
    if (fchmod(fd, mode) < 0)
        return -1;
    return fsync(fd);
}
