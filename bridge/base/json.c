/* SPDX-License-Identifier: Apache-2.0 */

/* Typed reading and writing of JSON values. Parsing is in json_parse.c. */

#include "base/json.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/time.h"

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static Json *get_typed(const Json *object, const char *key, json_type type);
static const char *text_of(const Json *json);
static void add_canonical(Buffer *buffer, const Json *json);
static void add_canonical_object(Buffer *buffer, const Json *json);
static void add_quoted(Buffer *buffer, const char *text);
static int compare_names(const void *a, const void *b);
static Json *must(Json *json);

char *json_text(const Json *json)
{
    return xstrdup(text_of(json));
}

char *json_canonical(const Json *json)
{
    Buffer buffer = BUFFER_EMPTY;
    add_canonical(&buffer, json);
    return buffer_steal(&buffer);
}

Json *json_copy(const Json *json)
{
    Json *copy = NULL;
    if (json && json_object_deep_copy((Json *)json, &copy, NULL) < 0)
        abort();
    return copy;
}

Json *json_ref(Json *json)
{
    return json ? json_object_get(json) : NULL;
}

Json *json_get(const Json *object, const char *key)
{
    Json *value = NULL;
    if (json_object_is_type(object, json_type_object))
        json_object_object_get_ex(object, key, &value);
    return value;
}

bool json_has(const Json *object, const char *key)
{
    return json_object_is_type(object, json_type_object) &&
           json_object_object_get_ex(object, key, NULL);
}

const char *json_string(const Json *object, const char *key)
{
    Json *value = get_typed(object, key, json_type_string);
    return value ? json_object_get_string(value) : NULL;
}

int64_t json_int(const Json *object, const char *key, int64_t otherwise)
{
    Json *value = get_typed(object, key, json_type_int);
    return value ? json_object_get_int64(value) : otherwise;
}

bool json_flag(const Json *object, const char *key, bool otherwise)
{
    int value = json_tristate(object, key);
    return value < 0 ? otherwise : value > 0;
}

int json_tristate(const Json *object, const char *key)
{
    Json *value = get_typed(object, key, json_type_boolean);
    return value ? json_object_get_boolean(value) : -1;
}

Json *json_child(const Json *object, const char *key)
{
    return get_typed(object, key, json_type_object);
}

Json *json_list(const Json *object, const char *key)
{
    return get_typed(object, key, json_type_array);
}

int64_t json_time(const Json *object, const char *key)
{
    int64_t time = TIME_NONE;
    return time_parse(json_string(object, key), &time) < 0 ? TIME_NONE : time;
}

size_t json_count(const Json *array)
{
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

Json *json_at(const Json *array, size_t index)
{
    return index < json_count(array) ? json_object_array_get_idx(array, index) : NULL;
}

const char *json_string_at(const Json *array, size_t index)
{
    Json *value = json_at(array, index);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

Json *json_new_object(void)
{
    return must(json_object_new_object());
}

Json *json_new_array(void)
{
    return must(json_object_new_array());
}

void json_put(Json *object, const char *key, Json *value)
{
    if (json_object_object_add(object, key, value) < 0)
        abort();
}

void json_put_string(Json *object, const char *key, const char *text)
{
    json_put(object, key, text ? must(json_object_new_string(text)) : NULL);
}

void json_put_int(Json *object, const char *key, int64_t number)
{
    json_put(object, key, must(json_object_new_int64(number)));
}

void json_put_bool(Json *object, const char *key, bool value)
{
    json_put(object, key, must(json_object_new_boolean(value)));
}

void json_put_tristate(Json *object, const char *key, int value)
{
    json_put(object, key, value < 0 ? NULL : must(json_object_new_boolean(value != 0)));
}

void json_put_time(Json *object, const char *key, int64_t time)
{
    char buffer[TIME_TEXT_SIZE];
    json_put_string(object, key, time == TIME_NONE ? NULL : time_format(time, buffer));
}

void json_add(Json *array, Json *value)
{
    if (json_object_array_add(array, value) < 0)
        abort();
}

void json_add_string(Json *array, const char *text)
{
    json_add(array, text ? must(json_object_new_string(text)) : NULL);
}

static Json *get_typed(const Json *object, const char *key, json_type type)
{
    Json *value = json_get(object, key);
    return value && json_object_is_type(value, type) ? value : NULL;
}

/* json-c keeps the text inside the value, which is why it wants one that is not const. Without
 * memory it leaves out parts and says nothing; the second time its buffer has the size already,
 * unless there is no memory indeed. */
static const char *text_of(const Json *json)
{
    const char *text = NULL;
    for (int attempt = 0; attempt < 2; attempt++) {
        errno = 0;
        text = json_object_to_json_string_ext((Json *)json, PLAIN);
        if (text && errno != ENOMEM)
            return text;
    }
    abort();
}

static void add_canonical(Buffer *buffer, const Json *json)
{
    if (json_object_is_type(json, json_type_object)) {
        add_canonical_object(buffer, json);
    } else if (json_object_is_type(json, json_type_array)) {
        buffer_add_char(buffer, '[');
        for (size_t i = 0; i < json_count(json); i++) {
            if (i > 0)
                buffer_add_char(buffer, ',');
            add_canonical(buffer, json_at(json, i));
        }
        buffer_add_char(buffer, ']');
    } else {
        buffer_add_text(buffer, text_of(json));
    }
}

static void add_canonical_object(Buffer *buffer, const Json *json)
{
    size_t count = (size_t)json_object_object_length(json), i = 0;
    _cleanup_free_ const char **names = xcalloc(count, sizeof(*names));
    json_object_object_foreach((Json *)json, key, value)
    {
        (void)value;
        names[i++] = key;
    }
    qsort(names, count, sizeof(*names), compare_names);
    buffer_add_char(buffer, '{');
    for (i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_char(buffer, ',');
        add_quoted(buffer, names[i]);
        buffer_add_char(buffer, ':');
        add_canonical(buffer, json_get(json, names[i]));
    }
    buffer_add_char(buffer, '}');
}

static void add_quoted(Buffer *buffer, const char *text)
{
    _cleanup_json_ Json *string = must(json_object_new_string(text));
    buffer_add_text(buffer, text_of(string));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static Json *must(Json *json)
{
    if (!json)
        abort();
    return json;
}
