/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What Clockify's and Jira's readers share: turning an answer's bytes into JSON, and an answer that
 * is none of the service's own into an error. No rule of either service stands here. `service` is
 * "clockify" or "jira".
 */

#include "base/error.h"
#include "base/json.h"
#include "remote/rest.h"

#define ANSWER_DEPTH_MOST 32
#define ANSWER_LARGE_MOST ((size_t)32 << 20) /* lists without paging, or with large pages */

/* True when the body is, or (empty) may stand for, the service's own: not a proxy's page. */
bool answer_is_own(const RestAnswer *answer);

/* The JSON of the body. ERROR_UNAVAILABLE when it cannot be read. The caller owns *ret. */
int answer_parse(const RestAnswer *answer, const char *service, Json **ret, Error *error);
/* The same where an array or an object is due. */
int answer_parse_array(const RestAnswer *answer, const char *service, Json **ret, Error *error);
int answer_parse_object(const RestAnswer *answer, const char *service, Json **ret, Error *error);
/* The body of an error, as far as it can be read; NULL when not. The caller owns it. */
Json *answer_error_body(const RestAnswer *answer);

/* May a request have had its effect, of whose answer the reader could make nothing? True for
 * REST_UNCLEAR, 5xx, 408, and for every 2xx: that something of it can be read proves nothing. */
bool answer_unclear(const RestAnswer *answer);

/* The id in a member: at most ANSWER_ID_MOST letters, digits, "-", "_" and, not first, ".", as both
 * services make them; NULL for all else. What is no id must not be kept, since it comes back in
 * paths. */
#define ANSWER_ID_MOST 64
const char *answer_id(const Json *object, const char *key);

/* Error setters; all return -1. answer_fail_status is for 3xx, 408, 5xx and for pages. */
int answer_fail(const RestAnswer *answer, const char *service, ErrorReason reason, Error *error,
                const char *format, ...) _printf_(5, 6);
int answer_fail_unanswered(const RestAnswer *answer, const char *service, Error *error);
int answer_fail_unreadable(const RestAnswer *answer, const char *service, Error *error);
int answer_fail_status(const RestAnswer *answer, const char *service, Error *error);
int answer_fail_rate_limited(const RestAnswer *answer, const char *service, Error *error);

/* Adds "/segment", percent-encoded; what would change the path (nothing, ".", "..") becomes "/_",
 * which names nothing. */
struct Buffer;
void answer_add_segment(struct Buffer *url, const char *id);
