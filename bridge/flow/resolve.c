/* SPDX-License-Identifier: Apache-2.0 */
/* From an issue to what gets recorded; see resolve.h. */

#include "flow/resolve.h"

#include <stdio.h>

#include "flow/intent.h"
#include "flow/plan.h"
#include "flow/render.h"
#include "remote/jira.h"

#define NAMES_KEPT_S 3600 /* a chosen project's name may be this old */

void resolve_done(Resolve *resolve)
{
    identity_done(&resolve->identity);
    free(resolve->source);
    free(resolve->name);
    named_id_done(&resolve->found);
    json_object_put(resolve->names);
    json_object_put(resolve->tags);
    clockify_items_done(&resolve->items);
}

void resolve_look_for(Resolve *resolve, ClockifyList list, const char *source, const char *name)
{
    resolve->list = list;
    set_string(&resolve->source, source);
    set_string(&resolve->name, name);
    named_id_set(&resolve->found, NULL, NULL);
    resolve->forbidden = resolve->tried = resolve->denied = false;
}

void resolve_leave_out(Entry *entry, ClockifyList list, const char *name, const char *reason)
{
    static const char *const what[] = {
        [LIST_PROJECTS] = "project", [LIST_TASKS] = "task", [LIST_TAGS] = "tag"};
    Json *item = json_new_object();

    json_put_string(item, "what", what[list]);
    json_put_string(item, "name", name);
    json_put_string(item, "reason", reason);
    if (!entry->left_out)
        entry->left_out = json_new_array();
    json_add(entry->left_out, item);
}

/* ---- the issue's facts ---- */

static void take_issue(Entry *entry, JiraIssue *issue)
{
    set_string(&entry->issue, issue->key);
    set_string(&entry->issue_id, issue->id);
    json_object_put(entry->details);
    entry->details = STEAL(issue->details);
}

/* Jira was no help: the page's facts will do, where there are any. An issue that Jira does not know
 * is wrong all the same. */
static int without_jira(IntentFlow *f, FlowIo *io)
{
    return f->entry.details && io->error.reason != ERROR_NOT_FOUND ? 0 : -1;
}

static int read_issue(IntentFlow *f, FlowIo *io)
{
    _cleanup_(jira_issue_done) JiraIssue issue = {0};

    if (jira_issue_read(io->answer, f->jira.name, &issue, &io->error) < 0)
        return -1;
    take_issue(&f->entry, &issue);
    return 0;
}

static int facts_step(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;
    int r;

    FLOW_BEGIN(&resolve->facts);
    resolve->asked_again = false;
    for (;;) {
        jira_issue_request(io->jira_base, f->entry.issue, &io->request);
        FLOW_JIRA(&resolve->facts, io, &f->jira);
        r = read_issue(f, io);
        if (r == 0 || io->error.reason != ERROR_JIRA_TOKEN_REJECTED || resolve->asked_again)
            break;

        /* Answered to another name: a user who was renamed, or a dead token. */
        resolve->asked_again = true;
        resolve->identity.user = f->intent.user;
        resolve->identity.account = &f->jira;
        resolve->identity.place = PLACE_TOP;
        FLOW_TRY(&resolve->facts, r, identity_step(&resolve->identity, io));
        if (r < 0)
            break;
    }
    if (r < 0 && without_jira(f, io) < 0)
        return FLOW_FAILED;
    FLOW_END(&resolve->facts);
}

/* May Jira be asked, and is there need to? */
static bool ask_jira(const IntentFlow *f, const FlowIo *io)
{
    return !f->entry.issue_id && f->has_jira && !f->jira.rejected && io->jira_base;
}

static int no_facts(const IntentFlow *f, FlowIo *io)
{
    if (f->has_jira && f->jira.rejected)
        error_set(&io->error, ERROR_JIRA_TOKEN_REJECTED,
                  "Jira no longer takes the stored token; connect Jira again.");
    else if (f->has_jira)
        error_set(&io->error, ERROR_UNAVAILABLE, "The address of the Jira node is not known.");
    else
        error_set(&io->error, ERROR_JIRA_TOKEN_REQUIRED,
                  "Jira has to be connected, or the page has to send the issue's details.");
    snprintf(io->error.service, sizeof(io->error.service), "jira");
    return FLOW_FAILED;
}

/* ---- chosen by the caller ---- */

/* The workspace's name is known for the account's own; another one is looked up among the user's.
 */
