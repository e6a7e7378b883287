/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict URL reader. It must not become lenient: libcurl, a browser and a person each read odd
 * forms in their own way, and a key would go where nobody meant it to.
 */

#include "remote/url.h"

#include <arpa/inet.h>

#include "base/buffer.h"
#include "base/text.h"
#include "remote/address.h"

#define HOST_LENGTH_MOST  253
#define LABEL_LENGTH_MOST 63

static const char *trim(const char *text, size_t *ret_length);
static const char *check_characters(const char *text, size_t length);
static const char *take_scheme(const char **text, Url *url);
static const char *take_host(const char **text, Url *url);
static const char *take_ipv6(const char **text, Url *url);
static const char *check_ipv6(Url *url);
static const char *take_name(const char **text, Url *url);
static const char *check_labels(const char *host);
static const char *check_ipv4(Url *url);
static bool ends_in_number(const char *host);
static const char *take_port(const char **text, Url *url);
static const char *take_path(const char *text, Url *url);
static const char *check_segment(const char *segment, size_t length);
static bool is_letter(char c);
static bool is_digit(char c);

void url_done(Url *url)
{
    free(url->host);
    free(url->path);
    *url = (Url){0};
}

int url_parse(const char *text, Url *ret, const char **ret_why)
{
    _cleanup_(url_done) Url url = {0};
    _cleanup_free_ char *copy = NULL;
    const char *rest, *why;
    size_t length;

    rest = trim(text, &length);
    why = check_characters(rest, length);
    if (!why) {
        rest = copy = xstrndup(rest, length);
        why = take_scheme(&rest, &url);
    }
    if (!why)
        why = take_host(&rest, &url);
    if (!why)
        why = take_port(&rest, &url);
    if (!why)
        why = take_path(rest, &url);
    if (why) {
        *ret_why = why;
        return -1;
    }
    *ret = url;
    url = (Url){0}; /* moved */
    return 0;
}

char *url_origin(const Url *url)
{
    Buffer text = BUFFER_EMPTY;

    buffer_addf(&text, "%s://%s%s%s", url->https ? "https" : "http", url->ipv6 ? "[" : "",
                url->host, url->ipv6 ? "]" : "");
    if (url->port)
        buffer_addf(&text, ":%d", url->port);
    return buffer_steal(&text);
}

char *url_text(const Url *url)
{
    _cleanup_free_ char *origin = url_origin(url);

    return xasprintf("%s%s", origin, url->path);
}

/* People paste with a blank on either side; anything else that is odd they should see. */
static const char *trim(const char *text, size_t *ret_length)
{
    size_t length;

    while (*text == ' ')
        text++;
    length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    *ret_length = length;
    return text;
}

static const char *check_characters(const char *text, size_t length)
{
    if (length == 0)
        return "is empty";
    if (length > URL_LENGTH_MOST)
        return "is longer than 500 characters";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c == 0x7f)
            return "has a blank or a control character in it";
        if (c > 0x7f)
            return "has a character outside ASCII in it; write such a name in its xn-- form";
        if (c == '\\')
            return "has a backslash in it";
        if (c == '?' || c == '#')
            return "must have no query and no fragment (\"?\" or \"#\")";
        if (c == '%')
            return "must have no \"%\" in it";
        if (c == '@')
            return "must have no user name and no \"@\" in it";
    }
    return NULL;
}

static const char *take_scheme(const char **text, Url *url)
{
    static const char https[] = "https://", http[] = "http://";

    if (strncasecmp(*text, https, strlen(https)) == 0) {
        url->https = true;
        *text += strlen(https);
        return NULL;
    }
    if (strncasecmp(*text, http, strlen(http)) == 0) {
        *text += strlen(http);
        return NULL;
    }
    return "must begin with https:// (or, where allowed, http://)";
}

static const char *take_host(const char **text, Url *url)
{
    if (**text == '[')
        return take_ipv6(text, url);
    return take_name(text, url);
}

static const char *take_ipv6(const char **text, Url *url)
{
    const char *end = strchr(*text, ']');

    if (!end)
        return "has a \"[\" without its \"]\"";
    url->ipv6 = true;
    url->host = xstrndup(*text + 1, (size_t)(end - *text - 1));
    *text = end + 1;
    return check_ipv6(url);
}

