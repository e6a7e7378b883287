/* SPDX-License-Identifier: Apache-2.0 */

/* The commands as a table, and the way from its row to the bridge and back. What takes more than
 * one call is in ctl_run.c. */

#include "app/ctl_commands.h"

#include <stdio.h>

#include "app/bundle.h"
#include "app/ctl_backup.h"
#include "app/ctl_help.h"
#include "app/ctl_print.h"
#include "app/ctl_run.h"
#include "app/doctor.h"
#include "app/import_proxy.h"

/* clang-format would give each row a dozen lines. */
/* clang-format off */
#define WORD(name)           {.param = (name), .required = true}
#define WORD_MAYBE(name)     {.param = (name)}
#define OPTION(option_, name) {.option = (option_), .param = (name)}
#define NUMBER(option_, name) {.option = (option_), .param = (name), .type = CTL_NUMBER}
#define FLAG(option_, name)   {.option = (option_), .param = (name), .type = CTL_FLAG}

static const CtlCommand commands[] = {
    {.name = "status", .synopsis = "",
     .doc = "How the bridge is: services, store, what waits, what is blocked.",
     .method = METHOD_BRIDGE_STATUS, .print = ctl_print_status},
    {.name = "doctor", .synopsis = "[--config FILE]",
     .doc = "Looks at all that the bridge of this node stands on, and says what to do; needs no running bridge.",
     .method = METHOD_COUNT, .args = {OPTION("--config", "config")}, .run = doctor_run},
    {.name = "support-bundle", .synopsis = "FILE [--yes | --dry-run] [--config FILE]",
     .doc = "Writes an archive (tar.gz) for whoever helps from afar, without secrets and names; says what is in it, and asks.",
     .method = METHOD_COUNT,
     .args = {WORD("file"), FLAG("--yes", "yes"), FLAG("--dry-run", "dry_run"), OPTION("--config", "config")},
     .run = bundle_run},
    {.name = "import-proxy", .synopsis = "[SETENV.SH] [--write] [--config FILE]",
     .doc = "Shows the proxy that Jira's JVM was told of as a setting of the bridge; with --write, sets it.",
     .method = METHOD_COUNT,
     .args = {WORD_MAYBE("script"), FLAG("--write", "write"), OPTION("--config", "config")},
     .run = import_proxy_run},

    {.name = "server get", .synopsis = "",
     .doc = "Which Clockify server is used.",
     .method = METHOD_SERVER_GET, .print = ctl_print_server},
    {.name = "server set",
     .synopsis = "(URL | --region use2|euc1|euw2|apse2) [--force] [--by KEY]",
     .doc = "Uses this Clockify server from now on; refused when it cannot be reached, unless forced.",
     .method = METHOD_SERVER_SET,
     .args = {WORD_MAYBE("url"), OPTION("--region", "region"), FLAG("--force", "force"), OPTION("--by", "by")},
     .run = ctl_run_server_set, .print = ctl_print_server},
    {.name = "server test", .synopsis = "URL",
     .doc = "Tries a Clockify server without using it.",
     .method = METHOD_SERVER_TEST, .args = {WORD("url")}, .print = ctl_print_server},

    {.name = "account get", .synopsis = "USER",
     .doc = "What a user is connected to; shows no secret.",
     .method = METHOD_ACCOUNT_GET, .args = {WORD("user")}, .print = ctl_print_account},
    {.name = "account connect",
     .synopsis = "USER [--clockify-key-file FILE] [--jira-token-file FILE [--expires TIME]]",
     .doc = "Stores a user's key and token, read from files (\"-\" is standard input); each is tried first.",
     .method = METHOD_COUNT,
     .args = {WORD("user"), OPTION("--clockify-key-file", "clockify_key_file"),
              OPTION("--jira-token-file", "jira_token_file"), OPTION("--expires", "expires")},
     .run = ctl_run_account_connect, .print = ctl_print_account},
    {.name = "account disconnect", .synopsis = "USER [--service clockify|jira]",
     .doc = "Forgets a user's key and token, or one of them.",
     .method = METHOD_ACCOUNT_DISCONNECT,
     .args = {WORD("user"), OPTION("--service", "service")}, .print = ctl_print_account},

    {.name = "entries",
     .synopsis = "USER [--issue KEY] [--state STATE] [--delivery DELIVERY] [--limit N] [--before ID]",
     .doc = "A user's entries, newest first.",
     .method = METHOD_ENTRY_LIST,
     .args = {WORD("user"), OPTION("--issue", "issue"), OPTION("--state", "state"),
              OPTION("--delivery", "delivery"), NUMBER("--limit", "limit"), OPTION("--before", "before")},
     .print = ctl_print_entries},
    {.name = "entries retry", .synopsis = "(--id N | --user KEY | --all)",
     .doc = "Lets blocked entries go on now.",
     .method = METHOD_ENTRY_RETRY,
     .args = {OPTION("--id", "id"), OPTION("--user", "user"), FLAG("--all", "all")},
     .print = ctl_print_count},

    {.name = "worklogs",
     .synopsis = "[--blocked | --state STATE] [--user KEY] [--issue KEY] [--limit N] [--before ID]",
     .doc = "Worklogs, newest first.",
     .method = METHOD_WORKLOG_LIST,
     .args = {{.option = "--blocked", .param = "state", .type = CTL_FLAG, .flag_text = "blocked"},
              OPTION("--state", "state"), OPTION("--user", "user"), OPTION("--issue", "issue"),
              NUMBER("--limit", "limit"), OPTION("--before", "before")},
     .print = ctl_print_worklogs},
    {.name = "worklogs retry", .synopsis = "(--id N | --user KEY | --all) [--wait]",
     .doc = "Lets blocked worklogs go on now; with --wait, follows until none is pending.",
     .method = METHOD_WORKLOG_RETRY,
     .args = {OPTION("--id", "id"), OPTION("--user", "user"), FLAG("--all", "all"), FLAG("--wait", "wait")},
     .run = ctl_run_worklogs_retry, .print = ctl_print_count},
    {.name = "worklogs abandon", .synopsis = "ID --why TEXT",
     .doc = "Gives a worklog up for good.",
     .method = METHOD_WORKLOG_ABANDON,
     .args = {WORD("id"), {.option = "--why", .param = "why", .required = true}},
     .print = ctl_print_worklog},

    {.name = "pause", .synopsis = "[--why TEXT]",
     .doc = "Calls are still taken; nothing is sent until resume.",
     .method = METHOD_BRIDGE_PAUSE, .args = {OPTION("--why", "why")}, .print = ctl_print_status},
    {.name = "resume", .synopsis = "[--why TEXT]",
     .doc = "Ends a pause.",
     .method = METHOD_BRIDGE_RESUME, .args = {OPTION("--why", "why")}, .print = ctl_print_status},
    {.name = "reload", .synopsis = "",
     .doc = "Reads the configuration file again; a bad one changes nothing.",
     .method = METHOD_BRIDGE_RELOAD, .print = ctl_print_changed},
    {.name = "rotate", .synopsis = "",
     .doc = "Seals every stored secret anew under the newest master key.",
     .method = METHOD_SECRET_ROTATE, .print = ctl_print_sealed},
    {.name = "audit", .synopsis = "[--user KEY] [--limit N] [--before ID]",
     .doc = "Who connected, set, paused, rotated or gave up what, newest first.",
     .method = METHOD_AUDIT_LIST,
     .args = {OPTION("--user", "user"), NUMBER("--limit", "limit"), OPTION("--before", "before")},
     .print = ctl_print_audit},
    {.name = "audit verify", .synopsis = "[--head HEAD]",
     .doc = "Whether the audit trail is as it was written, and still has the row that HEAD of an earlier check names.",
     .method = METHOD_AUDIT_VERIFY, .args = {OPTION("--head", "head")},
     .run = ctl_run_audit_verify, .print = ctl_print_audit_check},
    {.name = "backup", .synopsis = "FILE [--force]",
     .doc = "Copies the database, while it is in use, to FILE; the master key is not in it.",
     .method = METHOD_STORE_BACKUP, .args = {WORD("file"), FLAG("--force", "force")},
     .run = ctl_run_backup, .print = ctl_print_backup},
    {.name = "restore", .synopsis = "FILE [--config FILE] [--dry-run] [--yes] [--no-key-check]",
     .doc = "Puts a backup in the place of the database of a bridge that does not run; says first what is in it.",
     .method = METHOD_COUNT,
     .args = {WORD("file"), OPTION("--config", "config"), FLAG("--dry-run", "dry_run"), FLAG("--yes", "yes"),
              FLAG("--no-key-check", "no_key_check")},
     .run = ctl_run_restore},
    {.name = "metrics", .synopsis = "[--textfile FILE]",
     .doc = "Counters in Prometheus's text format; with --textfile, into a file for node_exporter's collector, also when the bridge is down.",
     .method = METHOD_BRIDGE_METRICS, .args = {OPTION("--textfile", "textfile")},
     .run = ctl_run_metrics, .print = ctl_print_text},

    {.name = "describe", .synopsis = "[METHOD]",
     .doc = "The methods that the running bridge has.",
     .method = METHOD_BRIDGE_DESCRIBE, .args = {WORD_MAYBE("method")},
     .run = ctl_run_describe, .print = ctl_print_methods},
    {.name = "call", .synopsis = "METHOD [PARAMS]",
     .doc = "Calls any method; PARAMS is a JSON object, \"-\" reads it from standard input.",
     .method = METHOD_COUNT,
     .args = {WORD("method"), WORD_MAYBE("params"), OPTION("--user", "user")},
     .run = ctl_run_call, .print = ctl_print_json},
    {.name = "help", .synopsis = "[COMMAND | METHOD]",
     .doc = "What a command or a method does and takes.",
     .method = METHOD_COUNT, .args = {WORD_MAYBE("topic"), WORD_MAYBE("rest")},
     .run = ctl_help_run},
};
/* clang-format on */

