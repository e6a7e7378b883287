/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * THE table of commands of clockify-bridgectl: words, arguments, what it says about itself, which
 * method it calls and how the result is shown. The help and the reading of the command line walk
 * it.
 */

#include "app/ctl.h"
#include "app/ctl_args.h"
#include "rpc/methods.h"

#define CTL_ARGS_MOST 8

typedef struct CtlCommand CtlCommand;

struct CtlCommand {
    const char *name;     /* "worklogs retry" */
    const char *synopsis; /* what follows the name */
    const char *doc;      /* one sentence */
    MethodId method;      /* METHOD_COUNT: the command has a `run` of its own and no one method */
    CtlArg args[CTL_ARGS_MOST];
    void (*print)(const Json *result);
    int (*run)(Ctl *ctl, const CtlCommand *command, Json *params); /* NULL = call `method`, print */
};

const CtlCommand *ctl_commands_all(size_t *ret_count);

/* The command whose name is the longest that the words begin with; *ret_used = how many words it
 * took. NULL when there is none. */
const CtlCommand *ctl_commands_find(char *const *words, size_t count, size_t *ret_used);

/* Runs it; `words` are those behind its name. Returns the exit status. */
int ctl_commands_run(Ctl *ctl, const CtlCommand *command, char *const *words, size_t count);

/* Shows a result as the command does, or raw where --json was given. */
void ctl_show(const Ctl *ctl, const CtlCommand *command, const Json *result);
