/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a project, a task or tags by name, and making what is missing; see resolve.h. */

#include "flow/resolve.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time.h"
#include "flow/intent.h"

#define PAGE_SIZE       200
#define FORBIDDEN_S     3600 /* after a refusal, how long the user is not tried again */
#define LOOK_UPS_LAST_S 5    /* the same look-up at the same time is asked once */
#define PREVIEWS_LAST_S 60   /* somebody looks at one issue after the other */

static const char *const kinds[] = {
    [LIST_PROJECTS] = "project", [LIST_TASKS] = "task", [LIST_TAGS] = "tag"};
static const unsigned create_bits[] = {
    [LIST_PROJECTS] = CREATE_PROJECT, [LIST_TASKS] = CREATE_TASK, [LIST_TAGS] = CREATE_TAG};

/* ---- remembering ---- */

static char *forbidden_source(const IntentFlow *f)
{
    return xasprintf("%s/%s", f->intent.user, kinds[f->resolve.list]);
}

static int load_forbidden(Db *db, IntentFlow *f, Error *error)
{
    _cleanup_free_ char *source = forbidden_source(f);
    _cleanup_(named_id_done) NamedId until = {0};
    int64_t time = 0;
    int r = match_get(db, f->entry.workspace.id, "forbidden", source, &until, error);

    if (r < 0)
        return -1;
    f->resolve.forbidden = r > 0 && text_to_int64(until.id, &time) == 0 && time > time_now();
    return 0;
}

/* Store work: what this stands for may have been matched before. */
static int load_match(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;
    Resolve *resolve = &f->resolve;

    if (load_forbidden(db, f, error) < 0)
        return -1;
    if (resolve->fresh)
        return match_drop(db, f->entry.workspace.id, kinds[resolve->list], resolve->source, error) <
                       0
                   ? -1
                   : 0;
    return match_get(db, f->entry.workspace.id, kinds[resolve->list], resolve->source,
                     &resolve->found, error) < 0
               ? -1
               : 0;
}

static int save_forbidden(Db *db, IntentFlow *f, Error *error)
{
    _cleanup_free_ char *source = forbidden_source(f);
    char until[24];

    snprintf(until, sizeof(until), "%" PRId64, time_now() + FORBIDDEN_S);
    return match_put(db, f->entry.workspace.id, "forbidden", source, until, "", error);
}

/* Store work. */
static int save_match(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;
    Resolve *resolve = &f->resolve;

    if (!resolve->found.id)
        return save_forbidden(db, f, error);
    return match_put(db, f->entry.workspace.id, kinds[resolve->list], resolve->source,
                     resolve->found.id, resolve->found.name, error);
}

/* ---- making one ---- */

static bool may_make(IntentFlow *f, const FlowIo *io)
{
    Resolve *resolve = &f->resolve;

    if (resolve->tried)
        resolve_leave_out(&f->entry, resolve->list, resolve->name, "exists_but_not_visible");
    else if (!(io->config->entry.create & create_bits[resolve->list]))
        resolve_leave_out(&f->entry, resolve->list, resolve->name, "not_created");
    else if (resolve->forbidden)
        resolve_leave_out(&f->entry, resolve->list, resolve->name, "not_allowed");
    else
        return true;
    return false;
}

static int read_made(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;
    _cleanup_(clockify_item_done) ClockifyItem item = {0};

    if (clockify_already_exists(io->answer)) {
        resolve->tried = true;
        return 0;
    }
    if (clockify_item_read(io->answer, resolve->list, &item, &io->error) == 0) {
        named_id_set(&resolve->found, item.id, item.name);
        return 0;
    }
    if (io->error.reason != ERROR_REFUSED)
        return -1;
    /* Not worth losing the click over. */
    resolve->denied = io->answer->status == 403;
    resolve_leave_out(&f->entry, resolve->list, resolve->name,
                      resolve->denied ? "not_allowed" : "refused");
    return 0;
}

static void read_public(IntentFlow *f, FlowIo *io)
{
    _cleanup_(clockify_workspaces_done) ClockifyWorkspaces workspaces = {0};
    const ClockifyWorkspace *workspace = NULL;

    if (clockify_workspaces_read(io->answer, &workspaces, NULL) == 0)
        workspace = clockify_workspace_find(&workspaces, f->entry.workspace.id);
    f->resolve.is_public = !workspace || workspace->public_projects;
}

