/* SPDX-License-Identifier: Apache-2.0 */

/* The keyring where the system or libcrypto does not do as asked: nothing half sealed is given out,
 * and the message says what is wrong. The calls pass through here, and fail where a test says so.
 */

#include "tests/unit/store/fixture.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "NzU3MDYwOTEtYjM2ZC00ZWQ1LWFmMTctYzQ0"

static Error error;

static const SealContext here = {
    .instance = "inst", .user = "JIRAUSER10100", .service = "clockify", .version = 7};

/* The so-manyth of the calls below fails; 0 = none. */
static int fail_at;
static bool failed;

static bool strike(void)
{
    if (fail_at == 0 || --fail_at > 0)
        return false;
    failed = true;
    return true;
}

/* Defines the function that stands before a call of libcrypto. */
#define BEFORE(type, name, otherwise, params, args)                                                \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return strike() ? (otherwise) : __real_##name args;                                        \
    }

BEFORE(EVP_KDF *, EVP_KDF_fetch, NULL,
       (OSSL_LIB_CTX * library, const char *algorithm, const char *properties),
       (library, algorithm, properties))
BEFORE(EVP_CIPHER *, EVP_CIPHER_fetch, NULL,
       (OSSL_LIB_CTX * library, const char *algorithm, const char *properties),
       (library, algorithm, properties))
BEFORE(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, NULL, (void), ())
BEFORE(int, EVP_EncryptInit_ex2, 0,
       (EVP_CIPHER_CTX * context, const EVP_CIPHER *cipher, const unsigned char *key,
        const unsigned char *nonce, const OSSL_PARAM *settings),
       (context, cipher, key, nonce, settings))
BEFORE(int, EVP_EncryptUpdate, 0,
       (EVP_CIPHER_CTX * context, unsigned char *out, int *length, const unsigned char *in,
        int count),
       (context, out, length, in, count))
BEFORE(int, EVP_EncryptFinal_ex, 0, (EVP_CIPHER_CTX * context, unsigned char *out, int *length),
       (context, out, length))
BEFORE(int, EVP_CIPHER_CTX_ctrl, 0, (EVP_CIPHER_CTX * context, int what, int number, void *bytes),
       (context, what, number, bytes))
BEFORE(int, CRYPTO_secure_allocated, 0, (const void *memory), (memory))
BEFORE(int, mlock, -1, (const void *memory, size_t length), (memory, length))

/* The same for what no keyring can go on without. */
static int end_at;
static bool is_child, ended;

static bool strike_for_good(void)
{
    if (end_at == 0 || --end_at > 0)
        return false;
    ended = true;
    return true;
}

#define BEFORE_END(type, name, otherwise, params, args)                                            \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return strike_for_good() ? (otherwise) : __real_##name args;                               \
    }

BEFORE_END(int, RAND_bytes, 0, (unsigned char *bytes, int count), (bytes, count))
BEFORE_END(int, EVP_KDF_derive, 0,
           (EVP_KDF_CTX * context, unsigned char *key, size_t length, const OSSL_PARAM *settings),
           (context, key, length, settings))
BEFORE_END(int, EVP_DecryptInit_ex2, 0,
           (EVP_CIPHER_CTX * context, const EVP_CIPHER *cipher, const unsigned char *key,
            const unsigned char *nonce, const OSSL_PARAM *settings),
           (context, cipher, key, nonce, settings))
BEFORE_END(int, EVP_DecryptUpdate, 0,
           (EVP_CIPHER_CTX * context, unsigned char *out, int *length, const unsigned char *in,
            int count),
           (context, out, length, in, count))
BEFORE_END(int, EVP_MAC_init, 0,
           (EVP_MAC_CTX * context, const unsigned char *key, size_t length,
            const OSSL_PARAM *settings),
           (context, key, length, settings))
BEFORE_END(int, EVP_Digest, 0,
           (const void *bytes, size_t count, unsigned char *digest, unsigned *size,
            const EVP_MD *type, ENGINE *engine),
           (bytes, count, digest, size, type, engine))

#define ABORTED 42
void __real_abort(void) __attribute__((noreturn));
void __wrap_abort(void) __attribute__((noreturn));

