/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Small steps that every builder of a Jira request takes. For jira_*.c alone. */

#include "base/buffer.h"
#include "remote/answer.h"
#include "remote/jira.h"

/* ".../rest/api/2" + path */
static inline Buffer jira_request_url(const char *base, const char *path)
{
    Buffer url = BUFFER_EMPTY;

    buffer_addf(&url, "%s/rest/api/2%s", base, path);
    return url;
}

/* The finished request; takes over the URL and `body` (NULL = none). */
static inline void jira_request_make(RestMethod method, Buffer *url, Json *body, RestRequest *ret)
{
    *ret = (RestRequest){.method = method, .auth = REST_AUTH_BEARER, .url = buffer_steal(url)};
    if (!body)
        return;
    ret->body = json_text(body);
    json_object_put(body);
}
