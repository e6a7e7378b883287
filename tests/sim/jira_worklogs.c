/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira's worklogs: add, change, delete. Whole minutes rounded down, less than one refused; the
 * remaining estimate is lowered unless the caller says otherwise; the author is who asks, whatever
 * the body says; nothing is known again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira.h"
#include "js.h"
#include "when.h"

#define COMMENT_LIMIT 32767

typedef enum Adjust { ADJUST_AUTO, ADJUST_LEAVE, ADJUST_NEW, ADJUST_MANUAL } Adjust;

typedef struct WorklogInput {
    Adjust adjust;
    int64_t by;      /* seconds: newEstimate, reduceBy or increaseBy */
    int64_t seconds; /* -1 = not said */
    int64_t started; /* ms; -1 = not said */
} WorklogInput;

struct json_object *jira_worklog_wire(const Request *request, const struct json_object *worklog)
{
    struct json_object *out = js_wire(worklog);
    const struct json_object *user =
        table_get(&request->sim->table[JIRA_USERS], js_str(worklog, "_authorKey"));
    char self[256];

    snprintf(self, sizeof self, "%s/rest/api/2/issue/%s/worklog/%s", jira_base_url(request),
             js_text(worklog, "issueId"), js_text(worklog, "id"));
    js_set_str(out, "self", self);
    if (user) {
        js_set(out, "author", jira_person(request, user));
        js_set(out, "updateAuthor", jira_person(request, user));
    }
    return out;
}

/* The texts of the durations differ in what they name, not in what they do. */
static bool read_adjust(Request *request, Reply *reply, const char *manual, WorklogInput *input)
{
    static const char *const names[] = {"auto", "leave", "new", "manual"};
    const char *text = request_query(request, "adjustEstimate"), *field;
    int found = text ? -1 : ADJUST_AUTO;

    for (int i = 0; text && i < 4; i++)
        if (strcmp(text, names[i]) == 0)
            found = i;
    if (found < 0) {
        jira_html(reply, 500, "No enum constant AdjustEstimate");
        return false;
    }
    input->adjust = (Adjust)found;
    if (found < ADJUST_NEW)
        return true;
    field = found == ADJUST_NEW ? "newEstimate" : manual;
    input->by = field && request_query(request, field)
                    ? jira_parse_duration(request, request_query(request, field))
                    : -1;
    if (input->by >= 0)
        return true;
    jira_fail(reply, 400, NULL, field ? field : "adjustEstimate",
              jira_text(request, TEXT_BAD_ESTIMATE));
    return false;
}

static int refuse_duration(Request *request, Reply *reply)
{
    return jira_fail(reply, 400, jira_text(request, TEXT_WORKLOG_NULL), "timeLogged",
                     jira_text(request, TEXT_BAD_DURATION));
}

static bool read_time(Request *request, Reply *reply, const struct json_object *body,
                      WorklogInput *input)
{
    struct json_object *text = js_get(body, "timeSpent"),
                       *number = js_get(body, "timeSpentSeconds");

    input->seconds = -1;
    if (text && number) {
        jira_fail(reply, 400, NULL, "timeSpent", jira_text(request, TEXT_BOTH_TIMES));
        return false;
    }
    if (!text && !number)
        return true;
    if (text)
        input->seconds = jira_parse_duration(request, json_object_get_string(text));
    else
        input->seconds = json_object_get_int64(number) / 60 * 60;
    if (input->seconds >= 60)
        return true;
    refuse_duration(request, reply);
    return false;
}

static bool read_rest(Request *request, Reply *reply, const struct json_object *body,
                      WorklogInput *input)
{
    const char *started = js_str(body, "started");

    input->started = -1;
    if (js_has(body, "started") && !when_parse_jira(started, &input->started)) {
        char text[512];
        jira_text_with(request, TEXT_BAD_START, started ? started : "", text);
        jira_fail(reply, 400, text, NULL, NULL);
        return false;
    }
    if (strlen(js_text(body, "comment")) > COMMENT_LIMIT) {
        jira_fail(reply, 400, NULL, "comment", jira_text(request, TEXT_TOO_LONG));
        return false;
    }
    return true;
}

/* The order of the checks is Jira's: time tracking, workflow state, permission, and only then what
 * was sent. */
static bool may_write(Request *request, Reply *reply, const struct json_object *issue)
{
    char text[512];

    if (!js_bool(jira_options(request), "timeTracking", true)) {
        jira_fail(reply, 400, jira_text(request, TEXT_TRACKING_OFF), NULL, NULL);
    } else if (!js_bool(issue, "_editable", true)) {
        jira_fail(reply, 400, jira_text(request, TEXT_NOT_EDITABLE), NULL, NULL);
    } else if (!jira_may_work(request, issue)) {
        jira_text_with(request, request->user ? TEXT_NO_PERMISSION : TEXT_NO_PERMISSION_ANON,
                       js_text(request->user, "displayName"), text);
        jira_fail(reply, 400, text, NULL, NULL); /* not 403 */
    } else {
        return true;
    }
    return false;
}

static struct json_object *issue_of_path(Request *request, Reply *reply)
{
    struct json_object *issue = jira_issue(request, request->param[0]);
    if (!issue)
        jira_fail(reply, 404, jira_text(request, TEXT_NO_ISSUE), NULL, NULL);
    return issue;
}

/* spent: what the worklog adds, or takes away if negative. */
static void adjust(struct json_object *issue, const WorklogInput *input, int64_t spent)
{
    int64_t left = js_int(issue, "_remaining", 0);

    if (input->adjust == ADJUST_NEW)
        left = input->by;
    else if (input->adjust == ADJUST_MANUAL)
        left += spent < 0 ? input->by : -input->by;
    else if (input->adjust == ADJUST_AUTO && js_get(issue, "_remaining"))
        left -= spent;
    else
        return;
    js_set_int(issue, "_remaining", left > 0 ? left : 0);
}

