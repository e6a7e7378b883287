/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.preview: what an entry would be recorded as, told before anything is asked for. It is the
 * start's own flow of finding project, task and tags, kept from making any (resolve.h), so that it
 * cannot say otherwise than what is done. What it finds is remembered, and the start that follows
 * need not look again. Told with it is what runs: a start would end that.
 */

#include "base/time.h"
#include "flow/accept.h"
#include "flow/intent.h"
#include "flow/plan.h"
#include "flow/query.h"
#include "flow/timer_look.h"

#define WORKSPACES_KEPT_S 300

typedef struct Preview {
    Query query;
    TimerLook look;
    IntentFlow start; /* as it would be; no row of the journal */
    Json *problem;
} Preview;

static void release(Query *query)
{
    Preview *f = (Preview *)query;

    timer_look_done(&f->look);
    intent_flow_done(&f->start);
    json_object_put(f->problem);
}

static void plan_start(Preview *f)
{
    const Json *params = f->query.params;
    IntentFlow *start = &f->start;

    start->intent.kind = INTENT_START;
    start->intent.user = xstrdup(f->query.user);
    start->entry = (Entry){
        .user = xstrdup(f->query.user),
        .issue = xstrdup(json_string(params, "issue")),
        .details = json_copy(json_child(params, "details")),
        .choice = accept_choice(params),
        .billable = json_tristate(params, "billable"),
    };
    start->resolve.preview = true;
}

/* Store work. */
static int load(Db *db, void *arg, Error *error)
{
    Preview *f = arg;

    if (intent_load_accounts(db, &f->start, error) < 0)
        return -1;
    return timer_look_load(db, f->query.user, &f->look, error);
}

/* What stands in a start's way, and a person or time can mend, is what the caller wants to know. */
static bool is_answer(const Error *error)
{
    return error_info(error->reason)->action != ERROR_ACTION_GIVE_UP &&
           error->reason != ERROR_CLOCKIFY_KEY_REJECTED && error->reason != ERROR_STORE;
}

/* As much as is known without asking. */
static void fill_gaps(Preview *f, const Config *config)
{
    Entry *entry = &f->start.entry;
    const Account *account = &f->start.clockify;

    if (!entry->workspace.id)
        named_id_set(&entry->workspace, account->workspace_id, account->workspace_name);
    if (!entry->description && entry->details)
        entry->description = plan_description(config, entry);
}

/* FIELD_ bits of what the entry would not have. */
static unsigned lacking(const Entry *entry)
{
    return (entry->project.name ? 0 : FIELD_PROJECT) | (entry->task.name ? 0 : FIELD_TASK) |
           (json_count(entry->tags) > 0 ? 0 : FIELD_TAGS) |
           (entry->description && *entry->description ? 0 : FIELD_DESCRIPTION);
}

static void check_required(Preview *f, const FlowIo *io)
{
    _cleanup_(clockify_workspaces_done) ClockifyWorkspaces workspaces = {0};
    const ClockifyWorkspace *workspace = NULL;
    unsigned missing = 0;
    Error error;

    if (clockify_workspaces_read(io->answer, &workspaces, NULL) == 0)
        workspace = clockify_workspace_find(&workspaces, f->start.entry.workspace.id);
    if (workspace)
        missing = workspace->required & lacking(&f->start.entry);
    if (!missing)
        return;
    (void)error_set(&error, ERROR_REFUSED,
                    "The Clockify workspace wants more than the entry would have.");
    error.missing = missing;
    f->problem = error_to_problem(&error);
}

/* What is yet to be made has a name and no id. */
static Json *render_planned(const NamedId *named)
{
    Json *object;

    if (!named->name)
        return NULL;
    object = json_new_object();
    json_put_string(object, "id", named->id);
    json_put_string(object, "name", named->name);
    return object;
}

static void render(Preview *f, int64_t now)
{
    const Entry *entry = &f->start.entry;
    Json *result = f->query.result = json_new_object();

    json_put_string(result, "issue", entry->issue);
    json_put(result, "workspace", render_planned(&entry->workspace));
    json_put(result, "project", render_planned(&entry->project));
    json_put(result, "task", render_planned(&entry->task));
    json_put(result, "tags", entry->tags ? json_copy(entry->tags) : json_new_array());
    json_put_string(result, "description", entry->description ? entry->description : "");
    json_put_tristate(result, "billable", entry->billable);
    json_put(result, "left_out", entry->left_out ? json_copy(entry->left_out) : json_new_array());
    json_put(result, "problem", STEAL(f->problem));
    timer_look_render(&f->look, now, result);
}

static int preview_step(Flow *flow, FlowIo *io)
{
    Preview *f = (Preview *)flow;
    int r;

    FLOW_BEGIN(flow);
    FLOW_STORE(flow, io, load, f);
    if (intent_check_account(&f->start, io, &io->error) < 0)
        return FLOW_FAILED;
    FLOW_RUN(flow, timer_look_step(&f->look, &f->start.clockify, io));

    FLOW_TRY(flow, r, resolve_step(&f->start, io));
    if (r < 0 && !is_answer(&io->error))
        return FLOW_FAILED;
    if (r < 0) {
        f->problem = error_to_problem(&io->error);
        fill_gaps(f, io->config);
    } else if (lacking(&f->start.entry)) {
        clockify_workspaces_request(io->server->api_url, NULL, &io->request);
        io->cache_s = WORKSPACES_KEPT_S;
        FLOW_CLOCKIFY(flow, io, &f->start.clockify, NULL);
        check_required(f, io);
    }
    render(f, io->now);
    FLOW_END(flow);
}

static void follow(Query *query)
{
    timer_look_follow(&((Preview *)query)->look, query->bridge);
}

void ask_entry_preview(Bridge *bridge, uint64_t caller, const Json *params)
{
    Preview *f = query_new(sizeof(*f), bridge, caller, params, preview_step);

    f->query.release = release;
    f->query.done = follow;
    plan_start(f);
    query_start(&f->query);
}
