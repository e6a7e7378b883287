/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.start, timer.stop, timer.edit, timer.discard and entry.add, from the caller's side: made
 * durable (accept.c), put into the user's line, and answered when the line got as far as the caller
 * wants.
 */

#include <systemd/sd-event.h>

#include "base/time.h"
#include "flow/accept.h"
#include "flow/state.h"

static WaitFor wait_for(const Accept *accept)
{
    return (WaitFor){
        .caller = accept->caller,
        .level = accept->level,
        .user = accept->user,
        .request_id = accept->request_id,
        .entry_id = accept->entry_id,
        .stopped_id = accept->stopped_id,
        .is_start = accept->kind == INTENT_START,
    };
}

static void answer_again(Bridge *bridge, const Accept *accept)
{
    _cleanup_json_ Json *told = NULL;
    Error error = {0};

    if (json_parse(accept->answer, strlen(accept->answer), 32, &told, &error) < 0) {
        error_internal(&error, "the answer kept for request_id \"%s\" of %s is no JSON",
                       accept->request_id, accept->user);
        bridge_reply_error(bridge, accept->caller, &error);
    } else if (json_has(told, "result")) {
        bridge_reply(bridge, accept->caller, json_copy(json_get(told, "result")));
    } else {
        error_from_json(json_child(told, "error"), &error);
        bridge_reply_error(bridge, accept->caller, &error);
    }
}

/* Asked before: the same answer, or the outcome that the first caller waits for as well. */
static void repeated(Bridge *bridge, const Accept *accept)
{
    WaitFor what = wait_for(accept);

    if (accept->answer)
        answer_again(bridge, accept);
    else if (accept->level == WAIT_ACCEPTED ||
             !lines_wait(bridge->lines, accept->user, accept->intent.id, &what))
        waiting_answer_entry(bridge->waiting, &what);
}

static void taken_on(Bridge *bridge, Accept *accept)
{
    WaitFor what = wait_for(accept);

    if (accept->room.id)
        lines_add(bridge->lines, &accept->room, false);
    lines_add(bridge->lines, &accept->intent, false);
    if (accept->told)
        ; /* nobody waits any more */
    else if (accept->level == WAIT_ACCEPTED)
        bridge_reply(bridge, accept->caller, STEAL(accept->result));
    else if (runner_is_up(bridge->runner, SERVICE_CLOCKIFY) && !bridge->draining)
        lines_wait(bridge->lines, accept->user, accept->intent.id, &what);
    else
        waiting_answer_entry(bridge->waiting, &what); /* queued, and told so at once */
    lines_pump(bridge->lines);
}

static void accepted(void *arg, int r, const Error *error)
{
    Accept *accept = arg;
    Bridge *bridge = accept->bridge;

    bridge->asks--;
    if (accept->told && (r < 0 || accept->refused || accept->repeat))
        ; /* nothing is left to do */
    else if (r < 0)
        bridge_reply_error(bridge, accept->caller, error);
    else if (accept->refused)
        bridge_reply_error(bridge, accept->caller, &accept->refusal);
    else if (accept->repeat)
        repeated(bridge, accept);
    else
        taken_on(bridge, accept);
    accept_free(accept);
}

/* The store does not answer. What it has not begun is taken back; of what it is at nobody knows
 * whether it will stand, and a repeat with the same request_id will tell. */
static int deadline_passed(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    Accept *accept = userdata;
    Bridge *bridge = accept->bridge;
    Error error = {0};

    if (store_withdraw(bridge->parts.store, accept_work, accept)) {
        bridge->asks--;
        error_set(&error, ERROR_STORE,
                  "The store did not get to it in time; nothing was done. Look at the disk.");
        bridge_reply_error(bridge, accept->caller, &error);
        accept_free(accept);
    } else {
        accept->told = true;
        error_internal(&error, "the store is stuck with %s of %s: whether it stands is not known",
                       accept->method, accept->user);
        bridge_reply_error(bridge, accept->caller, &error);
    }
    return 0;
}

static void set_deadline(Accept *accept)
{
    const BridgeParts *parts = &accept->bridge->parts;

    if (sd_event_add_time_relative(parts->event, &accept->deadline, CLOCK_MONOTONIC,
                                   (uint64_t)parts->config->rpc.deadline_s * 1000000, 1000,
                                   deadline_passed, accept) < 0)
        abort(); /* out of memory */
}

static void ask(Bridge *bridge, uint64_t caller, const Json *params, IntentKind kind,
                const char *method)
{
    const ClockifyServer *server = runner_server(bridge->runner);
    Accept *accept = xcalloc(1, sizeof(*accept));

    accept->bridge = bridge;
    accept->caller = caller;
    accept->level = wait_level(params);
    accept->kind = kind;
    accept->method = method;
    accept->params = json_copy(params);
    accept->user = json_string(accept->params, "user");
    accept->request_id = json_string(accept->params, "request_id");
    accept->asked = time_now();
    /* Copies: the server may be set anew while the store's thread reads them. */
    accept->server = server ? xstrdup(server->api_url) : NULL;
    accept->key_url = server ? xstrdup(server->key_url) : NULL;
    set_deadline(accept);
    bridge->asks++;
    store_submit(bridge->parts.store, accept_work, accepted, accept);
}

void ask_timer_start(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask(bridge, caller, params, INTENT_START, "timer.start");
}

void ask_timer_stop(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask(bridge, caller, params, INTENT_STOP, "timer.stop");
}

void ask_timer_edit(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask(bridge, caller, params, INTENT_EDIT, "timer.edit");
}

void ask_timer_discard(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask(bridge, caller, params, INTENT_DISCARD, "timer.discard");
}

void ask_entry_add(Bridge *bridge, uint64_t caller, const Json *params)
{
    ask(bridge, caller, params, INTENT_ADD, "entry.add");
}