static void fill(Request *request, struct json_object *worklog, const WorklogInput *input)
{
    const struct json_object *body = request_json(request);
    char text[WHEN_SIZE];
    int64_t now = sim_now_ms(request->sim);

    if (input->seconds >= 0) {
        char duration[64];
        jira_duration(request, input->seconds, duration);
        js_set_str(worklog, "timeSpent", duration);
        js_set_int(worklog, "timeSpentSeconds", input->seconds);
    }
    if (input->started >= 0) {
        when_jira(input->started, "+0000", text);
        js_set_str(worklog, "started", text);
    }
    if (js_has(body, "comment"))
        js_set_str(worklog, "comment", js_text(body, "comment"));
    if (js_get(body, "visibility"))
        js_set(worklog, "visibility", js_copy(js_get(body, "visibility")));
    when_jira(now, "+0000", text);
    js_set_str(worklog, "updated", text);
    js_set_int(worklog, "_updated", now);
}

static struct json_object *new_worklog(Request *request, const struct json_object *issue)
{
    struct json_object *worklog = js_new();
    char id[25], now[WHEN_SIZE];

    sim_new_number(request->sim, id);
    when_jira(sim_now_ms(request->sim), "+0000", now);
    js_set_str(worklog, "comment", "");
    js_set_str(worklog, "created", now);
    js_set_str(worklog, "updated", now);
    js_set_str(worklog, "started", now);
    js_set_str(worklog, "id", id);
    js_set_str(worklog, "issueId", js_text(issue, "id"));
    js_set_str(worklog, "_authorKey", js_str(request->user, "key"));
    return table_add(&request->sim->table[JIRA_WORKLOGS], worklog);
}

int jira_worklog_post(Request *request, Reply *reply)
{
    struct json_object *body = request_json(request), *issue, *worklog;
    WorklogInput input = {0};

    if (!request->body_size)
        return reply_empty(reply, 500);
    issue = issue_of_path(request, reply);
    if (!issue || !read_adjust(request, reply, "reduceBy", &input))
        return 400;
    if (!json_object_is_type(body, json_type_object))
        return jira_fail(reply, 400, "Unexpected character in the request body", NULL, NULL);
    if (!may_write(request, reply, issue) || !read_time(request, reply, body, &input) ||
        !read_rest(request, reply, body, &input))
        return 400;
    if (input.seconds < 0)
        return refuse_duration(request, reply);
    worklog = new_worklog(request, issue);
    fill(request, worklog, &input);
    adjust(issue, &input, input.seconds);
    reply_header(reply, "Location", "%s/rest/api/2/issue/%s/worklog/%s", jira_base_url(request),
                 js_text(issue, "id"), js_text(worklog, "id"));
    return reply_json(reply, 201, jira_worklog_wire(request, worklog));
}

static struct json_object *worklog_of_path(Request *request, Reply *reply,
                                           const struct json_object *issue)
{
    struct json_object *worklog = table_get(&request->sim->table[JIRA_WORKLOGS], request->param[1]);
    char text[512];

    if (worklog && strcmp(js_text(worklog, "issueId"), js_text(issue, "id")) == 0)
        return worklog;
    jira_text_with(request, TEXT_NO_WORKLOG, request->param[1], text);
    jira_fail(reply, 404, text, NULL, NULL);
    return NULL;
}

static bool is_own(Request *request, Reply *reply, const struct json_object *worklog)
{
    char text[512];

    if (request->user && strcmp(js_text(worklog, "_authorKey"), js_text(request->user, "key")) == 0)
        return true;
    jira_text_with(request, request->user ? TEXT_NO_PERMISSION : TEXT_NO_PERMISSION_ANON,
                   js_text(request->user, "displayName"), text);
    jira_fail(reply, 400, text, NULL, NULL);
    return false;
}

/* What is absent stays as it is; a manual estimate is refused. */
int jira_worklog_put(Request *request, Reply *reply)
{
    struct json_object *issue, *worklog, *body = request_json(request);
    WorklogInput input = {0};
    int64_t before;

    if (!request->body_size)
        return reply_empty(reply, 500);
    issue = issue_of_path(request, reply);
    worklog = issue ? worklog_of_path(request, reply, issue) : NULL;
    if (!worklog || !read_adjust(request, reply, NULL, &input) ||
        !may_write(request, reply, issue) || !is_own(request, reply, worklog) ||
        !read_time(request, reply, body, &input) || !read_rest(request, reply, body, &input))
        return 400;
    before = js_int(worklog, "timeSpentSeconds", 0);
    fill(request, worklog, &input);
    adjust(issue, &input, js_int(worklog, "timeSpentSeconds", 0) - before);
    return reply_json(reply, 200, jira_worklog_wire(request, worklog));
}

int jira_worklog_delete(Request *request, Reply *reply)
{
    struct json_object *issue = issue_of_path(request, reply), *gone;
    struct json_object *worklog = issue ? worklog_of_path(request, reply, issue) : NULL;
    WorklogInput input = {0};

    if (!worklog || !read_adjust(request, reply, "increaseBy", &input) ||
        !may_write(request, reply, issue) || !is_own(request, reply, worklog))
        return 400;
    adjust(issue, &input, -js_int(worklog, "timeSpentSeconds", 0));
    gone = js_new();
    js_set_int(gone, "worklogId", strtoll(request->param[1], NULL, 10));
    js_set_int(gone, "updatedTime", sim_now_ms(request->sim));
    js_push(request->sim->deleted_worklogs, gone);
    table_remove(&request->sim->table[JIRA_WORKLOGS], worklog);
    return reply_empty(reply, 204);
}
