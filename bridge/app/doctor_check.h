/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the files of the doctor share: what is known so far, and how a check says what it found. */

#include <sys/types.h>

#include "app/doctor.h"
#include "app/proc_jira.h"
#include "base/config.h"
#include "remote/clockify_url.h"
#include "remote/rest.h"
#include "store/db.h"
#include "store/keyring.h"

typedef enum DoctorResult {
    DOCTOR_OK,
    DOCTOR_SKIPPED, /* there was nothing to look at, or no way to */
    DOCTOR_WARNING, /* works, but somebody should know */
    DOCTOR_FAILED,  /* the bridge, or a part of it, cannot work like this */
} DoctorResult;

/* Filled by the checks in the order of their table: later ones stand on what earlier ones found. */
typedef struct Doctor {
    const char *config_path;
    const char *socket;
    Config *config;   /* NULL: it cannot be read */
    Keyring *keyring; /* NULL: it cannot be read */
    Db *db;           /* open for a few checks only, since it is locked meanwhile */
    Json *status;     /* what the running bridge says; NULL: none answers */
    ClockifyServer clockify;
    bool clockify_known;
    RestAnswer answer;   /* of Clockify, to one request for all checks */
    ProcJira jira;       /* all empty: no process of it was found */
    int jira_release;    /* the first number of its version; 0 = not known */
    DoctorResult result; /* of the check that runs */
    char *finding;
    const char *advice; /* static text; NULL = nothing to do */
} Doctor;

/* A check says one thing, and returns. */
void doctor_say(Doctor *doctor, DoctorResult result, const char *advice, const char *format, ...)
    _printf_(4, 5);

struct DoctorCheck {
    const char *name;
    const char *doc; /* one sentence for the manual */
    void (*look)(Doctor *doctor);
    bool needs_config;
};

/* doctor_files.c */
void doctor_look_at_config(Doctor *doctor);
void doctor_look_at_certificates(Doctor *doctor);
void doctor_look_at_master_key(Doctor *doctor);

/* doctor_store.c */
void doctor_look_at_store_file(Doctor *doctor);
void doctor_look_at_store_space(Doctor *doctor);
void doctor_look_at_store_wal(Doctor *doctor);
void doctor_look_at_store(Doctor *doctor);
void doctor_look_at_secrets(Doctor *doctor);

/* doctor_socket.c */
void doctor_look_at_socket(Doctor *doctor);
void doctor_look_at_daemon(Doctor *doctor);
void doctor_look_at_plugin_users(Doctor *doctor);
void doctor_look_at_operators(Doctor *doctor);
void doctor_look_at_memory(Doctor *doctor);
void doctor_look_at_pause(Doctor *doctor);
void doctor_look_at_blocked(Doctor *doctor);
void doctor_look_at_waiting(Doctor *doctor);

/* doctor_unit.c */
void doctor_look_at_unit(Doctor *doctor);

/* doctor_jira.c */
void doctor_look_at_jira_process(Doctor *doctor);
void doctor_look_at_jira(Doctor *doctor);

/* doctor_app.c */
void doctor_look_at_java(Doctor *doctor);
void doctor_look_at_app(Doctor *doctor);

/* doctor_clockify.c */
void doctor_look_at_clockify(Doctor *doctor);
void doctor_look_at_proxy(Doctor *doctor);
void doctor_look_at_name(Doctor *doctor);
void doctor_look_at_connection(Doctor *doctor);
void doctor_look_at_tls(Doctor *doctor);
void doctor_look_at_certificate(Doctor *doctor);
void doctor_look_at_clock(Doctor *doctor);
void doctor_look_at_api(Doctor *doctor);

/* doctor_http.c: one request, its answer within ten seconds, owned by the caller. The request is
 * taken over. */
void doctor_ask(const Doctor *doctor, bool clockify, RestRequest *request, RestAnswer *ret);
