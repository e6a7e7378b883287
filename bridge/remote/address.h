/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which addresses can be no Clockify or Jira of anybody's, whoever named them: an admin, a server
 * that says where its API is, or a name server. The one place that decides it.
 */

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/util.h"

/*
 * 0.0.0.0/8, link-local (where clouds keep their metadata service), multicast and reserved ones,
 * and the metadata services that have another address.
 */
bool address_is_no_server_v4(struct in_addr address);
/* The same in IPv6, and what carries such an IPv4 address, or this machine's, inside. */
bool address_is_no_server_v6(const struct in6_addr *address);
/* The same; true for every other family, too. */
bool address_is_no_server(const struct sockaddr *address);

/* An IPv6 address that stands for an IPv4 one: mapped, compatible, NAT64, 6to4. */
bool address_hides_v4(const struct in6_addr *address, struct in_addr *ret);
