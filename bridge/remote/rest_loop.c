/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi-socket interface on sd-event: its sockets become io sources, its one timer a time
 * source. Nothing here knows a request.
 */

#include <sys/epoll.h>

#include "base/log.h"
#include "remote/rest_client.h"

/* What libcurl says when a callback of this file failed; before that it goes on. */
#if LIBCURL_VERSION_NUM >= 0x075100
#define REST_ABORTED_BY_CALLBACK CURLM_ABORTED_BY_CALLBACK
#else
#define REST_ABORTED_BY_CALLBACK CURLM_OUT_OF_MEMORY
#endif

#define TIMER_ACCURACY_US 1000 /* sd-event's own default, 250 ms, would make every request slow */

static int on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg);
static int on_timer_wish(CURLM *multi, long timeout_ms, void *arg);
static int on_socket(sd_event_source *source, int fd, uint32_t events, void *arg);
static int on_timer(sd_event_source *source, uint64_t usec, void *arg);
static int on_deferred(sd_event_source *source, void *arg);
static void act(RestClient *client, curl_socket_t fd, int what);
static int watch(RestClient *client, curl_socket_t fd, uint32_t events);
static uint32_t wanted_events(int what);

int rest_loop_init(RestClient *client, Error *error)
{
    int r;

    r = sd_event_add_time(client->event, &client->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US,
                          on_timer, client);
    if (r >= 0)
        r = sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
    if (r >= 0)
        r = sd_event_add_defer(client->event, &client->deferred, on_deferred, client);
    if (r >= 0)
        r = sd_event_source_set_enabled(client->deferred, SD_EVENT_OFF);
    if (r < 0)
        return error_internal(error, "rest client %s: no event source: %s", client->name,
                              strerror(-r));
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    return 0;
}

void rest_loop_done(RestClient *client)
{
    sd_event_source_disable_unref(client->timer);
    sd_event_source_disable_unref(client->deferred);
    sd_event_unref(client->event);
}

void rest_loop_hand_out_soon(RestClient *client)
{
    sd_event_source_set_enabled(client->deferred, SD_EVENT_ONESHOT);
}

/* libcurl keeps our source for each socket in socket_arg (curl_multi_assign). */
static int on_socket_wish(CURL *easy _unused_, curl_socket_t fd, int what, void *arg,
                          void *socket_arg)
{
    RestClient *client = arg;
    sd_event_source *source = socket_arg;

    if (what == CURL_POLL_REMOVE) {
        sd_event_source_disable_unref(source);
        curl_multi_assign(client->multi, fd, NULL);
        return 0;
    }
    if (source)
        return sd_event_source_set_io_events(source, wanted_events(what)) < 0 ? -1 : 0;
    return watch(client, fd, wanted_events(what));
}

static int watch(RestClient *client, curl_socket_t fd, uint32_t events)
{
    sd_event_source *source = NULL;

    if (sd_event_add_io(client->event, &source, fd, events, on_socket, client) < 0)
        return -1;
    curl_multi_assign(client->multi, fd, source);
    return 0;
}

static uint32_t wanted_events(int what)
{
    switch (what) {
    case CURL_POLL_IN:
        return EPOLLIN;
    case CURL_POLL_OUT:
        return EPOLLOUT;
    case CURL_POLL_INOUT:
        return EPOLLIN | EPOLLOUT;
    default:
        return 0;
    }
}

/* libcurl must not be entered from here, so "at once" too is a turn of the loop away. */
static int on_timer_wish(CURLM *multi _unused_, long timeout_ms, void *arg)
{
    RestClient *client = arg;

    if (timeout_ms < 0)
        return sd_event_source_set_enabled(client->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
    if (sd_event_source_set_time_relative(client->timer, (uint64_t)timeout_ms * 1000) < 0)
        return -1;
    return sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT) < 0 ? -1 : 0;
}

static int on_socket(sd_event_source *source _unused_, int fd, uint32_t events, void *arg)
{
    RestClient *client = arg;
    int what = 0;

    if (events & (EPOLLIN | EPOLLHUP))
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        what |= CURL_CSELECT_ERR;
    act(client, fd, what);
    return 0;
}

static int on_timer(sd_event_source *source _unused_, uint64_t usec _unused_, void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
    return 0;
}

/* Out of memory libcurl loses sight of a socket or of its timers, and the request would never end.
 */
static void act(RestClient *client, curl_socket_t fd, int what)
{
    int running;
    CURLMcode code = curl_multi_socket_action(client->multi, fd, what, &running);

    if (code == CURLM_OUT_OF_MEMORY || code == CURLM_INTERNAL_ERROR ||
        code == REST_ABORTED_BY_CALLBACK) {
        log_error("libcurl cannot go on: %s", curl_multi_strerror(code));
        abort();
    }
    rest_collect(client);
}

static int on_deferred(sd_event_source *source _unused_, void *arg)
{
    rest_hand_out(arg);
    return 0;
}
