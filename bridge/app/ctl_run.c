/* SPDX-License-Identifier: Apache-2.0 */

/* Commands that need more than the table can say. */

#include "app/ctl_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "app/ctl_file.h"
#include "base/buffer.h"
#include "base/secret.h"

#define FILE_MOST    (256 * 1024)
#define PARAMS_DEPTH 64
#define FOLLOW_MS    1000

static const char *method_name(MethodId method)
{
    return methods_all()[method].name;
}

/* The bridge keeps who did it: the login name unless another was given. */
int ctl_run_server_set(Ctl *ctl, const CtlCommand *command, Json *params)
{
    _cleanup_json_ Json *result = NULL;
    if (!json_has(params, "by")) {
        const struct passwd *entry = getpwuid(getuid());
        json_put_string(params, "by", entry ? entry->pw_name : "operator");
    }
    int status = ctl_ask(ctl, method_name(command->method), json_ref(params), &result);
    if (status == CTL_OK)
        ctl_show(ctl, command, result);
    return status;
}

static int connect_service(Ctl *ctl, const Json *params, MethodId method, const char *file_param,
                           const char *secret_param, Json **ret);

int ctl_run_account_connect(Ctl *ctl, const CtlCommand *command, Json *params)
{
    _cleanup_json_ Json *result = NULL;
    if (!json_has(params, "clockify_key_file") && !json_has(params, "jira_token_file")) {
        ctl_complain("nothing to connect: give --clockify-key-file or --jira-token-file");
        return CTL_USAGE;
    }
    int status = connect_service(ctl, params, METHOD_ACCOUNT_CONNECT_CLOCKIFY, "clockify_key_file",
                                 "api_key", &result);
    if (status == CTL_OK)
        status = connect_service(ctl, params, METHOD_ACCOUNT_CONNECT_JIRA, "jira_token_file",
                                 "token", &result);
    if (status == CTL_OK)
        ctl_show(ctl, command, result);
    return status;
}

static int read_file(const char *path, Buffer *ret);

static int connect_service(Ctl *ctl, const Json *params, MethodId method, const char *file_param,
                           const char *secret_param, Json **ret)
{
    const char *path = json_string(params, file_param);
    _cleanup_(buffer_done) Buffer secret = BUFFER_EMPTY;
    if (!path)
        return CTL_OK;
    if (read_file(path, &secret) < 0)
        return CTL_USAGE;
    while (secret.length > 0 && strchr(" \t\r\n", secret.data[secret.length - 1]))
        secret.data[--secret.length] = '\0';
    Json *ask = json_new_object();
    json_put_string(ask, "user", json_string(params, "user"));
    json_put_string(ask, secret_param, buffer_text(&secret));
    if (method == METHOD_ACCOUNT_CONNECT_JIRA && json_has(params, "expires"))
        json_put_string(ask, "expires", json_string(params, "expires"));
    secret_wipe(secret.data, secret.length);
    json_freep(ret);
    *ret = NULL;
    return ctl_ask(ctl, method_name(method), ask, ret);
}

/* Reads a whole file, "-" = standard input; complains when it cannot. */
static int read_file(const char *path, Buffer *ret)
{
    _cleanup_close_ int fd =
        streq(path, "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    char bytes[4096];
    ssize_t got = fd < 0 ? -1 : 0;
    while (fd >= 0 && ret->length <= FILE_MOST && (got = read(fd, bytes, sizeof(bytes))) > 0)
        buffer_add(ret, bytes, (size_t)got);
    int saved = errno;
    secret_wipe(bytes, sizeof(bytes));
    if (got < 0 || ret->length > FILE_MOST) {
        ctl_complain("%s cannot be read: %s", path, got < 0 ? strerror(saved) : "it is too long");
        return -1;
    }
    return 0;
}

static int follow_pending(Ctl *ctl);

int ctl_run_worklogs_retry(Ctl *ctl, const CtlCommand *command, Json *params)
{
    _cleanup_json_ Json *result = NULL;
    bool wait = json_flag(params, "wait", false);
    json_object_object_del(params, "wait");
    int status = ctl_ask(ctl, method_name(command->method), json_ref(params), &result);
    if (status == CTL_OK)
        ctl_show(ctl, command, result);
    if (status == CTL_OK && wait)
        status = follow_pending(ctl);
    return status;
}

static void show_pending(int64_t pending, int64_t blocked);

/* Ends when nothing is pending any more; a paused bridge would keep us here for ever. */
static int follow_pending(Ctl *ctl)
{
    for (;;) {
        _cleanup_json_ Json *bridge = NULL;
        int status = ctl_ask(ctl, method_name(METHOD_BRIDGE_STATUS), NULL, &bridge);
        if (status != CTL_OK)
            return status;
        const Json *worklogs = json_child(bridge, "worklogs");
        int64_t pending = json_int(worklogs, "pending", 0);
        int64_t blocked = json_int(worklogs, "blocked", 0);
        show_pending(pending, blocked);
        if (pending == 0 && blocked > 0)
            ctl_complain("%lld worklogs are blocked: clockify-bridgectl worklogs --blocked",
                         (long long)blocked);
        if (pending == 0)
            return blocked > 0 ? CTL_FAILED : CTL_OK;
        if (json_flag(bridge, "paused", false)) {
            ctl_complain("the bridge is paused: clockify-bridgectl resume");
            return CTL_FAILED;
        }
        poll(NULL, 0, FOLLOW_MS);
    }
}

static void show_pending(int64_t pending, int64_t blocked)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (pending > 0)
        fprintf(stderr, "\r\033[K%lld pending, %lld blocked", (long long)pending,
                (long long)blocked);
    else
        fputs("\r\033[K", stderr);
}

