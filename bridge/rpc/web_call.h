/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * web.call: the text that a browser sent becomes the call of a method, in the name of the user whom
 * the plugin vouches for. It is the border between a page and the bridge: what the page may not say
 * is refused here, and nothing is sent.
 */

#include "rpc/methods.h"

/* `params` are those of web.call, checked against the table. On success *ret_method is what to call
 * and *ret_params, owned by the caller, are its params: with the user put in, not yet checked
 * against the table. Errors: ERROR_PARSE, ERROR_INVALID_REQUEST (also a limit of json_parse),
 * ERROR_METHOD_NOT_FOUND, ERROR_FORBIDDEN, ERROR_INVALID_PARAMS with "user", "by", "all" or
 * "params". */
int web_call_read(const Json *params, int max_depth, const Method **ret_method, Json **ret_params,
                  Error *error);
