/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A RestClient on a loop of its own beside a misbehaving server, and the answers in the order in
 * which they came. Every wait is bounded. */

#include "tests/unit/base/check.h"

#include <systemd/sd-event.h>

#include "remote/rest.h"
#include "tests/unit/remote/server.h"

#define FIXTURE_KEY "canary-0123456789abcdef"

/* What came back, in order; the strings are owned. */
typedef struct Got {
    RestAnswer answer;
    int tag;
} Got;

typedef struct Call {
    struct Fixture *fixture;
    int tag;
} Call;

typedef struct Fixture {
    sd_event *event;
    RestClient *client;
    Server *server;
    Got *got;
    size_t count;
    bool in_send; /* rest_send has not returned yet */
    int again;    /* the callback sends so many further requests */
    bool free_it; /* the callback frees the client */
    Call *calls;
    size_t call_count;
} Fixture;

extern const RestOptions fixture_options; /* no proxy, 5 s, 16 in flight */

void fixture_start(Fixture *fixture, const RestOptions *options);
void fixture_stop(Fixture *fixture);
char *fixture_url(Fixture *fixture, const char *path);
void fixture_send(Fixture *fixture, RestRequest *request, int tag);
void fixture_send_path(Fixture *fixture, RestMethod method, const char *path, const char *body,
                       int tag);
void fixture_turn(Fixture *fixture);               /* one turn of the loop */
void fixture_wait(Fixture *fixture, size_t count); /* until so many answers came */
RestAnswer *fixture_ask(Fixture *fixture, RestMethod method, const char *path,
                        const char *body); /* one request, its answer */
