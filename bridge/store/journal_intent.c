/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table "intent": what was asked for and is not carried out yet. Their order is their
 * ids'. */

#include "base/time.h"
#include "store/journal_row.h"

#define COLUMNS                                                                                    \
    "id, user_key, kind, entry_id, after_intent, asked, params, request_id, state, attempts,"      \
    " next_attempt, problem"

static int read_intent(DbQuery *query, Intent *ret, Error *error);

int journal_intent_insert(Db *db, Intent *intent, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "INSERT INTO intent (user_key, kind, entry_id, after_intent, asked, params, request_id,"
            " state, attempts, next_attempt, problem)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    int r;

    db_bind_text(query, 1, intent->user);
    db_bind_text(query, 2, intent_kind_name(intent->kind));
    db_bind_int(query, 3, intent->entry_id);
    db_bind_int(query, 4, intent->after);
    db_bind_int(query, 5, intent->asked);
    db_bind_json(query, 6, intent->params);
    db_bind_text(query, 7, intent->request_id);
    db_bind_text(query, 8, intent_state_name(intent->state));
    db_bind_int(query, 9, intent->attempts);
    db_bind_time(query, 10, intent->next_attempt);
    db_bind_json(query, 11, intent->problem);
    r = db_run(query, error);
    if (r >= 0)
        intent->id = db_last_id(db);
    return r;
}

int journal_intent_update(Db *db, const Intent *intent, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "UPDATE intent SET state = ?2, attempts = ?3, next_attempt = ?4, problem = ?5"
                     " WHERE id = ?1");

    db_bind_int(query, 1, intent->id);
    db_bind_text(query, 2, intent_state_name(intent->state));
    db_bind_int(query, 3, intent->attempts);
    db_bind_time(query, 4, intent->next_attempt);
    db_bind_json(query, 5, intent->problem);
    return journal_expect_row(db, db_run(query, error), "intent", intent->id, error);
}

int journal_intent_delete(Db *db, int64_t id, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "DELETE FROM intent WHERE id = ?1");

    db_bind_int(query, 1, id);
    return db_run(query, error);
}

int journal_intent_delete_others(Db *db, int64_t entry_id, int64_t keep, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "DELETE FROM intent WHERE entry_id = ?1 AND id <> ?2");

    db_bind_int(query, 1, entry_id);
    db_bind_int(query, 2, keep);
    return db_run(query, error);
}

int journal_intent_get(Db *db, int64_t id, Intent *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "SELECT " COLUMNS " FROM intent WHERE id = ?1");
    int r;

    db_bind_int(query, 1, id);
    r = db_next(query, error);
    return r > 0 ? read_intent(query, ret, error) : r;
}

int journal_intent_find(Db *db, int64_t entry_id, IntentKind kind, int64_t *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT MIN(id) FROM intent WHERE entry_id = ?1 AND kind = ?2");
    int r;

    db_bind_int(query, 1, entry_id);
    db_bind_text(query, 2, intent_kind_name(kind));
    r = db_next(query, error);
    if (r < 0)
        return -1;
    *ret = r > 0 ? db_column_int(query, 0) : 0;
    return 0;
}

int journal_intent_next_edit(Db *db, int64_t entry_id, int64_t after, Intent *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT " COLUMNS " FROM intent WHERE entry_id = ?1 AND id > ?2 AND kind = ?3"
                     " ORDER BY id LIMIT 1");
    int r;

    db_bind_int(query, 1, entry_id);
    db_bind_int(query, 2, after);
    db_bind_text(query, 3, intent_kind_name(INTENT_EDIT));
    r = db_next(query, error);
    return r > 0 ? read_intent(query, ret, error) : r;
}

int journal_intent_set_params(Db *db, const Intent *intent, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "UPDATE intent SET params = ?2 WHERE id = ?1");

    db_bind_int(query, 1, intent->id);
    db_bind_json(query, 2, intent->params);
    return journal_expect_row(db, db_run(query, error), "intent", intent->id, error);
}

int journal_intent_count(Db *db, int64_t entry_id, int64_t *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT COUNT(*) FROM intent WHERE entry_id = ?1");
    int r;

    db_bind_int(query, 1, entry_id);
    r = db_next(query, error);
    if (r < 0)
        return r;
    *ret = db_column_int(query, 0);
    return 0;
}

int journal_intent_each(Db *db, int (*each)(void *arg, const Intent *intent), void *arg,
                        Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "SELECT " COLUMNS " FROM intent ORDER BY id");
    int r;

    while ((r = db_next(query, error)) > 0) {
        _cleanup_(intent_done) Intent intent = {0};

        r = read_intent(query, &intent, error);
        if (r >= 0)
            r = each(arg, &intent);
        if (r < 0)
            return r;
    }
    return r;
}

/* Returns 1. */
static int read_intent(DbQuery *query, Intent *ret, Error *error)
{
    int kind = intent_kind_from(db_column_text(query, 2));
    int state = intent_state_from(db_column_text(query, 8));

    if (kind < 0 || state < 0)
        return journal_damaged("intent", db_column_int(query, 0), error);
    *ret = (Intent){
        .id = db_column_int(query, 0),
        .user = db_column_copy(query, 1),
        .kind = (IntentKind)kind,
        .entry_id = db_column_int(query, 3),
        .after = db_column_int(query, 4),
        .asked = db_column_int(query, 5),
        .params = db_column_json(query, 6),
        .request_id = db_column_copy(query, 7),
        .state = (IntentState)state,
        .attempts = db_column_int(query, 9),
        .next_attempt = db_column_time(query, 10),
        .problem = db_column_json(query, 11),
    };
    return 1;
}
