/* SPDX-License-Identifier: Apache-2.0 */

/* The names of copies beside a database, and the tidying of those that nobody took away. Knows no
 * database. */

#include "store/copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "store/keyring.h"

#define LEFT_BEHIND_S 3600

static void remove_old(int directory, const char *name);

char *db_copy_path(const char *database)
{
    unsigned char bytes[8];
    uint64_t number = 0;

    keyring_random(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        number = number << 8 | bytes[i];
    return xasprintf("%s" DB_COPY_MARK "%016llx", database, (unsigned long long)number);
}

void db_copy_sweep(const char *database)
{
    _cleanup_free_ char *for_folder = xstrdup(database), *for_name = xstrdup(database);
    _cleanup_free_ char *begin = xasprintf("%s" DB_COPY_MARK, basename(for_name));
    DIR *directory = opendir(dirname(for_folder));
    struct dirent *entry;

    if (!directory)
        return;
    while ((entry = readdir(directory)))
        if (text_starts_with(entry->d_name, begin))
            remove_old(dirfd(directory), entry->d_name);
    closedir(directory);
}

static void remove_old(int directory, const char *name)
{
    struct stat info;

    if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        info.st_mtime < time_now() - LEFT_BEHIND_S)
        (void)unlinkat(directory, name, 0);
}
