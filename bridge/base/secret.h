/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A secret is a type of its own so that it cannot slip into a log line or an answer: there is no
 * function that prints one, and its memory is wiped when it is released.
 */

#include "base/util.h"

typedef struct Secret Secret;

/* Copies `length` bytes (1..4096). The caller wipes its own copy. */
Secret *secret_new(const void *bytes, size_t length);
Secret *secret_copy(const Secret *secret); /* NULL gives NULL */
void secret_free(Secret *secret);          /* wipes; accepts NULL */
DEFINE_CLEANUP(Secret, secret_free)
#define _cleanup_secret_ _cleanup_(secret_freep)

/* For the two places that must see the bytes: sealing, and the header of a request. */
const unsigned char *secret_bytes(const Secret *secret);
size_t secret_length(const Secret *secret);

/* A key or token as Clockify and Jira make them: 8..512 visible ASCII characters, so that nothing
 * (CR, LF, NUL, blank) can be smuggled into a header. Returns NULL when it is not one. */
Secret *secret_from_token(const char *text);

/* The last four characters behind "…", for a person to tell keys apart; 8 or fewer show nothing. */
#define SECRET_HINT_SIZE 16
const char *secret_hint(const Secret *secret, char buffer[SECRET_HINT_SIZE]);

/* Overwrites memory that held a secret in a way the compiler keeps. */
void secret_wipe(void *memory, size_t length);
