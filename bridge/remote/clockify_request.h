/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Small steps that every builder of a Clockify request takes. For clockify_*.c alone. */

#include "base/buffer.h"
#include "remote/answer.h"
#include "remote/clockify.h"

/* Starts a URL: api + path, e.g. "/workspaces". More is added to the buffer it returns. */
static inline Buffer clockify_request_url(const char *api, const char *path)
{
    Buffer url = BUFFER_EMPTY;

    buffer_add_text(&url, api);
    buffer_add_text(&url, path);
    return url;
}

static inline void clockify_request_query(Buffer *url, const char *name, const char *value)
{
    buffer_add_char(url, memchr(buffer_text(url), '?', url->length) ? '&' : '?');
    buffer_add_text(url, name);
    buffer_add_char(url, '=');
    buffer_add_url(url, value);
}

/* The finished request; takes over the URL and `body` (NULL = none). */
static inline void clockify_request_make(RestMethod method, Buffer *url, Json *body,
                                         RestRequest *ret)
{
    *ret = (RestRequest){.method = method, .auth = REST_AUTH_API_KEY, .url = buffer_steal(url)};
    if (!body)
        return;
    ret->body = json_text(body);
    json_object_put(body);
}

/* The ids of an array of ids or of {id, ...}. */
static inline Json *clockify_request_ids(const Json *tags)
{
    Json *ids = json_new_array();

    for (size_t i = 0; i < json_count(tags); i++) {
        const char *id = json_string_at(tags, i);

        if (!id)
            id = json_string(json_at(tags, i), "id");
        if (id)
            json_add_string(ids, id);
    }
    return ids;
}

/* "" is how Clockify writes "none" in many places. */
static inline const char *clockify_text_of(const Json *object, const char *key)
{
    const char *text = json_string(object, key);

    return text && text[0] ? text : NULL;
}
