/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request in libcurl's terms. Sources of the rules: curl's "libcurl security" page, RFC
 * 9110 9.2.2 (no blind repetition of what makes something), Atlassian's pages on REST and XSRF,
 * Clockify's API page.
 *
 * Left out on purpose: CURLOPT_LOW_SPEED_LIMIT. It wakes every waiting transfer once a second, and
 * the time limit of the whole request ends a trickle as well.
 */

#include <stdio.h>
#include <sys/socket.h>

#include "config.h"

#include "base/text.h"
#include "base/time.h"
#include "remote/address.h"
#include "remote/rest_client.h"

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(transfer->easy, option, value) != CURLE_OK) {                         \
            snprintf(transfer->curl_text, sizeof(transfer->curl_text), "libcurl refuses %s",       \
                     #option);                                                                     \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

static int set_target(Transfer *transfer);
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address);
static int set_body(Transfer *transfer);
static int set_method(Transfer *transfer);
static int set_limits(Transfer *transfer);
static int set_tls(Transfer *transfer);
static int set_trust(Transfer *transfer);
static int set_proxy(Transfer *transfer);
static int set_headers(Transfer *transfer);
static int set_answer(Transfer *transfer);
static void add_header(Transfer *transfer, size_t *slot, const char *text);
static char *make_secret_header(const RestRequest *request);

int rest_curl_set_up(Transfer *transfer)
{
    if (set_target(transfer) < 0 || set_method(transfer) < 0 || set_body(transfer) < 0 ||
        set_limits(transfer) < 0 || set_tls(transfer) < 0 || set_trust(transfer) < 0 ||
        set_proxy(transfer) < 0 || set_headers(transfer) < 0)
        return -1;
    return set_answer(transfer);
}

/* The pool keeps handles without options; reset leaves the connections, which belong to the multi.
 */
void rest_curl_release(Transfer *transfer)
{
    RestClient *client = transfer->client;

    curl_easy_reset(transfer->easy);
    client->pool[client->pool_count++] = STEAL(transfer->easy);
    if (transfer->secret_header)
        secret_wipe(transfer->secret_header, strlen(transfer->secret_header));
    free(STEAL(transfer->secret_header));
}

static int set_target(Transfer *transfer)
{
    SET(CURLOPT_PRIVATE, (char *)transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->curl_text);
    SET(CURLOPT_URL, transfer->request.url);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_PIPEWAIT, 1L);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    return 0;
}

/* Whatever name an admin typed and whatever a name server says: no link-local address (a cloud's
 * metadata service), no multicast, no "this host". Through a proxy it is the proxy's address that
 * is seen. */
static curl_socket_t open_socket(void *arg _unused_, curlsocktype purpose _unused_,
                                 struct curl_sockaddr *address)
{
    if (address_is_no_server(&address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int set_method(Transfer *transfer)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

    SET(CURLOPT_CUSTOMREQUEST, names[transfer->request.method]);
    return 0;
}

/*
 * libcurl by itself repeats a request when a kept connection turns out dead, whatever the method.
 * It cannot repeat a body that it can only read once, and says CURLE_SEND_FAIL_REWIND instead: so a
 * body is handed out by a callback, without one to seek. That it was asked for also marks the
 * moment from which the request may be with the server. Only GET may be repeated: after a DELETE
 * that had its effect unseen, a repeat that is refused would pass for the whole truth. A request
 * without a body takes a fresh connection, which libcurl does not try again.
 */
static int set_body(Transfer *transfer)
{
    const RestRequest *request = &transfer->request;

    if (request->body && request->body[0]) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_READFUNCTION, rest_answer_on_read);
        SET(CURLOPT_READDATA, transfer);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
    } else if (request->method != REST_GET && request->method != REST_DELETE) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        SET(CURLOPT_FRESH_CONNECT, 1L);
    } else {
        SET(CURLOPT_HTTPGET, 1L);
        SET(CURLOPT_FRESH_CONNECT, request->method == REST_DELETE ? 1L : 0L);
    }
    return 0;
}

