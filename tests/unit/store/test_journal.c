/* SPDX-License-Identifier: Apache-2.0 */

/* The journal's rows: every function, every filter, paging, and names that must never change. */

#include "tests/unit/store/fixture.h"

#include "base/time.h"
#include "store/journal.h"
#include "store/setting.h"

#define TEXT(words)                                                                                \
    ((char *)(uintptr_t)(words)) /* for structs that own, in tests where they do not */

static Error error;

static Json *parse(const char *text)
{
    Json *json = NULL;

    assert_int_equal(json_parse(text, strlen(text), 8, &json, &error), 0);
    return json;
}

static void expect_json(const Json *json, const char *text)
{
    _cleanup_free_ char *have = json_canonical(json);
    _cleanup_json_ Json *parsed = parse(text);
    _cleanup_free_ char *want = json_canonical(parsed);

    assert_string_equal(have, want);
}

static int64_t put_entry(Db *db, const char *user, const char *issue, EntryState state,
                         Delivery delivery)
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

static int64_t put_intent(Db *db, const char *user, IntentKind kind, int64_t entry_id)
{
    Intent intent = {.user = TEXT(user),
                     .kind = kind,
                     .entry_id = entry_id,
                     .asked = 5,
                     .next_attempt = TIME_NONE};

    assert_int_equal(journal_intent_insert(db, &intent, &error), 0);
    return intent.id;
}

