/* SPDX-License-Identifier: Apache-2.0 */

/* See db.h: a database opened to be looked at, by whoever is not its bridge. */

#include "store/db_sqlite.h"

/* A bridge that runs does not let go; waiting for it would be for nothing. */
#define BUSY_TIMEOUT_MS 500

/* It is opened for writing, since only so it can be locked, and the log beside it be read without a
 * file of shared memory. That log stays as it is. */
int db_open_sqlite_to_look(const char *path, Db **ret, Error *error)
{
    SqliteDb *db = xcalloc(1, sizeof(*db));
    _cleanup_(db_closep) Db *base = &db->base;
    int code;

    base->driver = &sqlite_driver;
    db->path = xstrdup(path);
    db_files_init(&db->files, path);
    code = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(db, code, error);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite_pragma(db, "PRAGMA locking_mode=EXCLUSIVE", "exclusive", error) < 0 ||
        sqlite_pragma(db, "SELECT COUNT(*) FROM sqlite_master", NULL, error) < 0)
        return -1;
    *ret = STEAL(base);
    return 0;
}
