/* SPDX-License-Identifier: Apache-2.0 */
/* What gets recorded; see plan.h. */

#include "flow/plan.h"

#include "base/buffer.h"
#include "base/text.h"
#include "base/time.h"
#include "remote/clockify.h"

/* Jira stores worklogs in whole minutes. */
#define MINUTE 60

char *plan_template(const char *template, const char *key, const Json *details,
                    const char *description)
{
    const struct {
        const char *name;
        const char *value;
    } words[] = {
        {"{key}", key},
        {"{summary}", json_string(details, "summary")},
        {"{type}", json_string(details, "type")},
        {"{project}", json_string(json_child(details, "project"), "name")},
        {"{description}", description},
    };
    Buffer text = BUFFER_EMPTY;

    while (*template) {
        size_t i = 0;

        while (i < ARRAY_SIZE(words) && !text_starts_with(template, words[i].name))
            i++;
        if (i == ARRAY_SIZE(words)) {
            buffer_add_char(&text, *template ++);
            continue;
        }
        buffer_add_text(&text, words[i].value);
        template += strlen(words[i].name);
    }
    return buffer_steal(&text);
}

char *plan_description(const Config *config, const Entry *entry)
{
    const char *chosen = json_string(entry->choice, "description");
    _cleanup_free_ char *text = NULL;
    _cleanup_free_ char *folded = NULL;

    if (chosen)
        return clockify_description(chosen);
    text = plan_template(config->entry.description, entry->issue, entry->details, NULL);
    folded = text_fold_space(text); /* a missing summary leaves no blank behind */
    return clockify_description(folded);
}

static bool has_name(const Json *names, const char *name)
{
    for (size_t i = 0; i < json_count(names); i++)
        if (text_equal_nocase(json_string_at(names, i), name))
            return true;
    return false;
}

static void add_name(Json *names, const char *name)
{
    const char *reason;
    _cleanup_free_ char *clean = name ? clockify_name(LIST_TAGS, name, &reason) : NULL;

    if (clean && !has_name(names, clean))
        json_add_string(names, clean);
}

Json *plan_tags(const Config *config, const Json *details)
{
    const Json *labels = json_list(details, "labels");
    Json *names = json_new_array();

    if (config->entry.tags & TAG_FROM_TYPE)
        add_name(names, json_string(details, "type"));
    if ((config->entry.tags & TAG_FROM_SUBTASK) && json_flag(details, "subtask", false))
        add_name(names, "Subtask");
    if ((config->entry.tags & TAG_FROM_EPIC) && json_flag(details, "epic", false))
        add_name(names, "Epic");
    for (size_t i = 0; (config->entry.tags & TAG_FROM_LABELS) && i < json_count(labels); i++)
        add_name(names, json_string_at(labels, i));
    return names;
}

static int64_t round_to_step(const Config *config, int64_t seconds)
{
    int64_t step = config->worklog.step_s;

    if (config->worklog.rounding == ROUNDING_UP)
        return (seconds + step - 1) / step * step;
    if (config->worklog.rounding == ROUNDING_DOWN)
        return seconds / step * step;
    return (seconds + step / 2) / step * step;
}

int64_t plan_seconds(const Config *config, int64_t seconds)
{
    int64_t minimum = config->worklog.minimum_s;
    int64_t rounded = round_to_step(config, seconds);

    if (rounded < minimum)
        rounded = (minimum + MINUTE - 1) / MINUTE * MINUTE;
    return rounded;
}

static void skip(Worklog *worklog, const char *reason, const char *message)
{
    worklog->state = WORKLOG_SKIPPED;
    worklog->problem = json_new_object();
    json_put_string(worklog->problem, "reason", reason);
    json_put_string(worklog->problem, "message", message);
}

void plan_worklog(const Config *config, const Entry *entry, bool stopped_elsewhere, Worklog *ret)
{
    *ret = (Worklog){
        .entry_id = entry->id,
        .user = xstrdup(entry->user),
        .issue = xstrdup(entry->issue),
        .issue_id = xstrdup(entry->issue_id),
        .started = entry->start,
        .seconds = plan_seconds(config, entry->end - entry->start),
        .state = WORKLOG_PENDING,
        .next_attempt = TIME_NONE,
        .changed = time_now(),
    };
    ret->comment = entry->comment ? xstrdup(entry->comment)
                                  : plan_template(config->worklog.comment, entry->issue,
                                                  entry->details, entry->description);
    if (ret->seconds < MINUTE)
        skip(ret, "too_short", "Shorter than the shortest worklog that is recorded.");
    else if (stopped_elsewhere && !config->worklog.stopped_elsewhere)
        skip(ret, "stopped_elsewhere",
             "The timer was stopped in another Clockify app; such entries get no worklog.");
}

int plan_write_worklog(Db *db, const Config *config, const Entry *entry, bool stopped_elsewhere,
                       int64_t *ret_pending, Error *error)
{
    _cleanup_(worklog_done) Worklog worklog = {0};
    int r = journal_worklog_of_entry(db, entry->id, &worklog, error);

    *ret_pending = 0;
    if (r != 0)
        return r < 0 ? -1 : 0;
    plan_worklog(config, entry, stopped_elsewhere, &worklog);
    if (journal_worklog_insert(db, &worklog, error) < 0)
        return -1;
    if (worklog.state == WORKLOG_PENDING)
        *ret_pending = worklog.id;
    return 0;
}
