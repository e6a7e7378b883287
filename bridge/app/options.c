/* SPDX-License-Identifier: Apache-2.0 */

/* Reads the command line of clockify-bridged; acts on nothing but what only prints. */

#include "app/options.h"

#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/config.h"
#include "base/config_manual.h"

enum {
    OPTION_CHECK_CONFIG = 256,
    OPTION_SAMPLE_CONFIG,
    OPTION_MANUAL,
    OPTION_VERSION,
    OPTION_RESTORE,
    OPTION_DRY_RUN,
    OPTION_YES,
    OPTION_NO_KEY_CHECK
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK_CONFIG},
    {"sample-config", no_argument, NULL, OPTION_SAMPLE_CONFIG},
    {"manual", required_argument, NULL, OPTION_MANUAL}, /* for the build */
    {"restore", required_argument, NULL, OPTION_RESTORE},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"yes", no_argument, NULL, OPTION_YES},
    {"no-key-check", no_argument, NULL, OPTION_NO_KEY_CHECK},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int print_help(void);
static int print_sample(void);
static int print_manual(const char *table);
static int print_version(void);
static int usage_error(void);

int options_parse(int argc, char **argv, Options *ret)
{
    Options options = {.config = OPTIONS_DEFAULT_CONFIG};
    int option;
    while ((option = getopt_long(argc, argv, "c:h", long_options, NULL)) >= 0) {
        switch (option) {
        case 'c':
            options.config = optarg;
            break;
        case OPTION_CHECK_CONFIG:
            options.check_config = true;
            break;
        case OPTION_RESTORE:
            options.restore = optarg;
            break;
        case OPTION_DRY_RUN:
            options.dry_run = true;
            break;
        case OPTION_YES:
            options.yes = true;
            break;
        case OPTION_NO_KEY_CHECK:
            options.no_key_check = true;
            break;
        case OPTION_SAMPLE_CONFIG:
            return print_sample();
        case OPTION_MANUAL:
            return print_manual(optarg);
        case OPTION_VERSION:
            return print_version();
        case 'h':
            return print_help();
        default:
            return usage_error();
        }
    }
    if (optind < argc) {
        fprintf(stderr, "clockify-bridged: unexpected argument: %s\n", argv[optind]);
        return usage_error();
    }
    *ret = options;
    return OPTIONS_GO_ON;
}

static int print_sample(void)
{
    _cleanup_free_ char *sample = config_sample();
    fputs(sample, stdout);
    return EX_OK;
}

/* A part of the manual, in mdoc(7). */
static int print_manual(const char *table)
{
    _cleanup_free_ char *page = config_manual();
    if (!streq(table, "settings")) {
        fprintf(stderr, "clockify-bridged: no table \"%s\" for the manual\n", table);
        return usage_error();
    }
    fputs(page, stdout);
    return EX_OK;
}

static int print_help(void)
{
    fputs(
        "Usage: clockify-bridged [OPTION]...\n"
        "Carries timers and worklogs between a Jira Data Center node and Clockify.\n"
        "Runs in the foreground, as systemd wants it; tells systemd when it is ready.\n"
        "\n"
        "  -c, --config FILE   read this file (default " OPTIONS_DEFAULT_CONFIG ")\n"
        "      --check-config  check that file and what it names, print every fault, start "
        "nothing\n"
        "      --sample-config print a commented configuration with every default\n"
        "      --restore FILE  put a backup in the place of the database, while no bridge runs\n"
        "      --dry-run       with it: only say what is in the backup and what would happen\n"
        "      --yes           with it: do not ask\n"
        "      --no-key-check  with it: the master key is not at hand\n"
        "      --version       print the version\n"
        "  -h, --help          print this text\n"
        "\n"
        "SIGHUP reads the configuration again; a faulty file changes nothing. SIGTERM and SIGINT\n"
        "finish what is in flight, for 5 seconds at most; nothing that was answered is lost.\n"
        "\n"
        "Exit status:\n"
        "   0  ended as asked, or the configuration is good\n"
        "   1  the backup was not restored; nothing was changed, unless it says so\n"
        "  64  wrong usage\n"
        "  70  a defect of this program; the last log line has the details\n"
        "  71  the system refused something, such as the socket\n"
        "  74  the store cannot be opened\n"
        "  78  the configuration or the master key is wrong: a restart does not help\n",
        stdout);
    return EX_OK;
}

static int print_version(void)
{
    puts("clockify-bridged " PACKAGE_VERSION);
    return EX_OK;
}

static int usage_error(void)
{
    fputs("Try: clockify-bridged --help\n", stderr);
    return EX_USAGE;
}
