/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Clockify's REST API as pure functions: "build this request" and "read that answer". No I/O, no
 * state. Shapes and surprises are from Clockify's OpenAPI document and from recorded answers:
 * enumerations are plain strings, "no client" is an empty string, tagIds may be null, unknown
 * members are normal. Requests come without a secret; whoever sends them adds it. `api` is
 * ClockifyServer.api_url.
 */

#include "base/error.h"
#include "remote/rest.h"

#define CLOCKIFY_DESCRIPTION_MOST   3000 /* characters; "<" and ">" are refused by Clockify */
#define CLOCKIFY_PROJECT_NAME_LEAST 2
#define CLOCKIFY_PROJECT_NAME_MOST  250
#define CLOCKIFY_TASK_NAME_MOST     1000
#define CLOCKIFY_TAG_NAME_MOST      100
#define CLOCKIFY_PAGE_SIZE_MOST     5000

/* ---- what every answer goes through ---- */

/*
 * 0 for 2xx with the JSON or empty body that was due. Otherwise *error, with service "clockify":
 *
 * - ERROR_UNAVAILABLE: no answer, 5xx, 408, 3xx (not followed), or an answer that is no JSON where
 * JSON was due (a proxy's page)
 * - ERROR_RATE_LIMITED: 429, with retry_after_s where told
 * - ERROR_CLOCKIFY_KEY_REJECTED: 401 with any code but 4019; 401, 403 and 406 with code 406
 * (banned)
 * - ERROR_REFUSED: 401 code 4019 (e-mail address not verified) and every other 4xx, with
 * upstream_*; `missing` is filled where required fields are the cause and can be told from the
 * message
 */
int clockify_check(const RestAnswer *answer, Error *error);

/* The answer does not tell whether a request that makes something had its effect: REST_UNCLEAR,
 * 5xx, 408, and every 2xx: asked only where the reader could make nothing of it. */
bool clockify_unclear(const RestAnswer *answer);

/* 404 code 404: nothing was running. 400 code 501: "doesn't belong to", i.e. gone or never there.
 * 400 code 501: already exists. */
bool clockify_nothing_running(const RestAnswer *answer);
bool clockify_not_there(const RestAnswer *answer);
bool clockify_already_exists(const RestAnswer *answer);

/* ---- account and workspaces ---- */

typedef struct ClockifyUser {
    char *id, *name, *email; /* name may be NULL */
    char *active_workspace, *default_workspace;
} ClockifyUser;
void clockify_user_done(ClockifyUser *user);
void clockify_user_request(const char *api, RestRequest *ret);
int clockify_user_read(const RestAnswer *answer, ClockifyUser *ret, Error *error);

/* Who may create. */
typedef enum ClockifyWho { WHO_ADMINS, WHO_MANAGERS, WHO_EVERYONE } ClockifyWho;

typedef struct ClockifyWorkspace {
    char *id, *name;
    ClockifyWho may_create_project, may_create_task, may_create_tag;
    unsigned required;     /* FIELD_ bits: forceProjects, forceTasks, forceTags, forceDescription */
    bool manual_entry;     /* false: timeTrackingMode STOPWATCH_ONLY */
    bool public_projects;  /* isProjectPublicByDefault; true when not said */
    int64_t locked_before; /* TIME_NONE = not locked */
} ClockifyWorkspace;
typedef struct ClockifyWorkspaces {
    ClockifyWorkspace *items;
    size_t count;
} ClockifyWorkspaces;
void clockify_workspaces_done(ClockifyWorkspaces *workspaces);
/* NULL when there is none. */
const ClockifyWorkspace *clockify_workspace_find(const ClockifyWorkspaces *workspaces,
                                                 const char *id);
/* role: NULL = all of the user's, else "WORKSPACE_ADMIN", "OWNER", "PROJECT_MANAGER": only those in
 * which the user has it. */
void clockify_workspaces_request(const char *api, const char *role, RestRequest *ret);
int clockify_workspaces_read(const RestAnswer *answer, ClockifyWorkspaces *ret, Error *error);

/* ---- projects, tasks, tags ---- */

typedef struct ClockifyItem {
    char *id, *name;
    char *client; /* projects: client's name, NULL = none */
    char *color;  /* projects */
    int billable; /* projects: 1, 0, -1 */
    bool closed;  /* project archived, task DONE, tag archived */
} ClockifyItem;
typedef struct ClockifyItems {
    ClockifyItem *items;
    size_t count;
    bool last_page; /* by the header, a short page or an empty one */
} ClockifyItems;
void clockify_items_done(ClockifyItems *items);

