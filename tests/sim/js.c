/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short names for json-c; see js.h. Out of memory aborts.
 */
#include "js.h"

#include <stdlib.h>
#include <string.h>

struct json_object *js_get(const struct json_object *object, const char *name)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(object, json_type_object))
        return NULL;
    json_object_object_get_ex(object, name, &value);
    return value;
}

bool js_has(const struct json_object *object, const char *name)
{
    return json_object_is_type(object, json_type_object) &&
           json_object_object_get_ex(object, name, NULL);
}

const char *js_str(const struct json_object *object, const char *name)
{
    struct json_object *value = js_get(object, name);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

const char *js_text(const struct json_object *object, const char *name)
{
    const char *text = js_str(object, name);
    return text ? text : "";
}

bool js_bool(const struct json_object *object, const char *name, bool otherwise)
{
    struct json_object *value = js_get(object, name);
    return json_object_is_type(value, json_type_boolean) ? json_object_get_boolean(value)
                                                         : otherwise;
}

int64_t js_int(const struct json_object *object, const char *name, int64_t otherwise)
{
    struct json_object *value = js_get(object, name);
    bool number =
        json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);
    return number ? json_object_get_int64(value) : otherwise;
}

double js_double(const struct json_object *object, const char *name, double otherwise)
{
    struct json_object *value = js_get(object, name);
    bool number =
        json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);
    return number ? json_object_get_double(value) : otherwise;
}

static struct json_object *made(struct json_object *value)
{
    if (!value)
        abort();
    return value;
}

struct json_object *js_new(void)
{
    return made(json_object_new_object());
}

struct json_object *js_array(void)
{
    return made(json_object_new_array());
}

void js_set(struct json_object *object, const char *name, struct json_object *value)
{
    if (json_object_object_add(object, name, value) < 0)
        abort();
}

/* How many bytes the character at this place has; 0 when it is no UTF-8. */
static size_t utf8_size(const unsigned char *at, size_t left)
{
    size_t n = at[0] < 0x80   ? 1
               : at[0] < 0xc2 ? 0
               : at[0] < 0xe0 ? 2
               : at[0] < 0xf0 ? 3
               : at[0] < 0xf5 ? 4
                              : 0;

    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    /* Longer than need be, a surrogate, or beyond the last character. */
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90))
        return 0;
    return n;
}

void js_set_bytes(struct json_object *object, const char *name, const char *value, size_t size)
{
    char *text = malloc(size + 1);

    if (!text || size > INT32_MAX)
        abort();
    for (size_t i = 0, n; i < size; i += n) {
        n = utf8_size((const unsigned char *)value + i, size - i);
        if (n)
            memcpy(text + i, value + i, n);
        else
            text[i] = '?', n = 1;
    }
    js_set(object, name, made(json_object_new_string_len(text, (int)size)));
    free(text);
}

void js_set_str(struct json_object *object, const char *name, const char *value)
{
    if (value)
        js_set_bytes(object, name, value, strlen(value));
    else
        js_set_null(object, name);
}

void js_set_int(struct json_object *object, const char *name, int64_t value)
{
    js_set(object, name, made(json_object_new_int64(value)));
}

void js_set_bool(struct json_object *object, const char *name, bool value)
{
    js_set(object, name, made(json_object_new_boolean(value)));
}

void js_set_null(struct json_object *object, const char *name)
{
    js_set(object, name, NULL);
}

void js_push(struct json_object *array, struct json_object *value)
{
    if (json_object_array_add(array, value) < 0)
        abort();
}

void js_push_str(struct json_object *array, const char *value)
{
    js_push(array, made(json_object_new_string(value)));
}

bool js_contains(const struct json_object *array, const char *text)
{
    for (size_t i = 0; i < js_length(array); i++) {
        struct json_object *item = js_at(array, i);
        if (json_object_is_type(item, json_type_string) &&
            strcmp(json_object_get_string(item), text) == 0)
            return true;
    }
    return false;
}

size_t js_length(const struct json_object *array)
{
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *js_at(const struct json_object *array, size_t i)
{
    return json_object_array_get_idx(array, i);
}

struct json_object *js_parse(const char *text, size_t size)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *value;

    if (!tokener || size > INT32_MAX)
        abort();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* A top-level number ends only at the terminating zero, which is why it is part of what is
     * parsed. */
    value = json_tokener_parse_ex(tokener, text, (int)size);
    if (!value && json_tokener_get_error(tokener) == json_tokener_continue)
        value = json_tokener_parse_ex(tokener, "", 1);
    if (json_tokener_get_error(tokener) != json_tokener_success) {
        json_object_put(value);
        value = NULL;
    }
    json_tokener_free(tokener);
    return value;
}

struct json_object *js_literal(const char *text)
{
    return made(js_parse(text, strlen(text)));
}

struct json_object *js_copy(struct json_object *value)
{
    struct json_object *copy = NULL;
    if (value && json_object_deep_copy(value, &copy, NULL) < 0)
        abort();
    return copy;
}

struct json_object *js_share(struct json_object *value)
{
    return json_object_get(value);
}

void js_merge(struct json_object *into, struct json_object *from)
{
    if (!json_object_is_type(into, json_type_object) ||
        !json_object_is_type(from, json_type_object))
        return;
    json_object_object_foreach(from, name, value)
    {
        struct json_object *old = js_get(into, name);
        if (json_object_is_type(old, json_type_object) &&
            json_object_is_type(value, json_type_object))
            js_merge(old, value);
        else
            js_set(into, name, js_copy(value));
    }
}

struct json_object *js_wire(const struct json_object *doc)
{
    struct json_object *out = js_new();
    json_object_object_foreach(doc, name, value) if (name[0] != '_')
        js_set(out, name, js_share(value));
    return out;
}

const char *js_print(struct json_object *value)
{
    return json_object_to_json_string_ext(value,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
