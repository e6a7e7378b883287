/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switches of the two services as a whole, with the values they have at the start.
 * Switches of one workspace, user, project or issue are members of its document; see seed.c.
 */
#include "options.h"

#include <stdio.h>

#include "js.h"

/*
 * oldErrors             errors carry "description" in place of "message", as servers of 2019 did
 * boot                  the body of GET /web/boot; null = 404, as on the cloud
 * redirectTo            every request is answered 302 to this URL, its path behind it
 * archivedTagsAccepted  probes disagree: false = 400/501, true = 201
 * lastPageNever         the header Last-Page says false for ever, as a server may
 * windowLag_s           lists with start or end leave out entries made within so many seconds
 */
static const char clockify_options[] =
    "{\"oldErrors\":false,\"redirectTo\":null,\"archivedTagsAccepted\":false,"
    "\"lastPageNever\":false,\"windowLag_s\":0,"
    "\"boot\":{\"selfHosted\":true,\"endpoint\":\"/api\",\"frontendUrl\":\"/"
    "\",\"synchronization\":{\"websockets\":"
    "{\"endpoint\":\"/ws\",\"apps\":{\"extension\":{\"endpoint\":\"/ws\"}}}}}}";

/*
 * state             "RUNNING"; anything else is what /status says while all else answers 503
 * badToken          "anonymous": the request goes on as nobody; "401": it is refused
 * anonymousMayWork  nobody in particular has Work On Issues: a dead token makes a worklog
 *                   without an author
 * basic             how Basic is answered: "refused" (401), "captcha" (403), "oauth" (401)
 * readOnly          403 for every write
 * timeTracking      false = "Time Tracking is not enabled."
 * rateLimit         null, or {"limit":70,"fillRate":5,"intervalSeconds":1}, one bucket a user
 * pats              the system properties of personal access tokens
 * origin            the origin under which Tomcat knows itself; null = that of the Host header
 * baseUrl           what stands in "self" and Location: the load balancer, not this node
 * redirectTo        every request is answered 302 to this URL, its path behind it
 */
static const char jira_options[] =
    "{\"state\":\"RUNNING\",\"badToken\":\"anonymous\",\"anonymousMayWork\":false,\"basic\":"
    "\"refused\","
    "\"readOnly\":false,\"timeTracking\":true,\"hoursPerDay\":8,\"daysPerWeek\":5,\"rateLimit\":"
    "null,"
    "\"pats\":{\"enabled\":true,\"eternal\":true,\"maxDays\":365,\"perUser\":10,\"nameLength\":40},"
    "\"origin\":null,\"nodeId\":\"node1\",\"version\":\"10.3.13\",\"redirectTo\":null}";

struct json_object *options_default(Service service, const char *context)
{
    char url[128];
    struct json_object *options;

    if (service == SERVICE_CLOCKIFY)
        return js_literal(clockify_options);
    if (service == SERVICE_CONTROL)
        return js_new();
    options = js_literal(jira_options);
    snprintf(url, sizeof url, "https://jira.example.com%s", context);
    js_set_str(options, "baseUrl", url);
    return options;
}
