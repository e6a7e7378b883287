/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bridge-sim: stands for Clockify and for Jira Data Center, with faults on demand. Options, start,
 * stop.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "faults.h"
#include "js.h"
#include "log.h"
#include "seed.h"
#include "server.h"

static const char help[] =
    "Usage: bridge-sim [--clockify-port N] [--jira-port N] [--control-port N] [--jira-context "
    "/jira]\n"
    "                  [--seed FILE] [--parent-death]\n"
    "\n"
    "Stands for Clockify and for Jira Data Center on 127.0.0.1, and says where in one line of "
    "JSON:\n"
    "  {\"clockify\": URL, \"jira\": URL, \"control\": URL}\n"
    "Clockify answers below /api/v1, and at /web/boot and /api/health; Jira below its context path "
    "at /rest/api/2,\n"
    "/rest/pat/latest/tokens and /status. A port of 0 is any free one. SIGTERM ends it.\n"
    "\n"
    "The control port takes and gives JSON:\n"
    "  POST /seed                       adds users, workspaces, projects, issues ...; answers what "
    "was made\n"
    "  GET /state                       everything there is\n"
    "  POST /reset                      forgets everything\n"
    "  GET /requests?since=N            the last 100,000 requests\n"
    "  GET /counts, DELETE /counts      by service, method and route, with the peak of requests at "
    "once\n"
    "  POST /faults                     {service, method, route, user, times, probability, seed, "
    "kind, when, ...}\n"
    "        kind: delay{ms} refuse close_before close_after status{code, body} "
    "rate_limit{retry_after}\n"
    "              garbage{raw} html trickle{bytes_per_s} truncate huge{bytes} redirect{to}\n"
    "  GET /faults, DELETE /faults[/ID]\n"
    "  GET, PATCH /options/clockify, /options/jira\n"
    "  GET, PATCH, DELETE /[SERVICE/]TABLE/REFERENCE   one document; reference: id, key, name or "
    "e-mail\n"
    "  POST /clock                      {advance_s}\n"
    "The shapes are told at the head of seed.c, faults.c, options.c and control.c.\n";

static Server *servers[SERVICE_COUNT];

static void on_listen(Sim *sim, Service service, bool open)
{
    (void)sim;
    server_listen(servers[service], open);
}

/* A thousand waiting requests need as many descriptors. */
static void raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void parse(int argc, char **argv, Sim *sim, const char **ret_seed)
{
    static const struct option options[] = {
        {"clockify-port", required_argument, NULL, 'c'},
        {"jira-port", required_argument, NULL, 'j'},
        {"control-port", required_argument, NULL, 'k'},
        {"jira-context", required_argument, NULL, 'x'},
        {"seed", required_argument, NULL, 's'},
        {"parent-death", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;)
        switch (option) {
        case 'c':
            sim->port[SERVICE_CLOCKIFY] = atoi(optarg);
            break;
        case 'j':
            sim->port[SERVICE_JIRA] = atoi(optarg);
            break;
        case 'k':
            sim->port[SERVICE_CONTROL] = atoi(optarg);
            break;
        case 'x':
            snprintf(sim->context, sizeof sim->context, "%s",
                     strcmp(optarg, "/") == 0 ? "" : optarg);
            break;
        case 's':
            *ret_seed = optarg;
            break;
        case 'p':
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            break;
        case 'h':
            fputs(help, stdout);
            exit(EXIT_SUCCESS);
        default:
            exit(2);
        }
    if (optind < argc) {
        fprintf(stderr, "bridge-sim: unexpected argument %s\n", argv[optind]);
        exit(2);
    }
}

static void load(Sim *sim, const char *path)
{
    const char *reason = "no JSON";
    struct json_object *seed = json_object_from_file(path);
    struct json_object *made = seed ? seed_add(sim, seed, &reason) : NULL;

    if (!made) {
        fprintf(stderr, "bridge-sim: %s: %s\n", path, reason);
        exit(EXIT_FAILURE);
    }
    json_object_put(made);
    json_object_put(seed);
}

int main(int argc, char **argv)
{
    Sim sim = {.listen = on_listen, .context = "/jira"};
    const char *seed = NULL;
    sigset_t ends;
    int signal_number;

    parse(argc, argv, &sim, &seed);
    raise_limits();
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* before any thread: only main waits for them */
    pthread_mutex_init(&sim.lock, NULL);
    sim.faults = faults_new();
    sim.log = log_new();
    sim_reset(&sim);
    if (seed)
        load(&sim, seed);
    for (int s = 0; s < SERVICE_COUNT; s++)
        if (!(servers[s] = server_new(&sim, (Service)s))) {
            fprintf(stderr, "bridge-sim: port %d: %s\n", sim.port[s], strerror(errno));
            exit(EXIT_FAILURE);
        }
    printf("{\"clockify\":\"http://127.0.0.1:%d\",\"jira\":\"http://"
           "127.0.0.1:%d%s\",\"control\":\"http://127.0.0.1:%d\"}\n",
           sim.port[SERVICE_CLOCKIFY], sim.port[SERVICE_JIRA], sim.context,
           sim.port[SERVICE_CONTROL]);
    fflush(stdout);
    sigwait(&ends, &signal_number);
    for (int s = 0; s < SERVICE_COUNT; s++)
        server_free(servers[s]);
    sim_clear(&sim);
    faults_free(sim.faults);
    log_free(sim.log);
    return EXIT_SUCCESS;
}
