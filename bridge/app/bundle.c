/* SPDX-License-Identifier: Apache-2.0 */

/* Says what a bundle would hold, asks, and has tar write it. */

#include "app/bundle.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/bundle_part.h"
#include "app/redact.h"
#include "base/text.h"

#define DEFAULT_CONFIG SYSCONFDIR "/clockify-bridge/bridge.conf"
#define FOLDER         "clockify-bridge-support"

static void list_parts(const char *file);
static bool agreed(void);
static int write_bundle(Bundle *bundle, const char *file);

int bundle_run(Ctl *ctl, const CtlCommand *command _unused_, Json *params)
{
    const char *file = json_string(params, "file");
    const char *config = json_string(params, "config");
    Bundle bundle = {.ctl = ctl, .config_path = config ? config : DEFAULT_CONFIG};
    list_parts(file);
    if (json_flag(params, "dry_run", false))
        return CTL_OK;
    if (access(file, F_OK) == 0) {
        ctl_complain("%s is there already; nothing was written", file);
        return CTL_FAILED;
    }
    if (!json_flag(params, "yes", false) && !agreed()) {
        ctl_complain("nothing was written");
        return CTL_FAILED;
    }
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    if (config_load(bundle.config_path, &bundle.config, &faults) < 0)
        bundle.config = NULL;
    int status = write_bundle(&bundle, file);
    config_free(bundle.config);
    return status;
}

static void list_parts(const char *file)
{
    size_t count;
    const BundlePart *parts = bundle_parts(&count);
    printf("%s will hold (keys, tokens, passwords, mail addresses and names are taken out):\n",
           file);
    for (size_t i = 0; i < count; i++)
        printf("  %-13s %s\n", parts[i].name, parts[i].doc);
    fflush(stdout);
}

static bool agreed(void)
{
    char line[16] = "";
    fputs("Write it? [y/N] ", stdout);
    fflush(stdout);
    return fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y');
}

static int write_parts(Bundle *bundle, int folder);
static int pack(const char *above, const char *file);
static void remove_parts(const char *above, int folder);

static int write_bundle(Bundle *bundle, const char *file)
{
    char above[] = "/tmp/" FOLDER ".XXXXXX";
    int status = CTL_FAILED;
    if (!mkdtemp(above)) {
        ctl_complain("no folder can be made in /tmp: %s", strerror(errno));
        return CTL_FAILED;
    }
    _cleanup_free_ char *path = xasprintf("%s/" FOLDER, above);
    mkdir(path, 0700);
    _cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0 && write_parts(bundle, folder) >= 0)
        status = pack(above, file);
    remove_parts(above, folder);
    if (status == CTL_OK)
        printf("%s is written\n", file);
    return status;
}

static int write_whole(int folder, const char *name, const Buffer *text);

static int write_parts(Bundle *bundle, int folder)
{
    size_t count;
    const BundlePart *parts = bundle_parts(&count);
    StringList names = bundle->config ? bundle->config->socket.operators : NULL;
    for (size_t i = 0; i < count; i++) {
        _cleanup_(buffer_done) Buffer raw = BUFFER_EMPTY;
        _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;
        parts[i].make(bundle, &raw);
        if (text_ends_with(parts[i].name, ".conf"))
            redact_config(buffer_text(&raw), names, &text);
        else
            redact(buffer_text(&raw), names, &text);
        if (write_whole(folder, parts[i].name, &text) < 0) {
            ctl_complain("%s cannot be written: %s", parts[i].name, strerror(errno));
            return -1;
        }
    }
    return 0;
}

static int write_whole(int folder, const char *name, const Buffer *text)
{
    _cleanup_close_ int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    for (size_t done = 0; done < text->length;) {
        ssize_t written = write(fd, text->data + done, text->length - done);
        if (written < 0 && errno != EINTR)
            return -1;
        done += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

static int run_tar(const char *above, int target);

/* The file is ours before tar runs: nothing is put in the place of another, whatever happens
 * meanwhile. */
static int pack(const char *above, const char *file)
{
    _cleanup_close_ int target = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (target < 0) {
        ctl_complain("%s cannot be made: %s", file, strerror(errno));
        return CTL_FAILED;
    }
    if (run_tar(above, target) == 0 && fsync(target) == 0)
        return CTL_OK;
    unlink(file);
    ctl_complain("%s cannot be written: tar or gzip failed, or there is no room", file);
    return CTL_FAILED;
}

static int run_tar(const char *above, int target)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        if (dup2(target, STDOUT_FILENO) >= 0)
            execlp("tar", "tar", "--owner=0", "--group=0", "-C", above, "-czf", "-", FOLDER, NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void remove_parts(const char *above, int folder)
{
    size_t count;
    const BundlePart *parts = bundle_parts(&count);
    _cleanup_free_ char *path = xasprintf("%s/" FOLDER, above);
    for (size_t i = 0; folder >= 0 && i < count; i++)
        unlinkat(folder, parts[i].name, 0);
    rmdir(path);
    rmdir(above);
}
