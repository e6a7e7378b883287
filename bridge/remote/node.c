/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads conf/server.xml once, and what it means is in node_parse.c. The file holds a keystore's
 * password, so its bytes are wiped and no message quotes them.
 */

#include "remote/node.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/secret.h"
#include "remote/url.h"

#define SERVER_XML_MOST ((size_t)1 << 20)

static int open_regular(const char *path, int *ret_fd, Error *error);
static int read_all(int fd, const char *path, char *bytes, size_t *ret_length, Error *error);
static char *url_with_host(const NodeAddress *address, const char *host);

void node_address_done(NodeAddress *address)
{
    free(address->host);
    free(address->context);
    *address = (NodeAddress){0};
}

int node_read(const char *install_dir, NodeAddress *ret, Error *error)
{
    _cleanup_free_ char *path = xasprintf("%s/conf/server.xml", install_dir);
    _cleanup_free_ char *bytes = NULL;
    _cleanup_close_ int fd = -1;
    size_t length = 0;
    int r;

    if (open_regular(path, &fd, error) < 0)
        return -1;
    bytes = xmalloc(SERVER_XML_MOST + 1);
    r = read_all(fd, path, bytes, &length, error);
    if (r == 0)
        r = node_parse(bytes, length, ret, error);
    secret_wipe(bytes, length);
    return r;
}

/* Opened once and looked at through the descriptor, so that nothing can be put in its place in
 * between. */
static int open_regular(const char *path, int *ret_fd, Error *error)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0)
        return error_set(error, ERROR_NOT_CONFIGURED, "%s cannot be read (%s); set jira.url.", path,
                         strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_NOT_CONFIGURED, "%s is no regular file; set jira.url.", path);
    if (status.st_size > (off_t)SERVER_XML_MOST)
        return error_set(error, ERROR_NOT_CONFIGURED, "%s is larger than 1 MiB; set jira.url.",
                         path);
    *ret_fd = fd;
    fd = -1; /* moved */
    return 0;
}

/* Room for one byte more than allowed shows a file that grew. */
static int read_all(int fd, const char *path, char *bytes, size_t *ret_length, Error *error)
{
    size_t length = 0;

    for (;;) {
        ssize_t n = read(fd, bytes + length, SERVER_XML_MOST + 1 - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(error, ERROR_NOT_CONFIGURED, "%s cannot be read (%s); set jira.url.",
                             path, strerror(errno));
        length += (size_t)n;
        *ret_length = length; /* also on failure: what was read is to be wiped */
        if (length > SERVER_XML_MOST)
            return error_set(error, ERROR_NOT_CONFIGURED, "%s is larger than 1 MiB; set jira.url.",
                             path);
        if (n == 0)
            return 0;
    }
}

/* A Connector with an address listens there alone: on loopback, somebody else might. */
char *node_url(const NodeAddress *address, int choice)
{
    static const char *const loopback[] = {"127.0.0.1", "::1"};

    if (choice < 0)
        return NULL;
    if (address->host)
        return choice == 0 ? url_with_host(address, address->host) : NULL;
    return choice < (int)ARRAY_SIZE(loopback) ? url_with_host(address, loopback[choice]) : NULL;
}

static char *url_with_host(const NodeAddress *address, const char *host)
{
    bool ipv6 = strchr(host, ':') != NULL;

    return xasprintf("http://%s%s%s:%d%s", ipv6 ? "[" : "", host, ipv6 ? "]" : "", address->port,
                     address->context);
}

int node_url_from_config(const char *text, char **ret, Error *error)
{
    _cleanup_(url_done) Url url = {0};
    const char *why = NULL;

    if (url_parse(text ? text : "", &url, &why) < 0)
        return error_param(error, "jira.url", "The Jira address %s.", why);
    *ret = url_text(&url);
    return 0;
}
