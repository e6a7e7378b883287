/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from text to pointers: open addressing with linear probing and tombstones. */

#include "base/map.h"

#define SLOTS_AT_FIRST 16

typedef struct Slot {
    char *key; /* NULL = never used; value NULL with a key kept as TOMBSTONE = removed */
    void *value;
    uint32_t hash;
} Slot;

static const char tombstone[1] = "";
#define TOMBSTONE ((char *)(uintptr_t)tombstone)

struct Map {
    Slot *slots;
    size_t capacity; /* a power of two */
    size_t count;
    size_t used; /* with tombstones */
};

Map *map_new(void)
{
    Map *map = xcalloc(1, sizeof(*map));

    map->capacity = SLOTS_AT_FIRST;
    map->slots = xcalloc(map->capacity, sizeof(*map->slots));
    return map;
}

static bool is_live(const Slot *slot)
{
    return slot->key && slot->key != TOMBSTONE;
}

void map_free(Map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->capacity; i++)
        if (is_live(&map->slots[i]))
            free(map->slots[i].key);
    free(map->slots);
    free(map);
}

/* FNV-1a: the keys are ids and user keys of this site, nobody outside chooses them. */
static uint32_t hash_of(const char *key)
{
    uint32_t hash = 2166136261u;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash;
}

static Slot *find(const Map *map, const char *key, uint32_t hash)
{
    for (size_t i = hash & (map->capacity - 1); map->slots[i].key;
         i = (i + 1) & (map->capacity - 1))
        if (is_live(&map->slots[i]) && map->slots[i].hash == hash &&
            strcmp(map->slots[i].key, key) == 0)
            return &map->slots[i];
    return NULL;
}

static Slot *free_slot(const Map *map, uint32_t hash)
{
    size_t i = hash & (map->capacity - 1);

    while (is_live(&map->slots[i]))
        i = (i + 1) & (map->capacity - 1);
    return &map->slots[i];
}

static void rehash(Map *map, size_t capacity)
{
    Slot *old = map->slots;
    size_t old_capacity = map->capacity;

    map->capacity = capacity;
    map->slots = xcalloc(capacity, sizeof(*map->slots));
    map->used = map->count;
    for (size_t i = 0; i < old_capacity; i++)
        if (is_live(&old[i]))
            *free_slot(map, old[i].hash) = old[i];
    free(old);
}

void *map_get(const Map *map, const char *key)
{
    const Slot *slot = find(map, key, hash_of(key));

    return slot ? slot->value : NULL;
}

void map_put(Map *map, const char *key, void *value)
{
    uint32_t hash = hash_of(key);
    Slot *slot = find(map, key, hash);

    if (slot) {
        slot->value = value;
        return;
    }
    /* At most three quarters full, so that a probe always ends at a slot never used. */
    if ((map->used + 1) * 4 > map->capacity * 3)
        rehash(map, (map->count + 1) * 2 > map->capacity ? map->capacity * 2 : map->capacity);
    slot = free_slot(map, hash);
    if (!slot->key)
        map->used++;
    *slot = (Slot){.key = xstrdup(key), .value = value, .hash = hash};
    map->count++;
}

void *map_remove(Map *map, const char *key)
{
    Slot *slot = find(map, key, hash_of(key));
    void *value;

    if (!slot)
        return NULL;
    value = slot->value;
    free(slot->key);
    *slot = (Slot){.key = TOMBSTONE};
    map->count--;
    return value;
}

size_t map_count(const Map *map)
{
    return map->count;
}

bool map_next(const Map *map, size_t *position, const char **ret_key, void **ret_value)
{
    for (; *position < map->capacity; (*position)++) {
        const Slot *slot = &map->slots[*position];

        if (!is_live(slot))
            continue;
        if (ret_key)
            *ret_key = slot->key;
        *ret_value = slot->value;
        (*position)++;
        return true;
    }
    return false;
}
