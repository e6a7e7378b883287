/* SPDX-License-Identifier: Apache-2.0 */

/* The way to Clockify: one request, and what its answer says of each step. */

#include <inttypes.h>

#include "app/doctor_check.h"
#include "base/text.h"
#include "base/time.h"
#include "remote/clockify.h"

#define VALID_GOOD_S (14 * 86400)
#define CLOCK_GOOD_S 60
#define CLOCK_MOST_S 300

#define ADVICE_CLOCK "mend it: timedatectl, chronyc tracking"

static void find_server(Doctor *doctor, Error *error);

void doctor_look_at_clockify(Doctor *doctor)
{
    bool set = doctor->clockify_known;
    Error error = {0};
    if (!set)
        find_server(doctor, &error);
    if (!doctor->clockify_known && error.message[0]) {
        doctor_say(doctor, DOCTOR_FAILED, "mend clockify.url", "%s", error.message);
    } else if (!doctor->clockify_known) {
        doctor_say(doctor, DOCTOR_FAILED,
                   "clockify-bridgectl server set URL, or the Configure page in Jira",
                   "no Clockify server was named");
    } else {
        RestRequest request = {0};
        clockify_probe_request(doctor->clockify.api_url, &request);
        doctor_ask(doctor, true, &request, &doctor->answer);
        doctor_say(doctor, DOCTOR_OK, NULL, "%s, %s", doctor->clockify.url,
                   set ? "as it was set" : "from clockify.url");
    }
}

static void find_server(Doctor *doctor, Error *error)
{
    const char *url = doctor->config->clockify.url;
    if (*url)
        doctor->clockify_known = clockify_server_from_url(url, &doctor->clockify, error) >= 0;
}

static bool is_secure(const Doctor *doctor)
{
    return text_starts_with(doctor->clockify.api_url, "https:");
}

static bool by_proxy(const Doctor *doctor)
{
    return is_secure(doctor) && doctor->config->clockify.proxy[0];
}

/* Whether a step was come to: the one before it worked. */
static bool came_to(Doctor *doctor, RestFailure stopped_at)
{
    RestFailure failure = doctor->answer.failure;
    if (!doctor->clockify_known)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "not looked at without a server");
    else if (failure != REST_FINE && failure < stopped_at)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "not come to");
    else if (by_proxy(doctor) && doctor->answer.proxy_status > 0 &&
             doctor->answer.proxy_status / 100 != 2)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "not come to");
    else
        return true;
    return false;
}

/* With one, looking up a name and connecting are about it alone. */
void doctor_look_at_proxy(Doctor *doctor)
{
    const RestAnswer *answer = &doctor->answer;
    bool followed = streq(doctor->config->clockify.proxy, "environment");
    if (!doctor->config->clockify.proxy[0])
        doctor_say(doctor, DOCTOR_OK, NULL, "none is used");
    else if (!doctor->clockify_known || !is_secure(doctor))
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "nothing goes through it");
    else if (answer->proxy_status == 407)
        doctor_say(doctor, DOCTOR_FAILED,
                   "put them into clockify.proxy: http://NAME:PASSWORD@HOST:PORT",
                   "the proxy wants a name and a password (407)");
    else if (answer->proxy_status > 0 && answer->proxy_status / 100 != 2)
        doctor_say(doctor, DOCTOR_FAILED, "let whoever keeps it allow CONNECT to this host",
                   "the proxy lets nothing through to %s (%d)", doctor->clockify.api_url,
                   answer->proxy_status);
    else if (followed)
        doctor_say(doctor, DOCTOR_WARNING, "better name it: clockify.proxy = \"http://HOST:PORT\"",
                   "the service follows an environment that is not seen from here");
    else if (answer->failure == REST_NO_NAME || answer->failure == REST_NO_CONNECTION)
        doctor_say(doctor, DOCTOR_FAILED, "mend clockify.proxy",
                   "the proxy cannot be reached (on the way to %s)", answer->problem);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "it lets through");
}

static bool is_proxys(Doctor *doctor)
{
    if (by_proxy(doctor))
        doctor_say(doctor, DOCTOR_OK, NULL, "left to the proxy");
    return by_proxy(doctor);
}

void doctor_look_at_name(Doctor *doctor)
{
    if (!came_to(doctor, REST_NO_NAME) || is_proxys(doctor))
        return;
    if (doctor->answer.failure == REST_NO_NAME)
        doctor_say(doctor, DOCTOR_FAILED, "mend the name, or this host's name service", "%s",
                   doctor->answer.problem);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "it is known");
}

void doctor_look_at_connection(Doctor *doctor)
{
    if (!came_to(doctor, REST_NO_CONNECTION) || is_proxys(doctor))
        return;
    if (doctor->answer.failure == REST_NO_CONNECTION)
        doctor_say(doctor, DOCTOR_FAILED,
                   "mend address and port, or the firewall; or does it take a proxy "
                   "(clockify.proxy)?",
                   "%s", doctor->answer.problem);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "it takes connections");
}

void doctor_look_at_tls(Doctor *doctor)
{
    if (!came_to(doctor, REST_NO_TLS))
        return;
    if (!is_secure(doctor))
        doctor_say(doctor, DOCTOR_OK, NULL, "not used: a loopback address");
    else if (doctor->answer.failure == REST_NO_TLS)
        doctor_say(doctor, DOCTOR_FAILED,
                   "name your own authority in clockify.ca_file; or mend the server's certificate",
                   "%s", doctor->answer.problem);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "the certificate is trusted");
}

void doctor_look_at_certificate(Doctor *doctor)
{
    char text[TIME_TEXT_SIZE];
    int64_t until = doctor->answer.valid_until;
    if (!came_to(doctor, REST_BROKEN))
        return;
    if (until == TIME_NONE)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "there is none");
    else if (until - time_now() < VALID_GOOD_S)
        doctor_say(doctor, DOCTOR_WARNING, "let whoever keeps the server renew it",
                   "the certificate ends soon, on %s", time_format(until, text));
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "valid until %s", time_format(until, text));
}

void doctor_look_at_clock(Doctor *doctor)
{
    int64_t skew = doctor->answer.date - time_now();
    if (!came_to(doctor, REST_BROKEN))
        return;
    if (doctor->answer.date == TIME_NONE)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "Clockify does not tell its time");
    else if (skew > CLOCK_GOOD_S || skew < -CLOCK_GOOD_S)
        doctor_say(doctor,
                   skew > CLOCK_MOST_S || skew < -CLOCK_MOST_S ? DOCTOR_FAILED : DOCTOR_WARNING,
                   ADVICE_CLOCK, "this host's clock is %" PRId64 " s %s Clockify's",
                   skew > 0 ? skew : -skew, skew > 0 ? "behind" : "before");
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "it goes with Clockify's");
}

void doctor_look_at_api(Doctor *doctor)
{
    Error error = {0};
    if (!came_to(doctor, REST_BROKEN))
        return;
    if (doctor->answer.outcome == REST_ANSWERED && doctor->answer.status == 429)
        doctor_say(doctor, DOCTOR_WARNING, "wait; what is queued goes on by itself",
                   "Clockify asks for a rest (429)");
    else if (clockify_probe_read(&doctor->answer, &error) < 0)
        doctor_say(doctor, DOCTOR_FAILED, "is this the address of Clockify, or of its API?",
                   "%s: %s", doctor->clockify.api_url, error.message);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "found at %s", doctor->clockify.api_url);
}