static int64_t put_worklog(Db *db, int64_t entry_id, const char *user, const char *issue,
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

static void names_are_the_protocols(void **state _unused_)
{
    assert_string_equal(entry_state_name(ENTRY_RUNNING), "running");
    assert_string_equal(entry_state_name(ENTRY_STOPPED), "stopped");
    assert_string_equal(entry_state_name(ENTRY_DISCARDED), "discarded");
    assert_string_equal(delivery_name(DELIVERY_DONE), "done");
    assert_string_equal(delivery_name(DELIVERY_QUEUED), "queued");
    assert_string_equal(delivery_name(DELIVERY_BLOCKED), "blocked");
    assert_string_equal(intent_kind_name(INTENT_START), "start");
    assert_string_equal(intent_kind_name(INTENT_STOP), "stop");
    assert_string_equal(intent_kind_name(INTENT_ADD), "add");
    assert_string_equal(intent_kind_name(INTENT_EDIT), "edit");
    assert_string_equal(intent_kind_name(INTENT_DISCARD), "discard");
    assert_string_equal(worklog_state_name(WORKLOG_PENDING), "pending");
    assert_string_equal(worklog_state_name(WORKLOG_WRITTEN), "written");
    assert_string_equal(worklog_state_name(WORKLOG_BLOCKED), "blocked");
    assert_string_equal(worklog_state_name(WORKLOG_SKIPPED), "skipped");
    assert_string_equal(worklog_state_name(WORKLOG_ABANDONED), "abandoned");
}

/* Every member with a value of its own, so that two mixed-up columns show. */
static void fill_entry(Entry *entry, const char *mark)
{
    entry->issue = xasprintf("issue%s", mark);
    entry->issue_id = xasprintf("issue_id%s", mark);
    entry->workspace = (NamedId){xasprintf("w%s", mark), xasprintf("wn%s", mark)};
    entry->project = (NamedId){xasprintf("p%s", mark), xasprintf("pn%s", mark)};
    entry->task = (NamedId){xasprintf("t%s", mark), xasprintf("tn%s", mark)};
    entry->tags = parse("[{\"id\":\"1\",\"name\":\"tag\"}]");
    entry->description = xasprintf("description%s", mark);
    entry->clockify_id = xasprintf("clockify_id%s", mark);
    entry->clockify_user = xasprintf("clockify_user%s", mark);
    entry->server = xasprintf("server%s", mark);
    entry->problem = parse("{\"reason\":\"refused\"}");
    entry->details = parse("{\"summary\":\"s\"}");
    entry->choice = parse("{\"task\":\"t\"}");
    entry->left_out = parse("[{\"what\":\"tag\"}]");
    entry->comment = xasprintf("comment%s", mark);
}

static void expect_entry(const Entry *entry, const char *mark)
{
    const struct {
        const char *have;
        const char *prefix;
    } texts[] = {
        {entry->issue, "issue"},
        {entry->issue_id, "issue_id"},
        {entry->workspace.id, "w"},
        {entry->workspace.name, "wn"},
        {entry->project.id, "p"},
        {entry->project.name, "pn"},
        {entry->task.id, "t"},
        {entry->task.name, "tn"},
        {entry->description, "description"},
        {entry->clockify_id, "clockify_id"},
        {entry->clockify_user, "clockify_user"},
        {entry->server, "server"},
        {entry->comment, "comment"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_free_ char *want = xasprintf("%s%s", texts[i].prefix, mark);

        assert_string_equal(texts[i].have, want);
    }
    expect_json(entry->tags, "[{\"id\":\"1\",\"name\":\"tag\"}]");
    expect_json(entry->problem, "{\"reason\":\"refused\"}");
    expect_json(entry->details, "{\"summary\":\"s\"}");
    expect_json(entry->choice, "{\"task\":\"t\"}");
    expect_json(entry->left_out, "[{\"what\":\"tag\"}]");
}

static void entry_comes_back_whole(void **state)
{
    _cleanup_(entry_done) Entry entry = {.user = xstrdup("u"),
                                         .billable = 1,
                                         .start = 11,
                                         .end = 12,
                                         .state = ENTRY_STOPPED,
                                         .delivery = DELIVERY_BLOCKED,
                                         .resolved = true,
                                         .created = 13};
    _cleanup_(entry_done) Entry read = {0}, copy = {0};

    fill_entry(&entry, "-one");
    assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
    assert_int_equal(journal_entry_get(*state, entry.id, &read, &error), 1);
    entry_copy(&copy, &read);
    entry_done(&read);
    expect_entry(&copy, "-one");
    assert_int_equal(copy.id, entry.id);
    assert_string_equal(copy.user, "u");
    assert_int_equal(copy.billable, 1);
    assert_int_equal(copy.start, 11);
    assert_int_equal(copy.end, 12);
    assert_int_equal(copy.state, ENTRY_STOPPED);
    assert_int_equal(copy.delivery, DELIVERY_BLOCKED);
    assert_true(copy.resolved);
    assert_int_equal(copy.created, 13);
    assert_int_equal(journal_entry_get(*state, entry.id + 1, &read, &error), 0);
}

static void entry_of_nothing_comes_back(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    int64_t id = put_entry(*state, "u", NULL, ENTRY_RUNNING, DELIVERY_QUEUED);

    assert_int_equal(journal_entry_get(*state, id, &read, &error), 1);
    assert_null(read.issue);
    assert_null(read.workspace.id);
    assert_null(read.tags);
    assert_null(read.problem);
    assert_null(read.clockify_id);
    assert_true(read.end == TIME_NONE);
    assert_int_equal(read.billable, -1);
    assert_false(read.resolved);
}

static void update_changes_every_column(void **state)
{
    _cleanup_(entry_done) Entry changed = {.user = xstrdup("u"),
                                           .start = 21,
                                           .end = TIME_NONE,
                                           .state = ENTRY_DISCARDED,
                                           .delivery = DELIVERY_QUEUED,
                                           .resolved = true,
                                           .created = 99};
    _cleanup_(entry_done) Entry read = {0};
    int64_t other = put_entry(*state, "u", "B-1", ENTRY_STOPPED, DELIVERY_DONE);

    changed.id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    fill_entry(&changed, "-two");
    assert_int_equal(journal_entry_update(*state, &changed, &error), 0);
    assert_int_equal(journal_entry_get(*state, changed.id, &read, &error), 1);
    expect_entry(&read, "-two");
    assert_int_equal(read.billable, 0);
    assert_int_equal(read.start, 21);
    assert_true(read.end == TIME_NONE);
    assert_int_equal(read.state, ENTRY_DISCARDED);
    assert_int_equal(read.delivery, DELIVERY_QUEUED);
    assert_true(read.resolved);
    assert_int_equal(read.created, 1); /* stays */
    entry_done(&read);
    assert_int_equal(journal_entry_get(*state, other, &read, &error), 1);
    assert_string_equal(read.issue, "B-1");
}

static void update_of_nothing_is_not_found(void **state)
{
    Entry entry = {.id = 5, .user = TEXT("u"), .end = TIME_NONE};
    Intent intent = {.id = 5, .next_attempt = TIME_NONE};
    Worklog worklog = {.id = 5, .issue = TEXT("A-1"), .next_attempt = TIME_NONE};

    assert_true(journal_entry_update(*state, &entry, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_string_equal(error.what, "entry");
    assert_true(journal_entry_set_delivery(*state, 5, DELIVERY_DONE, NULL, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_true(journal_intent_update(*state, &intent, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_true(journal_worklog_update(*state, &worklog, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
    assert_string_equal(error.what, "worklog");
}

static void another_users_entry_is_not_updated(void **state)
{
    Entry entry = {.user = TEXT("v"), .end = TIME_NONE};

    entry.id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    assert_true(journal_entry_update(*state, &entry, &error) < 0);
    assert_int_equal(error.reason, ERROR_NOT_FOUND);
}

static void delete_takes_all_that_hangs_on_it(void **state)
{
    int64_t gone = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    int64_t kept = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);

    put_intent(*state, "u", INTENT_START, gone);
    put_intent(*state, "u", INTENT_STOP, gone);
    put_intent(*state, "u", INTENT_STOP, kept);
    put_worklog(*state, gone, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(*state, kept, "u", "A-1", WORKLOG_PENDING, NULL);
    assert_int_equal(journal_entry_delete(*state, gone, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT SUM(id) FROM entry"), kept);
    assert_int_equal(fixture_number(*state, "SELECT SUM(entry_id) FROM intent"), kept);
    assert_int_equal(fixture_number(*state, "SELECT SUM(entry_id) FROM worklog"), kept);
}

static void running_is_the_newest(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    int64_t newest;

    assert_int_equal(journal_entry_running(*state, "u", &read, &error), 0);
    put_entry(*state, "u", "A-1", ENTRY_RUNNING, DELIVERY_DONE);
    newest = put_entry(*state, "u", "A-2", ENTRY_RUNNING, DELIVERY_DONE);
    put_entry(*state, "u", "A-3", ENTRY_STOPPED, DELIVERY_DONE);
    put_entry(*state, "v", "A-4", ENTRY_RUNNING, DELIVERY_DONE);
    assert_int_equal(journal_entry_running(*state, "u", &read, &error), 1);
    assert_int_equal(read.id, newest);
}

static void blocked_is_one_with_a_stop_left(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    int64_t first = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_BLOCKED);
    int64_t second = put_entry(*state, "u", "A-2", ENTRY_RUNNING, DELIVERY_QUEUED);
    int64_t third = put_entry(*state, "u", "A-3", ENTRY_DISCARDED, DELIVERY_BLOCKED);
    int64_t foreign = put_entry(*state, "v", "A-4", ENTRY_STOPPED, DELIVERY_BLOCKED);

    put_intent(*state, "u", INTENT_START, second);
    put_intent(*state, "u", INTENT_STOP, third);
    put_intent(*state, "v", INTENT_STOP, foreign);
    assert_int_equal(journal_entry_blocked(*state, "u", &read, &error), 0);
    put_intent(*state, "u", INTENT_STOP, first);
    assert_int_equal(journal_entry_blocked(*state, "u", &read, &error), 1);
    assert_int_equal(read.id, first);
    entry_done(&read);
    put_intent(*state, "u", INTENT_STOP, second);
    assert_int_equal(journal_entry_blocked(*state, "u", &read, &error), 1);
    assert_int_equal(read.id, second);
}

static void clockify_id_is_known(void **state)
{
    Entry entry = {.user = TEXT("u"), .clockify_id = TEXT("abc"), .end = TIME_NONE};

    assert_int_equal(journal_clockify_id_known(*state, "abc", &error), 0);
    assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
    assert_int_equal(journal_clockify_id_known(*state, "abc", &error), 1);
    assert_int_equal(journal_clockify_id_known(*state, "ab", &error), 0);
}

static void delivery_is_set_and_cleared(void **state)
{
    _cleanup_(entry_done) Entry read = {0};
    _cleanup_json_ Json *problem = parse("{\"reason\":\"refused\"}");
    int64_t id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_QUEUED);

    assert_int_equal(journal_entry_set_delivery(*state, id, DELIVERY_BLOCKED, problem, &error), 0);
    assert_int_equal(journal_entry_get(*state, id, &read, &error), 1);
    assert_int_equal(read.delivery, DELIVERY_BLOCKED);
    expect_json(read.problem, "{\"reason\":\"refused\"}");
    entry_done(&read);
    assert_int_equal(journal_entry_set_delivery(*state, id, DELIVERY_DONE, NULL, &error), 0);
    assert_int_equal(journal_entry_get(*state, id, &read, &error), 1);
    assert_int_equal(read.delivery, DELIVERY_DONE);
    assert_null(read.problem);
}

/* The ids that a filter finds, as "5 3 1". */
static void expect_entries(Db *db, EntryFilter filter, const char *want)
{
    _cleanup_(entry_list_done) EntryList list = {0};
    char have[200] = "";

    assert_int_equal(journal_entry_list(db, &filter, &list, &error), 0);
    for (size_t i = 0; i < list.count; i++)
        sprintf(have + strlen(have), "%s%d", i ? " " : "", (int)list.items[i].id);
    assert_string_equal(have, want);
}

static void entries_are_filtered_and_paged(void **state)
{
    Db *db = *state;

    put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);    /* 1 */
    put_entry(db, "u", "A-2", ENTRY_STOPPED, DELIVERY_BLOCKED); /* 2 */
    put_entry(db, "v", "A-1", ENTRY_STOPPED, DELIVERY_DONE);    /* 3 */
    put_entry(db, "u", "A-1", ENTRY_DISCARDED, DELIVERY_DONE);  /* 4 */
    put_entry(db, "u", "A-1", ENTRY_RUNNING, DELIVERY_QUEUED);  /* 5 */
    put_entry(db, "u", NULL, ENTRY_RUNNING, DELIVERY_DONE);     /* 6 */

    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 200, 0}, "6 5 4 2 1");
    expect_entries(db, (EntryFilter){"v", NULL, -1, -1, 200, 0}, "3");
    expect_entries(db, (EntryFilter){"w", NULL, -1, -1, 200, 0}, "");
    expect_entries(db, (EntryFilter){"u", "A-1", -1, -1, 200, 0}, "5 4 1");
    expect_entries(db, (EntryFilter){"u", "A-1", ENTRY_STOPPED, -1, 200, 0}, "1");
    expect_entries(db, (EntryFilter){"u", NULL, ENTRY_RUNNING, -1, 200, 0}, "6 5");
    expect_entries(db, (EntryFilter){"u", NULL, -1, DELIVERY_BLOCKED, 200, 0}, "2");
    expect_entries(db, (EntryFilter){"u", NULL, ENTRY_RUNNING, DELIVERY_QUEUED, 200, 0}, "5");
    expect_entries(db, (EntryFilter){"u", "A-2", ENTRY_RUNNING, DELIVERY_QUEUED, 200, 0}, "");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 0}, "6 5");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 5}, "4 2");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 2}, "1");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 2, 1}, "");
    expect_entries(db, (EntryFilter){"u", "A-1", -1, -1, 1, 5}, "4");
    expect_entries(db, (EntryFilter){"u", NULL, -1, -1, 0, 0}, "6"); /* at least one */
}