static int read_workspace(IntentFlow *f, FlowIo *io)
{
    const char *id = json_string(f->entry.choice, "workspace");
    _cleanup_(clockify_workspaces_done) ClockifyWorkspaces workspaces = {0};
    const ClockifyWorkspace *workspace;

    if (clockify_workspaces_read(io->answer, &workspaces, &io->error) < 0)
        return -1;
    workspace = clockify_workspace_find(&workspaces, id);
    if (!workspace)
        return error_not_found(&io->error, "workspace",
                               "You have no Clockify workspace with this id.");
    named_id_set(&f->entry.workspace, workspace->id, workspace->name);
    return 0;
}

static bool other_workspace(const IntentFlow *f)
{
    const char *chosen = json_string(f->entry.choice, "workspace");

    return chosen && !streq(chosen, f->clockify.workspace_id);
}

/* resolve->list and ->source (an id) tell which; the name is looked up once and kept for a while.
 */
static int read_chosen(IntentFlow *f, FlowIo *io)
{
    static const char *const what[] = {
        [LIST_PROJECTS] = "project", [LIST_TASKS] = "task", [LIST_TAGS] = "tag"};
    Resolve *resolve = &f->resolve;
    _cleanup_(clockify_item_done) ClockifyItem item = {0};

    if (clockify_not_there(io->answer))
        return error_not_found(&io->error, what[resolve->list], "Clockify has no such %s here.",
                               what[resolve->list]);
    if (clockify_item_read(io->answer, resolve->list, &item, &io->error) < 0)
        return -1;
    named_id_set(&resolve->found, item.id, item.name);
    return 0;
}

static int chosen_step(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;

    FLOW_BEGIN(&resolve->choose);
    clockify_item_request(io->server->api_url, resolve->list, f->entry.workspace.id,
                          f->entry.project.id, resolve->source, &io->request);
    io->cache_s = NAMES_KEPT_S;
    FLOW_CLOCKIFY(&resolve->choose, io, &f->clockify, f->entry.workspace.id);
    if (read_chosen(f, io) < 0)
        return FLOW_FAILED;
    FLOW_END(&resolve->choose);
}

/* ---- by the issue ---- */

/* What a project stands for: its id in Jira, which a rename leaves alone; the key where the page
 * knew no id. */
static char *project_source(const Entry *entry)
{
    const Json *project = json_child(entry->details, "project");
    const char *id = json_string(project, "id");
    const char *key = json_string(project, "key");

    if (id)
        return xstrdup(id);
    return key ? xasprintf("key:%s", key) : NULL;
}

static char *task_source(const Entry *entry)
{
    /* Without an id in a preview alone, of a project that is yet to be made. */
    const char *project = entry->project.id ? entry->project.id : "";

    return xasprintf("%s/%s", project, entry->issue_id ? entry->issue_id : entry->issue);
}

/* false: nothing to look for, or it cannot be named in Clockify (noted as left out). */
static bool look_for_project(IntentFlow *f)
{
    const char *name = json_string(json_child(f->entry.details, "project"), "name");
    _cleanup_free_ char *source = project_source(&f->entry);
    const char *reason = NULL;
    _cleanup_free_ char *clean = NULL;

    if (!name || !source)
        return false;
    clean = clockify_name(LIST_PROJECTS, name, &reason);
    if (!clean) {
        resolve_leave_out(&f->entry, LIST_PROJECTS, name, reason);
        return false;
    }
    resolve_look_for(&f->resolve, LIST_PROJECTS, source, clean);
    return true;
}

static bool look_for_task(IntentFlow *f)
{
    _cleanup_free_ char *source = NULL;

    if (!f->entry.project.id && !f->entry.project.name)
        return false;
    source = task_source(&f->entry);
    resolve_look_for(&f->resolve, LIST_TASKS, source, f->entry.issue);
    return true;
}

/* true: the caller chose one; resolve->source is its id. */
static bool look_for_chosen(IntentFlow *f, ClockifyList list, const char *member)
{
    const char *id = json_string(f->entry.choice, member);

    if (id)
        resolve_look_for(&f->resolve, list, id, NULL);
    return id != NULL;
}

/* null in the choice: without one, on purpose. */
static bool chose_none(const IntentFlow *f, const char *member)
{
    return json_has(f->entry.choice, member) && !json_get(f->entry.choice, member);
}

