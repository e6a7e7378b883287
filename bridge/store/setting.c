/* SPDX-License-Identifier: Apache-2.0 */

/* Reading and writing of the table "setting". Must not know what the values mean. */

#include "store/setting.h"

#include "base/text.h"

static int remove_setting(Db *db, const char *name, Error *error);

int setting_get(Db *db, const char *name, char **ret, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "SELECT value FROM setting WHERE name = ?1");
    int r;

    db_bind_text(query, 1, name);
    r = db_next(query, error);
    if (r > 0)
        *ret = db_column_copy(query, 0);
    return r;
}

int setting_before_restore(Db *db, int64_t moment, Error *error)
{
    _cleanup_free_ char *text = NULL;
    int64_t restored;
    int r = setting_get(db, SETTING_RESTORED, &text, error);

    if (r <= 0)
        return r;
    return text_to_int64(text, &restored) == 0 && moment <= restored;
}

int setting_put(Db *db, const char *name, const char *value, Error *error)
{
    _cleanup_query_ DbQuery *query = NULL;

    if (!value)
        return remove_setting(db, name, error);
    query = db_query(db, "INSERT INTO setting (name, value) VALUES (?1, ?2)"
                         " ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    db_bind_text(query, 1, name);
    db_bind_text(query, 2, value);
    return db_run(query, error);
}

static int remove_setting(Db *db, const char *name, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "DELETE FROM setting WHERE name = ?1");

    db_bind_text(query, 1, name);
    return db_run(query, error);
}
