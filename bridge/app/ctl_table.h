/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Text in columns: aligned, and on a terminal cut to its width. Whatever a person or a service put
 * into a cell cannot steer the terminal: control characters are replaced.
 */

#include "base/util.h"

typedef struct CtlTable CtlTable;

/* `titles` are borrowed. */
CtlTable *ctl_table_new(const char *const *titles, size_t columns);
void ctl_table_free(CtlTable *table);
DEFINE_CLEANUP(CtlTable, ctl_table_free)

/* Adds the next cell, from left to right; `text` is taken over, NULL = "-". */
void ctl_table_add(CtlTable *table, char *text);

/* Writes it to standard output. */
void ctl_table_print(const CtlTable *table);

/* Columns of standard output if it is a terminal; 0 otherwise. */
size_t ctl_terminal_width(void);
