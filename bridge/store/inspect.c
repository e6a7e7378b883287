/* SPDX-License-Identifier: Apache-2.0 */

/* See inspect.h. */

#include "store/inspect.h"

#include "base/time.h"
#include "store/account.h"
#include "store/copy.h"
#include "store/schema.h"
#include "store/setting.h"

typedef struct KeyTrial {
    const Keyring *keyring;
    const char *instance;
} KeyTrial;

static int read_version(Db *db, int *ret, Error *error);
static int number(Db *db, const char *sql, int64_t *ret, Error *error);
static int read_numbers(Db *db, Inspection *ret, Error *error);
static int try_secret(Db *db, Account *account, void *arg, Error *error);

void inspection_done(Inspection *inspection)
{
    free(inspection->instance);
    *inspection = (Inspection){0};
}

int inspect(Db *db, Inspection *ret, Error *error)
{
    _cleanup_(inspection_done) Inspection found = {.newest = TIME_NONE};

    if (db_check(db, error) < 0 || read_version(db, &found.version, error) < 0 ||
        setting_get(db, SETTING_INSTANCE, &found.instance, error) < 0 ||
        read_numbers(db, &found, error) < 0)
        return -1;
    *ret = found;
    found.instance = NULL; /* consumed */
    return 0;
}

static int read_version(Db *db, int *ret, Error *error)
{
    int64_t version;

    if (number(db, "SELECT value FROM meta WHERE name = 'schema_version'", &version, NULL) < 0 ||
        version < 1)
        return error_set(error, ERROR_STORE,
                         "This is a database, and none of the Clockify bridge.");
    if (version > schema_version())
        return error_set(error, ERROR_STORE,
                         "It has schema version %lld, this program knows up to %d: install the "
                         "version that made it, or a later one.",
                         (long long)version, schema_version());
    *ret = (int)version;
    return 0;
}

static int number(Db *db, const char *sql, int64_t *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, sql);
    int r = db_next(query, error);

    if (r < 0)
        return r;
    *ret = r > 0 ? db_column_time(query, 0) : TIME_NONE;
    return 0;
}

static int read_numbers(Db *db, Inspection *ret, Error *error)
{
    const struct {
        const char *sql;
        int64_t *ret;
    } numbers[] = {
        {"SELECT COUNT(*) FROM entry", &ret->entries},
        {"SELECT COUNT(*) FROM entry WHERE state = 'running'", &ret->running},
        {"SELECT COUNT(*) FROM intent", &ret->intents},
        {"SELECT COUNT(*) FROM worklog", &ret->worklogs},
        {"SELECT COUNT(*) FROM worklog WHERE state = 'pending'", &ret->pending},
        {"SELECT COUNT(*) FROM account", &ret->secrets},
        {"SELECT MAX(moment) FROM (SELECT MAX(created) AS moment FROM entry"
         " UNION ALL SELECT MAX(changed) FROM worklog UNION ALL SELECT MAX(asked) FROM request"
         " UNION ALL SELECT MAX(connected) FROM account) AS moments",
         &ret->newest},
    };

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        if (number(db, numbers[i].sql, numbers[i].ret, error) < 0)
            return -1;
    return 0;
}

int inspect_keys(Db *db, const Keyring *keyring, const char *instance, Error *error)
{
    KeyTrial trial = {.keyring = keyring, .instance = instance};

    if (account_check_keys(db, keyring, error) < 0)
        return -1;
    return account_each(db, try_secret, &trial, error);
}

static int try_secret(Db *db _unused_, Account *account, void *arg, Error *error)
{
    const KeyTrial *trial = arg;
    const SealContext context = {.instance = trial->instance ? trial->instance : "",
                                 .user = account->user,
                                 .service = service_name(account->service),
                                 .version = account->version};
    _cleanup_secret_ Secret *secret = NULL;

    if (keyring_open(trial->keyring, &context, &account->sealed, &secret, NULL) >= 0)
        return 0;
    return error_set(error, ERROR_STORE,
                     "The %s secret of user %s does not open with this master key.",
                     context.service, account->user);
}
