/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Numbers to pointers: what stands for a connection or a call is a number that is never used twice,
 * so that a late answer finds nothing where its caller is gone. A zeroed IdMap is an empty one; it
 * owns none of what it points to.
 */

#include "base/util.h"

typedef struct IdMapSlot {
    uint64_t id; /* 0: free */
    void *value;
} IdMapSlot;

typedef struct IdMap {
    IdMapSlot *slots; /* a power of two of them, at most half in use */
    size_t capacity;
    size_t count;
} IdMap;

void idmap_done(IdMap *map);
void idmap_put(IdMap *map, uint64_t id, void *value); /* id is not 0 and not in it yet */
void *idmap_get(const IdMap *map, uint64_t id);       /* NULL */
void *idmap_take(IdMap *map, uint64_t id);            /* removes it; NULL */

/* Walks through it: *cursor starts at 0; NULL after the last. Nothing may be put or taken on the
 * way. */
void *idmap_next(const IdMap *map, size_t *cursor);
