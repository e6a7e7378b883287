/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Master keys, sealing and opening; the only file that uses libcrypto (OpenSSL 3, and of it only
 * what a FIPS provider has: HKDF and HMAC with SHA-256, AES-256-GCM). Must not log, and no key or
 * plain text may stay in memory that this file does not wipe.
 */

#include "store/keyring.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <sys/mman.h>

#include "base/buffer.h"
#include "store/keyring_file.h"

#define KEY_SIZE 32
#define KEYS_MAX 64

/* The blob, as in keyring.h. */
#define MAGIC       "CBS1"
#define MAGIC_SIZE  4
#define ID_SIZE     4
#define SALT_SIZE   32
#define NONCE_SIZE  12
#define TAG_SIZE    16
#define ID_AT       MAGIC_SIZE
#define SALT_AT     (ID_AT + ID_SIZE)
#define NONCE_AT    (SALT_AT + SALT_SIZE)
#define HEADER_SIZE (NONCE_AT + NONCE_SIZE)
#define PLAIN_MAX   4096 /* as secret_new takes */

#define RECORD_INFO "clockify-bridge/record/v1"
#define CHECK_INFO  "clockify-bridge/kcv"

/* Room for the keys and for the file while it is read. */
#define SECURE_HEAP (64 * 1024)

struct Keyring {
    size_t count;
    uint32_t ids[KEYS_MAX];
    unsigned char *keys; /* KEYS_MAX * KEY_SIZE, in the secure heap */
    bool locked;
    EVP_KDF *hkdf;
    EVP_CIPHER *cipher;
};

static int parse_keys(Keyring *keyring, const char *path, const char *text, size_t length,
                      Error *error);
static bool is_blank(char c);
static int add_key(Keyring *keyring, const char *path, int line, const char *text, size_t length,
                   Error *error);
static bool all_equal(const unsigned char *bytes, size_t length);
static uint32_t key_check_value(const unsigned char *key);
static void hmac(const unsigned char *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char ret[MAC_SIZE]);
static const unsigned char *find_key(const Keyring *keyring, uint32_t id);
static void derive(const Keyring *keyring, const unsigned char *key, const unsigned char *salt,
                   unsigned char ret[KEY_SIZE]);
static void associated_data(Buffer *data, const unsigned char *header, const SealContext *context);
static void add_field(Buffer *data, const char *text);
static bool encrypt(const Keyring *keyring, const unsigned char *key, const SealContext *context,
                    const Secret *secret, unsigned char *blob);
static bool decrypt(const Keyring *keyring, const unsigned char *key, const SealContext *context,
                    const Sealed *sealed, unsigned char *plain, size_t length);
static void put_u32(unsigned char *target, uint32_t value);
static uint32_t get_u32(const unsigned char *source);

int keyring_load(const char *file, Keyring **ret, Error *error)
{
    _cleanup_(keyring_freep) Keyring *keyring = xcalloc(1, sizeof(*keyring));
    _cleanup_free_ char *path = NULL;
    size_t length = 0;
    char *text;
    int r;

    if (!CRYPTO_secure_malloc_initialized())
        (void)CRYPTO_secure_malloc_init(SECURE_HEAP,
                                        KEY_SIZE); /* failing: ordinary memory, not locked */
    keyring->keys = OPENSSL_secure_zalloc(KEYS_MAX * KEY_SIZE);
    keyring->hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    keyring->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    text = OPENSSL_secure_zalloc(KEYRING_FILE_MAX);
    if (!keyring->keys || !text)
        abort();
    if (!keyring->hkdf || !keyring->cipher) {
        OPENSSL_secure_clear_free(text, KEYRING_FILE_MAX);
        return error_set(error, ERROR_STORE,
                         "OpenSSL offers no HKDF or AES-256-GCM: check openssl.cnf.");
    }
    /* Locking what the secure heap has locked already changes nothing; it only tells whether that
     * worked. */
    keyring->locked =
        CRYPTO_secure_allocated(keyring->keys) && mlock(keyring->keys, KEYS_MAX * KEY_SIZE) == 0;

    r = keyring_file_read(file, text, &length, &path, error);
    if (r >= 0)
        r = parse_keys(keyring, path, text, length, error);
    OPENSSL_secure_clear_free(text, KEYRING_FILE_MAX);
    if (r < 0)
        return r;
    *ret = STEAL(keyring);
    return 0;
}

