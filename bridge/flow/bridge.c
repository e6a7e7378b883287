/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge object: its parts, its start from what the journal holds, its end. */

#include "flow/bridge.h"

#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "base/log.h"
#include "base/time.h"
#include "flow/discover.h"
#include "flow/elsewhere.h"
#include "flow/node_watch.h"
#include "flow/state.h"
#include "store/journal.h"
#include "store/setting.h"

#define INSTANCE_BYTES   16
#define REMEMBERED_S     (24 * 3600) /* how long a repeat of a request is recognised */
#define CLEAN_UP_EVERY_S 3600
#define FORGET_AT_ONCE   10000 /* entries, so that no commit takes long */

void bridge_reply(Bridge *bridge, uint64_t caller, Json *result)
{
    bridge->parts.reply(bridge->parts.reply_context, caller, result, NULL);
}

const char *bridge_account(const Bridge *bridge, uint64_t caller)
{
    const BridgeParts *parts = &bridge->parts;

    return parts->account ? parts->account(parts->account_context, caller) : NULL;
}

/* What to do next is the same wherever an error comes from: where a key is had, when to ask again.
 */
static void add_advice(const Bridge *bridge, Error *error)
{
    const ClockifyServer *server = runner_server(bridge->runner);
    Service service =
        streq(error->service, service_name(SERVICE_JIRA)) ? SERVICE_JIRA : SERVICE_CLOCKIFY;

    if ((error->reason == ERROR_CLOCKIFY_KEY_REQUIRED ||
         error->reason == ERROR_CLOCKIFY_KEY_REJECTED) &&
        server && !error->key_url[0])
        snprintf(error->key_url, sizeof(error->key_url), "%s", server->key_url);
    if (error->reason == ERROR_UNAVAILABLE && error->service[0] && error->retry_after_s == 0)
        error->retry_after_s =
            (upstream_wait_ms(runner_upstream(bridge->runner, service), time_monotonic_ms()) +
             999) /
            1000;
}

void bridge_reply_error(Bridge *bridge, uint64_t caller, const Error *error)
{
    Error told = *error;

    add_advice(bridge, &told);
    bridge->parts.reply(bridge->parts.reply_context, caller, NULL, &told);
}

/* ---- what the journal holds ---- */

typedef struct Start {
    Bridge *bridge;
    char *server;     /* JSON: as it was set */
    char *discovered; /* JSON: what the configured one said of itself */
    bool audit_sound;
} Start;

static int make_instance(Db *db, char **ret, Error *error)
{
    unsigned char bytes[INSTANCE_BYTES];
    char text[2 * INSTANCE_BYTES + 1];

    keyring_random(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    if (setting_put(db, SETTING_INSTANCE, text, error) < 0)
        return -1;
    *ret = xstrdup(text);
    return 0;
}

static int take_intent(void *arg, const Intent *intent)
{
    Bridge *bridge = arg;

    lines_add(bridge->lines, intent, true);
    return 0;
}

/* Whoever restored the database had no key to write into the trail. */
static int note_restore(Db *db, const Bridge *bridge, Error *error)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_json_ Json *details = NULL;
    AuditFact fact = {.action = "store.restore"};
    int r = setting_get(db, SETTING_RESTORED_BY, &text, error);

    if (r <= 0)
        return r;
    if (json_parse(text, strlen(text), 8, &details, NULL) < 0 || !details)
        details = json_new_object();
    fact.account = json_string(details, "account");
    fact.details = details;
    if (audit_add(db, bridge->audit, &fact, error) < 0)
        return -1;
    return setting_put(db, SETTING_RESTORED_BY, NULL, error);
}

