/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between flows and services, as pure state: is a service up, which workspace wants to
 * be left alone, which answers are still fresh. The time is an argument everywhere. */

#include "tests/unit/base/check.h"

#include <stdio.h>

#include "base/backoff.h"
#include "base/time.h"
#include "flow/cache.h"
#include "flow/limits.h"
#include "flow/upstream.h"

#define MOST UINT32_MAX /* the random part of a back-off at its greatest: the wait is whole */

static const RestAnswer fine = {.outcome = REST_ANSWERED, .status = 200};
static const RestAnswer refused = {.outcome = REST_ANSWERED, .status = 403};
static const RestAnswer broken = {.outcome = REST_ANSWERED, .status = 502};
static const RestAnswer unreachable = {.outcome = REST_NOT_SENT, .problem = "no route"};
static const RestAnswer lost = {.outcome = REST_UNCLEAR, .problem = "reset"};
static const RestAnswer silent = {
    .outcome = REST_UNCLEAR, .timed_out = true, .problem = "time-out"};

/* ---- upstream ---- */

static Upstream fresh(void)
{
    Upstream upstream;

    upstream_init(&upstream);
    return upstream;
}

static void a_new_service_counts_as_up(void **state _unused_)
{
    Upstream upstream = fresh();

    assert_true(upstream_is_open(&upstream, 0));
    assert_true(upstream_admit(&upstream, 0));
    assert_false(upstream.probing);
    assert_int_equal(upstream.last_ok_ms, -1);
    assert_true(upstream.last_ok == TIME_NONE);
}

static void which_answers_take_it_down(void **state _unused_)
{
    const struct {
        const char *name;
        const RestAnswer *answer;
        unsigned needed; /* so many in a row; 0 = never */
    } rows[] = {{"an answer", &fine, 0},
                {"a refusal", &refused, 0},
                {"a server error", &broken, 2},
                {"a broken connection", &lost, 2},
                {"no connection", &unreachable, 1},
                {"silence", &silent, 1}};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Upstream upstream = fresh();

        for (unsigned n = 1; n <= 2; n++) {
            bool changed = upstream_note(&upstream, rows[i].answer, 10 * n, 10 * n + 1, MOST);

            check_row_int(changed, rows[i].needed == n, rows[i].name);
            check_row_int(upstream.down, rows[i].needed && n >= rows[i].needed, rows[i].name);
        }
        check_row(upstream_is_open(&upstream, 30) == !rows[i].needed, rows[i].name);
        check_row(!upstream.problem[0] == !rows[i].needed, rows[i].name);
    }
}

static void while_down_one_probe_at_a_time_passes(void **state _unused_)
{
    Upstream upstream = fresh();

    assert_true(upstream_note(&upstream, &unreachable, 100, 200, MOST));
    assert_string_equal(upstream.problem, "no route");
    assert_int_equal(upstream_wait_ms(&upstream, 200), BACKOFF_FIRST_MS);
    assert_false(upstream_admit(&upstream, 200 + BACKOFF_FIRST_MS - 1));
    assert_true(upstream_admit(&upstream, 200 + BACKOFF_FIRST_MS));
    assert_false(upstream_admit(&upstream, 200 + BACKOFF_FIRST_MS));
    assert_true(upstream_wait_ms(&upstream, 200 + BACKOFF_FIRST_MS) > 0);

    /* The probe fails: twice the wait. */
    assert_false(upstream_note(&upstream, &unreachable, 1200, 1300, MOST));
    assert_int_equal(upstream_wait_ms(&upstream, 1300), 2 * BACKOFF_FIRST_MS);

    /* The next one succeeds: up, and no trace is left. */
    assert_true(upstream_admit(&upstream, 3300));
    assert_true(upstream_note(&upstream, &refused, 3300, 3400, MOST));
    assert_true(upstream_is_open(&upstream, 3400));
    assert_string_equal(upstream.problem, "");
    assert_int_equal(upstream.last_ok_ms, 3400);
    assert_true(upstream_note(&upstream, &unreachable, 3500, 3600, MOST));
    assert_int_equal(upstream_wait_ms(&upstream, 3600), BACKOFF_FIRST_MS);
}

static void the_wait_grows_to_its_most(void **state _unused_)
{
    Upstream upstream = fresh();
    int64_t now = 0;

    for (int i = 0; i < 20; i++) {
        upstream_note(&upstream, &unreachable, now, now, MOST);
        now += upstream_wait_ms(&upstream, now);
        assert_true(upstream_admit(&upstream, now));
    }
    upstream_note(&upstream, &unreachable, now, now, MOST);
    assert_int_equal(upstream_wait_ms(&upstream, now), BACKOFF_MOST_MS);
}

