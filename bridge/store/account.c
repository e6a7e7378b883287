/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table "account". Must not open a secret. */

#include "store/account.h"

#include "base/time.h"

#define COLUMNS                                                                                    \
    "user_key, service, sealed, version, server, remote_id, name, email, workspace_id, "           \
    "workspace_name,"                                                                              \
    " hint, expires, rejected, connected"

#define PAGE 100

static int read_account(DbQuery *query, Account *ret, Error *error);
static int each_in_page(Db *db, Account *page, size_t count,
                        int (*each)(Db *db, Account *account, void *arg, Error *error), void *arg,
                        Error *error);
static int read_page(Db *db, const Account *after, Account *page, size_t *ret, Error *error);

static const char *const service_names[SERVICE_COUNT] = {"clockify", "jira"};

const char *service_name(Service service)
{
    return service_names[service];
}

void account_done(Account *account)
{
    sealed_done(&account->sealed);
    free(account->user);
    free(account->server);
    free(account->remote_id);
    free(account->name);
    free(account->email);
    free(account->workspace_id);
    free(account->workspace_name);
    free(account->hint);
    *account = (Account){.expires = TIME_NONE};
}

void account_copy(Account *target, const Account *source)
{
    Account copy = *source;

    if (source->sealed.bytes) {
        copy.sealed.bytes = xmalloc(source->sealed.length);
        memcpy(copy.sealed.bytes, source->sealed.bytes, source->sealed.length);
    }
    copy.user = xstrdup(source->user);
    copy.server = xstrdup(source->server);
    copy.remote_id = xstrdup(source->remote_id);
    copy.name = xstrdup(source->name);
    copy.email = xstrdup(source->email);
    copy.workspace_id = xstrdup(source->workspace_id);
    copy.workspace_name = xstrdup(source->workspace_name);
    copy.hint = xstrdup(source->hint);
    *target = copy;
}

int account_get(Db *db, const char *user, Service service, Account *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT " COLUMNS " FROM account WHERE user_key = ?1 AND service = ?2");
    int r;

    db_bind_text(query, 1, user);
    db_bind_text(query, 2, service_name(service));
    r = db_next(query, error);
    return r > 0 ? read_account(query, ret, error) : r;
}

/* Returns 1. */
static int read_account(DbQuery *query, Account *ret, Error *error)
{
    const char *service = db_column_text(query, 1);
    const void *bytes;
    size_t length;
    Service number = SERVICE_CLOCKIFY;

    while (number < SERVICE_COUNT && !streq(service, service_names[number]))
        number++;
    bytes = db_column_blob(query, 2, &length);
    if (number == SERVICE_COUNT || !bytes)
        return error_set(error, ERROR_STORE, "The database holds an account that cannot be read.");
    *ret = (Account){
        .user = db_column_copy(query, 0),
        .service = number,
        .sealed = {.bytes = xmalloc(length), .length = length},
        .version = db_column_int(query, 3),
        .server = db_column_copy(query, 4),
        .remote_id = db_column_copy(query, 5),
        .name = db_column_copy(query, 6),
        .email = db_column_copy(query, 7),
        .workspace_id = db_column_copy(query, 8),
        .workspace_name = db_column_copy(query, 9),
        .hint = db_column_copy(query, 10),
        .expires = db_column_time(query, 11),
        .rejected = db_column_int(query, 12) != 0,
        .connected = db_column_int(query, 13),
    };
    bytes = db_column_blob(query, 2, &length);
    memcpy(ret->sealed.bytes, bytes, length);
    return 1;
}

int account_put(Db *db, const Account *account, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "INSERT INTO account (" COLUMNS ")"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
            " ON CONFLICT (user_key, service) DO UPDATE SET"
            " sealed = excluded.sealed, version = excluded.version, server = excluded.server,"
            " remote_id = excluded.remote_id, name = excluded.name, email = excluded.email,"
            " workspace_id = excluded.workspace_id, workspace_name = excluded.workspace_name,"
            " hint = excluded.hint, expires = excluded.expires, rejected = excluded.rejected,"
            " connected = excluded.connected");

    db_bind_text(query, 1, account->user);
    db_bind_text(query, 2, service_name(account->service));
    db_bind_blob(query, 3, account->sealed.bytes, account->sealed.length);
    db_bind_int(query, 4, account->version);
    db_bind_text(query, 5, account->server);
    db_bind_text(query, 6, account->remote_id);
    db_bind_text(query, 7, account->name);
    db_bind_text(query, 8, account->email);
    db_bind_text(query, 9, account->workspace_id);
    db_bind_text(query, 10, account->workspace_name);
    db_bind_text(query, 11, account->hint);
    db_bind_time(query, 12, account->expires);
    db_bind_int(query, 13, account->rejected);
    db_bind_int(query, 14, account->connected);
    return db_run(query, error);
}

