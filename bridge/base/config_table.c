/* SPDX-License-Identifier: Apache-2.0 */

/* The table of settings: all that is known about each, in the order of the file. No code beside it.
 */

#include "base/config.h"

#define AT(group_, name_) .group = #group_, .name = #name_, .offset = offsetof(Config, group_.name_)

#define STRING(default_, least_, most_)                                                            \
    .type = CONFIG_STRING, .otherwise = default_, .least = least_, .most = most_
#define INTEGER(default_, least_, most_)                                                           \
    .type = CONFIG_INTEGER, .otherwise = default_, .least = least_, .most = most_
#define BOOLEAN(default_)          .type = CONFIG_BOOLEAN, .otherwise = default_
#define CHOICE(default_, choices_) .type = CONFIG_CHOICE, .otherwise = default_, .choices = choices_
#define WORDS(default_, choices_)  .type = CONFIG_LIST, .otherwise = default_, .choices = choices_
#define NAMES(default_)            .type = CONFIG_LIST, .otherwise = default_

#define PATH_MOST        4095 /* PATH_MAX without the NUL */
#define SOCKET_PATH_MOST 107  /* sun_path of unix(7) without the NUL */
#define TEXT_MOST        4096
#define TEMPLATE_MOST    3000 /* as long as a description may be in Clockify */

/* In the order of the enums and bits in config.h and log.h. */
static const char *const backends[] = {"sqlite", "postgresql", NULL};
static const char *const roundings[] = {"nearest", "up", "down", NULL};
static const char *const adjustments[] = {"auto", "leave", NULL};
static const char *const tag_sources[] = {"type", "labels", "subtask", "epic", NULL};
static const char *const creations[] = {"project", "task", "tag", NULL};
static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const targets[] = {"stderr", "journal", NULL};

