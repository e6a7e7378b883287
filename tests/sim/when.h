/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times and durations in the written forms of Clockify and Jira. Milliseconds since 1970
 * everywhere.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WHEN_SIZE 40

/* "2026-05-29T14:30:00Z": what Clockify answers, always to the second. */
void when_clockify(int64_t ms, char out[static WHEN_SIZE]);
/* "2026-05-29T14:30:00.123" and the offset that the caller wants: "+0000" in Jira, "+00:00" for its
 * tokens. */
void when_jira(int64_t ms, const char *offset, char out[static WHEN_SIZE]);
/* "PT1H30M5S"; "PT0S" for nothing. */
void when_duration(int64_t seconds, char out[static WHEN_SIZE]);
/* ISO 8601 with Z or an offset and any or no fraction, as Clockify takes it. */
bool when_parse_clockify(const char *text, int64_t *ret_ms);
/* yyyy-MM-dd'T'HH:mm:ss.SSSZ with a colon-less offset and nothing else, as Jira takes it. */
bool when_parse_jira(const char *text, int64_t *ret_ms);
/* How far the zone (an IANA name or a POSIX TZ) was ahead of UTC then, in ms. Not for several
 * threads: hold Sim.lock. */
int64_t when_zone_offset(const char *zone, int64_t ms);
