/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suspended connections in a binary heap by due time; the thread sleeps until the first is due.
 */
#include "timer.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct Due {
    int64_t at_ms;
    struct MHD_Connection *connection;
} Due;

struct Timers {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Due *heap;
    size_t n, size;
    bool stop;
};

int64_t timers_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void push(Timers *timers, Due due)
{
    size_t i = timers->n++;

    if (timers->n > timers->size) {
        timers->size = timers->size ? timers->size * 2 : 1024;
        timers->heap = realloc(timers->heap, timers->size * sizeof *timers->heap);
        if (!timers->heap)
            abort();
    }
    for (; i && timers->heap[(i - 1) / 2].at_ms > due.at_ms; i = (i - 1) / 2)
        timers->heap[i] = timers->heap[(i - 1) / 2];
    timers->heap[i] = due;
}

static struct MHD_Connection *pop(Timers *timers)
{
    Due first = timers->heap[0], last = timers->heap[--timers->n];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < timers->n) {
        if (child + 1 < timers->n && timers->heap[child + 1].at_ms < timers->heap[child].at_ms)
            child++;
        if (timers->heap[child].at_ms >= last.at_ms)
            break;
        timers->heap[i] = timers->heap[child];
        i = child;
    }
    timers->heap[i] = last;
    return first.connection;
}

static void wait_for_first(Timers *timers)
{
    if (!timers->n) {
        pthread_cond_wait(&timers->changed, &timers->lock);
        return;
    }
    int64_t at = timers->heap[0].at_ms;
    struct timespec until = {.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};
    pthread_cond_timedwait(&timers->changed, &timers->lock, &until);
}

static void *run(void *argument)
{
    Timers *timers = argument;

    pthread_mutex_lock(&timers->lock);
    while (!timers->stop || timers->n) {
        if (timers->n && (timers->stop || timers->heap[0].at_ms <= timers_now_ms()))
            MHD_resume_connection(pop(timers));
        else
            wait_for_first(timers);
    }
    pthread_mutex_unlock(&timers->lock);
    return NULL;
}

Timers *timers_new(void)
{
    Timers *timers = calloc(1, sizeof *timers);
    pthread_condattr_t monotonic;

    if (!timers)
        abort();
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&timers->lock, NULL);
    pthread_cond_init(&timers->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&timers->thread, NULL, run, timers) != 0)
        abort();
    return timers;
}

bool timers_suspend(Timers *timers, struct MHD_Connection *connection, int64_t ms)
{
    bool taken;

    pthread_mutex_lock(&timers->lock);
    taken = !timers->stop;
    if (taken) {
        MHD_suspend_connection(connection);
        push(timers, (Due){timers_now_ms() + (ms > 0 ? ms : 0), connection});
        pthread_cond_signal(&timers->changed);
    }
    pthread_mutex_unlock(&timers->lock);
    return taken;
}

void timers_stop(Timers *timers)
{
    pthread_mutex_lock(&timers->lock);
    timers->stop = true;
    pthread_cond_signal(&timers->changed);
    pthread_mutex_unlock(&timers->lock);
    pthread_join(timers->thread, NULL);
}

void timers_free(Timers *timers)
{
    pthread_mutex_destroy(&timers->lock);
    pthread_cond_destroy(&timers->changed);
    free(timers->heap);
    free(timers);
}