/* Store work, while the loop is not turning yet. */
static int read_journal(Db *db, void *arg, Error *error)
{
    Start *start = arg;
    Bridge *bridge = start->bridge;
    int r = setting_get(db, SETTING_INSTANCE, &bridge->instance, error);

    if (r < 0 || (r == 0 && make_instance(db, &bridge->instance, error) < 0))
        return -1;
    if (audit_open(db, bridge->keyring, bridge->instance, &bridge->audit, &start->audit_sound,
                   error) < 0)
        return -1;
    if (setting_get(db, SETTING_CLOCKIFY, &start->server, error) < 0 ||
        setting_get(db, SETTING_DISCOVERED, &start->discovered, error) < 0 ||
        setting_get(db, SETTING_PAUSED, &bridge->pause_reason, error) < 0)
        return -1;
    if (note_restore(db, bridge, error) < 0)
        return -1;
    return journal_intent_each(db, take_intent, bridge, error);
}

static int read_server(const char *text, ClockifyServer *ret, Error *error)
{
    _cleanup_json_ Json *json = NULL;

    if (json_parse(text, strlen(text), 8, &json, error) < 0)
        return -1;
    return clockify_server_from_json(json, ret, error);
}

/* What the configuration names, with what that server said of itself when it was asked before. */
static int configured_server(Bridge *bridge, const char *discovered, Error *error)
{
    _cleanup_(clockify_server_done) ClockifyServer server = {0};
    _cleanup_(clockify_server_done) ClockifyServer said = {0};
    const char *url = bridge->parts.config->clockify.url;

    if (!url[0])
        return 0;
    if (clockify_server_from_url(url, &server, error) < 0)
        return -1;
    if (server.discover && discovered && read_server(discovered, &said, error) == 0 &&
        streq(said.url, server.url))
        runner_set_server(bridge->runner, &said);
    else
        runner_set_server(bridge->runner, &server);
    if (server.discover)
        discover_start(bridge, &server);
    return 0;
}

/* What the Configure page set stands; before that, what the configuration names first. */
static int choose_server(Bridge *bridge, const Start *start, Error *error)
{
    _cleanup_(clockify_server_done) ClockifyServer server = {0};

    if (!start->server)
        return configured_server(bridge, start->discovered, error);
    if (read_server(start->server, &server, error) < 0)
        return -1;
    runner_set_server(bridge->runner, &server);
    return 0;
}

/* ---- keeping house ---- */

static int forget_requests(Db *db, void *arg _unused_, Error *error)
{
    return journal_request_purge(db, time_now() - REMEMBERED_S, error);
}

static int forget_entries(Db *db, void *arg, Error *error)
{
    const int64_t *created_before = arg;
    int64_t count;

    return journal_entry_purge(db, *created_before, FORGET_AT_ONCE, &count, error);
}

static void entries_forgotten(void *arg, int r, const Error *error)
{
    if (r < 0)
        log_warning("Old entries could not be forgotten: %s", error->message);
    free(arg);
}

static void forget_old_entries(Bridge *bridge)
{
    int64_t days = bridge->parts.config->journal.keep_days;
    int64_t *created_before;

    if (days == 0)
        return;
    created_before = xmalloc(sizeof(*created_before));
    *created_before = time_now() - days * 24 * 3600;
    store_submit(bridge->parts.store, forget_entries, entries_forgotten, created_before);
}

