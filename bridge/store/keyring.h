/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sealing and opening of stored secrets; the only file that uses libcrypto. A blob is AES-256-GCM
 * under a key derived for that one record (HKDF-SHA256 of the master key with a random salt), its
 * associated data bind it to instance, user, service and record version: a blob moved anywhere else
 * does not open. A Keyring never changes after it was loaded, so both threads may use it.
 *
 * Blob: "CBS1" | key id (4 bytes, big endian) | salt 32 | nonce 12 | ciphertext | tag 16.
 */

#include "base/error.h"
#include "base/secret.h"

typedef struct Keyring Keyring;

/* Reads the master keys: from `file` (regular file of mode 0400 or 0600 owned by root or the
 * caller, opened once, no symbolic link), or when `file` is "" from the systemd credential
 * "master-key" ($CREDENTIALS_DIRECTORY). 64 hexadecimal digits a line; the first key seals, the
 * others only open; blank lines and # comments are skipped. Errors: ERROR_STORE with a message that
 * says what is wrong and how to make a key; never the key. */
int keyring_load(const char *file, Keyring **ret, Error *error);
void keyring_free(Keyring *keyring); /* wipes */
DEFINE_CLEANUP(Keyring, keyring_free)

/* Key ids are the first 4 bytes of a key check value, HMAC-SHA256(key, "clockify-bridge/kcv"): the
 * same key has the same id everywhere. */
uint32_t keyring_active_id(const Keyring *keyring);
bool keyring_has(const Keyring *keyring, uint32_t key_id);

/* false: the memory of the keys could not be locked against swapping (worth a warning). */
bool keyring_locked_memory(const Keyring *keyring);

/* What a sealed secret is bound to. */
typedef struct SealContext {
    const char *instance; /* of this installation, made once and kept in the database */
    const char *user;     /* Jira user key */
    const char *service;  /* "clockify" or "jira" */
    int64_t version;      /* grows with every new secret of that user and service */
} SealContext;

typedef struct Sealed {
    unsigned char *bytes;
    size_t length;
} Sealed;
void sealed_done(Sealed *sealed);
int sealed_key_id(const Sealed *sealed, uint32_t *ret); /* -1 when it is no blob */

int keyring_seal(const Keyring *keyring, const SealContext *context, const Secret *secret,
                 Sealed *ret, Error *error);

/* Errors: ERROR_STORE for an unknown key id, a changed byte, another context, a short blob: always
 * the same kind of message, which never says more than the key id. */
int keyring_open(const Keyring *keyring, const SealContext *context, const Sealed *sealed,
                 Secret **ret, Error *error);

/* SHA-256 of a text as 64 hexadecimal digits plus NUL, for comparing requests. */
#define DIGEST_SIZE 65
void keyring_digest(const char *text, char ret[DIGEST_SIZE]);

/* HMAC-SHA256 of some bytes under a key that is itself a stored secret. */
#define MAC_SIZE 32
void keyring_mac(const Secret *key, const void *bytes, size_t length, unsigned char ret[MAC_SIZE]);
bool keyring_same(const void *one, const void *other, size_t length); /* in constant time */

/* Random bytes from the system's generator. Aborts when there are none. */
void keyring_random(void *bytes, size_t length);
