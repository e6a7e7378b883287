/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a click on; see accept.h. */

#include "flow/accept.h"

#include <stdio.h>
#include <systemd/sd-event.h>

#include "base/time.h"
#include "flow/outcome.h"
#include "flow/params.h"
#include "store/keyring.h"

#define ADD_SECONDS_MOST (31 * 24 * 3600)

void accept_free(Accept *accept)
{
    if (!accept)
        return;
    sd_event_source_disable_unref(accept->deadline);
    json_object_put(accept->params);
    free(accept->server);
    free(accept->key_url);
    free(accept->answer);
    intent_done(&accept->room);
    intent_done(&accept->intent);
    json_object_put(accept->result);
    free(accept);
}

/* ---- asked before? ---- */

/* Equal params give an equal digest. How long the caller waits changes nothing of what is done. */
static void digest_params(const Json *params, char ret[DIGEST_SIZE])
{
    _cleanup_json_ Json *copy = json_copy(params);
    _cleanup_free_ char *text = NULL;

    json_object_object_del(copy, "request_id");
    json_object_object_del(copy, "wait");
    text = json_canonical(copy);
    keyring_digest(text, ret);
}

/* 1 a repeat, 0 new. */
static int find_repeat(Db *db, Accept *accept, const char *digest, Error *error)
{
    _cleanup_(request_done) Request request = {0};
    int r = journal_request_get(db, accept->user, accept->request_id, &request, error);

    if (r <= 0)
        return r;
    if (!streq(request.method, accept->method) || !streq(request.digest, digest))
        return error_param(error, "request_id",
                           "This request_id was used for another request; choose a new one.");
    accept->repeat = true;
    accept->answer = STEAL(request.answer);
    accept->entry_id = request.entry_id;
    r = journal_intent_get(db, request.intent_id, &accept->intent, error);
    if (r < 0)
        return -1;
    /* Under way: what it stopped is part of its answer. */
    accept->stopped_id = json_int(accept->intent.params, "stopped", 0);
    accept->intent.id = request.intent_id;
    return 1;
}

static int remember_request(Db *db, const Accept *accept, const char *digest, Error *error)
{
    Request request = {
        .user = (char *)accept->user,
        .request_id = (char *)accept->request_id,
        .method = (char *)accept->method,
        .digest = (char *)digest,
        .intent_id = accept->intent.id,
        .entry_id = accept->entry_id,
        .asked = accept->asked,
    };

    return journal_request_insert(db, &request, error);
}

/* ---- may it be taken on? ---- */

static int check_clockify(Db *db, const Accept *accept, Account *account, Error *error)
{
    int r;

    if (!accept->server)
        return error_set(error, ERROR_NOT_CONFIGURED,
                         "No Clockify URL is set; an administrator sets it on the Configure page.");
    r = account_get(db, accept->user, SERVICE_CLOCKIFY, account, error);
    if (r < 0)
        return -1;
    if (r > 0 && account->rejected)
        error_set(error, ERROR_CLOCKIFY_KEY_REJECTED,
                  "Clockify no longer takes the stored API key; give a new one.");
    else if (r == 0 || !streq(account->server, accept->server))
        error_set(error, ERROR_CLOCKIFY_KEY_REQUIRED, "A Clockify API key has to be given first.");
    else
        return 0;
    snprintf(error->key_url, sizeof(error->key_url), "%s", accept->key_url);
    return -1;
}

/* The issue's facts have to come from somewhere: from the page, or from Jira. */
static int check_details(Db *db, const Accept *accept, Error *error)
{
    _cleanup_(account_done) Account jira = {0};
    int r;

    if (json_child(accept->params, "details"))
        return 0;
    r = account_get(db, accept->user, SERVICE_JIRA, &jira, error);
    if (r < 0)
        return -1;
    if (r == 0)
        return error_set(error, ERROR_JIRA_TOKEN_REQUIRED,
                         "Jira has to be connected first, or the issue's details sent along.");
    if (jira.rejected)
        return error_set(error, ERROR_JIRA_TOKEN_REJECTED,
                         "Jira no longer takes the stored token; connect Jira again.");
    return 0;
}

/* ---- the rows ---- */

Json *accept_choice(const Json *params)
{
    static const char *const members[] = {"workspace", "project",     "task",
                                          "tags",      "description", "billable"};
    Json *choice = json_new_object();

    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (json_has(params, members[i]))
            json_put(choice, members[i], json_copy(json_get(params, members[i])));
    return choice;
}

