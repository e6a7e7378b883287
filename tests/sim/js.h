/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short names for reading and making JSON with json-c. A missing member and null read alike.
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object *js_get(const struct json_object *object, const char *name);
bool js_has(const struct json_object *object, const char *name); /* there, though perhaps null */
const char *js_str(const struct json_object *object, const char *name);  /* NULL unless a string */
const char *js_text(const struct json_object *object, const char *name); /* "" unless a string */
bool js_bool(const struct json_object *object, const char *name, bool otherwise);
int64_t js_int(const struct json_object *object, const char *name, int64_t otherwise);
double js_double(const struct json_object *object, const char *name, double otherwise);

struct json_object *js_new(void);
struct json_object *js_array(void);
/* All of these replace what was there; js_set takes over the value. */
void js_set(struct json_object *object, const char *name, struct json_object *value);
void js_set_str(struct json_object *object, const char *name, const char *value); /* NULL = null */
/* What is no UTF-8 becomes question marks, so that each answer is JSON whatever was sent. */
void js_set_bytes(struct json_object *object, const char *name, const char *value, size_t size);
void js_set_int(struct json_object *object, const char *name, int64_t value);
void js_set_bool(struct json_object *object, const char *name, bool value);
void js_set_null(struct json_object *object, const char *name);
void js_push(struct json_object *array, struct json_object *value);
void js_push_str(struct json_object *array, const char *value);
bool js_contains(const struct json_object *array, const char *text);
size_t js_length(const struct json_object *array); /* 0 unless an array */
struct json_object *js_at(const struct json_object *array, size_t i);

/* NULL unless the whole text is one JSON value. */
struct json_object *js_parse(const char *text, size_t size);
/* For texts of our own, which are right: aborts otherwise. */
struct json_object *js_literal(const char *text);
struct json_object *js_copy(struct json_object *value);
struct json_object *js_share(struct json_object *value); /* one more reference */
/* Objects are merged member by member, everything else is replaced. */
void js_merge(struct json_object *into, struct json_object *from);
/* The members that go over the wire: a shallow copy without those that begin with an underscore. */
struct json_object *js_wire(const struct json_object *doc);
const char *js_print(struct json_object *value);
