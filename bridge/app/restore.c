/* SPDX-License-Identifier: Apache-2.0 */

/* See restore.h. The lock of the database is held from the first look to the last byte, so that no
 * bridge can start in between; its file stays, with its owner, mode and label, and gets the
 * backup's contents in one transaction. */

#include "app/restore.h"

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/config.h"
#include "base/time.h"
#include "store/audit.h"
#include "store/copy.h"
#include "store/inspect.h"
#include "store/setting.h"

#define KEY_FILE SYSCONFDIR "/clockify-bridge/master-key"

typedef struct Restore {
    const Options *options;
    Config *config;
    Keyring *keyring; /* NULL: not at hand, and that is taken */
    Db *backup;
    Inspection found;
    Db *db;      /* the database, locked; NULL in a dry run */
    bool is_new; /* there was none */
    char *kept;  /* path of the copy of what was there; NULL = nothing was */
} Restore;

static int load_config(Restore *restore, Error *error);
static int open_backup(Restore *restore, Error *error);
static int check_keys(Restore *restore, Error *error);
static int tell(Restore *restore, Error *error);
static int lock_database(Restore *restore, Error *error);
static int confirm(Restore *restore, Error *error);
static int keep_present(Restore *restore, Error *error);
static int replace(Restore *restore, Error *error);
static void restore_done(Restore *restore);

static int (*const steps[])(Restore *restore, Error *error) = {
    load_config, open_backup, check_keys, lock_database, tell, confirm, keep_present, replace};

int restore_run(const Options *options)
{
    _cleanup_(restore_done) Restore restore = {.options = options};
    size_t count = options->dry_run ? 5 : ARRAY_SIZE(steps);
    Error error = {0};

    for (size_t i = 0; i < count; i++)
        if (steps[i](&restore, &error) < 0) {
            fprintf(stderr, "clockify-bridged: not restored: %s\n", error.message);
            return RESTORE_REFUSED;
        }
    puts(options->dry_run ? "Nothing was changed." : "Restored. Start the bridge again.");
    return EX_OK;
}

static void restore_done(Restore *restore)
{
    db_close(restore->db);
    db_close(restore->backup);
    inspection_done(&restore->found);
    keyring_free(restore->keyring);
    config_free(restore->config);
    free(restore->kept);
}

static int load_config(Restore *restore, Error *error)
{
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;

    if (config_load(restore->options->config, &restore->config, &faults) < 0)
        return error_set(error, ERROR_NOT_CONFIGURED, "%s", buffer_text(&faults));
    return 0;
}

static bool has_changes_beside(const char *file)
{
    _cleanup_free_ char *beside = xasprintf("%s-wal", file);
    struct stat info;

    return stat(beside, &info) == 0 && info.st_size > 0;
}

static int open_backup(Restore *restore, Error *error)
{
    const char *file = restore->options->restore;

    if (access(file, R_OK) < 0)
        return error_set(error, ERROR_STORE, "%s cannot be read: %s.", file, strerror(errno));
    if (has_changes_beside(file))
        return error_set(error, ERROR_STORE,
                         "%s is half of a database: changes lie in the file %s-wal beside it. Make "
                         "backups with \"clockify-bridgectl backup\".",
                         file, file);
    if (db_open_copy(file, &restore->backup, error) < 0)
        return -1;
    return inspect(restore->backup, &restore->found, error);
}

static int load_keyring(Restore *restore, Error *error)
{
    const char *file = restore->config->secrets.master_key_file;

    if (!*file && !getenv("CREDENTIALS_DIRECTORY"))
        file = KEY_FILE; /* what the unit hands over */
    return keyring_load(file, &restore->keyring, error);
}

static int check_keys(Restore *restore, Error *error)
{
    if (restore->options->no_key_check)
        return 0;
    if (load_keyring(restore, error) < 0 ||
        inspect_keys(restore->backup, restore->keyring, restore->found.instance, error) < 0)
        return -1;
    if (restore->found.version < AUDIT_SINCE)
        return 0;
    return audit_check_key(restore->backup, restore->keyring, error);
}

static int lock_database(Restore *restore, Error *error)
{
    const char *path = restore->config->store.path;

    restore->is_new = access(path, F_OK) < 0;
    if (restore->options->dry_run)
        return 0;
    return db_open_sqlite(path, &restore->db, error);
}

