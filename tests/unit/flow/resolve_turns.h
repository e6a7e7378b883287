/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Questions and answers of the look for project, task and tags, for scripts of a start. */

#include "tests/unit/flow/script.h"

#define START(name_) .name = name_, .kind = INTENT_START

/* ---- turns ---- */

#define PROJECTS "GET clockify/workspaces/w1/projects?name=Pizza&*"
#define TASKS    "GET clockify/workspaces/w1/projects/p1/tasks?name=PZ-1&*"
#define TAGS     "GET clockify/workspaces/w1/tags?name=Bug&*"
#define ALL_TAGS "GET clockify/workspaces/w1/tags?archived=false&*"

#define PIZZA "{'id':'p1','name':'Pizza'}"
#define FIND(ask_)                                                                                 \
    {                                                                                              \
        ask_, .says = "[]"                                                                         \
    }
#define HAS_PROJECT                                                                                \
    {                                                                                              \
        PROJECTS, .says = "[" PIZZA "]"                                                            \
    }
#define HAS_TASK                                                                                   \
    {                                                                                              \
        TASKS, .says = "[{'id':'t1','name':'PZ-1'}]"                                               \
    }
#define HAS_TAG                                                                                    \
    {                                                                                              \
        TAGS, .says = "[{'id':'g1','name':'Bug'}]"                                                 \
    }

#define MAKE_PROJECT "POST clockify/workspaces/w1/projects"
#define MAKE_TASK    "POST clockify/workspaces/w1/projects/p1/tasks"
#define MAKE_TAG     "POST clockify/workspaces/w1/tags"
#define NEW_PROJECT  "{'name':'Pizza','isPublic':true}"
#define PUBLIC                                                                                     \
    {                                                                                              \
        "GET clockify/workspaces", .says = "[{'id':'w1','name':'Team'}]"                           \
    }

/* The entry, made with what there is: the rest of its body after the description. */
#define MADE_WITH(rest)                                                                            \
    {                                                                                              \
        MAKE_ENTRY, "{'start':'2026-11-23T10:00:00Z','description':'PZ-1 Oven is cold'" rest "}",  \
            201, ENTRY_SAYS("e1", SINCE_TEN, rest)                                                 \
    }
#define MADE MADE_WITH(WITH_ALL)

#define EXISTS_SAYS                  "{'code':501,'message':'Project with name Pizza already exists'}"
#define TAG_EXISTS_SAYS              "{'code':501,'message':'Tag with name Bug already exists'}"
#define FORBIDDEN_SAYS               "{'code':1000,'message':'Access Denied'}"
#define LEFT_OUT(what, name, reason) "{'what':'" what "','name':'" name "','reason':'" reason "'}"

#define FIFTY    "12345678901234567890123456789012345678901234567890"
#define TOO_LONG FIFTY FIFTY FIFTY FIFTY FIFTY "1"
#define HUNDRED  FIFTY FIFTY
#define FAR_AWAY "4102444800" /* 2100 */
#define LONG_AGO "1000000000"

/* What is known before, and afterwards. */
void tag_remembered(World *world);
void all_are_remembered(World *world);
