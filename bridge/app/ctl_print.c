/* SPDX-License-Identifier: Apache-2.0 */

/* Turns results into lines and tables; asks nothing and judges nothing. */

#include "app/ctl_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/ctl_table.h"
#include "base/text.h"

/* `text` makes the cell from the member `key` of the row, or of the row's object `parent`; the
 * caller owns it, NULL = nothing there. */
typedef struct Column {
    const char *title;
    const char *parent; /* NULL = the row itself */
    const char *key;
    char *(*text)(const Json *object, const char *key);
} Column;

static void print_rows(const Column *columns, size_t count, const Json *items);
static void print_field(const char *name, char *text);
static char *text_of(const Json *object, const char *key);
static char *number_of(const Json *object, const char *key);
static char *duration_of(const Json *object, const char *key);
static char *outcome_of(const Json *object, const char *key);
static char *problem_or(const Json *object, const char *key);
static char *duration_text(int64_t seconds);
static char *problem_of(const Json *object);

void ctl_print_json_line(const Json *result)
{
    _cleanup_free_ char *text = json_text(result);
    puts(text);
}

void ctl_print_json(const Json *result)
{
    puts(json_object_to_json_string_ext((Json *)result, JSON_C_TO_STRING_PRETTY |
                                                            JSON_C_TO_STRING_SPACED |
                                                            JSON_C_TO_STRING_NOSLASHESCAPE));
}

static char *service_text(const Json *service);
static char *paused_text(const Json *status);

void ctl_print_status(const Json *status)
{
    const Json *store = json_child(status, "store");
    const Json *entries = json_child(status, "entries");
    const Json *worklogs = json_child(status, "worklogs");
    int64_t oldest = json_int(worklogs, "oldest_pending_s", 0);
    _cleanup_free_ char *up = duration_text(json_int(status, "uptime_s", 0));
    _cleanup_free_ char *waits = oldest > 0 ? duration_text(oldest) : NULL;
    print_field("bridge", xasprintf("%s on %s, up %s", json_string(status, "version"),
                                    json_string(status, "node"), up));
    print_field("store", xasprintf("%s, %s", json_string(store, "backend"),
                                   json_flag(store, "ok", false) ? "ok" : "FAILING"));
    print_field("clockify", service_text(json_child(status, "clockify")));
    print_field("jira", service_text(json_child(status, "jira")));
    print_field("paused", paused_text(status));
    print_field("entries",
                xasprintf("%" PRId64 " queued, %" PRId64 " blocked", json_int(entries, "queued", 0),
                          json_int(entries, "blocked", 0)));
    print_field("worklogs",
                xasprintf("%" PRId64 " pending, %" PRId64 " blocked%s%s",
                          json_int(worklogs, "pending", 0), json_int(worklogs, "blocked", 0),
                          waits ? ", oldest waits " : "", waits ? waits : ""));
}

static char *service_text(const Json *service)
{
    const char *url = json_string(service, "url");
    const char *last = json_string(service, "last_ok");
    _cleanup_free_ char *problem = problem_of(service);
    const char *state = problem                           ? problem
                        : json_flag(service, "ok", false) ? "ok"
                                                          : "not asked yet";
    return xasprintf("%s, %s%s%s", url ? url : "no URL", state, last ? ", last answer " : "",
                     last ? last : "");
}

static char *paused_text(const Json *status)
{
    const char *why = json_string(status, "pause_reason");
    if (!json_flag(status, "paused", false))
        return xstrdup("no");
    return xasprintf("YES%s%s", why ? ": " : "", why ? why : "");
}

void ctl_print_server(const Json *server)
{
    static const Column checks[] = {{"CHECK", NULL, "name", text_of},
                                    {"RESULT", NULL, "ok", outcome_of},
                                    {"DETAIL", NULL, "detail", text_of}};
    print_field("kind", text_of(server, "kind"));
    if (json_string(server, "region"))
        print_field("region", text_of(server, "region"));
    print_field("url", text_of(server, "url"));
    print_field("api", text_of(server, "api_url"));
    print_field("keys at", text_of(server, "key_url"));
    if (json_list(server, "checks"))
        print_rows(checks, ARRAY_SIZE(checks), json_list(server, "checks"));
}

