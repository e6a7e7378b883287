/* SPDX-License-Identifier: Apache-2.0 */
/* All lines, and which intent is tried now; see lines.h. What an attempt does and leaves is in
 * attempt.c; which intent of a line is next is a pure function of the line and the time: line_next.
 */

#include "flow/attempt.h"

#include "base/time.h"
#include "flow/state.h"

#define ATTEMPTS_MOST 512

Lines *lines_new(Bridge *bridge)
{
    Lines *lines = xcalloc(1, sizeof(*lines));

    lines->bridge = bridge;
    lines->users = map_new();
    lines->ready_end = &lines->ready;
    return lines;
}

static void line_free(Line *line)
{
    while (line->items)
        line_remove(&line->items, line->items);
    sd_event_source_disable_unref(line->timer);
    free(line->attempt);
    free(line->user);
    free(line);
}

void lines_free(Lines *lines)
{
    void *value;
    size_t position = 0;

    if (!lines)
        return;
    while (map_next(lines->users, &position, NULL, &value))
        line_free(value);
    map_free(lines->users);
    sd_event_source_disable_unref(lines->timer);
    free(lines);
}

static Line *line_of(Lines *lines, const char *user)
{
    Line *line = map_get(lines->users, user);

    if (line)
        return line;
    line = xcalloc(1, sizeof(*line));
    line->lines = lines;
    line->user = xstrdup(user);
    map_put(lines->users, user, line);
    return line;
}

static void make_ready(Line *line)
{
    Lines *lines = line->lines;

    if (line->ready || line->busy)
        return;
    line->ready = true;
    line->next_ready = NULL;
    *lines->ready_end = line;
    lines->ready_end = &line->next_ready;
}

static Line *take_ready(Lines *lines)
{
    Line *line = lines->ready;

    lines->ready = line->next_ready;
    if (!lines->ready)
        lines->ready_end = &lines->ready;
    line->ready = false;
    return line;
}

/* What changes an entry has to know first whether Clockify has it. */
static void retry_in_doubt(LineItem *items, int64_t entry_id)
{
    for (; items; items = items->next)
        if (items->in_doubt)
            line_retry(items, entry_id, items->id);
}

void lines_add(Lines *lines, const Intent *intent, bool recovered)
{
    Line *line = line_of(lines, intent->user);
    LineItem *item = line_append(&line->items, intent);
    int64_t now_ms = time_monotonic_ms();

    if (recovered) {
        /* Sent or not, the process that knew is gone. */
        item->doubt_until_ms = now_ms + lines->bridge->parts.config->journal.settle_s * 1000;
        item->in_doubt = true;
    }
    if (intent->state == INTENT_BLOCKED && intent->next_attempt > time_now())
        item->next_ms = now_ms + (intent->next_attempt - time_now()) * 1000;
    /* A new click of its user is the best moment to see whether what is in its way has been mended.
     */
    if (intent->after)
        line_retry(line->items, 0, intent->after);
    if (intent->kind == INTENT_EDIT || intent->kind == INTENT_DISCARD)
        retry_in_doubt(line->items, intent->entry_id);
    make_ready(line);
}

bool lines_wait(Lines *lines, const char *user, int64_t intent_id, const WaitFor *what)
{
    Line *line = map_get(lines->users, user);
    LineItem *item = line ? line_find(line->items, intent_id) : NULL;

    if (!item)
        return false;
    waiting_add(lines->bridge->waiting, &item->waiters, what);
    return true;
}

int64_t lines_retry(Lines *lines, const char *user, int64_t entry_id)
{
    int64_t count = 0;
    void *value;
    size_t position = 0;

    while (map_next(lines->users, &position, NULL, &value)) {
        Line *line = value;

        if (user && !streq(user, line->user))
            continue;
        count += line_retry(line->items, entry_id, 0);
        make_ready(line);
    }
    return count;
}

/* ---- who waits is answered ---- */

