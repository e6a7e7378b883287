/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A master key file of any bytes. What is taken as one must be one by the plainest reading: lines
 * that are blank, begin with # or are 64 hexadecimal digits between blanks; what is refused must
 * not be quoted.
 */

#include <stdio.h>

#include "fuzz.h"
#include "store/keyring.h"

#define KEY        "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFE"
#define KEY_OTHER  "f0112233445566778899aabbccddeeff00112233445566778899aabbccddeefe"
#define KEY_DIGITS 64

static size_t count_keys(const char *text, size_t length);
static size_t count_digits(const char *line, size_t length);
static bool is_quoted(const char *message, const char *text, size_t length);

static const FuzzSeed seeds[] = {
    {"one", KEY},
    {"two", "# new\n" KEY "\n\n  " KEY_OTHER " \r\n"},
    {"twice", KEY "\n" KEY "\n"},
    {"same", "0101010101010101010101010101010101010101010101010101010101010101\n"},
    {"short", "00112233445566778899aabbccddeeff\n"},
    {"none", "# nothing\n\n"},
};
static const char nul_line[] = KEY "\n\0\0\0\n";
static const char nul_end[] = KEY "\0\n";

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
    add(context, "nul-line", nul_line, sizeof(nul_line) - 1);
    add(context, "nul-end", nul_end, sizeof(nul_end) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *path = fuzz_file(bytes, length), *text = (const char *)bytes;
    _cleanup_(keyring_freep) Keyring *keyring = NULL;
    Error error = {0};
    size_t keys = count_keys(text, length);
    if (keyring_load(path, &keyring, &error) < 0) {
        require(error.reason == ERROR_STORE && error.message[0]);
        require(!is_quoted(error.message, text, length));
        return 0;
    }
    require(keys > 0 && keyring_has(keyring, keyring_active_id(keyring)));
    return 0;
}

/* 0 where a line is neither blank nor a comment nor a key. */
static size_t count_keys(const char *text, size_t length)
{
    size_t keys = 0;
    for (size_t at = 0, next; at < length; at = next + 1) {
        const char *stop = memchr(text + at, '\n', length - at);
        next = stop ? (size_t)(stop - text) : length;
        size_t digits = count_digits(text + at, next - at);
        if (digits != 0 && digits != KEY_DIGITS)
            return 0;
        keys += digits == KEY_DIGITS;
    }
    return keys;
}

/* SIZE_MAX where the line holds anything else; 0 for a comment. */
static size_t count_digits(const char *line, size_t length)
{
    size_t digits = 0, first = 0;
    while (first < length && (line[first] == ' ' || line[first] == '\t'))
        first++;
    if (first < length && line[first] == '#')
        return 0;
    for (size_t i = first; i < length; i++) {
        bool digit = line[i] && strchr("0123456789abcdefABCDEF", line[i]);
        if (!digit && line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return SIZE_MAX;
        digits += digit;
    }
    return digits;
}

/* Sixteen digits of a key in a message are half a secret. */
static bool is_quoted(const char *message, const char *text, size_t length)
{
    for (size_t i = 0; i + 16 <= length; i++) {
        char part[17];
        snprintf(part, sizeof(part), "%.16s", text + i);
        if (strlen(part) == 16 && count_digits(part, 16) == 16 && strstr(message, part))
            return true;
    }
    return false;
}
