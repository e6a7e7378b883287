/* SPDX-License-Identifier: Apache-2.0 */
/* Writing one worklog into Jira; see worklog.h. */

#include "config.h"

#include "flow/worklog.h"

#include <stdio.h>

#include "base/text.h"
#include "base/time.h"
#include "store/setting.h"

static FlowStep worklog_step;

void worklog_look_free(WorklogLook *look)
{
    if (!look)
        return;
    jira_worklogs_done(&look->listed);
    free(look->issue);
    free(look);
}

static void worklog_flow_free(Flow *flow)
{
    WorklogFlow *f = (WorklogFlow *)flow;

    worklog_done(&f->worklog);
    account_done(&f->jira);
    identity_done(&f->identity);
    worklog_look_free(f->look);
    free(f->jira_id);
    free(f);
}

Flow *worklog_flow_new(int64_t worklog_id, const Doubt *doubt, WorklogLook *look)
{
    WorklogFlow *f = xcalloc(1, sizeof(*f));

    f->flow.step = worklog_step;
    f->flow.free = worklog_flow_free;
    f->worklog_id = worklog_id;
    f->doubt = *doubt;
    f->look = look;
    return &f->flow;
}

/* A database that was restored knows nothing of what was done after it was copied: a worklog of a
 * time before may be in Jira although this is the first attempt. */
static int doubt_restored(Db *db, WorklogFlow *f, Error *error)
{
    int r = setting_before_restore(db, f->worklog.started, error);

    if (r > 0 && !f->doubt.any)
        f->doubt = (Doubt){.any = true, .settled = true};
    return r < 0 ? -1 : 0;
}

/* Store work. */
static int load(Db *db, void *arg, Error *error)
{
    WorklogFlow *f = arg;
    int r = journal_worklog_get(db, f->worklog_id, &f->worklog, error);

    if (r < 0)
        return -1;
    f->gone = r == 0 || f->worklog.state != WORKLOG_PENDING;
    if (f->gone)
        return 0;
    r = account_get(db, f->worklog.user, SERVICE_JIRA, &f->jira, error);
    f->has_jira = r > 0;
    return r < 0 ? -1 : doubt_restored(db, f, error);
}

static int check_account(const WorklogFlow *f, FlowIo *io)
{
    if (!f->has_jira)
        error_set(&io->error, ERROR_JIRA_TOKEN_REQUIRED,
                  "Jira has to be connected before the worklog can be written.");
    else if (f->jira.rejected)
        error_set(&io->error, ERROR_JIRA_TOKEN_REJECTED,
                  "Jira no longer takes the stored token; connect Jira again.");
    else if (!io->jira_base)
        error_set(&io->error, ERROR_UNAVAILABLE, "The address of the Jira node is not known.");
    else
        return 0;
    snprintf(io->error.service, sizeof(io->error.service), "jira");
    return -1;
}

/* A moved issue keeps its id. */
static const char *issue_of(const WorklogFlow *f)
{
    return f->worklog.issue_id ? f->worklog.issue_id : f->worklog.issue;
}

/* ---- looking for it ---- */

static bool same_text(const char *a, const char *b)
{
    _cleanup_free_ char *folded_a = text_fold_space(a ? a : "");
    _cleanup_free_ char *folded_b = text_fold_space(b ? b : "");

    return streq(folded_a, folded_b);
}

static bool is_what_was_sent(const WorklogFlow *f, const JiraWorklog *candidate)
{
    return candidate->started == f->worklog.started && candidate->seconds == f->worklog.seconds &&
           streq(candidate->author_key, f->worklog.user) &&
           same_text(candidate->comment, f->worklog.comment);
}

/* Store work: the first candidate that no other worklog of ours already is. */
static int adopt(Db *db, void *arg, Error *error)
{
    WorklogFlow *f = arg;

    for (size_t i = 0; i < f->look->listed.count && !f->jira_id; i++) {
        const JiraWorklog *candidate = &f->look->listed.items[i];
        int known;

        if (!is_what_was_sent(f, candidate))
            continue;
        known = journal_jira_id_known(db, f->worklog.issue, candidate->id, error);
        if (known < 0)
            return -1;
        if (!known)
            f->jira_id = xstrdup(candidate->id);
    }
    return 0;
}

