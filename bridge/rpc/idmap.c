/* SPDX-License-Identifier: Apache-2.0 */

/* Open addressing with linear probing. Numbers that count up spread by themselves, so the low bits
 * are the hash. */

#include "rpc/idmap.h"

#define CAPACITY_FIRST 64

static void grow(IdMap *map);
static size_t find(const IdMap *map, uint64_t id);
static void close_gap(IdMap *map, size_t gap);

void idmap_done(IdMap *map)
{
    free(map->slots);
    *map = (IdMap){0};
}

void idmap_put(IdMap *map, uint64_t id, void *value)
{
    if (map->count * 2 >= map->capacity)
        grow(map);
    map->slots[find(map, id)] = (IdMapSlot){id, value};
    map->count++;
}

void *idmap_get(const IdMap *map, uint64_t id)
{
    return map->capacity && id ? map->slots[find(map, id)].value : NULL;
}

void *idmap_take(IdMap *map, uint64_t id)
{
    if (!map->capacity || !id)
        return NULL;
    size_t at = find(map, id);
    void *value = map->slots[at].value;
    if (map->slots[at].id) {
        close_gap(map, at);
        map->count--;
    }
    return value;
}

void *idmap_next(const IdMap *map, size_t *cursor)
{
    while (*cursor < map->capacity) {
        const IdMapSlot *slot = &map->slots[(*cursor)++];
        if (slot->id)
            return slot->value;
    }
    return NULL;
}

static void grow(IdMap *map)
{
    IdMap larger = {.capacity = map->capacity ? map->capacity * 2 : CAPACITY_FIRST,
                    .count = map->count};
    larger.slots = xcalloc(larger.capacity, sizeof(*larger.slots));
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].id)
            larger.slots[find(&larger, map->slots[i].id)] = map->slots[i];
    free(map->slots);
    *map = larger;
}

/* The slot of `id`, or the free one where it belongs. */
static size_t find(const IdMap *map, uint64_t id)
{
    size_t at = id & (map->capacity - 1);
    while (map->slots[at].id && map->slots[at].id != id)
        at = (at + 1) & (map->capacity - 1);
    return at;
}

/* Moves what was pushed past the gap back into it, so that no search ends too early. */
static void close_gap(IdMap *map, size_t gap)
{
    size_t mask = map->capacity - 1;
    for (size_t at = (gap + 1) & mask; map->slots[at].id; at = (at + 1) & mask) {
        size_t home = map->slots[at].id & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            map->slots[gap] = map->slots[at];
            gap = at;
        }
    }
    map->slots[gap] = (IdMapSlot){0};
}
