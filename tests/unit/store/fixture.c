/* SPDX-License-Identifier: Apache-2.0 */

/* See fixture.h. A failure in here fails the test that called. */

#include "tests/unit/store/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"

static char *read_file(int directory, const char *name, size_t *ret_length);

int fixture_directory(void **state)
{
    const char *root = getenv("TMPDIR");
    char *path = xasprintf("%s/store-test-XXXXXX", root ? root : "/tmp");

    assert_non_null(mkdtemp(path));
    *state = path;
    return 0;
}

int fixture_remove(void **state)
{
    char *path = *state;
    DIR *directory = opendir(path);
    struct dirent *entry;

    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    rmdir(path);
    free(path);
    return 0;
}

int fixture_database(void **state)
{
    *state = fixture_open(":memory:");
    return 0;
}

int fixture_close(void **state)
{
    db_close(*state);
    return 0;
}

char *fixture_path(void **state, const char *name)
{
    return xasprintf("%s/%s", (const char *)*state, name);
}

Db *fixture_open(const char *path)
{
    Error error = {0};
    Db *db = NULL;

    if (db_open_sqlite(path, &db, &error) < 0 || schema_migrate(db, &error) < 0)
        fail_msg("%s", error.message);
    return db;
}

void fixture_write(const char *path, const char *text, unsigned mode)
{
    _cleanup_close_ int fd = -1;

    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
}

int64_t fixture_number(Db *db, const char *sql)
{
    _cleanup_query_ DbQuery *query = db_query(db, sql);
    Error error = {0};
    int r = db_next(query, &error);

    if (r < 0)
        fail_msg("%s: %s", sql, error.message);
    return r > 0 ? db_column_int(query, 0) : -1;
}

void fixture_key(unsigned seed, char ret[65])
{
    for (unsigned i = 0; i < 32; i++)
        snprintf(ret + 2 * i, 3, "%02x", (seed * 101 + i * 7) & 0xff);
}

Keyring *fixture_keyring(const char *path, const char *text)
{
    Keyring *keyring = NULL;
    Error error = {0};

    fixture_write(path, text, 0400);
    if (keyring_load(path, &keyring, &error) < 0)
        fail_msg("%s", error.message);
    return keyring;
}

size_t fixture_count_bytes(const char *directory, const void *bytes, size_t length,
                           size_t *ret_files)
{
    DIR *files = opendir(directory);
    struct dirent *entry;
    size_t count = 0;

    assert_non_null(files);
    *ret_files = 0;
    while ((entry = readdir(files))) {
        _cleanup_free_ char *content = NULL;
        const char *at;
        size_t size = 0;

        if (entry->d_name[0] == '.')
            continue;
        content = read_file(dirfd(files), entry->d_name, &size);
        at = content;
        while ((at = memmem(at, size - (size_t)(at - content), bytes, length))) {
            count++;
            at++;
        }
        (*ret_files)++;
    }
    closedir(files);
    return count;
}

static char *read_file(int directory, const char *name, size_t *ret_length)
{
    _cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    struct stat info;
    char *content;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &info), 0);
    content = xmalloc((size_t)info.st_size + 1);
    assert_int_equal(read(fd, content, (size_t)info.st_size), info.st_size);
    *ret_length = (size_t)info.st_size;
    return content;
}
