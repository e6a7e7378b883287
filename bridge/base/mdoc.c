/* SPDX-License-Identifier: Apache-2.0 */
/* Writes mdoc(7); see mdoc.h. */

#include "base/mdoc.h"

#define LINE_WIDTH 76

/* A hyphen at the start of a word is one that is typed, and so are those after it. */
static void add_char(Buffer *page, char c, bool typed)
{
    if (c == '\\')
        buffer_add_text(page, "\\e");
    else if (c == '-' && typed)
        buffer_add_text(page, "\\-");
    else if (c == '"' && typed)
        buffer_add_text(page, "\\(dq");
    else
        buffer_add_char(page, c);
}

static bool ends_sentence(const char *word, size_t length, const char *next)
{
    char last = length ? word[length - 1] : ' ';

    return (last == '.' || last == '?' || last == '!') && *next;
}

/* Of the protocol or a table, not of the language. */
static bool is_name(const char *word, size_t length)
{
    return memchr(word, '_', length) || memchr(word, '{', length) || memchr(word, '}', length);
}

static char *escape_word(const char *word, size_t length, bool first)
{
    Buffer text = BUFFER_EMPTY;
    bool typed = false;

    if (first && (*word == '.' || *word == '\''))
        buffer_add_text(&text, "\\&"); /* else it were a macro */
    if (is_name(word, length))
        buffer_add_text(&text, "\\%"); /* no hyphen gets into it */
    for (size_t i = 0; i < length; i++) {
        typed = typed || (word[i] == '-' && (i == 0 || strchr("[(|\"", word[i - 1])));
        add_char(&text, word[i], typed && word[i] == '-');
    }
    return buffer_steal(&text);
}

void mdoc_text(Buffer *page, const char *text)
{
    size_t column = 0;

    for (text += strspn(text, " \n"); *text;) {
        size_t length = strcspn(text, " \n");
        const char *next = text + length + strspn(text + length, " \n");
        _cleanup_free_ char *word = escape_word(text, length, column == 0);

        if (column > 0 && column + 1 + strlen(word) > LINE_WIDTH) {
            free(word);
            word = escape_word(text, length, true);
            buffer_add_char(page, '\n');
            column = 0;
        }
        buffer_addf(page, "%s%s", column > 0 ? " " : "", word);
        column += (column > 0) + strlen(word);
        if (ends_sentence(text, length, next)) {
            buffer_add_char(page, '\n');
            column = 0;
        }
        text = next;
    }
    if (column > 0)
        buffer_add_char(page, '\n');
}

void mdoc_macro(Buffer *page, const char *macro, const char *argument)
{
    buffer_addf(page, ".%s \"", macro);
    for (; *argument; argument++) {
        add_char(page, *argument, true);
        if (*argument == ',' && argument[1] != ' ')
            buffer_add_text(page, "\\:"); /* a long example may be broken here */
    }
    buffer_add_text(page, "\"\n");
}

void mdoc_line(Buffer *page, const char *macro)
{
    buffer_addf(page, ".%s\n", macro);
}