static void lists_end_at_200(void **state)
{
    _cleanup_(entry_list_done) EntryList list = {0};

    for (int i = 0; i < 203; i++)
        put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    assert_int_equal(
        journal_entry_list(*state, &(EntryFilter){"u", NULL, -1, -1, 5000, 0}, &list, &error), 0);
    assert_int_equal(list.count, 200);
    assert_int_equal(list.items[0].id, 203);
    assert_int_equal(list.items[199].id, 4);
}

static void running_ones_are_listed_oldest_first(void **state)
{
    _cleanup_(entry_list_done) EntryList list = {0}, rest = {0};
    int64_t ids[4];

    put_entry(*state, "u", "A-1", ENTRY_RUNNING, DELIVERY_QUEUED); /* Clockify has it not */
    for (int i = 0; i < 4; i++) {
        Entry entry = {.user = TEXT(i % 2 ? "u" : "v"),
                       .clockify_id = TEXT("abc"),
                       .end = TIME_NONE,
                       .state = i == 2 ? ENTRY_STOPPED : ENTRY_RUNNING};

        assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
        ids[i] = entry.id;
    }
    assert_int_equal(journal_entry_list_running(*state, 0, 2, &list, &error), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].id, ids[0]);
    assert_int_equal(list.items[1].id, ids[1]);
    assert_int_equal(journal_entry_list_running(*state, ids[1], 2, &rest, &error), 0);
    assert_int_equal(rest.count, 1);
    assert_int_equal(rest.items[0].id, ids[3]);
}

