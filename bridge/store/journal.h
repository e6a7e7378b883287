/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The journal: entries, the intents that change them, the worklogs that follow from them, and the
 * memory of requests already answered. Plain reading and writing of rows, on the store's thread;
 * the rules of the promise (what may be done when) live in the flows.
 */

#include "store/db.h"

typedef enum EntryState { ENTRY_RUNNING, ENTRY_STOPPED, ENTRY_DISCARDED } EntryState;
typedef enum Delivery { DELIVERY_DONE, DELIVERY_QUEUED, DELIVERY_BLOCKED } Delivery;
const char *
entry_state_name(EntryState state); /* "running", ... as in the protocol and the database */
const char *delivery_name(Delivery delivery);

/* Something of Clockify by id and name; id NULL = none. */
typedef struct NamedId {
    char *id;
    char *name;
} NamedId;
void named_id_set(NamedId *target, const char *id, const char *name);
void named_id_done(NamedId *target);

typedef struct Entry {
    int64_t id;     /* 0 until stored */
    char *user;     /* Jira user key */
    char *issue;    /* key; NULL for a timer started outside Jira */
    char *issue_id; /* Jira's id, which survives a move; NULL until Jira was asked */
    NamedId workspace, project, task;
    Json *tags; /* array of {id, name}; NULL = none */
    char *description;
    int billable; /* 1, 0, -1 = not known */
    int64_t start;
    int64_t end; /* TIME_NONE while running; the moment asked for until Clockify has answered */
    char *clockify_id;   /* NULL until Clockify has it */
    char *clockify_user; /* Clockify's id of the user whose entry it is */
    char *server;        /* API base it was made at */
    EntryState state;
    Delivery delivery;
    Json *problem; /* {reason, message, ...}; NULL = none */
    Json *details; /* what is known of the issue: {summary, type, subtask, epic, labels,
                      project:{id,key,name}} */
    Json *
        choice; /* what the caller chose: {workspace, project, task, tags, description, billable} */
    Json *left_out; /* array of {what, name, reason}: what the entry had to be made without; NULL =
                       nothing */
    char *comment;  /* for the worklog; NULL = by template */
    bool resolved;  /* project, task, tags and description have been settled */
    int64_t created;
} Entry;
void entry_done(Entry *entry);
void entry_copy(Entry *target, const Entry *source);

int journal_entry_insert(Db *db, Entry *entry, Error *error); /* sets entry->id */
int journal_entry_update(Db *db, const Entry *entry,
                         Error *error);                     /* every column but user and created */
int journal_entry_delete(Db *db, int64_t id, Error *error); /* with its intents and worklog */
int journal_entry_get(Db *db, int64_t id, Entry *ret, Error *error); /* 1, 0 not there, negative */
int journal_entry_running(Db *db, const char *user, Entry *ret,
                          Error *error); /* 1: newest in state running */
/* Newest entry of the user that is not discarded and has a blocked or queued stop: what a person
 * may still mend. */
int journal_entry_blocked(Db *db, const char *user, Entry *ret, Error *error);
/* 1: another entry of the user may run at Clockify, as far as the journal can tell: not asked to
 * end, asked and not carried out yet, or sent and nothing heard of it. */
int journal_entry_another_runs(Db *db, const char *user, int64_t id, Error *error);
int journal_clockify_id_known(Db *db, const char *clockify_id,
                              Error *error); /* 1 known as an entry of ours */
int journal_entry_set_delivery(Db *db, int64_t id, Delivery delivery, const Json *problem,
                               Error *error);

typedef struct EntryFilter {
    const char *user;  /* required */
    const char *issue; /* NULL = any */
    int state;         /* EntryState, -1 = any */
    int delivery;      /* Delivery, -1 = any */
    int64_t limit;     /* 1..200 */
    int64_t before;    /* id; 0 = from the newest */
} EntryFilter;
typedef struct EntryList {
    Entry *items;
    size_t count;
} EntryList;
void entry_list_done(EntryList *list);
int journal_entry_list(Db *db, const EntryFilter *filter, EntryList *ret,
                       Error *error); /* newest first */
/* Running entries that Clockify has: for noticing timers stopped elsewhere. Any user; id above
 * `after`, oldest first. */
int journal_entry_list_running(Db *db, int64_t after, int64_t limit, EntryList *ret, Error *error);

/* Forgets entries made before then of which everything is finished, with their worklogs; at most
 * `limit`, oldest first. *ret = how many. What runs, waits or is blocked stays, however old. */
int journal_entry_purge(Db *db, int64_t created_before, int64_t limit, int64_t *ret, Error *error);

typedef enum IntentKind {
    INTENT_START,
    INTENT_STOP,
    INTENT_ADD,
    INTENT_EDIT,
    INTENT_DISCARD
} IntentKind;
typedef enum IntentState {
    INTENT_PENDING,
    INTENT_BLOCKED
} IntentState; /* carried out = row removed */
const char *intent_kind_name(IntentKind kind);

/* What was asked for, kept until it is carried out. */
typedef struct Intent {
    int64_t id; /* 0 until stored; order of ids is order of asking */
    char *user;
    IntentKind kind;
    int64_t entry_id;
    int64_t after;    /* an intent that has to be carried out first; 0 = none */
    int64_t asked;    /* the moment that counts */
    Json *params;     /* INTENT_EDIT: the changed fields; NULL otherwise */
    char *request_id; /* NULL = the caller gave none */
    IntentState state;
    int64_t attempts;
    int64_t next_attempt; /* TIME_NONE = at once */
    Json *problem;        /* INTENT_BLOCKED: why */
} Intent;
void intent_done(Intent *intent);
void intent_copy(Intent *target, const Intent *source);

