/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where the Jira node beside us listens, read from Tomcat's conf/server.xml. The only user of
 * libxml2; it resolves no entity, loads no DTD and opens no network.
 */

#include "base/error.h"

typedef struct NodeAddress {
    int port;
    char *host;    /* the Connector's address; NULL = every interface: 127.0.0.1, then ::1 */
    char *context; /* "" or "/jira" */
} NodeAddress;
void node_address_done(NodeAddress *address);

/* The first Connector that speaks plain HTTP: not AJP, not SSLEnabled; scheme="https", proxyName
 * and proxyPort describe a proxy and mean nothing here. Errors: ERROR_NOT_CONFIGURED with the
 * reason (no such file, no rights, a DOCTYPE, larger than 1 MiB, no HTTP connector, a "${…}" left
 * in a value we need: set jira.url then). */
int node_read(const char *install_dir, NodeAddress *ret, Error *error);
/* The same of a document in memory. */
int node_parse(const char *xml, size_t length, NodeAddress *ret, Error *error);

/* "http://127.0.0.1:8080/jira"; choice 0, 1, … walks the addresses worth trying; NULL when there
 * are no more. The caller frees it. */
char *node_url(const NodeAddress *address, int choice);

/* jira.url of the configuration: http to any host or https, with or without path; normalised
 * without a trailing slash. ERROR_INVALID_PARAMS otherwise. The caller frees *ret. */
int node_url_from_config(const char *url, char **ret, Error *error);
