/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between the services before and around their routes; see service.h.
 */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *single_slashes(const char *path)
{
    char *out = malloc(strlen(path) + 1), *to = out;

    if (!out)
        abort();
    for (; *path; path++)
        if (*path != '/' || to == out || to[-1] != '/')
            *to++ = *path;
    *to = '\0';
    return out;
}

/* "latest" is another word for 2. */
static char *jira_path(const char *path)
{
    static const char latest[] = "/rest/api/latest/";
    char *out;

    if (strncmp(path, latest, sizeof latest - 1) != 0)
        return strdup(path);
    if (asprintf(&out, "/rest/api/2/%s", path + sizeof latest - 1) < 0)
        abort();
    return out;
}

char *service_path(const Request *request, const char *path)
{
    size_t context = strlen(request->sim->context);
    char *out;

    if (request->service == SERVICE_CONTROL)
        return strdup(path);
    if (request->service == SERVICE_JIRA)
        return jira_path(strncmp(path, request->sim->context, context) == 0 ? path + context : "");
    out = single_slashes(path);
    if (strncmp(out, "/api/v1/", 8) == 0)
        memmove(out, out + 7, strlen(out + 7) + 1);
    else if (strcmp(out, "/api/health") != 0 && strcmp(out, "/web/boot") != 0)
        *out = '\0';
    return out;
}

void service_identify(Request *request, const char *names[static 8])
{
    if (request->service == SERVICE_CLOCKIFY)
        clockify_identify(request, names);
    else
        jira_identify(request, names);
}

void service_answer(Request *request, Reply *reply)
{
    if (request->service == SERVICE_CLOCKIFY)
        clockify_answer(request, reply);
    else if (request->service == SERVICE_JIRA)
        jira_answer(request, reply);
    else if (request->route)
        request->route->handler(request, reply);
    else
        reply_text(reply, request->path_known ? 405 : 404, "text/plain",
                   "no such route; see bridge-sim --help\n");
}
