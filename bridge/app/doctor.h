/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * clockify-bridgectl doctor: looks at everything that the bridge of this node stands on, from the
 * configuration's file to Clockify's clock, and says what to do about what it finds. It needs no
 * running bridge, changes nothing, and shows no secret.
 */

#include "app/ctl_commands.h"
#include "base/buffer.h"

typedef struct DoctorCheck DoctorCheck;

/* What the manual tells of each check. */
const DoctorCheck *doctor_checks_all(size_t *ret_count);
const char *doctor_check_name(const DoctorCheck *checks, size_t index);
const char *doctor_check_doc(const DoctorCheck *checks, size_t index);

/* The command. CTL_FAILED when a check failed; warnings alone are no failure. */
int doctor_run(Ctl *ctl, const CtlCommand *command, Json *params);

/* All findings: {ok, failed, warnings, checks:[{name, result, finding, advice}]}. The caller owns
 * it. */
Json *doctor_report(const Ctl *ctl, const char *config_path);

/* The same as lines for a person. */
void doctor_render(const Json *report, Buffer *ret);
