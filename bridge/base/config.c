/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Configuration text to Config, by the table of settings; the only file that knows libconfig. It
 * looks at the whole file whatever is wrong with it, so that an administrator mends everything in
 * one go.
 */

#include "base/config.h"

#include <libconfig.h>

#include "base/buffer.h"
#include "base/config_file.h"
#include "base/config_text.h"
#include "base/text.h"

typedef config_setting_t
    Node; /* libconfig's word for any node of its tree, groups and list items too */

/* What every step of the reading needs. */
typedef struct Reading {
    const char *path;
    Config *config;
    Buffer *faults;
    bool failed;
} Reading;

static int read_text(Reading *reading, const char *text);
static void read_group(Reading *reading, const Node *group);
static void read_setting(Reading *reading, const Node *node, const ConfigSetting *setting);
static const char *read_string(Config *config, const Node *node, const ConfigSetting *setting);
static const char *read_integer(Config *config, const Node *node, const ConfigSetting *setting);
static const char *read_boolean(Config *config, const Node *node, const ConfigSetting *setting);
static const char *read_choice(Config *config, const Node *node, const ConfigSetting *setting);
static const char *read_list(Config *config, const Node *node, const ConfigSetting *setting);
static const char *read_words(Config *config, const Node *node, const ConfigSetting *setting);
static const char *read_names(Config *config, const Node *node, const ConfigSetting *setting);
static int find_choice(const ConfigSetting *setting, const char *word);
static bool is_clean(const char *text);
static void fault(Reading *reading, const Node *node, const char *name, const char *what,
                  const char *allowed);
static const ConfigSetting *find_setting(const char *group, const char *name);
static char *names_of(const char *group);
static void *member(const Config *config, const ConfigSetting *setting);
static void free_list(StringList list);
static bool is_same(const Config *a, const Config *b, const ConfigSetting *setting);
static bool is_same_list(StringList a, StringList b);

/* By the same way as a file, so that a default obeys the limits that hold for everybody. */
Config *config_default(void)
{
    Buffer faults = BUFFER_EMPTY;
    _cleanup_(config_freep) Config *config = xcalloc(1, sizeof(*config));
    _cleanup_free_ char *text = config_text_defaults();
    Reading reading = {.path = "defaults", .config = config, .faults = &faults};
    if (read_text(&reading, text) < 0) {
        log_error("a built-in default is wrong: %s", buffer_text(&faults));
        abort();
    }
    return STEAL(config);
}

int config_load(const char *path, Config **ret, Buffer *faults)
{
    _cleanup_free_ char *text = NULL;
    if (config_file_read(path, &text, faults) < 0)
        return -1;
    _cleanup_(config_freep) Config *config = config_default();
    set_string(&config->file, path);
    Reading reading = {.path = path, .config = config, .faults = faults};
    if (read_text(&reading, text) < 0)
        return -1;
    *ret = STEAL(config);
    return 0;
}

unsigned config_line(const char *path, const char *name)
{
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    _cleanup_free_ char *text = NULL;
    config_t parsed;
    unsigned line = 0;
    if (config_file_read(path, &text, &faults) < 0)
        return 0;
    config_init(&parsed);
    if (config_read_string(&parsed, text)) {
        const Node *node = config_lookup(&parsed, name);
        line = node ? config_setting_source_line(node) : 0;
    }
    config_destroy(&parsed);
    return line;
}

void config_free(Config *config)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    if (!config)
        return;
    for (size_t i = 0; i < count; i++) {
        if (settings[i].type == CONFIG_STRING)
            free(*(char **)member(config, &settings[i]));
        else if (settings[i].type == CONFIG_LIST && !settings[i].choices)
            free_list(*(StringList *)member(config, &settings[i]));
    }
    free(config->file);
    free(config);
}

Json *config_changes(const Config *old_config, const Config *new_config)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    Json *names = json_new_array();
    for (size_t i = 0; i < count; i++) {
        if (is_same(old_config, new_config, &settings[i]))
            continue;
        _cleanup_free_ char *name = xasprintf("%s.%s", settings[i].group, settings[i].name);
        json_add_string(names, name);
    }
    return names;
}

