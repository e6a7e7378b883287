/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Who is connected: one row a Jira user and service, with the sealed secret. Runs on the store's
 * thread. */

#include "store/db.h"
#include "store/keyring.h"

typedef enum Service { SERVICE_CLOCKIFY, SERVICE_JIRA, SERVICE_COUNT } Service;
const char *service_name(Service service); /* "clockify", "jira" */

typedef struct Account {
    char *user; /* Jira user key */
    Service service;
    Sealed sealed;
    int64_t version;    /* of the sealed secret */
    char *server;       /* the API base the secret was given for: it is sent nowhere else */
    char *remote_id;    /* Clockify user id; Jira user key */
    char *name;         /* Clockify's display name; Jira's user name, which X-AUSERNAME repeats */
    char *email;        /* Clockify only */
    char *workspace_id; /* Clockify only: chosen, else the active one */
    char *workspace_name;
    char *hint;      /* the last four characters */
    int64_t expires; /* Jira token; TIME_NONE = not known */
    bool rejected;   /* the service no longer takes it */
    int64_t connected;
} Account;

void account_done(Account *account);
void account_copy(Account *target, const Account *source);

int account_get(Db *db, const char *user, Service service, Account *ret,
                Error *error);                                 /* 1, 0 not there, negative */
int account_put(Db *db, const Account *account, Error *error); /* inserts or replaces */
int account_delete(Db *db, const char *user, Service service,
                   Error *error); /* 1 gone, 0 was not there */
int account_set_workspace(Db *db, const char *user, const char *id, const char *name, Error *error);
int account_set_rejected(Db *db, const char *user, Service service, int64_t version, bool rejected,
                         Error *error);
int account_next_version(Db *db, const char *user, Service service, int64_t *ret,
                         Error *error); /* never reused, also after a delete */

/* Calls `each` for every row with the sealed blob; stops at its first negative result. */
int account_each(Db *db, int (*each)(Db *db, Account *account, void *arg, Error *error), void *arg,
                 Error *error);

/* Seals every stored secret anew under the active key; those already under it are left alone.
 * *ret = how many were sealed. Afterwards db_shrink must run outside a transaction. */
int account_rotate(Db *db, const Keyring *keyring, const char *instance, int64_t *ret,
                   Error *error);

/* Every key id in use must be in the keyring, else ERROR_STORE naming the missing ones: a bridge
 * with the wrong master key must not start. */
int account_check_keys(Db *db, const Keyring *keyring, Error *error);
