/* SPDX-License-Identifier: Apache-2.0 */

/* clockify-bridgectl: from the command line to a command, and what it says when that fails. */

#include "app/ctl.h"

#include "config.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/ctl_commands.h"
#include "app/ctl_help.h"
#include "app/ctl_manual.h"
#include "app/harden.h"
#include "base/text.h"

#define DEFAULT_TIMEOUT_S 60
#define MOST_TIMEOUT_S    86400
#define GO_ON             (-1)

typedef struct Words {
    char **items;
    size_t count;
    bool help; /* and is told what they mean */
} Words;

static int read_options(char **argv, Ctl *ret_ctl, Words *words);
static int run(Ctl *ctl, const Words *words);

int main(int argc, char **argv)
{
    harden_process();
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the width of characters */
    Ctl ctl = {.socket = CTL_DEFAULT_SOCKET, .timeout_s = DEFAULT_TIMEOUT_S};
    Words words = {.items = xcalloc((size_t)argc + 1, sizeof(char *))};
    int status = read_options(argv + 1, &ctl, &words);
    if (status == GO_ON)
        status = run(&ctl, &words);
    ctl_client_free(ctl.client);
    free(words.items);
    return fflush(stdout) == 0 ? status : CTL_FAILED;
}

static int read_option(char ***at, Ctl *ctl);

/* Options of the tool may stand anywhere; all other words are left for the command. */
static int read_options(char **argv, Ctl *ret_ctl, Words *words)
{
    bool literal = false;
    for (char **at = argv; *at;) {
        if (!literal && streq(*at, "--")) {
            literal = true;
            at++;
        } else if (!literal && streq(*at, "--help")) {
            words->help = true;
            at++;
        } else if (!literal && streq(*at, "--version")) {
            puts("clockify-bridgectl " PACKAGE_VERSION);
            return CTL_OK;
        } else if (!literal && streq(*at, "--manual") && at[1]) { /* for the build */
            return ctl_manual_print(at[1]);
        } else {
            int r = literal ? 0 : read_option(&at, ret_ctl);
            if (r < 0)
                return CTL_USAGE;
            if (r == 0)
                words->items[words->count++] = *at++;
        }
    }
    return GO_ON;
}

static int take_value(const char *name, char ***at, const char **ret);

/* 1 and *at behind it when it was an option of the tool, 0 when not, -1 after a complaint. */
static int read_option(char ***at, Ctl *ctl)
{
    const char *timeout = NULL;
    if (streq(**at, "--json")) {
        ctl->json = true;
        ++*at;
        return 1;
    }
    int r = take_value("--socket", at, &ctl->socket);
    if (r == 0)
        r = take_value("--user", at, &ctl->user);
    if (r == 0)
        r = take_value("--timeout", at, &timeout);
    if (timeout && (text_to_int64(timeout, &ctl->timeout_s) < 0 || ctl->timeout_s < 1 ||
                    ctl->timeout_s > MOST_TIMEOUT_S)) {
        ctl_complain("--timeout wants seconds from 1 to %d", MOST_TIMEOUT_S);
        return -1;
    }
    return r;
}

/* "--name VALUE" or "--name=VALUE". */
static int take_value(const char *name, char ***at, const char **ret)
{
    const char *word = **at;
    size_t length = strlen(name);
    if (!text_starts_with(word, name) || (word[length] && word[length] != '='))
        return 0;
    if (word[length] == '=') {
        *ret = word + length + 1;
    } else if (!(*at)[1]) {
        ctl_complain("%s wants a value", name);
        return -1;
    } else {
        *ret = *++*at;
    }
    ++*at;
    return 1;
}

static int run(Ctl *ctl, const Words *words)
{
    size_t used;
    if (words->help)
        return ctl_help_about(words->items, words->count);
    if (words->count == 0) {
        ctl_complain("which command? (see: clockify-bridgectl --help)");
        return CTL_USAGE;
    }
    const CtlCommand *command = ctl_commands_find(words->items, words->count, &used);
    if (command)
        return ctl_commands_run(ctl, command, words->items + used, words->count - used);
    ctl_complain("no such command: %s (see: clockify-bridgectl --help)", words->items[0]);
    return CTL_USAGE;
}

static int report_unreachable(const Error *error);
static int report_answer(const Ctl *ctl, const Json *answer);

int ctl_ask(Ctl *ctl, const char *method, Json *params, Json **ret_result)
{
    _cleanup_json_ Json *taken = params;
    _cleanup_json_ Json *answer = NULL;
    Error error = {0};
    if (!ctl->client && ctl_client_new(ctl->socket, ctl->timeout_s, &ctl->client, &error) < 0)
        return report_unreachable(&error);
    int r = ctl_client_call(ctl->client, method, STEAL(taken), ret_result, &answer, &error);
    if (r < 0)
        return report_unreachable(&error);
    return r == 0 ? CTL_OK : report_answer(ctl, answer);
}

static int report_unreachable(const Error *error)
{
    ctl_complain("%s", error->message);
    fputs("  is it running? systemctl status clockify-bridged\n", stderr);
    return CTL_UNREACHABLE;
}

static int report_answer(const Ctl *ctl, const Json *answer)
{
    const char *message = json_string(answer, "message");
    const char *reason = json_string(json_child(answer, "data"), "reason");
    const char *hint = ctl_help_hint(reason);
    if (ctl->json) {
        _cleanup_json_ Json *whole = json_new_object();
        json_put(whole, "error", json_copy(answer));
        _cleanup_free_ char *text = json_text(whole);
        puts(text);
    }
    ctl_complain("%s (%s)", message ? message : "an error without words", reason ? reason : "?");
    if (hint)
        fprintf(stderr, "  %s\n", hint);
    return CTL_FAILED;
}

/* What a service or a person wrote may be in the text: it must not steer the terminal. */
void ctl_complain(const char *format, ...)
{
    _cleanup_free_ char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        abort();
    text_neutralize(text);
    fprintf(stderr, "clockify-bridgectl: %s\n", text);
}
