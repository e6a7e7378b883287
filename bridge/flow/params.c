/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of params that the table of methods has checked. */

#include "flow/params.h"

#include "base/text.h"

int64_t params_id(const Json *params, const char *name)
{
    const char *text = json_string(params, name);
    int64_t id = 0;

    return text && text_to_int64(text, &id) == 0 ? id : 0;
}

int params_word(const Json *params, const char *name, const char *const *words)
{
    const char *word = json_string(params, name);

    for (int i = 0; word && words[i]; i++)
        if (streq(word, words[i]))
            return i;
    return -1;
}