static int clean_up(sd_event_source *source, uint64_t usec, void *userdata)
{
    Bridge *bridge = userdata;

    store_submit(bridge->parts.store, forget_requests, NULL, NULL);
    forget_old_entries(bridge);
    sd_event_source_set_time(source, usec + CLEAN_UP_EVERY_S * 1000000ULL);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

/* A service went up or down, or may be tried again. */
static void changed(void *context)
{
    Bridge *bridge = context;

    if (!bridge->lines || !bridge->lanes)
        return; /* not whole yet */
    if (!runner_is_up(bridge->runner, SERVICE_CLOCKIFY))
        lines_answer_all(bridge->lines);
    if (!runner_is_up(bridge->runner, SERVICE_JIRA)) {
        lanes_answer_all(bridge->lanes);
        if (runner_upstream(bridge->runner, SERVICE_JIRA)->down)
            node_watch_unreachable(bridge->node);
    }
    lines_pump(bridge->lines);
    lanes_pump(bridge->lanes);
}

static int make_parts(Bridge *bridge, Error *error)
{
    const RunnerParts parts = {
        .event = bridge->parts.event,
        .config = bridge->parts.config,
        .store = bridge->parts.store,
        .changed = changed,
        .context = bridge,
    };

    if (runner_new(&parts, &bridge->runner, error) < 0)
        return -1;
    bridge->waiting = waiting_new(bridge);
    bridge->lines = lines_new(bridge);
    bridge->lanes = lanes_new(bridge);
    bridge->node = node_watch_new(bridge);
    bridge->elsewhere = elsewhere_new(bridge);
    return 0;
}

static int start(Bridge *bridge, Error *error)
{
    Start start = {.bridge = bridge};
    int r = store_call(bridge->parts.store, read_journal, &start, error);

    if (r >= 0 && !start.audit_sound)
        log_error("the key of the audit trail cannot be opened: somebody has changed the database; "
                  "what is done from now on cannot be proved (clockify-bridgectl audit verify)");
    if (r >= 0) {
        runner_set_paused(bridge->runner, bridge->pause_reason != NULL);
        runner_set_keyring(bridge->runner, bridge->keyring, bridge->instance);
        r = choose_server(bridge, &start, error);
    }
    free(start.server);
    free(start.discovered);
    if (r < 0)
        return -1;
    node_watch_refresh(bridge->node);
    elsewhere_plan(bridge->elsewhere);
    lanes_reload(bridge->lanes, LANES_RECOVERED);
    lines_pump(bridge->lines);
    if (sd_event_add_time_relative(bridge->parts.event, NULL, CLOCK_MONOTONIC,
                                   CLEAN_UP_EVERY_S * 1000000ULL, 0, clean_up, bridge) < 0)
        abort(); /* out of memory */
    return 0;
}

int bridge_new(const BridgeParts *parts, Bridge **ret, Error *error)
{
    _cleanup_(bridge_freep) Bridge *bridge = xcalloc(1, sizeof(*bridge));

    bridge->parts = *parts;
    bridge->keyring = parts->keyring;
    bridge->started_ms = time_monotonic_ms();
    if (make_parts(bridge, error) < 0 || start(bridge, error) < 0)
        return -1;
    *ret = STEAL(bridge);
    return 0;
}

void bridge_free(Bridge *bridge)
{
    if (!bridge)
        return;
    elsewhere_free(bridge->elsewhere);
    node_watch_free(bridge->node);
    waiting_free(bridge->waiting);
    lanes_free(bridge->lanes);
    lines_free(bridge->lines);
    runner_free(bridge->runner);
    keyring_free(bridge->keyring);
    audit_free(bridge->audit);
    free(bridge->instance);
    free(bridge->pause_reason);
    free(bridge);
}

int bridge_set_config(Bridge *bridge, const Config *config, Error *error)
{
    if (runner_set_config(bridge->runner, config, error) < 0)
        return -1;
    bridge->parts.config = config;
    node_watch_refresh(bridge->node);
    elsewhere_plan(bridge->elsewhere);
    return 0;
}

void bridge_caller_gone(Bridge *bridge, uint64_t caller)
{
    waiting_caller_gone(bridge->waiting, caller);
}

void bridge_drain(Bridge *bridge)
{
    bridge->draining = true;
    lines_drain(bridge->lines);
    lanes_drain(bridge->lanes);
}

bool bridge_drained(const Bridge *bridge)
{
    return runner_active(bridge->runner) == 0 && bridge->asks == 0 &&
           waiting_reading(bridge->waiting) == 0;
}

void bridge_stop(Bridge *bridge)
{
    runner_stop(bridge->runner);
}
