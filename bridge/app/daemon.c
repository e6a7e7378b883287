/* SPDX-License-Identifier: Apache-2.0 */

/* Makes the parts, turns the loop, takes the parts down. Decides nothing about clicks. */

#include "app/daemon.h"

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sysexits.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "app/reload.h"
#include "base/buffer.h"
#include "base/log.h"
#include "base/time.h"
#include "store/account.h"
#include "store/audit.h"

/* After that long the rest is left to the journal, which carries it out at the next start. */
#define STOP_MS 5000

static int load_config(Daemon *daemon, Error *error);
static int load_keyring(Daemon *daemon, Error *error);
static int open_store(Daemon *daemon, Error *error);
static int check_keys(Daemon *daemon, Error *error);
static int make_loop(Daemon *daemon, Error *error);
static int make_bridge(Daemon *daemon, Error *error);
static int make_dispatch(Daemon *daemon, Error *error);
static int make_server(Daemon *daemon, Error *error);

/* In the order in which each part needs those before it, with the status to exit with when it
 * fails. */
static const struct {
    int (*make)(Daemon *daemon, Error *error);
    int status;
} steps[] = {
    {load_config, EX_CONFIG},   {load_keyring, EX_CONFIG}, {open_store, EX_IOERR},
    {check_keys, EX_CONFIG},    {make_loop, EX_OSERR},     {make_bridge, EX_SOFTWARE},
    {make_dispatch, EX_CONFIG}, {make_server, EX_OSERR},
};

static int block_signals(void);
static int start(Daemon *daemon);
static int exit_status(int otherwise, ErrorReason reason);
static int serve(Daemon *daemon);
static int drain(Daemon *daemon);
static void daemon_done(Daemon *daemon);

int daemon_run(const Options *options)
{
    _cleanup_(daemon_done) Daemon daemon = {.config_path = options->config};
    int status = block_signals();
    if (status == EX_OK)
        status = start(&daemon);
    if (status == EX_OK)
        status = serve(&daemon);
    if (status == EX_OK)
        status = drain(&daemon);
    return status;
}

/* Before the first thread is made, which inherits it: signals are the loop's alone. */
static int block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    return sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ? EX_OSERR : EX_OK;
}

static int start(Daemon *daemon)
{
    log_setup(LOG_LEVEL_INFO, LOG_TARGET_STDERR);
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        Error error = {0};
        if (steps[i].make(daemon, &error) < 0) {
            log_error("not started: %s", error.message);
            sd_notifyf(0, "STATUS=not started: %s", error.message);
            return exit_status(steps[i].status, error.reason);
        }
    }
    return EX_OK;
}

/* The bridge reads the store and the configuration alike when it is made: its error says which was
 * at fault. */
static int exit_status(int otherwise, ErrorReason reason)
{
    if (otherwise != EX_SOFTWARE)
        return otherwise;
    switch (reason) {
    case ERROR_STORE:
        return EX_IOERR;
    case ERROR_NOT_CONFIGURED:
    case ERROR_INVALID_PARAMS:
        return EX_CONFIG;
    default:
        return EX_SOFTWARE;
    }
}

/* Every fault on a line of its own: whoever mends one wants to know of the others too. */
static int load_config(Daemon *daemon, Error *error)
{
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    if (config_load(daemon->config_path, &daemon->config, &faults) >= 0) {
        log_setup(daemon->config->log.level, daemon->config->log.target);
        return 0;
    }
    char *rest = faults.data;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line)
            log_error("%s", line);
    return error_set(error, ERROR_NOT_CONFIGURED,
                     "mend %s (check it with: clockify-bridged --check-config --config %s)",
                     daemon->config_path, daemon->config_path);
}

static int load_keyring(Daemon *daemon, Error *error)
{
    if (keyring_load(daemon->config->secrets.master_key_file, &daemon->keyring, error) < 0)
        return -1;
    if (!keyring_locked_memory(daemon->keyring))
        log_warning("the master key's memory cannot be locked: it could be written to swap "
                    "(raise LimitMEMLOCK=)");
    return 0;
}

static int open_store(Daemon *daemon, Error *error)
{
    const Config *config = daemon->config;
    if (config->store.backend == STORE_POSTGRESQL)
        return error_set(error, ERROR_STORE,
                         "this build has no PostgreSQL driver: set store.backend = \"sqlite\"");
    Db *db = NULL;
    if (db_open_sqlite(config->store.path, &db, error) < 0)
        return -1;
    return store_new(db, &daemon->store, error);
}

static int check_keys_work(Db *db, void *arg, Error *error)
{
    if (account_check_keys(db, arg, error) < 0)
        return -1;
    return audit_check_key(db, arg, error);
}

static int check_keys(Daemon *daemon, Error *error)
{
    return store_call(daemon->store, check_keys_work, daemon->keyring, error);
}

static int on_store(sd_event_source *source, int fd, uint32_t events, void *arg);
static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *arg);
static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *arg);

static int make_loop(Daemon *daemon, Error *error)
{
    int r = sd_event_new(&daemon->event);
    if (r >= 0)
        r = sd_event_add_signal(daemon->event, NULL, SIGHUP, on_hangup, daemon);
    if (r >= 0)
        r = sd_event_add_signal(daemon->event, NULL, SIGTERM, on_stop, daemon);
    if (r >= 0)
        r = sd_event_add_signal(daemon->event, NULL, SIGINT, on_stop, daemon);
    if (r >= 0)
        r = sd_event_add_io(daemon->event, &daemon->store_source, store_fd(daemon->store), EPOLLIN,
                            on_store, daemon);
    if (r < 0) {
        errno = -r;
        return error_set(error, ERROR_INTERNAL, "the event loop cannot be made: %m");
    }
    return watchdog_new(daemon->event, daemon->store, &daemon->watchdog, error);
}