typedef enum ClockifyList { LIST_PROJECTS, LIST_TASKS, LIST_TAGS } ClockifyList;
typedef struct ClockifyListQuery {
    ClockifyList list;
    const char *workspace;
    const char *project; /* LIST_TASKS */
    const char *name;    /* part of the name; NULL = all */
    bool whole_name;     /* strict-name-search */
    bool with_closed;    /* archived ones too (tasks: DONE ones) */
    int64_t page;        /* from 1 */
    int64_t page_size;   /* 1..5000 */
} ClockifyListQuery;
void clockify_list_request(const char *api, const ClockifyListQuery *query, RestRequest *ret);
int clockify_list_read(const RestAnswer *answer, const ClockifyListQuery *query, ClockifyItems *ret,
                       Error *error);
/* The item with exactly this name after folding white space (tags: letter case ignored too).
 * *ret_count = how many match; NULL when none. Closed ones are passed over. */
const ClockifyItem *clockify_items_match(const ClockifyItems *items, ClockifyList list,
                                         const char *name, size_t *ret_count);

/* One by id. */
void clockify_item_request(const char *api, ClockifyList list, const char *workspace,
                           const char *project, const char *id, RestRequest *ret);
int clockify_item_read(const RestAnswer *answer, ClockifyList list, ClockifyItem *ret,
                       Error *error);
void clockify_item_done(ClockifyItem *item);

/* Makes one. is_public: projects only. */
void clockify_create_request(const char *api, ClockifyList list, const char *workspace,
                             const char *project, const char *name, bool is_public,
                             RestRequest *ret);

/* Names as Clockify takes them: white space folded, "<" and ">" replaced by U+2039 and U+203A; tags
 * cut to 100 characters, descriptions to 3,000 (white space kept there). NULL when a project's name
 * is too short or too long, a task's too long, or nothing is left; *ret_reason then says
 * "too_short" or "too_long". The caller frees it. */
char *clockify_name(ClockifyList list, const char *name, const char **ret_reason);
char *clockify_description(const char *text);

/* ---- time entries ---- */

typedef struct ClockifyEntry {
    char *id, *description, *user_id, *workspace_id;
    char *project_id, *project_name; /* names only in hydrated answers */
    char *task_id, *task_name;
    Json *tags;         /* array of {id, name}; name null unless hydrated; never NULL */
    int billable;       /* 1, 0, -1 */
    int64_t start, end; /* end TIME_NONE while running */
    Json *raw;          /* the whole answer: what a full replace has to send back */
} ClockifyEntry;
void clockify_entry_done(ClockifyEntry *entry);

/* What an entry is made from. end TIME_NONE = a running timer. NULL strings are left out. */
typedef struct ClockifyNewEntry {
    const char *workspace;
    int64_t start, end;
    const char *description, *project_id, *task_id;
    const Json *tags; /* array of {id, …}; NULL or empty = none */
    int billable;     /* -1 = leave it to Clockify */
} ClockifyNewEntry;
void clockify_entry_create_request(const char *api, const ClockifyNewEntry *entry,
                                   RestRequest *ret);
void clockify_entry_stop_request(const char *api, const char *workspace, const char *user_id,
                                 int64_t end, RestRequest *ret);
void clockify_entry_get_request(const char *api, const char *workspace, const char *id,
                                RestRequest *ret);
void clockify_entry_delete_request(const char *api, const char *workspace, const char *id,
                                   RestRequest *ret);
/* A full replace: starts from `current` (all of it is sent back, custom fields by their write name)
 * and puts `changes` over it: {project, task, tags:[ids], description, billable} as in timer.edit,
 * members absent = unchanged; null clears. end: TIME_NONE = leave the end out, so that it runs
 * (on). */
void clockify_entry_replace_request(const char *api, const ClockifyEntry *current,
                                    const Json *changes, int64_t end, RestRequest *ret);
int clockify_entry_read(const RestAnswer *answer, ClockifyEntry *ret, Error *error);

typedef struct ClockifyEntries {
    ClockifyEntry *items;
    size_t count;
    bool last_page;
} ClockifyEntries;
void clockify_entries_done(ClockifyEntries *entries);
/* The running one of a user in a workspace (an array of none or one), with names. */
void clockify_running_request(const char *api, const char *workspace, const char *user_id,
                              RestRequest *ret);
/* Newest first, those whose description contains `description` (NULL = all), one page of 200. Only
 * the first 200 characters of it are sent: the caller compares the whole. Never by time window:
 * windows are read in the account's time zone. */
void clockify_entries_request(const char *api, const char *workspace, const char *user_id,
                              const char *description, int64_t page, RestRequest *ret);
int clockify_entries_read(const RestAnswer *answer, ClockifyEntries *ret, Error *error);

/* server.test: an unauthenticated GET that only an API answers with a Clockify error body. */
void clockify_probe_request(const char *api, RestRequest *ret);
int clockify_probe_read(const RestAnswer *answer, Error *error);