int account_delete(Db *db, const char *user, Service service, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "DELETE FROM account WHERE user_key = ?1 AND service = ?2");
    int r;

    db_bind_text(query, 1, user);
    db_bind_text(query, 2, service_name(service));
    r = db_run(query, error);
    return r < 0 ? r : db_changes(db) > 0;
}

int account_set_workspace(Db *db, const char *user, const char *id, const char *name, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "UPDATE account SET workspace_id = ?2, workspace_name = ?3"
                     " WHERE user_key = ?1 AND service = 'clockify'");
    int r;

    db_bind_text(query, 1, user);
    db_bind_text(query, 2, id);
    db_bind_text(query, 3, name);
    r = db_run(query, error);
    return r < 0 ? r : db_changes(db) > 0;
}

/* The version guards against a late answer about a key that has been replaced in the meantime. */
int account_set_rejected(Db *db, const char *user, Service service, int64_t version, bool rejected,
                         Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "UPDATE account SET rejected = ?4"
                     " WHERE user_key = ?1 AND service = ?2 AND version = ?3");
    int r;

    db_bind_text(query, 1, user);
    db_bind_text(query, 2, service_name(service));
    db_bind_int(query, 3, version);
    db_bind_int(query, 4, rejected);
    r = db_run(query, error);
    return r < 0 ? r : db_changes(db) > 0;
}

int account_next_version(Db *db, const char *user, Service service, int64_t *ret, Error *error)
{
    _cleanup_query_ DbQuery *count =
        db_query(db, "INSERT INTO account_version (user_key, service, version) VALUES (?1, ?2, 1)"
                     " ON CONFLICT (user_key, service) DO UPDATE"
                     " SET version = account_version.version + 1");
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT version FROM account_version WHERE user_key = ?1 AND service = ?2");
    int r;

    db_bind_text(count, 1, user);
    db_bind_text(count, 2, service_name(service));
    r = db_run(count, error);
    if (r < 0)
        return r;
    db_bind_text(query, 1, user);
    db_bind_text(query, 2, service_name(service));
    r = db_next(query, error);
    if (r <= 0)
        return r < 0 ? r
                     : error_set(error, ERROR_STORE, "The database lost a version just written.");
    *ret = db_column_int(query, 0);
    return 0;
}

/* By pages, so that `each` may change rows without doing so under a running query. */
int account_each(Db *db, int (*each)(Db *db, Account *account, void *arg, Error *error), void *arg,
                 Error *error)
{
    Account last = {0}, page[PAGE];
    size_t count;
    int r;

    do {
        r = read_page(db, &last, page, &count, error);
        if (r < 0)
            break;
        account_done(&last);
        if (count > 0)
            account_copy(&last, &page[count - 1]); /* `each` may change its row's struct */
        r = each_in_page(db, page, count, each, arg, error);
    } while (r >= 0 && count == PAGE);
    account_done(&last);
    return r < 0 ? r : 0;
}

static int read_page(Db *db, const Account *after, Account *page, size_t *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT " COLUMNS " FROM account WHERE (user_key, service) > (?1, ?2)"
                     " ORDER BY user_key, service LIMIT ?3");
    size_t count = 0;
    int r = 0;

    db_bind_text(query, 1, after->user ? after->user : "");
    db_bind_text(query, 2, after->user ? service_name(after->service) : "");
    db_bind_int(query, 3, PAGE);
    while (count < PAGE && (r = db_next(query, error)) > 0 &&
           (r = read_account(query, &page[count], error)) > 0)
        count++;
    if (r < 0) {
        while (count > 0)
            account_done(&page[--count]);
        return r;
    }
    *ret = count;
    return 0;
}

static int each_in_page(Db *db, Account *page, size_t count,
                        int (*each)(Db *db, Account *account, void *arg, Error *error), void *arg,
                        Error *error)
{
    int r = 0;

    for (size_t i = 0; i < count; i++) {
        if (r >= 0)
            r = each(db, &page[i], arg, error);
        account_done(&page[i]);
    }
    return r;
}
