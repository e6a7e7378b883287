/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What gets recorded, as functions of the settings: descriptions, tag names, and the worklog of an
 * entry. */

#include "base/config.h"
#include "store/journal.h"

/* Fills a template: {key}, {summary}, {type}, {project}, {description}; other braces stay as they
 * are. The caller frees it. */
char *plan_template(const char *template, const char *key, const Json *details,
                    const char *description);

/* The entry's description as Clockify takes it: the caller's choice, else by template. The caller
 * frees it. */
char *plan_description(const Config *config, const Entry *entry);

/* Names of the tags an issue asks for, each once (letter case ignored), as an array owned by the
 * caller. */
Json *plan_tags(const Config *config, const Json *details);

/* Whole seconds to record: rounded to step_s as set, at least minimum_s; 0 = no worklog. The result
 * is a multiple of 60, since Jira keeps whole minutes and drops the rest. */
int64_t plan_seconds(const Config *config, int64_t seconds);

/* The worklog of an ended entry: WORKLOG_PENDING, or WORKLOG_SKIPPED with the reason when it is too
 * short, or when the timer was stopped elsewhere and such entries get none. */
void plan_worklog(const Config *config, const Entry *entry, bool stopped_elsewhere, Worklog *ret);

/* Store work: writes the planned worklog once. *ret_pending = its id when it waits to be written
 * into Jira now, else 0. */
int plan_write_worklog(Db *db, const Config *config, const Entry *entry, bool stopped_elsewhere,
                       int64_t *ret_pending, Error *error);
