/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A hash table from text to pointers. Keys are copied; values are the caller's. */

#include "base/util.h"

typedef struct Map Map;

Map *map_new(void);
void map_free(Map *map); /* the values are left alone; accepts NULL */

void *map_get(const Map *map, const char *key);       /* NULL when absent */
void map_put(Map *map, const char *key, void *value); /* replaces; value not NULL */
void *map_remove(Map *map, const char *key);          /* the value it had, or NULL */
size_t map_count(const Map *map);

/* Walks all entries in no order: `position` starts at 0; false at the end. Removing the entry just
 * given is allowed, adding is not. */
bool map_next(const Map *map, size_t *position, const char **ret_key, void **ret_value);
