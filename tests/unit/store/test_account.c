/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts: rows and versions, rotation, and that no secret lies in the files in any plain form. */

#include "tests/unit/store/fixture.h"

#include "base/time.h"
#include "store/account.h"

#define INSTANCE "inst"
#define CANARY   "CANARY-MDEyMzQ1Njc4OWFiY2RlZg"

static Error error;

static void seal_for(const Keyring *keyring, Account *account, const char *token)
{
    _cleanup_secret_ Secret *secret = secret_new(token, strlen(token));
    const SealContext context = {.instance = INSTANCE,
                                 .user = account->user,
                                 .service = service_name(account->service),
                                 .version = account->version};

    assert_int_equal(keyring_seal(keyring, &context, secret, &account->sealed, &error), 0);
}

static bool opens(const Keyring *keyring, const Account *account, const char *token)
{
    _cleanup_secret_ Secret *secret = NULL;
    const SealContext context = {.instance = INSTANCE,
                                 .user = account->user,
                                 .service = service_name(account->service),
                                 .version = account->version};

    return keyring_open(keyring, &context, &account->sealed, &secret, &error) >= 0 &&
           secret_length(secret) == strlen(token) &&
           memcmp(secret_bytes(secret), token, strlen(token)) == 0;
}

/* Bytes in the place of a blob, where no test opens it. */
static void put_plain(Db *db, const char *user, Service service, int64_t version)
{
    unsigned char bytes[] = "CBS1....";
    Account account = {.user = (char *)(uintptr_t)user,
                       .service = service,
                       .version = version,
                       .sealed = {bytes, sizeof(bytes)},
                       .expires = TIME_NONE};

    assert_int_equal(account_put(db, &account, &error), 0);
}

static void put_sealed(Db *db, const Keyring *keyring, const char *user, Service service,
                       int64_t version)
{
    Account account = {.user = (char *)(uintptr_t)user,
                       .service = service,
                       .version = version,
                       .expires = TIME_NONE};

    seal_for(keyring, &account, CANARY);
    assert_int_equal(account_put(db, &account, &error), 0);
    sealed_done(&account.sealed);
}

static Keyring *keyring_of(void **state, unsigned first, unsigned second)
{
    _cleanup_free_ char *path = fixture_path(state, "keys"), *text = NULL;
    char one[65], two[65] = "";

    fixture_key(first, one);
    if (second)
        fixture_key(second, two);
    text = xasprintf("%s\n%s\n", one, two);
    return fixture_keyring(path, text);
}

static void every_column_comes_back(void **state)
{
    unsigned char bytes[] = {'C', 'B', 0, 255};
    Account account = {.user = (char[]){"JIRAUSER10100"},
                       .service = SERVICE_JIRA,
                       .sealed = {bytes, sizeof(bytes)},
                       .version = 3,
                       .server = (char[]){"https://api.clockify.me/api/v1"},
                       .remote_id = (char[]){"5a0ab5acb07987125438b60f"},
                       .name = (char[]){"Ána"},
                       .email = (char[]){"a@example.com"},
                       .workspace_id = (char[]){"w1"},
                       .workspace_name = (char[]){"Work"},
                       .hint = (char[]){"…cdef"},
                       .expires = 1800000000,
                       .rejected = true,
                       .connected = 1700000000};
    _cleanup_(account_done) Account read = {0}, copy = {0};

    assert_int_equal(account_get(*state, account.user, SERVICE_JIRA, &read, &error), 0);
    assert_int_equal(account_put(*state, &account, &error), 0);
    assert_int_equal(account_get(*state, account.user, SERVICE_CLOCKIFY, &read, &error), 0);
    assert_int_equal(account_get(*state, account.user, SERVICE_JIRA, &read, &error), 1);
    account_copy(&copy, &read);
    account_done(&read);
    assert_string_equal(copy.user, account.user);
    assert_int_equal(copy.service, SERVICE_JIRA);
    assert_int_equal(copy.sealed.length, sizeof(bytes));
    assert_memory_equal(copy.sealed.bytes, bytes, sizeof(bytes));
    assert_int_equal(copy.version, 3);
    assert_string_equal(copy.server, account.server);
    assert_string_equal(copy.remote_id, account.remote_id);
    assert_string_equal(copy.name, account.name);
    assert_string_equal(copy.email, account.email);
    assert_string_equal(copy.workspace_id, account.workspace_id);
    assert_string_equal(copy.workspace_name, account.workspace_name);
    assert_string_equal(copy.hint, account.hint);
    assert_int_equal(copy.expires, account.expires);
    assert_true(copy.rejected);
    assert_int_equal(copy.connected, account.connected);
}

static void put_replaces(void **state)
{
    _cleanup_(account_done) Account read = {0};

    put_plain(*state, "u", SERVICE_CLOCKIFY, 1);
    put_plain(*state, "u", SERVICE_CLOCKIFY, 2);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM account"), 1);
    assert_int_equal(account_get(*state, "u", SERVICE_CLOCKIFY, &read, &error), 1);
    assert_int_equal(read.version, 2);
    assert_null(read.server);
    assert_true(read.expires == TIME_NONE);
    assert_false(read.rejected);
}