static int read_text(Reading *reading, const char *text)
{
    config_t parsed;
    config_init(&parsed);
    if (config_read_string(&parsed, text)) {
        const Node *root = config_root_setting(&parsed);
        for (int i = 0; i < config_setting_length(root); i++)
            read_group(reading, config_setting_get_elem(root, (unsigned)i));
    } else {
        int line = config_error_line(&parsed);
        config_file_fault(reading->faults, reading->path, line > 0 ? (unsigned)line : 0, NULL, "%s",
                          config_error_text(&parsed));
        reading->failed = true;
    }
    config_destroy(&parsed);
    return reading->failed ? -1 : 0;
}

static void read_group(Reading *reading, const Node *group)
{
    const char *group_name = config_setting_name(group);
    _cleanup_free_ char *known = names_of(group_name);
    if (!*known) {
        _cleanup_free_ char *groups = names_of(NULL);
        fault(reading, group, group_name, "unknown group", groups);
        return;
    }
    if (!config_setting_is_group(group)) {
        fault(reading, group, group_name, "not a group", "settings between { and }");
        return;
    }
    for (int i = 0; i < config_setting_length(group); i++) {
        const Node *node = config_setting_get_elem(group, (unsigned)i);
        const ConfigSetting *setting = find_setting(group_name, config_setting_name(node));
        if (setting) {
            read_setting(reading, node, setting);
            continue;
        }
        _cleanup_free_ char *name = xasprintf("%s.%s", group_name, config_setting_name(node));
        fault(reading, node, name, "unknown setting", known);
    }
}

static void read_setting(Reading *reading, const Node *node, const ConfigSetting *setting)
{
    static const char *(*const readers[])(Config *, const Node *, const ConfigSetting *) = {
        [CONFIG_STRING] = read_string,   [CONFIG_INTEGER] = read_integer,
        [CONFIG_BOOLEAN] = read_boolean, [CONFIG_CHOICE] = read_choice,
        [CONFIG_LIST] = read_list,
    };
    const char *what = readers[setting->type](reading->config, node, setting);
    if (!what)
        return;
    _cleanup_free_ char *name = xasprintf("%s.%s", setting->group, setting->name);
    _cleanup_free_ char *allowed = config_text_allowed(setting);
    fault(reading, node, name, what, allowed);
}

/* The readers give NULL when they stored the value, else what is wrong with it. */
static const char *read_string(Config *config, const Node *node, const ConfigSetting *setting)
{
    if (config_setting_type(node) != CONFIG_TYPE_STRING)
        return "not a text";
    const char *text = config_setting_get_string(node);
    int64_t length = (int64_t)strlen(text);
    if (length == 0 && setting->least > 0)
        return "empty";
    if (length < setting->least || length > setting->most)
        return "too long or too short";
    if (!is_clean(text))
        return "has a control character or invalid UTF-8";
    set_string(member(config, setting), text);
    return NULL;
}

static const char *read_integer(Config *config, const Node *node, const ConfigSetting *setting)
{
    int type = config_setting_type(node);
    if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
        return "not a whole number";
    int64_t number = config_setting_get_int64(node);
    if (number < setting->least || number > setting->most)
        return "out of range";
    if (setting->multiple_of && number % setting->multiple_of != 0)
        return "between two steps";
    *(int64_t *)member(config, setting) = number;
    return NULL;
}

static const char *read_boolean(Config *config, const Node *node, const ConfigSetting *setting)
{
    if (config_setting_type(node) != CONFIG_TYPE_BOOL)
        return "neither true nor false";
    *(bool *)member(config, setting) = config_setting_get_bool(node);
    return NULL;
}

static const char *read_choice(Config *config, const Node *node, const ConfigSetting *setting)
{
    if (config_setting_type(node) != CONFIG_TYPE_STRING)
        return "not a text";
    int choice = find_choice(setting, config_setting_get_string(node));
    if (choice < 0)
        return "unknown word";
    *(unsigned *)member(config, setting) =
        (unsigned)choice; /* enums are unsigned for our compilers */
    return NULL;
}

