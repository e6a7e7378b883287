/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a server says before and in the body of an answer, as libcurl hands it over: header lines of
 * any bytes, one a line of the input. Few and short ones are taken, and what is read of them keeps
 * its limits.
 */

#include "fuzz.h"
#include "remote/rest_client.h"

#define DAY_S 86400

static bool hand_over(Transfer *transfer, const char *line, size_t length);
static void check(const Transfer *transfer);

static const FuzzSeed seeds[] = {
    {"usual", "HTTP/1.1 200 OK\r\nLast-Page: true\r\nX-AUSERNAME: hans%20m%C3%BCller\r\n\r\nbody"},
    {"lower", "last-page:false\nretry-after: 120\nx-ausername:anna\n"},
    {"date", "Retry-After: Wed, 23 Nov 2050 10:00:00 GMT\n"},
    {"past", "Retry-After: Wed, 23 Nov 1990 10:00:00 GMT\n"},
    {"most", "Retry-After: 9223372036854775807\nRetry-After: -1\nRetry-After: 1x\n"},
    {"percent", "X-AUSERNAME: %\nX-AUSERNAME: %2\nX-AUSERNAME: %00%zz%41\n"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    Transfer transfer = {.request.max_body = 64, .answer = {.last_page = -1, .retry_after_s = -1}};
    const char *at = (const char *)bytes, *end = at + length, *stop;
    bool more = true;
    for (; more && at < end; at = stop) {
        stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop + 1 : end;
        more = hand_over(&transfer, at, (size_t)(stop - at));
    }
    if (length > 0)
        rest_answer_on_write((char *)(uintptr_t)bytes, 1, length, &transfer);
    check(&transfer);
    require(length > 64 ? transfer.body.length == 0 : transfer.body.length == length);
    buffer_done(&transfer.body);
    rest_answer_done(&transfer.answer);
    return 0;
}

/* As libcurl does it: not in memory that may be changed or that ends in a NUL. */
static bool hand_over(Transfer *transfer, const char *line, size_t length)
{
    _cleanup_free_ char *copy = xmalloc(length);
    memcpy(copy, line, length);
    bool taken = rest_answer_on_header(copy, 1, length, transfer) == length;
    require(taken || transfer->too_much);
    return taken;
}

static void check(const Transfer *transfer)
{
    require(transfer->header_lines <= REST_HEADERS_MOST + 1);
    require(transfer->answer.last_page >= -1 && transfer->answer.last_page <= 1);
    require(transfer->answer.retry_after_s >= -1 && transfer->answer.retry_after_s <= DAY_S);
}
