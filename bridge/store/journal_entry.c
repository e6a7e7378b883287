/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table "entry". Every query reads COLUMNS through read_entry; what may be done to an
 * entry and when is not decided here. */

#include "base/time.h"
#include "store/journal_row.h"

/* Bound by bind_entry in this order; user and time of creation are written once only. */
#define MUTABLE                                                                                    \
    "issue, issue_id, workspace_id, workspace_name, project_id, project_name, task_id, task_name," \
    " tags, description, billable, started, ended, clockify_id, clockify_user, server, state,"     \
    " delivery, problem, details, choice, left_out, comment, resolved"
#define COLUMNS "id, user_key, created, " MUTABLE
#define SELECT  "SELECT " COLUMNS " FROM entry "
#define FIRST   3 /* position of the first mutable one */

static void bind_entry(DbQuery *query, const Entry *entry);
static int read_one(DbQuery *query, Entry *ret, Error *error);
static int read_entry(DbQuery *query, Entry *ret, Error *error);
static int read_list(DbQuery *query, int64_t limit, EntryList *ret, Error *error);
static int delete_rows(Db *db, const char *sql, int64_t entry_id, Error *error);

int journal_entry_insert(Db *db, Entry *entry, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "INSERT INTO entry (user_key, created, " MUTABLE ")"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
            " ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)");
    int r;

    db_bind_text(query, 1, entry->user);
    db_bind_int(query, 2, entry->created);
    bind_entry(query, entry);
    r = db_run(query, error);
    if (r >= 0)
        entry->id = db_last_id(db);
    return r;
}

int journal_entry_update(Db *db, const Entry *entry, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "UPDATE entry SET issue = ?3, issue_id = ?4, workspace_id = ?5, workspace_name = ?6,"
            " project_id = ?7, project_name = ?8, task_id = ?9, task_name = ?10, tags = ?11,"
            " description = ?12, billable = ?13, started = ?14, ended = ?15, clockify_id = ?16,"
            " clockify_user = ?17, server = ?18, state = ?19, delivery = ?20, problem = ?21,"
            " details = ?22, choice = ?23, left_out = ?24, comment = ?25, resolved = ?26"
            " WHERE id = ?1 AND user_key = ?2");

    db_bind_int(query, 1, entry->id);
    db_bind_text(query, 2, entry->user);
    bind_entry(query, entry);
    return journal_expect_row(db, db_run(query, error), "entry", entry->id, error);
}

static void bind_entry(DbQuery *query, const Entry *entry)
{
    int at = FIRST;

    db_bind_text(query, at++, entry->issue);
    db_bind_text(query, at++, entry->issue_id);
    db_bind_text(query, at++, entry->workspace.id);
    db_bind_text(query, at++, entry->workspace.name);
    db_bind_text(query, at++, entry->project.id);
    db_bind_text(query, at++, entry->project.name);
    db_bind_text(query, at++, entry->task.id);
    db_bind_text(query, at++, entry->task.name);
    db_bind_json(query, at++, entry->tags);
    db_bind_text(query, at++, entry->description);
    db_bind_int(query, at++, entry->billable);
    db_bind_int(query, at++, entry->start);
    db_bind_time(query, at++, entry->end);
    db_bind_text(query, at++, entry->clockify_id);
    db_bind_text(query, at++, entry->clockify_user);
    db_bind_text(query, at++, entry->server);
    db_bind_text(query, at++, entry_state_name(entry->state));
    db_bind_text(query, at++, delivery_name(entry->delivery));
    db_bind_json(query, at++, entry->problem);
    db_bind_json(query, at++, entry->details);
    db_bind_json(query, at++, entry->choice);
    db_bind_json(query, at++, entry->left_out);
    db_bind_text(query, at++, entry->comment);
    db_bind_int(query, at++, entry->resolved);
}

