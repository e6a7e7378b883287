/* SPDX-License-Identifier: Apache-2.0 */

/* Sealing: nothing opens but the very blob in its very place; and which key files are taken. */

#include "tests/unit/store/fixture.h"

#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "NzU3MDYwOTEtYjM2ZC00ZWQ1LWFmMTctYzQ0"

static Error error;

static const SealContext here = {
    .instance = "inst", .user = "JIRAUSER10100", .service = "clockify", .version = 7};

/* A keyring of the keys with these seeds, the first one active. */
static Keyring *keyring_of(void **state, unsigned first, unsigned second)
{
    _cleanup_free_ char *path = fixture_path(state, "keys"), *text = NULL;
    char one[65], two[65];

    fixture_key(first, one);
    fixture_key(second ? second : first, two);
    text = second ? xasprintf("# keys\n%s\n\n  %s\r\n", one, two) : xasprintf("%s", one);
    return fixture_keyring(path, text);
}

static void seal(const Keyring *keyring, const SealContext *context, Sealed *ret)
{
    _cleanup_secret_ Secret *secret = secret_new(TOKEN, strlen(TOKEN));

    if (keyring_seal(keyring, context, secret, ret, &error) < 0)
        fail_msg("%s", error.message);
}

static void expect_open(const Keyring *keyring, const SealContext *context, const Sealed *sealed)
{
    _cleanup_secret_ Secret *secret = NULL;

    if (keyring_open(keyring, context, sealed, &secret, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(secret_length(secret), strlen(TOKEN));
    assert_memory_equal(secret_bytes(secret), TOKEN, strlen(TOKEN));
}

static void expect_shut(const Keyring *keyring, const SealContext *context, const Sealed *sealed)
{
    Secret *secret = NULL;

    memset(&error, 0, sizeof(error));
    assert_true(keyring_open(keyring, context, sealed, &secret, &error) < 0);
    assert_null(secret);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_non_null(strstr(error.message, "cannot be opened"));
    assert_null(strstr(error.message, "JIRAUSER")); /* whose it is stays unsaid */
}

static void opens_what_it_sealed(void **state)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    _cleanup_(sealed_done) Sealed sealed = {0};
    uint32_t id = 0;

    seal(keyring, &here, &sealed);
    assert_int_equal(sealed.length, 4 + 4 + 32 + 12 + strlen(TOKEN) + 16);
    assert_memory_equal(sealed.bytes, "CBS1", 4);
    assert_int_equal(sealed_key_id(&sealed, &id), 0);
    assert_int_equal(id, keyring_active_id(keyring));
    expect_open(keyring, &here, &sealed);
}

static void every_length_comes_back(void **state)
{
    static const size_t lengths[] = {1, 15, 16, 17, 512, 4096};
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    unsigned char bytes[4096];

    keyring_random(bytes, sizeof(bytes));
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        _cleanup_secret_ Secret *secret = secret_new(bytes, lengths[i]);
        _cleanup_secret_ Secret *opened = NULL;
        _cleanup_(sealed_done) Sealed sealed = {0};

        assert_int_equal(keyring_seal(keyring, &here, secret, &sealed, &error), 0);
        assert_int_equal(keyring_open(keyring, &here, &sealed, &opened, &error), 0);
        assert_int_equal(secret_length(opened), lengths[i]);
        assert_memory_equal(secret_bytes(opened), bytes, lengths[i]);
    }
}

static void never_twice_the_same(void **state)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    _cleanup_(sealed_done) Sealed one = {0}, two = {0};

    seal(keyring, &here, &one);
    seal(keyring, &here, &two);
    assert_memory_not_equal(one.bytes + 8, two.bytes + 8, 32);   /* salt */
    assert_memory_not_equal(one.bytes + 40, two.bytes + 40, 12); /* nonce */
    assert_memory_not_equal(one.bytes + 52, two.bytes + 52, strlen(TOKEN));
}

static void every_flipped_bit_is_found(void **state)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 2);
    _cleanup_(sealed_done) Sealed sealed = {0};

    seal(keyring, &here, &sealed);
    for (size_t bit = 0; bit < sealed.length * 8; bit++) {
        sealed.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        expect_shut(keyring, &here, &sealed);
        sealed.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    expect_open(keyring, &here, &sealed);
}

