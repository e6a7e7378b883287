/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A configuration file of any bytes. It is refused with lines that say why and that a terminal can
 * show, or every setting keeps the limits of its row in the table.
 */

#include "base/buffer.h"
#include "base/config.h"
#include "base/text.h"
#include "fuzz.h"

static void check_faults(const Buffer *faults);
static void check_settings(const Config *config);
static void check_text(const Config *config, const ConfigSetting *setting);
const char *__lsan_default_suppressions(void);

static const FuzzSeed seeds[] = {
    {"group", "rpc: { deadline_s = 10; max_depth = 0x10; };\n# text\nlog = { level = \"debug\"; }"},
    {"numbers", "rpc: { deadline_s = 4294967297L; max_batch = 0xffffffffffff; max_depth = 1e9; }"},
    {"include", "@include \"/etc/passwd\"\n"},
    {"lists", "socket: { operators = [ \"root\", \"a\" ]; plugin_users = ( \"x\", 1, {} ); };"},
    {"open", "jira: { url = \"http://127.0.0.1:8080"},
    {"joined", "clockify: { url = \"https://\" \"app.clockify.me\"; timeout_s = 1 }"},
    {"comments", "/* a\n */ // b\n# c\nworklog { rounding = \"up\", step_s = 900; }"},
    {"nested", "a={a={a={a={a={a={a={a=((((((((1))))))));};};};};};};};"},
    {"escapes", "jira: { url = \"\\x41\\t\\\\\\\"\\x00\"; };"},
};

/* libconfig forgets the beginning of a text that does not end. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig\n";
}

void fuzz_seeds(FuzzAdd *add, void *context)
{
    _cleanup_free_ char *sample = config_sample();
    add(context, "sample", sample, strlen(sample));
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *path = fuzz_file(bytes, length);
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    _cleanup_(config_freep) Config *config = NULL;
    if (config_load(path, &config, &faults) < 0) {
        check_faults(&faults);
        return 0;
    }
    _cleanup_(config_freep) Config *usual = config_default();
    _cleanup_json_ Json *changes = config_changes(usual, config);
    require(faults.length == 0);
    for (size_t i = 0; i < json_count(changes); i++)
        config_line(path, json_string_at(changes, i));
    check_settings(config);
    return 0;
}

static void check_faults(const Buffer *faults)
{
    require(faults->length > 0 && faults->data[faults->length - 1] == '\n');
    require(strlen(faults->data) == faults->length);
    _cleanup_free_ char *shown = xstrdup(faults->data);
    text_neutralize(shown);
    for (size_t i = 0; i < faults->length; i++)
        require(shown[i] == faults->data[i] || faults->data[i] == '\n');
}

static void check_settings(const Config *config)
{
    size_t count;
    const ConfigSetting *settings = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        const void *value = (const char *)config + settings[i].offset;
        if (settings[i].type == CONFIG_STRING) {
            check_text(config, &settings[i]);
        } else if (settings[i].type == CONFIG_INTEGER) {
            int64_t number = *(const int64_t *)value;
            require(number >= settings[i].least && number <= settings[i].most);
            require(settings[i].multiple_of == 0 || number % settings[i].multiple_of == 0);
        }
    }
}

static void check_text(const Config *config, const ConfigSetting *setting)
{
    const char *text = *(char *const *)((const char *)config + setting->offset);
    int64_t length = (int64_t)strlen(text);
    require(length >= setting->least && length <= setting->most);
    require(text_is_utf8(text, (size_t)length));
    for (const char *c = text; *c; c++)
        require(((unsigned char)*c >= 0x20 && *c != 0x7f) || *c == '\n' || *c == '\t');
}
