/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on its way through: arrived, perhaps delayed, done, perhaps delayed again, answered
 * or not.
 */
#pragma once

#include "sim.h"
#include "timer.h"

typedef struct Exchange Exchange;

Exchange *exchange_new(Sim *sim, Service service, Timers *timers, struct MHD_Connection *connection,
                       const char *uri);
bool exchange_started(const Exchange *exchange);
/* Query and headers are the caller's to add; they live as long as the connection. */
Request *exchange_start(Exchange *exchange, const char *method, const char *path);
void exchange_body(Exchange *exchange, const char *data, size_t size);
/* To be called when all has come, and again after each delay; false = close the connection. */
bool exchange_go_on(Exchange *exchange);
void exchange_free(Exchange *exchange);