static int insert_entry(Db *db, Accept *accept, const Account *account, int64_t start, int64_t end,
                        Error *error)
{
    const Json *params = accept->params;
    _cleanup_(entry_done) Entry entry = {
        .user = xstrdup(accept->user),
        .issue = xstrdup(json_string(params, "issue")),
        .billable = json_tristate(params, "billable"),
        .description = xstrdup(json_string(params, "description")),
        .comment = xstrdup(json_string(params, "comment")),
        .start = start,
        .end = end,
        .state = end == TIME_NONE ? ENTRY_RUNNING : ENTRY_STOPPED,
        .delivery = DELIVERY_QUEUED,
        .details = json_copy(json_child(params, "details")),
        .choice = accept_choice(params),
        .created = accept->asked,
    };

    named_id_set(&entry.workspace, account->workspace_id, account->workspace_name);
    if (json_string(params, "workspace") &&
        !streq(json_string(params, "workspace"), account->workspace_id))
        named_id_set(&entry.workspace, json_string(params, "workspace"), NULL);
    if (journal_entry_insert(db, &entry, error) < 0)
        return -1;
    accept->entry_id = entry.id;
    return 0;
}

static int insert_intent(Db *db, Accept *accept, Intent *intent, Error *error)
{
    intent->user = xstrdup(accept->user);
    intent->asked = accept->asked;
    intent->state = INTENT_PENDING;
    intent->next_attempt = TIME_NONE;
    return journal_intent_insert(db, intent, error);
}

static int insert_own_intent(Db *db, Accept *accept, Error *error)
{
    accept->intent.kind = accept->kind;
    accept->intent.entry_id = accept->entry_id;
    accept->intent.request_id = xstrdup(accept->request_id);
    return insert_intent(db, accept, &accept->intent, error);
}

/* The entry's row shows at once what was asked for. */
static int mark_stopped(Db *db, Entry *entry, int64_t asked, const char *comment, Error *error)
{
    entry->state = ENTRY_STOPPED;
    entry->end = asked > entry->start ? asked : entry->start;
    if (comment)
        set_string(&entry->comment, comment);
    if (entry->delivery == DELIVERY_DONE)
        entry->delivery = DELIVERY_QUEUED;
    return journal_entry_update(db, entry, error);
}

/* ---- one timer at a time: what runs is stopped first ---- */

static int make_room(Db *db, Accept *accept, Error *error)
{
    _cleanup_(entry_done) Entry running = {0};
    int r = journal_entry_running(db, accept->user, &running, error);

    if (r <= 0)
        return r;
    accept->stopped_id = running.id;
    accept->room.kind = INTENT_STOP;
    accept->room.entry_id = running.id;
    accept->room.params = json_new_object();
    json_put_bool(accept->room.params, "makes_room", true);
    if (insert_intent(db, accept, &accept->room, error) < 0)
        return -1;
    /* One that Clockify does not have is in nobody's way. */
    if (running.clockify_id || running.delivery != DELIVERY_BLOCKED)
        accept->intent.after = accept->room.id;
    return mark_stopped(db, &running, accept->asked, NULL, error);
}

/* An earlier stop may be blocked: its timer still runs at Clockify, which would end it silently. */
static int find_blocked_stop(Db *db, Accept *accept, int64_t *ret, Error *error)
{
    _cleanup_(entry_done) Entry blocked = {0};
    int r = journal_entry_blocked(db, accept->user, &blocked, error);

    if (r < 0)
        return -1;
    *ret = 0;
    return r > 0 && blocked.clockify_id
               ? journal_intent_find(db, blocked.id, INTENT_STOP, ret, error)
               : 0;
}

static int accept_start(Db *db, Accept *accept, Error *error)
{
    _cleanup_(account_done) Account account = {0};

    if (check_clockify(db, accept, &account, error) < 0 || check_details(db, accept, error) < 0)
        return -1;
    if (make_room(db, accept, error) < 0)
        return -1;
    if (!accept->room.id && find_blocked_stop(db, accept, &accept->intent.after, error) < 0)
        return -1;
    accept->intent.params = json_new_object();
    json_put_int(accept->intent.params, "stopped", accept->stopped_id);
    if (insert_entry(db, accept, &account, accept->asked, TIME_NONE, error) < 0)
        return -1;
    return insert_own_intent(db, accept, error);
}

/* ---- the other kinds ---- */

int accept_times(const Json *params, int64_t now, int64_t *ret_start, int64_t *ret_end,
                 Error *error)
{
    int64_t start = json_time(params, "start");
    int64_t end = json_time(params, "end");
    int64_t seconds = json_int(params, "seconds", -1);
    int given = (start != TIME_NONE) + (end != TIME_NONE) + (seconds >= 0);

    if (given == 3)
        return error_param(error, "seconds", "Give two of start, end and seconds, not all three.");
    if (given == 0 || (given == 1 && seconds < 0))
        return error_param(error, "seconds",
                           "Give two of start, end and seconds, or seconds alone.");
    if (given == 1)
        end = now;
    if (end == TIME_NONE)
        end = start + seconds;
    if (start == TIME_NONE)
        start = end - seconds;
    if (end <= start)
        return error_param(error, "end", "The end has to lie behind the start.");
    if (end - start > ADD_SECONDS_MOST)
        return error_param(error, "end", "An entry may last 31 days at most.");
    *ret_start = start;
    *ret_end = end;
    return 0;
}