static const char *check_ipv6(Url *url)
{
    struct in6_addr address;
    struct in_addr inside;
    char canonical[INET6_ADDRSTRLEN];

    if (inet_pton(AF_INET6, url->host, &address) != 1)
        return "has no valid IPv6 address in its brackets";
    if (IN6_IS_ADDR_LOOPBACK(&address))
        url->loopback = true;
    else if (address_hides_v4(&address, &inside))
        return "hides an IPv4 address in an IPv6 one; write the IPv4 address";
    if (address_is_no_server_v6(&address))
        return "is an unspecified, link-local, multicast or metadata one";
    inet_ntop(AF_INET6, &address, canonical, sizeof(canonical));
    set_string(&url->host, canonical);
    return NULL;
}

static const char *take_name(const char **text, Url *url)
{
    size_t length = strcspn(*text, ":/");
    const char *why;

    if (length == 0)
        return "names no host";
    if (length > HOST_LENGTH_MOST)
        return "has a host name that is too long";
    url->host = xstrndup(*text, length);
    for (char *c = url->host; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    *text += length;
    why = check_labels(url->host);
    if (why)
        return why;
    if (ends_in_number(url->host))
        return check_ipv4(url);
    url->loopback = streq(url->host, "localhost");
    return NULL;
}

static const char *check_labels(const char *host)
{
    for (const char *label = host;;) {
        size_t length = strcspn(label, ".");

        if (length == 0)
            return "has an empty part in its host name (a dot too many)";
        if (length > LABEL_LENGTH_MOST)
            return "has a part in its host name that is too long";
        if (label[0] == '-' || label[length - 1] == '-')
            return "has a part in its host name that begins or ends with \"-\"";
        for (size_t i = 0; i < length; i++)
            if (!is_letter(label[i]) && !is_digit(label[i]) && label[i] != '-')
                return "has a character in its host name that is no letter, digit, \"-\" or \".\"";
        if (!label[length])
            return NULL;
        label += length + 1;
    }
}

/* What inet_aton and browsers would read as an IPv4 address: the last part is a number in some
 * base. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot ? dot + 1 : host;

    if (last[0] == '0' && last[1] == 'x' && last[2 + strspn(last + 2, "0123456789abcdef")] == '\0')
        return true;
    return last[strspn(last, "0123456789")] == '\0';
}

static const char *check_ipv4(Url *url)
{
    struct in_addr address;

    /* inet_pton takes four decimal parts and nothing else, but a leading zero in some C libraries.
     */
    if (inet_pton(AF_INET, url->host, &address) != 1)
        return "has a number as its host that is no IPv4 address of four decimal parts";
    for (const char *part = url->host; part;
         part = strchr(part, '.') ? strchr(part, '.') + 1 : NULL)
        if (part[0] == '0' && is_digit(part[1]))
            return "has an IPv4 address with a leading zero in it";
    if (address_is_no_server_v4(address))
        return "is an unspecified, link-local, multicast, broadcast or metadata one";
    url->loopback = ntohl(address.s_addr) >> 24 == 127;
    return NULL;
}

static const char *take_port(const char **text, Url *url)
{
    size_t digits;
    long port;

    if (**text != ':')
        return NULL;
    digits = strspn(*text + 1, "0123456789");
    if (digits == 0 || digits > 5 || (*text)[1] == '0')
        return "has a port that is no number from 1 to 65535";
    port = strtol(*text + 1, NULL, 10);
    if (port > 65535)
        return "has a port that is no number from 1 to 65535";
    *text += 1 + digits;
    url->port = port == (url->https ? 443 : 80) ? 0 : (int)port;
    return NULL;
}

static const char *take_path(const char *text, Url *url)
{
    size_t length = strlen(text);

    if (length > 0 && text[0] != '/')
        return "has something behind its host that is no port and no path";
    while (length > 0 && text[length - 1] == '/')
        length--;
    url->path = xstrndup(text, length);
    for (const char *segment = url->path; *segment;) {
        size_t size = strcspn(segment + 1, "/");
        const char *why = check_segment(segment + 1, size);

        if (why)
            return why;
        segment += 1 + size;
    }
    return NULL;
}

static const char *check_segment(const char *segment, size_t length)
{
    if (length == 0)
        return "has an empty part in its path (a slash too many)";
    if (segment[0] == '.' && (length == 1 || (length == 2 && segment[1] == '.')))
        return "has \".\" or \"..\" as a part of its path";
    for (size_t i = 0; i < length; i++)
        if (!is_letter(segment[i]) && !is_digit(segment[i]) && !strchr("-._~", segment[i]))
            return "has a character in its path that is no letter, digit, \"-\", \".\", \"_\" or "
                   "\"~\"";
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