static void intent_comes_back_whole(void **state)
{
    _cleanup_(intent_done) Intent intent = {.user = xstrdup("u"),
                                            .kind = INTENT_EDIT,
                                            .entry_id = 3,
                                            .after = 2,
                                            .asked = 100,
                                            .params = parse("{\"task\":\"t\"}"),
                                            .request_id = xstrdup("r"),
                                            .state = INTENT_BLOCKED,
                                            .attempts = 4,
                                            .next_attempt = 200,
                                            .problem = parse("{\"reason\":\"refused\"}")};
    _cleanup_(intent_done) Intent read = {0}, copy = {0};

    assert_int_equal(journal_intent_insert(*state, &intent, &error), 0);
    assert_int_equal(journal_intent_get(*state, intent.id, &read, &error), 1);
    intent_copy(&copy, &read);
    intent_done(&read);
    assert_int_equal(copy.id, intent.id);
    assert_string_equal(copy.user, "u");
    assert_int_equal(copy.kind, INTENT_EDIT);
    assert_int_equal(copy.entry_id, 3);
    assert_int_equal(copy.after, 2);
    assert_int_equal(copy.asked, 100);
    expect_json(copy.params, "{\"task\":\"t\"}");
    assert_string_equal(copy.request_id, "r");
    assert_int_equal(copy.state, INTENT_BLOCKED);
    assert_int_equal(copy.attempts, 4);
    assert_int_equal(copy.next_attempt, 200);
    expect_json(copy.problem, "{\"reason\":\"refused\"}");
    assert_int_equal(journal_intent_get(*state, intent.id + 1, &read, &error), 0);
}

static void intent_is_updated_counted_and_removed(void **state)
{
    _cleanup_(intent_done) Intent read = {0};
    _cleanup_json_ Json *problem = parse("{\"reason\":\"refused\"}");
    int64_t id = put_intent(*state, "u", INTENT_STOP, 3), count = -1;
    Intent change = {
        .id = id, .state = INTENT_BLOCKED, .attempts = 2, .next_attempt = 9, .problem = problem};

    put_intent(*state, "u", INTENT_EDIT, 3);
    put_intent(*state, "u", INTENT_EDIT, 4);
    assert_int_equal(journal_intent_update(*state, &change, &error), 0);
    assert_int_equal(journal_intent_get(*state, id, &read, &error), 1);
    assert_int_equal(read.state, INTENT_BLOCKED);
    assert_int_equal(read.attempts, 2);
    assert_int_equal(read.next_attempt, 9);
    assert_non_null(read.problem);
    assert_int_equal(read.kind, INTENT_STOP); /* stays */
    assert_int_equal(journal_intent_count(*state, 3, &count, &error), 0);
    assert_int_equal(count, 2);
    assert_int_equal(journal_intent_delete(*state, id, &error), 0);
    assert_int_equal(journal_intent_delete(*state, id, &error), 0);
    assert_int_equal(journal_intent_count(*state, 3, &count, &error), 0);
    assert_int_equal(count, 1);
}

static int append_intent(void *arg, const Intent *intent)
{
    sprintf((char *)arg + strlen(arg), "%s%d", intent_kind_name(intent->kind), (int)intent->id);
    return 0;
}

static int refuse_intent(void *arg, const Intent *intent)
{
    append_intent(arg, intent);
    return -1;
}

