/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where the Jira node beside us listens: by jira.url, else by Tomcat's server.xml, which is watched
 * for change. Of the addresses worth trying (127.0.0.1, ::1, the one named) the next is taken when
 * one refuses connections.
 */

typedef struct Bridge Bridge;
typedef struct NodeWatch NodeWatch;

NodeWatch *node_watch_new(Bridge *bridge);
void node_watch_free(NodeWatch *watch);

/* Reads it anew (after a reload). */
void node_watch_refresh(NodeWatch *watch);

/* Jira cannot be reached at the address in use. */
void node_watch_unreachable(NodeWatch *watch);
