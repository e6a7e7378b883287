/* SPDX-License-Identifier: Apache-2.0 */
/* See rest_fixture.h. */

#include "tests/unit/remote/rest_fixture.h"

#include "base/time.h"

#define WAIT_MS_MOST 20000
#define CALLS_MOST   4096

const RestOptions fixture_options = {.name = "test",
                                     .ca_file = "",
                                     .client_cert = "",
                                     .client_key = "",
                                     .proxy = "",
                                     .timeout_ms = 5000,
                                     .max_in_flight = 16,
                                     .max_queued = 2000};

void fixture_start(Fixture *fixture, const RestOptions *options)
{
    Error error = {0};

    *fixture = (Fixture){.got = xcalloc(CALLS_MOST, sizeof(Got)),
                         .calls = xcalloc(CALLS_MOST, sizeof(Call))};
    assert_true(sd_event_new(&fixture->event) >= 0);
    assert_int_equal(rest_client_new(fixture->event, options, &fixture->client, &error), 0);
    fixture->server = server_start();
}

void fixture_stop(Fixture *fixture)
{
    for (size_t i = 0; i < fixture->count; i++)
        rest_answer_done(&fixture->got[i].answer);
    free(fixture->got);
    free(fixture->calls);
    rest_client_free(fixture->client);
    server_stop(fixture->server);
    sd_event_unref(fixture->event);
}

char *fixture_url(Fixture *fixture, const char *path)
{
    return xasprintf("http://127.0.0.1:%d%s", server_port(fixture->server), path);
}

static void on_answer(void *arg, RestAnswer *answer);

void fixture_send(Fixture *fixture, RestRequest *request, int tag)
{
    Call *call = &fixture->calls[fixture->call_count++];

    *call = (Call){.fixture = fixture, .tag = tag};
    fixture->in_send = true;
    rest_send(fixture->client, request, on_answer, call);
    fixture->in_send = false;
    assert_null(request->url); /* moved */
}

void fixture_send_path(Fixture *fixture, RestMethod method, const char *path, const char *body,
                       int tag)
{
    RestRequest request = {
        .method = method, .url = fixture_url(fixture, path), .body = xstrdup(body)};

    fixture_send(fixture, &request, tag);
}

static void on_answer(void *arg, RestAnswer *answer)
{
    Call *call = arg;
    Fixture *fixture = call->fixture;
    int tag = call->tag;

    assert_false(fixture->in_send);
    fixture->got[fixture->count++] = (Got){.answer = *answer, .tag = tag};
    answer->body = answer->user_name = NULL; /* moved */
    if (fixture->free_it)
        rest_client_free(STEAL(fixture->client));
    else if (fixture->again-- > 0)
        fixture_send_path(fixture, REST_GET, "/ok", NULL, tag + 1);
}

void fixture_turn(Fixture *fixture)
{
    assert_true(sd_event_run(fixture->event, 50000) >= 0);
}

void fixture_wait(Fixture *fixture, size_t count)
{
    int64_t start_ms = time_monotonic_ms();

    while (fixture->count < count) {
        fixture_turn(fixture);
        if (time_monotonic_ms() - start_ms > WAIT_MS_MOST)
            fail_msg("%zu answers of %zu came in time", fixture->count, count);
    }
}

/* One request, its answer. */
RestAnswer *fixture_ask(Fixture *fixture, RestMethod method, const char *path, const char *body)
{
    size_t before = fixture->count;

    fixture_send_path(fixture, method, path, body, 0);
    fixture_wait(fixture, before + 1);
    return &fixture->got[before].answer;
}
