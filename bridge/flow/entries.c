/* SPDX-License-Identifier: Apache-2.0 */
/* entry.list, entry.retry, worklog.list, worklog.retry, worklog.abandon: looking at the journal,
 * and mending. */

#include "flow/query.h"

#include "base/log.h"
#include "base/time.h"
#include "flow/params.h"
#include "flow/render.h"

#define LIST_LENGTH 50

static const char *const entry_states[] = {"running", "stopped", "discarded", NULL};
static const char *const deliveries[] = {"done", "queued", "blocked", NULL};
static const char *const worklog_states[] = {"pending", "written",   "blocked",
                                             "skipped", "abandoned", NULL};

static Json *take_items(Query *query)
{
    Json *items = json_new_array();

    query->result = json_new_object();
    json_put(query->result, "items", items);
    return items;
}

/* ---- entries ---- */

static int list_entries(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    EntryFilter filter = {
        .user = query->user,
        .issue = json_string(query->params, "issue"),
        .state = params_word(query->params, "state", entry_states),
        .delivery = params_word(query->params, "delivery", deliveries),
        .limit = json_int(query->params, "limit", LIST_LENGTH),
        .before = params_id(query->params, "before"),
    };
    _cleanup_(entry_list_done) EntryList list = {0};
    Json *items;

    if (journal_entry_list(db, &filter, &list, error) < 0)
        return -1;
    items = take_items(query);
    for (size_t i = 0; i < list.count; i++) {
        _cleanup_(worklog_done) Worklog worklog = {0};
        int r = journal_worklog_of_entry(db, list.items[i].id, &worklog, error);

        if (r < 0)
            return -1;
        json_add(items, render_entry(&list.items[i], r ? &worklog : NULL));
    }
    return 0;
}

void ask_entry_list(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_store(bridge, caller, params, list_entries, NULL);
}

/* Exactly one of id, user and all says which; a user beside an id narrows it to one's own. */
static int check_which(const Json *params, Error *error)
{
    if (params_id(params, "id") || json_string(params, "user") || json_flag(params, "all", false))
        return 0;
    return error_param(error, "all", "Say which: id, user, or all.");
}

static void reply_count(Bridge *bridge, uint64_t caller, int64_t count)
{
    Json *result = json_new_object();

    json_put_int(result, "count", count);
    bridge_reply(bridge, caller, result);
}

void ask_entry_retry(Bridge *bridge, uint64_t caller, const Json *params)
{
    Error error;
    int64_t count;

    if (check_which(params, &error) < 0) {
        bridge_reply_error(bridge, caller, &error);
        return;
    }
    count = lines_retry(bridge->lines, json_string(params, "user"), params_id(params, "id"));
    reply_count(bridge, caller, count);
    lines_pump(bridge->lines);
}

/* ---- worklogs ---- */

static int list_worklogs(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    WorklogFilter filter = {
        .user = query->user,
        .issue = json_string(query->params, "issue"),
        .state = params_word(query->params, "state", worklog_states),
        .limit = json_int(query->params, "limit", LIST_LENGTH),
        .before = params_id(query->params, "before"),
    };
    _cleanup_(worklog_list_done) WorklogList list = {0};
    Json *items;

    if (journal_worklog_list(db, &filter, &list, error) < 0)
        return -1;
    items = take_items(query);
    for (size_t i = 0; i < list.count; i++)
        json_add(items, render_worklog(&list.items[i]));
    return 0;
}

void ask_worklog_list(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_store(bridge, caller, params, list_worklogs, NULL);
}

static int unblock(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    int64_t count;

    if (check_which(query->params, error) < 0 ||
        journal_worklog_unblock(db, params_id(query->params, "id"), query->user, NULL, &count,
                                error) < 0)
        return -1;
    query->result = json_new_object();
    json_put_int(query->result, "count", count);
    return 0;
}

static void unblocked(Query *query)
{
    lanes_reload(query->bridge->lanes, LANES_UNBLOCKED);
}

void ask_worklog_retry(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_store(bridge, caller, params, unblock, unblocked);
}

void ask_worklog_retry_all(Bridge *bridge, uint64_t caller, const Json *params)
{
    _cleanup_json_ Json *all = json_copy(params);

    json_put_bool(all, "all", true);
    query_store(bridge, caller, all, unblock, unblocked);
}

static int note_abandoned(Db *db, const Query *query, const Worklog *worklog, Error *error)
{
    Json *details = json_new_object();

    json_put_string(details, "id", json_string(query->params, "id"));
    json_put_string(details, "issue", worklog->issue);
    json_put_int(details, "seconds", worklog->seconds);
    json_put_string(details, "why", json_string(query->params, "why"));
    return query_note(db, query, "worklog.abandon", worklog->user, details, error);
}

/* Given up by an operator, who says why; what is already in Jira is not. */
static int abandon(Db *db, void *arg, Error *error)
{
    Query *query = arg;
    _cleanup_(worklog_done) Worklog worklog = {0};
    int r = journal_worklog_get(db, params_id(query->params, "id"), &worklog, error);

    if (r < 0)
        return -1;
    if (r == 0)
        return error_not_found(error, "worklog", "There is no worklog with this id.");
    if (worklog.state == WORKLOG_WRITTEN)
        return error_param(error, "id",
                           "This worklog is already written into Jira; delete it there.");
    worklog.state = WORKLOG_ABANDONED;
    worklog.next_attempt = TIME_NONE;
    json_object_put(worklog.problem);
    worklog.problem = json_new_object();
    json_put_string(worklog.problem, "reason", "abandoned");
    json_put_string(worklog.problem, "message", json_string(query->params, "why"));
    if (journal_worklog_update(db, &worklog, error) < 0 ||
        note_abandoned(db, query, &worklog, error) < 0)
        return -1;
    query->result = json_new_object();
    json_put(query->result, "worklog", render_worklog(&worklog));
    return 0;
}

static void abandoned(Query *query)
{
    log_warning("worklog %s was abandoned: %s", json_string(query->params, "id"),
                json_string(query->params, "why"));
}

void ask_worklog_abandon(Bridge *bridge, uint64_t caller, const Json *params)
{
    query_store(bridge, caller, params, abandon, abandoned);
}