/* Shorter from behind, shorter from the front, and one byte longer. */
static void every_truncation_is_found(void **state)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    _cleanup_(sealed_done) Sealed sealed = {0};

    seal(keyring, &here, &sealed);
    for (size_t length = 0; length < sealed.length; length++) {
        _cleanup_free_ unsigned char *head = xmalloc(length + 1), *tail = xmalloc(length + 1);

        memcpy(head, sealed.bytes, length);
        memcpy(tail, sealed.bytes + sealed.length - length, length);
        expect_shut(keyring, &here, &(Sealed){head, length});
        expect_shut(keyring, &here, &(Sealed){tail, length});
    }
    sealed.bytes = xrealloc(sealed.bytes, sealed.length + 1);
    sealed.bytes[sealed.length] = 0;
    expect_shut(keyring, &here, &(Sealed){sealed.bytes, sealed.length + 1});
    expect_shut(keyring, &here, &(Sealed){0});
}

static void only_its_own_place_opens_it(void **state)
{
    static const SealContext others[] = {
        {.instance = "inst2", .user = "JIRAUSER10100", .service = "clockify", .version = 7},
        {.instance = "inst", .user = "JIRAUSER10101", .service = "clockify", .version = 7},
        {.instance = "inst", .user = "JIRAUSER10100", .service = "jira", .version = 7},
        {.instance = "inst", .user = "JIRAUSER10100", .service = "clockify", .version = 8},
        {.instance = "inst",
         .user = "JIRAUSER10100",
         .service = "clockify",
         .version = 7 + (1LL << 32)},
        {.instance = "instJ", .user = "IRAUSER10100", .service = "clockify", .version = 7},
        {.instance = "ins", .user = "tJIRAUSER10100", .service = "clockify", .version = 7},
        {.instance = "inst", .user = "JIRAUSER1010", .service = "0clockify", .version = 7},
        {.instance = "", .user = "instJIRAUSER10100clockify", .service = "", .version = 7},
    };
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    _cleanup_(sealed_done) Sealed sealed = {0};

    seal(keyring, &here, &sealed);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        expect_shut(keyring, &others[i], &sealed);
    expect_open(keyring, &here, &sealed);
}

static void shifted_fields_are_not_the_same(void **state)
{
    static const SealContext one = {.instance = "i", .user = "ab", .service = "c", .version = 1};
    static const SealContext two = {.instance = "i", .user = "a", .service = "bc", .version = 1};
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    _cleanup_(sealed_done) Sealed sealed = {0};

    seal(keyring, &one, &sealed);
    expect_open(keyring, &one, &sealed);
    expect_shut(keyring, &two, &sealed);
}

static void wrong_key_opens_nothing(void **state)
{
    _cleanup_(keyring_freep) Keyring *right = keyring_of(state, 1, 0);
    _cleanup_(keyring_freep) Keyring *wrong = keyring_of(state, 2, 0);
    _cleanup_(sealed_done) Sealed sealed = {0};
    char name[16];

    assert_int_not_equal(keyring_active_id(right), keyring_active_id(wrong));
    seal(right, &here, &sealed);
    expect_shut(wrong, &here, &sealed);
    snprintf(name, sizeof(name), "%08x", keyring_active_id(right));
    assert_non_null(strstr(error.message, name));
    /* With the other key's id written over its own it is found out by the tag. */
    for (int i = 0; i < 4; i++)
        sealed.bytes[4 + i] = (unsigned char)(keyring_active_id(wrong) >> (24 - 8 * i));
    expect_shut(wrong, &here, &sealed);
}

static void old_keys_open_and_the_first_seals(void **state)
{
    _cleanup_(keyring_freep) Keyring *old = keyring_of(state, 1, 0);
    _cleanup_(keyring_freep) Keyring *both = keyring_of(state, 2, 1);
    _cleanup_(keyring_freep) Keyring *new = keyring_of(state, 2, 0);
    _cleanup_(sealed_done) Sealed before = {0}, after = {0};

    seal(old, &here, &before);
    expect_open(both, &here, &before);
    seal(both, &here, &after);
    expect_open(new, &here, &after);
    expect_shut(old, &here, &after);
    assert_true(keyring_has(both, keyring_active_id(old)));
    assert_false(keyring_has(new, keyring_active_id(old)));
}

