/* SPDX-License-Identifier: Apache-2.0 */

/* Making errors and showing them. What a reason means is in error_table.c. */

#include "base/error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/text.h"
#include "base/time.h"

static const struct {
    unsigned field;
    const char *name;
} fields[] = {
    {FIELD_PROJECT, "project"},
    {FIELD_TASK, "task"},
    {FIELD_TAGS, "tags"},
    {FIELD_DESCRIPTION, "description"},
};

static void set(Error *error, ErrorReason reason, const char *format, va_list args) _printf_(3, 0);
static void make_incident(char *incident, size_t size);
static Json *data_to_json(const Error *error);
static bool has_upstream(const Error *error);
static Json *upstream_to_json(const Error *error);
static void put_clean(Json *object, const char *key, const char *text);
static void put_if_any(Json *object, const char *key, const char *text);

int(error_set)(Error *error, ErrorReason reason, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(error, reason, format, args);
    va_end(args);
    return -1;
}

int(error_param)(Error *error, const char *param, const char *format, ...)
{
    char copy[sizeof((Error){0}.param)];
    va_list args;
    text_copy(copy, sizeof(copy), param);
    va_start(args, format);
    set(error, ERROR_INVALID_PARAMS, format, args);
    va_end(args);
    if (error)
        text_copy(error->param, sizeof(error->param), copy);
    return -1;
}

int(error_limit)(Error *error, const char *limit, const char *format, ...)
{
    char copy[sizeof((Error){0}.limit)];
    va_list args;
    text_copy(copy, sizeof(copy), limit);
    va_start(args, format);
    set(error, ERROR_INVALID_REQUEST, format, args);
    va_end(args);
    if (error)
        text_copy(error->limit, sizeof(error->limit), copy);
    return -1;
}

int(error_not_found)(Error *error, const char *what, const char *format, ...)
{
    char copy[sizeof((Error){0}.what)];
    va_list args;
    text_copy(copy, sizeof(copy), what);
    va_start(args, format);
    set(error, ERROR_NOT_FOUND, format, args);
    va_end(args);
    if (error)
        text_copy(error->what, sizeof(error->what), copy);
    return -1;
}

int(error_internal)(Error *error, const char *format, ...)
{
    char incident[sizeof(error->incident)];
    _cleanup_free_ char *details = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&details, format, args);
    va_end(args);
    if (length < 0)
        abort();
    make_incident(incident, sizeof(incident));
    log_error("incident %s: %s", incident, details);
    error_set(error, ERROR_INTERNAL, "internal error; the log has the details under %s", incident);
    if (error)
        text_copy(error->incident, sizeof(error->incident), incident);
    return -1;
}

Json *error_to_json(const Error *error)
{
    Json *json = json_new_object();
    json_put_int(json, "code", error_info(error->reason)->code);
    put_if_any(json, "message", error->message);
    json_put(json, "data", data_to_json(error));
    return json;
}

static void take_text(char *target, size_t size, const Json *object, const char *key)
{
    const char *text = json_string(object, key);
    text_copy(target, size, text ? text : "");
}

static unsigned missing_from_json(const Json *names)
{
    unsigned missing = 0;
    for (size_t i = 0; i < json_count(names); i++)
        for (size_t k = 0; k < ARRAY_SIZE(fields); k++)
            if (streq(json_string_at(names, i), fields[k].name))
                missing |= fields[k].field;
    return missing;
}

void error_from_json(const Json *json, Error *ret)
{
    const Json *data = json_child(json, "data");
    const Json *upstream = json_child(data, "upstream");
    const char *reason = json_string(data, "reason");
    *ret = (Error){
        .reason = reason ? error_from_name(reason) : ERROR_INTERNAL,
        .missing = missing_from_json(json_list(data, "missing")),
        .upstream_status = (int)json_int(upstream, "status", 0),
        .upstream_code = json_int(upstream, "code", 0),
        .retry_after_s = json_int(data, "retry_after_s", 0),
    };
    take_text(ret->message, sizeof(ret->message), json, "message");
    take_text(ret->param, sizeof(ret->param), data, "param");
    take_text(ret->limit, sizeof(ret->limit), data, "limit");
    take_text(ret->what, sizeof(ret->what), data, "what");
    take_text(ret->service, sizeof(ret->service), data, "service");
    take_text(ret->upstream_message, sizeof(ret->upstream_message), upstream, "message");
    take_text(ret->key_url, sizeof(ret->key_url), data, "key_url");
    take_text(ret->incident, sizeof(ret->incident), data, "incident");
}

