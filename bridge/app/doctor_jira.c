/* SPDX-License-Identifier: Apache-2.0 */

/* The Jira node beside us: its process and its address. */

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>

#include "app/doctor_check.h"
#include "remote/node.h"

#define MENTION_USER                                                                               \
    "name that account in socket.plugin_users, put it into socket.group, and reload"

void doctor_look_at_jira_process(Doctor *doctor)
{
    const Config *config = doctor->config;
    if (!proc_find_jira(config->jira.install_dir, &doctor->jira)) {
        doctor_say(doctor, DOCTOR_WARNING, "start Jira, or mend jira.install_dir",
                   "no process of a Jira in %s runs", config->jira.install_dir);
        return;
    }
    for (StringList name = config->socket.plugin_users; name && *name; name++) {
        const struct passwd *user = getpwnam(*name);
        if (user && user->pw_uid == doctor->jira.user) {
            doctor_say(doctor, DOCTOR_OK, NULL, "Jira runs as %s", *name);
            return;
        }
    }
    const struct passwd *user = getpwuid(doctor->jira.user);
    doctor_say(doctor, DOCTOR_FAILED, MENTION_USER,
               "Jira runs as %s (uid %u), whom socket.plugin_users does not name",
               user ? user->pw_name : "a user without a name", (unsigned)doctor->jira.user);
}

static void ask_at(Doctor *doctor, const char *url);
static void ask_each(Doctor *doctor, const NodeAddress *address);

void doctor_look_at_jira(Doctor *doctor)
{
    const Config *config = doctor->config;
    _cleanup_(node_address_done) NodeAddress address = {0};
    _cleanup_free_ char *url = NULL;
    struct stat status;
    Error error = {0};
    if (*config->jira.url && node_url_from_config(config->jira.url, &url, &error) < 0)
        doctor_say(doctor, DOCTOR_FAILED, "mend jira.url", "%s", error.message);
    else if (url)
        ask_at(doctor, url);
    else if (stat(config->jira.install_dir, &status) < 0 && errno == ENOENT)
        doctor_say(doctor, DOCTOR_WARNING, "mend jira.install_dir, or set jira.url",
                   "no Jira is installed in %s", config->jira.install_dir);
    else if (node_read(config->jira.install_dir, &address, &error) < 0)
        doctor_say(doctor, DOCTOR_FAILED, NULL, "%s", error.message);
    else
        ask_each(doctor, &address);
}

/* On every interface: the loopback of one family or the other. */
static void ask_each(Doctor *doctor, const NodeAddress *address)
{
    for (int choice = 0;; choice++) {
        _cleanup_free_ char *url = node_url(address, choice);
        if (!url)
            return;
        ask_at(doctor, url);
        if (doctor->result == DOCTOR_OK)
            return;
    }
}

static void judge(Doctor *doctor, const char *url, const RestAnswer *answer);

static void ask_at(Doctor *doctor, const char *url)
{
    _cleanup_(rest_answer_done) RestAnswer answer = {0};
    RestRequest request = {.method = REST_GET, .url = xasprintf("%s/rest/api/2/serverInfo", url)};
    doctor_ask(doctor, false, &request, &answer);
    judge(doctor, url, &answer);
}

static void judge(Doctor *doctor, const char *url, const RestAnswer *answer)
{
    _cleanup_json_ Json *info = NULL;
    json_parse(answer->body, answer->length, 16, &info, NULL);
    const char *version = json_string(info, "version");
    doctor->jira_release = version ? (int)strtol(version, NULL, 10) : 0;
    if (answer->outcome != REST_ANSWERED)
        doctor_say(doctor, DOCTOR_FAILED, "start Jira, or mend server.xml or jira.url",
                   "Jira does not answer at %s: %s", url, answer->problem);
    else if (answer->status == 200 && version)
        doctor_say(doctor, DOCTOR_OK, NULL, "Jira %s answers at %s", version, url);
    else if (answer->status == 503)
        doctor_say(doctor, DOCTOR_WARNING, "wait; what is pending goes on by itself",
                   "Jira at %s is starting, or in maintenance (503)", url);
    else
        doctor_say(doctor, DOCTOR_FAILED, "is the context path right? mend server.xml or jira.url",
                   "what answers at %s is no Jira (status %d)", url, answer->status);
}
