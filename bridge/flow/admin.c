/* SPDX-License-Identifier: Apache-2.0 */
/* bridge.pause, bridge.resume, bridge.reload, secret.rotate. */

#include "flow/query.h"

#include "base/log.h"
#include "flow/status.h"
#include "store/setting.h"

/* ---- pause: calls are still taken, nothing is sent; survives a restart ---- */

static int note_why(Db *db, const Query *query, const char *action, Error *error)
{
    Json *details = json_new_object();

    json_put_string(details, "why", json_string(query->params, "why"));
    return query_note(db, query, action, NULL, details, error);
}

static int keep_pause(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    const char *why = json_string(query->params, "why");

    if (setting_put(db, SETTING_PAUSED, why ? why : "", error) < 0 ||
        note_why(db, query, "bridge.pause", error) < 0)
        return -1;
    return status_read(db, query, error);
}

static void paused(Query *query)
{
    Bridge *bridge = query->bridge;
    const char *why = json_string(query->params, "why");

    log_warning("paused%s%s", why ? ": " : "", why ? why : "");
    set_string(&bridge->pause_reason, why ? why : "");
    runner_set_paused(bridge->runner, true);
    lines_answer_all(bridge->lines);
    lanes_answer_all(bridge->lanes);
    status_render(query);
}

void ask_pause(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(status_query_new(bridge, caller, params, keep_pause, paused));
}

static int keep_resume(Db *db, void *arg, Error *error)
{
    if (setting_put(db, SETTING_PAUSED, NULL, error) < 0 ||
        note_why(db, arg, "bridge.resume", error) < 0)
        return -1;
    return status_read(db, arg, error);
}

static void resumed(Query *query)
{
    Bridge *bridge = query->bridge;

    log_warning("resumed");
    set_string(&bridge->pause_reason, NULL);
    runner_set_paused(bridge->runner, false);
    status_render(query);
}

void ask_resume(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_start(status_query_new(bridge, caller, params, keep_resume, resumed));
}

/* ---- reload ---- */

typedef struct Reload {
    Bridge *bridge;
    uint64_t caller; /* 0 = nobody waits */
    char *account;   /* NULL = a signal did it */
    Json *changed;
} Reload;

static int note_reload(Db *db, void *arg, Error *error)
{
    const Reload *reload = arg;
    _cleanup_json_ Json *details = json_new_object();
    const AuditFact fact = {
        .action = "bridge.reload", .account = reload->account, .details = details};

    json_put(details, "changed", json_copy(reload->changed));
    return audit_add(db, reload->bridge->audit, &fact, error);
}

/* What was reloaded is in effect, whatever became of the row. */
static void reload_noted(void *arg, int r, const Error *error)
{
    Reload *reload = arg;
    Json *result = json_new_object();

    reload->bridge->asks--;
    if (r < 0)
        log_error("the audit trail lacks that the configuration was reloaded: %s", error->message);
    json_put(result, "changed", STEAL(reload->changed));
    bridge_reply(reload->bridge, reload->caller, result);
    free(reload->account);
    free(reload);
}

static void reloaded(Bridge *bridge, uint64_t caller, Json *changed)
{
    Reload *reload = xcalloc(1, sizeof(*reload));

    *reload = (Reload){.bridge = bridge,
                       .caller = caller,
                       .account = xstrdup(bridge_account(bridge, caller)),
                       .changed = changed};
    bridge->asks++;
    store_submit(bridge->parts.store, note_reload, reload_noted, reload);
}

void bridge_note_reload(Bridge *bridge, const Json *changed)
{
    reloaded(bridge, 0, json_copy(changed));
}

void ask_reload(Bridge *bridge, uint64_t caller, const Json *params _unused_)
{
    Json *changed = NULL;
    Error error = {0};

    if (bridge->parts.reload(bridge->parts.reload_context, &changed, &error) < 0)
        bridge_reply_error(bridge, caller, &error);
    else
        reloaded(bridge, caller, changed);
}

/* ---- rotate: the key file is read again, its first key seals, every stored secret is sealed anew
 * ---- */

typedef struct Rotation {
    Bridge *bridge;
    uint64_t caller;
    Keyring *keyring; /* the new one; after the swap the old one */
    const char *instance;
    char *account;
    int64_t sealed;
} Rotation;

static void rotation_free(Rotation *rotation)
{
    keyring_free(rotation->keyring);
    free(rotation->account);
    free(rotation);
}

static int note_rotation(Db *db, const Rotation *rotation, Error *error)
{
    _cleanup_json_ Json *details = json_new_object();
    _cleanup_free_ char *key = xasprintf("%08x", keyring_active_id(rotation->keyring));
    const AuditFact fact = {
        .action = "secret.rotate", .account = rotation->account, .details = details};

    json_put_string(details, "key", key); /* its id, which tells nothing of it */
    json_put_int(details, "sealed", rotation->sealed);
    return audit_add(db, rotation->bridge->audit, &fact, error);
}

static int rotate(Db *db, void *arg, Error *error)
{
    Rotation *rotation = arg;

    if (account_check_keys(db, rotation->keyring, error) < 0 ||
        audit_check_key(db, rotation->keyring, error) < 0 ||
        account_rotate(db, rotation->keyring, rotation->instance, &rotation->sealed, error) < 0 ||
        audit_rotate(db, rotation->keyring, rotation->instance, error) < 0)
        return -1;
    return note_rotation(db, rotation, error);
}

static int shrink(Db *db, void *arg _unused_, Error *error)
{
    return db_shrink(db, error);
}

static void shrunk(void *arg, int r, const Error *error)
{
    Rotation *rotation = arg;
    Json *result;

    rotation->bridge->asks--;
    if (r < 0) {
        bridge_reply_error(rotation->bridge, rotation->caller, error);
    } else {
        result = json_new_object();
        json_put_int(result, "sealed", rotation->sealed);
        bridge_reply(rotation->bridge, rotation->caller, result);
    }
    /* The store's queue is in order: nothing that was given the old keyring is left in it. */
    rotation_free(rotation);
}

static void rotated(void *arg, int r, const Error *error)
{
    Rotation *rotation = arg;
    Bridge *bridge = rotation->bridge;
    Keyring *old = bridge->keyring;

    if (r < 0) {
        bridge->asks--;
        bridge_reply_error(bridge, rotation->caller, error);
        rotation_free(rotation);
        return;
    }
    log_info("%lld stored secrets were sealed anew", (long long)rotation->sealed);
    bridge->keyring = rotation->keyring;
    runner_set_keyring(bridge->runner, bridge->keyring, bridge->instance);
    rotation->keyring = old;
    store_submit_outside(bridge->parts.store, shrink, shrunk, rotation);
}

void ask_rotate(Bridge *bridge, uint64_t caller, const Json *params _unused_)
{
    Rotation *rotation;
    Keyring *keyring;
    Error error = {0};

    if (keyring_load(bridge->parts.config->secrets.master_key_file, &keyring, &error) < 0) {
        bridge_reply_error(bridge, caller, &error);
        return;
    }
    rotation = xcalloc(1, sizeof(*rotation));
    rotation->bridge = bridge;
    rotation->caller = caller;
    rotation->keyring = keyring;
    rotation->instance = bridge->instance;
    rotation->account = xstrdup(bridge_account(bridge, caller));
    bridge->asks++;
    store_submit(bridge->parts.store, rotate, rotated, rotation);
}