static void an_old_failure_says_nothing_new(void **state _unused_)
{
    Upstream upstream = fresh();

    /* Others were answered since it was sent. */
    upstream_note(&upstream, &fine, 100, 150, MOST);
    assert_false(upstream_note(&upstream, &silent, 120, 500, MOST));
    assert_true(upstream_is_open(&upstream, 500));
    /* The rest of what was under way when it went down. */
    assert_true(upstream_note(&upstream, &unreachable, 600, 700, MOST));
    for (int i = 0; i < 9; i++)
        assert_false(upstream_note(&upstream, &unreachable, 650, 800, MOST));
    assert_int_equal(upstream.failures, 1);
    assert_int_equal(upstream_wait_ms(&upstream, 700), BACKOFF_FIRST_MS);
}

static void a_success_between_starts_the_count_anew(void **state _unused_)
{
    Upstream upstream = fresh();

    upstream_note(&upstream, &broken, 10, 11, MOST);
    assert_string_equal(upstream.problem, "answered with HTTP status 502");
    upstream_note(&upstream, &fine, 20, 21, MOST);
    upstream_note(&upstream, &broken, 30, 31, MOST);
    assert_true(upstream_is_open(&upstream, 40));
}

static void a_limit_is_obeyed_and_never_shortened(void **state _unused_)
{
    Upstream upstream = fresh();

    upstream_limit(&upstream, 5000);
    upstream_limit(&upstream, 3000);
    assert_false(upstream_is_open(&upstream, 4999));
    assert_false(upstream_admit(&upstream, 4999));
    assert_int_equal(upstream_wait_ms(&upstream, 1000), 4000);
    assert_true(upstream_is_open(&upstream, 5000));
    assert_true(upstream_admit(&upstream, 5000));
    /* Down and limited: the longer of the two. */
    upstream_note(&upstream, &unreachable, 5000, 5000, MOST);
    assert_int_equal(upstream_wait_ms(&upstream, 5000), BACKOFF_FIRST_MS);
    upstream_limit(&upstream, 9000);
    assert_int_equal(upstream_wait_ms(&upstream, 5000), 4000);
}

static void a_reset_forgets_the_outage(void **state _unused_)
{
    Upstream upstream = fresh();

    upstream_note(&upstream, &unreachable, 10, 10, MOST);
    upstream_limit(&upstream, 90000);
    upstream_reset(&upstream);
    assert_true(upstream_is_open(&upstream, 20));
    assert_int_equal(upstream_wait_ms(&upstream, 20), 0);
    assert_string_equal(upstream.problem, "");
}

/* ---- limits ---- */

static void the_time_that_is_told_counts(void **state _unused_)
{
    Limits *limits = limits_new();

    assert_int_equal(limits_wait_ms(limits, "w1", 0), 0);
    assert_int_equal(limits_add(limits, "w1", 7, 1000), 7000);
    assert_int_equal(limits_wait_ms(limits, "w1", 1000), 7000);
    assert_int_equal(limits_wait_ms(limits, "w1", 7999), 1);
    assert_int_equal(limits_wait_ms(limits, "w1", 8000), 0);
    assert_int_equal(limits_wait_ms(limits, "w2", 1000), 0);
    /* A shorter time told meanwhile shortens nothing. */
    assert_int_equal(limits_add(limits, "w1", 2, 2000), 6000);
    limits_free(limits);
    limits_free(NULL);
}

static void without_a_time_it_doubles_from_ours(void **state _unused_)
{
    Limits *limits = limits_new();
    int64_t now = 0, wait = 0;

    assert_int_equal(limits_add(limits, "w1", -1, now), LIMITS_FIRST_MS);
    /* Those that were under way together are one refusal. */
    assert_int_equal(limits_add(limits, "w1", -1, now + 10), LIMITS_FIRST_MS);
    now += LIMITS_FIRST_MS + 10;
    assert_int_equal(limits_add(limits, "w1", 0, now), 2 * LIMITS_FIRST_MS);
    for (int i = 0; i < 10; i++) {
        now += 2 * BACKOFF_MOST_MS;
        wait = limits_add(limits, "w1", -1, now);
    }
    assert_int_equal(wait, BACKOFF_MOST_MS);
    limits_free(limits);
}

static void an_answer_ends_it_once_the_time_is_over(void **state _unused_)
{
    Limits *limits = limits_new();

    limits_add(limits, "w1", -1, 0);
    limits_forget(limits, "w1", 10); /* an answer to what was sent before */
    assert_true(limits_wait_ms(limits, "w1", 10) > 0);
    limits_forget(limits, "w1", LIMITS_FIRST_MS);
    assert_int_equal(limits_add(limits, "w1", -1, LIMITS_FIRST_MS), LIMITS_FIRST_MS);
    limits_clear(limits);
    assert_int_equal(limits_wait_ms(limits, "w1", LIMITS_FIRST_MS), 0);
    limits_forget(limits, "w1", 0);
    limits_free(limits);
}

/* ---- cache ---- */

