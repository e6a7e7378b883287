/* SPDX-License-Identifier: Apache-2.0 */
/* What is known before and after some scripts of a start; see resolve_turns.h. */

#include "tests/unit/flow/resolve_turns.h"

void tag_remembered(World *world)
{
    world_remember(world, "tag", "bug", "g1", "Bug");
}

void all_are_remembered(World *world)
{
    assert_int_equal(world_number(world,
                                  "SELECT count(*) FROM matched WHERE"
                                  " (kind = 'project' AND source = '10000' AND remote_id = 'p1')"
                                  " OR (kind = 'task' AND source = 'p1/20001' AND remote_id = 't1')"
                                  " OR (kind = 'tag' AND source = 'bug' AND remote_id = 'g1')"),
                     3);
}