static int parse_keys(Keyring *keyring, const char *path, const char *text, size_t length,
                      Error *error)
{
    const char *end = text + length;

    for (int line = 1; text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        const char *next = stop ? stop + 1 : end;
        int r = 0;

        stop = stop ? stop : end;
        while (text < stop && (is_blank(stop[-1]) || stop[-1] == '\r'))
            stop--;
        while (text < stop && is_blank(*text))
            text++;
        if (text < stop && *text != '#')
            r = add_key(keyring, path, line, text, (size_t)(stop - text), error);
        if (r < 0)
            return r;
        text = next;
    }
    if (keyring->count == 0)
        return error_set(
            error, ERROR_STORE,
            "The master key %s holds no key: put the output of \"openssl rand -hex 32\" there.",
            path);
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int add_key(Keyring *keyring, const char *path, int line, const char *text, size_t length,
                   Error *error)
{
    unsigned char *key = keyring->keys + keyring->count * KEY_SIZE;
    uint32_t id;

    if (keyring->count == KEYS_MAX)
        return error_set(
            error, ERROR_STORE,
            "The master key %s holds more than %d keys: run \"clockify-bridgectl rotate\" and "
            "remove the old ones.",
            path, KEYS_MAX);
    for (size_t i = 0; i < length; i++)
        if (!strchr("0123456789abcdefABCDEF", text[i]) || !text[i])
            length = 0;
    if (length != 2 * (size_t)KEY_SIZE)
        return error_set(
            error, ERROR_STORE,
            "The master key %s, line %d: no key of 64 hexadecimal digits. Make one with "
            "\"openssl rand -hex 32\".",
            path, line);
    for (size_t i = 0; i < KEY_SIZE; i++)
        key[i] = (unsigned char)(OPENSSL_hexchar2int((unsigned char)text[2 * i]) << 4 |
                                 OPENSSL_hexchar2int((unsigned char)text[2 * i + 1]));
    if (all_equal(key, KEY_SIZE))
        return error_set(
            error, ERROR_STORE,
            "The master key %s, line %d: all bytes are the same, which is no secret. Make a "
            "key with \"openssl rand -hex 32\".",
            path, line);
    id = key_check_value(key);
    if (keyring_has(keyring, id))
        return error_set(
            error, ERROR_STORE,
            "The master key %s, line %d: key %08x stands there twice. Remove one; a new key "
            "comes from \"openssl rand -hex 32\".",
            path, line, id);
    keyring->ids[keyring->count++] = id;
    return 0;
}

static bool all_equal(const unsigned char *bytes, size_t length)
{
    unsigned char difference = 0;

    for (size_t i = 1; i < length; i++)
        difference |= bytes[i] ^ bytes[0];
    return difference == 0;
}

static uint32_t key_check_value(const unsigned char *key)
{
    unsigned char value[MAC_SIZE];

    hmac(key, KEY_SIZE, CHECK_INFO, strlen(CHECK_INFO), value);
    return get_u32(value);
}

static void hmac(const unsigned char *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char ret[MAC_SIZE])
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    size_t size = 0;

    if (!context || !EVP_MAC_init(context, key, key_length, params) ||
        !EVP_MAC_update(context, bytes, length) || !EVP_MAC_final(context, ret, &size, MAC_SIZE) ||
        size != MAC_SIZE)
        abort(); /* a library without HMAC-SHA256 can keep no secret */
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
}

void keyring_free(Keyring *keyring)
{
    if (!keyring)
        return;
    OPENSSL_secure_clear_free(keyring->keys, KEYS_MAX * KEY_SIZE);
    EVP_KDF_free(keyring->hkdf);
    EVP_CIPHER_free(keyring->cipher);
    free(keyring);
}

uint32_t keyring_active_id(const Keyring *keyring)
{
    return keyring->ids[0];
}

