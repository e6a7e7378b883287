/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of JSON documents on json-c's hash table. Nothing here knows what a document means.
 */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "js.h"

static const List empty_list;

void list_append(List *list, struct json_object *doc)
{
    if (list->n == list->size) {
        list->size = list->size ? list->size * 2 : 4;
        list->item = realloc(list->item, list->size * sizeof *list->item);
        if (!list->item)
            abort();
    }
    list->item[list->n++] = doc;
}

void list_remove(List *list, const struct json_object *doc)
{
    /* From the end: what is removed was mostly made lately. */
    for (size_t i = list->n; i-- > 0;) {
        if (list->item[i] != doc)
            continue;
        memmove(&list->item[i], &list->item[i + 1], (list->n - i - 1) * sizeof *list->item);
        list->n--;
        return;
    }
}

void list_done(List *list)
{
    free(list->item);
    *list = (List){0};
}

static void free_key(struct lh_entry *entry)
{
    free(lh_entry_k(entry));
}

static void free_group(struct lh_entry *entry)
{
    List *list = lh_entry_v(entry);
    free(lh_entry_k(entry));
    list_done(list);
    free(list);
}

void table_init(Table *table, const char *service, const char *name, const char *id_key,
                const char *group_key)
{
    *table = (Table){.service = service, .name = name, .id_key = id_key, .group_key = group_key};
    table->by_id = lh_kchar_table_new(64, free_key);
    table->alias = lh_kchar_table_new(16, free_key);
    table->groups = lh_kchar_table_new(64, free_group);
    if (!table->by_id || !table->alias || !table->groups)
        abort();
}

void table_done(Table *table)
{
    for (size_t i = 0; i < table->all.n; i++)
        json_object_put(table->all.item[i]);
    list_done(&table->all);
    lh_table_free(table->by_id);
    lh_table_free(table->alias);
    lh_table_free(table->groups);
}

static char *copy(const char *text)
{
    char *out = strdup(text);
    if (!out)
        abort();
    return out;
}

static void *look_up(struct lh_table *hash, const char *key)
{
    void *value = NULL;
    if (key && lh_table_lookup_ex(hash, key, &value))
        return value;
    return NULL;
}

static void put(struct lh_table *hash, const char *key, void *value)
{
    if (look_up(hash, key))
        lh_table_delete(hash, key);
    if (lh_table_insert(hash, copy(key), value) < 0)
        abort();
}

static List *group_of(Table *table, const struct json_object *doc)
{
    const char *key = table->group_key ? js_str(doc, table->group_key) : NULL;
    if (!key)
        return NULL;
    List *list = look_up(table->groups, key);
    if (!list) {
        list = calloc(1, sizeof *list);
        if (!list)
            abort();
        put(table->groups, key, list);
    }
    return list;
}

struct json_object *table_add(Table *table, struct json_object *doc)
{
    put(table->by_id, js_text(doc, table->id_key), doc);
    list_append(&table->all, doc);
    List *group = group_of(table, doc);
    if (group)
        list_append(group, doc);
    return doc;
}

void table_remove(Table *table, struct json_object *doc)
{
    List *group = group_of(table, doc);
    struct lh_entry *entry, *next;

    lh_foreach_safe(table->alias, entry, next) if (lh_entry_v(entry) == doc)
        lh_table_delete_entry(table->alias, entry);
    if (group)
        list_remove(group, doc);
    list_remove(&table->all, doc);
    lh_table_delete(table->by_id, js_text(doc, table->id_key));
    json_object_put(doc);
}

struct json_object *table_get(const Table *table, const char *id)
{
    return look_up(table->by_id, id);
}

const List *table_group(const Table *table, const char *key)
{
    const List *list = look_up(table->groups, key);
    return list ? list : &empty_list;
}

void table_alias_set(Table *table, const char *alias, struct json_object *doc)
{
    put(table->alias, alias, doc);
}

void table_alias_drop(Table *table, const char *alias)
{
    lh_table_delete(table->alias, alias);
}

struct json_object *table_alias_get(const Table *table, const char *alias)
{
    return look_up(table->alias, alias);
}

struct json_object *table_find(const Table *table, const char *reference)
{
    static const char *const members[] = {"email", "key", "name", "_raw"};
    struct json_object *doc = table_get(table, reference);

    if (!doc)
        doc = table_alias_get(table, reference);
    for (size_t m = 0; !doc && reference && m < sizeof members / sizeof *members; m++)
        for (size_t i = 0; !doc && i < table->all.n; i++)
            if (strcmp(js_text(table->all.item[i], members[m]), reference) == 0)
                doc = table->all.item[i];
    return doc;
}
