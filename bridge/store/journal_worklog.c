/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table "worklog", and the counts over the whole journal. When a worklog is written to
 * Jira is not decided here. */

#include "base/time.h"
#include "store/journal_row.h"

#define COLUMNS                                                                                    \
    "id, entry_id, user_key, issue, issue_id, started, seconds, comment, state, jira_id, "         \
    "attempts,"                                                                                    \
    " next_attempt, problem, changed"
#define SELECT "SELECT " COLUMNS " FROM worklog "

static void bind_worklog(DbQuery *query, const Worklog *worklog, int64_t changed);
static const char *list_sql(const WorklogFilter *filter);
static int read_one(DbQuery *query, Worklog *ret, Error *error);
static int read_worklog(DbQuery *query, Worklog *ret, Error *error);
static int unblock(Db *db, int64_t id, const char *user, const char *reason, int64_t *count,
                   Error *error);
static int count_undelivered(Db *db, JournalCounts *counts, Error *error);
static int count_worklogs(Db *db, JournalCounts *counts, Error *error);

int journal_worklog_insert(Db *db, Worklog *worklog, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "INSERT INTO worklog (user_key, entry_id, issue, issue_id, started, seconds, comment,"
            " state, jira_id, attempts, next_attempt, problem, reason, changed)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
    const int64_t now = time_now();
    int r;

    db_bind_text(query, 1, worklog->user);
    bind_worklog(query, worklog, now);
    r = db_run(query, error);
    if (r >= 0) {
        worklog->id = db_last_id(db);
        worklog->changed = now;
    }
    return r;
}

int journal_worklog_update(Db *db, const Worklog *worklog, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "UPDATE worklog SET entry_id = ?2, issue = ?3, issue_id = ?4, started = ?5,"
            " seconds = ?6, comment = ?7, state = ?8, jira_id = ?9, attempts = ?10,"
            " next_attempt = ?11, problem = ?12, reason = ?13, changed = ?14 WHERE id = ?1");

    db_bind_int(query, 1, worklog->id);
    bind_worklog(query, worklog, time_now());
    return journal_expect_row(db, db_run(query, error), "worklog", worklog->id, error);
}

static void bind_worklog(DbQuery *query, const Worklog *worklog, int64_t changed)
{
    int at = 2;

    db_bind_int(query, at++, worklog->entry_id);
    db_bind_text(query, at++, worklog->issue);
    db_bind_text(query, at++, worklog->issue_id);
    db_bind_int(query, at++, worklog->started);
    db_bind_int(query, at++, worklog->seconds);
    db_bind_text(query, at++, worklog->comment);
    db_bind_text(query, at++, worklog_state_name(worklog->state));
    db_bind_text(query, at++, worklog->jira_id);
    db_bind_int(query, at++, worklog->attempts);
    db_bind_time(query, at++, worklog->next_attempt);
    db_bind_json(query, at++, worklog->problem);
    db_bind_text(query, at++, json_string(worklog->problem, "reason"));
    db_bind_int(query, at++, changed);
}

int journal_worklog_get(Db *db, int64_t id, Worklog *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, SELECT "WHERE id = ?1");

    db_bind_int(query, 1, id);
    return read_one(query, ret, error);
}

int journal_worklog_of_entry(Db *db, int64_t entry_id, Worklog *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, SELECT "WHERE entry_id = ?1");

    db_bind_int(query, 1, entry_id);
    return read_one(query, ret, error);
}

int journal_jira_id_known(Db *db, const char *issue, const char *jira_id, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "SELECT 1 FROM worklog WHERE jira_id = ?2 AND (issue = ?1 OR issue_id = ?1) LIMIT 1");

    db_bind_text(query, 1, issue);
    db_bind_text(query, 2, jira_id);
    return db_next(query, error);
}

int journal_worklog_list(Db *db, const WorklogFilter *filter, WorklogList *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, list_sql(filter));
    const int64_t limit = list_limit(filter->limit);
    WorklogList list = {.items = xcalloc((size_t)limit, sizeof(Worklog))};
    int r;

    db_bind_text(query, 1, filter->user);
    db_bind_text(query, 2, filter->issue);
    db_bind_text(query, 3,
                 filter->state < 0 ? NULL : worklog_state_name((WorklogState)filter->state));
    db_bind_int(query, 4, filter->before);
    db_bind_int(query, 5, limit);
    while ((int64_t)list.count < limit &&
           (r = read_one(query, &list.items[list.count], error)) != 0) {
        if (r < 0) {
            worklog_list_done(&list);
            return r;
        }
        list.count++;
    }
    *ret = list;
    return 0;
}

#define ANY_ISSUE " AND (CAST(?2 AS TEXT) IS NULL OR issue = ?2)"
#define ANY_STATE " AND (CAST(?3 AS TEXT) IS NULL OR state = ?3)"
#define PAGED     " AND (?4 = 0 OR id < ?4) ORDER BY id DESC LIMIT ?5"