int resolve_make_step(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;

    FLOW_BEGIN(&resolve->make);
    if (resolve->list == LIST_PROJECTS) {
        /* The workspace says whether its new projects are for everybody in it. */
        clockify_workspaces_request(io->server->api_url, NULL, &io->request);
        io->cache_s = FORBIDDEN_S;
        FLOW_CLOCKIFY(&resolve->make, io, &f->clockify, NULL);
        read_public(f, io);
    }
    clockify_create_request(io->server->api_url, resolve->list, f->entry.workspace.id,
                            f->entry.project.id, resolve->name, resolve->is_public, &io->request);
    FLOW_CLOCKIFY(&resolve->make, io, &f->clockify, f->entry.workspace.id);
    if (read_made(f, io) < 0)
        return FLOW_FAILED;
    FLOW_END(&resolve->make);
}

/* ---- finding one ---- */

static void ask_page(const IntentFlow *f, FlowIo *io, const char *name, int64_t page_size)
{
    const Resolve *resolve = &f->resolve;
    ClockifyListQuery query = {
        .list = resolve->list,
        .workspace = f->entry.workspace.id,
        .project = f->entry.project.id,
        .name = name,
        .whole_name =
            resolve->list != LIST_TAGS, /* tags are matched without regard to letter case */
        .page = resolve->page,
        .page_size = page_size,
    };

    clockify_list_request(io->server->api_url, &query, &io->request);
    if (resolve->tried || resolve->fresh || f->doubt.any)
        io->cache_s = 0;
    else
        io->cache_s = resolve->preview ? PREVIEWS_LAST_S : LOOK_UPS_LAST_S;
}

static int read_page(IntentFlow *f, FlowIo *io, int64_t page_size)
{
    ClockifyListQuery query = {
        .list = f->resolve.list, .page = f->resolve.page, .page_size = page_size};

    clockify_items_done(&f->resolve.items);
    return clockify_list_read(io->answer, &query, &f->resolve.items, &io->error);
}

/* true: settled one way or the other. */
static bool pick(IntentFlow *f)
{
    Resolve *resolve = &f->resolve;
    size_t count;
    const ClockifyItem *item =
        clockify_items_match(&resolve->items, resolve->list, resolve->name, &count);

    if (count > 1) {
        resolve_leave_out(&f->entry, resolve->list, resolve->name, "ambiguous");
        return true;
    }
    if (item)
        named_id_set(&resolve->found, item->id, item->name);
    return item != NULL;
}

/* In a preview: a project that is yet to be made has no task. */
static bool cannot_be_there(const IntentFlow *f)
{
    return f->resolve.list == LIST_TASKS && !f->entry.project.id;
}

int resolve_find_step(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;

    FLOW_BEGIN(&resolve->find);
    FLOW_STORE(&resolve->find, io, load_match, f);
    if (resolve->found.id)
        goto finished;
    for (;;) {
        for (resolve->page = 1; !cannot_be_there(f); resolve->page++) {
            ask_page(f, io, resolve->name, PAGE_SIZE);
            FLOW_CLOCKIFY(&resolve->find, io, &f->clockify, f->entry.workspace.id);
            if (read_page(f, io, PAGE_SIZE) < 0)
                return FLOW_FAILED;
            if (pick(f))
                goto settled;
            if (resolve->items.last_page)
                break;
        }
        if (!may_make(f, io))
            goto settled;
        if (resolve->preview) {
            named_id_set(&resolve->found, NULL, resolve->name);
            goto settled;
        }
        resolve->make = PLACE_TOP;
        FLOW_RUN(&resolve->find, resolve_make_step(f, io));
        if (!resolve->tried)
            break;
    }
settled:
    if (resolve->found.id || resolve->denied)
        FLOW_STORE(&resolve->find, io, save_match, f);
finished:
    FLOW_END(&resolve->find);
}

/* ---- tags ---- */

static void take_tag(Resolve *resolve, const char *id, const char *name)
{
    Json *tag = json_new_object();

    json_put_string(tag, "id", id);
    json_put_string(tag, "name", name);
    json_add(resolve->tags, tag);
}

/* Store work: those matched before move from names to tags. */
static int load_tags(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;
    Resolve *resolve = &f->resolve;
    Json *unknown = json_new_array();

    resolve->list = LIST_TAGS;
    for (size_t i = 0; i < json_count(resolve->names); i++) {
        const char *name = json_string_at(resolve->names, i);
        _cleanup_free_ char *source = text_lower(name);
        _cleanup_(named_id_done) NamedId found = {0};
        int r = resolve->fresh ? match_drop(db, f->entry.workspace.id, "tag", source, error)
                               : match_get(db, f->entry.workspace.id, "tag", source, &found, error);

        if (r < 0) {
            json_object_put(unknown);
            return -1;
        }
        if (found.id)
            take_tag(resolve, found.id, found.name);
        else
            json_add_string(unknown, name);
    }
    json_object_put(resolve->names);
    resolve->names = unknown;
    return load_forbidden(db, f, error);
}

