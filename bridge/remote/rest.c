/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue before libcurl and the way of each answer back. More transfers than connections inside
 * libcurl make every one of them dear, so what cannot go out at once waits here, where it costs a
 * list node. Nothing is retried and no outcome is judged here.
 */

#include "remote/rest.h"

#include "base/text.h"

#include "base/time.h"
#include "remote/rest_client.h"

#define IN_FLIGHT_MOST 4096

static int set_up_multi(RestClient *client, Error *error);
static bool is_idle(const RestClient *client);
static void fail_now(Transfer *transfer, const char *why);
static void start_waiting(RestClient *client);
static void start(Transfer *transfer);
static void collect_one(RestClient *client, Transfer *transfer, CURLcode code);
static void finish(Transfer *transfer);
static void count_outcome(RestStats *stats, RestOutcome outcome);
static void list_add(TransferList *list, Transfer *transfer);
static Transfer *list_take(TransferList *list, Transfer *transfer);
static void list_free(TransferList *list);
static void transfer_free(Transfer *transfer);
static void release(RestClient *client);

void rest_global_init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

void rest_request_done(RestRequest *request)
{
    free(request->url);
    free(request->body);
    secret_free(request->secret);
    *request = (RestRequest){0};
}

void rest_answer_done(RestAnswer *answer)
{
    free(answer->body);
    free(answer->user_name);
    *answer = (RestAnswer){0};
}

int rest_client_new(sd_event *event, const RestOptions *options, RestClient **ret, Error *error)
{
    _cleanup_(rest_client_freep) RestClient *client = xcalloc(1, sizeof(*client));

    if (options->max_in_flight < 1 || options->max_in_flight > IN_FLIGHT_MOST ||
        options->timeout_ms < 1)
        return error_internal(
            error, "rest client %s: %u requests in flight within %lld ms make no sense",
            options->name, options->max_in_flight, (long long)options->timeout_ms);
    client->event = sd_event_ref(event);
    client->name = xstrdup(options->name);
    client->ca_file = xstrdup(options->ca_file);
    client->client_cert = xstrdup(options->client_cert);
    client->client_key = xstrdup(options->client_key);
    client->proxy = xstrdup(options->proxy ? options->proxy : "");
    client->timeout_ms = options->timeout_ms;
    client->max_in_flight = options->max_in_flight;
    client->max_queued = options->max_queued;
    client->certificates = options->certificates;
    client->pool = xcalloc(options->max_in_flight, sizeof(*client->pool));
    if (set_up_multi(client, error) < 0)
        return -1;
    *ret = STEAL(client);
    return 0;
}

/* From inside a callback the client is only marked: the loop that called it still walks its lists.
 */
void rest_client_free(RestClient *client)
{
    if (!client)
        return;
    if (client->handing_out)
        client->freed = true;
    else
        release(client);
}

void rest_client_retire(RestClient *client)
{
    if (!client)
        return;
    client->retired = true;
    if (is_idle(client))
        rest_client_free(client);
}

static bool is_idle(const RestClient *client)
{
    return client->in_flight.count + client->waiting[0].count + client->waiting[1].count +
               client->finished.count ==
           0;
}

void rest_send(RestClient *client, RestRequest *request, RestDone done, void *arg)
{
    Transfer *transfer = xcalloc(1, sizeof(*transfer));

    transfer->client = client;
    transfer->request = *request;
    *request = (RestRequest){0}; /* moved */
    transfer->done = done;
    transfer->arg = arg;
    if (client->in_flight.count >= client->max_in_flight &&
        client->waiting[0].count + client->waiting[1].count >= client->max_queued) {
        fail_now(transfer, "too many requests are waiting already");
        return;
    }
    list_add(&client->waiting[transfer->request.person_waits], transfer);
    start_waiting(client);
}

RestStats rest_stats(const RestClient *client)
{
    RestStats stats = client->stats;

    stats.in_flight = client->in_flight.count;
    stats.queued = client->waiting[0].count + client->waiting[1].count;
    return stats;
}

static int set_up_multi(RestClient *client, Error *error)
{
    long cap = (long)client->max_in_flight;

    client->multi = curl_multi_init();
    if (!client->multi)
        return error_internal(error, "rest client %s: libcurl gives no multi handle", client->name);
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, cap);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, cap);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, cap);
    return rest_loop_init(client, error);
}

