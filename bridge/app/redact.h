/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Takes out of a text what is nobody else's business, before it leaves the machine: whatever looks
 * like a key or a token, what stands before the "@" of an address, mail addresses, and the words
 * that are named. It hides too much rather than too little.
 */

#include "base/buffer.h"
#include "base/config.h"

/* Adds `text` to *ret with "(hidden)" in the place of each of these. `names` may be NULL. */
void redact(const char *text, const StringList names, Buffer *ret);

/* The same of a configuration's text, whose comments are left out. */
void redact_config(const char *text, const StringList names, Buffer *ret);