/* The expected number comes from "openssl dgst -sha256 -mac HMAC", not from this code. */
static void key_id_is_the_documented_one(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys");
    _cleanup_(keyring_freep) Keyring *keyring =
        fixture_keyring(path, "000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f");

    assert_int_equal(keyring_active_id(keyring), 0x963be953);
}

static void expect_refused(const char *file, const char *words)
{
    Keyring *keyring = NULL;

    memset(&error, 0, sizeof(error));
    assert_true(keyring_load(file, &keyring, &error) < 0);
    assert_null(keyring);
    assert_int_equal(error.reason, ERROR_STORE);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" lacks \"%s\"", error.message, words);
}

static void bad_keys_are_refused(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys"), *twice = NULL, *text = NULL;
    char good[65], bad[80];

    fixture_key(1, good);
    const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "holds no key"},
        {"# nothing\n\n", "holds no key"},
        {"00", "line 1"},
        {bad, "line 1"}, /* 63 digits */
        {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", "line 1"}, /* 65 */
        {"\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg", "line 2"},
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "all bytes are the same"},
        {"abababababababababababababababababababababababababababababababab",
         "all bytes are the same"},
        {"0123456789abcdef0123456789abcdef 0123456789abcdef0123456789abcdef", "line 1"},
    };

    snprintf(bad, sizeof(bad), "%.63s", good);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        fixture_write(path, cases[i].text, 0400);
        expect_refused(path, cases[i].words);
        assert_non_null(strstr(error.message, "openssl rand -hex 32"));
        assert_null(strstr(error.message, "0123456789abcdef"));
    }
    twice = xasprintf("%s\n%s\n", good, good);
    fixture_write(path, twice, 0400);
    expect_refused(path, "twice");
    text = xcalloc(1, 20001);
    memset(text, '#', 20000);
    fixture_write(path, text, 0400);
    expect_refused(path, "longer than");
}

/* What a disk leaves of a file after a crash: no blanks, but nothing to start with either. */
static void nul_bytes_are_no_blanks(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys");
    static const char *const ends[] = {"\0", "\n\0\0", "\n \0\n"};
    static const size_t lengths[] = {1, 3, 4};
    char key[65];

    fixture_key(1, key);
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        FILE *file;

        fixture_write(path, key, 0600);
        file = fopen(path, "ae");
        assert_non_null(file);
        assert_int_equal(fwrite(ends[i], 1, lengths[i], file), lengths[i]);
        fclose(file);
        expect_refused(path, i == 0 ? "line 1" : "line 2");
    }
}

static void sixty_four_keys_and_no_more(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys");
    char text[66 * 65 + 1] = "";

    for (unsigned i = 1; i <= 65; i++) {
        char key[65];

        fixture_key(i, key);
        strcat(strcat(text, key), "\n");
        if (i == 64) {
            Keyring *keyring = fixture_keyring(path, text);

            assert_true(keyring_active_id(keyring) != 0);
            keyring_free(keyring);
        }
    }
    fixture_write(path, text, 0400);
    expect_refused(path, "more than 64");
}

static void bad_files_are_refused(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys"), *link = fixture_path(state, "link");
    _cleanup_free_ char *fifo = fixture_path(state, "fifo"), *none = fixture_path(state, "none");
    static const unsigned modes[] = {0404, 0440, 0420, 0402, 0444, 0640, 0644, 0500, 0777};
    char key[65];

    fixture_key(1, key);
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        fixture_write(path, key, modes[i]);
        expect_refused(path, "mode");
    }
    fixture_write(path, key, 0600);
    assert_int_equal(symlink(path, link), 0);
    expect_refused(link, "symbolic link");
    assert_int_equal(mkfifo(fifo, 0400), 0);
    expect_refused(fifo, "no regular file"); /* and does not hang */
    expect_refused(*state, "no regular file");
    expect_refused(none, "No such file");
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
        if (geteuid() != 12345)
            expect_refused(path, "another user");
    }
}

static void owner_modes_are_taken(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "keys");
    static const unsigned modes[] = {0400, 0600};
    char key[65];

    fixture_key(1, key);
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        Keyring *keyring = NULL;

        fixture_write(path, key, modes[i]);
        assert_int_equal(keyring_load(path, &keyring, &error), 0);
        keyring_free(keyring);
    }
}

