/* SPDX-License-Identifier: Apache-2.0 */

/* The database: its file, the disk beneath it, and whether it is whole. Changes nothing in it. */

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "app/doctor_check.h"
#include "store/inspect.h"
#include "store/setting.h"

#define MIB          ((int64_t)1024 * 1024)
#define ROOM_LEAST   (16 * MIB) /* the write-ahead log alone takes 8 */
#define ROOM_GOOD    (256 * MIB)
#define INODES_LEAST 8
#define INODES_GOOD  256
#define WAL_GOOD     (64 * MIB)
#define NFS_MAGIC    0x6969
#define SMB_MAGIC    0x517b
#define CIFS_MAGIC   0xff534d42
#define SMB2_MAGIC   0xfe534d42
#define OTHERS_MAY   0077
#define OTHERS_WRITE 0022

#define ADVICE_GIVE                                                                                \
    "chown both to the user of clockify-bridged: the file with mode 0600, the folder with 0700"

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == path ? xstrdup("/")
           : slash       ? xstrndup(path, (size_t)(slash - path))
                         : xstrdup(".");
}

static void look_at_rights(Doctor *doctor, const struct stat *file, const struct stat *folder);

void doctor_look_at_store_file(Doctor *doctor)
{
    const char *path = doctor->config->store.path;
    _cleanup_free_ char *folder = folder_of(path);
    struct stat file, above;
    int r = stat(folder, &above);
    if (r < 0 || !S_ISDIR(above.st_mode)) {
        doctor_say(doctor, DOCTOR_FAILED, "make it, for the user of clockify-bridged",
                   "the folder %s is not there", folder);
        return;
    }
    r = lstat(path, &file);
    if (r < 0 && errno == ENOENT)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "%s is made at the first start", path);
    else if (r < 0)
        doctor_say(doctor, DOCTOR_FAILED, "be root", "%s: %s", path, strerror(errno));
    else if (!S_ISREG(file.st_mode))
        doctor_say(doctor, DOCTOR_FAILED, "name the file itself in store.path",
                   "%s is no regular file", path);
    else
        look_at_rights(doctor, &file, &above);
}

static void look_at_rights(Doctor *doctor, const struct stat *file, const struct stat *folder)
{
    const char *path = doctor->config->store.path;
    if (file->st_uid != folder->st_uid)
        doctor_say(doctor, DOCTOR_FAILED, ADVICE_GIVE,
                   "%s belongs to uid %u, and its folder to uid %u", path, (unsigned)file->st_uid,
                   (unsigned)folder->st_uid);
    else if (file->st_mode & OTHERS_MAY)
        doctor_say(doctor, DOCTOR_FAILED, ADVICE_GIVE, "%s is open to others (mode %04o)", path,
                   (unsigned)(file->st_mode & 07777));
    else if (folder->st_mode & OTHERS_WRITE)
        doctor_say(doctor, DOCTOR_WARNING, ADVICE_GIVE,
                   "others may put files beside %s (its folder has mode %04o)", path,
                   (unsigned)(folder->st_mode & 07777));
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "%s, %" PRId64 " KiB, is closed to others", path,
                   (int64_t)file->st_size / 1024);
}

static bool is_remote(const char *folder)
{
    struct statfs status;
    if (statfs(folder, &status) < 0)
        return false;
    unsigned long type = (unsigned long)status.f_type & 0xffffffffUL;
    return type == NFS_MAGIC || type == SMB_MAGIC || type == CIFS_MAGIC || type == SMB2_MAGIC;
}

void doctor_look_at_store_space(Doctor *doctor)
{
    _cleanup_free_ char *folder = folder_of(doctor->config->store.path);
    struct statvfs disk;
    if (statvfs(folder, &disk) < 0) {
        doctor_say(doctor, DOCTOR_FAILED, "see the check of its file", "%s: %s", folder,
                   strerror(errno));
        return;
    }
    int64_t room = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    int64_t inodes = disk.f_files > 0 ? (int64_t)disk.f_favail : INODES_GOOD;
    DoctorResult result = room < ROOM_LEAST || inodes < INODES_LEAST ? DOCTOR_FAILED
                          : room < ROOM_GOOD || inodes < INODES_GOOD ? DOCTOR_WARNING
                                                                     : DOCTOR_OK;
    if (disk.f_flag & ST_RDONLY)
        doctor_say(doctor, DOCTOR_FAILED, "look at the kernel's log, then mount it for writing",
                   "the file system of %s is read-only", folder);
    else if (is_remote(folder))
        doctor_say(doctor, DOCTOR_FAILED, "move store.path to a local disk",
                   "%s is on another machine's disk: a database there is lost one day", folder);
    else if (result != DOCTOR_OK && room < ROOM_GOOD)
        doctor_say(doctor, result, "free some space on its file system",
                   "%" PRId64 " MiB are left for %s", room / MIB, folder);
    else if (result != DOCTOR_OK)
        doctor_say(doctor, result, "remove files from its file system",
                   "%" PRId64 " inodes are left for %s", inodes, folder);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "%" PRId64 " MiB are left for %s", room / MIB, folder);
}

