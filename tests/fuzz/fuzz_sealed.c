/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A stored secret of any bytes: whatever the database holds, nothing opens but what was sealed, and
 * not for anybody else.
 */

#include "fuzz.h"
#include "store/keyring.h"

#define KEY   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefe\n"
#define TOKEN "AnnasClockifyKey0123456789"

static const SealContext here = {"instance", "JIRAUSER10100", "clockify", 1};
static const SealContext elsewhere = {"instance", "JIRAUSER10101", "clockify", 1};

static Keyring *keyring_of_tests(void);
static void seal(const Keyring *keyring, Sealed *ret);
static void put_over(Sealed *sealed, FuzzInput *input);
static void check(const Keyring *keyring, const Sealed *sealed, bool changed);

void fuzz_seeds(FuzzAdd *add, void *context)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of_tests();
    _cleanup_(sealed_done) Sealed sealed = {0};
    seal(keyring, &sealed);
    _cleanup_free_ char *blob = xasprintf("b%.*s", 4, (const char *)sealed.bytes);
    add(context, "beginning", blob, strlen(blob));
    add(context, "whole", "p", 1);
    add(context, "bit", "p\x05\x01\x30\x80", 5);
    add(context, "cut", "c\x10", 2);
}

/* "b": the rest is a blob. "p": pairs of place and bits to turn in one that was sealed. "c": so
 * many bytes are missing from it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    _cleanup_(keyring_freep) Keyring *keyring = keyring_of_tests();
    FuzzInput input = {bytes, length};
    _cleanup_(sealed_done) Sealed sealed = {0};
    uint8_t how = fuzz_byte(&input);
    if (how == 'b') {
        sealed = (Sealed){(unsigned char *)fuzz_text(&input), input.length};
        check(keyring, &sealed, true);
        return 0;
    }
    seal(keyring, &sealed);
    _cleanup_free_ unsigned char *before = xmalloc(sealed.length);
    size_t before_length = sealed.length;
    memcpy(before, sealed.bytes, sealed.length);
    if (how == 'c')
        sealed.length -= fuzz_byte(&input) % sealed.length;
    else
        put_over(&sealed, &input);
    check(keyring, &sealed,
          sealed.length != before_length || memcmp(before, sealed.bytes, sealed.length) != 0);
    return 0;
}

static Keyring *keyring_of_tests(void)
{
    Keyring *keyring = NULL;
    require(keyring_load(fuzz_file(KEY, strlen(KEY)), &keyring, NULL) == 0);
    return keyring;
}

static void seal(const Keyring *keyring, Sealed *ret)
{
    _cleanup_secret_ Secret *secret = secret_new(TOKEN, strlen(TOKEN));
    require(keyring_seal(keyring, &here, secret, ret, NULL) == 0);
}

static void put_over(Sealed *sealed, FuzzInput *input)
{
    while (input->length > 0) {
        size_t place = fuzz_byte(input) % sealed->length;
        sealed->bytes[place] ^= fuzz_byte(input);
    }
}

static void check(const Keyring *keyring, const Sealed *sealed, bool changed)
{
    _cleanup_secret_ Secret *opened = NULL, *stolen = NULL;
    uint32_t id;
    Error error = {0};
    int r = keyring_open(keyring, &here, sealed, &opened, &error);
    require((r == 0) == !changed);
    require(r == 0 ? opened != NULL : error.reason == ERROR_STORE && !opened);
    require(keyring_open(keyring, &elsewhere, sealed, &stolen, NULL) < 0 && !stolen);
    require(r < 0 || sealed_key_id(sealed, &id) == 0);
    if (opened)
        require(secret_length(opened) == strlen(TOKEN) &&
                memcmp(secret_bytes(opened), TOKEN, strlen(TOKEN)) == 0);
}
