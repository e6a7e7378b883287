/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HTTP requests, the only user of libcurl: a request goes in as a value, its answer comes back once
 * through a callback on the loop's thread. One RestClient a service (Clockify, Jira), each with a
 * cap on what is in flight and a queue of its own before libcurl, in which requests that a person
 * waits for go first. No redirect is followed, no cookie kept, nothing retried, no proxy used
 * unless configured: what to do about an outcome is the flows' business.
 */

#include "base/error.h"
#include "base/secret.h"

typedef struct sd_event sd_event;
typedef struct RestClient RestClient;

typedef enum RestMethod { REST_GET, REST_POST, REST_PUT, REST_PATCH, REST_DELETE } RestMethod;
/* The header that the secret goes into: none, X-Api-Key, "Authorization: Bearer". */
typedef enum RestAuth { REST_AUTH_NONE, REST_AUTH_API_KEY, REST_AUTH_BEARER } RestAuth;

typedef struct RestOptions {
    const char *name;        /* "clockify" or "jira", for log lines */
    const char *ca_file;     /* PEM; "" = the system's */
    const char *client_cert; /* PEM; "" = none */
    const char *client_key;
    const char *proxy;      /* "" none (the environment is ignored), "environment", or a URL */
    int64_t timeout_ms;     /* whole request, from leaving the queue */
    unsigned max_in_flight; /* 1..4096 */
    bool certificates;      /* also read until when the server's certificate is valid */
    size_t max_queued;      /* over that a request fails at once with REST_NOT_SENT */
} RestOptions;

/* One request. Owned strings; released by rest_request_done, moved into the client by rest_send. */
typedef struct RestRequest {
    RestMethod method;
    char *url;  /* absolute */
    char *body; /* JSON text; NULL = none (POST, PUT and PATCH then send an empty body with the JSON
                   content type) */
    RestAuth auth;
    Secret *secret;     /* for auth; wiped when the request is released */
    bool person_waits;  /* goes before what nobody waits for */
    size_t max_body;    /* bytes of answer accepted; 0 = 1 MiB */
    int64_t timeout_ms; /* 0 = the client's */
} RestRequest;
void rest_request_done(RestRequest *request);

typedef enum RestOutcome {
    REST_ANSWERED, /* a whole HTTP answer arrived, whatever its status */
    REST_NOT_SENT, /* certainly without effect: name look-up, connection or TLS failed, or it never
                      left the queue */
    REST_UNCLEAR,  /* sent, but no whole answer: it may have had its effect */
} RestOutcome;

/* How far a request came that has no answer; a proxy counts as the server. */
typedef enum RestFailure {
    REST_FINE,
    REST_NO_NAME,       /* the host's name could not be looked up */
    REST_NO_CONNECTION, /* no TCP connection */
    REST_NO_TLS,        /* no TLS on it: the handshake, or a certificate that does not hold */
    REST_BROKEN,        /* later than that, or none of these */
} RestFailure;

typedef struct RestAnswer {
    RestOutcome outcome;
    int status; /* HTTP status; 0 unless REST_ANSWERED */
    char *body; /* NUL-terminated, without NUL inside guaranteed only if json; "" when empty */
    size_t length;
    bool json;             /* Content-Type says JSON */
    int last_page;         /* header Last-Page: 1, 0; -1 = absent */
    char *user_name;       /* header X-AUSERNAME, percent-decoded; NULL = absent */
    int64_t retry_after_s; /* header Retry-After: seconds or HTTP date; -1 = absent; clamped to
                              0..86400 */
    int64_t date;          /* header Date: the other side's clock; TIME_NONE = absent */
    int64_t valid_until;   /* of the server's certificate; TIME_NONE unless asked for and there */
    int proxy_status;      /* HTTP status of a proxy's answer to CONNECT; 0 = none */
    RestFailure failure;   /* which step failed, for server.test; REST_FINE when answered */
    bool secret_lost;      /* REST_NOT_SENT because the stored secret cannot be opened */
    bool timed_out;        /* REST_NOT_SENT or REST_UNCLEAR because time ran out */
    char problem[200];     /* not REST_ANSWERED: in words, no secret */
    int64_t took_ms;
} RestAnswer;
void rest_answer_done(RestAnswer *answer);

/* Called once for every rest_send, never from inside it. `answer` is valid during the call (steal
 * its strings to keep them). */
typedef void (*RestDone)(void *arg, RestAnswer *answer);

int rest_client_new(sd_event *event, const RestOptions *options, RestClient **ret, Error *error);
void rest_client_free(RestClient *client); /* drops what is in flight without calling back */
DEFINE_CLEANUP(RestClient, rest_client_free)

/* Gives it up: what is in flight or queued is still answered, then it frees itself. */
void rest_client_retire(RestClient *client);

/* Moves *request into the client (it is left empty). */
void rest_send(RestClient *client, RestRequest *request, RestDone done, void *arg);

typedef struct RestStats {
    int64_t sent, answered, not_sent, unclear; /* since the start */
    size_t in_flight, queued;
    size_t most_in_flight;
} RestStats;
RestStats rest_stats(const RestClient *client);

void rest_global_init(void); /* before any thread is started */
