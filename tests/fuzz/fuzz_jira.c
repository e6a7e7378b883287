/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Jira's answers made of any bytes, before every reader. An answer that was given to anybody but
 * the expected user is never read as that user's.
 */

#include "fuzz_answers.h"

#include "remote/jira.h"

typedef int Reader(const RestAnswer *answer, Error *error);

static int read_myself(const RestAnswer *answer, Error *error);
static int read_issue(const RestAnswer *answer, Error *error);
static int read_worklog(const RestAnswer *answer, Error *error);
static int read_worklogs(const RestAnswer *answer, Error *error);
static int read_permissions(const RestAnswer *answer, Error *error);
static int read_configuration(const RestAnswer *answer, Error *error);

static Reader *const readers[] = {read_myself,   read_issue,       read_worklog,
                                  read_worklogs, read_permissions, read_configuration};

static const FuzzSeed seeds[] = {
    {"myself", "aa{\"key\":\"JIRAUSER10100\",\"name\":\"anna\",\"displayName\":\"Anna\","
               "\"timeZone\":\"Europe/Berlin\"}"},
    {"issue", "ba{\"id\":\"10001\",\"key\":\"PZ-1\",\"fields\":{\"summary\":\"Read\",\"issuetype\":"
              "{\"name\":\"Story\",\"subtask\":false},\"labels\":[\"a\",\"b\"],\"project\":{\"id\":"
              "\"1\",\"key\":\"PZ\",\"name\":\"Phase Zero\"},\"parent\":{\"key\":\"PZ-2\"}}}"},
    {"worklog", "ca{\"id\":\"7\",\"author\":{\"key\":\"JIRAUSER10100\"},\"comment\":\"c\","
                "\"started\":\"2026-11-23T10:00:00.000+0000\",\"timeSpentSeconds\":60}"},
    {"worklogs", "da{\"worklogs\":[{\"id\":\"7\",\"author\":{\"key\":\"k\"},\"comment\":\"\","
                 "\"started\":\"2026-11-23T10:00:00.000+0530\",\"timeSpentSeconds\":3600},{}],"
                 "\"total\":2}"},
    {"permissions", "ea{\"permissions\":{\"WORK_ON_ISSUES\":{\"havePermission\":true}}}"},
    {"configuration", "fa{\"timeTrackingEnabled\":false}"},
    {"error", "cd{\"errorMessages\":[\"no\"],\"errors\":{\"timeLogged\":\"bad\"}}"},
    {"token", "ae{\"message\":\"Client must be authenticated\",\"status-code\":401}"},
    {"page", "bm<html>Sign in</html>"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

/* A letter for the reader, one for the answer, then the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    size_t choice = (uint8_t)(fuzz_byte(&input) - 'a') % ARRAY_SIZE(readers);
    RestAnswer answer = answer_of(fuzz_byte(&input), &input);
    Error error = {0};
    check_outcome(jira_check(&answer, "anna", &error), &error, "jira");
    require(!jira_unclear(&answer) || answer.outcome != REST_NOT_SENT);
    error = (Error){0};
    int r = readers[choice](&answer, &error);
    check_outcome(r, &error, "jira");
    if (r == 0 && readers[choice] != read_myself)
        require(streq(answer.user_name, "anna"));
    rest_answer_done(&answer);
    return 0;
}

static int read_myself(const RestAnswer *answer, Error *error)
{
    JiraUser user = {0};
    int r = jira_myself_read(answer, &user, error);
    require((r == 0) == (user.key != NULL));
    jira_user_done(&user);
    return r;
}

static int read_issue(const RestAnswer *answer, Error *error)
{
    JiraIssue issue = {0};
    int r = jira_issue_read(answer, "anna", &issue, error);
    require((r == 0) == (issue.id != NULL) && (r == 0) == (issue.details != NULL));
    jira_issue_done(&issue);
    return r;
}

static int read_worklog(const RestAnswer *answer, Error *error)
{
    JiraWorklog worklog = {0};
    int r = jira_worklog_read(answer, "anna", &worklog, error);
    require((r == 0) == (worklog.id != NULL));
    jira_worklog_done(&worklog);
    return r;
}

static int read_worklogs(const RestAnswer *answer, Error *error)
{
    JiraWorklogs worklogs = {0};
    int r = jira_worklogs_read(answer, "anna", &worklogs, error);
    for (size_t i = 0; i < worklogs.count; i++)
        require(worklogs.items[i].id);
    jira_worklogs_done(&worklogs);
    return r;
}

static int read_permissions(const RestAnswer *answer, Error *error)
{
    bool may_work;
    return jira_permissions_read(answer, "anna", &may_work, error);
}

static int read_configuration(const RestAnswer *answer, Error *error)
{
    bool time_tracking;
    return jira_configuration_read(answer, "anna", &time_tracking, error);
}
