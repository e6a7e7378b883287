/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Clockify time entry as a document, and the rules that it must keep.
 */
#pragma once

#include "clockify.h"

/* What a request says of an entry, checked. */
typedef struct EntryInput {
    struct json_object *body; /* the object in the request; borrowed */
    bool has_start, has_end;
    int64_t start_ms, end_ms;
} EntryInput;

/* Reads times and checks references and texts; answers 400 and gives false when something does not
 * fit. */
bool entry_read(Request *request, Reply *reply, struct json_object *body, EntryInput *input);
/* The workspace's required fields; `doing`: "created", "stopped", "edited". */
bool entry_has_required(Request *request, Reply *reply, const struct json_object *fields,
                        const char *doing);
/* Neither in a locked period nor approved, unless the caller may. */
bool entry_is_free(Request *request, Reply *reply, const struct json_object *entry);
bool entry_time_is_free(Request *request, Reply *reply, int64_t start_ms);

struct json_object *entry_new(Sim *sim, const char *workspace, const char *user);
/* Puts what was read in, and clears what was not said. */
void entry_fill(Request *request, struct json_object *entry, const EntryInput *input);
/* end_ms < 0: running. Keeps the index of running timers right. */
void entry_set_times(Sim *sim, struct json_object *entry, int64_t start_ms, int64_t end_ms);
struct json_object *entry_running(const Sim *sim, const char *workspace, const char *user);
void entry_remove(Sim *sim, struct json_object *entry);
struct json_object *entry_wire(const Request *request, struct json_object *entry, bool hydrated);
/* The running one is ended when the next begins. */
void entry_auto_stop(Sim *sim, const char *workspace, const char *user, int64_t at_ms);
