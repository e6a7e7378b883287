/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the simulator's state.
 */
#pragma once

#include "sim.h"

/* Adds what the seed says. The answer has the same shape and holds the documents made; NULL with a
 * reason (static or valid until the next call) when a reference leads nowhere: what came before it
 * stays. */
struct json_object *seed_add(Sim *sim, struct json_object *seed, const char **ret_reason);
