/* SPDX-License-Identifier: Apache-2.0 */

/* Points in time to and from text. Knows UTC only: no time zone data, no locale. */

#include "base/time.h"

#include <stdio.h>
#include <time.h>

#define EARLIEST        INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LATEST          INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define SECONDS_A_DAY   86400
#define SECONDS_AN_HOUR 3600

/* Where a reader stands; every read_ function moves it on only when it returns true. */
typedef struct Reader {
    const char *at;
} Reader;

static const char *format_as(int64_t time, char buffer[TIME_TEXT_SIZE], const char *form);
static bool read_date(Reader *reader, struct tm *ret);
static bool read_clock(Reader *reader, struct tm *ret);
static bool read_fraction(Reader *reader);
static bool read_offset(Reader *reader, int64_t *ret_seconds);
static bool read_digits(Reader *reader, int count, int least, int most, int *ret);
static bool read_char(Reader *reader, const char *any_of);
static bool read_number(Reader *reader, int64_t *ret);
static int days_of_month(int year, int month);

int64_t time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

int64_t time_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *time_format(int64_t time, char buffer[TIME_TEXT_SIZE])
{
    return format_as(time, buffer, "Z");
}

const char *time_format_jira(int64_t time, char buffer[TIME_TEXT_SIZE])
{
    return format_as(time, buffer, ".000+0000");
}

static const char *format_as(int64_t time, char buffer[TIME_TEXT_SIZE], const char *end)
{
    time_t clamped = time < EARLIEST ? EARLIEST : time > LATEST ? LATEST : time;
    struct tm tm;
    gmtime_r(&clamped, &tm);
    unsigned year = ((unsigned)tm.tm_year + 1900) % 10000;
    snprintf(buffer, TIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u%s", year,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100, end);
    return buffer;
}

int time_parse(const char *text, int64_t *ret)
{
    Reader reader = {text};
    struct tm tm = {0};
    int64_t offset = 0;
    if (!text || !read_date(&reader, &tm) || !read_char(&reader, "Tt") ||
        !read_clock(&reader, &tm) || !read_fraction(&reader) || !read_offset(&reader, &offset) ||
        *reader.at)
        return -1;
    bool leap = tm.tm_sec == 60;
    if (leap)
        tm.tm_sec = 59;
    int64_t time = (int64_t)timegm(&tm) - offset;
    if (time < EARLIEST || time > LATEST)
        return -1;
    if (leap && (time - EARLIEST) % SECONDS_A_DAY != SECONDS_A_DAY - 1)
        return -1; /* one is only ever inserted before midnight UTC */
    *ret = time;
    return 0;
}

int time_parse_duration(const char *text, int64_t *ret_seconds)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'D', SECONDS_A_DAY}, {'H', SECONDS_AN_HOUR}, {'M', 60}, {'S', 1}};
    Reader reader = {text};
    int64_t total = 0;
    size_t unit = 0;
    bool clock = false, any = false;

    if (!text || !read_char(&reader, "P"))
        return -1;
    while (*reader.at) {
        int64_t number, part;
        if (!clock && read_char(&reader, "T")) {
            clock = true;
            unit = 1;
        }
        if (!read_number(&reader, &number))
            return -1;
        bool fraction = *reader.at == '.';
        if (!read_fraction(&reader))
            return -1;
        while (unit < ARRAY_SIZE(units) && units[unit].letter != *reader.at)
            unit++;
        if (unit == ARRAY_SIZE(units) || (unit > 0) != clock || (fraction && *reader.at != 'S'))
            return -1;
        if (__builtin_mul_overflow(number, units[unit].seconds, &part) ||
            __builtin_add_overflow(total, part, &total))
            return -1;
        reader.at++;
        unit++;
        any = true;
    }
    if (!any)
        return -1;
    *ret_seconds = total;
    return 0;
}

static bool read_date(Reader *reader, struct tm *ret)
{
    int year, month, day;
    if (!read_digits(reader, 4, 1, 9999, &year) || !read_char(reader, "-") ||
        !read_digits(reader, 2, 1, 12, &month) || !read_char(reader, "-") ||
        !read_digits(reader, 2, 1, days_of_month(year, month), &day))
        return false;
    ret->tm_year = year - 1900;
    ret->tm_mon = month - 1;
    ret->tm_mday = day;
    return true;
}

static bool read_clock(Reader *reader, struct tm *ret)
{
    return read_digits(reader, 2, 0, 23, &ret->tm_hour) && read_char(reader, ":") &&
           read_digits(reader, 2, 0, 59, &ret->tm_min) && read_char(reader, ":") &&
           read_digits(reader, 2, 0, 60, &ret->tm_sec);
}

/* Nothing at all, or a point and at least one digit. */
static bool read_fraction(Reader *reader)
{
    if (!read_char(reader, "."))
        return true;
    size_t digits = strspn(reader->at, "0123456789");
    reader->at += digits;
    return digits > 0;
}

static bool read_offset(Reader *reader, int64_t *ret_seconds)
{
    int hours, minutes;
    if (read_char(reader, "Zz")) {
        *ret_seconds = 0;
        return true;
    }
    bool west = *reader->at == '-';
    if (!read_char(reader, "+-") || !read_digits(reader, 2, 0, 23, &hours))
        return false;
    read_char(reader, ":"); /* Jira leaves it out */
    if (!read_digits(reader, 2, 0, 59, &minutes))
        return false;
    int64_t seconds = hours * SECONDS_AN_HOUR + minutes * 60;
    *ret_seconds = west ? -seconds : seconds;
    return true;
}

static bool read_digits(Reader *reader, int count, int least, int most, int *ret)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        char c = reader->at[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    if (number < least || number > most)
        return false;
    reader->at += count;
    *ret = number;
    return true;
}

static bool read_char(Reader *reader, const char *any_of)
{
    if (!*reader->at || !strchr(any_of, *reader->at))
        return false;
    reader->at++;
    return true;
}

static bool read_number(Reader *reader, int64_t *ret)
{
    int64_t number = 0;
    const char *at = reader->at;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *at - '0', &number))
            return false;
    if (at == reader->at)
        return false;
    reader->at = at;
    *ret = number;
    return true;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}
