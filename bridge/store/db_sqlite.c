/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The SQLite driver beneath db.h, and with db_sqlite_copy.c and db_sqlite_look.c all that knows
 * sqlite3. Keeps the promise that a commit is on the disk: it refuses to run with anything less
 * than WAL and synchronous=FULL. Must not hold rules of the journal.
 */

#include <stdio.h>

#include "store/db_sqlite.h"

/* Waiting longer would only hide a second bridge: a stopping one lets go within this. */
#define BUSY_TIMEOUT_MS 3000

/* Left-over size of the WAL file after a checkpoint; one large transaction may pass it for a
 * moment. */
#define WAL_LIMIT_BYTES (8 * 1024 * 1024)

static int open_handle(SqliteDb *db, Error *error);
static int configure(SqliteDb *db, Error *error);
static CacheSlot *find_slot(SqliteDb *db, const char *sql);
static SqliteQuery *prepare(SqliteDb *db, const char *sql, bool keep);
static void forget(SqliteQuery *query);
static void sqlite_note_files(Db *base);
static void note(DbQuery *query, int code);

int db_open_sqlite(const char *path, Db **ret, Error *error)
{
    SqliteDb *db;
    int r;

    if (!streq(path, ":memory:") && db_files_prepare(path, error) < 0)
        return -1;

    db = xcalloc(1, sizeof(*db));
    db->base.driver = &sqlite_driver;
    db->path = xstrdup(path);
    db_files_init(&db->files, path);
    r = open_handle(db, error);
    if (r >= 0)
        r = configure(db, error);
    if (r < 0) {
        db_close(&db->base);
        return r;
    }
    sqlite_note_files(&db->base);
    *ret = &db->base;
    return 0;
}

static int open_handle(SqliteDb *db, Error *error)
{
    int code;

    /* NOMUTEX: one thread at a time uses it, as db.h says. */
    code = sqlite3_open_v2(db->path, &db->handle,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(db, code, error);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    return 0;
}

/* locking_mode comes first: set before the file is touched it keeps every other process out, and
 * makes SQLite do without the shared-memory file. */
static int configure(SqliteDb *db, Error *error)
{
    const bool memory = streq(db->path, ":memory:");
    char limit[64];
    const struct {
        const char *sql;
        const char *expected; /* NULL: any answer will do */
    } settings[] = {
        {"PRAGMA locking_mode=EXCLUSIVE", memory ? NULL : "exclusive"},
        {"PRAGMA secure_delete=ON", "1"},
        {"PRAGMA journal_mode=WAL", memory ? "memory" : "wal"},
        {"PRAGMA synchronous=FULL", NULL},
        {"PRAGMA synchronous", "2"},
        {"PRAGMA secure_delete", "1"},
        {"PRAGMA temp_store=MEMORY", NULL}, /* no rows in a file outside the state directory */
        {"PRAGMA cell_size_check=ON", NULL},
        {limit, NULL},
        {"SELECT COUNT(*) FROM sqlite_master",
         NULL}, /* takes the lock now, not at the first click */
    };

    snprintf(limit, sizeof(limit), "PRAGMA journal_size_limit=%d", WAL_LIMIT_BYTES);
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        int r = sqlite_pragma(db, settings[i].sql, settings[i].expected, error);

        if (r < 0)
            return r;
    }
    return 0;
}

