/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables say becomes text of a manual page, whatever it contains. */

#include "tests/unit/base/check.h"

#include "base/mdoc.h"

static void check_text(const char *text, const char *wanted)
{
    _cleanup_(buffer_done) Buffer page = BUFFER_EMPTY;

    mdoc_text(&page, text);
    assert_string_equal(buffer_text(&page), wanted);
}

static void sentences_have_lines_of_their_own(void **state _unused_)
{
    check_text("", "");
    check_text("  One \n two.  ", "One two.\n");
    check_text("One. Two? Three", "One.\nTwo?\nThree\n");
    check_text("as in conf/server.xml or 1.5h", "as in conf/server.xml or 1.5h\n");
}

static void long_lines_are_broken(void **state _unused_)
{
    check_text("123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456 789",
               "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456\n"
               "789\n");
}

static void nothing_in_a_text_is_a_macro(void **state _unused_)
{
    check_text(".Sh NAME", "\\&.Sh NAME\n");
    check_text("'br", "\\&'br\n");
    check_text("One. .Two", "One.\n\\&.Two\n");
    check_text("a\\fB", "a\\efB\n");
}

static void names_are_not_hyphenated(void **state _unused_)
{
    check_text("a request_id: {issue, rest}", "a \\%request_id: \\%{issue, \\%rest}\n");
}

static void options_keep_their_hyphens(void **state _unused_)
{
    check_text("[--api-key FILE] or (-v|-w), self-hosted",
               "[\\-\\-api\\-key FILE] or (\\-v|\\-w), self-hosted\n");
}

static void arguments_are_quoted(void **state _unused_)
{
    _cleanup_(buffer_done) Buffer page = BUFFER_EMPTY;

    mdoc_macro(&page, "It Ic", "say \"a-b\\\" .");
    mdoc_macro(&page, "Dl", "[1,2, 3]");
    mdoc_line(&page, "El");
    assert_string_equal(buffer_text(&page), ".It Ic \"say \\(dqa\\-b\\e\\(dq .\"\n"
                                            ".Dl \"[1,\\:2, 3]\"\n.El\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_have_lines_of_their_own),
        cmocka_unit_test(long_lines_are_broken),
        cmocka_unit_test(nothing_in_a_text_is_a_macro),
        cmocka_unit_test(names_are_not_hyphenated),
        cmocka_unit_test(options_keep_their_hyphens),
        cmocka_unit_test(arguments_are_quoted),
    };
    return cmocka_run_group_tests_name("base/mdoc", tests, NULL, NULL);
}