static void intents_come_in_order(void **state)
{
    char have[100] = "";
    int64_t second;

    put_intent(*state, "u", INTENT_START, 1);
    second = put_intent(*state, "v", INTENT_ADD, 2);
    put_intent(*state, "u", INTENT_STOP, 1);
    assert_int_equal(journal_intent_delete(*state, second, &error), 0);
    put_intent(*state, "u", INTENT_DISCARD, 3);
    assert_int_equal(journal_intent_each(*state, append_intent, have, &error), 0);
    assert_string_equal(have, "start1stop3discard4");
    have[0] = '\0';
    assert_true(journal_intent_each(*state, refuse_intent, have, &error) < 0);
    assert_string_equal(have, "start1");
}

static void worklog_comes_back_whole(void **state)
{
    const int64_t before = time_now();
    _cleanup_(worklog_done) Worklog worklog = {.entry_id = 5,
                                               .user = xstrdup("u"),
                                               .issue = xstrdup("A-1"),
                                               .issue_id = xstrdup("10001"),
                                               .started = 100,
                                               .seconds = 120,
                                               .comment = xstrdup("c"),
                                               .state = WORKLOG_BLOCKED,
                                               .jira_id = xstrdup("j"),
                                               .attempts = 6,
                                               .next_attempt = 7,
                                               .problem = parse("{\"reason\":\"refused\"}")};
    _cleanup_(worklog_done) Worklog read = {0}, copy = {0};

    assert_int_equal(journal_worklog_insert(*state, &worklog, &error), 0);
    assert_int_equal(journal_worklog_get(*state, worklog.id, &read, &error), 1);
    worklog_copy(&copy, &read);
    worklog_done(&read);
    assert_int_equal(copy.id, worklog.id);
    assert_int_equal(copy.entry_id, 5);
    assert_string_equal(copy.user, "u");
    assert_string_equal(copy.issue, "A-1");
    assert_string_equal(copy.issue_id, "10001");
    assert_int_equal(copy.started, 100);
    assert_int_equal(copy.seconds, 120);
    assert_string_equal(copy.comment, "c");
    assert_int_equal(copy.state, WORKLOG_BLOCKED);
    assert_string_equal(copy.jira_id, "j");
    assert_int_equal(copy.attempts, 6);
    assert_int_equal(copy.next_attempt, 7);
    expect_json(copy.problem, "{\"reason\":\"refused\"}");
    assert_true(copy.changed >= before && copy.changed <= time_now());
    assert_int_equal(copy.changed, worklog.changed);
    assert_int_equal(journal_worklog_of_entry(*state, 5, &read, &error), 1);
    assert_int_equal(read.id, worklog.id);
    assert_int_equal(journal_worklog_of_entry(*state, 6, &(Worklog){0}, &error), 0);
    assert_int_equal(journal_worklog_get(*state, 99, &(Worklog){0}, &error), 0);
}

static void worklog_is_updated(void **state)
{
    Worklog change = {.entry_id = 5,
                      .user = TEXT("u"),
                      .issue = TEXT("A-2"),
                      .issue_id = TEXT("2"),
                      .started = 1,
                      .seconds = 180,
                      .comment = TEXT("d"),
                      .state = WORKLOG_WRITTEN,
                      .jira_id = TEXT("k"),
                      .attempts = 1,
                      .next_attempt = TIME_NONE};
    _cleanup_(worklog_done) Worklog read = {0};

    change.id = put_worklog(*state, 5, "u", "A-1", WORKLOG_BLOCKED, "refused");
    assert_int_equal(journal_worklog_update(*state, &change, &error), 0);
    assert_int_equal(journal_worklog_get(*state, change.id, &read, &error), 1);
    assert_string_equal(read.issue, "A-2");
    assert_string_equal(read.issue_id, "2");
    assert_int_equal(read.started, 1);
    assert_int_equal(read.seconds, 180);
    assert_string_equal(read.comment, "d");
    assert_int_equal(read.state, WORKLOG_WRITTEN);
    assert_string_equal(read.jira_id, "k");
    assert_int_equal(read.attempts, 1);
    assert_true(read.next_attempt == TIME_NONE);
    assert_null(read.problem);
}

