/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From what an admin pastes to a Clockify server: pure functions. Addresses of the regions and of
 * the page where a user makes a key are from Clockify's help pages (data regions, API).
 */

#include "base/error.h"
#include "remote/rest.h"

typedef enum ServerKind {
    SERVER_CLOUD,
    SERVER_REGION,
    SERVER_SUBDOMAIN,
    SERVER_SELF_HOSTED
} ServerKind;
const char *server_kind_name(ServerKind kind); /* "cloud", "region", "subdomain", "self_hosted" */

typedef struct ClockifyServer {
    ServerKind kind;
    char region[8]; /* "use2", "euc1", "euw2", "apse2"; "" otherwise */
    char *url; /* normalised: scheme://host[:port][/path], no trailing slash, host in lower case */
    char *api_url; /* ".../api/v1", no trailing slash */
    char *key_url; /* the page where a user makes a key */
    bool discover; /* self-hosted or subdomain: /web/boot may name another endpoint */
} ClockifyServer;
void clockify_server_done(ClockifyServer *server);
void clockify_server_copy(ClockifyServer *target, const ClockifyServer *source);

/* Every form of the configuration's manual. Refused (ERROR_INVALID_PARAMS, param "url"): no or
 * another scheme, plain http except for a loopback address, user info, query, fragment, odd hosts
 * (numbers in other bases, backslashes, control or non-ASCII characters, empty labels), port 0,
 * clockify.me hosts that are no API. At most 500 characters. */
int clockify_server_from_url(const char *url, ClockifyServer *ret, Error *error);

/* "use2" or "us", "euc1" or "eu", "euw2" or "uk", "apse2" or "au"; ERROR_INVALID_PARAMS, param
 * "region", otherwise. */
int clockify_server_from_region(const char *region, ClockifyServer *ret, Error *error);

/* For the database: {kind, region, url, api_url, key_url}, and back. */
Json *clockify_server_to_json(const ClockifyServer *server);
int clockify_server_from_json(const Json *json, ClockifyServer *ret, Error *error);

/* GET <host>/web/boot, and what its answer changes in `server` (endpoint: "/api" joined to the
 * host, or absolute, trailing slashes dropped, "/v1" added; absent: "/api"). An endpoint on another
 * host than the one the admin named is taken only for https and only when that host is below the
 * same registrable name or the answer says selfHosted; see the file for the reason. version:
 * "version" of the answer when there is one. */
void clockify_boot_request(const ClockifyServer *server, RestRequest *ret);
int clockify_boot_read(const RestAnswer *answer, ClockifyServer *server, char **ret_version,
                       Error *error);
