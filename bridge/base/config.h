/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The configuration file. One table of settings (name, type, default, limits, doc) is the source of
 * the parser, of the shipped sample, of the manual and of --check-config. Every layer reads its own
 * part of the resulting struct. The only file that knows libconfig. It reads; it applies nothing.
 */

#include "base/error.h"
#include "base/log.h"

typedef enum ConfigType {
    CONFIG_STRING,
    CONFIG_INTEGER,
    CONFIG_BOOLEAN,
    CONFIG_CHOICE,
    CONFIG_LIST
} ConfigType;

typedef enum StoreBackend { STORE_SQLITE, STORE_POSTGRESQL } StoreBackend;
typedef enum Rounding { ROUNDING_NEAREST, ROUNDING_UP, ROUNDING_DOWN } Rounding;
typedef enum AdjustEstimate { ADJUST_AUTO, ADJUST_LEAVE } AdjustEstimate;

/* Sets of bits for the lists whose items are words of a fixed choice. */
enum {
    TAG_FROM_TYPE = 1 << 0,
    TAG_FROM_LABELS = 1 << 1,
    TAG_FROM_SUBTASK = 1 << 2,
    TAG_FROM_EPIC = 1 << 3
};
enum { CREATE_PROJECT = 1 << 0, CREATE_TASK = 1 << 1, CREATE_TAG = 1 << 2 };

/* A NULL-terminated array of owned strings. */
typedef char **StringList;

typedef struct Config {
    char *file; /* where it was read from; NULL = built-in defaults */
    struct {
        char *path;
        char *group;
        StringList plugin_users;
        StringList operators;
    } socket;
    struct {
        int64_t deadline_s;      /* 1..300 */
        int64_t max_request_kib; /* 4..16384 */
        int64_t max_connections; /* 8..65536 */
        int64_t max_depth;       /* 8..64 levels of nesting */
        int64_t max_batch;       /* 1..1000 requests in a batch */
        int64_t max_pending;     /* 1..65536 unanswered requests a connection */
    } rpc;
    struct {
        char *url;
        char *ca_file;
        char *client_cert;
        char *client_key;
        char *proxy;       /* "", "environment" or a URL */
        int64_t timeout_s; /* 1..120 */
    } clockify;
    struct {
        char *install_dir;
        char *url;
        int64_t timeout_s; /* 1..120 */
    } jira;
    struct {
        StoreBackend backend;
        char *path;
        char *conninfo;
    } store;
    struct {
        char *master_key_file;
    } secrets;
    struct {
        Rounding rounding;
        int64_t step_s;    /* 60..86400, whole minutes */
        int64_t minimum_s; /* 0..86400 */
        AdjustEstimate adjust_estimate;
        char *comment;
        bool stopped_elsewhere;
        int64_t stopped_elsewhere_poll_s; /* 1..86400: how often running timers are looked at when
                                             it is on */
    } worklog;
    struct {
        char *description;
        unsigned tags;   /* TAG_FROM_ bits */
        unsigned create; /* CREATE_ bits */
    } entry;
    struct {
        int64_t settle_s; /* 0..600: after an unclear outcome, how long the thing may still turn up
                             before it is made again */
        int64_t blocked_retry_s; /* 1..86400: first wait before something blocked is tried again by
                                    itself */
        int64_t keep_days; /* 0..36500: finished entries older than that are forgotten; 0 = never */
    } journal;
    struct {
        LogLevel level;
        LogTarget target;
    } log;
} Config;

typedef struct ConfigSetting {
    const char *group; /* "socket" */
    const char *name;  /* "path" */
    ConfigType type;
    const char *otherwise; /* the default as it is written in the file, e.g. "\"jira\"", "10", "[
                              \"root\" ]" */
    int64_t least, most; /* CONFIG_INTEGER: range, CONFIG_STRING: length in bytes; both inclusive */
    int64_t multiple_of; /* CONFIG_INTEGER: the value is one of its multiples; 0 = any value */
    const char *const
        *choices;    /* CONFIG_CHOICE and CONFIG_LIST of words; NULL-terminated, NULL = free text */
    bool reloadable; /* false: takes effect at the next start only */
    const char *doc; /* one or two sentences for the manual and the sample */
    size_t offset;   /* into Config */
} ConfigSetting;

/* The table; `*ret_count` rows, grouped in file order. */
const ConfigSetting *config_settings(size_t *ret_count);

/* The built-in defaults. */
Config *config_default(void);

/* Reads and checks a regular file (no symbolic link) of at most 1 MiB. Every fault is reported, not
 * only the first: one message a line in `faults` (caller-owned Buffer), each as "FILE:LINE:
 * group.name: what is wrong; what is allowed". Unknown names, wrong types, values out of range and
 * @include are faults of that form. What the file as a whole has wrong ends the reading:
 * "FILE:LINE: what" for bad syntax, "FILE: what" where it cannot be read. Returns 0 and *ret
 * (caller frees), or -1 with faults filled. */
struct Buffer;
int config_load(const char *path, Config **ret, struct Buffer *faults);

/* The line of `path` on which "group.name" stands, for messages about a value that only its user
 * can judge; 0 when it is not there. */
unsigned config_line(const char *path, const char *name);

void config_free(Config *config);
DEFINE_CLEANUP(Config, config_free)

/* The commented sample file with every default, as text; the caller frees it. */
char *config_sample(void);

/* Names ("worklog.step_s") of settings in which the two differ, as a JSON array owned by the
 * caller. */
Json *config_changes(const Config *old_config, const Config *new_config);
