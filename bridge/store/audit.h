/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The audit trail: who did what, and when, as one row a fact, written in the transaction of what it
 * tells of. Each row carries a MAC over itself and over the MAC of the row before it, and a head
 * with a MAC of its own counts the rows: so a row that was changed, removed or put in shows, be it
 * the newest. The key of the MACs lies in the database, sealed under the master key: whoever has
 * the file alone can break the trail, and not mend it. A new master key seals that key anew and
 * leaves the rows as they are.
 *
 * What it cannot show: that the whole file was put back to an earlier state. For that, audit_verify
 * is given a head that it gave earlier. Runs on the store's thread; must know no secret of a user.
 */

#include "store/db.h"
#include "store/keyring.h"

typedef struct Audit Audit; /* never changes once it is open: both threads may use it */

/* Opens the trail of this database; the first time it makes the trail's key. A key that does not
 * open is no failure: the bridge goes on, what is written from then on has no MAC, and audit_verify
 * tells. *ret_sound says whether it opened. */
int audit_open(Db *db, const Keyring *keyring, const char *instance, Audit **ret, bool *ret_sound,
               Error *error);
void audit_free(Audit *audit); /* accepts NULL */
DEFINE_CLEANUP(Audit, audit_free)

/* Seals the trail's key anew under the active master key. */
int audit_rotate(Db *db, const Keyring *keyring, const char *instance, Error *error);

/* The id of the master key that the trail needs: 1 and *ret, 0 there is no trail yet, negative. */
int audit_key_id(Db *db, uint32_t *ret, Error *error);
int audit_check_key(Db *db, const Keyring *keyring, Error *error); /* as account_check_keys */

typedef struct AuditFact {
    const char *action;  /* the method that did it */
    const char *user;    /* Jira user key of whose it is; NULL = nobody's */
    const char *account; /* the account on this host that called; NULL = nobody did */
    const Json *details; /* an object; no secret */
} AuditFact;

int audit_add(Db *db, const Audit *audit, const AuditFact *fact, Error *error);

typedef struct AuditRow {
    int64_t id;
    int64_t moment;
    char *action, *user, *account;
    char *details; /* JSON as it was written */
    unsigned char mac[MAC_SIZE];
} AuditRow;
void audit_row_done(AuditRow *row);

typedef struct AuditFilter {
    const char *user; /* NULL = any */
    int64_t limit, before;
} AuditFilter;
typedef struct AuditList {
    AuditRow *items;
    size_t count;
} AuditList;
void audit_list_done(AuditList *list);
int audit_list(Db *db, const AuditFilter *filter, AuditList *ret, Error *error); /* newest first */

/* Where the checking of the trail stands, and in the end what it found. */
#define AUDIT_SINCE     3  /* version of the schema */
#define AUDIT_HEAD_SIZE 96 /* "id:mac" */
typedef struct AuditCheck {
    const char *known_head; /* "id:mac" of an earlier check, which must still stand; NULL = none */
    int64_t count;
    int64_t broken;             /* the first row that is not as it was written; 0 = none */
    const char *why;            /* NULL = the trail is whole */
    char head[AUDIT_HEAD_SIZE]; /* of the newest row */
    bool met;                   /* the known head was come by */
    int64_t last_id;
    unsigned char last_mac[MAC_SIZE];
} AuditCheck;

/* Checks some more rows, from a zeroed AuditCheck on: 1 there are more, 0 *check has the outcome,
 * negative the database failed. Short enough not to hold up what else the store has to do. */
int audit_verify(Db *db, const Audit *audit, AuditCheck *check, Error *error);
