/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between the services before and around their routes.
 */
#pragma once

#include "sim.h"

/* The path within the service: without Clockify's /api/v1 and double slashes, without Jira's
 * context path. The caller owns it. "" where the path lies outside of the service. */
char *service_path(const Request *request, const char *path);
/* Finds who is asking; names: how the caller is known, NULL-terminated, at most seven. */
void service_identify(Request *request, const char *names[static 8]);
void service_answer(Request *request, Reply *reply);

/* clockify.c */
void clockify_identify(Request *request, const char *names[static 8]);
int clockify_answer(Request *request, Reply *reply);
/* jira.c */
void jira_identify(Request *request, const char *names[static 8]);
int jira_answer(Request *request, Reply *reply);
