/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The map of numbers against an array that does the same by looking everywhere: many puts and takes
 * in an order that looks like chance and is the same in each run, with numbers that crowd together
 * in the map.
 */

#include "rpc/idmap.h"

#include "rpc_check.h"

#define NUMBERS 700
#define STEPS   200000

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void check_all(const IdMap *map, const uint64_t *numbers, char *const *values)
{
    size_t count = 0, walked = 0, cursor = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        assert_ptr_equal(idmap_get(map, numbers[i]), values[i]);
        count += values[i] != NULL;
    }
    while (idmap_next(map, &cursor))
        walked++;
    assert_int_equal(map->count, count);
    assert_int_equal(walked, count);
}

/* Every fourth number starts at the same slot of a small map as others do. */
static void does_what_an_array_does(void **state _unused_)
{
    static char things[NUMBERS];
    char *values[NUMBERS] = {NULL};
    uint64_t numbers[NUMBERS];
    IdMap map = {0};
    uint32_t random = 1;
    for (size_t i = 0; i < NUMBERS; i++)
        numbers[i] = i % 4 ? i + 1 : (i + 1) << 20 | 63;
    for (size_t step = 0; step < STEPS; step++) {
        size_t i = next_random(&random) % NUMBERS;
        bool full = next_random(&random) % (step % 50000 < 25000 ? 3 : 6) == 0;
        if (!values[i] && full) {
            idmap_put(&map, numbers[i], &things[i]);
            values[i] = &things[i];
        } else if (!full) {
            assert_ptr_equal(idmap_take(&map, numbers[i]), values[i]);
            values[i] = NULL;
        }
        assert_ptr_equal(idmap_get(&map, numbers[i]), values[i]);
        if (step % 1000 == 0)
            check_all(&map, numbers, values);
    }
    check_all(&map, numbers, values);
    idmap_done(&map);
}

static void an_empty_one_has_nothing(void **state _unused_)
{
    IdMap map = {0};
    size_t cursor = 0;
    assert_null(idmap_get(&map, 1));
    assert_null(idmap_take(&map, 1));
    assert_null(idmap_next(&map, &cursor));
    idmap_put(&map, 5, &map);
    assert_null(idmap_get(&map, 0));
    assert_null(idmap_take(&map, 0));
    assert_null(idmap_take(&map, 6));
    assert_int_equal(map.count, 1);
    idmap_done(&map);
    idmap_done(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_what_an_array_does),
        cmocka_unit_test(an_empty_one_has_nothing),
    };
    return cmocka_run_group_tests_name("rpc/idmap", tests, NULL, NULL);
}
