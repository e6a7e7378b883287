/* SPDX-License-Identifier: Apache-2.0 */

/* Runs the checks of their table one after the other and shows what they found. */

#include "app/doctor.h"

#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/ctl_print.h"
#include "app/doctor_check.h"
#include "base/text.h"

#define DEFAULT_CONFIG SYSCONFDIR "/clockify-bridge/bridge.conf"

static const DoctorCheck checks[] = {
    {"config", "The configuration can be read and has no fault.", doctor_look_at_config, false},
    {"master_key", "The master key is there, well formed, and closed to others.",
     doctor_look_at_master_key, true},
    {"certificates", "The files of clockify.ca_file, client_cert and client_key can be read.",
     doctor_look_at_certificates, true},
    {"socket", "The socket is there, with the group and the mode that let Jira in.",
     doctor_look_at_socket, false},
    {"bridge", "A bridge answers there, of the installed version.", doctor_look_at_daemon, false},
    {"unit", "What systemd says of the service.", doctor_look_at_unit, false},
    {"plugin_users", "The users of socket.plugin_users exist and may connect.",
     doctor_look_at_plugin_users, true},
    {"operators", "The users of socket.operators exist.", doctor_look_at_operators, true},
    {"store_file", "The database and its folder belong to one user and are closed to others.",
     doctor_look_at_store_file, true},
    {"store_space", "Its file system is local and has room and inodes left.",
     doctor_look_at_store_space, true},
    {"store_wal", "Its write-ahead log is no larger than it should be.", doctor_look_at_store_wal,
     true},
    {"store", "The database is whole, and not of a newer version.", doctor_look_at_store, true},
    {"secrets", "The master key opens the stored secrets.", doctor_look_at_secrets, true},
    {"memory", "The master key's memory is never written to swap.", doctor_look_at_memory, false},
    {"paused", "The bridge is not paused.", doctor_look_at_pause, false},
    {"blocked", "Nothing waits for a person.", doctor_look_at_blocked, false},
    {"waiting", "No worklog has waited for more than an hour.", doctor_look_at_waiting, false},
    {"jira_process", "Jira runs as one of socket.plugin_users.", doctor_look_at_jira_process, true},
    {"jira", "Jira answers at the address that server.xml or jira.url names.", doctor_look_at_jira,
     true},
    {"java", "Jira runs in a Java that the app can run in.", doctor_look_at_java, true},
    {"app", "The app is installed in Jira, in the version of the bridge and for this Jira.",
     doctor_look_at_app, true},
    {"clockify", "Which Clockify server is used.", doctor_look_at_clockify, true},
    {"proxy", "The proxy to Clockify can be reached and lets through.", doctor_look_at_proxy, true},
    {"name", "The name of Clockify's host is known.", doctor_look_at_name, true},
    {"connection", "Clockify's host takes connections.", doctor_look_at_connection, true},
    {"tls", "Its certificate is one that is trusted, for this name.", doctor_look_at_tls, true},
    {"certificate", "Its certificate does not end within two weeks.", doctor_look_at_certificate,
     true},
    {"clock", "This host's clock goes with Clockify's.", doctor_look_at_clock, true},
    {"api", "Clockify's API is there, and takes requests.", doctor_look_at_api, true},
};

/* By DoctorResult. */
static const struct {
    const char *name;
    const char *label; /* what a person is to see is in capitals */
} results[] = {{"ok", "ok"}, {"skip", "skip"}, {"warn", "warn"}, {"fail", "FAIL"}};

const DoctorCheck *doctor_checks_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(checks);
    return checks;
}

const char *doctor_check_name(const DoctorCheck *list, size_t index)
{
    return list[index].name;
}

const char *doctor_check_doc(const DoctorCheck *list, size_t index)
{
    return list[index].doc;
}

int doctor_run(Ctl *ctl, const CtlCommand *command _unused_, Json *params)
{
    _cleanup_json_ Json *report = doctor_report(ctl, json_string(params, "config"));
    _cleanup_(buffer_done) Buffer text = BUFFER_EMPTY;
    if (ctl->json) {
        ctl_print_json_line(report);
    } else {
        doctor_render(report, &text);
        fputs(buffer_text(&text), stdout);
    }
    return json_flag(report, "ok", false) ? CTL_OK : CTL_FAILED;
}

static void doctor_done(Doctor *doctor);
static Json *run_check(Doctor *doctor, const DoctorCheck *check);

Json *doctor_report(const Ctl *ctl, const char *config_path)
{
    _cleanup_(doctor_done) Doctor doctor = {
        .config_path = config_path ? config_path : DEFAULT_CONFIG, .socket = ctl->socket};
    Json *report = json_new_object();
    Json *list = json_new_array();
    int64_t counts[ARRAY_SIZE(results)] = {0};
    signal(SIGPIPE, SIG_IGN); /* a server that hangs up */
    rest_global_init();
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        json_add(list, run_check(&doctor, &checks[i]));
        counts[doctor.result]++;
    }
    json_put_bool(report, "ok", counts[DOCTOR_FAILED] == 0);
    json_put_int(report, "failed", counts[DOCTOR_FAILED]);
    json_put_int(report, "warnings", counts[DOCTOR_WARNING]);
    json_put(report, "checks", list);
    return report;
}

static Json *run_check(Doctor *doctor, const DoctorCheck *check)
{
    Json *row = json_new_object();
    if (check->needs_config && !doctor->config)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "not looked at without a configuration");
    else
        check->look(doctor);
    json_put_string(row, "name", check->name);
    json_put_string(row, "result", results[doctor->result].name);
    json_put_string(row, "finding", doctor->finding);
    json_put_string(row, "advice", doctor->advice);
    return row;
}

/* What a service or a file wrote may be in it: it must not steer the terminal. */
void doctor_say(Doctor *doctor, DoctorResult result, const char *advice, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    free(doctor->finding);
    if (vasprintf(&doctor->finding, format, args) < 0)
        abort();
    va_end(args);
    text_neutralize(doctor->finding);
    doctor->result = result;
    doctor->advice = advice;
}

static const char *label_of(const char *result)
{
    for (size_t i = 0; i < ARRAY_SIZE(results); i++)
        if (streq(results[i].name, result))
            return results[i].label;
    return "?";
}

void doctor_render(const Json *report, Buffer *ret)
{
    const Json *list = json_list(report, "checks");
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *row = json_at(list, i);
        const char *advice = json_string(row, "advice");
        buffer_addf(ret, "%-4s  %s: %s%s%s\n", label_of(json_string(row, "result")),
                    json_string(row, "name"), json_string(row, "finding"), advice ? "; " : "",
                    advice ? advice : "");
    }
    buffer_addf(ret, "%lld failed, %lld warnings\n", (long long)json_int(report, "failed", 0),
                (long long)json_int(report, "warnings", 0));
}

static void doctor_done(Doctor *doctor)
{
    db_close(doctor->db);
    keyring_free(doctor->keyring);
    config_free(doctor->config);
    json_freep(&doctor->status);
    clockify_server_done(&doctor->clockify);
    rest_answer_done(&doctor->answer);
    proc_jira_done(&doctor->jira);
    free(doctor->finding);
}
