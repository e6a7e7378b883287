/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Points in time are whole seconds since 1970 UTC (int64_t), as precise as Clockify answers.
 * TIME_NONE stands for "not there" (the end of a running timer). Waiting is done on the monotonic
 * clock, in milliseconds, so that a jump of the wall clock moves no deadline.
 */

#include "base/util.h"

#define TIME_NONE INT64_MIN

int64_t time_now(void);          /* wall clock, seconds */
int64_t time_monotonic_ms(void); /* CLOCK_MONOTONIC, milliseconds */

#define TIME_TEXT_SIZE 32 /* room for every form below */

/* "2026-11-23T10:00:00Z"; years 0001..9999, clamped outside. Returns buffer. */
const char *time_format(int64_t time, char buffer[TIME_TEXT_SIZE]);

/* Jira's worklog form "2026-11-23T10:00:00.000+0000" (colon-less offset and milliseconds are
 * required there; "Z" is refused). Returns buffer. */
const char *time_format_jira(int64_t time, char buffer[TIME_TEXT_SIZE]);

/* Reads RFC 3339 and its relatives: "T" or "t", fraction of any length (dropped), offset as "Z",
 * "+00:00" or "+0000". Refuses impossible dates (31 June), a leap second is read as :59.
 * Returns 0, or -1 and leaves *ret. */
int time_parse(const char *text, int64_t *ret);

/* Reads an ISO 8601 duration of days, hours, minutes, seconds ("PT1H30M", "PT38S", "P1DT2H").
 * Returns 0, or -1 and leaves *ret_seconds. */
int time_parse_duration(const char *text, int64_t *ret_seconds);
