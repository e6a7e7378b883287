/* SPDX-License-Identifier: Apache-2.0 */

/* The configuration file: defaults, every setting's limits, and the message for each fault. */

#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/config.h"
#include "base/config_file.h"
#include "base/config_text.h"

static char directory[] = "/tmp/test_config.XXXXXX";
static char file[sizeof(directory) + sizeof("/bridge.conf")];

static int set_up(void **state _unused_)
{
    if (!mkdtemp(directory))
        return -1;
    snprintf(file, sizeof(file), "%s/bridge.conf", directory);
    return 0;
}

static int tear_down(void **state _unused_)
{
    unlink(file);
    return rmdir(directory);
}

static void write_bytes(const void *bytes, size_t length)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    close(fd);
}

/* Loads text as a file; faults (without the name of the file in front) go to `faults`. */
static Config *load_bytes(const void *bytes, size_t length, Buffer *faults)
{
    Config *config = NULL;
    Buffer raw = BUFFER_EMPTY;
    write_bytes(bytes, length);
    int r = config_load(file, &config, &raw);
    assert_int_equal(r == 0, config != NULL);
    assert_int_equal(r == 0, raw.length == 0);
    buffer_clear(faults);
    for (const char *line = buffer_text(&raw); *line; line = strchr(line, '\n') + 1) {
        assert_memory_equal(line, file, strlen(file));
        line += strlen(file);
        buffer_add(faults, line, strcspn(line, "\n") + 1);
    }
    buffer_done(&raw);
    return config;
}

static Config *load(const char *text, Buffer *faults)
{
    return load_bytes(text, strlen(text), faults);
}

static Config *load_good(const char *text)
{
    Buffer faults = BUFFER_EMPTY;
    Config *config = load(text, &faults);
    if (!config)
        fail_msg("%s: %s", text, buffer_text(&faults));
    buffer_done(&faults);
    return config;
}

static void check_faults(const char *text, const char *wanted)
{
    Buffer faults = BUFFER_EMPTY;
    _cleanup_(config_freep) Config *config = load(text, &faults);
    check_row_text(buffer_text(&faults), wanted, text);
    check_row(config == NULL, text);
    buffer_done(&faults);
}

static void check_defaults(const Config *config)
{
    assert_string_equal(config->socket.path, "/run/clockify-bridge/bridge.sock");
    assert_string_equal(config->socket.group, "jira");
    assert_string_equal(config->socket.plugin_users[0], "jira");
    assert_null(config->socket.plugin_users[1]);
    assert_string_equal(config->socket.operators[0], "root");
    assert_null(config->socket.operators[1]);
    assert_int_equal(config->rpc.deadline_s, 10);
    assert_int_equal(config->rpc.max_request_kib, 256);
    assert_int_equal(config->rpc.max_connections, 1024);
    assert_int_equal(config->rpc.max_depth, 32);
    assert_int_equal(config->rpc.max_batch, 100);
    assert_int_equal(config->rpc.max_pending, 256);
    assert_string_equal(config->clockify.url, "");
    assert_string_equal(config->clockify.ca_file, "");
    assert_string_equal(config->clockify.client_cert, "");
    assert_string_equal(config->clockify.client_key, "");
    assert_string_equal(config->clockify.proxy, "");
    assert_int_equal(config->clockify.timeout_s, 15);
    assert_string_equal(config->jira.install_dir, "/opt/atlassian/jira");
    assert_string_equal(config->jira.url, "");
    assert_int_equal(config->jira.timeout_s, 10);
    assert_int_equal(config->store.backend, STORE_SQLITE);
    assert_string_equal(config->store.path, "/var/lib/clockify-bridge/bridge.db");
    assert_string_equal(config->store.conninfo, "");
    assert_string_equal(config->secrets.master_key_file, "");
    assert_int_equal(config->worklog.rounding, ROUNDING_NEAREST);
    assert_int_equal(config->worklog.step_s, 60);
    assert_int_equal(config->worklog.minimum_s, 60);
    assert_int_equal(config->worklog.adjust_estimate, ADJUST_AUTO);
    assert_string_equal(config->worklog.comment, "{description}");
    assert_false(config->worklog.stopped_elsewhere);
    assert_int_equal(config->worklog.stopped_elsewhere_poll_s, 300);
    assert_string_equal(config->entry.description, "{key} {summary}");
    assert_int_equal(config->entry.tags,
                     TAG_FROM_TYPE | TAG_FROM_LABELS | TAG_FROM_SUBTASK | TAG_FROM_EPIC);
    assert_int_equal(config->entry.create, CREATE_PROJECT | CREATE_TASK | CREATE_TAG);
    assert_int_equal(config->journal.settle_s, 20);
    assert_int_equal(config->journal.blocked_retry_s, 900);
    assert_int_equal(config->journal.keep_days, 400);
    assert_int_equal(config->log.level, LOG_LEVEL_INFO);
    assert_int_equal(config->log.target, LOG_TARGET_JOURNAL);
}

