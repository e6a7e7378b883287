/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of JSON documents, found by id, by alias (an old issue key, "running/ws/user") or as a
 * group (the tags of a workspace). It knows no service and takes no lock: the caller holds
 * Sim.lock.
 */
#pragma once

#include <json-c/json.h>
#include <json-c/linkhash.h>
#include <stddef.h>

typedef struct List {
    struct json_object **item;
    size_t n, size;
} List;

typedef struct Table {
    const char *service, *name;
    const char *id_key;    /* the member that holds the id */
    const char *group_key; /* the member by which documents are grouped, or NULL */
    List all;              /* in the order they were made */
    struct lh_table *by_id, *alias, *groups;
} Table;

void list_append(List *list, struct json_object *doc);
void list_remove(List *list, const struct json_object *doc);
void list_done(List *list);

void table_init(Table *table, const char *service, const char *name, const char *id_key,
                const char *group_key);
void table_done(Table *table);
/* Takes over the caller's reference, and gives it back for convenience. */
struct json_object *table_add(Table *table, struct json_object *doc);
void table_remove(Table *table, struct json_object *doc);
struct json_object *table_get(const Table *table, const char *id);
/* Never NULL: an unknown group is an empty list. */
const List *table_group(const Table *table, const char *key);
void table_alias_set(Table *table, const char *alias, struct json_object *doc);
void table_alias_drop(Table *table, const char *alias);
struct json_object *table_alias_get(const Table *table, const char *alias);
/* By id, alias, or the member name, email or key: for the control port only, since it walks the
 * table. */
struct json_object *table_find(const Table *table, const char *reference);
