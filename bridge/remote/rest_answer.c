/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a request: the bytes that libcurl hands over, counted, and the outcome that
 * follows from how it ended. When in doubt whether anything left this machine the outcome is
 * REST_UNCLEAR.
 */

#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "base/time.h"
#include "remote/rest_client.h"

#define RETRY_AFTER_S_MOST 86400

static size_t break_off(Transfer *transfer, const char *why);
static void read_header(RestAnswer *answer, const char *line);
static const char *value_of(const char *line, const char *name);
static int64_t read_retry_after(const char *value);
static int64_t read_date(const char *value);
static int64_t read_valid_until(Transfer *transfer);
static char *percent_decode(const char *text);
static int hex_digit(char c);
static void read_status(Transfer *transfer);
static bool is_json(const char *type);
static bool may_have_left(Transfer *transfer);
static RestFailure failed_step(Transfer *transfer, CURLcode code);
static void say_problem(Transfer *transfer, CURLcode code);
static bool is_about_trust(CURLcode code);
static char *host_of(const char *url);

/* The body is handed out once; there is no way back to its start (see set_body in rest_curl.c). */
size_t rest_answer_on_read(char *target, size_t size, size_t count, void *arg)
{
    Transfer *transfer = arg;
    size_t left = strlen(transfer->request.body) - transfer->body_read;
    size_t taken = left < size * count ? left : size * count;

    memcpy(target, transfer->request.body + transfer->body_read, taken);
    transfer->body_read += taken;
    transfer->body_taken = true;
    return taken;
}

size_t rest_answer_on_write(char *bytes, size_t size, size_t count, void *arg)
{
    Transfer *transfer = arg;
    size_t most =
        transfer->request.max_body > 0 ? transfer->request.max_body : REST_BODY_MOST_DEFAULT;

    if (size * count > most - transfer->body.length)
        return break_off(transfer, "the answer is too large");
    buffer_add(&transfer->body, bytes, size * count);
    return size * count;
}

size_t rest_answer_on_header(char *line, size_t size, size_t count, void *arg)
{
    Transfer *transfer = arg;
    _cleanup_free_ char *text = NULL;
    size_t length = size * count;

    transfer->header_bytes += length;
    if (++transfer->header_lines > REST_HEADERS_MOST ||
        transfer->header_bytes > REST_HEADER_BYTES_MOST)
        return break_off(transfer, "the answer has too many headers");
    while (length > 0 &&
           (line[length - 1] == '\r' || line[length - 1] == '\n' || line[length - 1] == ' '))
        length--;
    text = xstrndup(line, length);
    read_header(&transfer->answer, text);
    return size * count;
}

/* Taking fewer bytes than given makes libcurl end the transfer. */
static size_t break_off(Transfer *transfer, const char *why)
{
    transfer->too_much = why;
    return 0;
}

static void read_header(RestAnswer *answer, const char *line)
{
    const char *value;

    if ((value = value_of(line, "Last-Page:")))
        answer->last_page = strcasecmp(value, "true") == 0    ? 1
                            : strcasecmp(value, "false") == 0 ? 0
                                                              : -1;
    else if ((value = value_of(line, "Retry-After:")))
        answer->retry_after_s = read_retry_after(value);
    else if ((value = value_of(line, "Date:")))
        answer->date = read_date(value);
    else if ((value = value_of(line, "X-AUSERNAME:"))) {
        free(answer->user_name);
        answer->user_name = percent_decode(value);
    }
}

/* HTTP/2 writes header names in lower case. */
static const char *value_of(const char *line, const char *name)
{
    if (strncasecmp(line, name, strlen(name)) != 0)
        return NULL;
    line += strlen(name);
    return line + strspn(line, " \t");
}

/* Jira sends Long.MAX_VALUE when a quota is 0. */
static int64_t read_retry_after(const char *value)
{
    int64_t seconds = RETRY_AFTER_S_MOST;

    if (value[0] >= '0' && value[0] <= '9') {
        if (value[strspn(value, "0123456789")] != '\0')
            return -1;
        text_to_int64(value, &seconds); /* what does not fit is left at the most */
    } else {
        time_t date = curl_getdate(value, NULL);

        if (date == (time_t)-1)
            return -1;
        seconds = (int64_t)date - time_now();
    }
    return seconds < 0 ? 0 : seconds > RETRY_AFTER_S_MOST ? RETRY_AFTER_S_MOST : seconds;
}

static int64_t read_date(const char *value)
{
    time_t date = curl_getdate(value, NULL);

    return date == (time_t)-1 ? TIME_NONE : (int64_t)date;
}

