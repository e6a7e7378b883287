/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The proxy options of a JVM in a shell script such as Jira's setenv.sh: a pure function. */

#include "base/util.h"

typedef struct JvmProxy {
    char *host, *port, *user, *password; /* https.…, else http.…; NULL = not told */
    char *past;                          /* http.nonProxyHosts */
} JvmProxy;
void jvm_proxy_done(JvmProxy *proxy);

/* Where an option stands twice the last one counts, as for the JVM; comments do not. */
void jvm_proxy_read(const char *script, JvmProxy *ret);

/* "http://user:password@host:port", the words percent-encoded; NULL without a host. */
char *jvm_proxy_url(const JvmProxy *proxy);

/* Whether Java would go past the proxy to this host. */
bool jvm_proxy_passes(const JvmProxy *proxy, const char *host);
