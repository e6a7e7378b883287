/* SPDX-License-Identifier: Apache-2.0 */

/* From Jira's setenv.sh to a line of bridge.conf; see import_proxy.h. */

#include "app/import_proxy.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/ctl_file.h"
#include "app/jvm_proxy.h"
#include "app/redact.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/text.h"
#include "base/time.h"

#define DEFAULT_CONFIG SYSCONFDIR "/clockify-bridge/bridge.conf"
#define SETTING        "clockify.proxy"
#define FILE_MOST      ((size_t)1 << 20)

typedef struct Import {
    const char *config_path;
    Config *config;
    char *url;
} Import;

static void import_done(Import *import)
{
    config_free(import->config);
    free(import->url);
}

static int read_file(const char *path, Buffer *ret);
static int show(Import *import, const JvmProxy *proxy, const char *script, bool write);
static int put(const Import *import);

int import_proxy_run(Ctl *ctl _unused_, const CtlCommand *command _unused_, Json *params)
{
    const char *path = json_string(params, "config");
    const char *given = json_string(params, "script");
    _cleanup_(import_done) Import import = {.config_path = path ? path : DEFAULT_CONFIG};
    _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;
    _cleanup_(jvm_proxy_done) JvmProxy proxy = {0};
    if (config_load(import.config_path, &import.config, &text) < 0) {
        ctl_complain("%s", buffer_text(&text));
        return CTL_FAILED;
    }
    _cleanup_free_ char *script =
        given ? xstrdup(given) : xasprintf("%s/bin/setenv.sh", import.config->jira.install_dir);
    if (read_file(script, &text) < 0)
        return CTL_FAILED;
    jvm_proxy_read(buffer_text(&text), &proxy);
    import.url = jvm_proxy_url(&proxy);
    return show(&import, &proxy, script, json_flag(params, "write", false));
}

static int read_file(const char *path, Buffer *ret)
{
    char bytes[4096];
    ssize_t got = -1;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (fd >= 0 && ret->length < FILE_MOST && (got = read(fd, bytes, sizeof(bytes))) > 0)
        buffer_add(ret, bytes, (size_t)got);
    if (got < 0)
        ctl_complain("%s cannot be read: %s", path, strerror(errno));
    return got < 0 ? -1 : 0;
}

static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");
    start = start ? start + strlen("://") : url;
    return xstrndup(start, strcspn(start, ":/"));
}

/* What a shell would have to work out is no host. */
static bool is_plain(const char *url)
{
    return !strpbrk(url, "$`\"\\ ") && text_is_utf8(url, strlen(url));
}

static int show(Import *import, const JvmProxy *proxy, const char *script, bool write)
{
    _cleanup_(buffer_done) Buffer shown = BUFFER_EMPTY;
    _cleanup_free_ char *host = host_of(import->config->clockify.url);
    if (!import->url) {
        printf("%s names no proxy (-Dhttps.proxyHost=): nothing to set\n", script);
        return CTL_OK;
    }
    if (!is_plain(import->url)) {
        ctl_complain("%s names the proxy by a variable: set " SETTING " by hand", script);
        return CTL_FAILED;
    }
    if (*host && jvm_proxy_passes(proxy, host)) {
        printf("http.nonProxyHosts has %s: Clockify is asked past the proxy, nothing to set\n",
               host);
        return CTL_OK;
    }
    redact(import->url, NULL, &shown);
    printf("in %s, group clockify:\n    proxy = \"%s\";\n", import->config_path,
           buffer_text(&shown));
    puts("Jira itself and this host are always asked past it; http.nonProxyHosts says no more\n"
         "to the bridge, which asks nobody else.");
    if (streq(import->config->clockify.proxy, import->url)) {
        puts("It is set already.");
        return CTL_OK;
    }
    if (write)
        return put(import);
    puts("Nothing was written: --write does it.");
    return CTL_OK;
}

static char *with_setting(const char *text, const char *path, const char *url);
static bool takes(const char *path, const char *text, const char *url);

static int put(const Import *import)
{
    const char *path = import->config_path;
    _cleanup_(buffer_done) Buffer old = BUFFER_EMPTY;
    _cleanup_free_ char *backup = xasprintf("%s.%lld", path, (long long)time_now());
    struct stat status;
    Error error = {0};
    if (read_file(path, &old) < 0 || stat(path, &status) < 0)
        return CTL_FAILED;
    _cleanup_free_ char *text = with_setting(buffer_text(&old), path, import->url);
    if (!text || !takes(path, text, import->url)) {
        ctl_complain("%s is written in a way that this command does not change: set it by hand",
                     path);
        return CTL_FAILED;
    }
    if (ctl_file_replace(backup, buffer_text(&old), status.st_mode & 0777, &error) < 0 ||
        ctl_file_replace(path, text, status.st_mode & 0777, &error) < 0) {
        ctl_complain("%s", error.message);
        return CTL_FAILED;
    }
    printf("Written; what was there is in %s.\n"
           "Then: clockify-bridgectl doctor, and systemctl restart clockify-bridged\n",
           backup);
    return CTL_OK;
}

static const char *line_at(const char *text, unsigned number)
{
    for (; number > 1 && text; number--) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text;
}

/* The text of the setting is changed where it stands, or a line is added behind the start of its
 * group. NULL where neither is found. Whether it was done right is seen by reading it. */
static char *with_setting(const char *text, const char *path, const char *url)
{
    unsigned own = config_line(path, SETTING);
    unsigned group = config_line(path, "clockify");
    const char *line = line_at(text, own ? own : group);
    if (!own && !group)
        return xasprintf("%s\nclockify:\n{\n    proxy = \"%s\";\n};\n", text, url);
    if (!own && line)
        line = strchr(line, '{');
    if (!line)
        return NULL;
    if (!own)
        return xasprintf("%.*s\n    proxy = \"%s\";%s", (int)(line + 1 - text), text, url,
                         line + 1);
    size_t length = strcspn(line, "\n");
    const char *from = memchr(line, '"', length);
    const char *to = from ? memchr(from + 1, '"', (size_t)(line + length - from - 1)) : NULL;
    if (!to)
        return NULL;
    return xasprintf("%.*s%s%s", (int)(from + 1 - text), text, url, to);
}

/* Read back from a file beside, with all other settings as they were. */
static bool takes(const char *path, const char *text, const char *url)
{
    _cleanup_free_ char *beside = xasprintf("%s.new", path);
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    _cleanup_(config_freep) Config *old = NULL;
    _cleanup_(config_freep) Config *made = NULL;
    Error error = {0};
    if (ctl_file_replace(beside, text, 0600, &error) < 0)
        return false;
    int r = config_load(beside, &made, &faults);
    unlink(beside);
    if (r < 0 || !streq(made->clockify.proxy, url) || config_load(path, &old, &faults) < 0)
        return false;
    _cleanup_json_ Json *changes = config_changes(old, made);
    return json_count(changes) == 1 && streq(json_string_at(changes, 0), SETTING);
}
