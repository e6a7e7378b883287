/* SPDX-License-Identifier: Apache-2.0 */

/* Writes configuration text from the table of settings; reads none. */

#include "base/config.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/config_text.h"

#define COMMENT_WIDTH 96

static void add_setting(Buffer *text, const ConfigSetting *setting);
static void add_comment(Buffer *text, const char *words);

char *config_sample(void)
{
    Buffer text = BUFFER_EMPTY;
    const char *group = NULL;
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    buffer_add_text(&text,
                    "# SPDX-License-Identifier: Apache-2.0\n"
                    "# Configuration of the Clockify bridge; every value below is the default.\n"
                    "# clockify-bridged --check-config tells what is wrong with this file.\n");
    for (size_t i = 0; i < count; i++) {
        if (!streq(group, settings[i].group)) {
            buffer_addf(&text, "%s\n%s:\n{\n", group ? "};\n" : "", settings[i].group);
            group = settings[i].group;
        } else {
            buffer_add_char(&text, '\n');
        }
        add_setting(&text, &settings[i]);
    }
    buffer_add_text(&text, "};\n");
    return buffer_steal(&text);
}

char *config_text_defaults(void)
{
    Buffer text = BUFFER_EMPTY;
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || !streq(settings[i - 1].group, settings[i].group);
        bool last = i + 1 == count || !streq(settings[i + 1].group, settings[i].group);
        if (first)
            buffer_addf(&text, "%s: {", settings[i].group);
        buffer_addf(&text, " %s = %s;", settings[i].name, settings[i].otherwise);
        if (last)
            buffer_add_text(&text, " };\n");
    }
    return buffer_steal(&text);
}

char *config_text_allowed(const ConfigSetting *setting)
{
    switch (setting->type) {
    case CONFIG_INTEGER:
        return setting->multiple_of
                   ? xasprintf("a multiple of %" PRId64 " from %" PRId64 " to %" PRId64,
                               setting->multiple_of, setting->least, setting->most)
                   : xasprintf("a whole number from %" PRId64 " to %" PRId64, setting->least,
                               setting->most);
    case CONFIG_BOOLEAN:
        return xstrdup("true or false");
    case CONFIG_STRING:
        return xasprintf("a text of %" PRId64 " to %" PRId64 " bytes", setting->least,
                         setting->most);
    case CONFIG_CHOICE:
    case CONFIG_LIST:
        break;
    }
    Buffer allowed = BUFFER_EMPTY;
    buffer_add_text(&allowed, setting->type == CONFIG_CHOICE ? "one of" : "a list of");
    if (!setting->choices)
        buffer_add_text(&allowed, " names");
    for (size_t i = 0; setting->choices && setting->choices[i]; i++)
        buffer_addf(&allowed, "%s \"%s\"", i > 0 ? "," : "", setting->choices[i]);
    return buffer_steal(&allowed);
}

static void add_setting(Buffer *text, const ConfigSetting *setting)
{
    _cleanup_free_ char *allowed = config_text_allowed(setting);
    _cleanup_free_ char *words = NULL;
    if (setting->type == CONFIG_STRING || setting->type == CONFIG_BOOLEAN)
        words = xasprintf("%s%s", setting->doc, setting->reloadable ? "" : " Needs a restart.");
    else
        words = xasprintf("%s Allowed: %s.%s", setting->doc, allowed,
                          setting->reloadable ? "" : " Needs a restart.");
    add_comment(text, words);
    buffer_addf(text, "    %s = %s;\n", setting->name, setting->otherwise);
}

/* Breaks at blanks, so that the file stays readable in a terminal. */
static void add_comment(Buffer *text, const char *words)
{
    size_t column = 0;
    while (*words) {
        size_t length = strcspn(words, " ");
        if (column == 0 || column + 1 + length > COMMENT_WIDTH) {
            buffer_add_text(text, column ? "\n    #" : "    #");
            column = strlen("    #");
        }
        buffer_add_char(text, ' ');
        buffer_add(text, words, length);
        column += 1 + length;
        words += length;
        words += strspn(words, " ");
    }
    buffer_add_char(text, '\n');
}