static char *clockify_text(const Json *clockify);
static char *jira_text(const Json *jira);

void ctl_print_account(const Json *account)
{
    print_field("clockify", clockify_text(json_child(account, "clockify")));
    print_field("jira", jira_text(json_child(account, "jira")));
    print_field("keys at", text_of(account, "key_url"));
}

static char *clockify_text(const Json *clockify)
{
    const Json *workspace = json_child(clockify, "workspace");
    const char *email = json_string(clockify, "email");
    const char *hint = json_string(clockify, "key_hint");
    if (!clockify)
        return xstrdup("not connected");
    return xasprintf("%s <%s>, workspace %s, key %s", json_string(clockify, "name"),
                     email ? email : "", workspace ? json_string(workspace, "name") : "-",
                     hint ? hint : "-");
}

static char *jira_text(const Json *jira)
{
    const char *name = json_string(jira, "name");
    const char *expires = json_string(jira, "expires");
    if (!jira)
        return xstrdup("not connected");
    return xasprintf("%s (%s)%s%s", name ? name : "-", json_string(jira, "user"),
                     expires ? ", expires " : "", expires ? expires : "");
}

void ctl_print_entries(const Json *list)
{
    static const Column columns[] = {
        {"ID", NULL, "id", text_of},
        {"ISSUE", NULL, "issue", text_of},
        {"STATE", NULL, "state", text_of},
        {"DELIVERY", NULL, "delivery", text_of},
        {"START", NULL, "start", text_of},
        {"TIME", NULL, "seconds", duration_of},
        {"WORKLOG", "worklog", "state", text_of},
        {"PROJECT", "project", "name", text_of},
        {"PROBLEM OR DESCRIPTION", NULL, "description", problem_or},
    };
    print_rows(columns, ARRAY_SIZE(columns), json_list(list, "items"));
}

static const Column worklog_columns[] = {
    {"ID", NULL, "id", text_of},
    {"ISSUE", NULL, "issue", text_of},
    {"USER", NULL, "user", text_of},
    {"STARTED", NULL, "started", text_of},
    {"TIME", NULL, "seconds", duration_of},
    {"STATE", NULL, "state", text_of},
    {"JIRA ID", NULL, "jira_id", text_of},
    {"TRIES", NULL, "attempts", number_of},
    {"PROBLEM OR COMMENT", NULL, "comment", problem_or},
};

void ctl_print_worklogs(const Json *list)
{
    print_rows(worklog_columns, ARRAY_SIZE(worklog_columns), json_list(list, "items"));
}

void ctl_print_worklog(const Json *result)
{
    _cleanup_json_ Json *items = json_new_array();
    json_add(items, json_ref(json_child(result, "worklog")));
    print_rows(worklog_columns, ARRAY_SIZE(worklog_columns), items);
}

static char *json_of(const Json *object, const char *key)
{
    const Json *member = json_get(object, key);
    return member ? json_text(member) : NULL;
}

void ctl_print_audit(const Json *list)
{
    static const Column columns[] = {
        {"ID", NULL, "id", text_of},           {"MOMENT", NULL, "moment", text_of},
        {"ACTION", NULL, "action", text_of},   {"USER", NULL, "user", text_of},
        {"ACCOUNT", NULL, "account", text_of}, {"DETAILS", NULL, "details", json_of},
    };
    print_rows(columns, ARRAY_SIZE(columns), json_list(list, "items"));
}

void ctl_print_audit_check(const Json *check)
{
    bool ok = json_flag(check, "ok", false);
    print_field("trail", xstrdup(ok ? "whole" : "BROKEN"));
    print_field("rows", number_of(check, "count"));
    print_field("head", text_of(check, "head"));
    if (!ok)
        print_field(
            "at", xasprintf("row %s: %s", json_string(check, "broken"), json_string(check, "why")));
}

void ctl_print_backup(const Json *result)
{
    print_field("backup", text_of(result, "file"));
    print_field("bytes", number_of(result, "size"));
    puts("The master key is not in it: keep a copy of the key, and keep it apart from this file.");
}