int journal_entry_delete(Db *db, int64_t id, Error *error)
{
    int r;

    r = delete_rows(db, "DELETE FROM intent WHERE entry_id = ?1", id, error);
    if (r >= 0)
        r = delete_rows(db, "DELETE FROM worklog WHERE entry_id = ?1", id, error);
    if (r >= 0)
        r = delete_rows(db, "DELETE FROM entry WHERE id = ?1", id, error);
    return r;
}

static int delete_rows(Db *db, const char *sql, int64_t entry_id, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, sql);

    db_bind_int(query, 1, entry_id);
    return db_run(query, error);
}

int journal_entry_get(Db *db, int64_t id, Entry *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, SELECT "WHERE id = ?1");

    db_bind_int(query, 1, id);
    return read_one(query, ret, error);
}

int journal_entry_running(Db *db, const char *user, Entry *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, SELECT "WHERE user_key = ?1 AND state = 'running' ORDER BY id DESC LIMIT 1");

    db_bind_text(query, 1, user);
    return read_one(query, ret, error);
}

/* A stop that is still in the journal is one that waits or is blocked. */
int journal_entry_blocked(Db *db, const char *user, Entry *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, SELECT "WHERE id = (SELECT MAX(intent.entry_id) FROM intent, entry AS stopping"
                   " WHERE intent.user_key = ?1 AND intent.kind = 'stop'"
                   " AND stopping.id = intent.entry_id AND stopping.state <> 'discarded')");

    db_bind_text(query, 1, user);
    return read_one(query, ret, error);
}

/* Ids grow with time: walking them from the start finds the oldest first. */
#define FINISHED                                                                                   \
    "SELECT id FROM entry WHERE created < ?1 AND delivery = 'done' AND state <> 'running'"         \
    " AND NOT EXISTS (SELECT 1 FROM worklog WHERE worklog.entry_id = entry.id"                     \
    " AND worklog.state IN ('pending', 'blocked')) ORDER BY id LIMIT ?2"

static int purge(Db *db, const char *sql, int64_t created_before, int64_t limit, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, sql);

    db_bind_int(query, 1, created_before);
    db_bind_int(query, 2, limit);
    return db_run(query, error);
}

int journal_entry_purge(Db *db, int64_t created_before, int64_t limit, int64_t *ret, Error *error)
{
    static const char *const worklogs = "DELETE FROM worklog WHERE entry_id IN (" FINISHED ")";
    static const char *const entries = "DELETE FROM entry WHERE id IN (" FINISHED ")";

    if (purge(db, worklogs, created_before, limit, error) < 0 ||
        purge(db, entries, created_before, limit, error) < 0)
        return -1;
    *ret = db_changes(db);
    return 0;
}

int journal_entry_another_runs(Db *db, const char *user, int64_t id, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT 1 FROM entry WHERE user_key = ?1 AND id <> ?2 AND state = 'running'"
                     " AND clockify_id IS NOT NULL"
                     " UNION ALL SELECT 1 FROM intent, entry AS ending WHERE intent.user_key = ?1"
                     " AND intent.kind IN ('stop', 'discard') AND ending.id = intent.entry_id"
                     " AND ending.id <> ?2 AND ending.clockify_id IS NOT NULL"
                     " UNION ALL SELECT 1 FROM intent, entry AS made WHERE intent.user_key = ?1"
                     " AND intent.kind = 'start' AND made.id = intent.entry_id AND made.id <> ?2"
                     " AND made.resolved = 1 AND made.clockify_id IS NULL"
                     /* What waits for another intent was never sent. */
                     " AND NOT EXISTS (SELECT 1 FROM intent AS first"
                     " WHERE first.id = intent.after_intent) LIMIT 1");

    db_bind_text(query, 1, user);
    db_bind_int(query, 2, id);
    return db_next(query, error);
}

int journal_clockify_id_known(Db *db, const char *clockify_id, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT 1 FROM entry WHERE clockify_id = ?1 LIMIT 1");

    db_bind_text(query, 1, clockify_id);
    return db_next(query, error);
}

