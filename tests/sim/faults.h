/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults to inject, and which of them meets a request. What a fault does to a connection is
 * server.c's.
 */
#pragma once

#include "sim.h"

typedef enum FaultKind {
    FAULT_NONE,
    FAULT_DELAY,
    FAULT_REFUSE,
    FAULT_CLOSE_BEFORE,
    FAULT_CLOSE_AFTER,
    FAULT_STATUS,
    FAULT_RATE_LIMIT,
    FAULT_GARBAGE,
    FAULT_HTML,
    FAULT_TRICKLE,
    FAULT_TRUNCATE,
    FAULT_HUGE,
    FAULT_REDIRECT,
} FaultKind;

/* What shall happen to one request; a copy, since the fault itself may be removed meanwhile. */
typedef struct FaultPlan {
    FaultKind kind;
    bool after;    /* do what was asked, and only then misbehave */
    bool raw;      /* garbage that is not even HTTP */
    int64_t ms;    /* delay */
    int code;      /* status */
    int64_t bytes; /* trickle: a second; huge: in all */
    char *text;    /* body, redirect target or Retry-After; owned */
} FaultPlan;

Faults *faults_new(void);
void faults_free(Faults *faults);
/* The answer is the fault with its id, or NULL with a reason when it makes no sense. */
struct json_object *faults_add(Sim *sim, struct json_object *spec, const char **ret_reason);
/* id 0 = all. */
void faults_clear(Sim *sim, int64_t id);
struct json_object *faults_list(const Sim *sim);
/* Whether any is set, so that the quick case stays quick. */
bool faults_any(const Sim *sim);
/* user: names by which the caller is known, NULL-terminated. Takes one of the fault's times. */
FaultPlan faults_match(Sim *sim, const Request *request, const char *const *user);
void fault_plan_done(FaultPlan *plan);
