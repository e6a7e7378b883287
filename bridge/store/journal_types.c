/* SPDX-License-Identifier: Apache-2.0 */

/* The journal's structs: releasing, copying, and the names of their states. Must not touch a
 * database. */

#include "store/journal_row.h"

static const char *const entry_states[] = {"running", "stopped", "discarded"};
static const char *const deliveries[] = {"done", "queued", "blocked"};
static const char *const intent_kinds[] = {"start", "stop", "add", "edit", "discard"};
static const char *const intent_states[] = {"pending", "blocked"};
static const char *const worklog_states[] = {"pending", "written", "blocked", "skipped",
                                             "abandoned"};

static int find(const char *const *names, size_t count, const char *name);
static NamedId named_id_copy(const NamedId *source);

const char *entry_state_name(EntryState state)
{
    return entry_states[state];
}

const char *delivery_name(Delivery delivery)
{
    return deliveries[delivery];
}

const char *intent_kind_name(IntentKind kind)
{
    return intent_kinds[kind];
}

const char *intent_state_name(IntentState state)
{
    return intent_states[state];
}

const char *worklog_state_name(WorklogState state)
{
    return worklog_states[state];
}

int entry_state_from(const char *name)
{
    return find(entry_states, ARRAY_SIZE(entry_states), name);
}

int delivery_from(const char *name)
{
    return find(deliveries, ARRAY_SIZE(deliveries), name);
}

int intent_kind_from(const char *name)
{
    return find(intent_kinds, ARRAY_SIZE(intent_kinds), name);
}

int intent_state_from(const char *name)
{
    return find(intent_states, ARRAY_SIZE(intent_states), name);
}

int worklog_state_from(const char *name)
{
    return find(worklog_states, ARRAY_SIZE(worklog_states), name);
}

static int find(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (streq(names[i], name))
            return (int)i;
    return -1;
}

int64_t list_limit(int64_t wanted)
{
    return wanted < 1 ? 1 : wanted > LIST_MAX ? LIST_MAX : wanted;
}

int journal_damaged(const char *what, int64_t id, Error *error)
{
    return error_set(
        error, ERROR_STORE,
        "The database holds %s %lld in a form that this program cannot read: it is damaged or "
        "was changed by hand.",
        what, (long long)id);
}

int journal_expect_row(Db *db, int r, const char *what, int64_t id, Error *error)
{
    if (r >= 0 && db_changes(db) == 0)
        return error_not_found(error, what, "There is no %s %lld in the journal.", what,
                               (long long)id);
    return r;
}

void named_id_set(NamedId *target, const char *id, const char *name)
{
    set_string(&target->id, id);
    set_string(&target->name, name);
}

void named_id_done(NamedId *target)
{
    free(target->id);
    free(target->name);
    *target = (NamedId){0};
}

static NamedId named_id_copy(const NamedId *source)
{
    return (NamedId){.id = xstrdup(source->id), .name = xstrdup(source->name)};
}

void entry_done(Entry *entry)
{
    free(entry->user);
    free(entry->issue);
    free(entry->issue_id);
    named_id_done(&entry->workspace);
    named_id_done(&entry->project);
    named_id_done(&entry->task);
    json_object_put(entry->tags);
    free(entry->description);
    free(entry->clockify_id);
    free(entry->clockify_user);
    free(entry->server);
    json_object_put(entry->problem);
    json_object_put(entry->details);
    json_object_put(entry->choice);
    json_object_put(entry->left_out);
    free(entry->comment);
    *entry = (Entry){0};
}

void entry_copy(Entry *target, const Entry *source)
{
    Entry copy = *source;

    copy.user = xstrdup(source->user);
    copy.issue = xstrdup(source->issue);
    copy.issue_id = xstrdup(source->issue_id);
    copy.workspace = named_id_copy(&source->workspace);
    copy.project = named_id_copy(&source->project);
    copy.task = named_id_copy(&source->task);
    copy.tags = json_copy(source->tags);
    copy.description = xstrdup(source->description);
    copy.clockify_id = xstrdup(source->clockify_id);
    copy.clockify_user = xstrdup(source->clockify_user);
    copy.server = xstrdup(source->server);
    copy.problem = json_copy(source->problem);
    copy.details = json_copy(source->details);
    copy.choice = json_copy(source->choice);
    copy.left_out = json_copy(source->left_out);
    copy.comment = xstrdup(source->comment);
    *target = copy;
}

void entry_list_done(EntryList *list)
{
    for (size_t i = 0; i < list->count; i++)
        entry_done(&list->items[i]);
    free(list->items);
    *list = (EntryList){0};
}

void intent_done(Intent *intent)
{
    free(intent->user);
    json_object_put(intent->params);
    free(intent->request_id);
    json_object_put(intent->problem);
    *intent = (Intent){0};
}

void intent_copy(Intent *target, const Intent *source)
{
    Intent copy = *source;

    copy.user = xstrdup(source->user);
    copy.params = json_copy(source->params);
    copy.request_id = xstrdup(source->request_id);
    copy.problem = json_copy(source->problem);
    *target = copy;
}

void worklog_done(Worklog *worklog)
{
    free(worklog->user);
    free(worklog->issue);
    free(worklog->issue_id);
    free(worklog->comment);
    free(worklog->jira_id);
    json_object_put(worklog->problem);
    *worklog = (Worklog){0};
}

void worklog_copy(Worklog *target, const Worklog *source)
{
    Worklog copy = *source;

    copy.user = xstrdup(source->user);
    copy.issue = xstrdup(source->issue);
    copy.issue_id = xstrdup(source->issue_id);
    copy.comment = xstrdup(source->comment);
    copy.jira_id = xstrdup(source->jira_id);
    copy.problem = json_copy(source->problem);
    *target = copy;
}

void worklog_list_done(WorklogList *list)
{
    for (size_t i = 0; i < list->count; i++)
        worklog_done(&list->items[i]);
    free(list->items);
    *list = (WorklogList){0};
}

void request_done(Request *request)
{
    free(request->user);
    free(request->request_id);
    free(request->method);
    free(request->digest);
    free(request->answer);
    *request = (Request){0};
}
