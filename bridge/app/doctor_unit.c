/* SPDX-License-Identifier: Apache-2.0 */

/* What systemd says of the service; asked over D-Bus, and only where systemd runs this host. */

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

#include "app/doctor_check.h"

#define UNIT          "clockify-bridged.service"
#define MANAGER       "org.freedesktop.systemd1"
#define ANSWER_US     5000000
#define RESTARTS_GOOD 3

typedef struct Unit {
    char *load;   /* "loaded", "not-found" */
    char *active; /* "active", "failed" */
    char *enabled;
    uint64_t watchdog_us;
    uint32_t restarts;
} Unit;

static void unit_done(Unit *unit)
{
    free(unit->load);
    free(unit->active);
    free(unit->enabled);
}

static int read_unit(Unit *ret);
static void judge(Doctor *doctor, const Unit *unit);

void doctor_look_at_unit(Doctor *doctor)
{
    _cleanup_(unit_done) Unit unit = {0};
    if (sd_booted() <= 0)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "systemd does not run this host");
    else if (read_unit(&unit) < 0)
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, "systemd does not answer");
    else if (!streq(unit.load, "loaded"))
        doctor_say(doctor, DOCTOR_SKIPPED, NULL, UNIT " is not installed");
    else
        judge(doctor, &unit);
}

static void judge(Doctor *doctor, const Unit *unit)
{
    if (!streq(unit->active, "active"))
        doctor_say(doctor, DOCTOR_FAILED, "systemctl status clockify-bridged tells why",
                   UNIT " is %s", unit->active);
    else if (unit->restarts > RESTARTS_GOOD)
        doctor_say(doctor, DOCTOR_WARNING, "journalctl -u clockify-bridged tells why",
                   UNIT " had to be restarted %u times", (unsigned)unit->restarts);
    else if (unit->watchdog_us == 0)
        doctor_say(doctor, DOCTOR_WARNING, "set WatchdogSec=30s in the unit",
                   "nobody restarts " UNIT " when it hangs");
    else if (streq(unit->enabled, "disabled"))
        doctor_say(doctor, DOCTOR_WARNING, "systemctl enable clockify-bridged.socket " UNIT,
                   UNIT " does not start with this host");
    else
        doctor_say(doctor, DOCTOR_OK, NULL, UNIT " is active");
}

static int read_unit(Unit *ret)
{
    _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
    _cleanup_free_ char *path = NULL;
    const char *unit = MANAGER ".Unit";
    const char *service = MANAGER ".Service";
    int r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", UNIT, &path);
    if (r >= 0)
        r = sd_bus_open_system(&bus);
    if (r >= 0)
        r = sd_bus_set_method_call_timeout(bus, ANSWER_US);
    if (r >= 0)
        r = sd_bus_get_property_string(bus, MANAGER, path, unit, "LoadState", NULL, &ret->load);
    if (r < 0 || !streq(ret->load, "loaded"))
        return r;
    r = sd_bus_get_property_string(bus, MANAGER, path, unit, "ActiveState", NULL, &ret->active);
    if (r >= 0)
        r = sd_bus_get_property_string(bus, MANAGER, path, unit, "UnitFileState", NULL,
                                       &ret->enabled);
    if (r >= 0)
        r = sd_bus_get_property_trivial(bus, MANAGER, path, service, "WatchdogUSec", NULL, 't',
                                        &ret->watchdog_us);
    if (r >= 0)
        r = sd_bus_get_property_trivial(bus, MANAGER, path, service, "NRestarts", NULL, 'u',
                                        &ret->restarts);
    return r;
}
