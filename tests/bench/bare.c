/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The floor for footprint: a program linked to the daemon's libraries that answers each line on a
 * Unix socket with one fixed line. It must not call any of those libraries.
 *
 *     bare SOCKET
 */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char answer[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n";

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void serve(int client)
{
    char bytes[512];
    ssize_t got;

    while ((got = read(client, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got; i++)
            if (bytes[i] == '\n' && write(client, answer, sizeof answer - 1) < 0)
                return;
}

int main(int argc, char **argv)
{
    int fd = argc == 2 ? listen_on(argv[1]) : -1;

    if (fd < 0) {
        fprintf(stderr, "bare: cannot listen; usage: bare SOCKET\n");
        return 1;
    }
    for (int client; (client = accept(fd, NULL, NULL)) >= 0; close(client))
        serve(client);
    return 1;
}
