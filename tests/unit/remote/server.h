/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A small HTTP/1.1 server on loopback that misbehaves as the path of the request says, a thread a
 * connection. It is for a few hundred connections at most, and counts what the tests ask about. It
 * must not be polite.
 *
 *   /ok              200 {"id":"1"}              /echo        200, the request itself as
 * {"request": "..."} /wait/MS         200 after so long           /silent      reads the request
 * and closes /cut             half of what it announces   /trickle     a byte each 20 ms, without
 * end /big/N           a body of N bytes           /headers/N   N headers /long-headers    headers
 * of 8 kB without end /redirect/P  302 to the same host, port P /die             on a fresh
 * connection 200; on a kept one it reads the request and closes /retry/V /page/V /user/V   200 with
 * Retry-After, Last-Page, X-AUSERNAME: V (V percent-decoded once) /html            200 as text/html
 * /status/N    N with a JSON body
 */

#include <stdbool.h>
#include <stddef.h>

typedef struct Server Server;

Server *server_start(void);
void server_stop(Server *server); /* ends every connection and waits for all threads */
int server_port(const Server *server);

typedef struct ServerCounts {
    size_t connections, requests;
    size_t now, most; /* requests being answered at the same time */
} ServerCounts;
ServerCounts server_counts(Server *server);

/* Requests in the order in which they arrived, "METHOD /path"; NULL beyond the last. Stays valid
 * until the stop. */
const char *server_request(Server *server, size_t index);
size_t server_seen(Server *server, const char *request); /* how often exactly this one came */

/* A loopback port on which nobody listens. */
int server_closed_port(void);
