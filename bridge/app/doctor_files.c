/* SPDX-License-Identifier: Apache-2.0 */

/* The files that an administrator writes: the configuration, the master key, certificates. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/doctor_check.h"
#include "base/buffer.h"

/* Where the unit file takes its credential from. */
#define CREDENTIAL_SOURCE SYSCONFDIR "/clockify-bridge/master-key"

#define PEM_MOST ((size_t)1 << 20)

void doctor_look_at_config(Doctor *doctor)
{
    _cleanup_(buffer_done) Buffer faults = BUFFER_EMPTY;
    if (access(doctor->config_path, R_OK) < 0) {
        doctor_say(doctor, DOCTOR_FAILED, "name the file with --config, and be root",
                   "%s cannot be read: %s", doctor->config_path, strerror(errno));
        return;
    }
    if (config_load(doctor->config_path, &doctor->config, &faults) >= 0) {
        doctor_say(doctor, DOCTOR_OK, NULL, "%s has no fault", doctor->config_path);
        return;
    }
    size_t count = 0;
    for (size_t i = 0; i < faults.length; i++)
        count += faults.data[i] == '\n';
    size_t first = strcspn(buffer_text(&faults), "\n");
    _cleanup_free_ char *others = count > 1 ? xasprintf(" (and %zu more)", count - 1) : xstrdup("");
    doctor_say(doctor, DOCTOR_FAILED, "mend it; clockify-bridged --check-config tells every fault",
               "%.*s%s", (int)first, buffer_text(&faults), others);
}

static uid_t bridge_user(const Config *config);
static void look_at_key_file(Doctor *doctor, const char *file, bool credential);

void doctor_look_at_master_key(Doctor *doctor)
{
    const char *file = doctor->config->secrets.master_key_file;
    bool credential = !*file;
    if (credential && access(CREDENTIAL_SOURCE, F_OK) < 0) {
        doctor_say(doctor, DOCTOR_WARNING,
                   "make one (openssl rand -hex 32), or see the LoadCredential= of your unit",
                   "it comes from systemd's credential, whose usual source is not there: "
                   "%s: %s",
                   CREDENTIAL_SOURCE, strerror(errno));
        return;
    }
    look_at_key_file(doctor, credential ? CREDENTIAL_SOURCE : file, credential);
}

/* The keyring wants a file of root or of the caller: so it is read as the user of the bridge where
 * it belongs to that one. */
static void look_at_key_file(Doctor *doctor, const char *file, bool credential)
{
    uid_t user = bridge_user(doctor->config);
    struct stat status;
    Error error = {0};
    bool theirs = !credential && stat(file, &status) == 0 && status.st_uid == user;
    if (!credential && !theirs && user != 0 && stat(file, &status) == 0 && status.st_uid == 0) {
        doctor_say(doctor, DOCTOR_FAILED,
                   "give it to that user, or empty secrets.master_key_file and let systemd hand it "
                   "over (LoadCredential=)",
                   "%s belongs to root, and the bridge runs as another user (uid %u)", file,
                   (unsigned)user);
        return;
    }
    bool act = theirs && geteuid() == 0 && user != 0 && seteuid(user) == 0;
    int r = keyring_load(file, &doctor->keyring, &error);
    if (act && seteuid(0) < 0)
        abort(); /* all that follows would be wrong */
    if (r < 0)
        doctor_say(doctor, DOCTOR_FAILED, NULL, "%s", error.message);
    else
        doctor_say(doctor, DOCTOR_OK, NULL, "%s is well formed and closed to others", file);
}

/* The one whose the database is; before there is one, that of its folder. */
static uid_t bridge_user(const Config *config)
{
    _cleanup_free_ char *folder = xstrdup(config->store.path);
    struct stat status;
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    if (stat(config->store.path, &status) == 0 || stat(slash ? folder : ".", &status) == 0)
        return status.st_uid;
    return geteuid();
}

static bool is_pem(Doctor *doctor, const char *name, const char *file, const char *begin);

void doctor_look_at_certificates(Doctor *doctor)
{
    const Config *config = doctor->config;
    if (is_pem(doctor, "clockify.ca_file", config->clockify.ca_file, "CERTIFICATE-----") &&
        is_pem(doctor, "clockify.client_cert", config->clockify.client_cert, "CERTIFICATE-----") &&
        is_pem(doctor, "clockify.client_key", config->clockify.client_key, "PRIVATE KEY-----"))
        doctor_say(doctor, DOCTOR_OK, NULL, "%s",
                   *config->clockify.ca_file || *config->clockify.client_cert
                       ? "the files of clockify.ca_file and client_cert can be read"
                       : "the system's own authorities are trusted");
}

/* Whether it is a good one is for the handshake to say; here, whether it is one at all. */
static bool is_pem(Doctor *doctor, const char *name, const char *file, const char *begin)
{
    if (!*file)
        return true;
    _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    _cleanup_free_ char *bytes = xcalloc(1, PEM_MOST + 1);
    ssize_t got = fd < 0 ? -1 : read(fd, bytes, PEM_MOST);
    bool found = got > 0 && strstr(bytes, "-----BEGIN ") && strstr(bytes, begin);
    if (got < 0)
        doctor_say(doctor, DOCTOR_FAILED, "mend the name or the rights of the file",
                   "%s: %s cannot be read: %s", name, file, strerror(errno));
    else if (!found)
        doctor_say(doctor, DOCTOR_FAILED, "it must be a PEM file, with its BEGIN and END lines",
                   "%s: %s holds no \"%s\"", name, file, begin);
    if (got > 0)
        secret_wipe(bytes, (size_t)got);
    return found;
}