void doctor_look_at_store_wal(Doctor *doctor)
{
    _cleanup_free_ char *path = xasprintf("%s-wal", doctor->config->store.path);
    struct stat status;
    if (stat(path, &status) < 0)
        doctor_say(doctor, DOCTOR_OK, NULL, "there is none");
    else if (status.st_size > WAL_GOOD)
        doctor_say(doctor, DOCTOR_WARNING,
                   "restart the bridge; if it grows again, look for a program that reads the file",
                   "%s has %" PRId64 " MiB", path, (int64_t)status.st_size / MIB);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "%" PRId64 " KiB", (int64_t)status.st_size / 1024);
}

static void look_inside(Doctor *doctor);

/* Under a running bridge it is locked: then that one is asked. */
void doctor_look_at_store(Doctor *doctor)
{
    const char *path = doctor->config->store.path;
    const Json *said = json_child(doctor->status, "store");
    struct stat status;
    Error error = {0};
    if (doctor->config->store.backend != STORE_SQLITE)
        doctor_say(doctor, DOCTOR_FAILED, "set store.backend = \"sqlite\"",
                   "this build has no PostgreSQL driver");
    else if (said && json_flag(said, "ok", false))
        doctor_say(doctor, DOCTOR_OK, NULL, "the running bridge reads and writes it");
    else if (said)
        doctor_say(doctor, DOCTOR_FAILED, "journalctl -u clockify-bridged tells why",
                   "the running bridge cannot write it");
    else if (stat(path, &status) < 0)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "there is none yet");
    else if (status.st_size == 0)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "it is empty yet");
    else if (db_open_sqlite_to_look(path, &doctor->db, &error) < 0)
        doctor_say(doctor, DOCTOR_FAILED, NULL, "%s", error.message);
    else
        look_inside(doctor);
}

static void look_inside(Doctor *doctor)
{
    _cleanup_(inspection_done) Inspection found = {0};
    Error error = {0};
    if (inspect(doctor->db, &found, &error) < 0)
        doctor_say(doctor, DOCTOR_FAILED, "keep a copy of it, then restore a backup", "%s",
                   error.message);
    else
        doctor_say(doctor, DOCTOR_OK, NULL,
                   "it is whole: %" PRId64 " entries, %" PRId64 " worklogs (schema %d)",
                   found.entries, found.worklogs, found.version);
}

static void note_server(Doctor *doctor);

void doctor_look_at_secrets(Doctor *doctor)
{
    _cleanup_free_ char *instance = NULL;
    Error error = {0};
    if (doctor->db && setting_get(doctor->db, SETTING_INSTANCE, &instance, NULL) < 0)
        instance = NULL;
    if (doctor->status)
        doctor_say(doctor, DOCTOR_OK, NULL, "the running bridge has all keys that it needs");
    else if (!doctor->db || !doctor->keyring)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "not looked at without store and master key");
    else if (!instance)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "the store was never in use");
    else if (inspect_keys(doctor->db, doctor->keyring, instance, &error) < 0)
        doctor_say(doctor, DOCTOR_FAILED, NULL, "%s", error.message);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "the master key opens what is stored");
    note_server(doctor);
    db_close(doctor->db);
    doctor->db = NULL;
}

/* Which Clockify an administrator set on the Configure page: the database alone knows. */
static void note_server(Doctor *doctor)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_json_ Json *json = NULL;
    if (!doctor->db || setting_get(doctor->db, SETTING_CLOCKIFY, &text, NULL) <= 0)
        return;
    if (json_parse(text, strlen(text), 8, &json, NULL) >= 0)
        doctor->clockify_known = clockify_server_from_json(json, &doctor->clockify, NULL) >= 0;
}
