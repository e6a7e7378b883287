/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests: the cap, the order, kept connections, and a client that goes away under them. */

#include "tests/unit/remote/rest_fixture.h"

static void connections_are_kept(void **state)
{
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (int i = 0; i < 20; i++)
        assert_int_equal(
            fixture_ask(&fixture, i % 2 ? REST_POST : REST_GET, "/ok", i % 2 ? "{}" : NULL)->status,
            200);
    assert_int_equal(server_counts(fixture.server).connections, 1);
    fixture_stop(&fixture);
}

static void a_thousand_with_a_cap(void **state)
{
    RestStats stats;
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (int i = 0; i < 1000; i++) {
        RestRequest request = {.url = fixture_url(&fixture, "/wait/2"), .person_waits = i >= 500};

        fixture_send(&fixture, &request, i);
    }
    stats = rest_stats(fixture.client);
    assert_int_equal(stats.in_flight, 16);
    assert_int_equal(stats.queued, 984);
    fixture_wait(&fixture, 1000);
    stats = rest_stats(fixture.client);
    assert_int_equal(stats.most_in_flight, 16);
    assert_int_equal(stats.sent, 1000);
    assert_int_equal(stats.answered, 1000);
    assert_true(server_counts(fixture.server).most <= 16);
    assert_true(server_counts(fixture.server).connections <= 16);
    /* The 16 that went out at once were nobody's; then all who wait, then the rest. Answers may
     * overtake one another, but once a 17th of nobody's is there all who wait have left the queue:
     * 15 at most are still under way. */
    for (size_t i = 0, persons = 0, others = 0; i < 1000; i++) {
        *(fixture.got[i].tag >= 500 ? &persons : &others) += 1;
        if (others > 16)
            check_row(persons >= 485, "a person's request goes first");
    }
    fixture_stop(&fixture);
}

static void one_at_a_time_keeps_the_order(void **state)
{
    RestOptions options = fixture_options;
    Fixture fixture;
    static const int order[] = {0, 4, 5, 6, 1, 2, 3};

    (void)state;
    options.max_in_flight = 1;
    fixture_start(&fixture, &options);
    for (int i = 0; i < 7; i++) {
        RestRequest request = {.url = fixture_url(&fixture, "/wait/5"), .person_waits = i >= 4};

        fixture_send(&fixture, &request, i);
    }
    fixture_wait(&fixture, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(fixture.got[i].tag, order[i]);
    fixture_stop(&fixture);
}

static void a_full_queue(void **state)
{
    RestOptions options = fixture_options;
    Fixture fixture;

    (void)state;
    options.max_in_flight = 1;
    options.max_queued = 2;
    fixture_start(&fixture, &options);
    for (int i = 0; i < 4; i++)
        fixture_send_path(&fixture, REST_POST, "/wait/50", "{}", i);
    assert_int_equal(fixture.count, 0);
    fixture_wait(&fixture, 4);
    assert_int_equal(fixture.got[0].tag, 3);
    assert_int_equal(fixture.got[0].answer.outcome, REST_NOT_SENT);
    assert_int_equal(fixture.got[0].answer.last_page, -1);
    assert_string_equal(fixture.got[0].answer.body, "");
    assert_int_equal(server_counts(fixture.server).requests, 3);
    fixture_stop(&fixture);
}

static void a_callback_may_send_and_free(void **state)
{
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    fixture.again = 50;
    fixture_send_path(&fixture, REST_GET, "/ok", NULL, 0);
    fixture_wait(&fixture, 51);
    assert_int_equal(fixture.got[50].tag, 50);
    fixture.free_it = true;
    for (int i = 0; i < 30; i++)
        fixture_send_path(&fixture, REST_GET, "/wait/10", NULL, 0);
    fixture_wait(&fixture, 52);
    assert_null(fixture.client);
    for (int i = 0; i < 5; i++)
        fixture_turn(&fixture);
    assert_int_equal(fixture.count, 52); /* the other 29 are dropped */
    fixture_stop(&fixture);
}

static void what_is_retired_still_answers(void **state)
{
    Fixture fixture;

    (void)state;
    fixture_start(&fixture, &fixture_options);
    for (int i = 0; i < 40; i++)
        fixture_send_path(&fixture, REST_GET, "/wait/5", NULL, i);
    rest_client_retire(STEAL(fixture.client));
    fixture_wait(&fixture, 40);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(fixture.got[i].answer.outcome, REST_ANSWERED);
    fixture_turn(&fixture);
    rest_client_retire(NULL);
    fixture_stop(&fixture);
}

static void options_that_make_no_sense(void **state)
{
    sd_event *event = NULL;
    RestClient *client = NULL;
    RestOptions options = fixture_options;
    Error error = {0};

    (void)state;
    assert_true(sd_event_new(&event) >= 0);
    options.max_in_flight = 0;
    assert_true(rest_client_new(event, &options, &client, &error) < 0);
    assert_int_equal(error.reason, ERROR_INTERNAL);
    options.max_in_flight = 5000;
    assert_true(rest_client_new(event, &options, &client, &error) < 0);
    assert_null(client);
    rest_client_free(NULL);
    sd_event_unref(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_kept),
        cmocka_unit_test(a_thousand_with_a_cap),
        cmocka_unit_test(one_at_a_time_keeps_the_order),
        cmocka_unit_test(a_full_queue),
        cmocka_unit_test(a_callback_may_send_and_free),
        cmocka_unit_test(what_is_retired_still_answers),
        cmocka_unit_test(options_that_make_no_sense),
    };

    rest_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
