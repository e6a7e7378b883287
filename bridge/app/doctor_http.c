/* SPDX-License-Identifier: Apache-2.0 */

/* The doctor's requests: as the bridge makes them, by the same code, but waited for. */

#include <systemd/sd-event.h>

#include "app/doctor_check.h"
#include "base/time.h"

#define REQUEST_MS 10000
#define GUARD_MS   (REQUEST_MS + 5000) /* libcurl's own limit comes first */
#define TURN_US    200000

typedef struct Ask {
    RestAnswer answer;
    bool done;
} Ask;

static void on_answer(void *arg, RestAnswer *answer);
static void no_answer(RestAnswer *answer, const char *why);

void doctor_ask(const Doctor *doctor, bool clockify, RestRequest *request, RestAnswer *ret)
{
    const Config *config = doctor->config;
    const RestOptions options = {
        .name = clockify ? "clockify" : "jira",
        .ca_file = clockify ? config->clockify.ca_file : "",
        .client_cert = clockify ? config->clockify.client_cert : "",
        .client_key = clockify ? config->clockify.client_key : "",
        .proxy = clockify ? config->clockify.proxy : "",
        .timeout_ms = REQUEST_MS,
        .max_in_flight = 1,
        .certificates = clockify,
    };
    Ask ask = {0};
    Error error = {0};
    int64_t ends_ms = time_monotonic_ms() + GUARD_MS;
    _cleanup_(sd_event_unrefp) sd_event *event = NULL;
    _cleanup_(rest_client_freep) RestClient *client = NULL;
    if (sd_event_new(&event) >= 0 && rest_client_new(event, &options, &client, &error) >= 0)
        rest_send(client, request, on_answer, &ask);
    rest_request_done(request);
    while (client && !ask.done && time_monotonic_ms() < ends_ms)
        if (sd_event_run(event, TURN_US) < 0)
            break;
    if (!ask.done)
        no_answer(&ask.answer, client ? "no answer in time" : error.message);
    *ret = ask.answer;
}

/* What it owns is moved out. */
static void on_answer(void *arg, RestAnswer *answer)
{
    Ask *ask = arg;
    ask->answer = *answer;
    ask->done = true;
    *answer = (RestAnswer){0};
}

static void no_answer(RestAnswer *answer, const char *why)
{
    answer->outcome = REST_NOT_SENT;
    answer->failure = REST_BROKEN;
    answer->date = answer->valid_until = TIME_NONE;
    answer->body = xstrdup("");
    memccpy(answer->problem, why, '\0', sizeof(answer->problem) - 1);
}