/* What is no valid encoding stays as it came: it then equals no expected name. */
static char *percent_decode(const char *text)
{
    Buffer plain = BUFFER_EMPTY;

    for (const char *c = text; *c; c++) {
        int high = c[0] == '%' ? hex_digit(c[1]) : -1;
        int low = high >= 0 ? hex_digit(c[2]) : -1;

        if (low < 0 || (high == 0 && low == 0)) {
            buffer_add_char(&plain, *c);
            continue;
        }
        buffer_add_char(&plain, (char)(high << 4 | low));
        c += 2;
    }
    return buffer_steal(&plain);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void rest_answer_finish(Transfer *transfer, CURLcode code)
{
    RestAnswer *answer = &transfer->answer;

    long proxy_status = 0;

    answer->took_ms = time_monotonic_ms() - transfer->started_ms;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    answer->proxy_status = (int)proxy_status;
    if (transfer->client->certificates)
        answer->valid_until = read_valid_until(transfer);
    if (code == CURLE_OK) {
        answer->outcome = REST_ANSWERED;
        read_status(transfer);
    } else {
        answer->outcome = may_have_left(transfer) ? REST_UNCLEAR : REST_NOT_SENT;
        answer->failure = failed_step(transfer, code);
        answer->timed_out = code == CURLE_OPERATION_TIMEDOUT;
        buffer_clear(&transfer->body); /* half an answer misleads */
        say_problem(transfer, code);
    }
    answer->length = transfer->body.length;
    answer->body = buffer_steal(&transfer->body);
}

/* Of the first certificate, which is the server's own; the others are those above it. */
static int64_t read_valid_until(Transfer *transfer)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *chain = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_CERTINFO, &chain);
    if (!chain || chain->num_of_certs < 1)
        return TIME_NONE;
    for (struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
        if (text_starts_with(line->data, name))
            return read_date(line->data + strlen(name));
    return TIME_NONE;
}

static void read_status(Transfer *transfer)
{
    long status = 0;
    const char *type = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    transfer->answer.status = (int)status;
    transfer->answer.json = type && is_json(type);
}

/* "application/json;charset=UTF-8", "application/problem+json" */
static bool is_json(const char *type)
{
    size_t length = strcspn(type, "; ");

    if (length == strlen("application/json") && strncasecmp(type, "application/json", length) == 0)
        return true;
    return length > strlen("+json") &&
           strncasecmp(type + length - strlen("+json"), "+json", strlen("+json")) == 0;
}

/*
 * Whether anything of the request itself may have been sent. CURLINFO_PRETRANSFER_TIME is no good:
 * it is set after the headers went out. The size of what was sent counts a proxy's CONNECT too, so
 * over https a handshake that never ended says no.
 */
static bool may_have_left(Transfer *transfer)
{
    long sent = 0, connections = 0;
    curl_off_t handshake_us = 0;

    if (transfer->body_taken)
        return true;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
    if (connections > 0 && handshake_us == 0 &&
        strncasecmp(transfer->request.url, "https:", 6) == 0)
        return false;
    return sent > 0;
}

/* A time-out says only that; how far it came is read from what libcurl noted of each step.
 * CURLINFO_CONNECT_TIME does not do: it can be set together with the handshake's. */
static RestFailure failed_step(Transfer *transfer, CURLcode code)
{
    curl_off_t name_us = 0, handshake_us = 0;
    long local_port = 0;

    if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
        return REST_NO_NAME;
    if (code == CURLE_COULDNT_CONNECT)
        return REST_NO_CONNECTION;
    if (is_about_trust(code))
        return REST_NO_TLS;
    if (code != CURLE_OPERATION_TIMEDOUT || transfer->answer.outcome == REST_UNCLEAR)
        return REST_BROKEN;
    curl_easy_getinfo(transfer->easy, CURLINFO_NAMELOOKUP_TIME_T, &name_us);
    curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &local_port);
    curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
    if (local_port <= 0)
        return name_us == 0 ? REST_NO_NAME : REST_NO_CONNECTION;
    return handshake_us == 0 ? REST_NO_TLS : REST_BROKEN;
}

/* libcurl's own details are shown where they help an admin and hold no URL: with certificates. */
static void say_problem(Transfer *transfer, CURLcode code)
{
    _cleanup_free_ char *host = host_of(transfer->request.url);
    const char *what = transfer->too_much ? transfer->too_much : curl_easy_strerror(code);
    const char *detail = is_about_trust(code) ? transfer->curl_text : "";
    char text[sizeof(transfer->answer.problem) + CURL_ERROR_SIZE];

    snprintf(text, sizeof(text), "%s: %s%s%s", host, what, detail[0] ? ": " : "", detail);
    text_copy(transfer->answer.problem, sizeof(transfer->answer.problem), text);
}

static bool is_about_trust(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM;
}

static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");
    const char *at;
    size_t length;

    start = start ? start + strlen("://") : url;
    length = strcspn(start, "/?#");
    at = memrchr(start, '@', length);
    if (at) {
        length -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    return xstrndup(start, length);
}
