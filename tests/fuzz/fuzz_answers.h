/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HTTP answers made of any bytes, for the targets that read what Clockify and Jira say. Two letters
 * stand before the body: one chooses the reader, the other the rest of the answer.
 */

#include "fuzz.h"
#include "remote/rest.h"

/* 'a' stands for 200 with JSON; the caller calls rest_answer_done. */
static inline RestAnswer answer_of(uint8_t how, const FuzzInput *body)
{
    static const int statuses[] = {200, 201, 204, 400, 401, 403, 404, 406, 408, 429, 500, 302};
    static const char *const names[] = {"anna", "anonymous", NULL};
    unsigned choice = (unsigned)(uint8_t)(how - 'a');
    RestAnswer answer = {
        .outcome = REST_ANSWERED,
        .status = statuses[choice % ARRAY_SIZE(statuses)],
        .body = fuzz_text(body),
        .length = body->length,
        .json = choice / 12 % 2 == 0,
        .last_page = (int)(choice % 3) - 1,
        .user_name = xstrdup(names[choice / 24 % 3]),
        .retry_after_s = choice % 7 == 0 ? 3 : -1,
    };
    if (choice >= 250) {
        answer.outcome = choice % 2 ? REST_UNCLEAR : REST_NOT_SENT;
        answer.status = 0;
    }
    return answer;
}

/* An error names its reason, and the service that made it. */
static inline void check_outcome(int r, const Error *error, const char *service)
{
    if (r < 0)
        require(error->reason != ERROR_NONE && error->message[0] && streq(error->service, service));
}
