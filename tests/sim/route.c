/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching of paths with the templates of the routing tables, segment by segment.
 */
#include "route.h"

#include <stdlib.h>
#include <string.h>

static const Route *const tables[SERVICE_COUNT] = {
    [SERVICE_CLOCKIFY] = clockify_routes,
    [SERVICE_JIRA] = jira_routes,
    [SERVICE_CONTROL] = control_routes,
};

static void forget(Request *request)
{
    for (int i = 0; i < SIM_PARAMS; i++) {
        free(request->param[i]);
        request->param[i] = NULL;
    }
}

/* Segments in braces are taken into the request's parameters. */
static bool matches(Request *request, const char *template)
{
    const char *path = request->path;
    int n = 0;

    while (*template == '/' && *path == '/') {
        size_t want = strcspn(++template, "/"), have = strcspn(++path, "/");
        if (*template == '{') {
            if (!have || n == SIM_PARAMS)
                return false;
            free(request->param[n]);
            request->param[n++] = strndup(path, have);
        } else if (want != have || strncmp(template, path, have) != 0) {
            return false;
        }
        template += want;
        path += have;
    }
    return !*template && (!*path || strcmp(path, "/") == 0);
}

void route_find(Request *request)
{
    for (const Route *route = tables[request->service]; route->method; route++) {
        bool same = strcmp(route->method, request->method) == 0;
        if ((!same && request->path_known) || !matches(request, route->path)) {
            continue;
        } else if (same) {
            request->route = route;
            return;
        }
        request->path_known = true;
    }
    forget(request);
}

void route_done(Request *request)
{
    forget(request);
}
