/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reply's way onto the wire: in one piece, in a trickle, cut short or without end.
 */
#include "answer.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "js.h"

static const char html[] = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form "
                           "action=\"/login\"></form></body></html>\n";

static void rate_limited(const Request *request, const FaultPlan *plan, Reply *reply)
{
    const char *accept = request_header(request, "Accept");
    struct json_object *body = js_new();

    js_set_str(body, "message", "Too many requests");
    reply_json(reply, 429, body);
    if (plan->text)
        reply_header(reply, "Retry-After", "%s", plan->text);
    if (request->service == SERVICE_JIRA && !(accept && strstr(accept, "application/json")))
        reply_text(reply, 429, "text/html;charset=UTF-8", html);
}

void answer_replace(const Request *request, const FaultPlan *plan, Reply *reply)
{
    switch (plan->kind) {
    case FAULT_STATUS:
        reply_text(reply, plan->code, "application/json", plan->text ? plan->text : "");
        break;
    case FAULT_RATE_LIMIT:
        rate_limited(request, plan, reply);
        break;
    case FAULT_GARBAGE:
        reply_text(reply, 200, "application/json", "{\"id\": \"\x01\xff\xfe, [[[ nul");
        break;
    case FAULT_HTML:
        reply_text(reply, 200, "text/html;charset=UTF-8", html);
        break;
    case FAULT_REDIRECT:
        reply_empty(reply, 302);
        reply_header(reply, "Location", "%s", plan->text ? plan->text : "http://127.0.0.1:9/");
        break;
    case FAULT_CLOSE_BEFORE:
    case FAULT_CLOSE_AFTER:
        reply_empty(reply, 0);
        break;
    case FAULT_HUGE:
        reply_empty(reply, 200);
        reply->type = "application/json";
        break;
    default:
        break;
    }
}

/* A body that comes piece by piece. */
typedef struct Stream {
    struct MHD_Connection *connection;
    Timers *timers;
    char *data;   /* owned; NULL: the letter x for ever */
    uint64_t end; /* where it stops, and if not `size` it stops with an error */
    uint64_t size;
    int64_t a_tick; /* bytes each 100 ms; 0 = as fast as can be */
    int64_t due_ms;
} Stream;

static ssize_t stream_read(void *cls, uint64_t at, char *to, size_t room)
{
    Stream *stream = cls;
    uint64_t left = stream->end > at ? stream->end - at : 0;
    int64_t now = timers_now_ms();

    if (!left)
        return at < stream->size ? MHD_CONTENT_READER_END_WITH_ERROR
                                 : MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->a_tick && now < stream->due_ms)
        return timers_suspend(stream->timers, stream->connection, stream->due_ms - now)
                   ? 0
                   : MHD_CONTENT_READER_END_WITH_ERROR;
    if (stream->a_tick && room > (size_t)stream->a_tick)
        room = (size_t)stream->a_tick;
    if (room > left)
        room = (size_t)left;
    stream->due_ms = now + 100;
    if (stream->data)
        memcpy(to, stream->data + at, room);
    else
        memset(to, at ? 'x' : '"', room);
    return (ssize_t)room;
}

static void stream_free(void *cls)
{
    Stream *stream = cls;
    free(stream->data);
    free(stream);
}

static struct MHD_Response *streamed(struct MHD_Connection *connection, Timers *timers,
                                     const FaultPlan *plan, const char *data, size_t size)
{
    Stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        abort();
    *stream = (Stream){.connection = connection, .timers = timers, .end = size, .size = size};
    if (plan->kind == FAULT_HUGE) {
        stream->end = stream->size = (uint64_t)plan->bytes;
    } else {
        stream->data = malloc(size + 1);
        memcpy(stream->data, data, size);
    }
    if (plan->kind == FAULT_TRUNCATE)
        stream->end = size / 2;
    if (plan->kind == FAULT_TRICKLE)
        stream->a_tick = plan->bytes >= 10 ? plan->bytes / 10 : 1;
    return MHD_create_response_from_callback(stream->size, 16 * 1024, stream_read, stream,
                                             stream_free);
}

static struct MHD_Response *response_of(struct MHD_Connection *connection, Timers *timers,
                                        const FaultPlan *plan, Reply *reply)
{
    const char *data = reply->text ? reply->text : "";
    size_t size = strlen(data);

    if (plan->kind == FAULT_TRICKLE || plan->kind == FAULT_TRUNCATE || plan->kind == FAULT_HUGE)
        return streamed(connection, timers, plan, data, size);
    return MHD_create_response_from_buffer(size, (void *)(uintptr_t)data, MHD_RESPMEM_MUST_COPY);
}

bool answer_queue(struct MHD_Connection *connection, Timers *timers, const FaultPlan *plan,
                  Reply *reply)
{
    struct MHD_Response *response = response_of(connection, timers, plan, reply);
    enum MHD_Result result;

    if (!response)
        return false;
    if (reply->type)
        MHD_add_response_header(response, "Content-Type", reply->type);
    for (int i = 0; i < reply->n_header; i++)
        MHD_add_response_header(response, reply->header[i].name, reply->header[i].value);
    result =
        MHD_queue_response(connection, (unsigned)(reply->status ? reply->status : 500), response);
    MHD_destroy_response(response);
    return result == MHD_YES;
}