static int read_look(WorklogFlow *f, FlowIo *io)
{
    JiraWorklogs listed;

    if (jira_worklogs_read(io->answer, f->jira.name, &listed, &io->error) < 0)
        return -1;
    worklog_look_free(f->look);
    f->look = xcalloc(1, sizeof(*f->look));
    f->look->issue = xstrdup(issue_of(f));
    f->look->listed = listed;
    f->looked = true;
    return 0;
}

/* The issue's worklogs are listed once for all that were left unfinished: listed for each, a large
 * backlog of one issue would not drain. */
static int look_step(WorklogFlow *f, FlowIo *io)
{
    FLOW_BEGIN(&f->inner);
    if (!f->look || !streq(f->look->issue, issue_of(f))) {
        jira_worklogs_request(io->jira_base, issue_of(f), &io->request);
        FLOW_JIRA(&f->inner, io, &f->jira);
        if (read_look(f, io) < 0)
            return FLOW_FAILED;
    }
    FLOW_STORE(&f->inner, io, adopt, f);
    FLOW_END(&f->inner);
}

static int not_settled(FlowIo *io)
{
    error_set(
        &io->error, ERROR_UNAVAILABLE,
        "Jira gave no answer to an earlier attempt; whether it had its effect is not known yet.");
    snprintf(io->error.service, sizeof(io->error.service), "jira");
    return FLOW_FAILED;
}

/* ---- writing it ---- */

static int read_written(WorklogFlow *f, FlowIo *io)
{
    _cleanup_(jira_worklog_done) JiraWorklog written = {0};

    if (jira_worklog_read(io->answer, f->jira.name, &written, &io->error) < 0) {
        f->doubt.fresh = jira_unclear(io->answer);
        return -1;
    }
    f->jira_id = STEAL(written.id);
    return 0;
}

/* Jira says 400 for many causes, in the user's language: asked for the permission, it gives a plain
 * yes or no. */
static void explain(WorklogFlow *f, FlowIo *io)
{
    bool may_work = true;

    if (jira_permissions_read(io->answer, f->jira.name, &may_work, NULL) < 0 || may_work)
        return;
    snprintf(f->refusal.message, sizeof(f->refusal.message),
             "You may not log work on %s in Jira (permission \"Work On Issues\").",
             f->worklog.issue);
}

/* Store work. */
static int keep_written(Db *db, void *arg, Error *error)
{
    WorklogFlow *f = arg;

    f->worklog.state = WORKLOG_WRITTEN;
    set_string(&f->worklog.jira_id, f->jira_id);
    f->worklog.next_attempt = TIME_NONE;
    json_object_put(STEAL(f->worklog.problem));
    return journal_worklog_update(db, &f->worklog, error);
}

static int worklog_step(Flow *flow, FlowIo *io)
{
    WorklogFlow *f = (WorklogFlow *)flow;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, load, f);
    if (f->gone)
        goto finished;
    if (check_account(f, io) < 0)
        return FLOW_FAILED;

    f->identity.user = f->worklog.user;
    f->identity.account = &f->jira;
    FLOW_RUN(flow, identity_step(&f->identity, io));
#ifdef BRIDGE_BROKEN_RETRY_BLINDLY
    f->doubt.any = false;
#endif
    if (f->doubt.any) {
        FLOW_RUN(flow, look_step(f, io));
        if (!f->jira_id && !f->doubt.settled)
            return not_settled(io);
    }
    if (!f->jira_id) {
        jira_worklog_create_request(
            io->jira_base, issue_of(f), f->worklog.started, f->worklog.seconds,
            f->worklog.comment ? f->worklog.comment : "",
            io->config->worklog.adjust_estimate == ADJUST_AUTO ? "auto" : "leave", &io->request);
        FLOW_JIRA(flow, io, &f->jira);
        if (read_written(f, io) < 0) {
            if (io->error.reason != ERROR_REFUSED || io->answer->status != 400)
                return FLOW_FAILED;
            f->refusal = io->error;
            jira_permissions_request(io->jira_base, f->worklog.issue, &io->request);
            FLOW_JIRA(flow, io, &f->jira);
            explain(f, io);
            io->error = f->refusal;
            return FLOW_FAILED;
        }
    }
    f->doubt.fresh = true; /* where the store fails now, it has to be found, not written again */
    FLOW_STORE(flow, io, keep_written, f);
finished:
    FLOW_END(flow);
}
