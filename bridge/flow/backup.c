/* SPDX-License-Identifier: Apache-2.0 */
/* store.backup: a copy of the database beside it, for the operator's tool to take away. Made in
 * pieces, with the work of clicks in between. */

#include <inttypes.h>
#include <sys/stat.h>

#include "base/log.h"
#include "flow/state.h"
#include "store/copy.h"

#define RETRY_S 5

typedef struct Backup {
    Bridge *bridge;
    uint64_t caller;
    char *account;
    char *database; /* its path */
    char *path;     /* of the copy */
    DbCopy *copy;   /* the store's thread's own */
    bool more;
} Backup;

static void copied(void *arg, int r, const Error *error);

static void backup_free(Backup *backup)
{
    db_copy_free(backup->copy);
    free(backup->account);
    free(backup->database);
    free(backup->path);
    free(backup);
}

static void failed(Backup *backup, const Error *error)
{
    Bridge *bridge = backup->bridge;

    bridge->asks--;
    bridge->backing_up = false;
    bridge_reply_error(bridge, backup->caller, error);
    backup_free(backup);
}

static int note(Db *db, void *arg, Error *error)
{
    const Backup *backup = arg;
    const AuditFact fact = {.action = "store.backup", .account = backup->account};

    return audit_add(db, backup->bridge->audit, &fact, error);
}

/* Once it has failed, nothing of it is left for the loop's thread to free. */
static int copy_piece(Db *db, void *arg, Error *error)
{
    Backup *backup = arg;
    int r = 0;

    if (!backup->copy) {
        db_copy_sweep(backup->database); /* what nobody took away */
        r = db_copy_begin(db, backup->path, &backup->copy, error);
    }
    if (r >= 0)
        r = db_copy_step(backup->copy, error);
    backup->more = r > 0;
    if (r <= 0)
        db_copy_free(STEAL(backup->copy));
    return r;
}

static void next_piece(Backup *backup)
{
    store_submit_outside(backup->bridge->parts.store, copy_piece, copied, backup);
}

static void noted(void *arg, int r, const Error *error)
{
    if (r < 0)
        failed(arg, error);
    else
        next_piece(arg);
}

static void finished(Backup *backup)
{
    Bridge *bridge = backup->bridge;
    Json *result = json_new_object();
    struct stat info = {0};

    (void)stat(backup->path, &info);
    log_info("the database was copied to %s (%" PRId64 " bytes)", backup->path,
             (int64_t)info.st_size);
    json_put_string(result, "file", backup->path);
    json_put_int(result, "size", (int64_t)info.st_size);
    bridge->asks--;
    bridge->backing_up = false;
    bridge_reply(bridge, backup->caller, result);
    backup_free(backup);
}

static void copied(void *arg, int r, const Error *error)
{
    Backup *backup = arg;

    if (r < 0)
        failed(backup, error);
    else if (backup->more)
        next_piece(backup);
    else
        finished(backup);
}

void ask_backup(Bridge *bridge, uint64_t caller, const Json *params _unused_)
{
    Backup *backup;
    Error error;

    if (bridge->backing_up) {
        error_set(&error, ERROR_BUSY, "A backup is being made already.");
        error.retry_after_s = RETRY_S;
        bridge_reply_error(bridge, caller, &error);
        return;
    }
    bridge->backing_up = true;
    bridge->asks++;
    backup = xcalloc(1, sizeof(*backup));
    *backup = (Backup){.bridge = bridge,
                       .caller = caller,
                       .account = xstrdup(bridge_account(bridge, caller)),
                       .database = xstrdup(bridge->parts.config->store.path),
                       .path = db_copy_path(bridge->parts.config->store.path)};
    store_submit(bridge->parts.store, note, noted, backup);
}
