/* SPDX-License-Identifier: Apache-2.0 */

/* Bytes that must not be seen. There is no function here that prints one, and there must be none.
 */

#include "base/secret.h"

#include <stdio.h>

#define SECRET_MOST      4096
#define TOKEN_LEAST      8
#define TOKEN_MOST       512
#define HINT_SHOWN       4
#define HINT_HIDES_BELOW 9

struct Secret {
    size_t length;
    unsigned char bytes[]; /* and a NUL that is not counted */
};

static bool is_visible(unsigned char c);

Secret *secret_new(const void *bytes, size_t length)
{
    if (length < 1 || length > SECRET_MOST)
        return NULL;
    Secret *secret = xcalloc(1, sizeof(*secret) + length + 1);
    secret->length = length;
    memcpy(secret->bytes, bytes, length);
    return secret;
}

Secret *secret_copy(const Secret *secret)
{
    return secret ? secret_new(secret->bytes, secret->length) : NULL;
}

void secret_free(Secret *secret)
{
    if (!secret)
        return;
    secret_wipe(secret->bytes, secret->length);
    free(secret);
}

const unsigned char *secret_bytes(const Secret *secret)
{
    return secret->bytes;
}

size_t secret_length(const Secret *secret)
{
    return secret->length;
}

Secret *secret_from_token(const char *text)
{
    size_t length = text ? strnlen(text, TOKEN_MOST + 1) : 0;
    if (length < TOKEN_LEAST || length > TOKEN_MOST)
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (!is_visible((unsigned char)text[i]))
            return NULL;
    return secret_new(text, length);
}

const char *secret_hint(const Secret *secret, char buffer[SECRET_HINT_SIZE])
{
    buffer[0] = '\0';
    if (!secret || secret->length < HINT_HIDES_BELOW)
        return buffer;
    const unsigned char *shown = secret->bytes + secret->length - HINT_SHOWN;
    for (int i = 0; i < HINT_SHOWN; i++)
        if (!is_visible(shown[i]))
            return buffer; /* no token at all, so there is nothing a person would know it by */
    snprintf(buffer, SECRET_HINT_SIZE, "…%.*s", HINT_SHOWN, (const char *)shown);
    return buffer;
}

void secret_wipe(void *memory, size_t length)
{
    if (memory)
        explicit_bzero(memory, length);
}

static bool is_visible(unsigned char c)
{
    return c > 0x20 && c < 0x7f;
}