int sqlite_pragma(SqliteDb *db, const char *sql, const char *expected, Error *error)
{
    sqlite3_stmt *statement = NULL;
    const char *answer = "";
    int code, r = 0;

    code = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        answer = (const char *)sqlite3_column_text(statement, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        r = sqlite_fail(db, code, error);
    else if (expected && !streq(answer, expected))
        r = error_set(
            error, ERROR_STORE,
            "SQLite answered \"%s\" to \"%s\" for %s: no safe store can be kept there. Use a "
            "local file system (no NFS) and the system's own SQLite.",
            answer ? answer : "", sql, db->path);
    sqlite3_finalize(statement);
    return r;
}

static void sqlite_close(Db *base)
{
    SqliteDb *db = (SqliteDb *)base;

    for (size_t i = 0; i < CACHE_SLOTS; i++)
        if (db->cache[i].query)
            forget(db->cache[i].query);
    sqlite3_close_v2(db->handle);
    db_files_done(&db->files);
    free(db->path);
    free(db);
}

static int sqlite_exec(Db *base, const char *sql, Error *error)
{
    SqliteDb *db = (SqliteDb *)base;
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : sqlite_fail(db, code, error);
}

/* secure_delete overwrites what is deleted, VACUUM drops what re-balancing left in the gaps of
 * pages, and the truncating checkpoint empties the WAL of all older versions. */
static int sqlite_shrink(Db *base, Error *error)
{
    SqliteDb *db = (SqliteDb *)base;
    int r;

    r = sqlite_exec(base, "VACUUM", error);
    if (r < 0 || streq(db->path, ":memory:"))
        return r;
    return sqlite_empty_wal(db, error);
}

int sqlite_empty_wal(SqliteDb *db, Error *error)
{
    int r = sqlite_pragma(db, "PRAGMA wal_checkpoint(TRUNCATE)", "0", error);

    if (r >= 0)
        sqlite_note_files(&db->base);
    return r;
}

static int sqlite_check_files(Db *base, Error *error)
{
    int r = db_files_check(&((SqliteDb *)base)->files, error);

    if (r < 0)
        base->failing = true;
    return r;
}

static void sqlite_note_files(Db *base)
{
    db_files_note(&((SqliteDb *)base)->files);
}

/* A transaction whose frames are all in the WAL, but could not be synced, is rolled back for this
 * process alone: whoever opens the file after a crash takes it for committed. What is left of the
 * WAL goes into the database, and the WAL away, which is synced too. One that was not written as a
 * whole (no room) lacks its end and needs nothing. */
static int sqlite_disown_commit(Db *base, Error *error)
{
    SqliteDb *db = (SqliteDb *)base;
    sqlite3_file *wal = NULL;
    int r, code;

    if (!db->unsynced)
        return 0;
    r = sqlite_empty_wal(db, error);
    if (r < 0)
        return r;
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    code = wal && wal->pMethods ? wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) : SQLITE_OK;
    if (code != SQLITE_OK)
        return sqlite_fail(db, code, error);
    db->unsynced = false;
    return 0;
}

static bool sqlite_in_transaction(Db *base)
{
    return sqlite3_get_autocommit(((SqliteDb *)base)->handle) == 0;
}

/* One that is in use already (a query within a query) is not shared: a second one is prepared for
 * once. */
static DbQuery *sqlite_query(Db *base, const char *sql)
{
    SqliteDb *db = (SqliteDb *)base;
    CacheSlot *slot = find_slot(db, sql);
    SqliteQuery *query = slot ? slot->query : NULL;

    if (!query || query->used) {
        query = prepare(db, sql, slot && !slot->query);
        if (query->cached) {
            *slot = (CacheSlot){.sql = sql, .query = query};
            db->cached++;
        }
    }
    query->used = true;
    return &query->base;
}

/* The slot that holds `sql` or a free one for it; NULL when the cache is full. */
static CacheSlot *find_slot(SqliteDb *db, const char *sql)
{
    size_t start = ((uintptr_t)sql >> 3) * 2654435761u % CACHE_SLOTS;

    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        CacheSlot *slot = &db->cache[(start + i) % CACHE_SLOTS];

        if (!slot->query)
            return db->cached < CACHE_FILL ? slot : NULL;
        if (slot->sql == sql && strcmp(sqlite3_sql(slot->query->statement), sql) == 0)
            return slot;
    }
    return NULL;
}

static SqliteQuery *prepare(SqliteDb *db, const char *sql, bool keep)
{
    SqliteQuery *query = xcalloc(1, sizeof(*query));

    query->base.db = &db->base;
    query->failed = sqlite3_prepare_v3(db->handle, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0,
                                       &query->statement, NULL);
    query->cached = keep && query->failed == SQLITE_OK;
    return query;
}

static void sqlite_query_done(DbQuery *base)
{
    SqliteQuery *query = (SqliteQuery *)base;

    if (!query->cached) {
        forget(query);
        return;
    }
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
    query->failed = SQLITE_OK;
    query->used = false;
}

static void forget(SqliteQuery *query)
{
    sqlite3_finalize(query->statement);
    free(query);
}

static void sqlite_bind_null(DbQuery *base, int position)
{
    note(base, sqlite3_bind_null(((SqliteQuery *)base)->statement, position));
}

static void sqlite_bind_int(DbQuery *base, int position, int64_t value)
{
    note(base, sqlite3_bind_int64(((SqliteQuery *)base)->statement, position, value));
}

static void sqlite_bind_text(DbQuery *base, int position, const char *text)
{
    note(base, sqlite3_bind_text64(((SqliteQuery *)base)->statement, position, text, strlen(text),
                                   SQLITE_TRANSIENT, SQLITE_UTF8));
}

static void sqlite_bind_blob(DbQuery *base, int position, const void *bytes, size_t length)
{
    note(base, sqlite3_bind_blob64(((SqliteQuery *)base)->statement, position, length ? bytes : "",
                                   length, SQLITE_TRANSIENT));
}