static void defaults(void **state _unused_)
{
    _cleanup_(config_freep) Config *config = config_default();
    assert_null(config->file);
    check_defaults(config);
    config_free(NULL);
}

static void an_empty_file_is_the_defaults(void **state _unused_)
{
    static const char *const rows[] = {"", "\n# nothing\n// here /* \n/* either\n@ */",
                                       "socket: {};"};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(config_freep) Config *config = load_good(rows[i]);
        assert_string_equal(config->file, file);
        check_defaults(config);
    }
}

static void the_sample_is_the_defaults(void **state _unused_)
{
    _cleanup_free_ char *sample = config_sample();
    _cleanup_(config_freep) Config *config = load_good(sample);
    _cleanup_(config_freep) Config *wanted = config_default();
    _cleanup_json_ Json *differences = config_changes(wanted, config);
    check_defaults(config);
    assert_int_equal(json_count(differences), 0);
}

/* A sample without a setting would parse to the defaults just as well. */
static void the_sample_has_every_setting(void **state _unused_)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *sample = config_sample();
        _cleanup_free_ char *line =
            xasprintf("    %s = %s;\n", settings[i].name, settings[i].otherwise);
        _cleanup_free_ char *group = xasprintf("\n%s:\n{\n", settings[i].group);
        const char *at = strstr(sample, group);
        check_row(at != NULL, settings[i].group);
        const char *end = strstr(at, "\n};\n"), *found = strstr(at, line);
        check_row(found && found < end, settings[i].name);
    }
}

static void the_shipped_file_is_the_sample(void **state _unused_)
{
    const char *source = getenv("SRCDIR");
    _cleanup_free_ char *sample = config_sample(), *text = NULL;
    _cleanup_free_ char *path = xasprintf("%s/conf/bridge.conf", source ? source : ".");
    Buffer faults = BUFFER_EMPTY;
    if (config_file_read(path, &text, &faults) < 0)
        fail_msg("%s", buffer_text(&faults));
    assert_string_equal(text, sample);
}

static void the_table_is_sound(void **state _unused_)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    assert_int_equal(count, 38);
    for (size_t i = 0; i < count; i++) {
        check_row(settings[i].doc && settings[i].doc[0], settings[i].name);
        check_row(settings[i].otherwise && settings[i].otherwise[0], settings[i].name);
        check_row((settings[i].type == CONFIG_CHOICE) <= (settings[i].choices != NULL),
                  settings[i].name);
        check_row(settings[i].most < CONFIG_FILE_TOO_LARGE, settings[i].name);
        for (size_t j = 0; j < i; j++) {
            check_row(settings[i].offset != settings[j].offset, settings[i].name);
            check_row(!streq(settings[i].group, settings[j].group) ||
                          !streq(settings[i].name, settings[j].name),
                      settings[i].name);
        }
    }
}

static void other_values(void **state _unused_)
{
    _cleanup_(config_freep) Config *config =
        load_good("socket: { path = \"/a\"; group = \"\"; plugin_users = [ ]; operators = ( \"a\", "
                  "\"b\" ); };\n"
                  "rpc = { deadline_s = 0x20; max_depth = 8L; };\n"
                  "clockify: { url = \"https://\" \"x\"; proxy = \"environment\"; };\n"
                  "store: { backend = \"postgresql\"; conninfo = \"host=db\"; };\n"
                  "worklog: { rounding = \"down\"; step_s = 900; minimum_s = 0; adjust_estimate = "
                  "\"leave\";\n"
                  "  comment = \"a\\nb \\x41 é\"; stopped_elsewhere = TRUE; };\n"
                  "entry: { tags = [ \"epic\", \"type\" ]; create = [ ]; };\n"
                  "log: { level = \"debug\"; target = \"stderr\"; };");
    assert_string_equal(config->socket.path, "/a");
    assert_string_equal(config->socket.group, "");
    assert_null(config->socket.plugin_users[0]);
    assert_string_equal(config->socket.operators[0], "a");
    assert_string_equal(config->socket.operators[1], "b");
    assert_null(config->socket.operators[2]);
    assert_int_equal(config->rpc.deadline_s, 32);
    assert_int_equal(config->rpc.max_depth, 8);
    assert_string_equal(config->clockify.url, "https://x");
    assert_string_equal(config->clockify.proxy, "environment");
    assert_int_equal(config->store.backend, STORE_POSTGRESQL);
    assert_string_equal(config->store.conninfo, "host=db");
    assert_int_equal(config->worklog.rounding, ROUNDING_DOWN);
    assert_int_equal(config->worklog.step_s, 900);
    assert_int_equal(config->worklog.minimum_s, 0);
    assert_int_equal(config->worklog.adjust_estimate, ADJUST_LEAVE);
    assert_string_equal(config->worklog.comment, "a\nb A é");
    assert_true(config->worklog.stopped_elsewhere);
    assert_int_equal(config->entry.tags, TAG_FROM_EPIC | TAG_FROM_TYPE);
    assert_int_equal(config->entry.create, 0);
    assert_int_equal(config->log.level, LOG_LEVEL_DEBUG);
    assert_int_equal(config->log.target, LOG_TARGET_STDERR);
}