int journal_entry_set_delivery(Db *db, int64_t id, Delivery delivery, const Json *problem,
                               Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "UPDATE entry SET delivery = ?2, problem = ?3 WHERE id = ?1");

    db_bind_int(query, 1, id);
    db_bind_text(query, 2, delivery_name(delivery));
    db_bind_json(query, 3, problem);
    return journal_expect_row(db, db_run(query, error), "entry", id, error);
}

/* Two texts, because an index serves "this issue" but not "this issue or any". */
#define LIST_REST                                                                                  \
    " AND (?4 = 0 OR id < ?4) AND (CAST(?2 AS TEXT) IS NULL OR state = ?2)"                        \
    " AND (CAST(?3 AS TEXT) IS NULL OR delivery = ?3) ORDER BY id DESC LIMIT ?5"

int journal_entry_list(Db *db, const EntryFilter *filter, EntryList *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, filter->issue ? SELECT "WHERE user_key = ?1 AND issue = ?6" LIST_REST
                                   : SELECT "WHERE user_key = ?1" LIST_REST);

    db_bind_text(query, 1, filter->user);
    db_bind_text(query, 2, filter->state < 0 ? NULL : entry_state_name((EntryState)filter->state));
    db_bind_text(query, 3, filter->delivery < 0 ? NULL : delivery_name((Delivery)filter->delivery));
    db_bind_int(query, 4, filter->before);
    db_bind_int(query, 5, list_limit(filter->limit));
    if (filter->issue)
        db_bind_text(query, 6, filter->issue);
    return read_list(query, list_limit(filter->limit), ret, error);
}

int journal_entry_list_running(Db *db, int64_t after, int64_t limit, EntryList *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, SELECT "WHERE state = 'running' AND clockify_id IS NOT NULL AND id > ?1"
                            " ORDER BY id LIMIT ?2");

    db_bind_int(query, 1, after);
    db_bind_int(query, 2, list_limit(limit));
    return read_list(query, list_limit(limit), ret, error);
}

static int read_list(DbQuery *query, int64_t limit, EntryList *ret, Error *error)
{
    EntryList list = {.items = xcalloc((size_t)limit, sizeof(Entry))};
    int r;

    while ((int64_t)list.count < limit &&
           (r = read_one(query, &list.items[list.count], error)) != 0) {
        if (r < 0) {
            entry_list_done(&list);
            return r;
        }
        list.count++;
    }
    *ret = list;
    return 0;
}

static int read_one(DbQuery *query, Entry *ret, Error *error)
{
    int r = db_next(query, error);

    return r > 0 ? read_entry(query, ret, error) : r;
}

/* Returns 1; in the order of COLUMNS. */
static int read_entry(DbQuery *query, Entry *ret, Error *error)
{
    int state = entry_state_from(db_column_text(query, 19));
    int delivery = delivery_from(db_column_text(query, 20));

    if (state < 0 || delivery < 0)
        return journal_damaged("entry", db_column_int(query, 0), error);
    *ret = (Entry){
        .id = db_column_int(query, 0),
        .user = db_column_copy(query, 1),
        .created = db_column_int(query, 2),
        .issue = db_column_copy(query, 3),
        .issue_id = db_column_copy(query, 4),
        .workspace = {db_column_copy(query, 5), db_column_copy(query, 6)},
        .project = {db_column_copy(query, 7), db_column_copy(query, 8)},
        .task = {db_column_copy(query, 9), db_column_copy(query, 10)},
        .tags = db_column_json(query, 11),
        .description = db_column_copy(query, 12),
        .billable = (int)db_column_int(query, 13),
        .start = db_column_int(query, 14),
        .end = db_column_time(query, 15),
        .clockify_id = db_column_copy(query, 16),
        .clockify_user = db_column_copy(query, 17),
        .server = db_column_copy(query, 18),
        .state = (EntryState)state,
        .delivery = (Delivery)delivery,
        .problem = db_column_json(query, 21),
        .details = db_column_json(query, 22),
        .choice = db_column_json(query, 23),
        .left_out = db_column_json(query, 24),
        .comment = db_column_copy(query, 25),
        .resolved = db_column_int(query, 26) != 0,
    };
    return 1;
}