static void note(DbQuery *base, int code)
{
    SqliteQuery *query = (SqliteQuery *)base;

    if (query->failed == SQLITE_OK)
        query->failed = code;
}

static int sqlite_next(DbQuery *base, Error *error)
{
    SqliteQuery *query = (SqliteQuery *)base;
    SqliteDb *db = (SqliteDb *)base->db;
    int code = query->failed;

    if (code == SQLITE_OK)
        code = sqlite3_step(query->statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : sqlite_fail(db, code, error);
}

static bool sqlite_column_null(DbQuery *base, int column)
{
    return sqlite3_column_type(((SqliteQuery *)base)->statement, column) == SQLITE_NULL;
}

static int64_t sqlite_column_int(DbQuery *base, int column)
{
    return sqlite3_column_int64(((SqliteQuery *)base)->statement, column);
}

/* NULL is also what SQLite gives when there is no memory for the text: no key would seem to be
 * stored. */
static const char *sqlite_column_text(DbQuery *base, int column)
{
    sqlite3_stmt *statement = ((SqliteQuery *)base)->statement;
    bool null = sqlite3_column_type(statement, column) == SQLITE_NULL;
    const char *text = (const char *)sqlite3_column_text(statement, column);

    if (!text && !null)
        abort();
    return text;
}

static const void *sqlite_column_blob(DbQuery *base, int column, size_t *ret_length)
{
    sqlite3_stmt *statement = ((SqliteQuery *)base)->statement;
    bool null = sqlite3_column_type(statement, column) == SQLITE_NULL;
    const void *bytes = sqlite3_column_blob(statement, column);

    if (!bytes && !null && sqlite3_errcode(sqlite3_db_handle(statement)) == SQLITE_NOMEM)
        abort();
    *ret_length = (size_t)sqlite3_column_bytes(statement, column);
    return bytes;
}

static int64_t sqlite_last_id(Db *base)
{
    return sqlite3_last_insert_rowid(((SqliteDb *)base)->handle);
}

static int64_t sqlite_changes(Db *base)
{
    return sqlite3_changes(((SqliteDb *)base)->handle);
}

/* The words that an administrator gets: what happened, and what to do about it. */
int sqlite_fail(SqliteDb *db, int code, Error *error)
{
    int cause = db->handle ? sqlite3_system_errno(db->handle) : 0;
    const char *why = cause ? strerror(cause) : sqlite3_errstr(code);

    bool failed_before = db->base.failing;

    db->base.failing = true;
    if (code == SQLITE_IOERR_FSYNC)
        db->unsynced = true;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        abort(); /* as everywhere: the journal survives, systemd starts us again */
    case SQLITE_FULL:
        return error_set(
            error, ERROR_STORE,
            "No room left for the database %s: free some space on its file system; the "
            "bridge goes on by itself.",
            db->path);
    case SQLITE_IOERR:
        return error_set(
            error, ERROR_STORE,
            "The database %s cannot be read or written (%s, SQLite code %d): check the "
            "disk, its quota and the kernel's log.",
            db->path, why, code);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERROR_STORE,
                         "The database %s is in use by another process: only one clockify-bridged "
                         "may run with it; stop the other one or whatever holds the file.",
                         db->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(
            error, ERROR_STORE,
            "The database %s is damaged or no SQLite database: stop the bridge, keep a "
            "copy of the file, and restore a backup or use \"sqlite3 FILE .recover\".",
            db->path);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return error_set(
            error, ERROR_STORE,
            "The database %s cannot be opened for writing (%s): give it and its directory "
            "to the user of clockify-bridged and check SELinux.",
            db->path, why);
    default:
        db->base.failing = failed_before; /* a defect of ours */
        return error_set(error, ERROR_STORE, "The database %s refused a statement: %s (code %d).",
                         db->path, db->handle ? sqlite3_errmsg(db->handle) : why, code);
    }
}

const DbDriver sqlite_driver = {
    .id_type = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .blob_type = "BLOB",
    .begin = "BEGIN IMMEDIATE",
    .close = sqlite_close,
    .exec = sqlite_exec,
    .shrink = sqlite_shrink,
    .in_transaction = sqlite_in_transaction,
    .disown_commit = sqlite_disown_commit,
    .check_files = sqlite_check_files,
    .note_files = sqlite_note_files,
    .query = sqlite_query,
    .bind_null = sqlite_bind_null,
    .bind_int = sqlite_bind_int,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .next = sqlite_next,
    .query_done = sqlite_query_done,
    .column_null = sqlite_column_null,
    .column_int = sqlite_column_int,
    .column_text = sqlite_column_text,
    .column_blob = sqlite_column_blob,
    .last_id = sqlite_last_id,
    .changes = sqlite_changes,
};