static int tell(Restore *restore, Error *error _unused_)
{
    const Inspection *found = &restore->found;
    char newest[TIME_TEXT_SIZE] = "never in use";

    if (found->newest != TIME_NONE)
        time_format(found->newest, newest);
    printf("backup     %s\n", restore->options->restore);
    printf("newest     %s\n", newest);
    printf("entries    %" PRId64 ", %" PRId64 " running, %" PRId64 " clicks to carry out\n",
           found->entries, found->running, found->intents);
    printf("worklogs   %" PRId64 ", %" PRId64 " to write\n", found->worklogs, found->pending);
    printf("secrets    %" PRId64 ", %s\n", found->secrets,
           restore->keyring ? "all open with the present master key"
                            : "not tried: the master key was not looked at");
    printf("database   %s: %s\n", restore->config->store.path,
           restore->is_new ? "made anew" : "replaced, and a copy kept beside it");
    puts("What was clicked after the newest moment above is no longer known to the bridge.\n"
         "Worklogs of times before now are looked for in Jira before they are written, so that\n"
         "none is written twice.");
    return 0;
}

static int confirm(Restore *restore, Error *error)
{
    char answer[16] = "";

    if (restore->options->yes)
        return 0;
    if (!isatty(STDIN_FILENO))
        return error_set(error, ERROR_REFUSED, "nobody is there to ask; --yes goes without");
    printf("Restore it? [yes/no] ");
    fflush(stdout);
    if (fgets(answer, sizeof(answer), stdin) && streq(answer, "yes\n"))
        return 0;
    return error_set(error, ERROR_REFUSED, "not confirmed");
}

/* A name by the moment; more than one restore may fall into the same second. */
static char *name_for_kept(const char *path)
{
    time_t now = time(NULL);
    struct tm parts;
    char moment[32];

    gmtime_r(&now, &parts);
    strftime(moment, sizeof(moment), "%Y%m%dT%H%M%SZ", &parts);
    char *name = xasprintf("%s.before-restore-%s", path, moment);
    for (int i = 2; access(name, F_OK) == 0 && i < 100; i++) {
        free(name);
        name = xasprintf("%s.before-restore-%s-%d", path, moment, i);
    }
    return name;
}

/* As the file beside which it lies, so that the bridge's user can read it too. */
static int keep_present(Restore *restore, Error *error)
{
    const char *path = restore->config->store.path;
    struct stat info;

    if (restore->is_new)
        return 0;
    restore->kept = name_for_kept(path);
    if (db_copy_file(restore->db, restore->kept, error) < 0)
        return -1;
    if (stat(path, &info) == 0 && chown(restore->kept, info.st_uid, info.st_gid) < 0)
        fprintf(stderr, "note: %s keeps the owner root: %s\n", restore->kept, strerror(errno));
    printf("kept       %s\n", restore->kept);
    return 0;
}

static int mark(Restore *restore, Error *error)
{
    const struct passwd *user = getpwuid(getuid());
    _cleanup_free_ char *moment = xasprintf("%" PRId64, time_now()), *text = NULL;
    _cleanup_json_ Json *details = json_new_object();

    json_put_string(details, "account", user ? user->pw_name : NULL);
    json_put_string(details, "file", restore->options->restore);
    json_put_time(details, "newest", restore->found.newest);
    json_put_string(details, "kept", restore->kept);
    text = json_text(details);
    if (db_begin(restore->db, error) < 0 ||
        setting_put(restore->db, SETTING_RESTORED, moment, error) < 0 ||
        setting_put(restore->db, SETTING_RESTORED_BY, text, error) < 0)
        return -1;
    return db_commit(restore->db, error);
}

/* A file that was made here belongs to whoever the folder belongs to. */
static int give_to_owner(const Restore *restore, Error *error)
{
    const char *path = restore->config->store.path;
    _cleanup_free_ char *for_folder = xstrdup(path);
    struct stat info;

    if (!restore->is_new)
        return 0;
    if (stat(dirname(for_folder), &info) == 0 && chown(path, info.st_uid, info.st_gid) == 0)
        return 0;
    return error_set(error, ERROR_STORE,
                     "all is in place, but %s cannot be given to the bridge's user: %s", path,
                     strerror(errno));
}

static int replace(Restore *restore, Error *error)
{
    if (db_replace(restore->db, restore->backup, error) < 0 || mark(restore, error) < 0)
        return -1;
    db_close(STEAL(restore->db));
    return give_to_owner(restore, error);
}
