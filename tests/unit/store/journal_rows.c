/* SPDX-License-Identifier: Apache-2.0 */

/* See journal_rows.h. A failure in here fails the test that called. */

#include "tests/unit/store/journal_rows.h"

#include "base/time.h"

static Error error;

Json *parse(const char *text)
{
    Json *json = NULL;

    assert_int_equal(json_parse(text, strlen(text), 8, &json, &error), 0);
    return json;
}

void expect_json(const Json *json, const char *text)
{
    _cleanup_free_ char *have = json_canonical(json);
    _cleanup_json_ Json *parsed = parse(text);
    _cleanup_free_ char *want = json_canonical(parsed);

    assert_string_equal(have, want);
}

int64_t put_entry(Db *db, const char *user, const char *issue, EntryState state, Delivery delivery)
{
    Entry entry = {.user = TEXT(user),
                   .issue = TEXT(issue),
                   .start = 1000,
                   .state = state,
                   .delivery = delivery,
                   .end = state == ENTRY_RUNNING ? TIME_NONE : 2000,
                   .billable = -1,
                   .created = 1};

    assert_int_equal(journal_entry_insert(db, &entry, &error), 0);
    assert_true(entry.id > 0);
    return entry.id;
}

int64_t put_intent(Db *db, const char *user, IntentKind kind, int64_t entry_id)
{
    Intent intent = {.user = TEXT(user),
                     .kind = kind,
                     .entry_id = entry_id,
                     .asked = 5,
                     .next_attempt = TIME_NONE};

    assert_int_equal(journal_intent_insert(db, &intent, &error), 0);
    return intent.id;
}

int64_t put_worklog(Db *db, int64_t entry_id, const char *user, const char *issue,
                    WorklogState state, const char *reason)
{
    Worklog worklog = {.entry_id = entry_id,
                       .user = TEXT(user),
                       .issue = TEXT(issue),
                       .started = 1000 + entry_id,
                       .seconds = 60,
                       .state = state,
                       .next_attempt = 77,
                       .attempts = 3};

    if (reason) {
        worklog.problem = json_new_object();
        json_put_string(worklog.problem, "reason", reason);
    }
    assert_int_equal(journal_worklog_insert(db, &worklog, &error), 0);
    json_object_put(worklog.problem);
    return worklog.id;
}
