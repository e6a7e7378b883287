/* SPDX-License-Identifier: Apache-2.0 */

/* Applies a changed configuration to the running parts; knows no setting by name. */

#include "app/reload.h"

#include <inttypes.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/text.h"

static void notify_reloading(void);
static int read_config(const char *path, Config **ret, Error *error);
static int apply(Daemon *daemon, Config *config, Error *error);
static void release(Daemon *daemon, Config *config);
static int nothing(Db *db, void *arg, Error *error);
static void released(void *arg, int r, const Error *error);
static void report(const Json *changed);
static bool takes_restart(const char *name);

int reload_config(void *context, Json **ret_changed, Error *error)
{
    Daemon *daemon = context;
    notify_reloading();
    _cleanup_(config_freep) Config *config = NULL;
    _cleanup_json_ Json *changed = NULL;
    int r = read_config(daemon->config_path, &config, error);
    if (r >= 0) {
        changed = config_changes(daemon->config, config);
        r = apply(daemon, config, error);
    }
    if (r >= 0) {
        Config *old_config = daemon->config;
        daemon->config = STEAL(config);
        release(daemon, old_config);
        report(changed);
        *ret_changed = STEAL(changed);
    }
    sd_notify(0, "READY=1");
    return r;
}

/* systemd pairs the two messages by the time at which reloading began, see sd_notify(3). */
static void notify_reloading(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
               (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

static int read_config(const char *path, Config **ret, Error *error)
{
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    if (config_load(path, ret, &faults) >= 0)
        return 0;
    const char *text = buffer_text(&faults);
    size_t first = strcspn(text, "\n");
    bool more = text[first] && text[first + 1];
    return error_set(error, ERROR_REFUSED, "nothing was changed: %.*s%s", (int)first, text,
                     more ? " (and more: run clockify-bridged --check-config)" : "");
}

/* The bridge alone can refuse (a certificate that cannot be read), so it goes first. */
static int apply(Daemon *daemon, Config *config, Error *error)
{
    if (bridge_set_config(daemon->bridge, config, error) < 0)
        return -1;
    dispatch_set_config(daemon->dispatch, config);
    server_set_limits(daemon->server, config);
    log_setup(config->log.level, config->log.target);
    return 0;
}

/* Work on the store's thread may still be reading it. That thread's queue is in order: when this
 * comes back, nothing that was given the old configuration is left. */
static void release(Daemon *daemon, Config *config)
{
    store_submit(daemon->store, nothing, released, config);
}

static int nothing(Db *db _unused_, void *arg _unused_, Error *error _unused_)
{
    return 0;
}

static void released(void *arg, int r _unused_, const Error *error _unused_)
{
    config_free(arg);
}

static void report(const Json *changed)
{
    _cleanup_free_ char *names = json_text(changed);
    log_info("configuration reloaded, changed: %s", names);
    for (size_t i = 0; i < json_count(changed); i++) {
        const char *name = json_string_at(changed, i);
        if (takes_restart(name))
            log_warning("%s was changed: it takes effect at the next start only "
                        "(systemctl restart clockify-bridged)",
                        name);
    }
}

static bool takes_restart(const char *name)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        size_t group = strlen(settings[i].group);
        if (text_starts_with(name, settings[i].group) && name[group] == '.' &&
            streq(name + group + 1, settings[i].name))
            return !settings[i].reloadable;
    }
    return false;
}
