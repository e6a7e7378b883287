/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The bridge object: everything that lives as long as the process. Wired together by app/main.c,
 * used by the flows.
 */

#include "base/config.h"
#include "flow/ask.h"
#include "store/keyring.h"
#include "store/store.h"

typedef struct sd_event sd_event;

typedef struct BridgeParts {
    sd_event *event;      /* borrowed */
    const Config *config; /* borrowed; bridge_set_config replaces it */
    Store *store;         /* borrowed */
    Keyring *keyring;     /* taken over */
    const char *node;     /* this host's name, borrowed */
    const char *version;  /* borrowed */
    BridgeReply reply;
    void *reply_context;
    BridgeAccount account; /* NULL: callers have none */
    void *account_context;
    /* bridge.reload: reads the configuration again and applies it. Returns 0 and *ret_changed
     * (names, owned by the caller). */
    int (*reload)(void *context, Json **ret_changed, Error *error);
    void *reload_context;
} BridgeParts;

/* Loads what the journal holds unfinished and is ready to carry it out. */
int bridge_new(const BridgeParts *parts, Bridge **ret, Error *error);
void bridge_free(Bridge *bridge);
DEFINE_CLEANUP(Bridge, bridge_free)

/* Into the audit trail: the configuration was reloaded on a signal, and `changed` names what is
 * different (borrowed). */
void bridge_note_reload(Bridge *bridge, const Json *changed);

/* After a reload; the caller frees the old one afterwards. */
int bridge_set_config(Bridge *bridge, const Config *config, Error *error);

/* Starts nothing new; what is in flight ends. Waiting callers are answered with what is durable by
 * then. */
void bridge_drain(Bridge *bridge);
bool bridge_drained(const Bridge *bridge);

/* Ends it for good. The order at the end of the process is bridge_stop, store_free, bridge_free:
 * the store still hands back what it was lent. */
void bridge_stop(Bridge *bridge);
