/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clockify's tags. Unlike projects and tasks they can be deleted at once.
 */
#include <stdlib.h>
#include <string.h>

#include "clockify.h"
#include "js.h"

static const char tag_defaults[] =
    "{\"id\":\"\",\"name\":\"\",\"workspaceId\":\"\",\"archived\":false}";

struct json_object *clockify_make_tag(Sim *sim, const char *workspace, struct json_object *from)
{
    struct json_object *tag = sim_document(sim, tag_defaults, from, false);
    js_set_str(tag, "workspaceId", workspace);
    return table_add(&sim->table[CLOCKIFY_TAGS], tag);
}

int clockify_tags_list(Request *request, Reply *reply)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_TAGS], request->param[0]);
    int archived = clockify_query_bool(request, reply, "archived");
    int strict = clockify_query_bool(request, reply, "strict-name-search");
    struct json_object *out;

    if (archived == -2 || strict == -2)
        return 400;
    out = js_array();
    for (size_t i = 0; i < all->n; i++)
        if ((archived < 0 || js_bool(all->item[i], "archived", false) == archived) &&
            clockify_name_matches(request, strict == 1, js_text(all->item[i], "name")))
            js_push(out, js_wire(all->item[i]));
    return clockify_page(request, reply, out, 50, 5000);
}

static struct json_object *tag_of_path(Request *request, Reply *reply)
{
    struct json_object *tag = table_get(&request->sim->table[CLOCKIFY_TAGS], request->param[1]);

    if (tag && strcmp(js_text(tag, "workspaceId"), request->param[0]) == 0)
        return tag;
    clockify_missing(request, reply, "Tag", "Workspace");
    return NULL;
}

int clockify_tag_get(Request *request, Reply *reply)
{
    struct json_object *tag = tag_of_path(request, reply);
    return tag ? reply_json(reply, 200, js_wire(tag)) : 400;
}

static bool tag_fits(Request *request, Reply *reply, const struct json_object *self)
{
    const List *all = table_group(&request->sim->table[CLOCKIFY_TAGS], request->param[0]);
    const char *name = js_text(request_json(request), "name");

    if (!clockify_name_fits(request, reply, "Tag", 0, 100))
        return false;
    for (size_t i = 0; i < all->n; i++)
        if (all->item[i] != self && strcmp(js_text(all->item[i], "name"), name) == 0) {
            clockify_fail(request, reply, 400, 501, "Tag with name %s already exists", name);
            return false;
        }
    return true;
}

int clockify_tag_post(Request *request, Reply *reply)
{
    struct json_object *from;
    int status;

    if (!clockify_may_create(request, "whoCanCreateTags"))
        return clockify_denied(request, reply);
    if (!tag_fits(request, reply, NULL))
        return 400;
    from = js_new();
    js_set_str(from, "name", js_text(request_json(request), "name"));
    status =
        reply_json(reply, 201, js_wire(clockify_make_tag(request->sim, request->param[0], from)));
    json_object_put(from);
    return status;
}

/* A replace: leaving `archived` out takes the tag out of the archive. */
int clockify_tag_put(Request *request, Reply *reply)
{
    struct json_object *tag = tag_of_path(request, reply);

    if (!tag)
        return 400;
    if (!clockify_may_create(request, "whoCanCreateTags"))
        return clockify_denied(request, reply);
    if (!tag_fits(request, reply, tag))
        return 400;
    js_set_str(tag, "name", js_text(request_json(request), "name"));
    js_set_bool(tag, "archived", js_bool(request_json(request), "archived", false));
    return reply_json(reply, 200, js_wire(tag));
}

int clockify_tag_delete(Request *request, Reply *reply)
{
    struct json_object *tag = tag_of_path(request, reply), *out;

    if (!tag)
        return 400;
    if (!clockify_may_create(request, "whoCanCreateTags"))
        return clockify_denied(request, reply);
    out = js_wire(tag);
    table_remove(&request->sim->table[CLOCKIFY_TAGS], tag);
    return reply_json(reply, 200, out);
}
