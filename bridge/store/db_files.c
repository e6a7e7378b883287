/* SPDX-License-Identifier: Apache-2.0 */

/* Looks at the database's files by their names; see db_files.h. */

#include "store/db_files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void note(DbFile *file);
static bool is_there(const DbFile *file);

/* An existing one is never opened here: closing that descriptor would drop the locks that this
 * process may already hold on it. */
int db_files_prepare(const char *path, Error *error)
{
    _cleanup_close_ int fd = -1;
    struct stat info;

    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        return 0;
    if (errno != EEXIST)
        return error_set(
            error, ERROR_STORE,
            "The database %s cannot be made: %s. Check that its directory exists, belongs "
            "to the user of clockify-bridged and has room.",
            path, strerror(errno));
    if (lstat(path, &info) < 0 || !S_ISREG(info.st_mode))
        return error_set(error, ERROR_STORE,
                         "The database %s is no regular file; name the file itself in store.path.",
                         path);
    if ((info.st_mode & 0177) != 0 && chmod(path, 0600) < 0)
        return error_set(
            error, ERROR_STORE,
            "The database %s can be read by others and its mode cannot be changed: %s. "
            "Give it to the user of clockify-bridged with mode 0600.",
            path, strerror(errno));
    return 0;
}

void db_files_init(DbFiles *files, const char *path)
{
    *files = (DbFiles){.main.path = xstrdup(path), .wal.path = xasprintf("%s-wal", path)};
}

void db_files_done(DbFiles *files)
{
    free(files->main.path);
    free(files->wal.path);
    *files = (DbFiles){0};
}

void db_files_note(DbFiles *files)
{
    note(&files->main);
    note(&files->wal);
}

/* The first sight says which file it is; later only its size is news. */
static void note(DbFile *file)
{
    struct stat info;

    if (stat(file->path, &info) < 0)
        return;
    if (file->inode == 0) {
        file->device = info.st_dev;
        file->inode = info.st_ino;
    }
    if (info.st_dev == file->device && info.st_ino == file->inode)
        file->size = info.st_size;
}

int db_files_check(const DbFiles *files, Error *error)
{
    const DbFile *lost = !is_there(&files->main)  ? &files->main
                         : !is_there(&files->wal) ? &files->wal
                                                  : NULL;

    if (!lost)
        return 0;
    return error_set(
        error, ERROR_STORE,
        "%s was removed, moved, replaced or cut short under the bridge: put it back where it was, "
        "or copy what is still open from /proc/%ld/fd, stop the bridge and restore a backup.",
        lost->path, (long)getpid());
}

static bool is_there(const DbFile *file)
{
    struct stat info;

    if (file->inode == 0)
        return true;
    return stat(file->path, &info) == 0 && info.st_dev == file->device &&
           info.st_ino == file->inode && info.st_size >= file->size;
}