static void credential_of_systemd_is_taken(void **state)
{
    _cleanup_free_ char *path = fixture_path(state, "master-key");
    static const unsigned modes[] = {0400, 0440};
    char key[65];

    fixture_key(1, key);
    unsetenv("CREDENTIALS_DIRECTORY");
    expect_refused("", "LoadCredential=master-key");
    setenv("CREDENTIALS_DIRECTORY", "relative", 1);
    expect_refused("", "LoadCredential=master-key");
    setenv("CREDENTIALS_DIRECTORY", *state, 1);
    expect_refused("", "No such file");
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        Keyring *keyring = NULL;

        fixture_write(path, key, modes[i]);
        assert_int_equal(keyring_load("", &keyring, &error), 0);
        keyring_free(keyring);
    }
    fixture_write(path, key, 0444);
    expect_refused("", "mode");
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* The example of FIPS 180-2, "abc", and the empty text. */
static void digest_is_sha256(void **state _unused_)
{
    char digest[DIGEST_SIZE];

    keyring_digest("abc", digest);
    assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    keyring_digest("", digest);
    assert_string_equal(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void random_differs(void **state _unused_)
{
    unsigned char one[32] = {0}, two[32] = {0};

    keyring_random(one, sizeof(one));
    keyring_random(two, sizeof(two));
    assert_memory_not_equal(one, two, sizeof(one));
}

/* libcrypto's memory, of which the `allocations_left`-th piece is missing; 0 = all is there. */
static int allocations_left;

static bool is_missing(void)
{
    return allocations_left > 0 && --allocations_left == 0;
}

static void *scarce_malloc(size_t size, const char *file _unused_, int line _unused_)
{
    return is_missing() ? NULL : malloc(size);
}

static void *scarce_realloc(void *memory, size_t size, const char *file _unused_, int line _unused_)
{
    return is_missing() ? NULL : realloc(memory, size);
}

static void scarce_free(void *memory, const char *file _unused_, int line _unused_)
{
    free(memory);
}

/* In a process of its own: 0 it opened, 1 it did not, 2 there was memory enough, else the signal.
 */
static int open_without(int which, const Keyring *keyring, const Sealed *sealed)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        Secret *secret = NULL;
        int r;

        allocations_left = which;
        r = keyring_open(keyring, &here, sealed, &secret, NULL);
        _exit(r < 0 ? 1 : allocations_left > 0 ? 2 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
}

/* "The stored key cannot be opened" would make its user look for a new one. */
static void want_of_memory_is_no_wrong_key(void **state)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of(state, 1, 0);
    _cleanup_(sealed_done) Sealed sealed = {0};
    int ended = 0, which = 1, how;

    seal(keyring, &here, &sealed);
    for (; which < 1000 && (how = open_without(which, keyring, &sealed)) != 2; which++) {
        if (how != 0 && how != SIGABRT)
            fail_msg("without allocation %d: %d", which, how);
        ended += how == SIGABRT;
    }
    assert_in_range(which, 2, 999);
    assert_true(ended > 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_directory, fixture_remove)
    const struct CMUnitTest tests[] = {
        TEST(opens_what_it_sealed),
        TEST(every_length_comes_back),
        TEST(never_twice_the_same),
        TEST(every_flipped_bit_is_found),
        TEST(every_truncation_is_found),
        TEST(only_its_own_place_opens_it),
        TEST(shifted_fields_are_not_the_same),
        TEST(wrong_key_opens_nothing),
        TEST(want_of_memory_is_no_wrong_key),
        TEST(old_keys_open_and_the_first_seals),
        TEST(key_id_is_the_documented_one),
        TEST(bad_keys_are_refused),
        TEST(nul_bytes_are_no_blanks),
        TEST(sixty_four_keys_and_no_more),
        TEST(bad_files_are_refused),
        TEST(owner_modes_are_taken),
        TEST(credential_of_systemd_is_taken),
        cmocka_unit_test(digest_is_sha256),
        cmocka_unit_test(random_differs),
    };

    if (!CRYPTO_set_mem_functions(scarce_malloc, scarce_realloc, scarce_free))
        return EXIT_FAILURE; /* too late: libcrypto has allocated already */
    return cmocka_run_group_tests_name("store/keyring", tests, NULL, NULL);
}