static void delete_takes_one_service(void **state)
{
    _cleanup_(account_done) Account read = {0};

    put_plain(*state, "u", SERVICE_CLOCKIFY, 1);
    put_plain(*state, "u", SERVICE_JIRA, 1);
    assert_int_equal(account_delete(*state, "u", SERVICE_JIRA, &error), 1);
    assert_int_equal(account_delete(*state, "u", SERVICE_JIRA, &error), 0);
    assert_int_equal(account_get(*state, "u", SERVICE_JIRA, &read, &error), 0);
    assert_int_equal(account_get(*state, "u", SERVICE_CLOCKIFY, &read, &error), 1);
}

static void versions_are_never_reused(void **state)
{
    int64_t version = 0;

    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(account_next_version(*state, "u", SERVICE_JIRA, &version, &error), 0);
        assert_int_equal(version, i);
        put_plain(*state, "u", SERVICE_JIRA, version);
        account_delete(*state, "u", SERVICE_JIRA, &error);
    }
    assert_int_equal(account_next_version(*state, "u", SERVICE_CLOCKIFY, &version, &error), 0);
    assert_int_equal(version, 1);
    assert_int_equal(account_next_version(*state, "v", SERVICE_JIRA, &version, &error), 0);
    assert_int_equal(version, 1);
}

static void workspace_and_rejection_are_set(void **state)
{
    _cleanup_(account_done) Account clockify = {0}, jira = {0};

    put_plain(*state, "u", SERVICE_CLOCKIFY, 5);
    put_plain(*state, "u", SERVICE_JIRA, 5);
    assert_int_equal(account_set_workspace(*state, "u", "w2", "Two", &error), 1);
    assert_int_equal(account_set_workspace(*state, "nobody", "w2", "Two", &error), 0);
    assert_int_equal(account_set_rejected(*state, "u", SERVICE_CLOCKIFY, 4, true, &error),
                     0); /* an old key's answer */
    assert_int_equal(account_set_rejected(*state, "u", SERVICE_JIRA, 5, true, &error), 1);
    assert_int_equal(account_get(*state, "u", SERVICE_CLOCKIFY, &clockify, &error), 1);
    assert_int_equal(account_get(*state, "u", SERVICE_JIRA, &jira, &error), 1);
    assert_string_equal(clockify.workspace_id, "w2");
    assert_string_equal(clockify.workspace_name, "Two");
    assert_false(clockify.rejected);
    assert_null(jira.workspace_id);
    assert_true(jira.rejected);
}

static int count_and_touch(Db *db, Account *account, void *arg, Error *own)
{
    int *count = arg;

    (*count)++;
    account->version++;
    return account_put(db, account, own);
}

static int stop_at_five(Db *db _unused_, Account *account _unused_, void *arg, Error *own)
{
    int *count = arg;

    return ++*count == 5 ? error_set(own, ERROR_REFUSED, "enough") : 0;
}

/* More than one page, changed while it is walked: each row is met exactly once. */
static void each_meets_every_row_once(void **state)
{
    int count = 0;

    for (int i = 0; i < 250; i++) {
        char user[32];

        snprintf(user, sizeof(user), "user%d", i / 2);
        put_plain(*state, user, i % 2 ? SERVICE_JIRA : SERVICE_CLOCKIFY, 1);
    }
    assert_int_equal(account_each(*state, count_and_touch, &count, &error), 0);
    assert_int_equal(count, 250);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM account WHERE version = 2"), 250);
    count = 0;
    assert_true(account_each(*state, stop_at_five, &count, &error) < 0);
    assert_int_equal(count, 5);
    assert_int_equal(error.reason, ERROR_REFUSED);
}

static void rotation_reseals_once(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    _cleanup_(keyring_freep) Keyring *old = keyring_of(state, 1, 0);
    _cleanup_(keyring_freep) Keyring *both = keyring_of(state, 2, 1);
    _cleanup_(keyring_freep) Keyring *new = keyring_of(state, 2, 0);
    _cleanup_(account_done) Account read = {0};
    int64_t sealed = -1;

    put_sealed(db, old, "u", SERVICE_CLOCKIFY, 4);
    put_sealed(db, old, "v", SERVICE_JIRA, 9);
    put_sealed(db, both, "w", SERVICE_JIRA, 1); /* under the new key already */
    assert_int_equal(account_rotate(db, both, INSTANCE, &sealed, &error), 0);
    assert_int_equal(sealed, 2);
    assert_int_equal(account_rotate(db, both, INSTANCE, &sealed, &error), 0);
    assert_int_equal(sealed, 0);
    assert_int_equal(account_get(db, "v", SERVICE_JIRA, &read, &error), 1);
    assert_int_equal(read.version, 9);
    assert_true(opens(new, &read, CANARY));
    assert_false(opens(old, &read, CANARY));
    assert_int_equal(account_check_keys(db, new, &error), 0);
}

