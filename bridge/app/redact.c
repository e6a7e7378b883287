/* SPDX-License-Identifier: Apache-2.0 */

/* Word by word; see redact.h. */

#include "app/redact.h"

#include <ctype.h>

#include "base/text.h"

#define HIDDEN "(hidden)"
#define SECRET_LEAST                                                                               \
    20               /* shorter than any key or token of the services; ids are hidden with them */
#define WORD_MOST 32 /* no word of a language is longer */
#define ENDS_WORD " \t\r\n\"'<>,;()[]{}"

static bool is_secret_char(char c)
{
    return isalnum((unsigned char)c) || c == '+' || c == '/' || c == '=';
}

/* The length of a run that may be a secret; 0 where there is none. */
static size_t secret_run(const char *text, size_t left)
{
    size_t length = 0;
    bool digit = false, letter = false, slash = false;
    for (; length < left && is_secret_char(text[length]); length++) {
        digit = digit || isdigit((unsigned char)text[length]);
        letter = letter || isalpha((unsigned char)text[length]);
        slash = slash || text[length] == '/';
    }
    bool secret = length >= SECRET_LEAST && digit && letter;
    return secret || (length >= WORD_MOST && !slash) ? length : 0;
}

static bool is_named(const char *word, size_t length, const StringList names)
{
    for (StringList name = names; name && *name; name++)
        if (strlen(*name) == length && strncmp(*name, word, length) == 0)
            return true;
    return false;
}

/* Of an address only who it is for is hidden; a word with an "@" is one of mail. */
static size_t hide_user(const char *word, size_t length, Buffer *ret)
{
    const char *at = memrchr(word, '@', length);
    const char *scheme = memmem(word, length, "://", 3);
    if (!at)
        return 0;
    if (!scheme || scheme > at) {
        buffer_add_text(ret, HIDDEN);
        return length;
    }
    buffer_add(ret, word, (size_t)(scheme + 3 - word));
    buffer_add_text(ret, HIDDEN);
    return (size_t)(at - word);
}

static void add_word(const char *word, size_t length, const StringList names, Buffer *ret)
{
    if (is_named(word, length, names)) {
        buffer_add_text(ret, HIDDEN);
        return;
    }
    for (size_t i = hide_user(word, length, ret); i < length;) {
        size_t run = secret_run(word + i, length - i);
        size_t plain = 1;
        if (run == 0)
            while (i + plain < length && is_secret_char(word[i]) && is_secret_char(word[i + plain]))
                plain++;
        if (run > 0)
            buffer_add_text(ret, HIDDEN);
        else
            buffer_add(ret, word + i, plain);
        i += run > 0 ? run : plain;
    }
}

void redact(const char *text, const StringList names, Buffer *ret)
{
    while (*text) {
        size_t length = strcspn(text, ENDS_WORD);
        add_word(text, length, names, ret);
        text += length;
        if (*text)
            buffer_add_char(ret, *text++);
    }
}

static void strip_comments(const char *text, Buffer *ret);
static void hide_values(Buffer *text, Buffer *ret);

void redact_config(const char *text, const StringList names, Buffer *ret)
{
    _cleanup_(buffer_done) Buffer bare = BUFFER_EMPTY;
    _cleanup_(buffer_done) Buffer hidden = BUFFER_EMPTY;
    strip_comments(text, &bare);
    hide_values(&bare, &hidden);
    redact(buffer_text(&hidden), names, ret);
}

static void strip_comments(const char *text, Buffer *ret)
{
    bool quoted = false, block = false;
    for (const char *c = text; *c; c++) {
        if (block) {
            block = !(c[0] == '*' && c[1] == '/');
            c += !block;
        } else if (!quoted && c[0] == '/' && c[1] == '*') {
            block = true;
        } else if (!quoted && (*c == '#' || (c[0] == '/' && c[1] == '/'))) {
            c += strcspn(c, "\n") - 1;
        } else {
            if (*c == '"')
                quoted = !quoted;
            buffer_add_char(ret, *c);
            if (quoted && c[0] == '\\' && c[1])
                buffer_add_char(ret, *++c);
        }
    }
}

/* Settings that may hold a password in a form that is no address: the rest of their line goes. */
static void hide_values(Buffer *text, Buffer *ret)
{
    static const char *const settings[] = {"proxy", "conninfo"};
    char *rest = text->data;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *cut = NULL;
        for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
            char *found = strstr(line, settings[i]);
            if (found && (!cut || found < cut))
                cut = found + strlen(settings[i]);
        }
        if (cut)
            buffer_addf(ret, "%.*s = " HIDDEN "\n", (int)(cut - line), line);
        else
            buffer_addf(ret, "%s\n", line);
    }
}
