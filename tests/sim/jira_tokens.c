/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personal access tokens: one's own, and only for oneself; the secret is said once. Their dates end
 * in +00:00, unlike the rest of Jira. A document holds _raw, _userKey, _expires (ms, absent = for
 * ever) and _revoked.
 */
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"
#include "when.h"

#define INVALID   "com.atlassian.pats.exception.ValidationException"
#define FORBIDDEN "com.atlassian.pats.exception.TokenLimitExceededException"
#define NOBODY    "com.atlassian.pats.exception.NotAuthenticatedException"
#define DAY_MS    INT64_C(86400000)

struct json_object *jira_make_token(Sim *sim, const char *user_key, const char *name,
                                    const char *raw, int64_t days)
{
    struct json_object *token = js_new();
    int64_t now = sim_now_ms(sim);
    char id[25], secret[45], text[WHEN_SIZE];

    sim_new_number(sim, id);
    sim_new_secret(secret);
    when_jira(now - now % 1000, "+00:00", text);
    js_set_str(token, "id", id);
    js_set_str(token, "name", name);
    js_set_str(token, "createdAt", text);
    if (days) {
        when_jira(now - now % 1000 + days * DAY_MS, "+00:00", text);
        js_set_str(token, "expiringAt", text);
        js_set_int(token, "_expires", now - now % 1000 + days * DAY_MS);
    }
    js_set_str(token, "_userKey", user_key);
    js_set_str(token, "_raw", raw ? raw : secret);
    table_add(&sim->table[JIRA_TOKENS], token);
    table_alias_set(&sim->table[JIRA_TOKENS], js_text(token, "_raw"), token);
    return token;
}

static struct json_object *token_wire(const struct json_object *token)
{
    struct json_object *out = js_new();
    js_set_int(out, "id", strtoll(js_text(token, "id"), NULL, 10));
    js_set_str(out, "name", js_text(token, "name"));
    js_set_str(out, "createdAt", js_text(token, "createdAt"));
    if (js_str(token, "expiringAt"))
        js_set_str(out, "expiringAt", js_text(token, "expiringAt"));
    return out;
}

static int nobody(Reply *reply)
{
    return jira_token_fail(reply, 401, NOBODY, "You are not authenticated.");
}

int jira_tokens_list(Request *request, Reply *reply)
{
    struct json_object *out;
    const List *all;

    if (!request->user)
        return nobody(reply);
    all = table_group(&request->sim->table[JIRA_TOKENS], js_text(request->user, "key"));
    out = js_array();
    for (size_t i = 0; i < all->n; i++)
        if (!js_bool(all->item[i], "_revoked", false))
            js_push(out, token_wire(all->item[i]));
    return reply_json(reply, 200, out);
}

static bool is_own(const Request *request, const struct json_object *token)
{
    return strcmp(js_text(token, "_userKey"), js_text(request->user, "key")) == 0 ||
           js_bool(request->user, "_admin", false);
}

int jira_token_get(Request *request, Reply *reply)
{
    const struct json_object *token =
        table_get(&request->sim->table[JIRA_TOKENS], request->param[0]);

    if (!request->user)
        return nobody(reply);
    if (!token)
        return jira_token_fail(reply, 404, "com.atlassian.pats.exception.NotFoundException",
                               "No such token.");
    if (!is_own(request, token))
        return jira_token_fail(reply, 401, NOBODY, "This is not your token.");
    return reply_json(reply, 200, token_wire(token));
}

/* Expired tokens count until they are pruned after thirty days. */
static int64_t tokens_kept(const Request *request)
{
    const List *all = table_group(&request->sim->table[JIRA_TOKENS], js_text(request->user, "key"));
    int64_t n = 0, now = sim_now_ms(request->sim);

    for (size_t i = 0; i < all->n; i++)
        n += !js_bool(all->item[i], "_revoked", false) &&
             js_int(all->item[i], "_expires", now) + 30 * DAY_MS > now;
    return n;
}

static bool fits(Request *request, Reply *reply)
{
    const struct json_object *rules = js_get(jira_options(request), "pats"),
                             *body = request_json(request);
    const char *name = js_text(body, "name");
    struct json_object *days = js_get(body, "expirationDuration");
    int64_t n = days ? json_object_get_int64(days) : 0;
    const char *wrong = NULL;

    if (!js_bool(rules, "enabled", true))
        wrong = "Personal access tokens are not enabled.";
    else if (!*name || (int64_t)strlen(name) > js_int(rules, "nameLength", 40))
        wrong = "The token name is not valid.";
    else if (!days && !js_bool(rules, "eternal", true))
        wrong = "The token must expire.";
    else if (days && (n < 1 || n > js_int(rules, "maxDays", 365)))
        wrong = "The expiration duration is not valid.";
    if (wrong)
        jira_token_fail(reply, 400, INVALID, wrong);
    return !wrong;
}

int jira_token_post(Request *request, Reply *reply)
{
    struct json_object *token, *out, *body = request_json(request);

    if (!request->user)
        return nobody(reply);
    if (!fits(request, reply))
        return 400;
    if (tokens_kept(request) >= js_int(js_get(jira_options(request), "pats"), "perUser", 10))
        return jira_token_fail(reply, 403, FORBIDDEN,
                               "You have reached the maximum number of tokens.");
    token = jira_make_token(request->sim, js_text(request->user, "key"), js_text(body, "name"),
                            NULL, json_object_get_int64(js_get(body, "expirationDuration")));
    out = token_wire(token);
    js_set_str(out, "rawToken", js_text(token, "_raw"));
    return reply_json(reply, 201, out);
}

/* 204 even for one that never was; somebody else's is 401. */
int jira_token_delete(Request *request, Reply *reply)
{
    struct json_object *token = table_get(&request->sim->table[JIRA_TOKENS], request->param[0]);

    if (!request->user)
        return nobody(reply);
    if (token && !is_own(request, token))
        return jira_token_fail(reply, 401, NOBODY, "This is not your token.");
    if (token)
        table_remove(&request->sim->table[JIRA_TOKENS], token);
    return reply_empty(reply, 204);
}
