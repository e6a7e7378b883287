/* SPDX-License-Identifier: Apache-2.0 */

/* Reads /proc and two property files; see proc_jira.h. Judges nothing. */

#include "app/proc_jira.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define COMMAND_MOST  ((size_t)256 * 1024)
#define PROPERTY_MOST ((size_t)256 * 1024)

void proc_jira_done(ProcJira *jira)
{
    free(jira->home);
    free(jira->java);
}

char *proc_read_some(const char *path, size_t most, size_t *ret_length)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    _cleanup_free_ char *bytes = xcalloc(1, most + 1);
    size_t length = 0;
    for (ssize_t got; length < most && (got = read(fd, bytes + length, most - length)) > 0;)
        length += (size_t)got;
    *ret_length = length;
    return STEAL(bytes);
}

static bool same_folder(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static const char *value_of(const char *word, const char *option)
{
    return text_starts_with(word, option) ? word + strlen(option) : NULL;
}

/* Its words, each ended by a NUL. */
static bool is_jira(const char *words, size_t length, const char *install_dir, char **ret_home)
{
    bool found = false;
    const char *home = NULL;
    for (const char *word = words; word < words + length; word += strlen(word) + 1) {
        const char *folder = value_of(word, "-Dcatalina.home=");
        if (!folder)
            folder = value_of(word, "-Dcatalina.base=");
        if (folder)
            found = found || same_folder(folder, install_dir);
        else if (value_of(word, "-Djira.home="))
            home = value_of(word, "-Djira.home=");
    }
    if (found && home)
        set_string(ret_home, home);
    return found;
}

static char *property(const char *path, const char *name);

/* A Java tells its version in a file beside its bin folder: JAVA_VERSION="17.0.1". */
static char *java_of(const char *folder)
{
    _cleanup_free_ char *link = xasprintf("%s/exe", folder);
    char program[PATH_MAX];
    ssize_t length = readlink(link, program, sizeof(program) - 1);
    if (length < 0)
        return NULL;
    program[length] = '\0';
    if (!text_ends_with(program, "/bin/java"))
        return NULL;
    program[(size_t)length - strlen("/bin/java")] = '\0';
    _cleanup_free_ char *path = xasprintf("%s/release", program);
    _cleanup_free_ char *version = property(path, "JAVA_VERSION");
    if (!version || strlen(version) < 2 || version[0] != '"')
        return STEAL(version);
    return xstrndup(version + 1, strcspn(version + 1, "\""));
}

static bool look_at(const char *pid, const char *install_dir, ProcJira *ret)
{
    _cleanup_free_ char *folder = xasprintf("/proc/%s", pid);
    _cleanup_free_ char *path = xasprintf("%s/status", folder);
    _cleanup_free_ char *command = xasprintf("%s/cmdline", folder);
    size_t length = 0, status_length = 0;
    _cleanup_free_ char *words = proc_read_some(command, COMMAND_MOST, &length);
    if (!words || !is_jira(words, length, install_dir, &ret->home))
        return false;
    _cleanup_free_ char *status = proc_read_some(path, PROPERTY_MOST, &status_length);
    const char *line = status ? strstr(status, "\nUid:\t") : NULL;
    if (!line)
        return false;
    /* Real, then effective: the effective one is what the socket sees. */
    line = strchr(line + strlen("\nUid:\t"), '\t');
    if (!line)
        return false;
    ret->user = (uid_t)strtoul(line + 1, NULL, 10);
    ret->java = java_of(folder);
    return true;
}

bool proc_find_jira(const char *install_dir, ProcJira *ret)
{
    DIR *folder = opendir("/proc");
    bool found = false;
    if (!folder)
        return false;
    for (const struct dirent *item; !found && (item = readdir(folder));)
        if (isdigit((unsigned char)item->d_name[0]))
            found = look_at(item->d_name, install_dir, ret);
    closedir(folder);
    return found;
}

/* "name = value" on a line of its own; "\\:" and the like stay as they are. */
static char *property(const char *path, const char *name)
{
    size_t length = 0;
    _cleanup_free_ char *text = proc_read_some(path, PROPERTY_MOST, &length);
    char *rest = text;
    for (char *line; rest && (line = strsep(&rest, "\n"));) {
        line += strspn(line, " \t");
        if (!text_starts_with(line, name))
            continue;
        line += strlen(name);
        line += strspn(line, " \t");
        if (*line != '=' && *line != ':')
            continue;
        line++;
        line += strspn(line, " \t");
        line[strcspn(line, " \t\r")] = '\0';
        if (*line)
            return xstrdup(line);
    }
    return NULL;
}

char *proc_jira_home(const char *install_dir)
{
    _cleanup_free_ char *path =
        xasprintf("%s/atlassian-jira/WEB-INF/classes/jira-application.properties", install_dir);
    return property(path, "jira.home");
}

char *proc_jira_shared_home(const char *home)
{
    _cleanup_free_ char *path = xasprintf("%s/cluster.properties", home);
    return property(path, "jira.shared.home");
}