/* Those on the page move from names to tags. */
static void pick_tags(Resolve *resolve)
{
    Json *unknown = json_new_array();

    for (size_t i = 0; i < json_count(resolve->names); i++) {
        const char *name = json_string_at(resolve->names, i);
        size_t count;
        const ClockifyItem *item = clockify_items_match(&resolve->items, LIST_TAGS, name, &count);

        /* Tags that differ in letter case alone mean the same: the first will do. */
        if (item)
            take_tag(resolve, item->id, item->name);
        else
            json_add_string(unknown, name);
    }
    json_object_put(resolve->names);
    resolve->names = unknown;
}

/* Store work: all tags found, those remembered before included. */
static int save_tags(Db *db, void *arg, Error *error)
{
    IntentFlow *f = arg;

    for (size_t i = 0; i < json_count(f->resolve.tags); i++) {
        const Json *tag = json_at(f->resolve.tags, i);
        const char *name = json_string(tag, "name");
        _cleanup_free_ char *source = text_lower(name);

        if (!json_string(tag, "id")) /* of a preview: yet to be made */
            continue;
        if (match_put(db, f->entry.workspace.id, "tag", source, json_string(tag, "id"), name,
                      error) < 0)
            return -1;
    }
    return f->resolve.tags_denied ? save_forbidden(db, f, error) : 0;
}

/* One name is asked for by name. For several, one walk over all tags costs less than a question
 * each. */
static void choose_search(Resolve *resolve)
{
    set_string(&resolve->name,
               json_count(resolve->names) == 1 ? json_string_at(resolve->names, 0) : NULL);
}

static int64_t tag_page_size(const Resolve *resolve)
{
    return resolve->name ? PAGE_SIZE : CLOCKIFY_PAGE_SIZE_MOST;
}

/* The next name that is to be made; false when none is left. */
static bool next_missing_tag(Resolve *resolve)
{
    const char *name = json_string_at(resolve->names, resolve->index);
    _cleanup_free_ char *source = NULL;

    if (!name)
        return false;
    resolve->index++;
    source = text_lower(name);
    resolve_look_for(resolve, LIST_TAGS, source, name);
    resolve->forbidden = resolve->no_tags;
    return true;
}

static void take_made_tag(IntentFlow *f)
{
    Resolve *resolve = &f->resolve;

    if (resolve->found.id)
        take_tag(resolve, resolve->found.id, resolve->found.name);
    /* Who may not make one may not make the next. */
    resolve->no_tags = resolve->no_tags || resolve->denied;
    resolve->tags_denied = resolve->tags_denied || resolve->denied;
}

int resolve_tags_step(IntentFlow *f, FlowIo *io)
{
    Resolve *resolve = &f->resolve;

    FLOW_BEGIN(&resolve->all_tags);
    FLOW_STORE(&resolve->all_tags, io, load_tags, f);
    if (json_count(resolve->names) == 0)
        goto finished;

    choose_search(resolve);
    for (resolve->page = 1;; resolve->page++) {
        ask_page(f, io, resolve->name, tag_page_size(resolve));
        FLOW_CLOCKIFY(&resolve->all_tags, io, &f->clockify, f->entry.workspace.id);
        if (read_page(f, io, tag_page_size(resolve)) < 0)
            return FLOW_FAILED;
        pick_tags(resolve);
        if (resolve->items.last_page || json_count(resolve->names) == 0)
            break;
    }

    resolve->no_tags = resolve->forbidden;
    resolve->tags_denied = false;
    resolve->index = 0;
    while (next_missing_tag(resolve)) {
        if (!may_make(f, io))
            continue;
        if (resolve->preview) {
            take_tag(resolve, NULL, resolve->name);
            continue;
        }
        resolve->make = PLACE_TOP;
        FLOW_RUN(&resolve->all_tags, resolve_make_step(f, io));
        if (resolve->tried) {
            /* Somebody else made it meanwhile, or we did and the answer was lost. */
            resolve->find = PLACE_TOP;
            FLOW_RUN(&resolve->all_tags, resolve_find_step(f, io));
        }
        take_made_tag(f);
    }
    FLOW_STORE(&resolve->all_tags, io, save_tags, f);
finished:
    FLOW_END(&resolve->all_tags);
}