static const ConfigSetting table[] = {
    {AT(socket, path), STRING("\"/run/clockify-bridge/bridge.sock\"", 1, SOCKET_PATH_MOST),
     .doc = "Where callers find the bridge. Not used where systemd hands over the socket."},
    {AT(socket, group), STRING("\"jira\"", 0, 255),
     .doc = "The group that may connect; \"\" leaves the socket to the group of the bridge."},
    {AT(socket, plugin_users), NAMES("[ \"jira\" ]"), .reloadable = true,
     .doc = "System users whose processes speak for Jira: they say which Jira user is asking."},
    {AT(socket, operators), NAMES("[ \"root\" ]"), .reloadable = true,
     .doc = "System users who may call every method."},

    {AT(rpc, deadline_s), INTEGER("10", 1, 300), .reloadable = true,
     .doc = "Seconds that a call waits for Clockify or Jira before it is answered as queued."},
    {AT(rpc, max_request_kib), INTEGER("256", 4, 16384), .reloadable = true,
     .doc = "The longest request line, in KiB."},
    {AT(rpc, max_connections), INTEGER("1024", 8, 65536), .reloadable = true,
     .doc = "The most connections at the same time."},
    {AT(rpc, max_depth), INTEGER("32", 8, 64), .reloadable = true,
     .doc = "The most levels of nesting in a request."},
    {AT(rpc, max_batch), INTEGER("100", 1, 1000), .reloadable = true,
     .doc = "The most requests in one batch."},
    {AT(rpc, max_pending), INTEGER("256", 1, 65536), .reloadable = true,
     .doc = "The most requests of one connection that wait for their answer."},

    {AT(clockify, url), STRING("\"\"", 0, TEXT_MOST),
     .doc =
         "The Clockify server, in any form that its web or API address has. Only the first value: "
         "once an administrator has set one on the Configure page, that one stands."},
    {AT(clockify, ca_file), STRING("\"\"", 0, PATH_MOST),
     .doc = "PEM file of the certificate authorities to trust in place of the system's."},
    {AT(clockify, client_cert), STRING("\"\"", 0, PATH_MOST),
     .doc = "PEM file of the certificate that the bridge shows, where the server wants one."},
    {AT(clockify, client_key), STRING("\"\"", 0, PATH_MOST),
     .doc = "PEM file of the private key of client_cert."},
    {AT(clockify, proxy), STRING("\"\"", 0, TEXT_MOST),
     .doc = "\"\" for none, \"environment\" to follow https_proxy and no_proxy, or the URL of a "
            "proxy."},
    {AT(clockify, timeout_s), INTEGER("15", 1, 120), .reloadable = true,
     .doc = "Seconds after which a request to Clockify is given up."},

    {AT(jira, install_dir), STRING("\"/opt/atlassian/jira\"", 0, PATH_MOST), .reloadable = true,
     .doc = "Where Jira is installed: conf/server.xml there tells where the node listens."},
    {AT(jira, url), STRING("\"\"", 0, TEXT_MOST), .reloadable = true,
     .doc = "The node's own address, such as \"http://127.0.0.1:8080/jira\"; overrides what "
            "server.xml says."},
    {AT(jira, timeout_s), INTEGER("10", 1, 120), .reloadable = true,
     .doc = "Seconds after which a request to Jira is given up."},

    {AT(store, backend), CHOICE("\"sqlite\"", backends),
     .doc = "\"sqlite\" for one node, \"postgresql\" for the nodes of a cluster together."},
    {AT(store, path), STRING("\"/var/lib/clockify-bridge/bridge.db\"", 1, PATH_MOST),
     .doc = "The SQLite file, on a local disk."},
    {AT(store, conninfo), STRING("\"\"", 0, TEXT_MOST),
     .doc = "The PostgreSQL connection string of libpq."},

    {AT(secrets, master_key_file), STRING("\"\"", 0, PATH_MOST),
     .doc = "A file of mode 0400 with one key a line, 64 hexadecimal digits each: the first seals, "
            "the "
            "others only open. \"\" takes the systemd credential \"master-key\"."},

    {AT(worklog, rounding), CHOICE("\"nearest\"", roundings), .reloadable = true,
     .doc = "How the time of an entry is rounded to step_s."},
    {AT(worklog, step_s), INTEGER("60", 60, 86400), .multiple_of = 60, .reloadable = true,
     .doc = "Seconds to which worklogs are rounded, whole minutes: Jira counts in those."},
    {AT(worklog, minimum_s), INTEGER("60", 0, 86400), .reloadable = true,
     .doc = "A shorter entry counts as this many seconds; with 0 one that rounds to nothing gets "
            "no worklog."},
    {AT(worklog, adjust_estimate), CHOICE("\"auto\"", adjustments), .reloadable = true,
     .doc = "Whether a worklog lowers the remaining estimate of its issue, or leaves it."},
    {AT(worklog, comment), STRING("\"{description}\"", 0, TEMPLATE_MOST), .reloadable = true,
     .doc = "The comment of a worklog: a template."},
    {AT(worklog, stopped_elsewhere), BOOLEAN("false"), .reloadable = true,
     .doc = "Whether timers that were started in Jira and stopped in another Clockify app get a "
            "worklog too."},
    {AT(worklog, stopped_elsewhere_poll_s), INTEGER("300", 1, 86400), .reloadable = true,
     .doc = "Seconds between two looks at running timers, where stopped_elsewhere is on."},

    {AT(entry, description), STRING("\"{key} {summary}\"", 0, TEMPLATE_MOST), .reloadable = true,
     .doc = "The description of an entry: a template."},
    {AT(entry, tags), WORDS("[ \"type\", \"labels\", \"subtask\", \"epic\" ]", tag_sources),
     .reloadable = true, .doc = "What of an issue becomes a tag."},
    {AT(entry, create), WORDS("[ \"project\", \"task\", \"tag\" ]", creations), .reloadable = true,
     .doc =
         "What the bridge may create in Clockify where it is missing and the user may create it."},

    {AT(journal, settle_s), INTEGER("20", 0, 600), .reloadable = true,
     .doc = "Seconds after an unclear outcome in which a thing may still turn up before it is made "
            "again."},
    {AT(journal, blocked_retry_s), INTEGER("900", 1, 86400), .reloadable = true,
     .doc = "Seconds before something blocked is first tried again by itself."},

    {AT(journal, keep_days), INTEGER("400", 0, 36500), .reloadable = true,
     .doc = "Days that the bridge remembers an entry after it was made and everything of it is "
            "finished. 0 keeps all."},
    {AT(log, level), CHOICE("\"info\"", levels), .reloadable = true,
     .doc = "The least important lines to log."},
    {AT(log, target), CHOICE("\"journal\"", targets), .reloadable = true,
     .doc = "The systemd journal, or standard error."},
};

const ConfigSetting *config_settings(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(table);
    return table;
}
