/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The part of the SQL seam that is the same for every driver: transactions, the words {{id}} and
 * {{blob}}, and the types that are made of the drivers' own. Must not know any database's library.
 */

#include "store/db.h"

#include "base/buffer.h"
#include "base/time.h"
#include "store/db_driver.h"

#define JSON_COLUMN_DEPTH 64 /* deeper than any text that was taken in and stored */

static char *expand(const DbDriver *driver, const char *sql);
static int run_text(Db *db, const char *sql, Error *error);
static int step_to_end(DbQuery *query, Error *error);

void db_close(Db *db)
{
    if (db)
        db->driver->close(db);
}

int db_exec(Db *db, const char *sql, Error *error)
{
    _cleanup_free_ char *text = expand(db->driver, sql);

    return db->driver->exec(db, text, error);
}

static char *expand(const DbDriver *driver, const char *sql)
{
    static const char id[] = "{{id}}", blob[] = "{{blob}}";
    Buffer text = BUFFER_EMPTY;

    for (const char *open = strstr(sql, "{{"); open; open = strstr(sql, "{{")) {
        buffer_add(&text, sql, (size_t)(open - sql));
        if (strncmp(open, id, sizeof(id) - 1) == 0) {
            buffer_add_text(&text, driver->id_type);
            sql = open + sizeof(id) - 1;
        } else if (strncmp(open, blob, sizeof(blob) - 1) == 0) {
            buffer_add_text(&text, driver->blob_type);
            sql = open + sizeof(blob) - 1;
        } else {
            buffer_add_text(&text, "{{"); /* unknown: left for the database to complain about */
            sql = open + 2;
        }
    }
    buffer_add_text(&text, sql);
    return buffer_steal(&text);
}

int db_begin(Db *db, Error *error)
{
    db->wrote = false;
    return run_text(db, db->driver->begin, error);
}

int db_commit(Db *db, Error *error)
{
    int r = db->wrote ? db->driver->check_files(db, error) : 0;

    if (r >= 0)
        r = run_text(db, "COMMIT", error);
    if (r < 0 || !db->wrote)
        return r;
    db->failing = false;
    db->driver->note_files(db);
    return r;
}

bool db_failing(const Db *db)
{
    return db->failing;
}

void db_rollback(Db *db)
{
    if (db->driver->in_transaction(db))
        (void)run_text(db, "ROLLBACK", NULL);
}

int db_disown_commit(Db *db, Error *error)
{
    return db->driver->disown_commit(db, error);
}

bool db_in_transaction(Db *db)
{
    return db->driver->in_transaction(db);
}

/* Outside a transaction SAVEPOINT would open one in SQLite, and RELEASE would commit it: both are
 * held back. */
int db_savepoint(Db *db, Error *error)
{
    if (!db->driver->in_transaction(db))
        return error_set(error, ERROR_STORE, "The database has given up the transaction.");
    return run_text(db, "SAVEPOINT piece", error);
}

int db_release(Db *db, Error *error)
{
    if (!db->driver->in_transaction(db))
        return error_set(error, ERROR_STORE, "The database has given up the transaction.");
    return run_text(db, "RELEASE SAVEPOINT piece", error);
}

void db_rollback_to_savepoint(Db *db)
{
    if (!db->driver->in_transaction(db))
        return; /* the database has undone everything by itself */
    if (run_text(db, "ROLLBACK TO SAVEPOINT piece", NULL) < 0 ||
        run_text(db, "RELEASE SAVEPOINT piece", NULL) < 0)
        db_rollback(db); /* never commit half a piece */
}

static int run_text(Db *db, const char *sql, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, sql);

    return step_to_end(query, error);
}

int db_shrink(Db *db, Error *error)
{
    return db->driver->shrink(db, error);
}

DbQuery *db_query(Db *db, const char *sql)
{
    return db->driver->query(db, sql);
}

void db_bind_int(DbQuery *query, int position, int64_t value)
{
    query->db->driver->bind_int(query, position, value);
}

void db_bind_time(DbQuery *query, int position, int64_t time)
{
    if (time == TIME_NONE)
        query->db->driver->bind_null(query, position);
    else
        query->db->driver->bind_int(query, position, time);
}

void db_bind_text(DbQuery *query, int position, const char *text)
{
    if (text)
        query->db->driver->bind_text(query, position, text);
    else
        query->db->driver->bind_null(query, position);
}

void db_bind_json(DbQuery *query, int position, const Json *json)
{
    _cleanup_free_ char *text = json ? json_text(json) : NULL;

    db_bind_text(query, position, text);
}

void db_bind_blob(DbQuery *query, int position, const void *bytes, size_t length)
{
    query->db->driver->bind_blob(query, position, bytes, length);
}

int db_next(DbQuery *query, Error *error)
{
    return query->db->driver->next(query, error);
}

int db_run(DbQuery *query, Error *error)
{
    int r = step_to_end(query, error);

    if (r >= 0 && query->db->driver->changes(query->db) > 0)
        query->db->wrote = true;
    return r;
}

static int step_to_end(DbQuery *query, Error *error)
{
    int r;

    do {
        r = db_next(query, error);
    } while (r > 0);
    return r;
}

void db_query_done(DbQuery *query)
{
    if (query)
        query->db->driver->query_done(query);
}

bool db_column_null(DbQuery *query, int column)
{
    return query->db->driver->column_null(query, column);
}

int64_t db_column_int(DbQuery *query, int column)
{
    return query->db->driver->column_int(query, column);
}

int64_t db_column_time(DbQuery *query, int column)
{
    return db_column_null(query, column) ? TIME_NONE : db_column_int(query, column);
}

const char *db_column_text(DbQuery *query, int column)
{
    return query->db->driver->column_text(query, column);
}

char *db_column_copy(DbQuery *query, int column)
{
    return xstrdup(db_column_text(query, column));
}

Json *db_column_json(DbQuery *query, int column)
{
    const char *text = db_column_text(query, column);
    Json *json = NULL;

    if (!text || json_parse(text, strlen(text), JSON_COLUMN_DEPTH, &json, NULL) < 0)
        return NULL;
    return json;
}

const void *db_column_blob(DbQuery *query, int column, size_t *ret_length)
{
    return query->db->driver->column_blob(query, column, ret_length);
}

int64_t db_last_id(Db *db)
{
    return db->driver->last_id(db);
}

int64_t db_changes(Db *db)
{
    return db->driver->changes(db);
}