void __wrap_abort(void)
{
    if (!is_child)
        __real_abort();
    /* By way of another program, before which a build that counts coverage writes its counts down.
     */
    execl("/bin/sh", "sh", "-c", "exit 42", (char *)NULL);
    _exit(ABORTED);
}

/* What the next calls that read the key's file give; 0 = as they are. */
static int read_errno, stat_errno;

ssize_t __real_read(int fd, void *bytes, size_t count);
ssize_t __wrap_read(int fd, void *bytes, size_t count);
int __real_fstat(int fd, struct stat *info);
int __wrap_fstat(int fd, struct stat *info);

ssize_t __wrap_read(int fd, void *bytes, size_t count)
{
    if (read_errno == 0)
        return __real_read(fd, bytes, count);
    errno = read_errno;
    if (read_errno == EINTR)
        read_errno = 0; /* once */
    return -1;
}

int __wrap_fstat(int fd, struct stat *info)
{
    if (stat_errno == 0)
        return __real_fstat(fd, info);
    errno = stat_errno;
    return -1;
}

static char *key_file(void **state)
{
    char *path = fixture_path(state, "keys");
    char key[65];

    fixture_key(1, key);
    fixture_write(path, key, 0400);
    return path;
}

static void expect_refused(const char *file, const char *words)
{
    Keyring *keyring = NULL;

    error = (Error){0};
    assert_true(keyring_load(file, &keyring, &error) < 0);
    assert_null(keyring);
    assert_int_equal(error.reason, ERROR_STORE);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" lacks \"%s\"", error.message, words);
}

static void nothing_half_sealed_is_given_out(void **state)
{
    _cleanup_free_ char *path = key_file(state);
    _cleanup_(keyring_freep) Keyring *keyring = NULL;
    _cleanup_secret_ Secret *secret = secret_new(TOKEN, strlen(TOKEN));
    int number = 1;

    assert_int_equal(keyring_load(path, &keyring, &error), 0);
    for (;; number++) {
        _cleanup_(sealed_done) Sealed sealed = {0};
        int r;

        failed = false;
        fail_at = number;
        r = keyring_seal(keyring, &here, secret, &sealed, &error);
        fail_at = 0;
        if (!failed) {
            assert_int_equal(r, 0);
            break;
        }
        assert_true(r < 0);
        assert_null(sealed.bytes);
        assert_int_equal(error.reason, ERROR_STORE);
        assert_non_null(strstr(error.message, "nothing was stored"));
        assert_null(strstr(error.message, TOKEN));
    }
    assert_true(number > 5);
}

static void a_library_without_the_ciphers_is_told(void **state)
{
    _cleanup_free_ char *path = key_file(state);

    for (int number = 1; number <= 2; number++) {
        fail_at = number;
        expect_refused(path, "openssl.cnf");
        fail_at = 0;
    }
}

static void memory_that_is_not_locked_is_told(void **state)
{
    _cleanup_free_ char *path = key_file(state);
    _cleanup_(keyring_freep) Keyring *keyring = NULL;

    for (fail_at = 3; fail_at <= 4; fail_at++) { /* behind the two above */
        int number = fail_at;

        assert_int_equal(keyring_load(path, &keyring, &error), 0);
        assert_false(keyring_locked_memory(keyring));
        keyring_free(STEAL(keyring));
        fail_at = number;
    }
    fail_at = 0;
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    _cleanup_free_ char *path = key_file(state);
    _cleanup_(keyring_freep) Keyring *keyring = NULL;

    read_errno = EIO;
    expect_refused(path, "cannot be read");
    read_errno = EINTR; /* a signal is no failure */
    assert_int_equal(keyring_load(path, &keyring, &error), 0);
    assert_int_equal(read_errno, 0);
    stat_errno = EIO;
    expect_refused(path, "cannot be examined");
    stat_errno = 0;
}

static void a_file_of_somebody_else_is_refused(void **state)
{
    _cleanup_free_ char *path = key_file(state);

    if (geteuid() != 0)
        skip(); /* only root gives files away */
    assert_int_equal(chown(path, 1, (gid_t)-1), 0);
    expect_refused(path, "belongs to another user");
}

