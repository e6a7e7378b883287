/* SPDX-License-Identifier: Apache-2.0 */

/* User names of the configuration to uids, and uids to roles. Knows no connection. */

#include "rpc/roles.h"

#include <pwd.h>

#include "base/log.h"

static UidList look_up(const char *setting, StringList names);
static bool user_find(const char *name, uid_t *ret);
static const char *name_in(const UidList *list, uid_t uid);
static void list_done(UidList *list);

void roles_init(Roles *roles, const Config *config)
{
    *roles = (Roles){
        .plugin = look_up("socket.plugin_users", config->socket.plugin_users),
        .operators = look_up("socket.operators", config->socket.operators),
    };
}

static UidList look_up(const char *setting, StringList names)
{
    UidList list = {0};
    size_t count = 0;
    while (names && names[count])
        count++;
    list.items = xcalloc(count + 1, sizeof(*list.items));
    list.names = xcalloc(count + 1, sizeof(*list.names));
    for (size_t i = 0; i < count; i++) {
        if (user_find(names[i], &list.items[list.count]))
            list.names[list.count++] = xstrdup(names[i]);
        else
            log_warning("%s: there is no user %s on this host", setting, names[i]);
    }
    return list;
}

static bool user_find(const char *name, uid_t *ret)
{
    const struct passwd *user = getpwnam(name);
    if (!user)
        return false;
    *ret = user->pw_uid;
    return true;
}

void roles_done(Roles *roles)
{
    list_done(&roles->plugin);
    list_done(&roles->operators);
    *roles = (Roles){0};
}

static void list_done(UidList *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    free(list->items);
}

Role roles_of(const Roles *roles, uid_t uid)
{
    if (name_in(&roles->operators, uid))
        return ROLE_OPERATOR;
    return name_in(&roles->plugin, uid) ? ROLE_PLUGIN : ROLE_ANY;
}

const char *roles_name(const Roles *roles, uid_t uid)
{
    const char *name = name_in(&roles->operators, uid);
    return name ? name : name_in(&roles->plugin, uid);
}

static const char *name_in(const UidList *list, uid_t uid)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == uid)
            return list->names[i];
    return NULL;
}
