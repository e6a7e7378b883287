/* SPDX-License-Identifier: Apache-2.0 */
/* Where the Jira node beside us listens; see node_watch.h. */

#include "flow/node_watch.h"

#include <sys/inotify.h>
#include <systemd/sd-event.h>

#include "base/log.h"
#include "flow/state.h"
#include "remote/node.h"

#define READ_AGAIN_US (30 * 1000000ULL) /* while it cannot be read: Jira may be installed later */
#define SETTLE_US     200000ULL         /* editors and installers write a file in several steps */

struct NodeWatch {
    Bridge *bridge;
    NodeAddress address;
    bool known;
    int choice;    /* which of the addresses is in use */
    char *problem; /* as last logged */
    sd_event_source *inotify;
    sd_event_source *timer;
};

static void use(NodeWatch *watch)
{
    _cleanup_free_ char *url = node_url(&watch->address, watch->choice);

    if (!url) {
        watch->choice = 0;
        url = node_url(&watch->address, 0);
    }
    runner_set_jira(watch->bridge->runner, url);
}

static void complain(NodeWatch *watch, const char *problem)
{
    if (streq(problem, watch->problem))
        return;
    if (problem)
        log_warning("The Jira node's address is not known: %s", problem);
    set_string(&watch->problem, problem);
}

static int again(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    node_watch_refresh(userdata);
    return 0;
}

static void read_again_in(NodeWatch *watch, uint64_t usec)
{
    watch->timer = sd_event_source_disable_unref(watch->timer);
    if (sd_event_add_time_relative(watch->bridge->parts.event, &watch->timer, CLOCK_MONOTONIC, usec,
                                   0, again, watch) < 0)
        abort(); /* out of memory */
}

static int changed(sd_event_source *source _unused_, const struct inotify_event *event,
                   void *userdata)
{
    if (event->len > 0 && streq(event->name, "server.xml"))
        read_again_in(userdata, SETTLE_US);
    return 0;
}

/* The directory is watched, since an editor puts a new file in the old one's place. */
static void watch_directory(NodeWatch *watch, const char *install_dir)
{
    _cleanup_free_ char *directory = xasprintf("%s/conf", install_dir);

    watch->inotify = sd_event_source_disable_unref(watch->inotify);
    if (sd_event_add_inotify(watch->bridge->parts.event, &watch->inotify, directory,
                             IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB, changed,
                             watch) < 0)
        watch->inotify = NULL; /* not there yet: the timer looks again */
}

static void from_server_xml(NodeWatch *watch, const char *install_dir)
{
    NodeAddress address = {0};
    Error error = {0};

    watch_directory(watch, install_dir);
    if (node_read(install_dir, &address, &error) < 0) {
        complain(watch, error.message);
        /* What was known stays: a file that is being written is no reason to lose the node. */
        read_again_in(watch, READ_AGAIN_US);
        return;
    }
    complain(watch, NULL);
    if (!watch->inotify)
        read_again_in(watch, READ_AGAIN_US);
    node_address_done(&watch->address);
    watch->address = address;
    watch->known = true;
    watch->choice = 0;
    use(watch);
}

void node_watch_refresh(NodeWatch *watch)
{
    const Config *config = watch->bridge->parts.config;
    _cleanup_free_ char *url = NULL;
    Error error = {0};

    watch->timer = sd_event_source_disable_unref(watch->timer);
    if (!config->jira.url[0]) {
        from_server_xml(watch, config->jira.install_dir);
        return;
    }
    watch->inotify = sd_event_source_disable_unref(watch->inotify);
    watch->known = false;
    if (node_url_from_config(config->jira.url, &url, &error) < 0)
        complain(watch, error.message);
    else
        runner_set_jira(watch->bridge->runner, url);
}

void node_watch_unreachable(NodeWatch *watch)
{
    if (!watch->known)
        return;
    watch->choice++;
    use(watch);
}

NodeWatch *node_watch_new(Bridge *bridge)
{
    NodeWatch *watch = xcalloc(1, sizeof(*watch));

    watch->bridge = bridge;
    return watch;
}

void node_watch_free(NodeWatch *watch)
{
    if (!watch)
        return;
    sd_event_source_disable_unref(watch->inotify);
    sd_event_source_disable_unref(watch->timer);
    node_address_done(&watch->address);
    free(watch->problem);
    free(watch);
}
