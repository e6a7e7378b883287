/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Writing one worklog into Jira, as its user. Jira knows no idempotency key either: after an
 * unclear outcome the issue's worklogs are read and the one that was sent is adopted when it is
 * there. Jira is asked each time whose the token is: one that died a moment ago would write as
 * nobody, and what nobody wrote is never found again.
 */

#include "flow/identity.h"
#include "flow/intent.h"
#include "remote/jira.h"

/* What Jira showed of an issue, once, to whoever has to know. */
typedef struct WorklogLook {
    char *issue; /* as it was asked for */
    JiraWorklogs listed;
} WorklogLook;
void worklog_look_free(WorklogLook *look);

typedef struct WorklogFlow {
    Flow flow;
    int64_t worklog_id;
    Doubt doubt;

    Worklog worklog;
    bool has_jira;
    Account jira;
    Identity identity;
    Place inner;
    WorklogLook *look; /* NULL = none yet */
    bool looked;       /* it was asked for by this flow */
    char *jira_id;     /* written or found */
    bool gone;         /* it is no longer pending */
    Error refusal;
} WorklogFlow;

/* Takes over `look`: what the issue held when nothing of this worklog could turn up any more; NULL
 * = not known. */
Flow *worklog_flow_new(int64_t worklog_id, const Doubt *doubt, WorklogLook *look);
