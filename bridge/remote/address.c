/* SPDX-License-Identifier: Apache-2.0 */
/* See address.h. Ranges from the IANA registries of special-purpose addresses; the metadata
 * services from the clouds' own pages. */

#include "remote/address.h"

#include <arpa/inet.h>

/* Alibaba Cloud, Oracle Cloud, Azure's wire server; 169.254.169.254 is link-local anyway. */
static const char *const metadata_v4[] = {"100.100.100.200", "192.0.0.192", "168.63.129.16"};
static const char *const metadata_v6[] = {"fd00:ec2::254", "fd20:ce::254"}; /* AWS, Google */

bool address_is_no_server_v4(struct in_addr address)
{
    uint32_t bits = ntohl(address.s_addr);
    struct in_addr metadata;

    if (bits >> 24 == 0 || bits >> 28 >= 0xe || bits >> 16 == 0xa9fe)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(metadata_v4); i++)
        if (inet_pton(AF_INET, metadata_v4[i], &metadata) == 1 && metadata.s_addr == address.s_addr)
            return true;
    return false;
}

bool address_is_no_server_v6(const struct in6_addr *address)
{
    struct in6_addr metadata;
    struct in_addr inside;

    if (IN6_IS_ADDR_LOOPBACK(address))
        return false;
    if (IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_LINKLOCAL(address) ||
        IN6_IS_ADDR_SITELOCAL(address) || IN6_IS_ADDR_MULTICAST(address) ||
        IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_V4COMPAT(address))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(metadata_v6); i++)
        if (inet_pton(AF_INET6, metadata_v6[i], &metadata) == 1 &&
            IN6_ARE_ADDR_EQUAL(&metadata, address))
            return true;
    /* A network without IPv4 gives NAT64 addresses for every name, so they cannot all be refused.
     */
    return address_hides_v4(address, &inside) &&
           (address_is_no_server_v4(inside) || ntohl(inside.s_addr) >> 24 == 127);
}

bool address_is_no_server(const struct sockaddr *address)
{
    const void *any = address;

    if (address->sa_family == AF_INET)
        return address_is_no_server_v4(((const struct sockaddr_in *)any)->sin_addr);
    if (address->sa_family == AF_INET6)
        return address_is_no_server_v6(&((const struct sockaddr_in6 *)any)->sin6_addr);
    return true;
}

bool address_hides_v4(const struct in6_addr *address, struct in_addr *ret)
{
    static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    static const unsigned char sixto4[2] = {0x20, 0x02};
    const unsigned char *bytes = address->s6_addr;

    if (memcmp(bytes, sixto4, sizeof(sixto4)) == 0) {
        memcpy(ret, bytes + sizeof(sixto4), sizeof(*ret));
        return true;
    }
    if (!IN6_IS_ADDR_V4MAPPED(address) && !IN6_IS_ADDR_V4COMPAT(address) &&
        memcmp(bytes, nat64, sizeof(nat64)) != 0)
        return false;
    memcpy(ret, bytes + 12, sizeof(*ret));
    return true;
}
