/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A strict reading of the addresses that admins type: one way to write a thing, everything odd
 * refused, so that what is shown, what is checked and what libcurl connects to are the same. It
 * looks nothing up.
 */

#include "base/error.h"

#define URL_LENGTH_MOST 500

typedef struct Url {
    bool https;
    char *host;    /* lower case; an IPv6 address without its brackets */
    bool ipv6;     /* host is an IPv6 address */
    bool loopback; /* "localhost", 127.0.0.0/8 or ::1 */
    int port;      /* 0 = not named, or the scheme's own */
    char *path;    /* "" or "/a/b": no trailing slash, no empty or dot segment */
} Url;
void url_done(Url *url);

/*
 * Blanks around the text are ignored. Refused with *ret_why (static text that ends a sentence "the
 * address ..."): another scheme than http and https, user info, query, fragment, backslash, "%",
 * control and non-ASCII characters, numbers of another base or of fewer parts in place of an IPv4
 * address, IPv4 within IPv6, empty labels (a trailing dot too), port 0 or one that is no decimal
 * number, and addresses that are no server's (address.h). Returns 0, or -1 and leaves *ret.
 */
int url_parse(const char *text, Url *ret, const char **ret_why);

/* "https://host[:port]", and with its path. The caller frees them. */
char *url_origin(const Url *url);
char *url_text(const Url *url);
