/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Jira says, in the language of who asks, and the shapes in which it says it; durations as
 * people write them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"

enum { ENGLISH, GERMAN, CHINESE, LANGUAGES };

static const char *const texts[TEXT_COUNT][LANGUAGES] = {
    [TEXT_WORKLOG_NULL] = {"Worklog must not be null.",
                           "Das Arbeitsprotokoll darf nicht leer sein.", "工作日志无效。"},
    [TEXT_BAD_DURATION] = {"Invalid time duration entered.", "Ungültige Zeitdauer eingegeben.",
                           "无效的工作持续时间。"},
    [TEXT_NO_PERMISSION] =
        {"%s, you do not have the permission to associate a worklog to this issue.",
         "%s, Sie haben keine Berechtigung, diesem Vorgang ein Arbeitsprotokoll zuzuordnen.",
         "%s,您没有权限将工作日志关联到此问题。"},
    [TEXT_NO_PERMISSION_ANON] =
        {"You do not have the permission to associate a worklog to this issue.",
         "Sie haben keine Berechtigung, diesem Vorgang ein Arbeitsprotokoll zuzuordnen.",
         "您没有权限将工作日志关联到此问题。"},
    [TEXT_NOT_EDITABLE] = {"You can not edit the issue as it is in a non-editable workflow state.",
                           "Der Vorgang befindet sich in einem nicht bearbeitbaren Status.",
                           "此问题处于不可编辑的工作流状态。"},
    [TEXT_TRACKING_OFF] = {"Time Tracking is not enabled.",
                           "Die Zeiterfassung ist nicht aktiviert.", "未启用时间跟踪。"},
    [TEXT_NO_ISSUE] = {"Issue Does Not Exist", "Vorgang existiert nicht", "问题不存在"},
    [TEXT_BOTH_TIMES] = {"Only one of timeSpent and timeSpentSeconds may be given.",
                         "Nur eines von timeSpent und timeSpentSeconds darf angegeben werden.",
                         "timeSpent 和 timeSpentSeconds 只能提供一个。"},
    [TEXT_NO_WORKLOG] = {"Cannot find worklog with id: '%s'.",
                         "Arbeitsprotokoll mit ID '%s' nicht gefunden.",
                         "找不到 ID 为 '%s' 的工作日志。"},
    [TEXT_BAD_START] = {"Error parsing time: %s", "Fehler beim Lesen der Zeit: %s",
                        "解析时间出错: %s"},
    [TEXT_TOO_LONG] =
        {"The entered text is too long. It exceeds the allowed limit of 32,767 characters.",
         "Der eingegebene Text ist zu lang (mehr als 32.767 Zeichen).",
         "输入的文本过长,超过 32,767 个字符。"},
    [TEXT_BAD_ESTIMATE] = {"You must supply a valid new estimate.",
                           "Bitte geben Sie eine gültige neue Schätzung an.",
                           "您必须提供有效的预估时间。"},
    [TEXT_RATE_LIMIT] = {"Rate limit exceeded.", "Anfragelimit überschritten.", "超出速率限制。"},
};

const char *jira_text(const Request *request, JiraText text)
{
    const char *locale = js_text(request->user, "locale");
    int language = strncmp(locale, "de", 2) == 0   ? GERMAN
                   : strncmp(locale, "zh", 2) == 0 ? CHINESE
                                                   : ENGLISH;
    return texts[text][language];
}

void jira_text_with(const Request *request, JiraText text, const char *with, char out[static 512])
{
    const char *format = jira_text(request, text), *hole = strstr(format, "%s");

    if (!hole)
        snprintf(out, 512, "%s", format);
    else
        snprintf(out, 512, "%.*s%.200s%s", (int)(hole - format), format, with, hole + 2);
}

int jira_fail(Reply *reply, int status, const char *message, const char *field, const char *error)
{
    struct json_object *body = js_new(), *messages = js_array(), *errors = js_new();

    if (message)
        js_push_str(messages, message);
    if (field)
        js_set_str(errors, field, error);
    js_set(body, "errorMessages", messages);
    js_set(body, "errors", errors);
    return reply_json(reply, status, body);
}

int jira_message(Reply *reply, int status, const char *message)
{
    struct json_object *body = js_new();
    js_set_str(body, "message", message);
    js_set_int(body, "status-code", status);
    return reply_json(reply, status, body);
}

int jira_html(Reply *reply, int status, const char *title)
{
    char text[512];
    snprintf(text, sizeof text,
             "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>HTTP Status %d - "
             "%s</h1></body></html>\n",
             title, status, title);
    return reply_text(reply, status, "text/html;charset=UTF-8", text);
}

int jira_token_fail(Reply *reply, int status, const char *exception, const char *error)
{
    struct json_object *body = js_new();
    js_set_str(body, "exception", exception);
    js_set_str(body, "error", error);
    return reply_json(reply, status, body);
}

void jira_duration(const Request *request, int64_t seconds, char out[static 64])
{
    int64_t day = js_int(jira_options(request), "hoursPerDay", 8) * 3600;
    int64_t week = js_int(jira_options(request), "daysPerWeek", 5) * day;
    const struct {
        int64_t size;
        char letter;
    } unit[] = {{week, 'w'}, {day, 'd'}, {3600, 'h'}, {60, 'm'}};
    size_t n = 0;

    for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
        if (seconds / unit[i].size)
            n += (size_t)snprintf(out + n, 64 - n, "%s%d%c", n ? " " : "",
                                  (int)(seconds / unit[i].size), unit[i].letter);
        seconds %= unit[i].size;
    }
    if (!n)
        snprintf(out, 64, "0m");
}

static int64_t unit_seconds(const Request *request, char letter)
{
    int64_t day = js_int(jira_options(request), "hoursPerDay", 8) * 3600;

    switch (letter) {
    case 'w':
        return js_int(jira_options(request), "daysPerWeek", 5) * day;
    case 'd':
        return day;
    case 'h':
        return 3600;
    case 'm':
    case '\0': /* the default unit */
    case ' ':
        return 60;
    default:
        return -1;
    }
}

int64_t jira_parse_duration(const Request *request, const char *text)
{
    double seconds = 0;
    bool any = false;

    while (*text) {
        char *end;
        double number;
        if (*text == ' ') {
            text++;
            continue;
        }
        if (!isdigit((unsigned char)*text))
            return -1;
        number = strtod(text, &end);
        if (unit_seconds(request, *end) < 0)
            return -1;
        seconds += number * (double)unit_seconds(request, *end);
        text = end + (*end != '\0');
        any = true;
    }
    return any && seconds < 1e12 ? (int64_t)seconds / 60 * 60 : -1;
}