const CtlCommand *ctl_commands_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(commands);
    return commands;
}

static size_t match(const char *name, char *const *words, size_t count);

const CtlCommand *ctl_commands_find(char *const *words, size_t count, size_t *ret_used)
{
    const CtlCommand *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        size_t used = match(commands[i].name, words, count);
        if (used > longest) {
            longest = used;
            found = &commands[i];
        }
    }
    *ret_used = longest;
    return found;
}

/* How many words the name takes; 0 when they do not begin with it. */
static size_t match(const char *name, char *const *words, size_t count)
{
    size_t used = 0;
    while (*name) {
        size_t length = strcspn(name, " ");
        if (used == count || strlen(words[used]) != length ||
            strncmp(words[used], name, length) != 0)
            return 0;
        used++;
        name += length + (name[length] == ' ');
    }
    return used;
}

int ctl_commands_run(Ctl *ctl, const CtlCommand *command, char *const *words, size_t count)
{
    _cleanup_json_ Json *params = NULL;
    _cleanup_json_ Json *result = NULL;
    if (ctl_args_read(command->args, ctl->user, words, count, &params) < 0) {
        fprintf(stderr, "Usage: clockify-bridgectl %s %s\n", command->name, command->synopsis);
        return CTL_USAGE;
    }
    if (command->run)
        return command->run(ctl, command, params);
    int status = ctl_ask(ctl, methods_all()[command->method].name, STEAL(params), &result);
    if (status == CTL_OK)
        ctl_show(ctl, command, result);
    return status;
}

void ctl_show(const Ctl *ctl, const CtlCommand *command, const Json *result)
{
    if (ctl->json)
        ctl_print_json_line(result);
    else
        command->print(result);
}