static void an_entry_has_one_worklog(void **state)
{
    Worklog second = {
        .entry_id = 5, .user = TEXT("u"), .issue = TEXT("A-1"), .next_attempt = TIME_NONE};

    put_worklog(*state, 5, "u", "A-1", WORKLOG_PENDING, NULL);
    assert_true(journal_worklog_insert(*state, &second, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM worklog"), 1);
}

static void jira_id_is_known(void **state)
{
    Worklog worklog = {.entry_id = 5,
                       .user = TEXT("u"),
                       .issue = TEXT("A-1"),
                       .issue_id = TEXT("10"),
                       .state = WORKLOG_WRITTEN,
                       .jira_id = TEXT("77"),
                       .next_attempt = TIME_NONE};

    assert_int_equal(journal_worklog_insert(*state, &worklog, &error), 0);
    assert_int_equal(journal_jira_id_known(*state, "A-1", "77", &error), 1);
    assert_int_equal(journal_jira_id_known(*state, "10", "77", &error), 1);
    assert_int_equal(journal_jira_id_known(*state, "A-1", "78", &error), 0);
    assert_int_equal(journal_jira_id_known(*state, "A-2", "77", &error), 0);
}

static void expect_worklogs(Db *db, WorklogFilter filter, const char *want)
{
    _cleanup_(worklog_list_done) WorklogList list = {0};
    char have[200] = "";

    assert_int_equal(journal_worklog_list(db, &filter, &list, &error), 0);
    for (size_t i = 0; i < list.count; i++)
        sprintf(have + strlen(have), "%s%d", i ? " " : "", (int)list.items[i].id);
    assert_string_equal(have, want);
}

static void worklogs_are_filtered_and_paged(void **state)
{
    Db *db = *state;

    put_worklog(db, 1, "u", "A-1", WORKLOG_WRITTEN, NULL);
    put_worklog(db, 2, "v", "A-1", WORKLOG_WRITTEN, NULL);
    put_worklog(db, 3, "u", "A-2", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 4, "v", "A-2", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 5, "u", "A-1", WORKLOG_PENDING, NULL);

    expect_worklogs(db, (WorklogFilter){NULL, NULL, -1, 200, 0}, "5 4 3 2 1");
    expect_worklogs(db, (WorklogFilter){"u", NULL, -1, 200, 0}, "5 3 1");
    expect_worklogs(db, (WorklogFilter){NULL, "A-1", -1, 200, 0}, "5 2 1");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, WORKLOG_BLOCKED, 200, 0}, "4 3");
    expect_worklogs(db, (WorklogFilter){"u", "A-1", -1, 200, 0}, "5 1");
    expect_worklogs(db, (WorklogFilter){"u", NULL, WORKLOG_BLOCKED, 200, 0}, "3");
    expect_worklogs(db, (WorklogFilter){NULL, "A-1", WORKLOG_WRITTEN, 200, 0}, "2 1");
    expect_worklogs(db, (WorklogFilter){"v", "A-1", WORKLOG_WRITTEN, 200, 0}, "2");
    expect_worklogs(db, (WorklogFilter){"v", "A-1", WORKLOG_SKIPPED, 200, 0}, "");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, -1, 2, 0}, "5 4");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, -1, 2, 4}, "3 2");
    expect_worklogs(db, (WorklogFilter){NULL, "A-1", -1, 1, 5}, "2");
    expect_worklogs(db, (WorklogFilter){NULL, NULL, WORKLOG_BLOCKED, 1, 4}, "3");
    expect_worklogs(db, (WorklogFilter){"u", NULL, -1, 1, 5}, "3");
}

static int append_worklog(void *arg, const Worklog *worklog)
{
    assert_int_equal(worklog->next_attempt, 77);
    sprintf((char *)arg + strlen(arg), "%s:%d ", worklog->issue, (int)worklog->id);
    return 0;
}

static int refuse_worklog(void *arg, const Worklog *worklog)
{
    append_worklog(arg, worklog);
    return -1;
}

