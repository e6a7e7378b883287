/* SPDX-License-Identifier: Apache-2.0 */

/* The socket, who may connect to it, and what the bridge behind it says of itself. */

#include "config.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <sys/stat.h>

#include "app/doctor_check.h"

#define ANSWER_S    10
#define GROUPS_MOST 1024
#define WAITING_S   3600
#define GROUP_MAY   0060
#define OTHERS_MAY  0006

#define ADVICE_START "systemctl start clockify-bridged.socket clockify-bridged, and see its log"
#define ADVICE_GROUP "mend socket.group, or SocketGroup= of clockify-bridged.socket"

static void look_at_rights(Doctor *doctor, const struct stat *status);

void doctor_look_at_socket(Doctor *doctor)
{
    struct stat status;
    if (doctor->config && streq(doctor->socket, CTL_DEFAULT_SOCKET))
        doctor->socket = doctor->config->socket.path;
    if (lstat(doctor->socket, &status) < 0)
        doctor_say(doctor, DOCTOR_FAILED, ADVICE_START, "%s: %s", doctor->socket, strerror(errno));
    else if (!S_ISSOCK(status.st_mode))
        doctor_say(doctor, DOCTOR_FAILED, "remove it and restart the bridge", "%s is no socket",
                   doctor->socket);
    else
        look_at_rights(doctor, &status);
}

static void look_at_rights(Doctor *doctor, const struct stat *status)
{
    const char *name = doctor->config ? doctor->config->socket.group : "";
    const struct group *group = *name ? getgrnam(name) : NULL;
    unsigned mode = status->st_mode & 07777;
    if (*name && !group)
        doctor_say(doctor, DOCTOR_FAILED, ADVICE_GROUP, "there is no group %s on this host", name);
    else if (group && status->st_gid != group->gr_gid)
        doctor_say(doctor, DOCTOR_FAILED, ADVICE_GROUP,
                   "%s belongs to group %u, and not to %s: Jira cannot connect", doctor->socket,
                   (unsigned)status->st_gid, name);
    else if ((mode & GROUP_MAY) != GROUP_MAY)
        doctor_say(doctor, DOCTOR_FAILED, "restart the bridge; SocketMode= must be 0660",
                   "%s is closed to its group (mode %04o): Jira cannot connect", doctor->socket,
                   mode);
    else if (mode & OTHERS_MAY)
        doctor_say(doctor, DOCTOR_WARNING, "restart the bridge; SocketMode= should be 0660",
                   "%s is open to every user of this host (mode %04o)", doctor->socket, mode);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "%s has mode %04o", doctor->socket, mode);
}

static Json *ask(const char *socket, const char *method, char **ret_problem);
static void note_server(Doctor *doctor);

void doctor_look_at_daemon(Doctor *doctor)
{
    _cleanup_free_ char *problem = NULL;
    doctor->status = ask(doctor->socket, "bridge.status", &problem);
    const char *version = json_string(doctor->status, "version");
    note_server(doctor);
    if (!doctor->status)
        doctor_say(doctor, DOCTOR_FAILED, ADVICE_START, "%s", problem);
    else if (!streq(version, PACKAGE_VERSION))
        doctor_say(doctor, DOCTOR_WARNING, "systemctl restart clockify-bridged",
                   "version %s runs, and %s is installed", version ? version : "?",
                   PACKAGE_VERSION);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "version %s answers", version);
}

/* NULL with *ret_problem, which the caller frees. */
static Json *ask(const char *socket, const char *method, char **ret_problem)
{
    _cleanup_(ctl_client_freep) CtlClient *client = NULL;
    _cleanup_json_ Json *refused = NULL;
    Json *result = NULL;
    Error error = {0};
    int r = ctl_client_new(socket, ANSWER_S, &client, &error);
    if (r >= 0)
        r = ctl_client_call(client, method, NULL, &result, &refused, &error);
    if (r > 0)
        *ret_problem =
            xasprintf("the bridge refuses to answer: %s", json_string(refused, "message"));
    else if (r < 0)
        *ret_problem = xstrdup(error.message);
    return result;
}

/* Its own word goes over the configuration's, which is only the first value. */
static void note_server(Doctor *doctor)
{
    _cleanup_free_ char *problem = NULL;
    _cleanup_json_ Json *server =
        doctor->status ? ask(doctor->socket, "server.get", &problem) : NULL;
    if (json_string(server, "url"))
        doctor->clockify_known =
            clockify_server_from_url(json_string(server, "url"), &doctor->clockify, NULL) >= 0;
    if (doctor->clockify_known && json_string(server, "api_url"))
        set_string(&doctor->clockify.api_url, json_string(server, "api_url"));
}

