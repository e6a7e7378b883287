/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What rest.c (the queue), rest_curl.c (one request in libcurl's terms), rest_answer.c (what came
 * of it) and rest_loop.c (sockets and timers) share. No other file includes it: outside these there
 * is no libcurl.
 */

#include <curl/curl.h>
#include <systemd/sd-event.h>

#include "base/buffer.h"
#include "remote/rest.h"

#define REST_BODY_MOST_DEFAULT ((size_t)1 << 20)
#define REST_HEADERS_MOST      128         /* lines */
#define REST_HEADER_BYTES_MOST (64 * 1024) /* of all lines together */
#define REST_CONNECT_MS_MOST   5000
#define REST_HEADER_SLOTS      6
#define REST_IDLE_S_MOST                                                                           \
    55 /* below the 60 s at which common proxies close: a dead connection is an unclear answer */

/* One request on its way, from rest_send to its callback. */
typedef struct Transfer {
    struct Transfer *next, *previous; /* in exactly one list of its client */
    RestClient *client;
    RestRequest request;
    RestDone done;
    void *arg;

    CURL *easy; /* borrowed from the pool while in flight */
    struct curl_slist headers[REST_HEADER_SLOTS];
    char *secret_header; /* ours, wiped */
    char curl_text[CURL_ERROR_SIZE];
    int64_t started_ms;
    size_t body_read; /* bytes of the request's body that libcurl has taken */
    bool body_taken;  /* libcurl asked for the body at least once: it may have been sent */

    Buffer body; /* of the answer */
    size_t header_lines, header_bytes;
    const char *too_much; /* why we broke off, static text */
    RestAnswer answer;
} Transfer;

typedef struct TransferList {
    Transfer *first, *last;
    size_t count;
} TransferList;

struct RestClient {
    sd_event *event;
    CURLM *multi;
    sd_event_source *timer;
    sd_event_source *deferred; /* hands out answers that no socket brought */
    char *name, *ca_file, *client_cert, *client_key, *proxy;
    int64_t timeout_ms;
    unsigned max_in_flight;
    size_t max_queued;
    bool certificates;

    TransferList waiting[2]; /* [1]: a person waits */
    TransferList in_flight;
    TransferList finished; /* answers not handed out yet */
    CURL **pool;           /* idle handles; room for max_in_flight */
    size_t pool_count;
    RestStats stats;
    bool handing_out; /* inside callbacks */
    bool freed;       /* rest_client_free was called from one of them */
    bool retired;     /* frees itself once nothing is left to answer */
};

/* rest_curl.c */
int rest_curl_set_up(
    Transfer *transfer); /* -1: libcurl refused an option; transfer->curl_text says which */
void rest_curl_release(Transfer *transfer); /* wipes the header, gives the handle back */

/* rest_answer.c: what libcurl calls while the request goes out and the answer comes in, and the end
 * of it. */
size_t rest_answer_on_read(char *target, size_t size, size_t count, void *arg);
size_t rest_answer_on_write(char *bytes, size_t size, size_t count, void *arg);
size_t rest_answer_on_header(char *line, size_t size, size_t count, void *arg);
void rest_answer_finish(Transfer *transfer, CURLcode code); /* fills transfer->answer */

/* rest_loop.c */
int rest_loop_init(RestClient *client, Error *error);
void rest_loop_done(RestClient *client);
void rest_loop_hand_out_soon(RestClient *client);

/* rest.c, called by rest_loop.c whenever libcurl has done something. */
void rest_collect(RestClient *client);
void rest_hand_out(RestClient *client);
