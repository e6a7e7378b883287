/* SPDX-License-Identifier: Apache-2.0 */

/* See copy.h: SQLite's own way of copying a database that is in use. */

#include "store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buffer.h"
#include "store/db_sqlite.h"

#define PIECE_PAGES 256
#define PAGES_ALL   (-1)

struct DbCopy {
    Db *db;
    char *path;
    sqlite3 *target;
    sqlite3_backup *backup;
    bool whole;
};

static int make_file(const char *path, Error *error);
static int open_target(DbCopy *copy, Error *error);
static int finish(DbCopy *copy, Error *error);
static int settle(DbCopy *copy, Error *error);
static int sync_file(const char *path, Error *error);

int db_copy_begin(Db *db, const char *path, DbCopy **ret, Error *error)
{
    DbCopy *copy;

    if (make_file(path, error) < 0)
        return -1;
    copy = xcalloc(1, sizeof(*copy));
    copy->db = db;
    copy->path = xstrdup(path);
    if (open_target(copy, error) < 0) {
        db_copy_free(copy);
        return -1;
    }
    *ret = copy;
    return 0;
}

static int make_file(const char *path, Error *error)
{
    _cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd >= 0)
        return 0;
    return error_set(error, ERROR_STORE, "The copy %s cannot be made: %s.", path, strerror(errno));
}

static int target_failed(const DbCopy *copy, Error *error)
{
    return error_set(error, ERROR_STORE, "The copy %s cannot be written: %s.", copy->path,
                     sqlite3_errmsg(copy->target));
}

/* The file is nobody's until it is whole: a journal of its own would be for nothing. */
static int open_target(DbCopy *copy, Error *error)
{
    int code = sqlite3_open_v2(copy->path, &copy->target,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_exec(copy->target,
                            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF;"
                            " PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY",
                            NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return target_failed(copy, error);
    copy->backup =
        sqlite3_backup_init(copy->target, "main", ((SqliteDb *)copy->db)->handle, "main");
    return copy->backup ? 0 : target_failed(copy, error);
}

int db_copy_step(DbCopy *copy, Error *error)
{
    int code = sqlite3_backup_step(copy->backup, PIECE_PAGES);

    if (code == SQLITE_OK)
        return 1;
    if (code == SQLITE_DONE)
        return finish(copy, error);
    if ((code & 0xff) == SQLITE_FULL)
        return error_set(error, ERROR_STORE, "No room left for the copy %s.", copy->path);
    return error_set(error, ERROR_STORE, "The database cannot be copied to %s: %s.", copy->path,
                     sqlite3_errstr(code));
}

static int finish(DbCopy *copy, Error *error)
{
    int code = sqlite3_backup_finish(STEAL(copy->backup));

    if (code != SQLITE_OK)
        return target_failed(copy, error);
    if (settle(copy, error) < 0)
        return -1;
    copy->whole = true;
    return 0;
}

/* SQLite says which journal it has then: the old one, where it could not change it. */
static int note_journal(void *alone, int count, char **values, char **names _unused_)
{
    *(bool *)alone = count == 1 && streq(values[0], "delete");
    return 0;
}

/* One file and nothing beside it: the copy has taken over the mark that changes lie in a second
 * file, as they do beside the database. */
static int settle(DbCopy *copy, Error *error)
{
    int code = sqlite3_close_v2(STEAL(copy->target));
    bool alone = false;

    if (code == SQLITE_OK)
        code = sqlite3_open_v2(copy->path, &copy->target,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code =
            sqlite3_exec(copy->target, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE",
                         note_journal, &alone, NULL);
    if (code != SQLITE_OK || !alone)
        return target_failed(copy, error);
    sqlite3_close_v2(STEAL(copy->target));
    return sync_file(copy->path, error);
}

static int sync_file(const char *path, Error *error)
{
    _cleanup_close_ int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && fsync(fd) == 0)
        return 0;
    return error_set(error, ERROR_STORE, "The copy %s does not reach the disk: %s.", path,
                     strerror(errno));
}

void db_copy_free(DbCopy *copy)
{
    if (!copy)
        return;
    if (copy->backup)
        sqlite3_backup_finish(copy->backup);
    sqlite3_close_v2(copy->target);
    if (!copy->whole)
        unlink(copy->path);
    free(copy->path);
    free(copy);
}

int db_copy_file(Db *db, const char *path, Error *error)
{
    _cleanup_(db_copy_freep) DbCopy *copy = NULL;
    int r = db_copy_begin(db, path, &copy, error);

    while (r >= 0 && (r = db_copy_step(copy, error)) > 0)
        ;
    return r;
}

/* "immutable": SQLite takes no lock and looks for no second file. */
int db_open_copy(const char *path, Db **ret, Error *error)
{
    SqliteDb *db = xcalloc(1, sizeof(*db));
    _cleanup_(buffer_done) Buffer uri = BUFFER_EMPTY;
    int code;

    db->base.driver = &sqlite_driver;
    db->path = xstrdup(path);
    buffer_add_text(&uri, "file:");
    buffer_add_url(&uri, path);
    buffer_add_text(&uri, "?immutable=1");
    code = sqlite3_open_v2(uri.data, &db->handle,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    if (code != SQLITE_OK) {
        sqlite_fail(db, code, error);
        db_close(&db->base);
        return -1;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    *ret = &db->base;
    return 0;
}

int db_check(Db *db, Error *error)
{
    _cleanup_query_ DbQuery *query = db_query(db, "PRAGMA integrity_check(1)");
    int r = db_next(query, error);

    if (r < 0)
        return r;
    if (r > 0 && streq(db_column_text(query, 0), "ok"))
        return 0;
    return sqlite_fail((SqliteDb *)db, SQLITE_CORRUPT, error);
}

int db_replace(Db *db, Db *source, Error *error)
{
    sqlite3 *target = ((SqliteDb *)db)->handle;
    sqlite3_backup *backup =
        sqlite3_backup_init(target, "main", ((SqliteDb *)source)->handle, "main");
    int code;

    if (!backup)
        return sqlite_fail((SqliteDb *)db, sqlite3_errcode(target), error);
    code = sqlite3_backup_step(backup, PAGES_ALL);
    if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_DONE)
        return sqlite_fail((SqliteDb *)db, code, error);
    return sqlite_empty_wal((SqliteDb *)db, error);
}
