/* SPDX-License-Identifier: Apache-2.0 */

/* Prints what the tables say; holds no word about a command or a method of its own. */

#include "app/ctl_help.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

#define LINE_WIDTH 80

static size_t print_commands(const char *group);
static void print_methods(void);

void ctl_help_overview(void)
{
    fputs("Usage: clockify-bridgectl [OPTION]... COMMAND [ARGUMENT]...\n"
          "Asks and steers the Clockify bridge of this Jira node.\n"
          "\n"
          "  --socket PATH  the bridge's socket (default /run/clockify-bridge/bridge.sock)\n"
          "  --json         print the raw result, one line of JSON, in place of a table\n"
          "  --user KEY     the Jira user key that a command is about\n"
          "  --timeout S    how long to wait for an answer (default 60)\n"
          "  --version      print the version\n"
          "  --help         print this text\n"
          "\n"
          "Commands (clockify-bridgectl help COMMAND says more):\n",
          stdout);
    print_commands(NULL);
    fputs("\nMethods for \"call\" (clockify-bridgectl help METHOD says more):\n", stdout);
    print_methods();
    fputs("\n"
          "Exit status: 0 done; 1 the bridge answered with an error; 2 wrong usage;\n"
          "3 no bridge there, or no answer in time.\n",
          stdout);
}

#define BRACKET_MOST 50

/* A word, or a short bracket whole: "[--user KEY]" is not torn apart. */
static size_t piece_length(const char *text)
{
    size_t length = 0;
    int depth = 0;
    for (; length < BRACKET_MOST && text[length] && (depth > 0 || text[length] != ' '); length++)
        depth += (strchr("[(", text[length]) != NULL) - (strchr("])", text[length]) != NULL);
    return depth == 0 && length < BRACKET_MOST ? length : strcspn(text, " ");
}

/* What does not fit into the narrowest terminal goes on in the next line, below where it began. */
static void print_row(const char *label, size_t indent, const char *text)
{
    size_t column = strlen(label) > indent ? strlen(label) : indent;
    bool first = true;
    printf("%-*s", (int)indent, label);
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t length = piece_length(text);
        if (!first && column + 1 + length > LINE_WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)length, text);
        column += length;
        text += length;
        first = false;
    }
    putchar('\n');
}

/* Of a group such as "account", or all. Returns how many there were. */
static size_t print_commands(const char *group)
{
    size_t count, printed = 0;
    const CtlCommand *commands = ctl_commands_all(&count);
    size_t length = group ? strlen(group) : 0;
    for (size_t i = 0; i < count; i++) {
        if (group &&
            !(text_starts_with(commands[i].name, group) && commands[i].name[length] == ' '))
            continue;
        _cleanup_free_ char *label = xasprintf("  %s", commands[i].name);
        print_row(label, 22, commands[i].doc);
        printed++;
    }
    return printed;
}

static void print_methods(void)
{
    const Method *methods = methods_all();
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        _cleanup_free_ char *label = xasprintf("  %s", methods[i].name);
        print_row(label, 27, methods[i].doc);
    }
}

int ctl_help_run(Ctl *ctl _unused_, const CtlCommand *command _unused_, Json *params)
{
    char *words[] = {(char *)json_string(params, "topic"), (char *)json_string(params, "rest")};
    return ctl_help_about(words, words[0] ? (words[1] ? 2 : 1) : 0);
}

static void print_command(const CtlCommand *command);
static void print_method(const Method *method);

int ctl_help_about(char *const *words, size_t count)
{
    size_t used = 0;
    if (count == 0) {
        ctl_help_overview();
        return CTL_OK;
    }
    const CtlCommand *topic = ctl_commands_find(words, count, &used);
    const Method *method = method_find(words[0]);
    if (topic) {
        print_command(topic);
    } else if (method) {
        print_method(method);
    } else if (print_commands(words[0]) == 0) {
        ctl_complain("no command or method \"%s\" (see: clockify-bridgectl --help)", words[0]);
        return CTL_USAGE;
    }
    return CTL_OK;
}

static void print_command(const CtlCommand *command)
{
    _cleanup_free_ char *usage = xasprintf("Usage: clockify-bridgectl %s ", command->name);
    print_row(usage, strlen("Usage: clockify-bridgectl "), command->synopsis);
    print_row("", 0, command->doc);
    if (command->method != METHOD_COUNT) {
        putchar('\n');
        print_method(&methods_all()[command->method]);
    }
}

static void print_param(const MethodParam *param);

static void print_method(const Method *method)
{
    printf("%s (%s)\n", method->name, role_name(method->role));
    print_row("", 2, method->doc);
    if (method->param_count > 0)
        puts("Params (* is required):");
    for (size_t i = 0; i < method->param_count; i++)
        print_param(&method->params[i]);
    puts("Result:");
    print_row("", 2, method->result);
    if (method->errors && *method->errors != ERROR_NONE)
        puts("Errors:");
    for (const ErrorReason *reason = method->errors; reason && *reason != ERROR_NONE; reason++) {
        _cleanup_free_ char *label = xasprintf("  %s", error_info(*reason)->name);
        print_row(label, 25, error_info(*reason)->when);
    }
    /* Whole, to be copied. */
    printf("Example:\n  clockify-bridgectl call %s '%s'\n", method->name, method->example);
}

static void print_param(const MethodParam *param)
{
    _cleanup_free_ char *label = xasprintf("  %-12s%s", param->name, param->required ? "*" : " ");
    _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;
    buffer_addf(&text, "%s", param->doc);
    for (size_t i = 0; param->choices && param->choices[i]; i++)
        buffer_addf(&text, "%s%s", i == 0 ? " One of: " : ", ", param->choices[i]);
    print_row(label, 16, text.data);
}

static const struct {
    ErrorReason reason;
    const char *hint;
} hints[] = {
    {ERROR_FORBIDDEN, "call as one of socket.operators in bridge.conf: root, unless changed"},
    {ERROR_METHOD_NOT_FOUND, "clockify-bridgectl describe lists the methods"},
    {ERROR_INVALID_PARAMS, "clockify-bridgectl help COMMAND or METHOD says what it takes"},
    {ERROR_NOT_CONFIGURED, "name the Clockify server: clockify-bridgectl server set URL"},
    {ERROR_CLOCKIFY_KEY_REQUIRED,
     "clockify-bridgectl account connect USER --clockify-key-file FILE"},
    {ERROR_CLOCKIFY_KEY_REJECTED,
     "a new key: clockify-bridgectl account connect USER --clockify-key-file FILE"},
    {ERROR_JIRA_TOKEN_REQUIRED, "clockify-bridgectl account connect USER --jira-token-file FILE"},
    {ERROR_JIRA_TOKEN_REJECTED, "a new token of that very user: clockify-bridgectl account connect "
                                "USER --jira-token-file FILE"},
    {ERROR_UNAVAILABLE, "clockify-bridgectl status shows what is out of reach"},
    {ERROR_RATE_LIMITED, "the service asks for a rest; what is queued goes on by itself"},
    {ERROR_BUSY, "ask again in a moment"},
    {ERROR_STORE, "look at the disk and at: journalctl -u clockify-bridged"},
    {ERROR_INTERNAL, "the details are in: journalctl -u clockify-bridged"},
};

const char *ctl_help_hint(const char *reason)
{
    for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
        if (streq(error_info(hints[i].reason)->name, reason))
            return hints[i].hint;
    return NULL;
}
