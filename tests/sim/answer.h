/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reply's way onto the wire, whole or spoiled by a fault.
 */
#pragma once

#include "faults.h"
#include "sim.h"
#include "timer.h"

struct MHD_Connection;

/* Puts what the fault says in place of the reply. */
void answer_replace(const Request *request, const FaultPlan *plan, Reply *reply);
/* Queues the reply; false = close the connection. */
bool answer_queue(struct MHD_Connection *connection, Timers *timers, const FaultPlan *plan,
                  Reply *reply);
