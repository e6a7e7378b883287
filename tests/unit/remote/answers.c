/* SPDX-License-Identifier: Apache-2.0 */
/* See answers.h. */

#include "tests/unit/remote/answers.h"

#include <stdio.h>

#include "base/buffer.h"

RestAnswer answer_json(int status, const char *body)
{
    return (RestAnswer){.outcome = REST_ANSWERED,
                        .status = status,
                        .body = xstrdup(body),
                        .length = strlen(body),
                        .json = body[0] != '\0',
                        .last_page = -1,
                        .retry_after_s = -1};
}

RestAnswer answer_page(int status)
{
    RestAnswer answer = answer_json(status, "<html><body>Sign in</body></html>");

    answer.json = false;
    return answer;
}

RestAnswer answer_lost(RestOutcome outcome)
{
    return (RestAnswer){.outcome = outcome,
                        .body = xstrdup(""),
                        .last_page = -1,
                        .retry_after_s = -1,
                        .problem = "host: gone",
                        .failure = REST_BROKEN};
}

RestAnswer answer_by(int status, const char *body, const char *user_name)
{
    RestAnswer answer = answer_json(status, body);

    answer.user_name = xstrdup(user_name);
    return answer;
}

RestAnswer answer_recorded(const char *service, const char *name, int status)
{
    _cleanup_free_ char *text = recorded_text(service, name);

    return answer_json(status, text);
}

char *recorded_text(const char *folder, const char *name)
{
    const char *directory = getenv("CONTRACTS_DIR");
    _cleanup_free_ char *path = NULL;
    Buffer text = BUFFER_EMPTY;
    char bytes[4096];
    size_t n;
    FILE *file;

    assert_non_null(directory);
    path = xasprintf("%s/fixtures/%s/%s", directory, folder, name);
    file = fopen(path, "re");
    if (!file)
        fail_msg("%s cannot be read", path);
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        buffer_add(&text, bytes, n);
    fclose(file);
    return buffer_steal(&text);
}

Json *request_body(const RestRequest *request)
{
    Json *json = NULL;
    Error error = {0};

    if (request->body && json_parse(request->body, strlen(request->body), 16, &json, &error) < 0)
        fail_msg("the request's body is no JSON: %s", error.message);
    return json;
}

void check_request(const RestRequest *request, RestMethod method, const char *url)
{
    check_row_int(request->method, method, url);
    check_row_text(request->url, url, "url");
    check_row(!request->secret, "builders put no secret in");
}

void check_body(const RestRequest *request, const char *wanted)
{
    _cleanup_json_ Json *body = request_body(request);
    _cleanup_free_ char *got = json_canonical(body);

    check_row_text(got, wanted, request->url);
}

char *repeated(const char *text, size_t times)
{
    char *all = xcalloc(times + 1, strlen(text));

    for (size_t i = 0; i < times; i++)
        memcpy(all + i * strlen(text), text, strlen(text));
    return all;
}
