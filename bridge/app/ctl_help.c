/* SPDX-License-Identifier: Apache-2.0 */

/* Prints what the tables say; holds no word about a command or a method of its own. */

#include "app/ctl_help.h"

#include <inttypes.h>
#include <stdio.h>

static void print_commands(void);
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
    print_commands();
    fputs("\nMethods for \"call\" (clockify-bridgectl help METHOD says more):\n", stdout);
    print_methods();
    fputs("\n"
          "Exit status: 0 done; 1 the bridge answered with an error; 2 wrong usage; 3 no bridge\n"
          "there, or no answer in time.\n",
          stdout);
}

static void print_commands(void)
{
    size_t count;
    const CtlCommand *commands = ctl_commands_all(&count);
    for (size_t i = 0; i < count; i++)
        printf("  %-19s %s\n", commands[i].name, commands[i].doc);
}

static void print_methods(void)
{
    const Method *methods = methods_all();
    for (size_t i = 0; i < METHOD_COUNT; i++)
        printf("  %-24s %s\n", methods[i].name, methods[i].doc);
}

static void print_command(const CtlCommand *command);
static void print_method(const Method *method);

int ctl_help_run(Ctl *ctl _unused_, const CtlCommand *command _unused_, Json *params)
{
    char *words[] = {(char *)json_string(params, "topic"), (char *)json_string(params, "rest")};
    size_t count = words[0] ? (words[1] ? 2 : 1) : 0;
    size_t used = 0;
    if (count == 0) {
        ctl_help_overview();
        return CTL_OK;
    }
    const CtlCommand *topic = ctl_commands_find(words, count, &used);
    const Method *method = method_find(words[0]);
    if (topic)
        print_command(topic);
    else if (method)
        print_method(method);
    else
        ctl_complain("no command or method \"%s\" (see: clockify-bridgectl --help)", words[0]);
    return topic || method ? CTL_OK : CTL_USAGE;
}

static void print_command(const CtlCommand *command)
{
    printf("Usage: clockify-bridgectl %s %s\n%s\n", command->name, command->synopsis, command->doc);
    if (command->method != METHOD_COUNT) {
        putchar('\n');
        print_method(&methods_all()[command->method]);
    }
}

static void print_param(const MethodParam *param);

static void print_method(const Method *method)
{
    printf("%s (%s)\n  %s\n", method->name, role_name(method->role), method->doc);
    if (method->param_count > 0)
        puts("Params (* is required):");
    for (size_t i = 0; i < method->param_count; i++)
        print_param(&method->params[i]);
    printf("Result:\n  %s\n", method->result);
    if (method->errors && *method->errors != ERROR_NONE)
        puts("Errors:");
    for (const ErrorReason *reason = method->errors; reason && *reason != ERROR_NONE; reason++)
        printf("  %-22s %s\n", error_info(*reason)->name, error_info(*reason)->when);
    printf("Example:\n  clockify-bridgectl call %s '%s'\n", method->name, method->example);
}

static void print_param(const MethodParam *param)
{
    printf("  %-12s%s %s", param->name, param->required ? "*" : " ", param->doc);
    for (size_t i = 0; param->choices && param->choices[i]; i++)
        printf("%s%s", i == 0 ? " One of: " : ", ", param->choices[i]);
    putchar('\n');
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
