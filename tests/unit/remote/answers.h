/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Answers as the readers get them, made from a status and a text or from a recorded file. */

#include "tests/unit/base/check.h"

#include "base/error.h"
#include "remote/rest.h"

/* A JSON answer; the caller calls rest_answer_done. */
RestAnswer answer_json(int status, const char *body);
RestAnswer answer_page(int status); /* text/html */
RestAnswer answer_lost(RestOutcome outcome);
RestAnswer answer_by(int status, const char *body, const char *user_name); /* with X-AUSERNAME */

/* A recorded answer, e.g. ("clockify", "get-user-2019.json"), of the folder fixtures/ in env
 * CONTRACTS_DIR. */
RestAnswer answer_recorded(const char *service, const char *name, int status);
char *recorded_text(const char *folder, const char *name);

/* The request's body as JSON; NULL without one. The caller owns it. */
Json *request_body(const RestRequest *request);
void check_request(const RestRequest *request, RestMethod method, const char *url);
void check_body(const RestRequest *request, const char *wanted); /* in canonical JSON */

char *repeated(const char *text, size_t times); /* the caller frees it */