int journal_intent_insert(Db *db, Intent *intent, Error *error); /* sets intent->id */
int journal_intent_update(Db *db, const Intent *intent,
                          Error *error); /* state, attempts, next_attempt, problem */
int journal_intent_delete(Db *db, int64_t id, Error *error);
/* All of an entry but the intent `keep` (0 = all). */
int journal_intent_delete_others(Db *db, int64_t entry_id, int64_t keep, Error *error);
int journal_intent_get(Db *db, int64_t id, Intent *ret, Error *error); /* 1, 0, negative */
/* An unfinished intent of this kind for the entry: its id, 0 = none. */
int journal_intent_find(Db *db, int64_t entry_id, IntentKind kind, int64_t *ret, Error *error);
/* The next unfinished edit of the entry with an id above `after`: 1, 0 none, negative. */
int journal_intent_next_edit(Db *db, int64_t entry_id, int64_t after, Intent *ret, Error *error);
int journal_intent_set_params(Db *db, const Intent *intent, Error *error);
int journal_intent_count(Db *db, int64_t entry_id, int64_t *ret,
                         Error *error); /* not yet carried out */
/* Every intent in order of ids, for the start-up. */
int journal_intent_each(Db *db, int (*each)(void *arg, const Intent *intent), void *arg,
                        Error *error);

typedef enum WorklogState {
    WORKLOG_PENDING,
    WORKLOG_WRITTEN,
    WORKLOG_BLOCKED,
    WORKLOG_SKIPPED,
    WORKLOG_ABANDONED
} WorklogState;
const char *worklog_state_name(WorklogState state);

typedef struct Worklog {
    int64_t id;
    int64_t entry_id; /* unique: an entry has at most one */
    char *user;
    char *issue;
    char *issue_id; /* NULL = only the key is known */
    int64_t started;
    int64_t seconds; /* whole minutes after rounding */
    char *comment;
    WorklogState state;
    char *jira_id;
    int64_t attempts;
    int64_t next_attempt; /* TIME_NONE = at once */
    Json *problem;
    int64_t changed; /* when the row was last written */
} Worklog;
void worklog_done(Worklog *worklog);
void worklog_copy(Worklog *target, const Worklog *source);

int journal_worklog_insert(Db *db, Worklog *worklog, Error *error);
int journal_worklog_update(Db *db, const Worklog *worklog, Error *error);
int journal_worklog_get(Db *db, int64_t id, Worklog *ret, Error *error);
int journal_worklog_of_entry(Db *db, int64_t entry_id, Worklog *ret,
                             Error *error); /* 1, 0, negative */
int journal_jira_id_known(Db *db, const char *issue, const char *jira_id,
                          Error *error); /* 1 written by us */

typedef struct WorklogFilter {
    const char *user;  /* NULL = any */
    const char *issue; /* NULL = any */
    int state;         /* WorklogState, -1 = any */
    int64_t limit, before;
} WorklogFilter;
typedef struct WorklogList {
    Worklog *items;
    size_t count;
} WorklogList;
void worklog_list_done(WorklogList *list);
int journal_worklog_list(Db *db, const WorklogFilter *filter, WorklogList *ret,
                         Error *error); /* newest first */
/* Pending ones (id, issue, next_attempt are all that is read), oldest first, for the start-up and
 * after a mending. */
int journal_worklog_each_pending(Db *db, int64_t after,
                                 int (*each)(void *arg, const Worklog *worklog), void *arg,
                                 Error *error);
/* Blocked -> pending; each argument narrows it: id 0, user NULL, reasons NULL (NULL-terminated
 * names) = any. *ret = how many. */
int journal_worklog_unblock(Db *db, int64_t id, const char *user, const char *const *reasons,
                            int64_t *ret, Error *error);

/* What a caller with a request_id was told, so that a repeat is told the same and does nothing. */
typedef struct Request {
    char *user;
    char *request_id;
    char *method;
    char *digest;      /* of the params, see keyring_digest */
    int64_t intent_id; /* whose outcome is the answer */
    int64_t entry_id;
    char *answer; /* JSON: {"result":…} or {"error":…}; NULL while nothing was answered */
    int64_t asked;
} Request;
void request_done(Request *request);
int journal_request_get(Db *db, const char *user, const char *request_id, Request *ret,
                        Error *error); /* 1, 0 */
int journal_request_insert(Db *db, const Request *request, Error *error);
/* The first answer stays: a later one changes nothing, unless `replace` is set. */
int journal_request_answer(Db *db, const char *user, const char *request_id, bool replace,
                           const char *answer, Error *error);
/* All requests about an entry that have no answer yet. */
int journal_request_answer_entry(Db *db, int64_t entry_id, const char *answer, Error *error);
int journal_request_purge(Db *db, int64_t asked_before, Error *error); /* answered ones only */

/* Ids that were matched once, so that a rename makes no second project. workspace is Clockify's id,
 * kind is "project", "task" or "tag", source is what it stands for in Jira (a project id,
 * "projectid/issue id", a lower-case tag name). */
int match_get(Db *db, const char *workspace, const char *kind, const char *source, NamedId *ret,
              Error *error); /* 1, 0 */
int match_put(Db *db, const char *workspace, const char *kind, const char *source, const char *id,
              const char *name, Error *error);
int match_drop(Db *db, const char *workspace, const char *kind, const char *source, Error *error);

typedef struct JournalCounts {
    int64_t entries_queued, entries_blocked;
    int64_t worklogs_pending, worklogs_blocked;
    int64_t oldest_pending; /* started time of the oldest pending worklog; TIME_NONE = none */
} JournalCounts;
int journal_counts(Db *db, JournalCounts *ret, Error *error);
