/* SPDX-License-Identifier: Apache-2.0 */
/* The settings as a part of the manual; see config_manual.h. */

#include "base/config_manual.h"

#include "base/config.h"
#include "base/config_text.h"
#include "base/mdoc.h"

static void add_setting(Buffer *page, const ConfigSetting *setting)
{
    _cleanup_free_ char *allowed = config_text_allowed(setting);
    _cleanup_free_ char *takes = xasprintf("It takes %s.", allowed);

    mdoc_macro(page, "It Ic", setting->name);
    mdoc_text(page, setting->doc);
    mdoc_text(page, takes);
    if (!setting->reloadable)
        mdoc_text(page, "A change needs a restart.");
    mdoc_text(page, "Where left out:");
    mdoc_macro(page, "Ql", setting->otherwise);
}

char *config_manual(void)
{
    Buffer page = BUFFER_EMPTY;
    size_t count;
    const ConfigSetting *settings = config_settings(&count);

    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || !streq(settings[i - 1].group, settings[i].group);
        bool last = i + 1 == count || !streq(settings[i + 1].group, settings[i].group);

        if (first) {
            mdoc_macro(&page, "Ss", settings[i].group);
            mdoc_line(&page, "Bl -tag -width Ds");
        }
        add_setting(&page, &settings[i]);
        if (last)
            mdoc_line(&page, "El");
    }
    return buffer_steal(&page);
}