bool keyring_has(const Keyring *keyring, uint32_t key_id)
{
    return find_key(keyring, key_id) != NULL;
}

static const unsigned char *find_key(const Keyring *keyring, uint32_t id)
{
    for (size_t i = 0; i < keyring->count; i++)
        if (keyring->ids[i] == id)
            return keyring->keys + i * KEY_SIZE;
    return NULL;
}

bool keyring_locked_memory(const Keyring *keyring)
{
    return keyring->locked;
}

void sealed_done(Sealed *sealed)
{
    free(sealed->bytes);
    *sealed = (Sealed){0};
}

int sealed_key_id(const Sealed *sealed, uint32_t *ret)
{
    if (!sealed->bytes || sealed->length <= HEADER_SIZE + TAG_SIZE ||
        sealed->length > HEADER_SIZE + TAG_SIZE + PLAIN_MAX ||
        memcmp(sealed->bytes, MAGIC, MAGIC_SIZE) != 0)
        return -1;
    *ret = get_u32(sealed->bytes + ID_AT);
    return 0;
}

int keyring_seal(const Keyring *keyring, const SealContext *context, const Secret *secret,
                 Sealed *ret, Error *error)
{
    Sealed sealed = {.length = HEADER_SIZE + secret_length(secret) + TAG_SIZE};
    unsigned char key[KEY_SIZE];
    bool good;

    sealed.bytes = xmalloc(sealed.length);
    memcpy(sealed.bytes, MAGIC, MAGIC_SIZE);
    put_u32(sealed.bytes + ID_AT, keyring_active_id(keyring));
    keyring_random(sealed.bytes + SALT_AT, SALT_SIZE + NONCE_SIZE);
    derive(keyring, keyring->keys, sealed.bytes + SALT_AT, key);
    good = encrypt(keyring, key, context, secret, sealed.bytes);
    OPENSSL_cleanse(key, sizeof(key));
    if (!good) {
        sealed_done(&sealed);
        return error_set(error, ERROR_STORE,
                         "OpenSSL could not seal a secret; nothing was stored.");
    }
    *ret = sealed;
    return 0;
}

int keyring_open(const Keyring *keyring, const SealContext *context, const Sealed *sealed,
                 Secret **ret, Error *error)
{
    unsigned char key[KEY_SIZE], plain[PLAIN_MAX];
    const unsigned char *master;
    uint32_t id = 0;
    size_t length;
    bool good;

    if (sealed_key_id(sealed, &id) < 0)
        return error_set(error, ERROR_STORE,
                         "A stored secret cannot be opened: it has to be entered anew.");
    master = find_key(keyring, id);
    if (!master)
        return error_set(error, ERROR_STORE,
                         "A stored secret cannot be opened: master key %08x is not in the keyring.",
                         id);
    length = sealed->length - HEADER_SIZE - TAG_SIZE;
    derive(keyring, master, sealed->bytes + SALT_AT, key);
    good = decrypt(keyring, key, context, sealed, plain, length);
    OPENSSL_cleanse(key, sizeof(key));
    if (good)
        *ret = secret_new(plain, length);
    OPENSSL_cleanse(plain, length);
    if (!good)
        return error_set(
            error, ERROR_STORE,
            "A stored secret cannot be opened with master key %08x: it has to be entered anew.",
            id);
    return 0;
}

/* One key a record, so that no nonce can ever meet another one under the same key. */
static void derive(const Keyring *keyring, const unsigned char *key, const unsigned char *salt,
                   unsigned char ret[KEY_SIZE])
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, KEY_SIZE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, SALT_SIZE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (char[]){RECORD_INFO},
                                          strlen(RECORD_INFO)),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(keyring->hkdf);

    if (!context || EVP_KDF_derive(context, ret, KEY_SIZE, params) <= 0)
        abort(); /* out of memory: no key is wrong here */
    EVP_KDF_CTX_free(context);
}

/* The blob's header and whom it belongs to; each field behind its length, so that none can lend a
 * byte to its neighbour. */
