/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Opens the master key's file once, judges the opened file (not its name) and reads it. Must not
 * know what a key looks like, and puts nothing of the content into a message.
 */

#include "store/keyring_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREDENTIAL "master-key"

static int find_credential(char **ret, Error *error);
static int check_file(int fd, const char *path, mode_t forbidden, Error *error);
static int read_all(int fd, const char *path, char *buffer, size_t *ret_length, Error *error);

int keyring_file_read(const char *file, char *buffer, size_t *ret_length, char **ret_path,
                      Error *error)
{
    const bool credential = !file || !*file;
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int fd = -1;
    int r;

    if (!credential) {
        path = xstrdup(file);
    } else {
        r = find_credential(&path, error);
        if (r < 0)
            return r;
    }
    /* NONBLOCK: a FIFO put in its place must not hang the start. */
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(
            error, ERROR_STORE,
            "The master key %s cannot be opened: %s. Make one with \"openssl rand -hex 32\" "
            "in a file (no symbolic link) of mode 0400.",
            path, errno == ELOOP ? "it is a symbolic link" : strerror(errno));
    /* systemd makes credentials 0400 or 0440 on a file system that only the unit sees. */
    r = check_file(fd, path, credential ? 0337 : 0177, error);
    if (r >= 0)
        r = read_all(fd, path, buffer, ret_length, error);
    if (r >= 0)
        *ret_path = STEAL(path);
    return r;
}

static int find_credential(char **ret, Error *error)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");

    if (!directory || directory[0] != '/')
        return error_set(
            error, ERROR_STORE,
            "No master key: systemd passed no credential \"" CREDENTIAL "\" and "
            "secrets.master_key_file is empty. Make a key with \"openssl rand -hex 32\" and "
            "name its file in LoadCredential=" CREDENTIAL ": or in secrets.master_key_file.");
    *ret = xasprintf("%s/" CREDENTIAL, directory);
    return 0;
}

static int check_file(int fd, const char *path, mode_t forbidden, Error *error)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return error_set(error, ERROR_STORE, "The master key %s cannot be examined: %s.", path,
                         strerror(errno));
    if (!S_ISREG(info.st_mode))
        return error_set(
            error, ERROR_STORE,
            "The master key %s is no regular file. Put the output of \"openssl rand -hex 32\" "
            "into a file of mode 0400.",
            path);
    if ((info.st_mode & forbidden) != 0)
        return error_set(
            error, ERROR_STORE,
            "The master key %s has mode %04o, which lets others at it: chmod 0400 it, and if "
            "others may have read it, make a new one with \"openssl rand -hex 32\".",
            path, (unsigned)info.st_mode & 07777);
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return error_set(
            error, ERROR_STORE,
            "The master key %s belongs to another user (uid %u): chown it to root or to the "
            "user of clockify-bridged.",
            path, (unsigned)info.st_uid);
    return 0;
}

static int read_all(int fd, const char *path, char *buffer, size_t *ret_length, Error *error)
{
    size_t length = 0;

    for (;;) {
        ssize_t count = read(fd, buffer + length, KEYRING_FILE_MAX - length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_set(error, ERROR_STORE, "The master key %s cannot be read: %s.", path,
                             strerror(errno));
        if (count == 0)
            break;
        length += (size_t)count;
        if (length == KEYRING_FILE_MAX)
            return error_set(
                error, ERROR_STORE,
                "The master key %s is longer than %d bytes: it should hold 64 hexadecimal "
                "digits a line, as \"openssl rand -hex 32\" prints them.",
                path, KEYRING_FILE_MAX - 1);
    }
    *ret_length = length;
    return 0;
}
