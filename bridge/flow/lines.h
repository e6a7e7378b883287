/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One user, one line: the intents of a Jira user are carried out strictly in order, one at a time;
 * those of different users side by side. What is blocked waits aside for a person, and lets pass
 * what does not depend on it: other entries, and the edit or discard that mends it.
 */

#include "flow/waiting.h"
#include "store/journal.h"

typedef struct Bridge Bridge;
typedef struct Lines Lines;

Lines *lines_new(Bridge *bridge);
void lines_free(Lines *lines);

/* Takes on an intent that is in the journal. `recovered`: from before this process, so it may have
 * had its effect. Starts nothing: lines_pump does. */
void lines_add(Lines *lines, const Intent *intent, bool recovered);

/* A caller waits for the intent. false: the intent is not in its line (any more). */
bool lines_wait(Lines *lines, const char *user, int64_t intent_id, const WaitFor *what);

/* Starts what can be started. Call it after lines_add and whenever something changed. */
void lines_pump(Lines *lines);

/* A service went down, or nothing may be sent: whoever waits is told "queued" now. */
void lines_answer_all(Lines *lines);

/* Nothing new is started any more: whoever waits for what is not under way is told how it stands.
 */
void lines_drain(Lines *lines);

/* Blocked intents of the user (NULL = of everybody), of one entry (0 = any) are tried again now.
 * How many. */
int64_t lines_retry(Lines *lines, const char *user, int64_t entry_id);
