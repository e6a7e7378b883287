/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Typed reading and writing of JSON over json-c; the only place that knows json-c's parser and its
 * habits. Reading functions accept any object (also NULL) and never convert between types: a number
 * in quotes is not a number. They return borrowed values. Writing functions abort on a failed
 * allocation.
 */

#include <json-c/json.h>
#include <json-c/printbuf.h>

#include "base/util.h"

typedef struct json_object Json;
struct Error;

static inline void json_freep(Json **json)
{
    if (*json)
        json_object_put(*json);
}
#define _cleanup_json_ _cleanup_(json_freep)

/*
 * Parses exactly one JSON text of `length` bytes: strict grammar, valid UTF-8 (an escape that names
 * half a character becomes U+FFFD: texts that were cut have them), no member named
 * twice in an object, at most `max_depth` levels ("[]" is one level), no NUL character in a string,
 * whole numbers within int64_t, and no more values than a text of that length can use: many small
 * ones take hundreds of times its size. On success the caller owns *ret (NULL stands for JSON
 * null). Errors: ERROR_PARSE; ERROR_INVALID_REQUEST with limit "nesting" or "memory".
 */
int json_parse(const char *text, size_t length, int max_depth, Json **ret, struct Error *error);

/* One line of JSON without a line end; the caller frees it. */
char *json_text(const Json *json);

/* The same with members sorted by name at every level: equal values give equal text. */
char *json_canonical(const Json *json);

Json *json_copy(const Json *json); /* deep; NULL gives NULL; the caller owns it */
Json *json_ref(Json *json);        /* one more reference; NULL gives NULL */

/* Members of an object, borrowed. json_get gives NULL for "absent", for null, and where `object` is
 * none. */
Json *json_get(const Json *object, const char *key);
bool json_has(const Json *object, const char *key);                       /* present, be it null */
const char *json_string(const Json *object, const char *key);             /* NULL if no string */
int64_t json_int(const Json *object, const char *key, int64_t otherwise); /* integers only */
bool json_flag(const Json *object, const char *key, bool otherwise);
int json_tristate(const Json *object, const char *key); /* 1, 0; -1 if no boolean */
Json *json_child(const Json *object, const char *key);  /* NULL if no object */
Json *json_list(const Json *object, const char *key);   /* NULL if no array */
int64_t json_time(const Json *object, const char *key); /* TIME_NONE if no time */

/* Arrays, borrowed; 0 and NULL for anything that is no array. */
size_t json_count(const Json *array);
Json *json_at(const Json *array, size_t index);
const char *json_string_at(const Json *array, size_t index);

/* Writing into an object. NULL text and TIME_NONE are written as null; json_put takes over `value`.
 */
Json *json_new_object(void);
Json *json_new_array(void);
void json_put(Json *object, const char *key, Json *value);
void json_put_string(Json *object, const char *key, const char *text);
void json_put_int(Json *object, const char *key, int64_t number);
void json_put_bool(Json *object, const char *key, bool value);
void json_put_tristate(Json *object, const char *key, int value); /* -1 is written as null */
void json_put_time(Json *object, const char *key, int64_t time);
void json_add(Json *array, Json *value); /* takes over `value` */
void json_add_string(Json *array, const char *text);