static bool is_member(const struct passwd *user, gid_t group)
{
    _cleanup_free_ gid_t *list = xcalloc(GROUPS_MOST, sizeof(*list));
    int count = GROUPS_MOST;
    if (getgrouplist(user->pw_name, user->pw_gid, list, &count) < 0)
        return true; /* too many to tell */
    for (int i = 0; i < count; i++)
        if (list[i] == group)
            return true;
    return false;
}

void doctor_look_at_plugin_users(Doctor *doctor)
{
    const Config *config = doctor->config;
    const struct group *group = *config->socket.group ? getgrnam(config->socket.group) : NULL;
    gid_t gid = group ? group->gr_gid : 0;
    size_t count = 0;
    for (StringList name = config->socket.plugin_users; name && *name; name++, count++) {
        const struct passwd *user = getpwnam(*name);
        if (!user) {
            doctor_say(doctor, DOCTOR_FAILED,
                       "name the account under which Jira runs in socket.plugin_users",
                       "there is no user %s on this host", *name);
            return;
        }
        if (group && user->pw_uid != 0 && !is_member(user, gid)) {
            doctor_say(doctor, DOCTOR_FAILED, "usermod -aG GROUP USER, then restart Jira",
                       "user %s is not in group %s and cannot connect", *name,
                       config->socket.group);
            return;
        }
    }
    if (count == 0)
        doctor_say(doctor, DOCTOR_FAILED,
                   "name the account under which Jira runs in socket.plugin_users",
                   "it is empty: nobody speaks for Jira");
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "%zu, and they may connect", count);
}

void doctor_look_at_operators(Doctor *doctor)
{
    for (StringList name = doctor->config->socket.operators; name && *name; name++)
        if (!getpwnam(*name)) {
            doctor_say(doctor, DOCTOR_WARNING, "mend socket.operators",
                       "there is no user %s on this host", *name);
            return;
        }
    doctor_say(doctor, DOCTOR_OK, NULL, "they exist");
}

static bool answers(Doctor *doctor)
{
    if (!doctor->status)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "not known without a bridge that answers");
    return doctor->status != NULL;
}

void doctor_look_at_memory(Doctor *doctor)
{
    if (!answers(doctor))
        return;
    if (json_flag(doctor->status, "memory_locked", true))
        doctor_say(doctor, DOCTOR_OK, NULL, "it is locked");
    else
        doctor_say(doctor, DOCTOR_WARNING, "raise LimitMEMLOCK= of the unit",
                   "the master key could be written to swap");
}

void doctor_look_at_pause(Doctor *doctor)
{
    if (!answers(doctor))
        return;
    if (json_flag(doctor->status, "paused", false))
        doctor_say(doctor, DOCTOR_WARNING,
                   "clockify-bridgectl status tells why, clockify-bridgectl resume ends it",
                   "nothing is sent: the bridge is paused");
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "no");
}

void doctor_look_at_blocked(Doctor *doctor)
{
    if (!answers(doctor))
        return;
    int64_t worklogs = json_int(json_child(doctor->status, "worklogs"), "blocked", 0);
    int64_t entries = json_int(json_child(doctor->status, "entries"), "blocked", 0);
    if (worklogs > 0)
        doctor_say(doctor, DOCTOR_WARNING, "clockify-bridgectl worklogs --blocked tells why",
                   "%" PRId64 " worklogs and %" PRId64 " entries wait for a person", worklogs,
                   entries);
    else if (entries > 0)
        doctor_say(doctor, DOCTOR_WARNING,
                   "clockify-bridgectl entries USER --delivery blocked tells why",
                   "%" PRId64 " entries wait for a person", entries);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "nothing");
}

void doctor_look_at_waiting(Doctor *doctor)
{
    if (!answers(doctor))
        return;
    int64_t oldest_s = json_int(json_child(doctor->status, "worklogs"), "oldest_pending_s", 0);
    if (oldest_s > WAITING_S)
        doctor_say(doctor, DOCTOR_WARNING, "clockify-bridgectl status tells what is out of reach",
                   "the oldest worklog has waited for %" PRId64 " h", oldest_s / 3600);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "the oldest worklog has waited for %" PRId64 " s",
                   oldest_s);
}