/* Line 4 of a file has `value` for the setting; `what` NULL if it is allowed. */
static void check_value(const ConfigSetting *setting, const char *value, const char *what)
{
    _cleanup_free_ char *text =
        xasprintf("# head\n%s:\n{\n  %s = %s;\n};\n", setting->group, setting->name, value);
    _cleanup_free_ char *allowed = config_text_allowed(setting);
    _cleanup_free_ char *wanted = xasprintf(":4: %s.%s: %s; allowed: %s\n", setting->group,
                                            setting->name, what ? what : "", allowed);
    if (what)
        check_faults(text, wanted);
    else
        config_free(load_good(text));
}

static void check_number(const ConfigSetting *setting, int64_t number, const char *what)
{
    _cleanup_free_ char *value = xasprintf("%" PRId64, number);
    check_value(setting, value, what);
}

static void check_text_of_length(const ConfigSetting *setting, int64_t length, const char *what)
{
    Buffer value = BUFFER_EMPTY;
    buffer_add_char(&value, '"');
    for (int64_t i = 0; i < length; i++)
        buffer_add_char(&value, 'x');
    buffer_add_char(&value, '"');
    check_value(setting, value.data, what);
    buffer_done(&value);
}

static void every_integer(const ConfigSetting *setting)
{
    check_number(setting, setting->least, NULL);
    check_number(setting, setting->least - 1, "out of range");
    check_number(setting, setting->most, NULL);
    check_number(setting, setting->most + 1, "out of range");
    check_number(setting, -1, "out of range");
    check_value(setting, "4294967306", "out of range"); /* 10 in 32 bits */
    check_value(setting, "18446744073709551626L", "out of range");
    check_value(setting, "-99999999999999999999", "out of range");
    check_value(setting, "0x10000000A", "out of range");
    check_value(setting, "10.0", "not a whole number");
    check_value(setting, "12345678901.0", "not a whole number");
    check_value(setting, "\"10\"", "not a whole number");
    check_value(setting, "true", "not a whole number");
    check_value(setting, "[ 10 ]", "not a whole number");
    if (setting->multiple_of) {
        check_number(setting, setting->least + setting->multiple_of, NULL);
        check_number(setting, setting->least + 1, "between two steps");
    }
}

static void every_string(const ConfigSetting *setting)
{
    check_text_of_length(setting, 0, setting->least > 0 ? "empty" : NULL);
    check_text_of_length(setting, setting->most, NULL);
    check_text_of_length(setting, setting->most + 1, "too long or too short");
    check_value(setting, "5", "not a text");
    check_value(setting, "true", "not a text");
    check_value(setting, "[ \"a\" ]", "not a text");
    check_value(setting, "{ a = 1; }", "not a text");
    check_value(setting, "\"a\\x07\"", "has a control character or invalid UTF-8");
    check_value(setting, "\"a\\x7f\"", "has a control character or invalid UTF-8");
    check_value(setting, "\"a\\xff\"", "has a control character or invalid UTF-8");
}

static void every_list(const ConfigSetting *setting)
{
    check_value(setting, "[ ]", NULL);
    check_value(setting, setting->otherwise, NULL);
    check_value(setting, "\"a\"", "not a list between [ and ]");
    check_value(setting, "5", "not a list between [ and ]");
    check_value(setting, "[ 5 ]", "an item is not a text");
    check_value(setting, "( \"a\", [ \"b\" ] )", "an item is not a text");
    check_value(setting, "[ \"\" ]",
                setting->choices ? "unknown word in the list"
                                 : "an item is empty or has a control character");
    check_value(setting, "[ \"a\\n\\x01\" ]",
                setting->choices ? "unknown word in the list"
                                 : "an item is empty or has a control character");
}