static int set_limits(Transfer *transfer)
{
    int64_t timeout = transfer->request.timeout_ms > 0 ? transfer->request.timeout_ms
                                                       : transfer->client->timeout_ms;

    SET(CURLOPT_TIMEOUT_MS, (long)timeout);
    SET(CURLOPT_CONNECTTIMEOUT_MS,
        (long)(timeout < REST_CONNECT_MS_MOST ? timeout : REST_CONNECT_MS_MOST));
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_MAXAGE_CONN, (long)REST_IDLE_S_MOST);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else a time-out during a name look-up waits for the look-up's thread, and the loop with it.
     */
    SET(CURLOPT_QUICK_EXIT, 1L);
#endif
    return 0;
}

static int set_tls(Transfer *transfer)
{
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_CERTINFO, transfer->client->certificates ? 1L : 0L);
    if (transfer->client->client_cert && transfer->client->client_cert[0]) {
        SET(CURLOPT_SSLCERT, transfer->client->client_cert);
        if (transfer->client->client_key && transfer->client->client_key[0])
            SET(CURLOPT_SSLKEY, transfer->client->client_key);
    }
    return 0;
}

/* A directory of certificates beside the bundle makes libcurl read the bundle anew for every
 * connection: 20 ms and a megabyte each. */
static int set_trust(Transfer *transfer)
{
    const char *file = transfer->client->ca_file;
    const char *bundle = NULL;

    if (file && file[0]) {
        SET(CURLOPT_CAINFO, file);
        SET(CURLOPT_CAPATH, NULL);
        return 0;
    }
#if LIBCURL_VERSION_NUM >= 0x075400
    curl_easy_getinfo(transfer->easy, CURLINFO_CAINFO, &bundle);
#endif
    if (bundle)
        SET(CURLOPT_CAPATH, NULL);
    return 0;
}

/* Plain http is for this machine alone (url.h): through a proxy the secret would cross the network
 * unsealed. */
static int set_proxy(Transfer *transfer)
{
    const char *proxy =
        text_starts_with(transfer->request.url, "https:") ? transfer->client->proxy : "";

    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* a proxy must not see the secret */
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (streq(proxy, "environment"))
        return 0;
    SET(CURLOPT_PROXY, proxy);
    SET(CURLOPT_NOPROXY, proxy[0] ? "" : "*");
    return 0;
}

/* The nodes of the list are ours, so that the copy of the secret can be wiped. */
static int set_headers(Transfer *transfer)
{
    size_t slot = 0;

    add_header(transfer, &slot, "Content-Type: application/json");
    add_header(transfer, &slot, "Accept: application/json");
    add_header(transfer, &slot, "Expect:");
    transfer->secret_header = make_secret_header(&transfer->request);
    if (transfer->secret_header)
        add_header(transfer, &slot, transfer->secret_header);
    if (transfer->request.auth == REST_AUTH_BEARER)
        add_header(transfer, &slot, "X-Atlassian-Token: no-check");
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_USERAGENT, "clockify-bridge/" PACKAGE_VERSION);
    return 0;
}

static void add_header(Transfer *transfer, size_t *slot, const char *text)
{
    struct curl_slist *node = &transfer->headers[*slot];

    *node = (struct curl_slist){.data = (char *)text};
    if (*slot > 0)
        transfer->headers[*slot - 1].next = node;
    (*slot)++;
}

static char *make_secret_header(const RestRequest *request)
{
    const char *name =
        request->auth == REST_AUTH_API_KEY ? "X-Api-Key: " : "Authorization: Bearer ";
    char *header;

    if (request->auth == REST_AUTH_NONE || !request->secret)
        return NULL;
    header = xcalloc(1, strlen(name) + secret_length(request->secret) + 1);
    memcpy(header, name, strlen(name));
    memcpy(header + strlen(name), secret_bytes(request->secret), secret_length(request->secret));
    return header;
}

static int set_answer(Transfer *transfer)
{
    transfer->answer.last_page = -1;
    transfer->answer.retry_after_s = -1;
    transfer->answer.date = transfer->answer.valid_until = TIME_NONE;
    SET(CURLOPT_WRITEFUNCTION, rest_answer_on_write);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, rest_answer_on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    return 0;
}