static RestAnswer answer_with(const char *body)
{
    return (RestAnswer){.outcome = REST_ANSWERED,
                        .status = 200,
                        .body = (char *)body,
                        .length = body ? strlen(body) : 0,
                        .json = true,
                        .user_name = (char *)"ada"};
}

static void an_answer_is_kept_for_a_while(void **state _unused_)
{
    Cache *cache = cache_new(8, 1000);
    RestAnswer answer = answer_with("[1]");
    const RestAnswer *kept;

    assert_null(cache_get(cache, "a\nx", 60, 0));
    cache_put(cache, "a\nx", &answer, 1000);
    kept = cache_get(cache, "a\nx", 60, 61000);
    assert_non_null(kept);
    assert_string_equal(kept->body, "[1]");
    assert_string_equal(kept->user_name, "ada");
    assert_ptr_not_equal(kept->body, answer.body);
    assert_null(cache_get(cache, "a\nx", 60, 61001));
    assert_non_null(cache_get(cache, "a\nx", 61, 61001)); /* each asks for the age it can bear */
    assert_null(cache_get(cache, "b\nx", 60, 1000));
    answer = answer_with(NULL);
    cache_put(cache, "a\nx", &answer, 2000);
    assert_string_equal(cache_get(cache, "a\nx", 60, 2000)->body, "");
    cache_free(cache);
    cache_free(NULL);
}

static void the_oldest_makes_room(void **state _unused_)
{
    Cache *cache = cache_new(2, 1000);
    RestAnswer answer = answer_with("x");

    cache_put(cache, "1", &answer, 20);
    cache_put(cache, "2", &answer, 10);
    cache_put(cache, "3", &answer, 30);
    assert_non_null(cache_get(cache, "1", 1, 30));
    assert_null(cache_get(cache, "2", 1, 30));
    assert_non_null(cache_get(cache, "3", 1, 30));
    cache_free(cache);
}

static void bytes_are_bounded_too(void **state _unused_)
{
    Cache *cache = cache_new(100, 40);
    RestAnswer ten = answer_with("0123456789"), eleven = answer_with("0123456789a");
    char key[2] = "a";

    cache_put(cache, "big", &ten, 0);
    cache_put(cache, "big", &eleven, 1); /* over a quarter of it all: not kept, nor the old one */
    assert_null(cache_get(cache, "big", 9, 1));
    for (; key[0] <= 'f'; key[0]++)
        cache_put(cache, key, &ten, key[0]);
    assert_null(cache_get(cache, "b", 9, 200));
    for (key[0] = 'c'; key[0] <= 'f'; key[0]++)
        assert_non_null(cache_get(cache, key, 9, 200));
    cache_free(cache);
}

static void what_a_user_changed_is_forgotten(void **state _unused_)
{
    Cache *cache = cache_new(100, 1000);
    RestAnswer answer = answer_with("x");
    char key[24];

    for (int i = 0; i < 30; i++) {
        snprintf(key, sizeof(key), "%s\n%s?%d", i % 2 ? "ada" : "bob", i % 3 ? "tags" : "user", i);
        cache_put(cache, key, &answer, 0);
    }
    cache_forget(cache, "ada\n", "tags");
    for (int i = 0; i < 30; i++) {
        bool kept = i % 2 == 0 || i % 3 == 0;

        snprintf(key, sizeof(key), "%s\n%s?%d", i % 2 ? "ada" : "bob", i % 3 ? "tags" : "user", i);
        assert_true(kept == (cache_get(cache, key, 1, 0) != NULL));
    }
    cache_forget(cache, "ada\n", "");
    assert_null(cache_get(cache, "ada\nuser?3", 1, 0));
    assert_non_null(cache_get(cache, "bob\ntags?2", 1, 0));
    cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_service_counts_as_up),
        cmocka_unit_test(which_answers_take_it_down),
        cmocka_unit_test(while_down_one_probe_at_a_time_passes),
        cmocka_unit_test(the_wait_grows_to_its_most),
        cmocka_unit_test(an_old_failure_says_nothing_new),
        cmocka_unit_test(a_success_between_starts_the_count_anew),
        cmocka_unit_test(a_limit_is_obeyed_and_never_shortened),
        cmocka_unit_test(a_reset_forgets_the_outage),
        cmocka_unit_test(the_time_that_is_told_counts),
        cmocka_unit_test(without_a_time_it_doubles_from_ours),
        cmocka_unit_test(an_answer_ends_it_once_the_time_is_over),
        cmocka_unit_test(an_answer_is_kept_for_a_while),
        cmocka_unit_test(the_oldest_makes_room),
        cmocka_unit_test(bytes_are_bounded_too),
        cmocka_unit_test(what_a_user_changed_is_forgotten),
    };

    return cmocka_run_group_tests_name("flow/upstream, limits, cache", tests, NULL, NULL);
}
