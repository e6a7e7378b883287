/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From the words of a command line to the params of a method, by a table. */

#include "base/json.h"

typedef enum CtlArgType {
    CTL_TEXT = 0,
    CTL_NUMBER,
    CTL_FLAG, /* takes no value */
} CtlArgType;

typedef struct CtlArg {
    const char *option; /* "--issue"; NULL = the next word that is no option */
    const char *param;  /* the member that takes the value */
    CtlArgType type;
    bool required;
    const char *flag_text; /* CTL_FLAG: the text that the member gets; NULL = true */
} CtlArg;

/* Reads all words by the table, which ends with a row whose param is NULL. Returns 0 with *ret, an
 * object owned by the caller; or -1 after the fault was printed. `user` (NULL = none) stands for
 * the param of that name. */
int ctl_args_read(const CtlArg *args, const char *user, char *const *words, size_t count,
                  Json **ret);