/* A broken trail is an answer, not an error; for a script it is a failure all the same. */
int ctl_run_audit_verify(Ctl *ctl, const CtlCommand *command, Json *params)
{
    _cleanup_json_ Json *result = NULL;
    int status = ctl_ask(ctl, method_name(command->method), json_ref(params), &result);
    if (status != CTL_OK)
        return status;
    ctl_show(ctl, command, result);
    return json_flag(result, "ok", false) ? CTL_OK : CTL_FAILED;
}

static int write_metrics(const char *path, const char *counters);

/* A bridge that is down is a counter too: who watches the file sees it, and not only an old file.
 */
int ctl_run_metrics(Ctl *ctl, const CtlCommand *command, Json *params)
{
    const char *path = json_string(params, "textfile");
    _cleanup_json_ Json *result = NULL;
    int status = ctl_ask(ctl, method_name(command->method), NULL, &result);
    if (path && write_metrics(path, json_string(result, "text")) < 0)
        return CTL_FAILED;
    if (status == CTL_OK && !path)
        ctl_show(ctl, command, result);
    return status;
}

static int write_metrics(const char *path, const char *counters)
{
    _cleanup_free_ char *text =
        xasprintf("# HELP clockify_bridge_up Whether the bridge answered when this was written.\n"
                  "# TYPE clockify_bridge_up gauge\n"
                  "clockify_bridge_up %d\n%s",
                  counters != NULL, counters ? counters : "");
    Error error = {0};
    if (ctl_file_replace(path, text, 0644, &error) >= 0)
        return 0;
    ctl_complain("%s", error.message);
    return -1;
}

static int pick_method(const Json *described, const char *name, Json **ret);

/* The method takes no params: a name picks from its answer. */
int ctl_run_describe(Ctl *ctl, const CtlCommand *command, Json *params)
{
    const char *name = json_string(params, "method");
    _cleanup_json_ Json *result = NULL;
    _cleanup_json_ Json *picked = NULL;
    int status = ctl_ask(ctl, method_name(command->method), NULL, &result);
    if (status == CTL_OK && name)
        status = pick_method(result, name, &picked);
    if (status == CTL_OK)
        ctl_show(ctl, command, name ? picked : result);
    return status;
}

static int pick_method(const Json *described, const char *name, Json **ret)
{
    Json *methods = json_list(described, "methods");
    for (size_t i = 0; i < json_count(methods); i++)
        if (streq(json_string(json_at(methods, i), "name"), name)) {
            *ret = json_ref(json_at(methods, i));
            return CTL_OK;
        }
    ctl_complain("the bridge has no method \"%s\" (see: clockify-bridgectl describe)", name);
    return CTL_FAILED;
}

static int read_params(const char *text, Json **ret);

int ctl_run_call(Ctl *ctl, const CtlCommand *command, Json *params)
{
    _cleanup_json_ Json *ask = NULL;
    _cleanup_json_ Json *result = NULL;
    if (read_params(json_string(params, "params"), &ask) < 0)
        return CTL_USAGE;
    if (ctl->user && !json_has(ask, "user"))
        json_put_string(ask, "user", ctl->user);
    int status = ctl_ask(ctl, json_string(params, "method"), STEAL(ask), &result);
    if (status == CTL_OK)
        ctl_show(ctl, command, result);
    return status;
}

static int read_params(const char *text, Json **ret)
{
    _cleanup_(buffer_done) Buffer input = BUFFER_EMPTY;
    _cleanup_json_ Json *params = NULL;
    Error error = {0};
    if (streq(text, "-") && read_file(text, &input) < 0)
        return -1;
    if (streq(text, "-"))
        text = buffer_text(&input);
    if (!text)
        text = "{}";
    if (json_parse(text, strlen(text), PARAMS_DEPTH, &params, &error) < 0) {
        ctl_complain("PARAMS is no JSON: %s", error.message);
        return -1;
    }
    if (!json_object_is_type(params, json_type_object)) {
        ctl_complain("PARAMS must be a JSON object, such as '{\"user\":\"JIRAUSER10100\"}'");
        return -1;
    }
    *ret = STEAL(params);
    return 0;
}
