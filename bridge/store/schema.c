/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tables and the steps that make them. One text for every driver: BIGINT, TEXT, {{id}} and
 * {{blob}}; no word that SQL reserves as a name. A step that has ever been shipped must not be
 * changed.
 */

#include "store/schema.h"

/* Columns hold what the structs of journal.h say; states and kinds by name, times as seconds, JSON
 * as text. Partial indexes cover the few rows that still need something done among the many that
 * are finished. */
static const char STEP_JOURNAL[] =
    "CREATE TABLE entry ("
    " id {{id}},"
    " user_key TEXT NOT NULL,"
    " issue TEXT,"
    " issue_id TEXT,"
    " workspace_id TEXT, workspace_name TEXT,"
    " project_id TEXT, project_name TEXT,"
    " task_id TEXT, task_name TEXT,"
    " tags TEXT,"
    " description TEXT,"
    " billable BIGINT NOT NULL,"
    " started BIGINT NOT NULL,"
    " ended BIGINT,"
    " clockify_id TEXT,"
    " clockify_user TEXT,"
    " server TEXT,"
    " state TEXT NOT NULL,"
    " delivery TEXT NOT NULL,"
    " problem TEXT,"
    " details TEXT,"
    " choice TEXT,"
    " left_out TEXT,"
    " comment TEXT,"
    " resolved BIGINT NOT NULL,"
    " created BIGINT NOT NULL);"
    "CREATE INDEX entry_of_user ON entry (user_key, id);"
    "CREATE INDEX entry_of_issue ON entry (user_key, issue, id);"
    "CREATE INDEX entry_running ON entry (user_key, id) WHERE state = 'running';"
    "CREATE INDEX entry_all_running ON entry (id) WHERE state = 'running';"
    "CREATE INDEX entry_undelivered ON entry (delivery) WHERE delivery <> 'done';"
    "CREATE INDEX entry_clockify ON entry (clockify_id);"

    "CREATE TABLE intent ("
    " id {{id}},"
    " user_key TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " entry_id BIGINT NOT NULL,"
    " after_intent BIGINT NOT NULL,"
    " asked BIGINT NOT NULL,"
    " params TEXT,"
    " request_id TEXT,"
    " state TEXT NOT NULL,"
    " attempts BIGINT NOT NULL,"
    " next_attempt BIGINT,"
    " problem TEXT);"
    "CREATE INDEX intent_of_entry ON intent (entry_id);"
    "CREATE INDEX intent_of_user ON intent (user_key, kind);"

    "CREATE TABLE worklog ("
    " id {{id}},"
    " entry_id BIGINT NOT NULL UNIQUE,"
    " user_key TEXT NOT NULL,"
    " issue TEXT NOT NULL,"
    " issue_id TEXT,"
    " started BIGINT NOT NULL,"
    " seconds BIGINT NOT NULL,"
    " comment TEXT,"
    " state TEXT NOT NULL,"
    " jira_id TEXT,"
    " attempts BIGINT NOT NULL,"
    " next_attempt BIGINT,"
    " problem TEXT,"
    " reason TEXT," /* of the problem, to find the rows that a mending concerns */
    " changed BIGINT NOT NULL);"
    "CREATE INDEX worklog_of_user ON worklog (user_key, id);"
    "CREATE INDEX worklog_of_issue ON worklog (issue, id);"
    "CREATE INDEX worklog_in_state ON worklog (state, id);"
    "CREATE INDEX worklog_waiting ON worklog (started) WHERE state = 'pending';"
    "CREATE INDEX worklog_stuck ON worklog (user_key) WHERE state = 'blocked';"
    "CREATE INDEX worklog_jira ON worklog (jira_id);"

    "CREATE TABLE request ("
    " user_key TEXT NOT NULL,"
    " request_id TEXT NOT NULL,"
    " method TEXT NOT NULL,"
    " digest TEXT NOT NULL,"
    " intent_id BIGINT NOT NULL,"
    " entry_id BIGINT NOT NULL,"
    " answer TEXT,"
    " asked BIGINT NOT NULL,"
    " PRIMARY KEY (user_key, request_id));"
    "CREATE INDEX request_age ON request (asked);";