static void take_found(Resolve *resolve, NamedId *target)
{
    named_id_set(target, resolve->found.id, resolve->found.name);
}

static void start_over(IntentFlow *f, const Config *config)
{
    Entry *entry = &f->entry;

    json_object_put(STEAL(entry->left_out));
    named_id_set(&entry->project, NULL, NULL);
    named_id_set(&entry->task, NULL, NULL);
    json_object_put(f->resolve.names);
    f->resolve.names = json_flag(entry->choice, "all_tags", false)
                           ? json_new_array()
                           : plan_tags(config, entry->details);
    json_object_put(f->resolve.tags);
    f->resolve.tags = json_new_array();
}

static void add_chosen_tag(IntentFlow *f)
{
    Json *tag = render_named(&f->resolve.found);

    for (size_t i = 0; i < json_count(f->resolve.tags); i++)
        if (streq(json_string(json_at(f->resolve.tags, i), "id"), f->resolve.found.id)) {
            json_object_put(tag);
            return;
        }
    json_add(f->resolve.tags, tag);
}

static void fill_in(IntentFlow *f, const Config *config)
{
    char *description = plan_description(config, &f->entry);

    free(f->entry.description);
    f->entry.description = description;
    json_object_put(f->entry.tags);
    f->entry.tags = json_copy(f->resolve.tags);
    f->entry.billable = json_tristate(f->entry.choice, "billable");
    set_string(&f->entry.server, f->clockify.server);
    set_string(&f->entry.clockify_user, f->clockify.remote_id);
    f->entry.resolved = true;
}

/* Store work: durable before anything is made from it, so that an unclear outcome is looked for by
 * what was really sent. */
static int save(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    if (intent_take_meanwhile(db, &f->entry, error) < 0)
        return -1;
    return journal_entry_update(db, &f->entry, error);
}

int resolve_step(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;
    const Json *chosen_tags = json_list(f->entry.choice, "tags");

    FLOW_BEGIN(&resolve->place);
    if (ask_jira(f, io)) {
        resolve->facts = PLACE_TOP;
        FLOW_RUN(&resolve->place, facts_step(f, io));
    }
    if (!f->entry.details)
        return no_facts(f, io);

    if (other_workspace(f)) {
        clockify_workspaces_request(io->server->api_url, NULL, &io->request);
        io->cache_s = NAMES_KEPT_S;
        FLOW_CLOCKIFY(&resolve->place, io, &f->clockify, NULL);
        if (read_workspace(f, io) < 0)
            return FLOW_FAILED;
    } else {
        named_id_set(&f->entry.workspace, f->clockify.workspace_id, f->clockify.workspace_name);
    }
    start_over(f, io->config);

    if (look_for_chosen(f, LIST_PROJECTS, "project")) {
        resolve->choose = PLACE_TOP;
        FLOW_RUN(&resolve->place, chosen_step(f, io));
        take_found(resolve, &f->entry.project);
    } else if (!chose_none(f, "project") && look_for_project(f)) {
        resolve->find = PLACE_TOP;
        FLOW_RUN(&resolve->place, resolve_find_step(f, io));
        take_found(resolve, &f->entry.project);
    }

    if (f->entry.project.id && look_for_chosen(f, LIST_TASKS, "task")) {
        resolve->choose = PLACE_TOP;
        FLOW_RUN(&resolve->place, chosen_step(f, io));
        take_found(resolve, &f->entry.task);
    } else if (!chose_none(f, "task") && look_for_task(f)) {
        resolve->find = PLACE_TOP;
        FLOW_RUN(&resolve->place, resolve_find_step(f, io));
        take_found(resolve, &f->entry.task);
    }

    resolve->all_tags = PLACE_TOP;
    FLOW_RUN(&resolve->place, resolve_tags_step(f, io));
    for (resolve->index = 0; resolve->index < json_count(chosen_tags); resolve->index++) {
        resolve_look_for(resolve, LIST_TAGS, json_string_at(chosen_tags, resolve->index), NULL);
        resolve->choose = PLACE_TOP;
        FLOW_RUN(&resolve->place, chosen_step(f, io));
        add_chosen_tag(f);
    }

    fill_in(f, io->config);
    /* An edit may yet be refused, and then leaves the entry as it was. */
    if (f->intent.kind != INTENT_EDIT && !resolve->preview)
        FLOW_STORE(&resolve->place, io, save, f);
    FLOW_END(&resolve->place);
}
