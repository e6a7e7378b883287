/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A flow is a dialogue of several steps with the two services and the store, written as one
 * function that reads from top to bottom and is left and entered again at each FLOW_ macro
 * ("Coroutines in C" by Simon Tatham: the place is kept as a line number in a switch). It touches
 * no socket, no loop and no database handle itself: it names the call it wants in its FlowIo, and
 * finds the answer there when it is entered again. So a flow can be tested as a list of answers and
 * a list of requests expected.
 *
 * Locals do not survive a FLOW_ macro: what must last lives in the flow's struct. No FLOW_ macro
 * inside a switch. The first argument of the macros is whatever holds this function's place: the
 * Flow, or the Place of a part that is run by FLOW_RUN.
 */

#include "base/config.h"
#include "remote/clockify_url.h"
#include "remote/rest.h"
#include "store/account.h"
#include "store/store.h"

typedef enum CallKind { CALL_NONE, CALL_CLOCKIFY, CALL_JIRA, CALL_STORE } CallKind;

/* What passes between a flow and whoever runs it. */
typedef struct FlowIo {
    /* the world, set before every entry */
    const Config *config;
    const ClockifyServer *server; /* NULL: no Clockify URL is set */
    const char *jira_base;        /* NULL: the node's address is not known */
    const Keyring *keyring;
    const char *instance;
    int64_t now; /* wall clock, seconds */

    /* the call the flow wants */
    CallKind call;
    RestRequest request;    /* CALL_CLOCKIFY, CALL_JIRA; moved out by whoever runs it */
    const Account *account; /* whose secret goes with the request; NULL = request.secret as it is */
    const char
        *workspace;   /* CALL_CLOCKIFY: whose rate limit it counts against; NULL = none known */
    int64_t cache_s;  /* CALL_CLOCKIFY, GET: an answer up to this old will do; 0 = ask */
    bool ignore_gate; /* send it even while the service counts as down */
    StoreWork work;   /* CALL_STORE */
    void *work_arg;   /* for it: the flow, or a part of it */

    /* the answer */
    RestAnswer *answer; /* valid until the flow's next call */
    int result;         /* CALL_STORE */
    Error error;        /* CALL_STORE that failed; and what a flow that fails leaves behind */
} FlowIo;

typedef struct Flow Flow;

enum { FLOW_FAILED = -1, FLOW_FINISHED = 0, FLOW_MORE = 1 };

/* Gives FLOW_MORE with a call in *io, FLOW_FINISHED, or FLOW_FAILED with io->error. */
typedef int FlowStep(Flow *flow, FlowIo *io);

struct Flow {
    FlowStep *step;
    void (*free)(Flow *flow); /* releases the whole struct that begins with this Flow */
    int at;                   /* 0 = at its top */
};

/* The place of a function that is run by FLOW_RUN. Set to PLACE_TOP before it is run once more. */
typedef struct Place {
    int at;
} Place;
#define PLACE_TOP ((Place){0})

#define FLOW_BEGIN(flow)                                                                           \
    switch ((flow)->at) {                                                                          \
    case 0:

/* Leaves the function; the next entry goes on behind this line. */
#define FLOW_AWAIT(flow)                                                                           \
    do {                                                                                           \
        (flow)->at = __LINE__;                                                                     \
        return FLOW_MORE;                                                                          \
    case __LINE__:;                                                                                \
    } while (0)

/* Runs a flow within the flow until it ends; its failure is this one's failure. */
#define FLOW_RUN(flow, step_call)                                                                  \
    do {                                                                                           \
        (flow)->at = __LINE__;                                                                     \
        __attribute__((fallthrough));                                                              \
    case __LINE__:;                                                                                \
        int run_ = (step_call);                                                                    \
        if (run_ != FLOW_FINISHED)                                                                 \
            return run_;                                                                           \
    } while (0)

/* The same, but a failure is only noted in `ret`. */
#define FLOW_TRY(flow, ret, step_call)                                                             \
    do {                                                                                           \
        (flow)->at = __LINE__;                                                                     \
        __attribute__((fallthrough));                                                              \
    case __LINE__:;                                                                                \
        (ret) = (step_call);                                                                       \
        if ((ret) == FLOW_MORE)                                                                    \
            return FLOW_MORE;                                                                      \
    } while (0)

/* Has the store carry out `function` with `arg`; failure is the flow's failure. */
#define FLOW_STORE(flow, io, function, arg)                                                        \
    do {                                                                                           \
        (io)->call = CALL_STORE;                                                                   \
        (io)->work = (function);                                                                   \
        (io)->work_arg = (arg);                                                                    \
        FLOW_AWAIT(flow);                                                                          \
        if ((io)->result < 0)                                                                      \
            return FLOW_FAILED;                                                                    \
    } while (0)

/* Sends io->request, which was built just before, as `whose` (an Account, or NULL). */
#define FLOW_CLOCKIFY(flow, io, whose, of_workspace)                                               \
    do {                                                                                           \
        (io)->call = CALL_CLOCKIFY;                                                                \
        (io)->account = (whose);                                                                   \
        (io)->workspace = (of_workspace);                                                          \
        FLOW_AWAIT(flow);                                                                          \
    } while (0)

#define FLOW_JIRA(flow, io, whose)                                                                 \
    do {                                                                                           \
        (io)->call = CALL_JIRA;                                                                    \
        (io)->account = (whose);                                                                   \
        FLOW_AWAIT(flow);                                                                          \
    } while (0)

#define FLOW_END(flow)                                                                             \
    (void)0; /* a label may stand right before */                                                  \
    }                                                                                              \
    (flow)->at = 0;                                                                                \
    return FLOW_FINISHED
