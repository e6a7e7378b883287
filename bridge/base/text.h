/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* UTF-8 and small text work that more than one layer needs. Nothing here knows a protocol. */

#include "base/util.h"

/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(const char *text, size_t length);

/* The code point at *at, which moves past it; 0 at the end. A byte that is no part of valid UTF-8
 * comes back as TEXT_BAD_BYTE + its value, a number that no character has. */
#define TEXT_BAD_BYTE 0x110000u
uint32_t text_next(const char **at);

/* Number of characters (code points) in valid UTF-8. */
size_t text_length(const char *text);

/* Length in bytes of the longest prefix of at most `characters` code points. */
size_t text_prefix(const char *text, size_t characters);

/* A copy cut to at most `characters` code points; the caller frees it. */
char *text_cut(const char *text, size_t characters);

/* A copy with runs of white space (Unicode spaces and line ends included) folded to one ' ' and the
 * ends trimmed; the caller frees it. */
char *text_fold_space(const char *text);

/* Copies what fits into `size` bytes (1 or more) without splitting a character; returns `to`. NULL
 * counts as "". */
char *text_copy(char *to, size_t size, const char *from);

/* Replaces control characters and whatever is no valid UTF-8 by '?', in place: what is left is one
 * line that a terminal shows and does not obey. */
void text_neutralize(char *text);

/* Compare ignoring letter case, by Unicode's simple case folding of the Latin, Greek, Cyrillic and
 * Armenian letters; others must be the same. The locale plays no part, so that every node of a
 * cluster finds the same. Returns true when equal. */
bool text_equal_nocase(const char *a, const char *b);

/* A lower-case copy by the same folding, for use as a look-up key; the caller frees it. */
char *text_lower(const char *text);

bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* Decimal digits only, fits int64_t, nothing before or after. Returns 0, or -1 and leaves *ret. */
int text_to_int64(const char *text, int64_t *ret);
