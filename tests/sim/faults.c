/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults to inject. A fault is the JSON object that was posted, plus "id" and "hits":
 *
 *   {"service": "clockify"|"jira", "method": "POST", "route": a part of the path or a template of
 *    the routing table, "user": id, key, name or e-mail, "times": n or -1, "probability": 0..1,
 *    "seed": n, "when": "before"|"after" doing what was asked, "kind": one of
 *      "delay"         ms
 *      "refuse"        connections are refused until the fault is removed, those from before are
 *                      closed at their next request; only service counts
 *      "close_before"  nothing done, no answer
 *      "close_after"   done, and the answer lost
 *      "status"        code, body
 *      "rate_limit"    retry_after, a number or any text
 *      "garbage"       broken JSON; "raw": true = not even HTTP
 *      "html"          200 with a login page
 *      "trickle"       bytes_per_s
 *      "truncate"      half of the answer, then closed
 *      "huge"          bytes: a JSON string that does not end
 *      "redirect"      to}
 *
 * Without "when", garbage, html, truncate, trickle and huge do what was asked; the others do not.
 * The first fault that meets a request is the only one that it gets.
 */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

#include "js.h"

struct Faults {
    struct json_object *list;
    int64_t next_id;
};

static const struct {
    const char *name;
    bool after; /* unless "when" says otherwise */
} kinds[] = {
    [FAULT_NONE] = {"", false},
    [FAULT_DELAY] = {"delay", false},
    [FAULT_REFUSE] = {"refuse", false},
    [FAULT_CLOSE_BEFORE] = {"close_before", false},
    [FAULT_CLOSE_AFTER] = {"close_after", true},
    [FAULT_STATUS] = {"status", false},
    [FAULT_RATE_LIMIT] = {"rate_limit", false},
    [FAULT_GARBAGE] = {"garbage", true},
    [FAULT_HTML] = {"html", true},
    [FAULT_TRICKLE] = {"trickle", true},
    [FAULT_TRUNCATE] = {"truncate", true},
    [FAULT_HUGE] = {"huge", true},
    [FAULT_REDIRECT] = {"redirect", false},
};

static const char *const service_names[] = {"clockify", "jira", "control"};

Faults *faults_new(void)
{
    Faults *faults = calloc(1, sizeof *faults);
    if (!faults)
        abort();
    faults->list = js_array();
    return faults;
}

void faults_free(Faults *faults)
{
    json_object_put(faults->list);
    free(faults);
}

static FaultKind kind_of(const struct json_object *fault)
{
    for (size_t i = 1; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(js_text(fault, "kind"), kinds[i].name) == 0)
            return (FaultKind)i;
    return FAULT_NONE;
}

static void refuse(Sim *sim, const struct json_object *fault, bool yes)
{
    if (kind_of(fault) != FAULT_REFUSE)
        return;
    for (int s = SERVICE_CLOCKIFY; s <= SERVICE_JIRA; s++)
        if (!js_str(fault, "service") || strcmp(js_text(fault, "service"), service_names[s]) == 0)
            sim->listen(sim, (Service)s, !yes);
}

struct json_object *faults_add(Sim *sim, struct json_object *spec, const char **ret_reason)
{
    const char *service = js_str(spec, "service");
    struct json_object *fault;

    if (kind_of(spec) == FAULT_NONE)
        *ret_reason = "unknown kind";
    else if (service && strcmp(service, "clockify") != 0 && strcmp(service, "jira") != 0)
        *ret_reason = "unknown service";
    else {
        fault = js_copy(spec);
        js_set_int(fault, "id", ++sim->faults->next_id);
        js_set_int(fault, "hits", 0);
        js_set_int(fault, "times", js_int(spec, "times", -1));
        js_set_int(fault, "_random", js_int(spec, "seed", 1));
        js_push(sim->faults->list, fault);
        refuse(sim, fault, true);
        return fault;
    }
    return NULL;
}

void faults_clear(Sim *sim, int64_t id)
{
    struct json_object *list = sim->faults->list;

    for (size_t i = js_length(list); i-- > 0;) {
        struct json_object *fault = js_at(list, i);
        if (id && js_int(fault, "id", 0) != id)
            continue;
        refuse(sim, fault, false);
        json_object_array_del_idx(list, i, 1);
    }
}

struct json_object *faults_list(const Sim *sim)
{
    struct json_object *out = js_array();
    for (size_t i = 0; i < js_length(sim->faults->list); i++)
        js_push(out, js_wire(js_at(sim->faults->list, i)));
    return out;
}

bool faults_any(const Sim *sim)
{
    return js_length(sim->faults->list) > 0;
}

static bool lucky(struct json_object *fault)
{
    double probability = js_double(fault, "probability", 1);
    uint64_t x = (uint64_t)js_int(fault, "_random", 1);

    if (probability >= 1)
        return true;
    /* splitmix64: the same seed gives the same run. */
    x += 0x9e3779b97f4a7c15ULL;
    js_set_int(fault, "_random", (int64_t)x);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    x ^= x >> 31;
    return (double)(x >> 11) / 9007199254740992.0 < probability;
}

static bool meets(struct json_object *fault, const Request *request, const char *const *user)
{
    const char *route = js_str(fault, "route"), *name = js_str(fault, "user");
    const char *service = js_str(fault, "service"), *method = js_str(fault, "method");
    bool known = !name;

    if (js_int(fault, "times", -1) == 0)
        return false;
    if (service && strcmp(service, service_names[request->service]) != 0)
        return false;
    if (method && strcmp(method, request->method) != 0)
        return false;
    if (route && !strstr(request->path, route) &&
        !(request->route && strcmp(request->route->path, route) == 0))
        return false;
    for (; !known && *user; user++)
        known = strcmp(*user, name) == 0;
    return known && lucky(fault);
}

static FaultPlan plan_of(const struct json_object *fault)
{
    FaultPlan plan = {.kind = kind_of(fault)};
    const char *when = js_text(fault, "when");
    struct json_object *text = js_get(fault, "body");

    if (plan.kind == FAULT_REFUSE) /* it came over a connection from before */
        plan.kind = FAULT_CLOSE_BEFORE;
    plan.after = *when ? strcmp(when, "after") == 0 : kinds[plan.kind].after;
    plan.raw = js_bool(fault, "raw", false);
    plan.ms = js_int(fault, "ms", 0);
    plan.code = (int)js_int(fault, "code", 503);
    plan.bytes = js_int(fault, plan.kind == FAULT_TRICKLE ? "bytes_per_s" : "bytes", 1000);
    if (plan.kind == FAULT_REDIRECT)
        text = js_get(fault, "to");
    if (plan.kind == FAULT_RATE_LIMIT)
        text = js_get(fault, "retry_after");
    if (text)
        plan.text =
            strdup(json_object_is_type(text, json_type_string) ? json_object_get_string(text)
                                                               : js_print(text));
    return plan;
}

FaultPlan faults_match(Sim *sim, const Request *request, const char *const *user)
{
    for (size_t i = 0; i < js_length(sim->faults->list); i++) {
        struct json_object *fault = js_at(sim->faults->list, i);
        if (!meets(fault, request, user))
            continue;
        js_set_int(fault, "hits", js_int(fault, "hits", 0) + 1);
        if (js_int(fault, "times", -1) > 0)
            js_set_int(fault, "times", js_int(fault, "times", 0) - 1);
        return plan_of(fault);
    }
    return (FaultPlan){0};
}

void fault_plan_done(FaultPlan *plan)
{
    free(plan->text);
    *plan = (FaultPlan){0};
}
