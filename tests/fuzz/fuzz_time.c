/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Dates, durations and other small texts. A date that is read must come back as the same moment
 * when it is written and read again; what is made of a text must be valid UTF-8 and no longer than
 * was said.
 */

#include "base/text.h"
#include "base/time.h"
#include "fuzz.h"
#include "remote/clockify.h"
#include "remote/jira.h"

#define YEAR_0001 INT64_C(-62135596800)
#define YEAR_9999 INT64_C(253402300799)

static void check_date(const char *text);
static void check_duration(const char *text);
static void check_number(const char *text);
static void check_words(const char *text);
static void check_made(char *text, size_t most);

static const FuzzSeed seeds[] = {
    {"utc", "2026-11-23T10:00:00Z"},
    {"offset", "2026-11-23t10:00:00.123456789+0530"},
    {"colon", "0001-01-01T00:00:00-23:59"},
    {"leap", "2024-02-29T23:59:60Z"},
    {"last", "9999-12-31T23:59:59Z"},
    {"duration", "PT1H30M"},
    {"days", "P1DT2H3M4S"},
    {"long", "PT9223372036854775807S"},
    {"number", "9223372036854775808"},
    {"spaces", " a\t\xc2\xa0 b\xe2\x80\xa8\n<c> "},
    {"letters", "\xc3\x84\xce\xa3\xd0\x96\xd5\x93 ABC-1"},
    {"bad", "a\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    _cleanup_free_ char *text = fuzz_text(&(FuzzInput){bytes, length});
    check_date(text);
    check_duration(text);
    check_number(text);
    _cleanup_free_ char *shown = xstrdup(text);
    text_neutralize(shown);
    require(text_is_utf8(shown, strlen(shown)) && strlen(shown) <= strlen(text));
    if (text_is_utf8(text, strlen(text)))
        check_words(text);
    return 0;
}

static void check_date(const char *text)
{
    char written[TIME_TEXT_SIZE], jira[TIME_TEXT_SIZE];
    int64_t moment = 1, again = 2;
    if (time_parse(text, &moment) < 0) {
        require(moment == 1);
        return;
    }
    if (moment < YEAR_0001 || moment > YEAR_9999)
        return; /* an offset has moved it past what can be written */
    require(time_parse(time_format(moment, written), &again) == 0 && again == moment);
    require(time_parse(time_format_jira(moment, jira), &again) == 0 && again == moment);
}

static void check_duration(const char *text)
{
    int64_t seconds = -1;
    if (time_parse_duration(text, &seconds) == 0)
        require(seconds >= 0 && text[0] == 'P');
    else
        require(seconds == -1);
}

static void check_number(const char *text)
{
    int64_t number = -1;
    if (text_to_int64(text, &number) < 0) {
        require(number == -1);
        return;
    }
    _cleanup_free_ char *written = xasprintf("%lld", (long long)number);
    require(number >= 0 && streq(written, text + strspn(text, "0") - (number == 0)));
}

/* What is made of names and descriptions. */
static void check_words(const char *text)
{
    const char *reason = NULL;
    require(text_length(text) <= strlen(text));
    require(text_prefix(text, 5) <= strlen(text));
    check_made(text_cut(text, 5), 5);
    check_made(text_fold_space(text), text_length(text));
    check_made(clockify_name(LIST_PROJECTS, text, &reason), CLOCKIFY_PROJECT_NAME_MOST);
    check_made(clockify_name(LIST_TASKS, text, &reason), CLOCKIFY_TASK_NAME_MOST);
    check_made(clockify_name(LIST_TAGS, text, &reason), CLOCKIFY_TAG_NAME_MOST);
    check_made(clockify_description(text), CLOCKIFY_DESCRIPTION_MOST);
    _cleanup_free_ char *lower = text_lower(text);
    require(text_is_utf8(lower, strlen(lower)) && text_equal_nocase(lower, text));
    if (jira_is_issue_key(text))
        require(strlen(text) <= 255 && !strpbrk(text, "/?#%. "));
}

/* Takes the text over; there may be none. */
static void check_made(char *text, size_t most)
{
    if (text)
        require(text_is_utf8(text, strlen(text)) && text_length(text) <= most);
    free(text);
}
