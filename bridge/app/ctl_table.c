/* SPDX-License-Identifier: Apache-2.0 */

/* Aligns cells and cuts them to the terminal; knows nothing of what they say. */

#include "app/ctl_table.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"

#define GAP           2
#define COLUMN_LEAST  4 /* no column is cut below this */
#define TERMINAL_ELSE 80

struct CtlTable {
    const char *const *titles;
    size_t columns;
    char **cells;
    size_t count;
};

CtlTable *ctl_table_new(const char *const *titles, size_t columns)
{
    CtlTable *table = xcalloc(1, sizeof(*table));
    *table = (CtlTable){.titles = titles, .columns = columns};
    return table;
}

void ctl_table_free(CtlTable *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}

void ctl_table_add(CtlTable *table, char *text)
{
    if (!text || !*text) {
        free(text);
        text = xstrdup("-");
    }
    text_neutralize(text);
    table->cells = xrealloc(table->cells, (table->count + 1) * sizeof(*table->cells));
    table->cells[table->count++] = text;
}

size_t ctl_terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return TERMINAL_ELSE;
    return size.ws_col;
}

static void measure(const CtlTable *table, size_t *widths);
static void fit(size_t *widths, size_t columns, size_t width);
static void print_row(const char *const *cells, const size_t *widths, size_t columns);

void ctl_table_print(const CtlTable *table)
{
    _cleanup_free_ size_t *widths = xcalloc(table->columns, sizeof(*widths));
    measure(table, widths);
    size_t width = ctl_terminal_width();
    if (width > 0)
        fit(widths, table->columns, width);
    print_row(table->titles, widths, table->columns);
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns)
        print_row((const char *const *)table->cells + i, widths, table->columns);
}

static size_t cells_of(uint32_t c);
static size_t text_width(const char *text);

static void measure(const CtlTable *table, size_t *widths)
{
    for (size_t column = 0; column < table->columns; column++)
        widths[column] = text_width(table->titles[column]);
    for (size_t i = 0; i < table->count; i++) {
        size_t width = text_width(table->cells[i]);
        size_t *widest = &widths[i % table->columns];
        *widest = width > *widest ? width : *widest;
    }
}

/* Takes from the widest column, one cell at a time, so that short ones (ids, states) stay whole. */
static void fit(size_t *widths, size_t columns, size_t width)
{
    size_t sum = (columns - 1) * GAP;
    for (size_t i = 0; i < columns; i++)
        sum += widths[i];
    for (; sum > width; sum--) {
        size_t widest = 0;
        for (size_t i = 1; i < columns; i++)
            widest = widths[i] >= widths[widest] ? i : widest;
        if (widths[widest] <= COLUMN_LEAST)
            return;
        widths[widest]--;
    }
}

static void print_cell(const char *text, size_t width, bool last);

static void print_row(const char *const *cells, const size_t *widths, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        print_cell(cells[i], widths[i], i + 1 == columns);
    putchar('\n');
}

static void print_cell(const char *text, size_t width, bool last)
{
    size_t whole = text_width(text);
    size_t room = whole > width ? width - 1 : width; /* the last cell of a cut text is for "…" */
    size_t used = 0;
    const char *at = text;
    for (const char *next = at; *at; at = next) {
        size_t cells = cells_of(text_next(&next));
        if (used + cells > room)
            break;
        used += cells;
    }
    fwrite(text, 1, (size_t)(at - text), stdout);
    if (whole > width) {
        fputs("…", stdout);
        used++;
    }
    if (!last)
        printf("%*s", (int)(width - used) + GAP, "");
}

static size_t text_width(const char *text)
{
    size_t width = 0;
    for (uint32_t c; (c = text_next(&text));)
        width += cells_of(c);
    return width;
}

/* A terminal gives two cells to many Asian characters and none to combining ones. */
static size_t cells_of(uint32_t c)
{
    int width = wcwidth((wchar_t)c);
    return width < 0 ? 1 : (size_t)width;
}
