/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an intent; see outcome.h. */

#include "flow/outcome.h"

#include "base/time.h"
#include "flow/render.h"

static int remember(Db *db, const char *user, const char *request_id, bool replace,
                    const char *member, Json *value, Error *error)
{
    _cleanup_json_ Json *answer = json_new_object();
    _cleanup_free_ char *text = NULL;

    json_put(answer, member, value);
    text = json_text(answer);
    return journal_request_answer(db, user, request_id, replace, text, error);
}

int outcome_remember_error(Db *db, const char *user, const char *request_id, const Error *what,
                           Error *error)
{
    return request_id ? remember(db, user, request_id, false, "error", error_to_json(what), error)
                      : 0;
}

int outcome_result(Db *db, const OutcomeOf *of, Json **ret, Error *error)
{
    _cleanup_json_ Json *result = json_new_object();
    Json *entry = NULL, *stopped = NULL;
    int r = render_stored_entry(db, of->entry_id, &entry, error);

    if (r < 0)
        return -1;
    if (r == 0)
        return error_not_found(error, "entry", "The entry was taken back.");
    json_put(result, "entry", entry);
    if (of->is_start) {
        if (of->stopped_id && render_stored_entry(db, of->stopped_id, &stopped, error) < 0)
            return -1;
        json_put(result, "stopped", stopped);
    }
    if (of->stopped_elsewhere)
        json_put_bool(result, "stopped_elsewhere", true);
    if (of->request_id && remember(db, of->user, of->request_id, of->told_later, "result",
                                   json_copy(result), error) < 0)
        return -1;
    *ret = STEAL(result);
    return 0;
}

int outcome_done(Db *db, const Intent *intent, Error *error)
{
    int64_t left;

    if (journal_intent_delete(db, intent->id, error) < 0 ||
        journal_intent_count(db, intent->entry_id, &left, error) < 0)
        return -1;
    /* Others of this entry are unfinished: one that is blocked keeps showing why. */
    if (left > 0)
        return 0;
    return journal_entry_set_delivery(db, intent->entry_id, DELIVERY_DONE, NULL, error);
}

int outcome_block(Db *db, int64_t intent_id, const Error *why, int64_t next_attempt, Error *error)
{
    _cleanup_(intent_done) Intent intent = {0};
    int r = journal_intent_get(db, intent_id, &intent, error);

    if (r <= 0)
        return r;
    intent.state = INTENT_BLOCKED;
    intent.attempts++;
    intent.next_attempt = next_attempt;
    json_object_put(intent.problem);
    intent.problem = error_to_problem(why);
    if (journal_intent_update(db, &intent, error) < 0)
        return -1;
    return journal_entry_set_delivery(db, intent.entry_id, DELIVERY_BLOCKED, intent.problem, error);
}

static int take_back_change(Db *db, const Intent *intent, Error *error)
{
    _cleanup_(entry_done) Entry entry = {0};
    int r = journal_entry_get(db, intent->entry_id, &entry, error);

    if (r <= 0)
        return r;
    if (intent->kind == INTENT_STOP) {
        entry.state = ENTRY_RUNNING;
        entry.end = TIME_NONE;
        set_string(&entry.comment, NULL);
    } else if (intent->kind == INTENT_DISCARD) {
        entry.state = entry.end == TIME_NONE ? ENTRY_RUNNING : ENTRY_STOPPED;
    }
    if (journal_entry_update(db, &entry, error) < 0)
        return -1;
    return outcome_done(db, intent, error);
}

int outcome_was_told(Db *db, int64_t intent_id, Error *error)
{
    _cleanup_(intent_done) Intent intent = {0};
    _cleanup_(request_done) Request request = {0};
    int r = journal_intent_get(db, intent_id, &intent, error);

    if (r <= 0 || !intent.request_id)
        return r < 0 ? -1 : 0;
    r = journal_request_get(db, intent.user, intent.request_id, &request, error);
    return r < 0 ? -1 : r > 0 && request.answer;
}

/* A stop or edit of an entry that is taken back gets the same answer. */
static int remember_for_others(Db *db, const Intent *intent, const Error *why, Error *error)
{
    _cleanup_json_ Json *answer = json_new_object();
    _cleanup_free_ char *text = NULL;

    json_put(answer, "error", error_to_json(why));
    text = json_text(answer);
    return journal_request_answer_entry(db, intent->entry_id, text, error);
}

int outcome_take_back(Db *db, int64_t intent_id, const Error *why, Error *error)
{
    _cleanup_(intent_done) Intent intent = {0};
    int r = journal_intent_get(db, intent_id, &intent, error);

    if (r <= 0)
        return r;
    if (intent.kind == INTENT_START || intent.kind == INTENT_ADD) {
        if (remember_for_others(db, &intent, why, error) < 0)
            return -1;
        r = journal_entry_delete(db, intent.entry_id, error);
    } else {
        r = take_back_change(db, &intent, error);
    }
    if (r < 0)
        return -1;
    return outcome_remember_error(db, intent.user, intent.request_id, why, error);
}