static void pending_ones_come_in_order(void **state)
{
    char have[100] = "";

    put_worklog(*state, 1, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(*state, 2, "u", "A-2", WORKLOG_WRITTEN, NULL);
    put_worklog(*state, 3, "v", "A-3", WORKLOG_PENDING, NULL);
    assert_int_equal(journal_worklog_each_pending(*state, 0, append_worklog, have, &error), 0);
    assert_string_equal(have, "A-1:1 A-3:3 ");
    have[0] = '\0';
    assert_int_equal(journal_worklog_each_pending(*state, 1, append_worklog, have, &error), 0);
    assert_string_equal(have, "A-3:3 ");
    have[0] = '\0';
    assert_true(journal_worklog_each_pending(*state, 0, refuse_worklog, have, &error) < 0);
    assert_string_equal(have, "A-1:1 ");
}

static void expect_unblocked(Db *db, int64_t id, const char *user, const char *const *reasons,
                             int64_t count, const char *left)
{
    int64_t have = -1;

    assert_int_equal(journal_worklog_unblock(db, id, user, reasons, &have, &error), 0);
    assert_int_equal(have, count);
    expect_worklogs(db, (WorklogFilter){NULL, NULL, WORKLOG_BLOCKED, 200, 0}, left);
}

static void blocked_ones_are_unblocked(void **state)
{
    static const char *const token[] = {"jira_token_required", "jira_token_rejected", NULL};
    static const char *const none[] = {NULL};
    _cleanup_(worklog_done) Worklog read = {0};
    Db *db = *state;

    put_worklog(db, 1, "u", "A-1", WORKLOG_BLOCKED, "jira_token_required");
    put_worklog(db, 2, "u", "A-1", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 3, "v", "A-1", WORKLOG_BLOCKED, "jira_token_rejected");
    put_worklog(db, 4, "u", "A-1", WORKLOG_BLOCKED, "jira_token_rejected");
    put_worklog(db, 5, "v", "A-1", WORKLOG_BLOCKED, "refused");
    put_worklog(db, 6, "u", "A-1", WORKLOG_ABANDONED, "refused");

    expect_unblocked(db, 0, NULL, none, 0, "5 4 3 2 1");
    expect_unblocked(db, 0, "u", token, 2, "5 3 2");
    expect_unblocked(db, 6, NULL, NULL, 0, "5 3 2");
    expect_unblocked(db, 3, "u", NULL, 0, "5 3 2");
    expect_unblocked(db, 3, NULL, NULL, 1, "5 2");
    expect_unblocked(db, 0, NULL, NULL, 2, "");
    assert_int_equal(journal_worklog_get(db, 1, &read, &error), 1);
    assert_int_equal(read.state, WORKLOG_PENDING);
    assert_true(read.next_attempt == TIME_NONE);
    assert_null(read.problem);
    assert_int_equal(read.attempts, 3); /* they tell that it may stand in Jira already */
}

static void request_is_remembered(void **state)
{
    Request request = {.user = TEXT("u"),
                       .request_id = TEXT("r"),
                       .method = TEXT("timer.start"),
                       .digest = TEXT("d"),
                       .intent_id = 3,
                       .entry_id = 4,
                       .asked = 100};
    _cleanup_(request_done) Request read = {0};

    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 0);
    assert_int_equal(journal_request_insert(*state, &request, &error), 0);
    assert_true(journal_request_insert(*state, &request, &error) < 0); /* once */
    assert_int_equal(journal_request_get(*state, "v", "r", &read, &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.user, "u");
    assert_string_equal(read.request_id, "r");
    assert_string_equal(read.method, "timer.start");
    assert_string_equal(read.digest, "d");
    assert_int_equal(read.intent_id, 3);
    assert_int_equal(read.entry_id, 4);
    assert_null(read.answer);
    assert_int_equal(read.asked, 100);
    request_done(&read);
    assert_int_equal(journal_request_answer(*state, "u", "r", false, "{\"result\":1}", &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.answer, "{\"result\":1}");
    request_done(&read);
    assert_int_equal(journal_request_answer(*state, "u", "r", false, "{\"result\":2}", &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.answer, "{\"result\":1}"); /* the first one stays */
    request_done(&read);
    assert_int_equal(journal_request_answer(*state, "u", "r", true, "{\"result\":3}", &error), 0);
    assert_int_equal(journal_request_get(*state, "u", "r", &read, &error), 1);
    assert_string_equal(read.answer, "{\"result\":3}");
    request_done(&read);
}

static void purge_takes_old_answered_ones(void **state)
{
    static const char *const ids[] = {"old answered", "old open", "new answered"};

    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        Request request = {.user = TEXT("u"),
                           .request_id = TEXT(ids[i]),
                           .method = TEXT("m"),
                           .digest = TEXT("d"),
                           .asked = i < 2 ? 100 : 200,
                           .answer = i == 1 ? NULL : TEXT("{}")};

        assert_int_equal(journal_request_insert(*state, &request, &error), 0);
    }
    assert_int_equal(journal_request_purge(*state, 100, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM request"), 3);
    assert_int_equal(journal_request_purge(*state, 200, &error), 0);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM request"), 2);
    assert_int_equal(
        fixture_number(*state, "SELECT COUNT(*) FROM request WHERE request_id = 'old answered'"),
        0);
}

/* Of five old entries, those that run, wait or have a worklog on its way stay. */
static void purge_takes_finished_entries_only(void **state)
{
    static const struct {
        EntryState state;
        Delivery delivery;
        WorklogState worklog;
        int64_t created;
    } rows[] = {
        {ENTRY_STOPPED, DELIVERY_DONE, WORKLOG_WRITTEN, 100},
        {ENTRY_DISCARDED, DELIVERY_DONE, WORKLOG_ABANDONED, 100},
        {ENTRY_RUNNING, DELIVERY_DONE, WORKLOG_SKIPPED, 100},
        {ENTRY_STOPPED, DELIVERY_BLOCKED, WORKLOG_SKIPPED, 100},
        {ENTRY_STOPPED, DELIVERY_DONE, WORKLOG_BLOCKED, 100},
        {ENTRY_STOPPED, DELIVERY_DONE, WORKLOG_WRITTEN, 200},
    };
    int64_t count;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Entry entry = {.user = TEXT("u"),
                       .state = rows[i].state,
                       .delivery = rows[i].delivery,
                       .end = TIME_NONE,
                       .created = rows[i].created};
        Worklog worklog = {.user = TEXT("u"),
                           .issue = TEXT("PZ-1"),
                           .state = rows[i].worklog,
                           .next_attempt = TIME_NONE};

        assert_int_equal(journal_entry_insert(*state, &entry, &error), 0);
        worklog.entry_id = entry.id;
        assert_int_equal(journal_worklog_insert(*state, &worklog, &error), 0);
    }
    assert_int_equal(journal_entry_purge(*state, 200, 1, &count, &error), 0);
    assert_int_equal(count, 1);
    assert_int_equal(journal_entry_purge(*state, 200, 100, &count, &error), 0);
    assert_int_equal(count, 1);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM entry"), 4);
    assert_int_equal(fixture_number(*state, "SELECT COUNT(*) FROM worklog"), 4);
}

static void matches_are_kept(void **state)
{
    _cleanup_(named_id_done) NamedId found = {0};
    Db *db = *state;

    assert_int_equal(match_get(db, "w", "project", "10", &found, &error), 0);
    assert_int_equal(match_put(db, "w", "project", "10", "p1", "One", &error), 0);
    assert_int_equal(match_put(db, "w", "task", "10", "t1", NULL, &error), 0);
    assert_int_equal(match_put(db, "x", "project", "10", "p2", "Two", &error), 0);
    assert_int_equal(match_put(db, "w", "project", "10", "p3", "Three", &error), 0);
    assert_int_equal(match_get(db, "w", "project", "10", &found, &error), 1);
    assert_string_equal(found.id, "p3");
    assert_string_equal(found.name, "Three");
    named_id_done(&found);
    assert_int_equal(match_drop(db, "w", "project", "10", &error), 0);
    assert_int_equal(match_get(db, "w", "project", "10", &found, &error), 0);
    assert_int_equal(match_get(db, "x", "project", "10", &found, &error), 1);
    assert_string_equal(found.id, "p2");
    named_id_done(&found);
    assert_int_equal(match_get(db, "w", "task", "10", &found, &error), 1);
    assert_null(found.name);
}

static void counts_add_up(void **state)
{
    JournalCounts counts = {0};
    Db *db = *state;

    assert_int_equal(journal_counts(db, &counts, &error), 0);
    assert_int_equal(counts.entries_queued + counts.entries_blocked, 0);
    assert_int_equal(counts.worklogs_pending + counts.worklogs_blocked, 0);
    assert_true(counts.oldest_pending == TIME_NONE);
    put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    for (int i = 0; i < 2; i++)
        put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_QUEUED);
    for (int i = 0; i < 3; i++)
        put_entry(db, "u", "A-1", ENTRY_STOPPED, DELIVERY_BLOCKED);
    put_worklog(db, 1, "u", "A-1", WORKLOG_WRITTEN, NULL);
    for (int i = 5; i > 1; i--)
        put_worklog(db, i, "u", "A-1", WORKLOG_PENDING, NULL);
    put_worklog(db, 9, "u", "A-1", WORKLOG_BLOCKED, NULL);
    assert_int_equal(journal_counts(db, &counts, &error), 0);
    assert_int_equal(counts.entries_queued, 2);
    assert_int_equal(counts.entries_blocked, 3);
    assert_int_equal(counts.worklogs_pending, 4);
    assert_int_equal(counts.worklogs_blocked, 1);
    assert_int_equal(counts.oldest_pending, 1002);
}

static void damaged_rows_are_told(void **state)
{
    int64_t id = put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    _cleanup_(entry_list_done) EntryList list = {0};
    Entry read = {0};

    put_entry(*state, "u", "A-1", ENTRY_STOPPED, DELIVERY_DONE);
    assert_int_equal(db_exec(*state, "UPDATE entry SET state = 'odd' WHERE id = 1", &error), 0);
    assert_true(journal_entry_get(*state, id, &read, &error) < 0);
    assert_int_equal(error.reason, ERROR_STORE);
    assert_true(
        journal_entry_list(*state, &(EntryFilter){"u", NULL, -1, -1, 10, 0}, &list, &error) < 0);
    assert_null(list.items);
}

static void settings_are_kept(void **state)
{
    _cleanup_free_ char *value = NULL;

    assert_int_equal(setting_get(*state, SETTING_PAUSED, &value, &error), 0);
    assert_null(value);
    assert_int_equal(setting_put(*state, SETTING_PAUSED, "1", &error), 0);
    assert_int_equal(setting_put(*state, SETTING_PAUSED, "1 because", &error), 0);
    assert_int_equal(setting_get(*state, SETTING_PAUSED, &value, &error), 1);
    assert_string_equal(value, "1 because");
    assert_int_equal(setting_put(*state, SETTING_PAUSED, NULL, &error), 0);
    assert_int_equal(setting_get(*state, SETTING_PAUSED, &value, &error), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, fixture_database, fixture_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_protocols),
        TEST(entry_comes_back_whole),
        TEST(entry_of_nothing_comes_back),
        TEST(update_changes_every_column),
        TEST(update_of_nothing_is_not_found),
        TEST(another_users_entry_is_not_updated),
        TEST(delete_takes_all_that_hangs_on_it),
        TEST(running_is_the_newest),
        TEST(blocked_is_one_with_a_stop_left),
        TEST(clockify_id_is_known),
        TEST(delivery_is_set_and_cleared),
        TEST(entries_are_filtered_and_paged),
        TEST(lists_end_at_200),
        TEST(running_ones_are_listed_oldest_first),
        TEST(intent_comes_back_whole),
        TEST(intent_is_updated_counted_and_removed),
        TEST(intents_come_in_order),
        TEST(worklog_comes_back_whole),
        TEST(worklog_is_updated),
        TEST(an_entry_has_one_worklog),
        TEST(jira_id_is_known),
        TEST(worklogs_are_filtered_and_paged),
        TEST(pending_ones_come_in_order),
        TEST(blocked_ones_are_unblocked),
        TEST(request_is_remembered),
        TEST(purge_takes_old_answered_ones),
        TEST(purge_takes_finished_entries_only),
        TEST(matches_are_kept),
        TEST(counts_add_up),
        TEST(damaged_rows_are_told),
        TEST(settings_are_kept),
    };

    return cmocka_run_group_tests_name("store/journal", tests, NULL, NULL);
}
