/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was asked of the simulator: the last 100,000 requests, and counts by service, method and
 * route.
 */
#pragma once

#include "sim.h"

RequestLog *log_new(void);
void log_free(RequestLog *log);
/* Forgets requests and counts alike. */
void log_clear(RequestLog *log);
/* A request has come; the answer is its number. */
uint64_t log_begin(Sim *sim, const Request *request, const char *who);
/* It was answered (0: the connection was closed on it) ms after it had come. */
void log_answer(RequestLog *log, uint64_t n, int status, int64_t ms);
/* Its connection is free again. */
void log_end(RequestLog *log, Service service);
struct json_object *log_requests(const RequestLog *log, uint64_t since);
struct json_object *log_counts(const RequestLog *log);
void log_clear_counts(RequestLog *log);
