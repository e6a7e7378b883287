/* SPDX-License-Identifier: Apache-2.0 */

/* Checks a configuration and what it names; opens files to read, starts and changes nothing. */

#include "app/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/config.h"
#include "remote/clockify_url.h"
#include "remote/node.h"
#include "store/keyring.h"

typedef struct Check {
    const Config *config;
    unsigned faults;
} Check;

static void check_files(Check *check);
static void check_master_key(Check *check);
static void check_clockify_url(Check *check);
static void check_jira_url(Check *check);
static void check_store(Check *check);

int check_config(const char *path)
{
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    _cleanup_(config_freep) Config *config = NULL;
    if (config_load(path, &config, &faults) < 0) {
        fputs(buffer_text(&faults), stderr);
        return EX_CONFIG;
    }
    Check check = {.config = config};
    check_files(&check);
    check_master_key(&check);
    check_clockify_url(&check);
    check_jira_url(&check);
    check_store(&check);
    if (check.faults)
        return EX_CONFIG;
    puts("OK");
    return EX_OK;
}

static void fault(Check *check, const char *name, const char *format, ...) _printf_(3, 4);
static void check_readable(Check *check, const char *name, const char *file);

static void check_files(Check *check)
{
    check_readable(check, "clockify.ca_file", check->config->clockify.ca_file);
    check_readable(check, "clockify.client_cert", check->config->clockify.client_cert);
    check_readable(check, "clockify.client_key", check->config->clockify.client_key);
}

static void check_readable(Check *check, const char *name, const char *file)
{
    if (!*file)
        return;
    _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        fault(check, name, "\"%s\" cannot be read: %s", file, strerror(errno));
}

/* The credential is there only for the service that systemd started. */
static void check_master_key(Check *check)
{
    const char *file = check->config->secrets.master_key_file;
    if (!*file && !getenv("CREDENTIALS_DIRECTORY")) {
        fputs("note: the master key comes from the systemd credential \"master-key\", "
              "which is not visible here\n",
              stderr);
        return;
    }
    _cleanup_(keyring_freep) Keyring *keyring = NULL;
    Error error = {0};
    if (keyring_load(file, &keyring, &error) < 0)
        fault(check, "secrets.master_key_file", "%s", error.message);
}

static void check_clockify_url(Check *check)
{
    if (!*check->config->clockify.url)
        return;
    _cleanup_(clockify_server_done) ClockifyServer server = {0};
    Error error = {0};
    if (clockify_server_from_url(check->config->clockify.url, &server, &error) < 0)
        fault(check, "clockify.url", "%s", error.message);
}

/* Without jira.url the node is looked for again and again, so that Jira may come later: only worth
 * a note. */
static void check_jira_url(Check *check)
{
    const char *given = check->config->jira.url;
    _cleanup_free_ char *url = NULL;
    _cleanup_(node_address_done) NodeAddress address = {0};
    Error error = {0};
    if (*given) {
        if (node_url_from_config(given, &url, &error) < 0)
            fault(check, "jira.url", "%s", error.message);
    } else if (node_read(check->config->jira.install_dir, &address, &error) < 0) {
        fprintf(stderr, "note: the Jira node was not found: %s\n", error.message);
    }
}

static void check_store(Check *check)
{
    if (check->config->store.backend == STORE_POSTGRESQL)
        fault(check, "store.backend", "this build has no PostgreSQL driver; allowed: \"sqlite\"");
}

static void fault(Check *check, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    unsigned line = config_line(check->config->file, name);
    if (line > 0)
        fprintf(stderr, "%s:%u: %s: ", check->config->file, line, name);
    else
        fprintf(stderr, "%s: %s: ", check->config->file, name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    check->faults++;
}