static void rotation_stops_at_what_it_cannot_open(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    _cleanup_(keyring_freep) Keyring *old = keyring_of(state, 1, 0);
    _cleanup_(keyring_freep) Keyring *new = keyring_of(state, 2, 0);
    int64_t sealed = -1;

    put_sealed(db, old, "u", SERVICE_CLOCKIFY, 4);
    assert_true(account_rotate(db, new, INSTANCE, &sealed, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_non_null(strstr(error.message, "user u"));
    assert_int_equal(sealed, -1);
}

static void missing_keys_are_named(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    _cleanup_(db_closep) Db *db = fixture_open(path);
    _cleanup_(keyring_freep) Keyring *old = keyring_of(state, 1, 0);
    _cleanup_(keyring_freep) Keyring *new = keyring_of(state, 2, 0);
    char name[16];

    assert_int_equal(account_check_keys(db, new, &error), 0);
    put_sealed(db, old, "u", SERVICE_CLOCKIFY, 4);
    put_sealed(db, old, "v", SERVICE_CLOCKIFY, 4);
    assert_int_equal(account_check_keys(db, old, &error), 0);
    assert_true(account_check_keys(db, new, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    snprintf(name, sizeof(name), "(%08x)", keyring_active_id(old));
    assert_non_null(strstr(error.message, name));
    assert_non_null(strstr(error.message, "2 stored secrets"));
}

static size_t count_text(const char *directory, const char *text)
{
    size_t files, count = fixture_count_bytes(directory, text, strlen(text), &files);

    assert_true(files >= 2); /* the key file and the database at least */
    return count;
}

static void expect_no_canary(const char *directory)
{
    char lower[2 * sizeof(CANARY)] = "", upper[2 * sizeof(CANARY)] = "";

    for (size_t i = 0; i < strlen(CANARY); i++) {
        sprintf(lower + 2 * i, "%02x", (unsigned char)CANARY[i]);
        sprintf(upper + 2 * i, "%02X", (unsigned char)CANARY[i]);
    }
    assert_int_equal(count_text(directory, CANARY), 0);
    assert_int_equal(count_text(directory, "MDEyMzQ1Njc4OWFiY2RlZg"), 0);
    assert_int_equal(count_text(directory, lower), 0);
    assert_int_equal(count_text(directory, upper), 0);
    /* base64 at each of its three alignments, by the openssl program: "CANARY-MDEy..." without its
     * ends. */
    assert_int_equal(count_text(directory, "Q0FOQVJZLU1ERXlNelExTmpjNE9XRmlZMlJs"), 0);
    assert_int_equal(count_text(directory, "NBTkFSWS1NREV5TXpRMU5qYzRPV0ZpWTJSbFpn"), 0);
    assert_int_equal(count_text(directory, "DQU5BUlktTURFeU16UTFOamM0T1dGaVkyUmxa"), 0);
}

static void no_file_holds_the_secret(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "bridge.db");
    Db *db = fixture_open(path);
    _cleanup_(keyring_freep) Keyring *old = keyring_of(state, 1, 0);
    _cleanup_(keyring_freep) Keyring *both = keyring_of(state, 2, 1);
    _cleanup_(account_done) Account before = {0};
    size_t files;
    int64_t sealed;

    for (int i = 0; i < 120; i++) {
        char user[32];

        snprintf(user, sizeof(user), "user%d", i);
        put_sealed(db, old, user, SERVICE_CLOCKIFY, 1);
    }
    expect_no_canary(*state);
    assert_int_equal(account_get(db, "user7", SERVICE_CLOCKIFY, &before, &error), 1);
    assert_true(opens(both, &before, CANARY));
    assert_true(fixture_count_bytes(*state, before.sealed.bytes, before.sealed.length, &files) > 0);

    assert_int_equal(account_rotate(db, both, INSTANCE, &sealed, &error), 0);
    assert_int_equal(sealed, 120);
    assert_int_equal(db_shrink(db, &error), 0);
    expect_no_canary(*state);
    /* The blob under the old key is gone, too: not even its middle is left anywhere. */
    assert_int_equal(fixture_count_bytes(*state, before.sealed.bytes + 8, 32, &files), 0);

    assert_int_equal(account_delete(db, "user7", SERVICE_CLOCKIFY, &error), 1);
    db_close(db);
    expect_no_canary(*state);
}

int main(void)
{
#define IN_MEMORY(test) cmocka_unit_test_setup_teardown(test, fixture_database, fixture_close)
#define ON_DISK(test)   cmocka_unit_test_setup_teardown(test, fixture_directory, fixture_remove)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(every_column_comes_back),
        IN_MEMORY(put_replaces),
        IN_MEMORY(delete_takes_one_service),
        IN_MEMORY(versions_are_never_reused),
        IN_MEMORY(workspace_and_rejection_are_set),
        IN_MEMORY(each_meets_every_row_once),
        ON_DISK(rotation_reseals_once),
        ON_DISK(rotation_stops_at_what_it_cannot_open),
        ON_DISK(missing_keys_are_named),
        ON_DISK(no_file_holds_the_secret),
    };

    return cmocka_run_group_tests_name("store/account", tests, NULL, NULL);
}
