/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Writes mdoc(7), the language of manual pages: what the tables of the programs say becomes a part
 * of the manual. Texts are texts, whatever they contain. */

#include "base/buffer.h"

/* Running text: lines of a page's width, a new one for each sentence. */
void mdoc_text(Buffer *page, const char *text);

/* A macro with one argument, of which nothing is broken but behind a comma: mdoc_macro(page, "It
 * Ic", "server set"). */
void mdoc_macro(Buffer *page, const char *macro, const char *argument);

/* A macro alone: mdoc_line(page, "El"). */
void mdoc_line(Buffer *page, const char *macro);
