/* SPDX-License-Identifier: Apache-2.0 */
/* bridge.pause, bridge.resume, bridge.reload, secret.rotate. */

#include "flow/query.h"

#include "base/log.h"
#include "flow/status.h"
#include "store/setting.h"

/* ---- pause: calls are still taken, nothing is sent; survives a restart ---- */

static int keep_pause(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    const char *why = json_string(query->params, "why");

    if (setting_put(db, SETTING_PAUSED, why ? why : "", error) < 0)
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
    if (setting_put(db, SETTING_PAUSED, NULL, error) < 0)
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

void ask_reload(Bridge *bridge, uint64_t caller, const Json *params _unused_)
{
    Json *changed = NULL, *result;
    Error error = {0};

    if (bridge->parts.reload(bridge->parts.reload_context, &changed, &error) < 0) {
        bridge_reply_error(bridge, caller, &error);
        return;
    }
    result = json_new_object();
    json_put(result, "changed", changed);
    bridge_reply(bridge, caller, result);
}

/* ---- rotate: the key file is read again, its first key seals, every stored secret is sealed anew
 * ---- */

typedef struct Rotation {
    Bridge *bridge;
    uint64_t caller;
    Keyring *keyring; /* the new one; after the swap the old one */
    const char *instance;
    int64_t sealed;
} Rotation;

static int rotate(Db *db, void *arg, Error *error)
{
    Rotation *rotation = arg;

    if (account_check_keys(db, rotation->keyring, error) < 0)
        return -1;
    return account_rotate(db, rotation->keyring, rotation->instance, &rotation->sealed, error);
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
    keyring_free(rotation->keyring);
    free(rotation);
}

static void rotated(void *arg, int r, const Error *error)
{
    Rotation *rotation = arg;
    Bridge *bridge = rotation->bridge;
    Keyring *old = bridge->keyring;

    if (r < 0) {
        bridge->asks--;
        bridge_reply_error(bridge, rotation->caller, error);
        keyring_free(rotation->keyring);
        free(rotation);
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
    bridge->asks++;
    store_submit(bridge->parts.store, rotate, rotated, rotation);
}
