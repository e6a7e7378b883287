/* SPDX-License-Identifier: Apache-2.0 */

/* The app in Jira, and the Java that runs it. */

#include "config.h"

#include <dirent.h>

#include "app/doctor_check.h"
#include "base/text.h"

#define JAR_MOST   ((size_t)8 * 1024 * 1024)
#define JAVA_LEAST 17
#define JAKARTA    11 /* from this Jira on servlets are jakarta.servlet */
#define FROM_FOLDER                                                                                \
    "upload the jar of this version from /usr/share/clockify-bridge in Jira: Manage apps, Upload " \
    "app"

void doctor_look_at_java(Doctor *doctor)
{
    const char *version = doctor->jira.java;
    if (!version)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "the Java that Jira runs in is not known");
    else if (strtol(version, NULL, 10) < JAVA_LEAST)
        doctor_say(doctor, DOCTOR_FAILED, "the app wants Java 17 or later, as Jira 10 and 11 do",
                   "Jira runs in Java %s", version);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "Jira runs in Java %s", version);
}

/* ---- the jar ---- */

/* Jira puts a prefix of its own before the name of the file that was uploaded. NULL: there is none.
 */
static char *find_jar(const char *home)
{
    _cleanup_free_ char *path = xasprintf("%s/plugins/installed-plugins", home);
    char *found = NULL;
    DIR *folder = opendir(path);
    if (!folder)
        return NULL;
    for (const struct dirent *item; !found && (item = readdir(folder));)
        if (strstr(item->d_name, "clockify-bridge") && text_ends_with(item->d_name, ".jar"))
            found = xasprintf("%s/%s", path, item->d_name);
    closedir(folder);
    return found;
}

/* Our jars are stored without compression, so the manifest stands in them as it is. */
static bool jar_says(const char *jar, size_t length, const char *words)
{
    return memmem(jar, length, words, strlen(words)) != NULL;
}

static char *version_of(const char *jar, size_t length)
{
    const char name[] = "Bundle-Version: ";
    const char *found = memmem(jar, length, name, strlen(name));
    return found ? xstrndup(found + strlen(name), strcspn(found + strlen(name), "\r\n")) : NULL;
}

static void judge_jar(Doctor *doctor, const char *path)
{
    size_t length = 0;
    _cleanup_free_ char *jar = proc_read_some(path, JAR_MOST, &length);
    _cleanup_free_ char *version = jar ? version_of(jar, length) : NULL;
    if (!version) {
        doctor_say(doctor, DOCTOR_WARNING, FROM_FOLDER,
                   "%s is there, and its version cannot be read", path);
        return;
    }
    bool jakarta = jar_says(jar, length, "jakarta.servlet");
    if (doctor->jira_release > 0 && jakarta != (doctor->jira_release >= JAKARTA))
        doctor_say(doctor, DOCTOR_FAILED, FROM_FOLDER,
                   "%s is the jar for Jira %d, and this is Jira %d", path,
                   jakarta ? JAKARTA : JAKARTA - 1, doctor->jira_release);
    else if (!streq(version, PACKAGE_VERSION))
        doctor_say(doctor, DOCTOR_WARNING, FROM_FOLDER,
                   "the app is of version %s, the bridge of %s", version, PACKAGE_VERSION);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "version %s is installed", version);
}

void doctor_look_at_app(Doctor *doctor)
{
    if (!doctor->jira.home)
        doctor->jira.home = proc_jira_home(doctor->config->jira.install_dir);
    if (!doctor->jira.home) {
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "the home of Jira is not known");
        return;
    }
    _cleanup_free_ char *shared = proc_jira_shared_home(doctor->jira.home);
    _cleanup_free_ char *jar = find_jar(doctor->jira.home);
    if (!jar && shared)
        jar = find_jar(shared);
    if (jar)
        judge_jar(doctor, jar);
    else
        doctor_say(doctor, DOCTOR_WARNING, FROM_FOLDER, "no jar of it below %s%s%s",
                   doctor->jira.home, shared ? " or " : "", shared ? shared : "");
}
