/* SPDX-License-Identifier: Apache-2.0 */

/* The master keys behind the stored secrets: sealing all of them anew, and whether the keys at hand
 * suffice. Must not open a secret for anything else. */

#include "store/account.h"

#include "base/buffer.h"

typedef struct Rotation {
    const Keyring *keyring;
    const char *instance;
    int64_t sealed;
} Rotation;

typedef struct KeyCheck {
    const Keyring *keyring;
    int64_t rows;        /* that cannot be opened */
    uint32_t missing[8]; /* as many as a message has room for */
    size_t count;
} KeyCheck;

static int rotate_one(Db *db, Account *account, void *arg, Error *error);
static int check_one(Db *db, Account *account, void *arg, Error *error);

int account_rotate(Db *db, const Keyring *keyring, const char *instance, int64_t *ret, Error *error)
{
    Rotation rotation = {.keyring = keyring, .instance = instance};
    int r;

    r = account_each(db, rotate_one, &rotation, error);
    if (r < 0)
        return r;
    *ret = rotation.sealed;
    return 0;
}

static int rotate_one(Db *db, Account *account, void *arg, Error *error)
{
    Rotation *rotation = arg;
    _cleanup_secret_ Secret *secret = NULL;
    const SealContext context = {
        .instance = rotation->instance,
        .user = account->user,
        .service = service_name(account->service),
        .version = account->version,
    };
    Sealed sealed;
    uint32_t id;
    int r;

    if (sealed_key_id(&account->sealed, &id) >= 0 && id == keyring_active_id(rotation->keyring))
        return 0;
    r = keyring_open(rotation->keyring, &context, &account->sealed, &secret, error);
    if (r >= 0)
        r = keyring_seal(rotation->keyring, &context, secret, &sealed, error);
    if (r < 0)
        return error_set(
            error, ERROR_STORE,
            "The %s secret of user %s cannot be opened with its master key: let the user enter "
            "it anew or disconnect the account, then rotate again. Nothing was changed.",
            context.service, context.user);
    sealed_done(&account->sealed);
    account->sealed = sealed; /* consumed */
    rotation->sealed++;
    return account_put(db, account, error);
}

int account_check_keys(Db *db, const Keyring *keyring, Error *error)
{
    _cleanup_(buffer_done) Buffer names = BUFFER_EMPTY;
    KeyCheck check = {.keyring = keyring};
    int r;

    r = account_each(db, check_one, &check, error);
    if (r < 0 || check.rows == 0)
        return r;
    for (size_t i = 0; i < check.count; i++)
        buffer_addf(&names, "%s%08x", i ? ", " : "", check.missing[i]);
    return error_set(
        error, ERROR_STORE,
        "%lld stored secrets are sealed with master keys that the keyring lacks (%s): add "
        "the old keys behind the first line of the master key file.",
        (long long)check.rows, buffer_text(&names));
}

static int check_one(Db *db _unused_, Account *account, void *arg, Error *error _unused_)
{
    KeyCheck *check = arg;
    uint32_t id;

    /* A damaged row concerns one user, who enters the key anew; it must not stop the bridge of all.
     */
    if (sealed_key_id(&account->sealed, &id) < 0 || keyring_has(check->keyring, id))
        return 0;
    check->rows++;
    for (size_t i = 0; i < check->count; i++)
        if (check->missing[i] == id)
            return 0;
    if (check->count < ARRAY_SIZE(check->missing))
        check->missing[check->count++] = id;
    return 0;
}
