/* SPDX-License-Identifier: Apache-2.0 */

/* Reads the words behind a command; whether the values make sense is for the bridge to say. */

#include "app/ctl_args.h"

#include "app/ctl.h"
#include "base/text.h"

typedef struct Words {
    char *const *items;
    size_t count;
    size_t next;
} Words;

static int read_word(const CtlArg *args, Words *words, Json *params);
static int put_user(const CtlArg *args, const char *user, Json *params);
static int check_required(const CtlArg *args, const Json *params);

int ctl_args_read(const CtlArg *args, const char *user, char *const *items, size_t count,
                  Json **ret)
{
    Words words = {items, count, 0};
    _cleanup_json_ Json *params = json_new_object();
    if (user && put_user(args, user, params) < 0)
        return -1;
    while (words.next < words.count)
        if (read_word(args, &words, params) < 0)
            return -1;
    if (check_required(args, params) < 0)
        return -1;
    *ret = STEAL(params);
    return 0;
}

static int put_user(const CtlArg *args, const char *user, Json *params)
{
    for (; args->param; args++)
        if (streq(args->param, "user")) {
            json_put_string(params, "user", user);
            return 0;
        }
    ctl_complain("--user means nothing to this command");
    return -1;
}

static const CtlArg *find_arg(const CtlArg *args, const char *word, const Json *params);
static int put_value(const CtlArg *arg, const char *value, Json *params);

static int read_word(const CtlArg *args, Words *words, Json *params)
{
    const char *word = words->items[words->next++];
    const CtlArg *arg = find_arg(args, word, params);
    if (!arg) {
        ctl_complain("unexpected argument: %s", word);
        return -1;
    }
    if (!arg->option)
        return put_value(arg, word, params);
    const char *equals = strchr(word, '=');
    if (arg->type == CTL_FLAG && equals) {
        ctl_complain("%s takes no value", arg->option);
        return -1;
    }
    if (arg->type == CTL_FLAG)
        return put_value(arg, arg->flag_text, params);
    if (equals)
        return put_value(arg, equals + 1, params);
    if (words->next == words->count) {
        ctl_complain("%s wants a value", arg->option);
        return -1;
    }
    return put_value(arg, words->items[words->next++], params);
}

/* A word that is no option goes to the first place that is still free. A lone "-" is such a word.
 */
static const CtlArg *find_arg(const CtlArg *args, const char *word, const Json *params)
{
    size_t name = strcspn(word, "=");
    bool option = word[0] == '-' && word[1];
    for (; args->param; args++) {
        if (option && args->option && strlen(args->option) == name &&
            strncmp(args->option, word, name) == 0)
            return args;
        if (!option && !args->option && !json_has(params, args->param))
            return args;
    }
    return NULL;
}

static int put_value(const CtlArg *arg, const char *value, Json *params)
{
    int64_t number;
    if (arg->type == CTL_FLAG && !value) {
        json_put_bool(params, arg->param, true);
    } else if (arg->type != CTL_NUMBER) {
        json_put_string(params, arg->param, value);
    } else if (text_to_int64(value, &number) >= 0) {
        json_put_int(params, arg->param, number);
    } else {
        ctl_complain("%s wants a number, not \"%s\"", arg->option, value);
        return -1;
    }
    return 0;
}

static int check_required(const CtlArg *args, const Json *params)
{
    for (; args->param; args++)
        if (args->required && !json_has(params, args->param)) {
            ctl_complain("missing: %s", args->option ? args->option : args->param);
            return -1;
        }
    return 0;
}
