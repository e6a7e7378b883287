/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Results for a person's eyes, on standard output: one function a shape of result. */

#include "base/json.h"

void ctl_print_json_line(const Json *result); /* raw, one line: for programs */
void ctl_print_json(const Json *result);      /* indented */

void ctl_print_status(const Json *status);
void ctl_print_server(const Json *server);
void ctl_print_account(const Json *account);
void ctl_print_entries(const Json *list);
void ctl_print_worklogs(const Json *list);
void ctl_print_worklog(const Json *result); /* {worklog} */
void ctl_print_audit(const Json *list);
void ctl_print_audit_check(const Json *check);
void ctl_print_backup(const Json *result);  /* {file, size} */
void ctl_print_count(const Json *result);   /* {count} */
void ctl_print_changed(const Json *result); /* {changed:[name]} */
void ctl_print_sealed(const Json *result);  /* {sealed} */
void ctl_print_text(const Json *result);    /* {text}: as it is */
void ctl_print_methods(const Json *result); /* bridge.describe, or one method of it */