static void every_setting_has_limits(void **state _unused_)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        const ConfigSetting *setting = &settings[i];
        switch (setting->type) {
        case CONFIG_INTEGER:
            every_integer(setting);
            break;
        case CONFIG_STRING:
            every_string(setting);
            break;
        case CONFIG_LIST:
            every_list(setting);
            break;
        case CONFIG_BOOLEAN:
            check_value(setting, "true", NULL);
            check_value(setting, "1", "neither true nor false");
            check_value(setting, "\"true\"", "neither true nor false");
            break;
        case CONFIG_CHOICE:
            for (size_t j = 0; setting->choices[j]; j++) {
                _cleanup_free_ char *value = xasprintf("\"%s\"", setting->choices[j]);
                check_value(setting, value, NULL);
            }
            check_value(setting, "\"\"", "unknown word");
            check_value(setting, "\"other\"", "unknown word");
            check_value(setting, "1", "not a text");
            break;
        }
    }
}

static void messages(void **state _unused_)
{
    static const struct {
        const char *text, *faults;
    } rows[] = {
        {"worklog: { step_s = 90; };",
         ":1: worklog.step_s: between two steps; allowed: a multiple of 60 from 60 to 86400\n"},
        {"rpc: {\n deadline_s = 301;\n};",
         ":2: rpc.deadline_s: out of range; allowed: a whole number from 1 to 300\n"},
        {"log:\n{\n level = \"loud\"; };", ":3: log.level: unknown word; allowed: one of "
                                           "\"error\", \"warning\", \"info\", \"debug\"\n"},
        {"entry:\n{ tags = [ \"type\",\n \"colour\" ]; };",
         ":2: entry.tags: unknown word in the list; allowed: a list of \"type\", \"labels\", "
         "\"subtask\", \"epic\"\n"},
        {"socket:\n{ operators = \"root\"; };",
         ":2: socket.operators: not a list between [ and ]; allowed: a list of names\n"},
        {"\n\nlog: { colour = true; };",
         ":3: log.colour: unknown setting; allowed: level, target\n"},
        {"logs: { };\n", ":1: logs: unknown group; allowed: socket, rpc, clockify, jira, store, "
                         "secrets, worklog, entry, journal, log\n"},
        {"log = \"debug\";", ":1: log: not a group; allowed: settings between { and }\n"},
        {"log = ( { level = \"debug\"; } );",
         ":1: log: not a group; allowed: settings between { and }\n"},
        {"level = \"debug\";", ":1: level: unknown group; allowed: socket, rpc, clockify, jira, "
                               "store, secrets, worklog, entry, journal, log\n"},
        {"log: { level = \"info\"; };\n@include \"other.conf\"\n",
         ":2: @include: not allowed; all settings stand in one file\n"},
        {"log: {\n  @include \"other.conf\"\n};",
         ":2: @include: not allowed; all settings stand in one file\n"},
        {"log: {\n level = \"info\"\n level = \"info\"; };", ":3: duplicate setting name\n"},
        {"log: { };\nlog: { };", ":2: duplicate setting name\n"},
        {"log: {\n level = ;\n};", ":2: syntax error\n"},
        {"log: {\n", ":2: syntax error\n"},
        {"\nlog: { level = \"info", ":2: a text without end\n"},
        {"\n\n/* log: { };\n", ":3: a comment without end\n"},
        {"log: {\n level = \"in\\x00fo\"; };", ":2: a NUL character in a text\n"},
        {"#\n# \xff\n", ":2: a NUL byte or invalid UTF-8\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        check_faults(rows[i].text, rows[i].faults);
}

static void all_faults_are_told(void **state _unused_)
{
    check_faults(
        "socket:\n"
        "{\n"
        "  path = \"\";\n"
        "  colour = 1;\n"
        "};\n"
        "nonsense: { a = 1; };\n"
        "rpc: { deadline_s = 0; max_batch = \"many\"; };\n"
        "log: { level = \"info\"; };\n"
        "entry = 5;\n",
        ":3: socket.path: empty; allowed: a text of 1 to 107 bytes\n"
        ":4: socket.colour: unknown setting; allowed: path, group, plugin_users, operators\n"
        ":6: nonsense: unknown group; allowed: socket, rpc, clockify, jira, store, secrets, "
        "worklog, entry, journal, log\n"
        ":7: rpc.deadline_s: out of range; allowed: a whole number from 1 to 300\n"
        ":7: rpc.max_batch: not a whole number; allowed: a whole number from 1 to 1000\n"
        ":9: entry: not a group; allowed: settings between { and }\n");
}

/* What looks like one of them within a text or a comment is none. */
static void texts_may_say_anything(void **state _unused_)
{
    _cleanup_(config_freep) Config *config =
        load_good("# @include \"x\" \"\n/* \" 99999999999 */ // /*\n"
                  "worklog: { comment = \"@include # // /* \\\" 99999999999 \\\\\"; };\n"
                  "entry: { description = \"two\nlines\"; };");
    assert_string_equal(config->worklog.comment, "@include # // /* \" 99999999999 \\");
    assert_string_equal(config->entry.description, "two\nlines");
}

static void nul_bytes(void **state _unused_)
{
    static const char bytes[] = "log: { };\n\0rpc: { deadline_s = 0; };";
    Buffer faults = BUFFER_EMPTY;
    assert_null(load_bytes(bytes, sizeof(bytes) - 1, &faults));
    assert_string_equal(buffer_text(&faults), ":2: a NUL byte or invalid UTF-8\n");
    buffer_done(&faults);
}

static void sizes(void **state _unused_)
{
    size_t length = CONFIG_FILE_MOST + 1;
    Buffer faults = BUFFER_EMPTY;
    _cleanup_free_ char *text = xmalloc(length);
    memset(text, '\n', length);
    _cleanup_(config_freep) Config *config = load_bytes(text, length - 1, &faults);
    assert_non_null(config);
    assert_null(load_bytes(text, length, &faults));
    assert_string_equal(buffer_text(&faults), ": too large; at most 1 MiB is allowed\n");
    buffer_done(&faults);
}

static void files_that_are_none(void **state _unused_)
{
    Buffer faults = BUFFER_EMPTY;
    Config *config = NULL;
    _cleanup_free_ char *other = xasprintf("%s/other", directory);

    assert_int_equal(config_load(other, &config, &faults), -1);
    assert_non_null(strstr(buffer_text(&faults), "/other: cannot be opened: No such file"));
    buffer_clear(&faults);

    write_bytes("", 0);
    assert_int_equal(symlink(file, other), 0);
    assert_int_equal(config_load(other, &config, &faults), -1);
    assert_non_null(strstr(buffer_text(&faults), "/other: cannot be opened: a symbolic link"));
    buffer_clear(&faults);
    unlink(other);

    assert_int_equal(mkfifo(other, 0600), 0);
    assert_int_equal(config_load(other, &config, &faults), -1); /* and does not wait for a writer */
    assert_non_null(strstr(buffer_text(&faults), "/other: not a regular file"));
    buffer_clear(&faults);
    unlink(other);

    assert_int_equal(config_load(directory, &config, &faults), -1);
    assert_non_null(strstr(buffer_text(&faults), ": not a regular file"));
    assert_null(config);
    buffer_done(&faults);
}

static void changes(void **state _unused_)
{
    _cleanup_(config_freep) Config *before = config_default();
    _cleanup_(config_freep) Config *after =
        load_good("socket: { operators = [ \"root\", \"admin\" ]; plugin_users = [ \"jira\" ]; };"
                  "clockify: { url = \"x\"; timeout_s = 15; };"
                  "worklog: { step_s = 120; stopped_elsewhere = true; rounding = \"up\"; };"
                  "entry: { tags = [ \"type\" ]; };");
    static const char wanted[] = "[\"socket.operators\",\"clockify.url\",\"worklog.rounding\","
                                 "\"worklog.step_s\",\"worklog.stopped_elsewhere\",\"entry.tags\"]";
    _cleanup_json_ Json *there = config_changes(before, after),
                        *back = config_changes(after, before), *none = config_changes(after, after);
    _cleanup_free_ char *there_text = json_text(there), *back_text = json_text(back);
    assert_string_equal(there_text, wanted);
    assert_string_equal(back_text, wanted);
    assert_int_equal(json_count(none), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(an_empty_file_is_the_defaults),
        cmocka_unit_test(the_sample_is_the_defaults),
        cmocka_unit_test(the_sample_has_every_setting),
        cmocka_unit_test(the_shipped_file_is_the_sample),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(other_values),
        cmocka_unit_test(every_setting_has_limits),
        cmocka_unit_test(messages),
        cmocka_unit_test(all_faults_are_told),
        cmocka_unit_test(texts_may_say_anything),
        cmocka_unit_test(nul_bytes),
        cmocka_unit_test(sizes),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(changes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
