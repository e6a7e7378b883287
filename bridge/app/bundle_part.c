/* SPDX-License-Identifier: Apache-2.0 */

/* Gathers what a bundle holds; a part that cannot be had says so in its place. */

#include "app/bundle_part.h"

#include "config.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "app/doctor.h"
#include "store/keyring.h"

#define FILE_MOST ((size_t)1 << 20)
#define ANSWER_S  10

static void add_versions(Bundle *bundle, Buffer *ret);
static void add_config(Bundle *bundle, Buffer *ret);
static void add_doctor(Bundle *bundle, Buffer *ret);
static void add_status(Bundle *bundle, Buffer *ret);
static void add_metrics(Bundle *bundle, Buffer *ret);
static void add_describe(Bundle *bundle, Buffer *ret);
static void add_system(Bundle *bundle, Buffer *ret);

static const BundlePart parts[] = {
    {"versions.txt", "versions of the bridge, the kernel and the system", add_versions},
    {"bridge.conf", "the configuration, without comments, passwords and operators", add_config},
    {"doctor.txt", "what the doctor found", add_doctor},
    {"status.json", "the answer to \"status\": services, and counts of entries and worklogs",
     add_status},
    {"metrics.txt", "the answer to \"metrics\"", add_metrics},
    {"describe.txt", "a digest of the methods that the running bridge has", add_describe},
    {"system.txt", "memory, load and uptime of this host", add_system},
};

const BundlePart *bundle_parts(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(parts);
    return parts;
}

static void add_file(const char *path, Buffer *ret)
{
    char bytes[4096];
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        buffer_addf(ret, "%s cannot be read\n", path);
    for (ssize_t got;
         fd >= 0 && ret->length < FILE_MOST && (got = read(fd, bytes, sizeof(bytes))) > 0;)
        buffer_add(ret, bytes, strnlen(bytes, (size_t)got));
}

/* NULL after the reason was added. The caller owns it. */
static Json *ask(const Bundle *bundle, const char *method, Buffer *ret)
{
    _cleanup_(ctl_client_freep) CtlClient *client = NULL;
    _cleanup_json_ Json *refused = NULL;
    Json *result = NULL;
    Error error = {0};
    int r = ctl_client_new(bundle->ctl->socket, ANSWER_S, &client, &error);
    if (r >= 0)
        r = ctl_client_call(client, method, NULL, &result, &refused, &error);
    if (r != 0)
        buffer_addf(ret, "no answer: %s\n",
                    r < 0 ? error.message : json_string(refused, "message"));
    return result;
}

static void add_versions(Bundle *bundle, Buffer *ret)
{
    _cleanup_(buffer_done) Buffer why = BUFFER_EMPTY;
    _cleanup_json_ Json *status = ask(bundle, "bridge.status", &why);
    const char *running = json_string(status, "version");
    struct utsname system;
    buffer_addf(ret, "installed %s\nrunning %s\n", PACKAGE_VERSION, running ? running : "none");
    if (uname(&system) == 0)
        buffer_addf(ret, "%s %s %s\n", system.sysname, system.release, system.machine);
    add_file("/etc/os-release", ret);
}

static void add_config(Bundle *bundle, Buffer *ret)
{
    add_file(bundle->config_path, ret);
}

static void add_doctor(Bundle *bundle, Buffer *ret)
{
    _cleanup_json_ Json *report = doctor_report(bundle->ctl, bundle->config_path);
    doctor_render(report, ret);
}

static void add_status(Bundle *bundle, Buffer *ret)
{
    _cleanup_json_ Json *status = ask(bundle, "bridge.status", ret);
    if (!status)
        return;
    if (json_string(status, "pause_reason"))
        json_put_string(status, "pause_reason", "(hidden)"); /* a person's own words */
    buffer_addf(ret, "%s\n",
                json_object_to_json_string_ext(status, JSON_C_TO_STRING_PRETTY |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void add_metrics(Bundle *bundle, Buffer *ret)
{
    _cleanup_json_ Json *metrics = ask(bundle, "bridge.metrics", ret);
    buffer_add_text(ret, json_string(metrics, "text"));
}

/* Half of it is enough to tell two apart, and is not taken for a key. */
static void add_describe(Bundle *bundle, Buffer *ret)
{
    _cleanup_json_ Json *described = ask(bundle, "bridge.describe", ret);
    _cleanup_free_ char *text = described ? json_canonical(described) : NULL;
    char digest[DIGEST_SIZE];
    if (!text)
        return;
    keyring_digest(text, digest);
    buffer_addf(ret, "%zu methods, digest %.16s\n", json_count(json_list(described, "methods")),
                digest);
}

static void add_system(Bundle *bundle _unused_, Buffer *ret)
{
    buffer_addf(ret, "processors %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
    add_file("/proc/loadavg", ret);
    add_file("/proc/uptime", ret);
    add_file("/proc/meminfo", ret);
}
