/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are nobody's server, in each family. */

#include <arpa/inet.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/un.h>

#include "remote/address.h"

static bool refused(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_no_server((struct sockaddr *)(void *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_no_server((struct sockaddr *)(void *)&v6);
}

static void nobodys(void **state)
{
    static const char *const rows[] = {
        "0.0.0.0",
        "0.1.2.3",
        "169.254.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "::",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2002::1",
        "fd00:ec2::254",
        "fd20:ce::254",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!refused(rows[i]))
            fail_msg("%s is not refused", rows[i]);
}

static void somebodys(void **state)
{
    static const char *const rows[] = {
        "127.0.0.1",  "127.255.0.1",     "10.0.0.1",        "172.16.0.1",      "192.168.1.1",
        "100.64.0.1", "1.1.1.1",         "169.253.1.1",     "169.255.1.1",     "223.255.255.255",
        "::1",        "2001:db8::1",     "fd12:3456::1",    "2606:4700::1111", "64:ff9b::808:808",
        "64:ff9c::1", "2002:808:808::1", "100.100.100.201",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (refused(rows[i]))
            fail_msg("%s is refused", rows[i]);
}

static void another_family(void **state)
{
    const struct sockaddr_un local = {.sun_family = AF_UNIX};

    (void)state;
    assert_true(address_is_no_server((const struct sockaddr *)(const void *)&local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobodys),
        cmocka_unit_test(somebodys),
        cmocka_unit_test(another_family),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
