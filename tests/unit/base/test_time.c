/* SPDX-License-Identifier: Apache-2.0 */

/* Points in time and durations to and from text; when to try again. */

#include "check.h"

#include <stdio.h>

#include "base/backoff.h"
#include "base/time.h"

#define UNTOUCHED (-77)

static void reading_times(void **state _unused_)
{
    static const struct {
        const char *text;
        int64_t time;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"2026-11-23T10:00:00Z", 1795428000},
        {"2026-11-23t10:00:00z", 1795428000},
        {"2026-11-23T10:00:00.999Z", 1795428000},
        {"2026-11-23T10:00:00.123456789012345Z", 1795428000},
        {"2026-11-23T11:00:00+01:00", 1795428000},
        {"2026-11-23T10:00:00.000+0000", 1795428000},
        {"2026-11-23T04:30:00-0530", 1795428000},
        {"2026-11-24T09:59:00+23:59", 1795428000},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"2000-02-29T00:00:00Z", 951782400},
        {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
        {"2016-12-31T23:59:60Z", 1483228799},
        {"2017-01-01T00:59:60+01:00", 1483228799},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t time = UNTOUCHED;
        check_row_int(time_parse(rows[i].text, &time), 0, rows[i].text);
        check_row_int(time, rows[i].time, rows[i].text);
    }
}

static void refusing_times(void **state _unused_)
{
    static const char *const rows[] = {
        "",
        "2026-11-23",
        "2026-11-23T10:00Z",
        "2026-11-23 10:00:00Z",
        "2026-11-23T10:00:00",
        "2026-11-23T10:00:00.Z",
        "2026-11-23T10:00:00,5Z",
        "2026-11-23T10:00:00ZZ",
        "2026-11-23T10:00:00Z ",
        " 2026-11-23T10:00:00Z",
        "2026-11-23T10:00:00+1",
        "2026-11-23T10:00:00+01",
        "2026-11-23T10:00:00+01:0",
        "2026-11-23T10:00:00+24:00",
        "2026-11-23T10:00:00+01:60",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-06-31T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T10:60:00Z",
        "2026-11-23T10:00:61Z",
        "2026-11-23T10:00:60Z",
        "2016-12-31T23:59:60+01:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "-2026-11-23T10:00:00Z",
        "2026-1-23T10:00:00Z",
        "+026-11-23T10:00:00Z",
        "1795428000",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t time = UNTOUCHED;
        check_row_int(time_parse(rows[i], &time), -1, rows[i]);
        check_row_int(time, UNTOUCHED, rows[i]);
    }
    assert_int_equal(time_parse(NULL, &(int64_t){0}), -1);
}

