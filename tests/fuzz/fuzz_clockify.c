/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clockify's answers made of any bytes, before every reader. Success fills what the reader owes,
 * failure leaves nothing behind; what is read of an entry can be written back.
 */

#include "fuzz_answers.h"

#include "remote/clockify.h"
#include "remote/clockify_url.h"

#define API "https://api.clockify.me/api/v1"

typedef void Reader(const RestAnswer *answer);

static void read_user(const RestAnswer *answer);
static void read_workspaces(const RestAnswer *answer);
static void read_projects(const RestAnswer *answer);
static void read_tasks(const RestAnswer *answer);
static void read_tags(const RestAnswer *answer);
static void read_list(const RestAnswer *answer, ClockifyList list);
static void read_item(const RestAnswer *answer);
static void read_entry(const RestAnswer *answer);
static void replace(const ClockifyEntry *entry);
static void read_entries(const RestAnswer *answer);
static void read_probe(const RestAnswer *answer);
static void read_boot(const RestAnswer *answer);

static Reader *const readers[] = {read_user, read_workspaces, read_projects, read_tasks, read_tags,
                                  read_item, read_entry,      read_entries,  read_probe, read_boot};

static const FuzzSeed seeds[] = {
    {"user", "aa{\"id\":\"u1\",\"email\":\"a@b.c\",\"name\":\"Anna\",\"activeWorkspace\":\"w1\","
             "\"defaultWorkspace\":\"w1\"}"},
    {"workspaces",
     "ba[{\"id\":\"w1\",\"name\":\"Main\",\"workspaceSettings\":{\"forceProjects\":true,"
     "\"forceTasks\":false,\"forceTags\":true,\"forceDescription\":false,\"timeTrackingMode\":"
     "\"STOPWATCH_ONLY\",\"lockTimeEntries\":\"2026-01-01T00:00:00Z\",\"isProjectPublicByDefault\":"
     "false,\"entityCreationPermissions\":{\"whoCanCreateProjectsAndClients\":\"EVERYONE\","
     "\"whoCanCreateTags\":\"ADMINS\",\"whoCanCreateTasks\":\"ADMINS_AND_PROJECT_MANAGERS\"}}}]"},
    {"projects", "ca[{\"id\":\"p1\",\"name\":\"Phase Zero\",\"clientName\":\"\",\"color\":\"#fff\","
                 "\"billable\":true,\"archived\":false},{\"id\":7}]"},
    {"tasks", "da[{\"id\":\"t1\",\"name\":\"PZ-1\",\"status\":\"DONE\"}]"},
    {"tags", "ea[{\"id\":\"g1\",\"name\":\"Story\",\"archived\":true}]"},
    {"item", "fa{\"id\":\"p1\",\"name\":\"x\",\"archived\":true}"},
    {"entry",
     "ga{\"id\":\"e1\",\"description\":\"d\",\"userId\":\"u\",\"workspaceId\":\"w\","
     "\"projectId\":null,\"taskId\":\"t\",\"tagIds\":[\"g1\"],\"billable\":false,"
     "\"timeInterval\":{\"start\":\"2026-11-23T10:00:00Z\",\"end\":null},"
     "\"customFieldValues\":[{\"customFieldId\":\"c\",\"value\":[1]}],\"type\":\"REGULAR\"}"},
    {"hydrated",
     "ha[{\"id\":\"e1\",\"project\":{\"id\":\"p\",\"name\":\"n\"},\"task\":{\"id\":\"t\",\"name\":"
     "\"n\"},\"tags\":[{\"id\":\"g\",\"name\":\"n\"}],\"userId\":\"u\",\"workspaceId\":\"w\","
     "\"timeInterval\":{\"start\":\"2026-11-23T10:00:00Z\",\"end\":\"2026-11-23T11:00:00Z\"}}]"},
    {"probe", "ie{\"message\":\"Full authentication is required\",\"code\":1000}"},
    {"boot", "ja{\"endpoint\":\"/api\",\"version\":\"1.2\",\"selfHosted\":true}"},
    {"boot-other", "ja{\"endpoint\":\"https://api.acme.example.com/\",\"selfHosted\":false}"},
    {"error", "gd{\"message\":\"Project is required\",\"code\":501}"},
    {"key", "ae{\"message\":\"Api key does not exist\",\"code\":4003}"},
    {"page", "gm<html>Sign in</html>"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

/* A letter for the reader, one for the answer, then the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    Reader *reader = readers[(uint8_t)(fuzz_byte(&input) - 'a') % ARRAY_SIZE(readers)];
    uint8_t how = fuzz_byte(&input);
    RestAnswer answer = answer_of(how, &input);
    Error error = {0};
    check_outcome(clockify_check(&answer, &error), &error, "clockify");
    require(!clockify_unclear(&answer) || answer.outcome != REST_NOT_SENT);
    require(!clockify_nothing_running(&answer) || answer.status == 404);
    require(!clockify_not_there(&answer) || answer.status >= 400);
    require(!clockify_already_exists(&answer) || answer.status == 400);
    reader(&answer);
    rest_answer_done(&answer);
    return 0;
}

static void read_user(const RestAnswer *answer)
{
    ClockifyUser user = {0};
    Error error = {0};
    int r = clockify_user_read(answer, &user, &error);
    check_outcome(r, &error, "clockify");
    require((r == 0) == (user.id != NULL));
    clockify_user_done(&user);
}

static void read_workspaces(const RestAnswer *answer)
{
    ClockifyWorkspaces all = {0};
    Error error = {0};
    int r = clockify_workspaces_read(answer, &all, &error);
    check_outcome(r, &error, "clockify");
    for (size_t i = 0; i < all.count; i++) {
        require(all.items[i].id && all.items[i].name);
        require(clockify_workspace_find(&all, all.items[i].id) != NULL);
    }
    clockify_workspaces_done(&all);
}

static void read_projects(const RestAnswer *answer)
{
    read_list(answer, LIST_PROJECTS);
}

static void read_tasks(const RestAnswer *answer)
{
    read_list(answer, LIST_TASKS);
}

static void read_tags(const RestAnswer *answer)
{
    read_list(answer, LIST_TAGS);
}

static void read_list(const RestAnswer *answer, ClockifyList list)
{
    const ClockifyListQuery query = {.list = list, .workspace = "w", .page = 1, .page_size = 2};
    ClockifyItems items = {0};
    Error error = {0};
    check_outcome(clockify_list_read(answer, &query, &items, &error), &error, "clockify");
    for (size_t i = 0; i < items.count; i++) {
        size_t count = 0;
        require(items.items[i].id && items.items[i].name);
        clockify_items_match(&items, list, items.items[i].name, &count);
        require(count <= items.count);
    }
    clockify_items_done(&items);
}

static void read_item(const RestAnswer *answer)
{
    for (ClockifyList list = LIST_PROJECTS; list <= LIST_TAGS; list++) {
        ClockifyItem item = {0};
        Error error = {0};
        int r = clockify_item_read(answer, list, &item, &error);
        check_outcome(r, &error, "clockify");
        require((r == 0) == (item.id != NULL));
        clockify_item_done(&item);
    }
}

static void read_entry(const RestAnswer *answer)
{
    ClockifyEntry entry = {0};
    Error error = {0};
    int r = clockify_entry_read(answer, &entry, &error);
    check_outcome(r, &error, "clockify");
    require((r == 0) == (entry.id != NULL));
    if (r == 0)
        replace(&entry);
    clockify_entry_done(&entry);
}

/* Whatever Clockify said of an entry, a whole replacement of it is JSON. */
static void replace(const ClockifyEntry *entry)
{
    _cleanup_json_ Json *changes = json_new_object(), *body = NULL;
    RestRequest request = {0};
    require(json_object_is_type(entry->tags, json_type_array));
    json_put_string(changes, "description", "new");
    clockify_entry_replace_request(API, entry, changes, entry->end, &request);
    require(json_parse(request.body, strlen(request.body), 64, &body, NULL) == 0);
    require(streq(json_string(body, "description"), "new"));
    rest_request_done(&request);
}

static void read_entries(const RestAnswer *answer)
{
    ClockifyEntries entries = {0};
    Error error = {0};
    check_outcome(clockify_entries_read(answer, &entries, &error), &error, "clockify");
    for (size_t i = 0; i < entries.count; i++)
        require(entries.items[i].id && entries.items[i].tags);
    clockify_entries_done(&entries);
}

static void read_probe(const RestAnswer *answer)
{
    Error error = {0};
    check_outcome(clockify_probe_read(answer, &error), &error, "clockify");
}

/* Keys never go to an address that is neither https nor this machine. */
static void read_boot(const RestAnswer *answer)
{
    ClockifyServer server = {0}, other = {0};
    _cleanup_free_ char *version = NULL;
    Error error = {0};
    require(clockify_server_from_url("https://clockify.example.com", &server, NULL) == 0);
    clockify_server_copy(&other, &server);
    if (clockify_boot_read(answer, &other, &version, &error) < 0)
        require(error.reason != ERROR_NONE && streq(server.api_url, other.api_url));
    require(strncmp(other.api_url, "https://", 8) == 0);
    clockify_server_done(&server);
    clockify_server_done(&other);
}