static void reply(void *arg, uint64_t caller, Json *result, const Error *error);
static const char *account(void *arg, uint64_t caller);

static int make_bridge(Daemon *daemon, Error *error)
{
    if (gethostname(daemon->node, sizeof(daemon->node) - 1) < 0)
        strcpy(daemon->node, "localhost");
    Keyring *keyring = STEAL(daemon->keyring); /* the bridge's from here on */
    const BridgeParts parts = {
        .event = daemon->event,
        .config = daemon->config,
        .store = daemon->store,
        .keyring = keyring,
        .node = daemon->node,
        .version = PACKAGE_VERSION,
        .reply = reply,
        .reply_context = daemon,
        .account = account,
        .account_context = daemon,
        .reload = reload_config,
        .reload_context = daemon,
    };
    return bridge_new(&parts, &daemon->bridge, error);
}

/* The bridge is made before there is anybody to answer to. */
static void reply(void *arg, uint64_t caller, Json *result, const Error *error)
{
    Daemon *daemon = arg;
    if (daemon->dispatch)
        dispatch_reply(daemon->dispatch, caller, result, error);
    else
        json_freep(&result);
}

static const char *account(void *arg, uint64_t caller)
{
    Daemon *daemon = arg;
    return daemon->dispatch ? dispatch_account(daemon->dispatch, caller) : NULL;
}

static int make_dispatch(Daemon *daemon, Error *error)
{
    return dispatch_new(daemon->bridge, daemon->config, &daemon->dispatch, error);
}

static int make_server(Daemon *daemon, Error *error)
{
    ServerHooks hooks = dispatch_hooks(daemon->dispatch);
    if (server_new(daemon->event, daemon->config, &hooks, &daemon->server, error) < 0)
        return -1;
    dispatch_set_server(daemon->dispatch, daemon->server);
    return 0;
}

static int turn(Daemon *daemon, uint64_t usec);

static int serve(Daemon *daemon)
{
    log_info("ready: version %s on %s", PACKAGE_VERSION, daemon->node);
    sd_notifyf(0, "READY=1\nSTATUS=Serving, version %s on %s", PACKAGE_VERSION, daemon->node);
    int status = EX_OK;
    while (status == EX_OK && !daemon->stopping)
        status = turn(daemon, UINT64_MAX);
    return status;
}

static int turn(Daemon *daemon, uint64_t usec)
{
    int r = sd_event_run(daemon->event, usec);
    if (r >= 0)
        return EX_OK;
    errno = -r;
    log_error("the event loop failed: %m");
    return EX_SOFTWARE;
}

static int on_store(sd_event_source *source _unused_, int fd _unused_, uint32_t events _unused_,
                    void *arg)
{
    Daemon *daemon = arg;
    store_dispatch(daemon->store);
    return 0;
}

static int on_hangup(sd_event_source *source _unused_, const struct signalfd_siginfo *info _unused_,
                     void *arg)
{
    Daemon *daemon = arg;
    _cleanup_json_ Json *changed = NULL;
    Error error = {0};
    if (reload_config(daemon, &changed, &error) < 0)
        log_error("configuration not reloaded: %s", error.message);
    else
        bridge_note_reload(daemon->bridge, changed);
    return 0;
}

/* A second signal is somebody who does not want to wait. */
static int on_stop(sd_event_source *source _unused_, const struct signalfd_siginfo *info _unused_,
                   void *arg)
{
    Daemon *daemon = arg;
    daemon->stop_deadline_ms = time_monotonic_ms() + (daemon->stopping ? 0 : STOP_MS);
    daemon->stopping = true;
    return 0;
}

static bool drained(const Daemon *daemon);

static int drain(Daemon *daemon)
{
    log_info("stopping, %zu requests unanswered", dispatch_pending(daemon->dispatch));
    sd_notify(0, "STOPPING=1\nSTATUS=Finishing what is in flight");
    server_drain(daemon->server);
    dispatch_drain(daemon->dispatch);
    bridge_drain(daemon->bridge);
    int status = EX_OK;
    int64_t left_ms;
    while (status == EX_OK && !drained(daemon) &&
           (left_ms = daemon->stop_deadline_ms - time_monotonic_ms()) > 0)
        status = turn(daemon, (uint64_t)left_ms * 1000);
    if (!drained(daemon))
        log_warning("stopped in the middle of things; the journal carries on with them at the next "
                    "start");
    return status;
}

static bool drained(const Daemon *daemon)
{
    return dispatch_pending(daemon->dispatch) == 0 && bridge_drained(daemon->bridge) &&
           server_drained(daemon->server);
}

/* The store goes before the others: it still calls back into them with what it finishes, and the
 * bridge must begin nothing more then. */
static void daemon_done(Daemon *daemon)
{
    if (daemon->bridge)
        bridge_stop(daemon->bridge);
    sd_event_source_disable_unref(daemon->store_source);
    store_free(daemon->store);
    watchdog_free(daemon->watchdog);
    bridge_free(daemon->bridge);
    dispatch_free(daemon->dispatch);
    server_free(daemon->server);
    sd_event_unref(daemon->event);
    keyring_free(daemon->keyring);
    config_free(daemon->config);
}
