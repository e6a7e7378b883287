/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Letter case without a locale: towlower() depends on what the machine has installed, and a name
 * that one node of a cluster finds must be found by all. Must not grow into a Unicode library: the
 * scripts that have letter case and that people write issues in, no more.
 */

#include "base/text.h"

#include "base/buffer.h"

/* From `first` to `last` every `step`-th is a capital, its small letter `distance` further on.
 * Source: the common and simple mappings (status C and S) of Unicode's CaseFolding.txt; and U+0130,
 * which that file leaves to Turkish rules, as a plain i. */
typedef struct CaseRange {
    uint32_t first, last;
    uint32_t step;
    int32_t distance;
} CaseRange;

/* clang-format off: one range a line */
static const CaseRange ranges[] = {
    /* ASCII */
    {0x0041, 0x005a, 1, 32},
    /* Latin-1, with the micro sign as the Greek mu */
    {0x00b5, 0x00b5, 1, 775},
    {0x00c0, 0x00d6, 1, 32},
    {0x00d8, 0x00de, 1, 32},
    /* Latin Extended-A; U+0130 is the dotted I, U+017F the long s */
    {0x0100, 0x012e, 2, 1},
    {0x0130, 0x0130, 1, -199},
    {0x0132, 0x0136, 2, 1},
    {0x0139, 0x0147, 2, 1},
    {0x014a, 0x0176, 2, 1},
    {0x0178, 0x0178, 1, -121},
    {0x0179, 0x017d, 2, 1},
    {0x017f, 0x017f, 1, -268},
    /* Latin Extended-B: its regular parts */
    {0x01cd, 0x01db, 2, 1},
    {0x01de, 0x01ee, 2, 1},
    {0x01f8, 0x021e, 2, 1},
    {0x0222, 0x0232, 2, 1},
    /* Greek, with the final sigma and the variants of letters */
    {0x0370, 0x0372, 2, 1},
    {0x0376, 0x0376, 1, 1},
    {0x037f, 0x037f, 1, 116},
    {0x0386, 0x0386, 1, 38},
    {0x0388, 0x038a, 1, 37},
    {0x038c, 0x038c, 1, 64},
    {0x038e, 0x038f, 1, 63},
    {0x0391, 0x03a1, 1, 32},
    {0x03a3, 0x03ab, 1, 32},
    {0x03c2, 0x03c2, 1, 1},
    {0x03cf, 0x03cf, 1, 8},
    {0x03d0, 0x03d0, 1, -30},
    {0x03d1, 0x03d1, 1, -25},
    {0x03d5, 0x03d5, 1, -15},
    {0x03d6, 0x03d6, 1, -22},
    {0x03d8, 0x03ee, 2, 1},
    {0x03f0, 0x03f0, 1, -54},
    {0x03f1, 0x03f1, 1, -48},
    {0x03f4, 0x03f4, 1, -60},
    {0x03f5, 0x03f5, 1, -64},
    {0x03f7, 0x03f7, 1, 1},
    {0x03f9, 0x03f9, 1, -7},
    {0x03fa, 0x03fa, 1, 1},
    {0x03fd, 0x03ff, 1, -130},
    /* Cyrillic */
    {0x0400, 0x040f, 1, 80},
    {0x0410, 0x042f, 1, 32},
    {0x0460, 0x0480, 2, 1},
    {0x048a, 0x04be, 2, 1},
    {0x04c0, 0x04c0, 1, 15},
    {0x04c1, 0x04cd, 2, 1},
    {0x04d0, 0x052e, 2, 1},
    /* Armenian */
    {0x0531, 0x0556, 1, 48},
    /* Latin Extended Additional: Vietnamese and more; U+1E9E is the capital sharp s */
    {0x1e00, 0x1e94, 2, 1},
    {0x1e9b, 0x1e9b, 1, -58},
    {0x1e9e, 0x1e9e, 1, -7615},
    {0x1ea0, 0x1efe, 2, 1},
    /* full-width Latin */
    {0xff21, 0xff3a, 1, 32},
};
/* clang-format on */

static uint32_t fold(uint32_t c);
static void add_character(Buffer *buffer, uint32_t c);

bool text_equal_nocase(const char *a, const char *b)
{
    uint32_t left, right;
    do {
        left = fold(text_next(&a));
        right = fold(text_next(&b));
    } while (left == right && left != 0);
    return left == right;
}

char *text_lower(const char *text)
{
    Buffer lower = BUFFER_EMPTY;
    for (uint32_t c; (c = text_next(&text));)
        add_character(&lower, fold(c));
    return buffer_steal(&lower);
}

static uint32_t fold(uint32_t c)
{
    for (size_t i = 0; i < ARRAY_SIZE(ranges) && ranges[i].first <= c; i++)
        if (c <= ranges[i].last && (c - ranges[i].first) % ranges[i].step == 0)
            return (uint32_t)((int32_t)c + ranges[i].distance);
    return c;
}

static void add_character(Buffer *buffer, uint32_t c)
{
    if (c >= TEXT_BAD_BYTE) {
        buffer_add_char(buffer, (char)(c - TEXT_BAD_BYTE));
    } else if (c < 0x80) {
        buffer_add_char(buffer, (char)c);
    } else if (c < 0x800) {
        buffer_add_char(buffer, (char)(0xc0 | c >> 6));
        buffer_add_char(buffer, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buffer_add_char(buffer, (char)(0xe0 | c >> 12));
        buffer_add_char(buffer, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_add_char(buffer, (char)(0x80 | (c & 0x3f)));
    } else {
        buffer_add_char(buffer, (char)(0xf0 | c >> 18));
        buffer_add_char(buffer, (char)(0x80 | (c >> 12 & 0x3f)));
        buffer_add_char(buffer, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_add_char(buffer, (char)(0x80 | (c & 0x3f)));
    }
}
