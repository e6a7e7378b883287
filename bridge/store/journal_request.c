/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table "request": what was answered to a caller's request_id. */

#include "store/journal_row.h"

int journal_request_get(Db *db, const char *user, const char *request_id, Request *ret,
                        Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db, "SELECT user_key, request_id, method, digest, intent_id, entry_id, answer, asked"
            " FROM request WHERE user_key = ?1 AND request_id = ?2");
    int r;

    db_bind_text(query, 1, user);
    db_bind_text(query, 2, request_id);
    r = db_next(query, error);
    if (r <= 0)
        return r;
    *ret = (Request){
        .user = db_column_copy(query, 0),
        .request_id = db_column_copy(query, 1),
        .method = db_column_copy(query, 2),
        .digest = db_column_copy(query, 3),
        .intent_id = db_column_int(query, 4),
        .entry_id = db_column_int(query, 5),
        .answer = db_column_copy(query, 6),
        .asked = db_column_int(query, 7),
    };
    return 1;
}

int journal_request_insert(Db *db, const Request *request, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(
        db,
        "INSERT INTO request (user_key, request_id, method, digest, intent_id, entry_id, answer,"
        " asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    db_bind_text(query, 1, request->user);
    db_bind_text(query, 2, request->request_id);
    db_bind_text(query, 3, request->method);
    db_bind_text(query, 4, request->digest);
    db_bind_int(query, 5, request->intent_id);
    db_bind_int(query, 6, request->entry_id);
    db_bind_text(query, 7, request->answer);
    db_bind_int(query, 8, request->asked);
    return db_run(query, error);
}

int journal_request_answer(Db *db, const char *user, const char *request_id, bool replace,
                           const char *answer, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "UPDATE request SET answer = ?3 WHERE user_key = ?1 AND request_id = ?2"
                     " AND (answer IS NULL OR ?4 = 1)");

    db_bind_text(query, 1, user);
    db_bind_text(query, 2, request_id);
    db_bind_text(query, 3, answer);
    db_bind_int(query, 4, replace);
    return db_run(query, error);
}

int journal_request_answer_entry(Db *db, int64_t entry_id, const char *answer, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "UPDATE request SET answer = ?2 WHERE answer IS NULL AND intent_id IN"
                     " (SELECT id FROM intent WHERE entry_id = ?1)");

    db_bind_int(query, 1, entry_id);
    db_bind_text(query, 2, answer);
    return db_run(query, error);
}

int journal_request_purge(Db *db, int64_t asked_before, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "DELETE FROM request WHERE asked < ?1 AND answer IS NOT NULL");

    db_bind_int(query, 1, asked_before);
    return db_run(query, error);
}
