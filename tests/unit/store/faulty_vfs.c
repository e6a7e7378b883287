/* SPDX-License-Identifier: Apache-2.0 */

/* See faulty_vfs.h. Files are opened by SQLite's own layer; only writing, truncating and syncing
 * pass through here. The store's thread and the test never use it at the same moment. */

#include "tests/unit/store/faulty_vfs.h"

#include <sqlite3.h>
#include <string.h>

typedef struct FaultyFile {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct in the same memory */
} FaultyFile;

static FaultyVfs control;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs faulty;

static int strike(void)
{
    int call = control.writes + control.syncs;

    if (control.fail_at == 0 || call < control.fail_at ||
        call >= control.fail_at + control.fail_for)
        return SQLITE_OK;
    control.failed++;
    return control.code;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((FaultyFile *)file)->real;
}

static int close_file(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int read_file(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, offset);
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    int code;

    control.writes++;
    code = strike();
    return code ? code : real_of(file)->pMethods->xWrite(real_of(file), bytes, count, offset);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    int code;

    control.writes++;
    code = strike();
    return code ? code : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/* A disk that is full shows here as SQLite's own layer words it. */
static int sync_file(sqlite3_file *file, int flags)
{
    control.syncs++;
    return strike() ? SQLITE_IOERR_FSYNC : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int lock_file(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int unlock_file(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int check_lock(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int control_file(sqlite3_file *file, int operation, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, arg);
}

static int sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Version 1: no shared memory, which a database under an exclusive lock does without. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    FaultyFile *opened = (FaultyFile *)file;
    int code;

    (void)vfs;
    opened->real = (sqlite3_file *)(opened + 1);
    code = real_vfs->xOpen(real_vfs, name, opened->real, flags, ret_flags);
    opened->base.pMethods = opened->real->pMethods ? &methods : NULL;
    return code;
}

FaultyVfs *faulty_install(void)
{
    if (!real_vfs) {
        real_vfs = sqlite3_vfs_find(NULL);
        faulty = *real_vfs;
        faulty.pNext = NULL;
        faulty.zName = "faulty";
        faulty.szOsFile = (int)sizeof(FaultyFile) + real_vfs->szOsFile;
        faulty.xOpen = open_file;
        sqlite3_vfs_register(&faulty, 1);
    }
    faulty_reset(&control);
    return &control;
}

void faulty_reset(FaultyVfs *vfs)
{
    memset(vfs, 0, sizeof(*vfs));
}
