/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Notices timers that were started in Jira and stopped in another Clockify app, where
 * worklog.stopped_elsewhere asks for their worklogs: the running entries are looked at one after
 * the other, every stopped_elsewhere_poll_s. Off, it asks nothing.
 */

typedef struct Bridge Bridge;
typedef struct Elsewhere Elsewhere;

Elsewhere *elsewhere_new(Bridge *bridge);
void elsewhere_free(Elsewhere *elsewhere);
void elsewhere_plan(Elsewhere *elsewhere); /* at the start and after a reload */