Json *error_to_problem(const Error *error)
{
    Json *problem = json_new_object();
    json_put_string(problem, "reason", error_info(error->reason)->name);
    put_if_any(problem, "message", error->message);
    if (error->missing)
        json_put(problem, "missing", error_missing_to_json(error->missing));
    put_if_any(problem, "what", error->what);
    put_if_any(problem, "service", error->service);
    if (has_upstream(error))
        json_put(problem, "upstream", upstream_to_json(error));
    return problem;
}

Json *error_missing_to_json(unsigned missing)
{
    Json *names = json_new_array();
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (missing & fields[i].field)
            json_add_string(names, fields[i].name);
    return names;
}

/* Writes the message before it clears the rest: a part of *error may be among the arguments. */
static void set(Error *error, ErrorReason reason, const char *format, va_list args)
{
    _cleanup_free_ char *message = NULL;
    if (!error)
        return;
    if (vasprintf(&message, format, args) < 0)
        abort();
    *error = (Error){.reason = reason};
    text_copy(error->message, sizeof(error->message), message);
}

/* Only has to differ from the others in the log; without a random source the clock does. */
static void make_incident(char *incident, size_t size)
{
    uint64_t random;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
        random = (uint64_t)time_now() << 20 ^ (uint64_t)time_monotonic_ms();
    snprintf(incident, size, "%012" PRIx64, random & UINT64_C(0xffffffffffff));
}

static Json *data_to_json(const Error *error)
{
    Json *data = json_new_object();
    json_put_string(data, "reason", error_info(error->reason)->name);
    if (error->reason == ERROR_INVALID_PARAMS)
        put_clean(data, "param", error->param); /* a name that a caller made up may be empty */
    else
        put_if_any(data, "param", error->param);
    put_if_any(data, "limit", error->limit);
    put_if_any(data, "what", error->what);
    put_if_any(data, "service", error->service);
    if (error->missing)
        json_put(data, "missing", error_missing_to_json(error->missing));
    if (has_upstream(error))
        json_put(data, "upstream", upstream_to_json(error));
    if (error->retry_after_s > 0)
        json_put_int(data, "retry_after_s", error->retry_after_s);
    put_if_any(data, "key_url", error->key_url);
    put_if_any(data, "incident", error->incident);
    return data;
}

static bool has_upstream(const Error *error)
{
    return error->upstream_status != 0 || error->upstream_code != 0 || error->upstream_message[0];
}

/* Always all three members, null where the service did not say. */
static Json *upstream_to_json(const Error *error)
{
    Json *upstream = json_new_object();
    json_put(upstream, "status", NULL);
    json_put(upstream, "code", NULL);
    json_put(upstream, "message", NULL);
    if (error->upstream_status)
        json_put_int(upstream, "status", error->upstream_status);
    if (error->upstream_code)
        json_put_int(upstream, "code", error->upstream_code);
    put_if_any(upstream, "message", error->upstream_message);
    return upstream;
}

/* What a service sent may be cut within a character; an answer must be valid UTF-8 all the same. */
static void put_clean(Json *object, const char *key, const char *text)
{
    _cleanup_free_ char *clean = xstrdup(text);
    if (!text_is_utf8(clean, strlen(clean)))
        text_neutralize(clean);
    json_put_string(object, key, clean);
}

static void put_if_any(Json *object, const char *key, const char *text)
{
    if (*text)
        put_clean(object, key, text);
}
