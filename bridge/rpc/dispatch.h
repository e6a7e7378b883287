/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Between the socket and the flows: lines become requests, callers get their roles, params are
 * checked, answers find their way back. Handles bridge.hello, bridge.describe and web.call itself;
 * hands everything else to the flows (flow/ask.h).
 */

#include "base/config.h"
#include "flow/ask.h"
#include "rpc/server.h"

typedef struct Dispatch Dispatch;

/* `bridge` must answer through dispatch_reply with this object as its context. */
int dispatch_new(Bridge *bridge, const Config *config, Dispatch **ret, Error *error);
void dispatch_free(Dispatch *dispatch);
DEFINE_CLEANUP(Dispatch, dispatch_free)

ServerHooks dispatch_hooks(Dispatch *dispatch); /* for server_new */
void dispatch_set_server(Dispatch *dispatch, Server *server);
void dispatch_set_config(Dispatch *dispatch,
                         const Config *config); /* users and limits after a reload */

/* BridgeReply; context is the Dispatch. */
void dispatch_reply(void *dispatch, uint64_t caller, Json *result, const Error *error);

/* BridgeAccount; context is the Dispatch. */
const char *dispatch_account(void *dispatch, uint64_t caller);

size_t dispatch_pending(const Dispatch *dispatch); /* unanswered requests */

/* New requests are answered ERROR_BUSY from here on, with retry_after_s 1 (shutting down). */
void dispatch_drain(Dispatch *dispatch);