void lines_answer_all(Lines *lines)
{
    void *value;
    size_t position = 0;

    while (map_next(lines->users, &position, NULL, &value))
        for (LineItem *item = ((Line *)value)->items; item; item = item->next)
            waiting_answer_as_it_stands(&item->waiters);
}

static void answer_idle(Line *line)
{
    for (LineItem *item = line->items; item; item = item->next)
        if (item != line->busy)
            waiting_answer_as_it_stands(&item->waiters);
}

void lines_drain(Lines *lines)
{
    void *value;
    size_t position = 0;

    while (map_next(lines->users, &position, NULL, &value))
        answer_idle(value);
}

void line_answer_who_cannot_wait(Line *line, int64_t until_ms, const Error *why)
{
    const Runner *runner = line->lines->bridge->runner;
    bool up = !line->lines->bridge->draining && runner_is_up(runner, SERVICE_CLOCKIFY) &&
              (!streq(why->service, "jira") || runner_is_up(runner, SERVICE_JIRA));

    for (LineItem *item = line->items; item; item = item->next) {
        if (up)
            waiting_answer_before(&item->waiters, until_ms);
        else
            waiting_answer_as_it_stands(&item->waiters);
    }
}

/* ---- all lines ---- */

void line_go_on(Line *line)
{
    Lines *lines = line->lines;

    line->busy = NULL;
    lines->running--;
    if (line->items) {
        make_ready(line);
    } else {
        map_remove(lines->users, line->user);
        line_free(line);
    }
    lines_pump(lines);
}

static int deadline_for_line(sd_event_source *source _unused_, uint64_t usec _unused_,
                             void *userdata)
{
    Line *line = userdata;

    make_ready(line);
    lines_pump(line->lines);
    return 0;
}

static void wake_at(Line *line, int64_t at_ms)
{
    sd_event *event = line->lines->bridge->parts.event;

    line->timer = sd_event_source_disable_unref(line->timer);
    if (at_ms == INT64_MAX)
        return;
    if (sd_event_add_time(event, &line->timer, CLOCK_MONOTONIC, (uint64_t)at_ms * 1000, 1000,
                          deadline_for_line, line) < 0)
        abort(); /* out of memory */
}

static int may_try_again(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    lines_pump(userdata);
    return 0;
}

/* Nothing may be sent now: come back when the service is due to be tried. */
static void wait_for_service(Lines *lines)
{
    const Upstream *upstream = runner_upstream(lines->bridge->runner, SERVICE_CLOCKIFY);
    int64_t wait = upstream_wait_ms(upstream, time_monotonic_ms());

    lines->timer = sd_event_source_disable_unref(lines->timer);
    if (wait > 0 &&
        sd_event_add_time_relative(lines->bridge->parts.event, &lines->timer, CLOCK_MONOTONIC,
                                   (uint64_t)wait * 1000, 1000, may_try_again, lines) < 0)
        abort(); /* out of memory */
}

static bool may_start(Lines *lines)
{
    Bridge *bridge = lines->bridge;

    if (bridge->draining || lines->running >= ATTEMPTS_MOST)
        return false;
    if (!runner_may_start(bridge->runner, SERVICE_CLOCKIFY))
        return false;
    /* While the service counts as down one attempt is enough to see whether it still is. */
    return runner_is_up(bridge->runner, SERVICE_CLOCKIFY) || lines->running == 0;
}

void lines_pump(Lines *lines)
{
    int64_t now = time_monotonic_ms();

    if (lines->pumping)
        return;
    lines->pumping = true;
    while (lines->ready && may_start(lines)) {
        Line *line = take_ready(lines);
        int64_t wake_ms;
        LineItem *item = line_next(line->items, now, &wake_ms);

        if (item) {
            attempt_start(line, item);
        } else {
            wake_at(line, wake_ms);
            line_answer_who_cannot_wait(line, wake_ms, &(Error){0});
        }
    }
    if (lines->ready && !lines->bridge->draining)
        wait_for_service(lines);
    lines->pumping = false;
}
