/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a server that the configuration names where its API is; see discover.h. */

#include "flow/discover.h"

#include <systemd/sd-event.h>

#include "base/log.h"
#include "flow/state.h"
#include "store/setting.h"

#define AGAIN_US (60 * 1000000ULL)

typedef struct DiscoverFlow {
    Flow flow;
    ClockifyServer server;
} DiscoverFlow;

static void discover_free(Flow *flow)
{
    DiscoverFlow *f = (DiscoverFlow *)flow;

    clockify_server_done(&f->server);
    free(f);
}

/* Store work. */
static int keep(Db *db, void *arg, Error *error)
{
    DiscoverFlow *f = arg;
    _cleanup_json_ Json *json = clockify_server_to_json(&f->server);
    _cleanup_free_ char *text = json_text(json);

    return setting_put(db, SETTING_DISCOVERED, text, error);
}

static int discover_step(Flow *flow, FlowIo *io)
{
    DiscoverFlow *f = (DiscoverFlow *)flow;

    FLOW_BEGIN(flow);
    clockify_boot_request(&f->server, &io->request);
    io->ignore_gate = true;
    FLOW_CLOCKIFY(flow, io, NULL, NULL);
    if (clockify_boot_read(io->answer, &f->server, NULL, &io->error) < 0)
        return FLOW_FAILED;
    FLOW_STORE(flow, io, keep, f);
    FLOW_END(flow);
}

/* Waiting to ask again: the timer's. */
typedef struct Again {
    Bridge *bridge;
    ClockifyServer server;
} Again;

static void again_free(void *userdata)
{
    Again *again = userdata;

    clockify_server_done(&again->server);
    free(again);
}

/* The server in use may have been set meanwhile: then nobody cares any more. */
static bool still_wanted(const Bridge *bridge, const ClockifyServer *server)
{
    const ClockifyServer *current = runner_server(bridge->runner);

    return current && streq(current->url, server->url);
}

static int ask_again(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    Again *again = userdata;

    if (still_wanted(again->bridge, &again->server) && !again->bridge->draining)
        discover_start(again->bridge, &again->server);
    return 0;
}

static void ask_again_later(Bridge *bridge, const ClockifyServer *server)
{
    Again *again = xcalloc(1, sizeof(*again));
    sd_event_source *timer = NULL;

    again->bridge = bridge;
    clockify_server_copy(&again->server, server);
    if (sd_event_add_time_relative(bridge->parts.event, &timer, CLOCK_MONOTONIC, AGAIN_US, 0,
                                   ask_again, again) < 0)
        abort(); /* out of memory */
    sd_event_source_set_destroy_callback(timer, again_free);
    sd_event_source_set_floating(timer, true);
    sd_event_source_unref(timer);
}

static void discovered(void *arg, Flow *flow, int r, const Error *error)
{
    Bridge *bridge = arg;
    DiscoverFlow *f = (DiscoverFlow *)flow;

    if (!still_wanted(bridge, &f->server))
        return;
    if (r == FLOW_FINISHED) {
        log_info("the API of %s is at %s", f->server.url, f->server.api_url);
        runner_set_server(bridge->runner, &f->server);
    } else if (error->reason == ERROR_UNAVAILABLE) {
        ask_again_later(bridge, &f->server);
    } else {
        log_warning("%s does not say where its API is (%s); it is taken to be at %s", f->server.url,
                    error->message, f->server.api_url);
    }
}

void discover_start(Bridge *bridge, const ClockifyServer *server)
{
    DiscoverFlow *f;

    if (runner_paused(bridge->runner)) {
        ask_again_later(bridge, server);
        return;
    }
    f = xcalloc(1, sizeof(*f));
    f->flow.step = discover_step;
    f->flow.free = discover_free;
    clockify_server_copy(&f->server, server);
    runner_start(bridge->runner, &f->flow, false, discovered, bridge);
}
