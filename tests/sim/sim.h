/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes that every part of the simulator shares: the whole state, one request, one reply.
 * It stands alone on purpose: nothing of bridge/ is used here, so that a fault there is not
 * mirrored here.
 */
#pragma once

#include <json-c/json.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

typedef enum Service { SERVICE_CLOCKIFY, SERVICE_JIRA, SERVICE_CONTROL, SERVICE_COUNT } Service;

/* The tables of both services. A document is a JSON object in the shape that goes over the wire;
 * members whose name begins with an underscore are the simulator's own and never leave it but by
 * the control port. */
typedef enum TableId {
    CLOCKIFY_USERS,
    CLOCKIFY_KEYS,
    CLOCKIFY_WORKSPACES,
    CLOCKIFY_CLIENTS,
    CLOCKIFY_PROJECTS,
    CLOCKIFY_TASKS,
    CLOCKIFY_TAGS,
    CLOCKIFY_ENTRIES,
    JIRA_USERS,
    JIRA_TOKENS,
    JIRA_PROJECTS,
    JIRA_ISSUES,
    JIRA_WORKLOGS,
    TABLE_COUNT
} TableId;

typedef struct Faults Faults;
typedef struct RequestLog RequestLog;

typedef struct Sim {
    pthread_mutex_t lock; /* held by whoever reads or writes anything below */
    Table table[TABLE_COUNT];
    struct json_object *option[SERVICE_COUNT]; /* switches of a service, see options.c */
    struct json_object *buckets;               /* Jira's rate limit: user name -> {tokens, at} */
    struct json_object *deleted_worklogs;      /* [{worklogId, updatedTime}] */
    int64_t clock_offset_ms;                   /* how far POST /clock has moved the time */
    uint64_t next_id;                          /* Clockify's ids */
    uint64_t next_number;                      /* Jira's ids */
    Faults *faults;
    RequestLog *log;
    char context[64]; /* Jira's context path, "" or "/jira" */
    int port[SERVICE_COUNT];
    void (*listen)(struct Sim *sim, Service service, bool open); /* stops or resumes accepting */
} Sim;

#define SIM_PARAMS  4
#define SIM_QUERY   32
#define SIM_HEADERS 24

typedef struct Pair {
    const char *name;
    const char *value;
} Pair;

struct Route;

typedef struct Request {
    Sim *sim;
    Service service;
    const char *method;
    const char *path; /* decoded, without Clockify's /api/v1 or Jira's context */
    const char *uri;  /* as it was sent */
    Pair query[SIM_QUERY];
    int n_query;
    Pair header[SIM_HEADERS];
    int n_header;
    const char *body;
    size_t body_size;
    const struct Route *route;
    char *param[SIM_PARAMS];
    struct json_object *json;      /* the body, once request_json() was asked for it */
    struct json_object *user;      /* who is asking, or NULL: nobody or anonymous */
    struct json_object *workspace; /* Clockify's, where the route names one */
    bool path_known;               /* some route has this path, though not with this method */
} Request;

typedef struct Reply {
    int status;
    struct json_object *body; /* owned; NULL = no JSON */
    char *text;               /* owned; used when there is no JSON */
    const char *type;         /* of the text */
    struct {
        char name[40];
        char *value; /* owned */
    } header[SIM_HEADERS];
    int n_header;
} Reply;

/* Answers a request with the lock held. The result is only a shorthand for "return fail(...)": it
 * is not looked at. */
typedef int (*Handler)(Request *request, Reply *reply);

typedef struct Route {
    Service service;
    const char *method;
    const char *path; /* "/workspaces/{ws}/tags": a segment in braces takes anything, kept in
                         Request.param */
    Handler handler;
} Route;

int64_t sim_now_ms(const Sim *sim);
void sim_reset(Sim *sim); /* everything as at the start */
void sim_clear(Sim *sim); /* frees what sim_reset() made */
/* A new id as Clockify's (24 hexadecimal digits) or Jira's (a number as text). */
void sim_new_id(Sim *sim, char id[static 25]);
void sim_new_number(Sim *sim, char id[static 25]);
/* The defaults with `from` merged over them, and an id of Clockify's or Jira's kind unless there is
 * one. */
struct json_object *sim_document(Sim *sim, const char *defaults, struct json_object *from,
                                 bool number);
/* 44 characters as Jira's personal access tokens have them. */
void sim_new_secret(char secret[static 45]);

const char *request_query(const Request *request, const char *name);
const char *request_header(const Request *request, const char *name);
/* The body as JSON, or NULL when it is none; owned by the request. */
struct json_object *request_json(Request *request);

void reply_header(Reply *reply, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int reply_json(Reply *reply, int status, struct json_object *body);
int reply_text(Reply *reply, int status, const char *type, const char *text);
int reply_empty(Reply *reply, int status);
/* Turns JSON into text. */
void reply_print(Reply *reply);
void reply_done(Reply *reply);