/* The narrowest column that is given leads, so that its index serves; the others only filter. */
static const char *list_sql(const WorklogFilter *filter)
{
    if (filter->user)
        return SELECT "WHERE user_key = ?1" ANY_ISSUE ANY_STATE PAGED;
    if (filter->issue)
        return SELECT "WHERE CAST(?1 AS TEXT) IS NULL AND issue = ?2" ANY_STATE PAGED;
    if (filter->state >= 0)
        return SELECT "WHERE CAST(?1 AS TEXT) IS NULL AND state = ?3" ANY_ISSUE PAGED;
    return SELECT "WHERE CAST(?1 AS TEXT) IS NULL" ANY_ISSUE ANY_STATE PAGED;
}

int journal_worklog_each_pending(Db *db, int64_t after,
                                 int (*each)(void *arg, const Worklog *worklog), void *arg,
                                 Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, SELECT "WHERE state = 'pending' AND id > ?1 ORDER BY id");

    db_bind_int(query, 1, after);
    for (;;) {
        _cleanup_(worklog_done) Worklog worklog = {0};
        int r = read_one(query, &worklog, error);

        if (r > 0)
            r = each(arg, &worklog) < 0 ? -1 : 1;
        if (r <= 0)
            return r;
    }
}

static int read_one(DbQuery *query, Worklog *ret, Error *error)
{
    int r = db_next(query, error);

    return r > 0 ? read_worklog(query, ret, error) : r;
}

/* Returns 1. */
static int read_worklog(DbQuery *query, Worklog *ret, Error *error)
{
    int state = worklog_state_from(db_column_text(query, 8));

    if (state < 0)
        return journal_damaged("worklog", db_column_int(query, 0), error);
    *ret = (Worklog){
        .id = db_column_int(query, 0),
        .entry_id = db_column_int(query, 1),
        .user = db_column_copy(query, 2),
        .issue = db_column_copy(query, 3),
        .issue_id = db_column_copy(query, 4),
        .started = db_column_int(query, 5),
        .seconds = db_column_int(query, 6),
        .comment = db_column_copy(query, 7),
        .state = (WorklogState)state,
        .jira_id = db_column_copy(query, 9),
        .attempts = db_column_int(query, 10),
        .next_attempt = db_column_time(query, 11),
        .problem = db_column_json(query, 12),
        .changed = db_column_int(query, 13),
    };
    return 1;
}

int journal_worklog_unblock(Db *db, int64_t id, const char *user, const char *const *reasons,
                            int64_t *ret, Error *error)
{
    int64_t count = 0;
    int r = 0;

    if (!reasons)
        r = unblock(db, id, user, NULL, &count, error);
    for (size_t i = 0; reasons && reasons[i] && r >= 0; i++)
        r = unblock(db, id, user, reasons[i], &count, error);
    if (r < 0)
        return r;
    *ret = count;
    return 0;
}

/* The attempts stay counted: they tell that the worklog may stand in Jira already. */
static int unblock(Db *db, int64_t id, const char *user, const char *reason, int64_t *count,
                   Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db,
        "UPDATE worklog SET state = 'pending', next_attempt = NULL, problem = NULL, reason = NULL,"
        " changed = ?4 WHERE state = 'blocked' AND (?1 = 0 OR id = ?1)"
        " AND (CAST(?2 AS TEXT) IS NULL OR user_key = ?2)"
        " AND (CAST(?3 AS TEXT) IS NULL OR reason = ?3)");
    int r;

    db_bind_int(query, 1, id);
    db_bind_text(query, 2, user);
    db_bind_text(query, 3, reason);
    db_bind_int(query, 4, time_now());
    r = db_run(query, error);
    if (r >= 0)
        *count += db_changes(db);
    return r;
}

int journal_counts(Db *db, JournalCounts *ret, Error *error)
{
    JournalCounts counts = {.oldest_pending = TIME_NONE};
    int r;

    r = count_undelivered(db, &counts, error);
    if (r >= 0)
        r = count_worklogs(db, &counts, error);
    if (r < 0)
        return r;
    *ret = counts;
    return 0;
}

static int count_undelivered(Db *db, JournalCounts *counts, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "SELECT delivery, COUNT(*) FROM entry WHERE delivery <> 'done' GROUP BY delivery");
    int r;

    while ((r = db_next(query, error)) > 0) {
        int64_t count = db_column_int(query, 1);

        if (delivery_from(db_column_text(query, 0)) == DELIVERY_QUEUED)
            counts->entries_queued = count;
        else
            counts->entries_blocked = count;
    }
    return r;
}

/* Three small questions, each answered by an index of its own. */
static int count_worklogs(Db *db, JournalCounts *counts, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT (SELECT COUNT(*) FROM worklog WHERE state = 'pending'),"
                     " (SELECT COUNT(*) FROM worklog WHERE state = 'blocked'),"
                     " (SELECT MIN(started) FROM worklog WHERE state = 'pending')");
    int r = db_next(query, error);

    if (r < 0)
        return r;
    counts->worklogs_pending = db_column_int(query, 0);
    counts->worklogs_blocked = db_column_int(query, 1);
    counts->oldest_pending = db_column_time(query, 2);
    return 0;
}
