/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Makes or takes over the listening socket. The file is made under a name of its own, gets its
 * group and rights there, and takes its place by a rename: so it is never there with wider rights,
 * and never without a listener behind it.
 */

#include "rpc/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"

#define NEW_SUFFIX  ".new"
#define SOCKET_MODE 0660

static int take_over(int count, Listening *ret, Error *error);
static int make(const Config *config, Listening *ret, Error *error);
static int check_place(const char *path, Error *error);
static int check_dead(const char *path, Error *error);
static int bind_closed(int fd, const char *path, Error *error);
static int give_group(const char *path, const char *group, Error *error);
static int fill_address(struct sockaddr_un *address, const char *path, Error *error);
static int fail(Error *error, const char *what, const char *path);

int listening_init(Listening *listening, const Config *config, Error *error)
{
    int count = sd_listen_fds(1);
    if (count > 0)
        return take_over(count, listening, error);
    return make(config, listening, error);
}

static int take_over(int count, Listening *ret, Error *error)
{
    int fd = SD_LISTEN_FDS_START;
    if (count > 1)
        return error_set(error, ERROR_INTERNAL, "systemd hands over %d sockets, one is expected",
                         count);
    if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0)
        return error_set(error, ERROR_INTERNAL,
                         "what systemd hands over is no listening Unix stream socket");
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return fail(error, "cannot prepare", "the socket of systemd");
    *ret = (Listening){.fd = fd};
    return 0;
}

static int make(const Config *config, Listening *ret, Error *error)
{
    const char *path = config->socket.path;
    _cleanup_free_ char *new_path = xasprintf("%s" NEW_SUFFIX, path);
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat made;
    if (fd < 0)
        return fail(error, "cannot make a socket for", path);
    if (check_place(path, error) < 0 || bind_closed(fd, new_path, error) < 0)
        return -1;
    if (give_group(new_path, config->socket.group, error) < 0) {
        unlink(new_path);
        return -1;
    }
    if (chmod(new_path, SOCKET_MODE) < 0 || lstat(new_path, &made) < 0 ||
        listen(fd, SOMAXCONN) < 0 || rename(new_path, path) < 0) {
        fail(error, "cannot make", path);
        unlink(new_path);
        return -1;
    }
    *ret =
        (Listening){.fd = fd, .path = xstrdup(path), .device = made.st_dev, .inode = made.st_ino};
    fd = -1; /* consumed */
    return 0;
}

/* Only a socket that nobody listens to any more makes way. */
static int check_place(const char *path, Error *error)
{
    struct stat there;
    if (lstat(path, &there) < 0)
        return errno == ENOENT ? 0 : fail(error, "cannot look at", path);
    if (!S_ISSOCK(there.st_mode))
        return error_set(error, ERROR_INTERNAL, "%s is there and no socket", path);
    return check_dead(path, error);
}

static int check_dead(const char *path, Error *error)
{
    struct sockaddr_un address;
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(error, "cannot try", path);
    if (fill_address(&address, path, error) < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN)
        return error_set(error, ERROR_INTERNAL, "another program listens at %s", path);
    return errno == ECONNREFUSED ? 0 : fail(error, "cannot try", path);
}

/* Linux gives the file the mode of the socket: closed to all others until it has its group. */
static int bind_closed(int fd, const char *path, Error *error)
{
    struct sockaddr_un address;
    if (fill_address(&address, path, error) < 0)
        return -1;
    if (unlink(path) < 0 && errno != ENOENT)
        return fail(error, "cannot remove what a crash left at", path);
    if (fchmod(fd, S_IRUSR | S_IWUSR) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return fail(error, "cannot make", path);
    return 0;
}

/* Who is not root cannot give a file away as it likes, and runs for itself: a warning is enough
 * then. */
static int give_group(const char *path, const char *name, Error *error)
{
    bool root = geteuid() == 0;
    if (!name[0])
        return 0;
    const struct group *group = getgrnam(name);
    if (group && chown(path, (uid_t)-1, group->gr_gid) == 0)
        return 0;
    if (root && !group)
        return error_set(error, ERROR_INTERNAL, "socket.group: there is no group %s on this host",
                         name);
    if (root)
        return fail(error, "cannot set the group of", path);
    log_warning("socket.group: cannot give the socket to group %s; it keeps this process' own",
                name);
    return 0;
}

static int fill_address(struct sockaddr_un *address, const char *path, Error *error)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address->sun_path))
        return error_set(error, ERROR_INTERNAL, "socket.path: %s is too long for a Unix socket",
                         path);
    memcpy(address->sun_path, path, strlen(path) + 1);
    return 0;
}

static int fail(Error *error, const char *what, const char *path)
{
    return error_set(error, ERROR_INTERNAL, "%s %s: %s", what, path, strerror(errno));
}

void listening_done(Listening *listening)
{
    struct stat there;
    if (listening->path && lstat(listening->path, &there) == 0 &&
        there.st_dev == listening->device && there.st_ino == listening->inode)
        unlink(listening->path);
    free(listening->path);
    closep(&listening->fd);
    *listening = (Listening){.fd = -1};
}