static int accept_add(Db *db, Accept *accept, Error *error)
{
    _cleanup_(account_done) Account account = {0};
    int64_t start, end;

    if (accept_times(accept->params, accept->asked, &start, &end, error) < 0)
        return -1;
    if (check_clockify(db, accept, &account, error) < 0 || check_details(db, accept, error) < 0)
        return -1;
    if (insert_entry(db, accept, &account, start, end, error) < 0)
        return -1;
    return insert_own_intent(db, accept, error);
}

static int no_timer(Error *error)
{
    return error_not_found(error, "timer", "No timer that was started in Jira is running.");
}

static int accept_stop(Db *db, Accept *accept, Error *error)
{
    _cleanup_(entry_done) Entry running = {0};
    int r = journal_entry_running(db, accept->user, &running, error);

    if (r <= 0)
        return r < 0 ? -1 : no_timer(error);
    accept->entry_id = running.id;
    if (insert_own_intent(db, accept, error) < 0)
        return -1;
    return mark_stopped(db, &running, accept->asked, json_string(accept->params, "comment"), error);
}

/* The entry named, else the running one, else the one whose stop or start waits for a person. 1
 * found. */
static int find_target(Db *db, const Accept *accept, Entry *ret, Error *error)
{
    int64_t id = params_id(accept->params, "entry");
    int r;

    if (id) {
        r = journal_entry_get(db, id, ret, error);
        if (r > 0 && (!streq(ret->user, accept->user) || ret->state == ENTRY_DISCARDED ||
                      (ret->state == ENTRY_STOPPED && ret->delivery == DELIVERY_DONE)))
            r = 0;
        return r;
    }
    r = journal_entry_running(db, accept->user, ret, error);
    return r != 0 ? r : journal_entry_blocked(db, accept->user, ret, error);
}

static int accept_edit(Db *db, Accept *accept, Error *error)
{
    _cleanup_(entry_done) Entry entry = {0};
    int r = find_target(db, accept, &entry, error);

    if (r <= 0)
        return r < 0 ? -1 : no_timer(error);
    accept->entry_id = entry.id;
    accept->intent.params = accept_choice(accept->params);
    if (json_object_object_length(accept->intent.params) == 0)
        return error_param(
            error, "project",
            "Say what is to be changed: project, task, tags, description or billable.");
    if (insert_own_intent(db, accept, error) < 0)
        return -1;
    if (entry.delivery != DELIVERY_DONE)
        return 0;
    return journal_entry_set_delivery(db, entry.id, DELIVERY_QUEUED, NULL, error);
}

static int accept_discard(Db *db, Accept *accept, Error *error)
{
    _cleanup_(entry_done) Entry entry = {0};
    int r = find_target(db, accept, &entry, error);

    if (r <= 0)
        return r < 0 ? -1 : no_timer(error);
    accept->entry_id = entry.id;
    if (insert_own_intent(db, accept, error) < 0)
        return -1;
    entry.state = ENTRY_DISCARDED;
    if (entry.delivery == DELIVERY_DONE)
        entry.delivery = DELIVERY_QUEUED;
    return journal_entry_update(db, &entry, error);
}

static int accept_kind(Db *db, Accept *accept, Error *error)
{
    static int (*const kinds[])(Db * db, Accept * accept, Error * error) = {
        [INTENT_START] = accept_start, [INTENT_STOP] = accept_stop,       [INTENT_ADD] = accept_add,
        [INTENT_EDIT] = accept_edit,   [INTENT_DISCARD] = accept_discard,
    };

    return kinds[accept->kind](db, accept, error);
}

/* Refused before anything was written. A repeat has to get the same answer: by then there may be a
 * timer, and a stop that was refused for want of one must not end it. */
static int refuse(Db *db, Accept *accept, const char *digest, Error *error)
{
    if (!accept->request_id || error_info(error->reason)->action != ERROR_ACTION_BLOCK)
        return -1;
    accept->refusal = *error;
    accept->refused = true;
    accept->intent.id = 0;
    if (remember_request(db, accept, digest, error) < 0)
        return -1;
    return outcome_remember_error(db, accept->user, accept->request_id, &accept->refusal, error);
}

int accept_work(Db *db, void *arg, Error *error)
{
    Accept *accept = arg;
    char digest[DIGEST_SIZE] = "";
    OutcomeOf of;
    int r = 0;

    if (accept->request_id) {
        digest_params(accept->params, digest);
        r = find_repeat(db, accept, digest, error);
    }
    if (r != 0)
        return r < 0 ? -1 : 0;
    if (accept_kind(db, accept, error) < 0)
        return refuse(db, accept, digest, error);
    if (accept->request_id && remember_request(db, accept, digest, error) < 0)
        return -1;
    if (accept->level != WAIT_ACCEPTED)
        return 0;
    of = (OutcomeOf){.user = accept->user,
                     .request_id = accept->request_id,
                     .entry_id = accept->entry_id,
                     .stopped_id = accept->stopped_id,
                     .is_start = accept->kind == INTENT_START};
    return outcome_result(db, &of, &accept->result, error);
}
