/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on its way through, and what the faults do to it; see exchange.h.
 */
#include "exchange.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answer.h"
#include "faults.h"
#include "js.h"
#include "log.h"
#include "route.h"
#include "service.h"

#define BODY_LIMIT (16 * 1024 * 1024)

typedef enum Stage { STAGE_URI, STAGE_BODY, STAGE_READY, STAGE_DONE, STAGE_SENT } Stage;

struct Exchange {
    Request request;
    Reply reply;
    FaultPlan plan;
    Stage stage;
    Timers *timers;
    struct MHD_Connection *connection;
    char *uri, *path, *body;
    size_t body_size, body_room;
    uint64_t log_number; /* 0 = not in the log */
    int64_t began_ms;
};

Exchange *exchange_new(Sim *sim, Service service, Timers *timers, struct MHD_Connection *connection,
                       const char *uri)
{
    Exchange *exchange = calloc(1, sizeof *exchange);

    if (!exchange)
        abort();
    exchange->timers = timers;
    exchange->connection = connection;
    exchange->uri = strdup(uri);
    exchange->began_ms = timers_now_ms();
    exchange->request = (Request){.sim = sim, .service = service, .uri = exchange->uri};
    return exchange;
}

bool exchange_started(const Exchange *exchange)
{
    return exchange->stage != STAGE_URI;
}

Request *exchange_start(Exchange *exchange, const char *method, const char *path)
{
    exchange->stage = STAGE_BODY;
    exchange->request.method = method;
    exchange->path = service_path(&exchange->request, path);
    exchange->request.path = exchange->path;
    return &exchange->request;
}

void exchange_body(Exchange *exchange, const char *data, size_t size)
{
    if (exchange->body_size + size > BODY_LIMIT)
        return; /* nobody who is well sends as much */
    if (exchange->body_size + size >= exchange->body_room) {
        exchange->body_room = 2 * (exchange->body_size + size) + 1;
        exchange->body = realloc(exchange->body, exchange->body_room);
        if (!exchange->body)
            abort();
    }
    memcpy(exchange->body + exchange->body_size, data, size);
    exchange->body_size += size;
    exchange->body[exchange->body_size] = '\0';
}

/* Routes, counts and logs the request, and finds the fault that meets it. */
static void arrive(Exchange *exchange)
{
    Request *request = &exchange->request;
    const char *names[8] = {NULL};

    request->body = exchange->body ? exchange->body : "";
    request->body_size = exchange->body_size;
    route_find(request);
    if (request->service == SERVICE_CONTROL)
        return;
    service_identify(request, names);
    exchange->log_number = log_begin(request->sim, request, names[0]);
    if (faults_any(request->sim))
        exchange->plan = faults_match(request->sim, request, names);
}

static void perform(Exchange *exchange)
{
    Request *request = &exchange->request;
    FaultPlan *plan = &exchange->plan;
    bool replaces = plan->kind != FAULT_NONE && plan->kind != FAULT_DELAY;

    if (!replaces || plan->after)
        service_answer(request, &exchange->reply);
    if (replaces)
        answer_replace(request, plan, &exchange->reply);
    reply_print(&exchange->reply); /* while the lock keeps others from changing what it shares */
    if (request->service != SERVICE_CONTROL)
        log_answer(request->sim->log, exchange->log_number, exchange->reply.status,
                   timers_now_ms() - exchange->began_ms);
}

static bool send_garbage(Exchange *exchange)
{
    static const char garbage[] = "\x16\x03\x01\x00\x05 this is not HTTP \r\n\r\n\xff\xfe";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (send(info->connect_fd, garbage, sizeof garbage - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return false;
    return false;
}

static bool finish(Exchange *exchange)
{
    FaultPlan *plan = &exchange->plan;

    exchange->stage = STAGE_SENT;
    if (plan->kind == FAULT_CLOSE_BEFORE || plan->kind == FAULT_CLOSE_AFTER)
        return false;
    if (plan->kind == FAULT_GARBAGE && plan->raw)
        return send_garbage(exchange);
    return answer_queue(exchange->connection, exchange->timers, plan, &exchange->reply);
}

static bool delayed(Exchange *exchange, bool after)
{
    FaultPlan *plan = &exchange->plan;
    return plan->kind == FAULT_DELAY && plan->after == after &&
           timers_suspend(exchange->timers, exchange->connection, plan->ms);
}

bool exchange_go_on(Exchange *exchange)
{
    Sim *sim = exchange->request.sim;

    if (exchange->stage == STAGE_BODY) {
        pthread_mutex_lock(&sim->lock);
        arrive(exchange);
        pthread_mutex_unlock(&sim->lock);
        exchange->stage = STAGE_READY;
        if (delayed(exchange, false))
            return true;
    }
    if (exchange->stage == STAGE_READY) {
        pthread_mutex_lock(&sim->lock);
        perform(exchange);
        pthread_mutex_unlock(&sim->lock);
        exchange->stage = STAGE_DONE;
        if (delayed(exchange, true))
            return true;
    }
    return exchange->stage == STAGE_DONE ? finish(exchange) : true;
}

void exchange_free(Exchange *exchange)
{
    Sim *sim;

    if (!exchange)
        return;
    sim = exchange->request.sim;
    pthread_mutex_lock(&sim->lock);
    if (exchange->log_number)
        log_end(sim->log, exchange->request.service);
    json_object_put(exchange->request.json);
    reply_done(&exchange->reply);
    pthread_mutex_unlock(&sim->lock);
    route_done(&exchange->request);
    fault_plan_done(&exchange->plan);
    free(exchange->uri);
    free(exchange->path);
    free(exchange->body);
    free(exchange);
}