static void associated_data(Buffer *data, const unsigned char *header, const SealContext *context)
{
    unsigned char version[8];

    buffer_add(data, header, HEADER_SIZE);
#ifdef BRIDGE_BROKEN_DROP_AAD /* a deliberate fault, see tests/broken */
    return;
#endif
    add_field(data, context->instance);
    add_field(data, context->user);
    add_field(data, context->service);
    put_u32(version, (uint32_t)((uint64_t)context->version >> 32));
    put_u32(version + 4, (uint32_t)context->version);
    buffer_add(data, version, sizeof(version));
}

static void add_field(Buffer *data, const char *text)
{
    unsigned char length[4];

    put_u32(length, (uint32_t)strlen(text));
    buffer_add(data, length, sizeof(length));
    buffer_add_text(data, text);
}

static bool encrypt(const Keyring *keyring, const unsigned char *key, const SealContext *context,
                    const Secret *secret, unsigned char *blob)
{
    _cleanup_(buffer_done) Buffer data = BUFFER_EMPTY;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    size_t size = secret_length(secret);
    int length = 0;
    bool good;

    associated_data(&data, blob, context);
    good =
        cipher && EVP_EncryptInit_ex2(cipher, keyring->cipher, key, blob + NONCE_AT, NULL) &&
        EVP_EncryptUpdate(cipher, NULL, &length, (const unsigned char *)data.data,
                          (int)data.length) &&
        EVP_EncryptUpdate(cipher, blob + HEADER_SIZE, &length, secret_bytes(secret), (int)size) &&
        (size_t)length == size && EVP_EncryptFinal_ex(cipher, blob + HEADER_SIZE + size, &length) &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, blob + HEADER_SIZE + size);
    EVP_CIPHER_CTX_free(cipher);
    return good;
}

/* The tag alone says whether it is the right key; whatever else fails is want of memory, and a user
 * must not be asked for a new secret for that. */
static bool decrypt(const Keyring *keyring, const unsigned char *key, const SealContext *context,
                    const Sealed *sealed, unsigned char *plain, size_t length)
{
    _cleanup_(buffer_done) Buffer data = BUFFER_EMPTY;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    unsigned char *blob = sealed->bytes;
    int count = 0;
    bool good;

    associated_data(&data, blob, context);
    if (!cipher || !EVP_DecryptInit_ex2(cipher, keyring->cipher, key, blob + NONCE_AT, NULL) ||
        !EVP_DecryptUpdate(cipher, NULL, &count, (const unsigned char *)data.data,
                           (int)data.length) ||
        !EVP_DecryptUpdate(cipher, plain, &count, blob + HEADER_SIZE, (int)length) ||
        !EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, blob + HEADER_SIZE + length))
        abort();
    good = EVP_DecryptFinal_ex(cipher, plain + length, &count) > 0;
    EVP_CIPHER_CTX_free(cipher);
    return good;
}

void keyring_digest(const char *text, char ret[DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    if (!EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(), NULL) ||
        length * 2 + 1 != DIGEST_SIZE)
        abort();
    for (unsigned i = 0; i < length; i++) {
        ret[2 * i] = digits[digest[i] >> 4];
        ret[2 * i + 1] = digits[digest[i] & 15];
    }
    ret[DIGEST_SIZE - 1] = '\0';
}

void keyring_mac(const Secret *key, const void *bytes, size_t length, unsigned char ret[MAC_SIZE])
{
    hmac(secret_bytes(key), secret_length(key), bytes, length, ret);
}

bool keyring_same(const void *one, const void *other, size_t length)
{
    return CRYPTO_memcmp(one, other, length) == 0;
}

void keyring_random(void *bytes, size_t length)
{
    if (RAND_bytes(bytes, (int)length) != 1)
        abort();
}

static void put_u32(unsigned char *target, uint32_t value)
{
    target[0] = (unsigned char)(value >> 24);
    target[1] = (unsigned char)(value >> 16);
    target[2] = (unsigned char)(value >> 8);
    target[3] = (unsigned char)value;
}

static uint32_t get_u32(const unsigned char *source)
{
    return (uint32_t)source[0] << 24 | (uint32_t)source[1] << 16 | (uint32_t)source[2] << 8 |
           source[3];
}
