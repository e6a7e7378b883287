/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times and durations in the written forms of Clockify and Jira; see when.h.
 */
#include "when.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void civil(int64_t ms, struct tm *ret)
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    gmtime_r(&seconds, ret);
}

void when_clockify(int64_t ms, char out[static WHEN_SIZE])
{
    struct tm tm;
    civil(ms, &tm);
    strftime(out, WHEN_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void when_jira(int64_t ms, const char *offset, char out[static WHEN_SIZE])
{
    struct tm tm;
    char head[24];
    civil(ms, &tm);
    strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, WHEN_SIZE, "%s.%03d%.6s", head, (int)((ms % 1000 + 1000) % 1000), offset);
}

void when_duration(int64_t seconds, char out[static WHEN_SIZE])
{
    size_t n = (size_t)snprintf(out, WHEN_SIZE, "PT");
    if (seconds / 3600)
        n += (size_t)snprintf(out + n, WHEN_SIZE - n, "%dH", (int)(seconds / 3600));
    if (seconds % 3600 / 60)
        n += (size_t)snprintf(out + n, WHEN_SIZE - n, "%dM", (int)(seconds % 3600 / 60));
    if (seconds % 60 || n == 2)
        snprintf(out + n, WHEN_SIZE - n, "%dS", (int)(seconds % 60));
}

static bool digits(const char **at, int n, int *ret)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (!isdigit((unsigned char)(*at)[i]))
            return false;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += n;
    *ret = value;
    return true;
}

static bool mark(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool date_time(const char **at, int64_t *ret_ms)
{
    int y, mo, d, h, mi, s;
    if (!digits(at, 4, &y) || !mark(at, '-') || !digits(at, 2, &mo) || !mark(at, '-') ||
        !digits(at, 2, &d) || !mark(at, 'T') || !digits(at, 2, &h) || !mark(at, ':') ||
        !digits(at, 2, &mi) || !mark(at, ':') || !digits(at, 2, &s))
        return false;
    if (mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 59)
        return false;
    struct tm tm = {.tm_year = y - 1900,
                    .tm_mon = mo - 1,
                    .tm_mday = d,
                    .tm_hour = h,
                    .tm_min = mi,
                    .tm_sec = s};
    *ret_ms = (int64_t)timegm(&tm) * 1000;
    return tm.tm_mday == d; /* 31 February was carried over */
}

static bool offset(const char **at, bool colon, int64_t *ret_ms)
{
    int sign = **at == '-' ? -1 : 1, h, m;
    if (!mark(at, '+') && !mark(at, '-'))
        return false;
    if (!digits(at, 2, &h) || (colon && !mark(at, ':')) || !digits(at, 2, &m))
        return false;
    *ret_ms = sign * (h * 60 + m) * INT64_C(60000);
    return true;
}

bool when_parse_clockify(const char *text, int64_t *ret_ms)
{
    int64_t ms, ahead = 0;
    if (!text || !date_time(&text, &ms))
        return false;
    if (mark(&text, '.')) {
        int scale = 100, seen = 0;
        for (; isdigit((unsigned char)*text); text++, scale /= 10, seen++)
            ms += scale * (*text - '0');
        if (!seen)
            return false;
    }
    if (!mark(&text, 'Z') && !offset(&text, true, &ahead))
        return false;
    *ret_ms = ms - ahead;
    return *text == '\0';
}

bool when_parse_jira(const char *text, int64_t *ret_ms)
{
    int64_t ms, ahead;
    int fraction;
    if (!text || !date_time(&text, &ms) || !mark(&text, '.') || !digits(&text, 3, &fraction) ||
        !offset(&text, false, &ahead))
        return false;
    *ret_ms = ms + fraction - ahead;
    return *text == '\0';
}

int64_t when_zone_offset(const char *zone, int64_t ms)
{
    const char *before = getenv("TZ");
    char *keep = before ? strdup(before) : NULL;
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};

    setenv("TZ", zone && *zone ? zone : "UTC", 1);
    tzset();
    localtime_r(&seconds, &tm);
    if (keep)
        setenv("TZ", keep, 1);
    else
        unsetenv("TZ");
    tzset();
    free(keep);
    return (int64_t)tm.tm_gmtoff * 1000;
}
