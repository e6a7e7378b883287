/* SPDX-License-Identifier: Apache-2.0 */
/* From an issue to its tags: found whatever their letter case, made where missing, left out where
 * they cannot be had. Told by scripts of timer.start. */

#include "tests/unit/flow/resolve_turns.h"

/* ---- what is known before ---- */

static void no_tags(World *world)
{
    world->config->entry.tags = 0;
}

static void only_labels(World *world)
{
    world->config->entry.tags = TAG_FROM_LABELS;
}

/* ---- the scripts ---- */

static const Script scripts[] = {
    {
        START("letter case makes no other tag"),
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, {TAGS, .says = "[{'id':'g1','name':'BUG'}]"}, MADE},
        .entry = "{'tags':[{'id':'g1','name':'BUG'}]}",
        .after = all_are_remembered,
    },
    {
        START("several tags: one walk over all, the missing one is made"),
        .before = only_labels,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['hot','cold','HOT']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  {"GET clockify/workspaces/w1/tags?archived=false&sort-column=NAME"
                   "&sort-order=ASCENDING&page=1&page-size=5000",
                   .says = "[{'id':'g5','name':'Cold'},{'id':'g6','name':'warm'}]"},
                  {MAKE_TAG, "{'name':'hot'}", 201, "{'id':'g7','name':'hot'}"},
                  MADE_WITH(",'projectId':'p1','taskId':'t1','tagIds':['g5','g7']")},
        .entry = "{'tags':[{'id':'g5','name':'Cold'},{'id':'g7','name':'hot'}],'left_out':[]}",
    },
    {
        START("one tag remembered, the other asked for by name"),
        .before = tag_remembered,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['hot']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  {"GET clockify/workspaces/w1/tags?name=hot&*",
                   .says = "[{'id':'g7','name':'hot'}]"},
                  MADE_WITH(",'projectId':'p1','taskId':'t1','tagIds':['g1','g7']")},
        .entry = "{'tags':[{'id':'g1','name':'Bug'},{'id':'g7','name':'hot'}]}",
    },
    {
        START("who may make no tag is asked once, not for each"),
        .before = only_labels,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['hot','cold']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  FIND(ALL_TAGS),
                  {MAKE_TAG, "{'name':'hot'}", 403, FORBIDDEN_SAYS},
                  MADE_WITH(",'projectId':'p1','taskId':'t1'")},
        .entry = "{'tags':[],'left_out':[" LEFT_OUT("tag", "hot", "not_allowed") "," LEFT_OUT(
            "tag", "cold", "not_allowed") "]}",
        .statements_fail = true,
    },
    {
        START("a tag that another made at this moment: found at the second look"),
        .turns = {ISSUE,
                  HAS_PROJECT,
                  HAS_TASK,
                  FIND(TAGS),
                  {MAKE_TAG, "{'name':'Bug'}", 400, TAG_EXISTS_SAYS},
                  HAS_TAG,
                  MADE},
        .entry = "{'tags':[{'id':'g1','name':'Bug'}],'left_out':[]}",
        .after = all_are_remembered,
        .statements_fail = true,
    },
    {
        START("a tag exists but cannot be seen: without it"),
        .turns = {ISSUE,
                  HAS_PROJECT,
                  HAS_TASK,
                  FIND(TAGS),
                  {MAKE_TAG, "{'name':'Bug'}", 400, TAG_EXISTS_SAYS},
                  FIND(TAGS),
                  MADE_WITH(",'projectId':'p1','taskId':'t1'")},
        .entry = "{'left_out':[" LEFT_OUT("tag", "Bug", "exists_but_not_visible") "]}",
    },
    {
        START("tags switched off cost no request"),
        .before = no_tags,
        .turns = {ISSUE, HAS_PROJECT, HAS_TASK, MADE_WITH(",'projectId':'p1','taskId':'t1'")},
        .entry = "{'tags':[]}",
    },
    {
        START("a label longer than a tag is cut to a hundred characters"),
        .before = only_labels,
        .turns = {{ASK_ISSUE, .says = ISSUE_SAYS("Pizza", "['" HUNDRED "tail']")},
                  HAS_PROJECT,
                  HAS_TASK,
                  {"GET clockify/workspaces/w1/tags?name=" HUNDRED "&*",
                   .says = "[{'id':'g8','name':'" HUNDRED "'}]"},
                  MADE_WITH(",'projectId':'p1','taskId':'t1','tagIds':['g8']")},
    },

    /* The caller's choice. */
};

int main(void)
{
    return run_scripts("flow/resolve_tags", scripts, ARRAY_SIZE(scripts));
}