static void writing_times(void **state _unused_)
{
    static const struct {
        int64_t time;
        const char *text, *jira;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000+0000"},
        {-1, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000+0000"},
        {1795428000, "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000+0000"},
        {INT64_C(-62135596800), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+0000"},
        {INT64_C(-62135596801), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+0000"},
        {TIME_NONE, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+0000"},
        {INT64_C(253402300799), "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000+0000"},
        {INT64_C(253402300800), "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000+0000"},
        {INT64_MAX, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000+0000"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char buffer[TIME_TEXT_SIZE];
        check_row_text(time_format(rows[i].time, buffer), rows[i].text, rows[i].text);
        check_row_text(time_format_jira(rows[i].time, buffer), rows[i].jira, rows[i].text);
    }
}

/* A prime number of seconds apart, so that every field takes part. */
static void times_come_back(void **state _unused_)
{
    for (int64_t time = INT64_C(-62135596800); time <= INT64_C(253402300799); time += 31622777) {
        char buffer[TIME_TEXT_SIZE];
        int64_t again = UNTOUCHED;
        assert_int_equal(time_parse(time_format(time, buffer), &again), 0);
        check_row_int(again, time, buffer);
        assert_int_equal(time_parse(time_format_jira(time, buffer), &again), 0);
        check_row_int(again, time, buffer);
    }
}

static void durations(void **state _unused_)
{
    static const struct {
        const char *text;
        int result;
        int64_t seconds;
    } rows[] = {
        {"PT0S", 0, 0},
        {"PT38S", 0, 38},
        {"PT1H30M", 0, 5400},
        {"PT1H30M5S", 0, 5405},
        {"PT86H40M13S", 0, 312013},
        {"P1DT2H", 0, 93600},
        {"P1D", 0, 86400},
        {"PT90M", 0, 5400},
        {"PT1.5S", 0, 1},
        {"PT9223372036854775807S", 0, INT64_MAX},
        {"PT9223372036854775808S", -1, 0},
        {"PT2562047788015216H", -1, 0},
        {"PT1M9223372036854775807S", -1, 0},
        {"", -1, 0},
        {"P", -1, 0},
        {"PT", -1, 0},
        {"P1DT", -1, 0},
        {"PT1", -1, 0},
        {"PTS", -1, 0},
        {"1H", -1, 0},
        {"P1H", -1, 0},
        {"PT1D", -1, 0},
        {"P1W", -1, 0},
        {"P1M", -1, 0},
        {"P1Y", -1, 0},
        {"PT1M1H", -1, 0},
        {"PT1S1S", -1, 0},
        {"PTT1S", -1, 0},
        {"PT1.5H", -1, 0},
        {"PT1.S", -1, 0},
        {"PT-1S", -1, 0},
        {"-PT1S", -1, 0},
        {"PT1S ", -1, 0},
        {"pt1s", -1, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t seconds = UNTOUCHED;
        check_row_int(time_parse_duration(rows[i].text, &seconds), rows[i].result, rows[i].text);
        check_row_int(seconds, rows[i].result == 0 ? rows[i].seconds : UNTOUCHED, rows[i].text);
    }
    assert_int_equal(time_parse_duration(NULL, &(int64_t){0}), -1);
}

static void clocks(void **state _unused_)
{
    int64_t before = time_monotonic_ms();
    assert_true(time_monotonic_ms() >= before);
    assert_true(time_now() > 1700000000);
}

static void backing_off(void **state _unused_)
{
    static const struct {
        unsigned failures;
        int64_t first, most, shortest, longest;
    } rows[] = {
        {1, 1000, 300000, 500, 1000},
        {0, 1000, 300000, 500, 1000},
        {2, 1000, 300000, 1000, 2000},
        {9, 1000, 300000, 128000, 256000},
        {10, 1000, 300000, 150000, 300000},
        {11, 1000, 300000, 150000, 300000},
        {4000000000u, 1000, 300000, 150000, 300000},
        {1, 5000, 1000, 500, 1000},
        {1, 1, 1, 1, 1},
        {3, 0, 1000, 0, 0},
        {70, 1, INT64_MAX / 4, INT64_MAX / 8, INT64_MAX / 4},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char label[32];
        snprintf(label, sizeof(label), "%u failures, row %zu", rows[i].failures, i);
        int64_t shortest = backoff_ms(rows[i].failures, rows[i].first, rows[i].most, 0);
        int64_t middle = backoff_ms(rows[i].failures, rows[i].first, rows[i].most, UINT32_MAX / 2);
        int64_t longest = backoff_ms(rows[i].failures, rows[i].first, rows[i].most, UINT32_MAX);
        check_row(llabs(shortest - rows[i].shortest) <= 1, label);
        check_row_int(longest, rows[i].longest, label);
        check_row(shortest <= middle && middle <= longest, label);
    }
    assert_true(backoff_ms(5, 1000, 300000, 1u << 31) > backoff_ms(5, 1000, 300000, 1u << 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_times), cmocka_unit_test(refusing_times),
        cmocka_unit_test(writing_times), cmocka_unit_test(times_come_back),
        cmocka_unit_test(durations),     cmocka_unit_test(clocks),
        cmocka_unit_test(backing_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
