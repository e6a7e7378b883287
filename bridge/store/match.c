/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table "matched": which thing of Clockify stands for which thing of Jira. */

#include "store/journal.h"

static DbQuery *keyed(Db *db, const char *sql, const char *workspace, const char *kind,
                      const char *source);

int match_get(Db *db, const char *workspace, const char *kind, const char *source, NamedId *ret,
              Error *error)
{
    _cleanup_query_ DbQuery *query = keyed(
        db,
        "SELECT remote_id, name FROM matched WHERE workspace = ?1 AND kind = ?2 AND source = ?3",
        workspace, kind, source);
    int r = db_next(query, error);

    if (r > 0)
        *ret = (NamedId){.id = db_column_copy(query, 0), .name = db_column_copy(query, 1)};
    return r;
}

int match_put(Db *db, const char *workspace, const char *kind, const char *source, const char *id,
              const char *name, Error *error)
{
    _cleanup_query_ DbQuery *query = keyed(
        db,
        "INSERT INTO matched (workspace, kind, source, remote_id, name) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (workspace, kind, source) DO UPDATE"
        " SET remote_id = excluded.remote_id, name = excluded.name",
        workspace, kind, source);

    db_bind_text(query, 4, id);
    db_bind_text(query, 5, name);
    return db_run(query, error);
}

int match_drop(Db *db, const char *workspace, const char *kind, const char *source, Error *error)
{
    _cleanup_query_ DbQuery *query =
        keyed(db, "DELETE FROM matched WHERE workspace = ?1 AND kind = ?2 AND source = ?3",
              workspace, kind, source);

    return db_run(query, error);
}

static DbQuery *keyed(Db *db, const char *sql, const char *workspace, const char *kind,
                      const char *source)
{
    DbQuery *query = db_query(db, sql);

    db_bind_text(query, 1, workspace);
    db_bind_text(query, 2, kind);
    db_bind_text(query, 3, source);
    return query;
}