/* account_version outlives the account: a version that was ever used seals nothing else. */
static const char STEP_ACCOUNTS[] = "CREATE TABLE account ("
                                    " user_key TEXT NOT NULL,"
                                    " service TEXT NOT NULL,"
                                    " sealed {{blob}} NOT NULL,"
                                    " version BIGINT NOT NULL,"
                                    " server TEXT,"
                                    " remote_id TEXT,"
                                    " name TEXT,"
                                    " email TEXT,"
                                    " workspace_id TEXT,"
                                    " workspace_name TEXT,"
                                    " hint TEXT,"
                                    " expires BIGINT,"
                                    " rejected BIGINT NOT NULL,"
                                    " connected BIGINT NOT NULL,"
                                    " PRIMARY KEY (user_key, service));"

                                    "CREATE TABLE account_version ("
                                    " user_key TEXT NOT NULL,"
                                    " service TEXT NOT NULL,"
                                    " version BIGINT NOT NULL,"
                                    " PRIMARY KEY (user_key, service));"

                                    "CREATE TABLE setting ("
                                    " name TEXT PRIMARY KEY,"
                                    " value TEXT NOT NULL);"

                                    "CREATE TABLE matched ("
                                    " workspace TEXT NOT NULL,"
                                    " kind TEXT NOT NULL,"
                                    " source TEXT NOT NULL,"
                                    " remote_id TEXT NOT NULL,"
                                    " name TEXT,"
                                    " PRIMARY KEY (workspace, kind, source));";

/* What audit.h says. Of audit_head there is one row, under the name "trail". */
static const char STEP_AUDIT[] = "CREATE TABLE audit ("
                                 " id {{id}},"
                                 " moment BIGINT NOT NULL,"
                                 " action TEXT NOT NULL,"
                                 " user_key TEXT,"
                                 " account TEXT,"
                                 " details TEXT NOT NULL,"
                                 " mac {{blob}} NOT NULL);"
                                 "CREATE INDEX audit_of_user ON audit (user_key, id);"

                                 "CREATE TABLE audit_head ("
                                 " name TEXT PRIMARY KEY,"
                                 " sealed {{blob}} NOT NULL,"
                                 " total BIGINT NOT NULL,"
                                 " last_id BIGINT NOT NULL,"
                                 " last_mac {{blob}} NOT NULL,"
                                 " mac {{blob}} NOT NULL);";

static const char *const steps[] = {STEP_JOURNAL, STEP_ACCOUNTS, STEP_AUDIT};

static int apply_step(Db *db, int version, Error *error);
static int write_version(Db *db, int version, Error *error);

int schema_version(void)
{
    return (int)ARRAY_SIZE(steps);
}

int schema_migrate(Db *db, Error *error)
{
    int version, r;

    r = schema_read_version(db, &version, error);
    if (r < 0)
        return r;
    if (version > schema_version())
        return error_set(
            error, ERROR_STORE,
            "The database has schema version %d, this program knows up to %d: it was used by "
            "a newer clockify-bridged. Install that version again, or restore a backup.",
            version, schema_version());
    for (; version < schema_version(); version++) {
        r = apply_step(db, version + 1, error);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The table of the version is made when it is missing, because asking whether a table is there is
 * different in every database. */
int schema_read_version(Db *db, int *ret, Error *error)
{
    _cleanup_query_ DbQuery *query = NULL;
    int r;

    r = db_exec(db,
                "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
                error);
    if (r < 0)
        return r;
    query = db_query(db, "SELECT value FROM meta WHERE name = 'schema_version'");
    r = db_next(query, error);
    if (r < 0)
        return r;
    *ret = r > 0 ? (int)db_column_int(query, 0) : 0;
    return 0;
}

static int apply_step(Db *db, int version, Error *error)
{
    int r;

    r = db_begin(db, error);
    if (r >= 0)
        r = db_exec(db, steps[version - 1], error);
    if (r >= 0)
        r = write_version(db, version, error);
    if (r >= 0)
        r = db_commit(db, error);
    if (r < 0)
        db_rollback(db);
    return r;
}

static int write_version(Db *db, int version, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "INSERT INTO meta (name, value) VALUES ('schema_version', ?1)"
                     " ON CONFLICT (name) DO UPDATE SET value = excluded.value");

    db_bind_int(query, 1, version);
    return db_run(query, error);
}
