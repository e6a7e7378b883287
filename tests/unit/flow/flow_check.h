/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Runs a flow as what it is: a list of requests expected and of the answers given to them. Store
 * work is carried out at once, each piece in a transaction of its own, against a database in
 * memory. There is no loop, no socket and no waiting here; what stands between flows and services
 * (the runner) is tested elsewhere.
 *
 * JSON is written with ' in place of ", so that a script can be read.
 */

#include "tests/unit/base/check.h"

#include "flow/accept.h"
#include "flow/flow.h"
#include "flow/intent.h"

/* ---- the world of every script ---- */

#define USER      "JIRAUSER10100" /* Jira's key of Ada, whose name there is "ada" */
#define OTHER     "JIRAUSER10200" /* Bob's, where a script has use for another user */
#define KNOWN_URL "https://api.clockify.me/api/v1"
#define JIRA_URL  "http://127.0.0.1:8080/jira"
#define TEN       1795428000 /* 2026-11-23T10:00:00Z, when every script begins */

typedef struct World {
    Db *db;
    Config *config;
    ClockifyServer server;
    bool no_server, no_jira; /* not set, not known */
    FlowIo io;               /* of the flow played last: its error stays here */
    int64_t entry;           /* the entry that the script is about */
    int64_t intent;          /* asked for last */
    int64_t
        fail_at; /* the so-manyth statement from here on fails, and its work with it; 0 = none */
    bool failed; /* it did */
} World;

/* Ada with a Clockify key (user "u1", workspace "w1" named "Team") and a Jira token. */
void world_init(World *world);
void world_done(World *world);

/* Takes on a click, as every click is: the journal then holds its entry and intent. Fails the test
 * when it is refused. */
void world_ask(World *world, IntentKind kind, const char *params, int64_t asked);
/* The same, giving the Accept as it came out (the caller frees it) or NULL with *error. */
Accept *world_accept(World *world, IntentKind kind, const char *params, int64_t asked,
                     Error *error);
/* A timer on PZ-1 that Clockify has as "e1" since ten o'clock, with project "p1" and task "t1". */
void world_run_timer(World *world);
void world_remember(World *world, const char *kind, const char *source, const char *id,
                    const char *name);
void world_connect_other(World *world);            /* Bob: "u2" in Clockify, the same workspace */
void world_without(World *world, Service service); /* not connected */
void world_reject(World *world, Service service);  /* no longer taken */

/* One piece of store work, committed, or undone when it fails. While it runs, world->fail_at counts
 * (for which the program is linked with --wrap=db_next and --wrap=db_run). */
int world_store(World *world, StoreWork work, void *arg, Error *error);
/* For a store that has a thread of its own: its so-manyth statement from here on fails, once. 0 =
 * none. */
void statement_fails_at(int64_t number);
void statements_fail_from(int64_t number); /* and every one after it, until statement_fails_at(0) */
bool statement_has_failed(void);
int64_t world_number(World *world, const char *sql); /* of the first row; -1 = no row */
Json *world_entry(World *world, int64_t id);         /* as callers are shown it; NULL = gone */

/* ---- one step of a script ---- */

enum { LOST = -1, NOT_SENT = -2 }; /* in place of a status: REST_UNCLEAR, REST_NOT_SENT */

#define ANY_BODY "*" /* in place of a body that is not compared here */

typedef struct Turn {
    const char *ask;   /* "GET clockify/user", "PUT jira/issue/1": method, service and path; "*" at
                          the   end leaves the rest open */
    const char *with;  /* the request's body, whole; ANY_BODY; NULL = none */
    int status;        /* of the answer; 0 = 200 */
    const char *says;  /* its body; NULL = empty. No JSON ("<html>...") comes as a page */
    const char *as;    /* header X-AUSERNAME; Jira's answers name "ada" when it is NULL, and nobody
                          when it is "" */
    int retry_after_s; /* header Retry-After; 0 = none */
    bool more;         /* header Last-Page: false */
} Turn;

/* Plays the turns, of which each must come and no other, until the flow ends or a statement fails
 * as world->fail_at says. The requests must carry the key or token of the user, and count against
 * the workspace they name. FLOW_FINISHED, or FLOW_FAILED with world->io.error. The caller frees the
 * flow. */
int play(World *world, const char *name, Flow *flow, const Turn *turns, size_t count);

/* What play() does with one request, for those who get theirs elsewhere: compares it, gives the
 * answer. The caller owns the answer. */
RestAnswer turn_answer(const Turn *turn, const char *name, const RestRequest *request);

/* ---- comparing JSON ---- */

Json *json_of(const char *text); /* with ' for "; the caller owns it */
/* Everything in `wanted` is in `got`: members of objects may be more than asked for, arrays have
 * the same length. Fails the test with both texts. */
void check_json(const char *name, const Json *got, const char *wanted);
/* The same and nothing more. */
void check_whole_json(const char *name, const Json *got, const char *wanted);