void ctl_print_count(const Json *result)
{
    printf("%" PRId64 " go on now\n", json_int(result, "count", 0));
}

void ctl_print_changed(const Json *result)
{
    const Json *changed = json_list(result, "changed");
    if (json_count(changed) == 0)
        puts("nothing has changed");
    for (size_t i = 0; i < json_count(changed); i++)
        printf("changed: %s\n", json_string_at(changed, i));
}

void ctl_print_sealed(const Json *result)
{
    printf("%" PRId64 " secrets sealed anew\n", json_int(result, "sealed", 0));
}

void ctl_print_text(const Json *result)
{
    const char *text = json_string(result, "text");
    fputs(text ? text : "", stdout);
}

void ctl_print_methods(const Json *result)
{
    static const Column columns[] = {{"METHOD", NULL, "name", text_of},
                                     {"ROLE", NULL, "role", text_of},
                                     {"WHAT IT DOES", NULL, "doc", text_of}};
    const Json *methods = json_list(result, "methods");
    if (methods)
        print_rows(columns, ARRAY_SIZE(columns), methods);
    else
        ctl_print_json(result);
}

static char *cell(const Column *column, const Json *row);

static void print_rows(const Column *columns, size_t count, const Json *items)
{
    const char *titles[16];
    if (json_count(items) == 0) {
        puts("none");
        return;
    }
    for (size_t i = 0; i < count && i < ARRAY_SIZE(titles); i++)
        titles[i] = columns[i].title;
    _cleanup_(ctl_table_freep) CtlTable *table = ctl_table_new(titles, count);
    for (size_t row = 0; row < json_count(items); row++)
        for (size_t i = 0; i < count; i++)
            ctl_table_add(table, cell(&columns[i], json_at(items, row)));
    ctl_table_print(table);
}

static char *cell(const Column *column, const Json *row)
{
    return column->text(column->parent ? json_child(row, column->parent) : row, column->key);
}

/* "name       text"; takes over `text`, NULL = "-". */
static void print_field(const char *name, char *text)
{
    if (text)
        text_neutralize(text);
    printf("%-10s %s\n", name, text ? text : "-");
    free(text);
}

static char *text_of(const Json *object, const char *key)
{
    return xstrdup(json_string(object, key));
}

static char *number_of(const Json *object, const char *key)
{
    return xasprintf("%" PRId64, json_int(object, key, 0));
}

static char *duration_of(const Json *object, const char *key)
{
    return json_get(object, key) ? duration_text(json_int(object, key, 0)) : NULL;
}

static char *outcome_of(const Json *object, const char *key)
{
    return xstrdup(json_flag(object, key, false) ? "ok" : "FAILED");
}

/* What hinders the entry or worklog, else what hinders the entry's worklog, else what it says. */
static char *problem_or(const Json *object, const char *key)
{
    char *problem = problem_of(object);
    if (!problem)
        problem = problem_of(json_child(object, "worklog"));
    return problem ? problem : text_of(object, key);
}

/* "2 d 3 h", "1 h 05 min", "12 min", "40 s": the two largest units, as a person would say it. */
static char *duration_text(int64_t seconds)
{
    if (seconds >= 86400)
        return xasprintf("%" PRId64 " d %" PRId64 " h", seconds / 86400, seconds % 86400 / 3600);
    if (seconds >= 3600)
        return xasprintf("%" PRId64 " h %02" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
    if (seconds >= 60 && seconds % 60 == 0)
        return xasprintf("%" PRId64 " min", seconds / 60);
    if (seconds >= 60)
        return xasprintf("%" PRId64 " min %02" PRId64 " s", seconds / 60, seconds % 60);
    return xasprintf("%" PRId64 " s", seconds);
}

/* `problem` is an object with reason and message, or a sentence. */
static char *problem_of(const Json *object)
{
    const Json *problem = json_child(object, "problem");
    const char *message = json_string(problem, "message");
    const char *reason = json_string(problem, "reason");
    if (!problem)
        return text_of(object, "problem");
    return xasprintf("%s: %s", reason ? reason : "problem", message ? message : "");
}
