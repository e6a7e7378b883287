/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A script is one click from the journal to its end: what is known before, what is asked for, each
 * request expected with the answer given, and what the journal holds afterwards. Each script is a
 * test of its own, named after it.
 */

#include "tests/unit/flow/flow_check.h"

#define TURNS_MOST 14

typedef struct Script {
    const char *name;
    void (*before)(World *world); /* NULL = nothing but two connected accounts */
    IntentKind kind;
    const char *params; /* of the click; NULL = the issue PZ-1, where one is wanted */
    Turn turns[TURNS_MOST];

    /* A second attempt, after the first ended with its effect unknown. */
    Turn then[TURNS_MOST];
    bool again;                    /* although no turn of it is expected */
    bool no_doubt;                 /* the first attempt failed, and all its effects are known */
    bool settled;                  /* so long after that what was sent must have turned up */
    void (*between)(World *world); /* before the last attempt */

    ErrorReason fails;  /* ERROR_NONE = it is carried out */
    const char *error;  /* what its caller is told, in part */
    const char *entry;  /* as callers are shown it afterwards, in part */
    const char *result; /* beside the entry, in part */
    bool gone;          /* neither intent nor entry is left */
    void (*after)(World *world);
    bool statements_fail; /* played again and again, each time with the next statement failing */
} Script;

/* Clicks on a timer (stop, edit, discard) and additions are asked for half an hour after ten. */
#define HALF_PAST (TEN + 1800)

int run_scripts(const char *name, const Script *scripts, size_t count);

/* ---- what many scripts share ---- */

#define ISSUE_FIELDS "?fields=summary,issuetype,labels,project,parent"
#define ASK_ISSUE    "GET jira/issue/PZ-1" ISSUE_FIELDS
#define ISSUE_SAYS(project, labels)                                                                \
    "{'id':'20001','key':'PZ-1','fields':{'summary':'Oven is cold',"                               \
    "'issuetype':{'name':'Bug','subtask':false},'labels':" labels ","                              \
    "'project':{'id':'10000','key':'PZ','name':'" project "'}}}"
#define ISSUE                                                                                      \
    {                                                                                              \
        ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "[]")                                               \
    }
#define DETAILS                                                                                    \
    "'details':{'summary':'Oven is cold','type':'Bug',"                                            \
    "'project':{'id':'10000','key':'PZ','name':'Pizza'}}"

#define MAKE_ENTRY "POST clockify/workspaces/w1/time-entries"
#define WHOLE_BODY                                                                                 \
    "{'start':'2026-11-23T10:00:00Z','description':'PZ-1 Oven is cold','projectId':'p1',"          \
    "'taskId':'t1','tagIds':['g1']}"
#define ENTRY_SAYS(id, times, rest)                                                                \
    "{'id':'" id "','userId':'u1','workspaceId':'w1','description':'PZ-1 Oven is cold',"           \
    "'timeInterval':{" times "}" rest "}"
#define SINCE_TEN        "'start':'2026-11-23T10:00:00Z','end':null"
#define TEN_TO_HALF_PAST "'start':'2026-11-23T10:00:00Z','end':'2026-11-23T10:30:00Z'"
#define WITH_ALL         ",'projectId':'p1','taskId':'t1','tagIds':['g1']"

/* Project, task and tag of PZ-1 were matched before. */
void all_remembered(World *world);