static const char *read_list(Config *config, const Node *node, const ConfigSetting *setting)
{
    int type = config_setting_type(node);
    if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
        return "not a list between [ and ]";
    for (int i = 0; i < config_setting_length(node); i++) {
        const Node *item = config_setting_get_elem(node, (unsigned)i);
        if (config_setting_type(item) != CONFIG_TYPE_STRING)
            return "an item is not a text";
    }
    return setting->choices ? read_words(config, node, setting) : read_names(config, node, setting);
}

static const char *read_words(Config *config, const Node *node, const ConfigSetting *setting)
{
    unsigned bits = 0;
    for (int i = 0; i < config_setting_length(node); i++) {
        int choice = find_choice(setting, config_setting_get_string_elem(node, i));
        if (choice < 0)
            return "unknown word in the list";
        bits |= 1u << choice;
    }
    *(unsigned *)member(config, setting) = bits;
    return NULL;
}

static const char *read_names(Config *config, const Node *node, const ConfigSetting *setting)
{
    int count = config_setting_length(node);
    for (int i = 0; i < count; i++) {
        const char *name = config_setting_get_string_elem(node, i);
        if (!*name || !is_clean(name))
            return "an item is empty or has a control character";
    }
    StringList list = xcalloc((size_t)count + 1, sizeof(*list));
    for (int i = 0; i < count; i++)
        list[i] = xstrdup(config_setting_get_string_elem(node, i));
    StringList *target = member(config, setting);
    free_list(*target);
    *target = list;
    return NULL;
}

static int find_choice(const ConfigSetting *setting, const char *word)
{
    for (int i = 0; setting->choices[i]; i++)
        if (streq(setting->choices[i], word))
            return i;
    return -1;
}

/* The text may have come by \x.. escapes, past the check of the file. Line ends are for templates.
 */
static bool is_clean(const char *text)
{
    for (const char *at = text; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f)
            return false;
    return text_is_utf8(text, strlen(text));
}

static void fault(Reading *reading, const Node *node, const char *name, const char *what,
                  const char *allowed)
{
    config_file_fault(reading->faults, reading->path, config_setting_source_line(node), name,
                      "%s; allowed: %s", what, allowed);
    reading->failed = true;
}

static const ConfigSetting *find_setting(const char *group, const char *name)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++)
        if (streq(settings[i].group, group) && streq(settings[i].name, name))
            return &settings[i];
    return NULL;
}

/* "path, group, ..." of a group, "" if there is none of this name; the groups themselves for NULL.
 */
static char *names_of(const char *group)
{
    Buffer names = BUFFER_EMPTY;
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        bool first_of_group = i == 0 || !streq(settings[i - 1].group, settings[i].group);
        if (group ? !streq(settings[i].group, group) : !first_of_group)
            continue;
        buffer_addf(&names, "%s%s", names.length > 0 ? ", " : "",
                    group ? settings[i].name : settings[i].group);
    }
    return buffer_steal(&names);
}

static void *member(const Config *config, const ConfigSetting *setting)
{
    return (char *)config + setting->offset;
}

static void free_list(StringList list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static bool is_same(const Config *a, const Config *b, const ConfigSetting *setting)
{
    const void *left = member(a, setting), *right = member(b, setting);
    switch (setting->type) {
    case CONFIG_STRING:
        return streq(*(char *const *)left, *(char *const *)right);
    case CONFIG_INTEGER:
        return *(const int64_t *)left == *(const int64_t *)right;
    case CONFIG_BOOLEAN:
        return *(const bool *)left == *(const bool *)right;
    case CONFIG_LIST:
        if (!setting->choices)
            return is_same_list(*(const StringList *)left, *(const StringList *)right);
        break;
    case CONFIG_CHOICE:
        break;
    }
    return *(const unsigned *)left == *(const unsigned *)right;
}

static bool is_same_list(StringList a, StringList b)
{
    size_t i = 0;
    while (a[i] && streq(a[i], b[i]))
        i++;
    return streq(a[i], b[i]);
}
