/* SPDX-License-Identifier: Apache-2.0 */

/* See jvm_proxy.h. The script is not run: what it makes of variables stays as it is written. */

#include "app/jvm_proxy.h"

#include <fnmatch.h>

#include "base/buffer.h"

void jvm_proxy_done(JvmProxy *proxy)
{
    free(proxy->host);
    free(proxy->port);
    free(proxy->user);
    free(proxy->password);
    free(proxy->past);
    *proxy = (JvmProxy){0};
}

/* Up to a blank or a quote; quotes and backslashes that protect characters go, as in the shell. */
static char *value_at(const char *text)
{
    Buffer value = BUFFER_EMPTY;
    char quote = *text == '\'' || *text == '"' ? *text++ : '\0';
    for (; *text && *text != '\n'; text++) {
        if (quote ? *text == quote : strchr(" \t\"'", *text) != NULL)
            break;
        if (*text == '\\' && text[1] && strchr("|*\\\"'$", text[1]))
            text++;
        buffer_add_char(&value, *text);
    }
    return buffer_steal(&value);
}

static char *option(const char *script, const char *name)
{
    _cleanup_free_ char *word = xasprintf("-D%s=", name);
    char *found = NULL;
    for (const char *line = script; *line;) {
        size_t length = strcspn(line, "\n");
        const char *at = line;
        bool comment = line[strspn(line, " \t")] == '#';
        while (!comment && (at = memmem(at, (size_t)(line + length - at), word, strlen(word)))) {
            at += strlen(word);
            free(found);
            found = value_at(at);
        }
        line += length + (line[length] == '\n');
    }
    if (found && !*found)
        set_string(&found, NULL);
    return found;
}

/* https.proxyHost is the one that matters for Clockify; some set the other alone and mean both. */
void jvm_proxy_read(const char *script, JvmProxy *ret)
{
    const char *kind = "https";
    *ret = (JvmProxy){.host = option(script, "https.proxyHost")};
    if (!ret->host) {
        kind = "http";
        ret->host = option(script, "http.proxyHost");
    }
    _cleanup_free_ char *port = xasprintf("%s.proxyPort", kind);
    _cleanup_free_ char *user = xasprintf("%s.proxyUser", kind);
    _cleanup_free_ char *password = xasprintf("%s.proxyPassword", kind);
    ret->port = option(script, port);
    if (ret->host && !ret->port)
        ret->port = xstrdup(streq(kind, "https") ? "443" : "80"); /* as Java does */
    ret->user = option(script, user);
    ret->password = option(script, password);
    ret->past = option(script, "http.nonProxyHosts");
}

char *jvm_proxy_url(const JvmProxy *proxy)
{
    Buffer url = BUFFER_EMPTY;
    if (!proxy->host)
        return NULL;
    buffer_add_text(&url, "http://");
    if (proxy->user) {
        buffer_add_url(&url, proxy->user);
        buffer_add_char(&url, ':');
        buffer_add_url(&url, proxy->password ? proxy->password : "");
        buffer_add_char(&url, '@');
    }
    buffer_addf(&url, "%s:%s", proxy->host, proxy->port);
    return buffer_steal(&url);
}

bool jvm_proxy_passes(const JvmProxy *proxy, const char *host)
{
    _cleanup_free_ char *list = xstrdup(proxy->past);
    char *rest = list;
    for (char *pattern; rest && (pattern = strsep(&rest, "|"));)
        if (*pattern && fnmatch(pattern, host, FNM_CASEFOLD) == 0)
            return true;
    return false;
}