/* The bridge's own user may have it, too. */
static void a_file_of_the_bridges_user_is_taken(void **state)
{
    _cleanup_free_ char *path = key_file(state);
    _cleanup_(keyring_freep) Keyring *keyring = NULL;
    int r;

    if (geteuid() != 0)
        skip(); /* only root gives files away */
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(chown(path, 1, (gid_t)-1), 0);
    assert_int_equal(seteuid(1), 0);
    r = keyring_load(path, &keyring, &error);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, 0);
}

/* All that a keyring does, one after the other. */
static void use_it(const char *path)
{
    _cleanup_(keyring_freep) Keyring *keyring = NULL;
    _cleanup_secret_ Secret *secret = secret_new(TOKEN, strlen(TOKEN)), *opened = NULL;
    _cleanup_(sealed_done) Sealed sealed = {0};
    unsigned char mac[MAC_SIZE];
    char digest[DIGEST_SIZE];

    if (keyring_load(path, &keyring, NULL) < 0 ||
        keyring_seal(keyring, &here, secret, &sealed, NULL) < 0 ||
        keyring_open(keyring, &here, &sealed, &opened, NULL) < 0)
        _exit(EXIT_FAILURE);
    keyring_mac(opened, "a", 1, mac);
    keyring_digest("a", digest);
}

/* Without random bytes, a derived key or a MAC it does not go on with something weaker, nor call
 * the stored secret wrong: the process ends, and the journal has what it was about. */
static void it_ends_rather_than_go_on_with_less(void **state)
{
    _cleanup_free_ char *path = key_file(state);
    int number = 1, status = 0;

    for (; number < 100; number++) {
        pid_t child;

        fflush(NULL);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            is_child = true;
            end_at = number;
            use_it(path);
            _exit(ended ? EXIT_FAILURE : EXIT_SUCCESS);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == EXIT_SUCCESS)
            break; /* there are not so many */
        assert_int_equal(WEXITSTATUS(status), ABORTED);
    }
    assert_in_range(number, 6, 99);
}

static void no_file_at_all_is_the_credential(void **state _unused_)
{
    unsetenv("CREDENTIALS_DIRECTORY");
    expect_refused(NULL, "systemd passed no credential");
    expect_refused("", "systemd passed no credential");
}

static void blanks_around_a_key_do_no_harm(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys"), *text = NULL;
    _cleanup_(keyring_freep) Keyring *keyring = NULL;
    char key[65];

    fixture_key(1, key);
    text = xasprintf("\t# a note\t\n \t\r\n\t %s \t\r\n\t", key);
    keyring = fixture_keyring(path, text);
    assert_true(keyring_has(keyring, keyring_active_id(keyring)));
}

static void a_blob_of_no_possible_length_is_none(void **state _unused_)
{
    unsigned char *bytes = xcalloc(1, 8192);
    Sealed sealed = {bytes, 8192};
    uint32_t id;

    memcpy(bytes, "CBS1", 4);
    assert_int_equal(sealed_key_id(&sealed, &id), -1);
    sealed.length = 100;
    assert_int_equal(sealed_key_id(&sealed, &id), 0);
    bytes[0] = 'X';
    assert_int_equal(sealed_key_id(&sealed, &id), -1);
    sealed_done(&sealed);
    assert_int_equal(sealed_key_id(&sealed, &id), -1);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_directory, fixture_remove)
    const struct CMUnitTest tests[] = {
        TEST(nothing_half_sealed_is_given_out),
        TEST(a_library_without_the_ciphers_is_told),
        TEST(memory_that_is_not_locked_is_told),
        TEST(a_file_that_cannot_be_read_is_told),
        TEST(a_file_of_somebody_else_is_refused),
        TEST(a_file_of_the_bridges_user_is_taken),
        TEST(it_ends_rather_than_go_on_with_less),
        cmocka_unit_test(no_file_at_all_is_the_credential),
        TEST(blanks_around_a_key_do_no_harm),
        cmocka_unit_test(a_blob_of_no_possible_length_is_none),
    };

    return cmocka_run_group_tests_name("store/keyring_faults", tests, NULL, NULL);
}