static void fail_now(Transfer *transfer, const char *why)
{
    transfer->answer.outcome = REST_NOT_SENT;
    transfer->answer.failure = REST_BROKEN;
    transfer->answer.retry_after_s = transfer->answer.last_page = -1;
    transfer->answer.date = transfer->answer.valid_until = TIME_NONE;
    transfer->answer.body = xstrdup("");
    text_copy(transfer->answer.problem, sizeof(transfer->answer.problem), why);
    finish(transfer);
    rest_loop_hand_out_soon(transfer->client);
}

static void start_waiting(RestClient *client)
{
    while (client->in_flight.count < client->max_in_flight) {
        TransferList *list = &client->waiting[client->waiting[1].first ? 1 : 0];

        if (!list->first)
            return;
        start(list_take(list, list->first));
    }
}

static void start(Transfer *transfer)
{
    RestClient *client = transfer->client;

    transfer->started_ms = time_monotonic_ms();
    transfer->easy = client->pool_count > 0 ? client->pool[--client->pool_count] : curl_easy_init();
    if (!transfer->easy) {
        fail_now(transfer, "libcurl gives no handle");
        return;
    }
    if (rest_curl_set_up(transfer) < 0 ||
        curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK) {
        rest_curl_release(transfer);
        fail_now(transfer,
                 transfer->curl_text[0] ? transfer->curl_text : "libcurl takes no further request");
        return;
    }
    list_add(&client->in_flight, transfer);
    client->stats.sent++;
    if (client->stats.most_in_flight < client->in_flight.count)
        client->stats.most_in_flight = client->in_flight.count;
}

void rest_collect(RestClient *client)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left))) {
        Transfer *transfer = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        collect_one(client, transfer, message->data.result);
    }
    start_waiting(client);
    rest_hand_out(client);
}

static void collect_one(RestClient *client, Transfer *transfer, CURLcode code)
{
    rest_answer_finish(transfer, code);
    curl_multi_remove_handle(client->multi, transfer->easy);
    list_take(&client->in_flight, transfer);
    rest_curl_release(transfer);
    finish(transfer);
}

static void finish(Transfer *transfer)
{
    count_outcome(&transfer->client->stats, transfer->answer.outcome);
    rest_request_done(&transfer->request);
    list_add(&transfer->client->finished, transfer);
}

static void count_outcome(RestStats *stats, RestOutcome outcome)
{
    if (outcome == REST_ANSWERED)
        stats->answered++;
    else if (outcome == REST_NOT_SENT)
        stats->not_sent++;
    else
        stats->unclear++;
}

/* A callback may send further requests (they only join lists here) and may free or retire the
 * client. */
void rest_hand_out(RestClient *client)
{
    if (client->handing_out)
        return;
    client->handing_out = true;
    while (client->finished.first && !client->freed) {
        Transfer *transfer = list_take(&client->finished, client->finished.first);

        transfer->done(transfer->arg, &transfer->answer);
        transfer_free(transfer);
    }
    client->handing_out = false;
    if (client->freed || (client->retired && is_idle(client)))
        release(client);
}

static void list_add(TransferList *list, Transfer *transfer)
{
    transfer->next = NULL;
    transfer->previous = list->last;
    if (list->last)
        list->last->next = transfer;
    else
        list->first = transfer;
    list->last = transfer;
    list->count++;
}

static Transfer *list_take(TransferList *list, Transfer *transfer)
{
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        list->first = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    else
        list->last = transfer->previous;
    transfer->next = transfer->previous = NULL;
    list->count--;
    return transfer;
}

static void list_free(TransferList *list)
{
    while (list->first)
        transfer_free(list_take(list, list->first));
}

static void transfer_free(Transfer *transfer)
{
    rest_request_done(&transfer->request);
    rest_answer_done(&transfer->answer);
    buffer_done(&transfer->body);
    free(transfer);
}

/* libcurl calls back into rest_loop.c while it closes its sockets, so the loop's part goes last. */
static void release(RestClient *client)
{
    for (Transfer *transfer = client->in_flight.first; transfer; transfer = transfer->next) {
        curl_multi_remove_handle(client->multi, transfer->easy);
        rest_curl_release(transfer);
    }
    list_free(&client->in_flight);
    list_free(&client->waiting[0]);
    list_free(&client->waiting[1]);
    list_free(&client->finished);
    while (client->pool_count > 0)
        curl_easy_cleanup(client->pool[--client->pool_count]);
    curl_multi_cleanup(client->multi);
    rest_loop_done(client);
    free(client->pool);
    free(client->name);
    free(client->ca_file);
    free(client->client_cert);
    free(client->client_key);
    free(client->proxy);
    free(client);
}
