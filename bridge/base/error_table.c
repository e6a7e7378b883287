/* SPDX-License-Identifier: Apache-2.0 */

/* The table of errors: the only place that says what a reason is called, numbered and followed by.
 */

#include "base/error.h"

static const ErrorInfo table[ERROR_REASON_COUNT] = {
    [ERROR_NONE] = {"none", 0, ERROR_ACTION_GIVE_UP, "No error.", ""},
    [ERROR_PARSE] = {"parse_error", -32700, ERROR_ACTION_GIVE_UP,
                     "The line is not a JSON text, or names a member twice.", ""},
    [ERROR_INVALID_REQUEST] = {"invalid_request", -32600, ERROR_ACTION_GIVE_UP,
                               "The JSON is no JSON-RPC 2.0 request, or passes a limit.", "limit"},
    [ERROR_METHOD_NOT_FOUND] = {"method_not_found", -32601, ERROR_ACTION_GIVE_UP,
                                "There is no method of this name.", ""},
    [ERROR_INVALID_PARAMS] = {"invalid_params", -32602, ERROR_ACTION_GIVE_UP,
                              "A param is unknown, missing, of the wrong type or out of range.",
                              "param"},
    [ERROR_INTERNAL] = {"internal", -32603, ERROR_ACTION_GIVE_UP,
                        "A defect of the bridge; the log has the details under the incident.",
                        "incident"},
    [ERROR_FORBIDDEN] = {"forbidden", -32001, ERROR_ACTION_GIVE_UP,
                         "This caller may not call this method.", ""},
    [ERROR_CLOCKIFY_KEY_REQUIRED] = {"clockify_key_required", -32002, ERROR_ACTION_BLOCK,
                                     "The user has stored no Clockify API key yet.", "key_url"},
    [ERROR_CLOCKIFY_KEY_REJECTED] = {"clockify_key_rejected", -32003, ERROR_ACTION_BLOCK,
                                     "Clockify does not take the stored or given API key.",
                                     "key_url, upstream"},
    [ERROR_JIRA_TOKEN_REQUIRED] = {"jira_token_required", -32004, ERROR_ACTION_BLOCK,
                                   "Jira has to be asked and the user has stored no token yet.",
                                   ""},
    [ERROR_JIRA_TOKEN_REJECTED] = {"jira_token_rejected", -32005, ERROR_ACTION_BLOCK,
                                   "Jira does not take the token, or it belongs to another user.",
                                   "upstream"},
    [ERROR_NOT_FOUND] = {"not_found", -32006, ERROR_ACTION_BLOCK,
                         "What was named does not exist, or this user may not see it.", "what"},
    [ERROR_REFUSED] = {"refused", -32007, ERROR_ACTION_BLOCK,
                       "Clockify or Jira understood and refused: required fields, a locked period, "
                       "manual entry switched off, no permission.",
                       "missing, upstream"},
    [ERROR_UNAVAILABLE] = {"unavailable", -32008, ERROR_ACTION_RETRY,
                           "A service is out of reach and the call cannot wait in the queue.",
                           "service, retry_after_s"},
    [ERROR_RATE_LIMITED] = {"rate_limited", -32009, ERROR_ACTION_RETRY,
                            "The service wants fewer requests for a while.",
                            "service, retry_after_s"},
    [ERROR_NOT_CONFIGURED] = {"not_configured", -32010, ERROR_ACTION_BLOCK,
                              "No Clockify URL has been set.", ""},
    [ERROR_BUSY] = {"busy", -32011, ERROR_ACTION_RETRY, "The bridge has too many requests in hand.",
                    "retry_after_s"},
    [ERROR_STORE] = {"store", -32012, ERROR_ACTION_RETRY,
                     "The store cannot take it; nothing was done.", ""},
};

const ErrorInfo *error_info(ErrorReason reason)
{
    return &table[(unsigned)reason < ERROR_REASON_COUNT ? reason : ERROR_INTERNAL];
}

ErrorReason error_from_name(const char *name)
{
    for (unsigned reason = ERROR_NONE + 1; reason < ERROR_REASON_COUNT; reason++)
        if (streq(table[reason].name, name))
            return (ErrorReason)reason;
    return ERROR_NONE;
}
