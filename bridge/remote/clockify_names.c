/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as Clockify takes them. Limits are from its OpenAPI document; that "<" and ">" are refused
 * and that white space is folded in names, from recorded answers and its browser extension. Lengths
 * are counted in UTF-16 units, as its Java does, so that an emoji counts twice.
 */

#include "base/buffer.h"
#include "base/text.h"
#include "remote/clockify.h"

static char *replace_angles(const char *text);
static size_t utf16_length(const char *text);
static size_t utf16_prefix(const char *text, size_t units);
static size_t units_at(const char *text);
static void trim_end(char *text);

char *clockify_name(ClockifyList list, const char *name, const char **ret_reason)
{
    static const struct {
        size_t least, most;
    } limits[] = {
        [LIST_PROJECTS] = {CLOCKIFY_PROJECT_NAME_LEAST, CLOCKIFY_PROJECT_NAME_MOST},
        [LIST_TASKS] = {1, CLOCKIFY_TASK_NAME_MOST},
        [LIST_TAGS] = {1, CLOCKIFY_TAG_NAME_MOST},
    };
    _cleanup_free_ char *folded = text_fold_space(name ? name : "");
    _cleanup_free_ char *clean = replace_angles(folded);

    if (list == LIST_TAGS) {
        clean[utf16_prefix(clean, CLOCKIFY_TAG_NAME_MOST)] = '\0';
        trim_end(clean);
    }
    if (utf16_length(clean) < limits[list].least || utf16_length(clean) > limits[list].most) {
        if (ret_reason)
            *ret_reason = utf16_length(clean) < limits[list].least ? "too_short" : "too_long";
        return NULL;
    }
    return STEAL(clean);
}

char *clockify_description(const char *text)
{
    char *clean = replace_angles(text ? text : "");

    clean[utf16_prefix(clean, CLOCKIFY_DESCRIPTION_MOST)] = '\0';
    return clean;
}

static char *replace_angles(const char *text)
{
    Buffer clean = BUFFER_EMPTY;

    for (; *text; text++) {
        if (*text == '<')
            buffer_add_text(&clean, "\u2039");
        else if (*text == '>')
            buffer_add_text(&clean, "\u203a");
        else
            buffer_add_char(&clean, *text);
    }
    return buffer_steal(&clean);
}

static size_t utf16_length(const char *text)
{
    size_t units = 0;

    for (; *text; text++)
        units += units_at(text);
    return units;
}

/* Bytes of the longest prefix of at most so many units that ends between two characters. */
static size_t utf16_prefix(const char *text, size_t units)
{
    size_t used = 0;

    for (size_t i = 0; text[i]; i++) {
        used += units_at(text + i);
        if (used > units)
            return i;
    }
    return strlen(text);
}

/* Units of the character that begins at this byte; 0 for the bytes that go on with one. */
static size_t units_at(const char *text)
{
    unsigned char c = (unsigned char)*text;

    if ((c & 0xc0) == 0x80)
        return 0;
    return c >= 0xf0 ? 2 : 1;
}

static void trim_end(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
}
